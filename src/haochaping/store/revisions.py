"""What changed in a quarter's printed cells since its tidy tables were first written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd

from haochaping.core.cell_texts import cell_texts
from haochaping.core.model import CellRef, QuarterData, frame
from haochaping.store.cell_index import cell_of


def add_revisions(before: QuarterData, after: QuarterData, on: date) -> QuarterData:
    """Return `after` with the revisions of `before` and a new one for every cell whose text differs between the two."""
    old, new = cell_texts(before), cell_texts(after)
    rows = [
        {
            "on": on.isoformat(),
            "table": cell.table,
            "row": cell.row,
            "member": cell.member,
            "column": cell.column,
            "before": old.get(cell, ""),
            "after": new.get(cell, ""),
        }
        for cell in dict.fromkeys([*old, *new])
        if old.get(cell, "") != new.get(cell, "")
    ]
    known = before.revisions.to_dict("records")
    return replace(after, revisions=frame("revisions", [*known, *rows]))


def net_revisions(data: QuarterData) -> pd.DataFrame:
    """One row a cell that now differs from its first reading: first text, present text, date of the last change.

    Cells that changed back are left out, and so are changes that a correction records.
    """
    corrected = {cell_of(row): row["printed"] for row in data.corrections.to_dict("records")}
    net: dict[CellRef, dict[str, str]] = {}
    for row in data.revisions.to_dict("records"):
        cell = cell_of(row)
        net[cell] = {**row, "before": net.get(cell, row)["before"]}
    rows = [
        row
        for cell, row in net.items()
        if row["before"] != row["after"] and corrected.get(cell) != row["before"]
    ]
    return frame("revisions", rows)
