"""Differences between districts: whose active rates are significantly apart, whose lie beyond the usual spread."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd

from haochaping.cleaning.number_format import number
from haochaping.figures.annex_content import annex_content
from haochaping.figures.figure import PERCENT
from haochaping.figures.figure_builder import FigureBuilder, interval_text
from haochaping.reference.reference import Reference
from haochaping.statistics.funnel import overdispersed
from haochaping.statistics.ranks import intervals
from haochaping.statistics.validation import NotApplicable

TABLE, KEY, ACTIVE, BASE = "districts", "district", "active_evaluations", "evaluations"
FEWEST_DISTRICTS = 3
LIMIT_PROBABILITIES = (0.001, 0.999)
"""Cumulative probabilities of the control limits: 99.8 % of units lie between them if only the usual spread acts."""
TOP_DISTRICTS = 3


def add_spread(builder: FigureBuilder, reference: Reference) -> None:
    """Add figures and names of districts whose active rate stands out; none where no two differ significantly."""
    words = builder.words
    words |= {"highest": [], "lowest": [], "above": [], "below": [], "alike": False}
    rows = annex_content(builder.data, TABLE, ACTIVE, BASE)
    if rows.empty:
        return
    _add_top_share(builder, rows)
    rows = rows[rows[ACTIVE].notna() & (rows[BASE] >= reference.threshold("small_denominator")).fillna(False)]
    rows = rows[rows[ACTIVE] <= rows[BASE]]
    words["compared"] = len(rows)
    if len(rows) < 2:
        return
    ranking = intervals(rows[ACTIVE], rows[BASE])
    words["alike"] = bool(ranking["rate"].min() == ranking["rate"].max())
    if not words["alike"]:
        words["highest"] = builder.unit_names(TABLE, rows[ranking["rank_low"] == 1], ACTIVE, BASE)
        words["lowest"] = builder.unit_names(TABLE, rows[ranking["rank_high"] == len(rows)], ACTIVE, BASE)
        if set(words["highest"]) & set(words["lowest"]):
            words["highest"] = words["lowest"] = []
    for which in ("highest", "lowest"):
        if len(words[which]) == 1:
            _add_active_rate_of(builder, rows, words[which][0], which)
    _name_beyond_limits(builder, rows)


def _add_active_rate_of(builder: FigureBuilder, rows: pd.DataFrame, district: str, which: str) -> None:
    own = rows[rows[KEY] == district]
    [k], [n] = own[ACTIVE].astype(int), own[BASE].astype(int)
    builder.add(
        f"{which}_active_rate",
        f"{district}主动评价率",
        Fraction(k, n),
        PERCENT,
        f"{number(k)} ÷ {number(n)}",
        f"{builder.annex(TABLE)} {district}",
        builder.cells(TABLE, ACTIVE, BASE, rows=own),
        interval_text(k, n),
    )


def _name_beyond_limits(builder: FigureBuilder, rows: pd.DataFrame) -> None:
    """Name the districts beyond limits that allow for the spread between districts (additive over-dispersion)."""
    if len(rows) < FEWEST_DISTRICTS:
        return
    k, n = rows[ACTIVE].astype(int).to_numpy(), rows[BASE].astype(int).to_numpy()
    try:
        spread = overdispersed(k, n)
    except NotApplicable as error:
        builder.words["no_limits"] = error.reason
        return
    low, high = (spread.limits(n, p) for p in LIMIT_PROBABILITIES)
    builder.words["below"] = builder.unit_names(TABLE, rows[k / n < low], ACTIVE, BASE)
    builder.words["above"] = builder.unit_names(TABLE, rows[k / n > high], ACTIVE, BASE)


def _add_top_share(builder: FigureBuilder, rows: pd.DataFrame) -> None:
    """Add the share of the three largest districts in all evaluations, where there are more than three."""
    known = rows.dropna(subset=[BASE])
    if len(known) <= TOP_DISTRICTS or not known[BASE].sum():
        return
    top = known.sort_values(BASE, ascending=False, kind="stable").head(TOP_DISTRICTS)
    builder.words["district_top"] = builder.unit_names(TABLE, top, BASE)
    builder.add_total(TABLE, BASE, "district_top_evaluations", "评价最多的三个区县评价数之和", top)
    builder.add_rate(
        "district_top_share",
        "评价最多的三个区县占比",
        "district_top_evaluations",
        "district_evaluations",
        share=True,
    )
