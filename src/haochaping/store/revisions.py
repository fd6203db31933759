"""What changed in a quarter's printed cells since its tidy tables were first written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

import pandas as pd

from haochaping.core.cell_texts import cell_texts
from haochaping.core.model import NOTE, TEXT_CLAIMS, CellRef, QuarterData, frame
from haochaping.store.cell_index import cell_of


def add_revisions(before: QuarterData, after: QuarterData, on: date) -> QuarterData:
    """Return `after` with the revisions of `before` and a new one for every cell whose text differs between the two.

    A cell that only goes by another name since, because the city declares its column or table otherwise, is no revision.
    """
    old, new = cell_texts(before), cell_texts(after)
    renamed = _renamed(before, after, old, new)
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
        if cell not in renamed and old.get(cell, "") != new.get(cell, "")
    ]
    known = before.revisions.to_dict("records")
    return replace(after, revisions=frame("revisions", [*known, *rows]))


def _renamed(
    before: QuarterData, after: QuarterData, old: Mapping[CellRef, str], new: Mapping[CellRef, str]
) -> set[CellRef]:
    """Cells that only one of the two has, while the other has the same text at the same printed place."""
    if old.keys() == new.keys():
        return set()
    places_before = {ref: place for ref, place in _printed_places(before, old) if ref not in new}
    places_after = {ref: place for ref, place in _printed_places(after, new) if ref not in old}
    shared = set(places_before.values()) & set(places_after.values())
    renamed = {ref for ref, place in (*places_before.items(), *places_after.items()) if place in shared}
    if before.fact("text") == after.fact(
        "text"
    ):  # a figure of the same text that is declared since, or no longer
        renamed |= {ref for ref in old.keys() ^ new.keys() if ref.table == TEXT_CLAIMS}
    return renamed


def _printed_places(
    data: QuarterData, texts: Mapping[CellRef, str]
) -> Iterator[tuple[CellRef, tuple[object, ...]]]:
    """Every cell of a table with its place and text as printed, whatever the place is declared to mean."""
    for cell in data.cell_records():
        yield CellRef.of_record(cell), (cell["table"], cell["row"], cell["column"], cell["printed"])
    for ref, text in texts.items():
        if ref.row == NOTE:
            yield ref, (NOTE, ref.column, text)


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
