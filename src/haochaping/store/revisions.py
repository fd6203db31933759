"""What changed in a quarter's printed cells since its tidy tables were first written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd

from haochaping.core.cell_texts import CellPlace, cell_texts
from haochaping.core.model import QuarterData, frame


def add_revisions(before: QuarterData, after: QuarterData, on: date) -> QuarterData:
    """Return `after` with the revisions of `before` and a new one for every cell whose text differs between the two."""
    old, new = cell_texts(before), cell_texts(after)
    rows = [
        {
            "on": on.isoformat(),
            "table": place[0],
            "key": place[1],
            "column": place[2],
            "before": old.get(place, ""),
            "after": new.get(place, ""),
        }
        for place in dict.fromkeys([*old, *new])
        if old.get(place, "") != new.get(place, "")
    ]
    known = before.revisions.to_dict("records")
    return replace(after, revisions=frame("revisions", [*known, *rows]))


def net_revisions(data: QuarterData) -> pd.DataFrame:
    """One row a cell that now differs from its first reading: first text, present text, date of the last change.

    Cells that changed back are left out, and so are changes that a correction records.
    """
    corrected = {
        (row["table"], row["key"], row["column"]): row["printed"]
        for row in data.corrections.to_dict("records")
    }
    net: dict[CellPlace, dict[str, str]] = {}
    for row in data.revisions.to_dict("records"):
        place = (row["table"], row["key"], row["column"])
        net[place] = {**row, "before": net.get(place, row)["before"]}
    rows = [
        row
        for place, row in net.items()
        if row["before"] != row["after"] and corrected.get(place) != row["before"]
    ]
    return frame("revisions", rows)
