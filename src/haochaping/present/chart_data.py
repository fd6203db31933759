"""What charts draw that no named figure holds, apart from drawing: titles ask the same functions what a chart will show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from haochaping.core.model import CellRef
from haochaping.figures.annex_content import annex_content
from haochaping.figures.unit_name import UnitName
from haochaping.statistics.robust_spread import FEWEST_PEERS

if TYPE_CHECKING:
    from haochaping.core.model import QuarterData
    from haochaping.figures.figure import Figures

FAR_ABOVE = 2.0
"""A district whose ratio is more than this many times the median lies outside."""
TIER_COMPARISONS = ("before", "year")
"""Comparisons by the suffix of their figures, the one that is shown first."""
_EVALUATIONS = "evaluations"


@dataclass(frozen=True)
class Coverage:
    """How many times the evaluations of its parts each district's evaluations are.

    ``rows`` has a row a district with ``district``, ``whole``, ``parts`` and ``ratio``, largest ratio first;
    ``median`` is that of the ratios.
    """

    rows: pd.DataFrame
    median: float

    @property
    def above(self) -> pd.Series:
        """Which rows lie far above the median."""
        return self.rows["ratio"] > FAR_ABOVE * self.median

    @property
    def below(self) -> pd.Series:
        """Which districts have fewer evaluations than their parts together."""
        return self.rows["ratio"] < 1

    def names(self, which: pd.Series) -> list[UnitName]:
        """Names of districts, each with the cell of its evaluations."""
        return [
            UnitName(name, [CellRef("districts", name, _EVALUATIONS)])
            for name in map(str, self.rows.loc[which, "district"])
        ]


def district_coverage(data: QuarterData) -> Coverage | None:
    """Each district's evaluations over those of its departments, towns and villages, as rule ``volume_peers`` computes them.

    None without one of the three annexes, and with fewer districts than a median needs.
    """
    districts, *parts = (
        annex_content(data, name, _EVALUATIONS)
        for name in ("districts", "district_departments", "towns_and_villages")
    )
    if districts.empty or any(part.empty for part in parts):
        return None
    summed = sum(districts["district"].map(_sums(part)).fillna(0).astype("int64") for part in parts)
    rows = pd.DataFrame(
        {"district": districts["district"], "whole": districts[_EVALUATIONS], "parts": summed}
    )
    rows = rows[(rows["whole"] > 0).fillna(False) & (rows["parts"] > 0)]
    if len(rows) < FEWEST_PEERS:
        return None
    rows = rows.assign(ratio=rows["whole"].astype(float) / rows["parts"].astype(float))
    rows = rows.sort_values("ratio", ascending=False, kind="stable").reset_index(drop=True)
    return Coverage(rows, float(rows["ratio"].median()))


def _sums(part: pd.DataFrame) -> pd.Series:
    """Evaluations by district; a cell without a number counts as nothing, as in the rule."""
    return part[_EVALUATIONS].fillna(0).groupby(part["district"]).sum()


@dataclass(frozen=True)
class TierChanges:
    """How the evaluations of towns and villages changed in each district.

    ``rows`` has a row a district and tier with ``district``, ``tier``, ``now``, ``before`` and ``change``;
    ``comparison`` is one of :data:`TIER_COMPARISONS`, ``label`` the earlier period's.
    """

    rows: pd.DataFrame
    comparison: str
    label: str


def tier_changes(figures: Figures | None) -> TierChanges | None:
    """The changes against the quarter before, else against the year before; None where neither can be
    compared, and where nothing changed."""
    data = figures.data if figures else None
    if figures is None or data is None:
        return None
    earlier = {past.quarter: past for past in data.history}
    for comparison in TIER_COMPARISONS:
        quarter = data.quarter.previous if comparison == "before" else data.quarter.year_ago
        tiers = [tier for tier in ("town", "village") if f"{tier}_evaluations_{comparison}" in figures]
        if quarter in earlier and tiers:
            rows = _changes(data, earlier[quarter], tiers)
            if (rows["change"] != 0).any():
                return TierChanges(rows, comparison, quarter.label)
    return None


def _changes(data: QuarterData, earlier: QuarterData, tiers: list[str]) -> pd.DataFrame:
    key = ["district", "tier"]
    now, before = (
        annex_content(each, "towns_and_villages", _EVALUATIONS)[[*key, _EVALUATIONS]].dropna()
        for each in (data, earlier)
    )
    rows = now.merge(before, on=key, suffixes=("", "_before"), sort=False)
    rows = rows[rows["tier"].isin(tiers)].rename(
        columns={_EVALUATIONS: "now", "evaluations_before": "before"}
    )
    return rows.assign(change=rows["now"] - rows["before"])


def has_headline_gap(figures: Figures | None) -> bool:
    """Whether the text states more records than the annexes list cases, and other than they list evaluations."""
    needed = ("records", "records_gap", "district_cases", "department_cases", "evaluations")
    if figures is None or any(name not in figures for name in needed):
        return False
    is_other = figures["records"].value != figures["evaluations"].value
    return is_other and int(figures["records_gap"].value or 0) > 0


def chart_words(figures: Figures) -> dict[str, Any]:
    """Names and facts about the charts for their titles."""
    coverage = district_coverage(figures.data) if figures.data else None
    changes = tier_changes(figures)
    return {
        "has_headline_gap": has_headline_gap(figures),
        "has_coverage": coverage is not None,
        "covered_above": coverage.names(coverage.above) if coverage else [],
        "covered_below": coverage.names(coverage.below) if coverage else [],
        "tiers_changed": list(dict.fromkeys(changes.rows["tier"])) if changes else [],
    }
