"""Differences between districts: whose active rates are significantly apart, whose lie beyond the usual spread."""

from __future__ import annotations

import pandas as pd

from haochaping.figures.annex_content import annex_content
from haochaping.figures.figure_builder import FigureBuilder
from haochaping.figures.rate_spread import RateRows, RateSpread, add_rate_of_unit, find_spread
from haochaping.reference.reference import Reference

TABLE, ACTIVE, BASE = "districts", "active_evaluations", "evaluations"
TOP_DISTRICTS = 3


def add_spread(builder: FigureBuilder, reference: Reference) -> None:
    """Add figures and names of districts whose active rate stands out; none where no two differ significantly."""
    words = builder.words
    words |= vars(RateSpread()) | {"compared": None, "impossible": []}
    rows = annex_content(builder.data, TABLE, ACTIVE, BASE)
    if rows.empty:
        return
    _add_top_share(builder, rows)
    districts = RateRows(TABLE, rows, rows[ACTIVE], rows[BASE], (ACTIVE, BASE))
    small = reference.threshold("small_denominator")
    compared = districts.comparable(small)
    impossible = districts.impossible(small)
    words["impossible"] = builder.unit_names(TABLE, impossible.rows, ACTIVE, BASE)
    spread = find_spread(builder, compared)
    words |= vars(spread)
    for which in ("highest", "lowest"):
        if len(words[which]) == 1:
            add_rate_of_unit(builder, compared, words[which][0], f"{which}_active_rate", "主动评价率")


def _add_top_share(builder: FigureBuilder, rows: pd.DataFrame) -> None:
    """Add the share of the three largest districts in all evaluations, where there are more than three."""
    known = rows.dropna(subset=[BASE])
    if len(known) <= TOP_DISTRICTS or not known[BASE].sum():
        return
    top = known.sort_values(BASE, ascending=False, kind="stable").head(TOP_DISTRICTS)
    district = builder.words["called"]["district"]
    builder.words["district_top"] = builder.unit_names(TABLE, top, BASE)
    builder.add_total(TABLE, BASE, "district_top_evaluations", f"评价最多的三个{district}评价数之和", top)
    builder.add_rate(
        "district_top_share",
        f"评价最多的三个{district}占比",
        "district_top_evaluations",
        "district_evaluations",
        share=True,
    )
