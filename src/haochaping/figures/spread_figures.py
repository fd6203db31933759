"""How unlike the districts are: who can be told apart from whom, who lies beyond the usual spread."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd

from haochaping.cleaning.number_format import number
from haochaping.core.model import CellRef
from haochaping.figures.figure import PERCENT
from haochaping.figures.figure_builder import FigureBuilder, interval_text
from haochaping.reference.reference import Reference
from haochaping.statistics.funnel import overdispersed
from haochaping.statistics.ranks import intervals
from haochaping.statistics.validation import NotApplicable

TABLE, KEY, ACTIVE, BASE = "districts", "district", "active_evaluations", "evaluations"
FEWEST_UNITS = 3
LIMITS = (0.001, 0.999)
"""Cumulative probabilities of the control limits: 99.8 % of units lie between them if nothing but their usual spread is at work."""
TOP = 3


def add_spread(builder: FigureBuilder, reference: Reference) -> None:
    """Figures and names of districts whose active rate stands out, if any can be told apart."""
    words = builder.words
    words |= {"highest": [], "lowest": [], "above": [], "below": [], "alike": False}
    rows = builder.data.table(TABLE)
    if rows.empty:
        return
    _top_share(builder, rows)
    rows = rows[rows[ACTIVE].notna() & (rows[BASE] >= reference.threshold("small_denominator")).fillna(False)]
    rows = rows[rows[ACTIVE] <= rows[BASE]]
    words["compared"] = len(rows)
    if len(rows) < 2:
        return
    ranking = intervals(rows[ACTIVE], rows[BASE])
    words["alike"] = bool(ranking["rate"].min() == ranking["rate"].max())
    if not words["alike"]:
        words["highest"] = builder.names(TABLE, rows[ranking["rank_low"] == 1], ACTIVE, BASE)
        words["lowest"] = builder.names(TABLE, rows[ranking["rank_high"] == len(rows)], ACTIVE, BASE)
        if set(words["highest"]) & set(words["lowest"]):
            words["highest"] = words["lowest"] = []
    for which in ("highest", "lowest"):
        if len(words[which]) == 1:
            _rate_of(builder, rows, words[which][0], which)
    _beyond_limits(builder, rows)


def _rate_of(builder: FigureBuilder, rows: pd.DataFrame, district: str, which: str) -> None:
    [row] = rows[rows[KEY] == district].to_dict("records")
    k, n = int(row[ACTIVE]), int(row[BASE])
    builder.add(
        f"{which}_active_rate",
        f"{district}主动评价率",
        Fraction(k, n),
        PERCENT,
        f"{number(k)} ÷ {number(n)}",
        f"附件1 {district}",
        [CellRef.of(TABLE, {KEY: district}, column) for column in (ACTIVE, BASE)],
        interval_text(k, n),
    )


def _beyond_limits(builder: FigureBuilder, rows: pd.DataFrame) -> None:
    """Districts beyond limits that allow for the spread between districts (additive over-dispersion)."""
    if len(rows) < FEWEST_UNITS:
        return
    k, n = rows[ACTIVE].astype(int).to_numpy(), rows[BASE].astype(int).to_numpy()
    try:
        spread = overdispersed(k, n)
    except NotApplicable as reason:
        builder.words["no_limits"] = reason.reason
        return
    low, high = (spread.limits(n, p) for p in LIMITS)
    builder.words["below"] = builder.names(TABLE, rows[k / n < low], ACTIVE, BASE)
    builder.words["above"] = builder.names(TABLE, rows[k / n > high], ACTIVE, BASE)


def _top_share(builder: FigureBuilder, rows: pd.DataFrame) -> None:
    """Share of the largest districts in all evaluations; only where there are more districts than that."""
    known = rows.dropna(subset=[BASE])
    if len(known) <= TOP or not known[BASE].sum():
        return
    top = known.sort_values(BASE, ascending=False, kind="stable").head(TOP)
    builder.words["district_top"] = builder.names(TABLE, top, BASE)
    builder.total(TABLE, BASE, "district_top_evaluations", "评价最多的三个区县评价数之和", top)
    builder.rate(
        "district_top_share",
        "评价最多的三个区县占比",
        "district_top_evaluations",
        "district_evaluations",
        share=True,
    )
