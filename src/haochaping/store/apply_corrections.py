"""Corrections by the analyst: applied to the cells; the frame ``corrections`` keeps the printed texts."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import pandas as pd

from haochaping.cleaning.dates import iso_date
from haochaping.cleaning.number_or_missing import Cell, read_count, read_measure, read_number, read_rate
from haochaping.core.declaration import Declaration, Measure
from haochaping.core.model import (
    AS_PRINTED,
    MISSING,
    NOTE,
    NOTE_COLUMNS,
    NUMBER,
    TEXT_CLAIMS,
    CellRef,
    QuarterData,
    frame,
    undeclared_table,
)
from haochaping.read.grid.table_meaning import has_percent_unit
from haochaping.reference.reference import Reference
from haochaping.store.cell_index import cell_of

BLANK = "原表空白"
"""Reason of a cell in which nothing is printed."""


@dataclass(frozen=True)
class Correction:
    """The correction of one cell: printed text, corrected text, on what basis, by whom, when (ISO date)."""

    cell: CellRef
    printed: str
    corrected: str
    basis: str = ""
    by: str = ""
    on: str = ""


class CorrectionNotApplicable(ValueError):
    """The corrected text is not valid in the cell, or there is no such cell; the message says which, in Chinese."""


def apply_corrections(data: QuarterData, corrections: list[Correction], reference: Reference) -> QuarterData:
    """Return `data` with the corrected texts in its cells and with frame ``corrections``.

    Printed totals are not adjusted: the rules check them against the corrected cells.

    Raises
    ------
    CorrectionNotApplicable
        A corrected text is no count or percentage, as its cell requires.
    """
    for correction in corrections:
        data = with_cell_text(data, correction.cell, correction.corrected, reference, reason="更正为“{}”")
    rows = [
        {
            "table": c.cell.table,
            "row": c.cell.row,
            "member": c.cell.member,
            "column": c.cell.column,
            "printed": c.printed,
            "corrected": c.corrected,
            "basis": c.basis,
            "by": c.by,
            "on": c.on,
        }
        for c in corrections
    ]
    return replace(data, corrections=frame("corrections", rows)) if rows else data


def recorded_corrections(data: QuarterData) -> list[Correction]:
    """The corrections recorded in the data, for a quarter of which only tidy tables are left."""
    return [
        Correction(cell_of(row), *(row[name] for name in ("printed", "corrected", "basis", "by", "on")))
        for row in data.corrections.to_dict("records")
    ]


def undo_corrections(data: QuarterData, reference: Reference) -> QuarterData:
    """Return `data` with every correction undone: as the source printed it."""
    for row in data.corrections.to_dict("records"):
        cell, printed = cell_of(row), row["printed"]
        if is_note(cell):
            data = _with_note(data, cell, printed)
        elif cell.table == TEXT_CLAIMS:
            number = _without_qualifier(data, cell, printed)
            data = _with_headline(data, cell, _read(cell, number, reference), number)
        else:
            data = _with_cell(data, cell, _read_printed(data, cell, printed, reference), printed)
    return replace(data, corrections=frame("corrections", []))


def read_cell(cell: CellRef, text: str, reference: Reference) -> Cell:
    """Read a corrected text as its cell requires: a count, a percentage, or a title or date of an annex.

    Raises
    ------
    CorrectionNotApplicable
        The text is not valid in the cell.
    """
    if is_note(cell):
        return Cell(_note_value(cell, text))
    try:
        if re.search(r"\d\s+\d", text):
            raise ValueError("数字中间不应有空格")
        return _read(cell, text, reference)
    except ValueError as error:
        raise CorrectionNotApplicable(str(error)) from None


def is_note(cell: CellRef) -> bool:
    """Whether the cell is an annex's title or a date of its note."""
    return cell.column in NOTE_COLUMNS and cell.row == NOTE


def is_rate(cell: CellRef, declaration: Declaration) -> bool:
    """Whether the cell holds a percentage."""
    if cell.table == TEXT_CLAIMS:
        return cell.row != "records"
    measure = _measure(cell, declaration)
    return measure is not None and measure.is_percentage


def with_cell_text(
    data: QuarterData, cell: CellRef, text: str, reference: Reference, reason: str = ""
) -> QuarterData:
    """Return `data` with another printed text in one cell; `reason` is given for a cell that then holds no number.

    Raises
    ------
    CorrectionNotApplicable
        The text is not valid in the cell, or there is no such cell.
    """
    if is_note(cell):
        return _with_note(data, cell, text)
    value = read_cell(cell, text, reference)
    if reason and value.value is None:
        value = replace(value, reason=reason.format(value.printed))
    return _with_cell(data, cell, value, text)


# --- one text to one value -------------------------------------------------------------------------------------


def _measure(cell: CellRef, declaration: Declaration) -> Measure | None:
    """The declared measure of a cell of a table; None where nobody declared what it means."""
    spec = declaration.annexes.get(cell.table)
    return spec.measures_by_name.get(cell.column) if spec else None


def _read(cell: CellRef, text: str, reference: Reference, *, in_percent: bool = False) -> Cell:
    """A text of a figure or cell; raises ValueError where it cannot be one."""
    if cell.table == TEXT_CLAIMS:
        if is_rate(cell, reference.declaration):
            return read_rate(text, reference.no_value)
        return read_count(text.removesuffix("条"), reference.no_value)
    measure = _measure(cell, reference.declaration)
    if measure is None:
        return read_number(text, in_percent=in_percent)
    if measure.is_count:
        text = text.removesuffix("条")
    return read_measure(text, measure, reference.no_value, in_percent=in_percent)


def _read_printed(data: QuarterData, cell: CellRef, printed: str, reference: Reference) -> Cell:
    """What a source printed in a cell: unlike a correction it may be blank, or lack a % that the heading has."""
    if not printed:
        return Cell("", reason=BLANK)
    heading = next(iter(data.cells.loc[_selected(data.cells, cell), "column"]), "")
    return _read(cell, printed, reference, in_percent=has_percent_unit(heading.split("/")))


def _without_qualifier(data: QuarterData, cell: CellRef, printed: str) -> str:
    """The number in a figure of the text that is printed as ``99.9%以上``."""
    claim = data.figure(cell.row)
    qualifier = "" if claim is None else str(claim["qualifier"])
    return printed.removeprefix(qualifier).removesuffix(qualifier)


def _note_value(cell: CellRef, text: str) -> str:
    """The text of a note's cell: a title unchanged, dates in ISO form."""
    if cell.column == "title":
        return text
    days = text.split("至") if cell.column == "period" else [text]
    iso = [iso_date(day) for day in days]
    if len(days) != (2 if cell.column == "period" else 1) or not all(iso):
        wanted = "2022-10-01 至 2022-12-31" if cell.column == "period" else "2023-01-05"
        raise CorrectionNotApplicable(f"应写作 {wanted} 的样子")
    return " 至 ".join(day for day in iso if day)


# --- one value into the frames ---------------------------------------------------------------------------------


def _with_cell(data: QuarterData, cell: CellRef, value: Cell, text: str) -> QuarterData:
    if cell.table == TEXT_CLAIMS:
        return _with_headline(data, cell, value, text)
    selected = _selected(data.cells, cell)
    if not selected.any():
        raise CorrectionNotApplicable("没有这样一格")
    cells = data.cells.copy()
    cells.loc[selected, "printed"] = value.printed
    cells.loc[selected, "value"] = float("nan") if value.value is None else float(value.value)
    cells.loc[selected, "reason"] = value.reason
    if not (cells.loc[selected, "status"] == AS_PRINTED).all():
        cells.loc[selected, "status"] = MISSING if value.value is None else NUMBER
    return replace(data, cells=cells)


def _selected(cells: pd.DataFrame, cell: CellRef) -> pd.Series:
    """Which row of ``cells`` a reference names."""
    of_table = cells["annex"] == cell.table
    if not of_table.any():
        of_table = (cells["annex"] == "") & (cells["table"].map(undeclared_table) == cell.table)
    measure_or_heading = cells["measure"].where(cells["measure"] != "", cells["column"])
    return (
        of_table
        & (cells["row"] == cell.row)
        & (cells["member"] == cell.member)
        & (measure_or_heading == cell.column)
    )


def _with_note(data: QuarterData, cell: CellRef, text: str) -> QuarterData:
    """Set the title, period or extraction date of one annex, and in ``about``, which repeats those of the first annex."""
    annexes = data.annexes.copy()
    selected = annexes["table"] == cell.table
    if not selected.any():
        raise CorrectionNotApplicable("没有这个附件")
    value = _note_value(cell, text)
    fields = {cell.column: value}
    if cell.column == "period":
        fields = dict(zip(("period_start", "period_end"), value.split(" 至 "), strict=True))
    about = data.about.copy()
    for name, new_text in fields.items():
        first_text = next((text for text in annexes[name] if text), "")
        annexes.loc[selected, name] = new_text
        repeats = (about["field"] == name) & (about["value"] == first_text)
        about.loc[repeats, "value"] = next((text for text in annexes[name] if text), "")
    return replace(data, annexes=annexes, about=about)


def _with_headline(data: QuarterData, cell: CellRef, value: Cell, text: str) -> QuarterData:
    headline = data.headline.copy()
    selected = headline["figure"] == cell.row
    if not selected.any():
        raise CorrectionNotApplicable("正文没有这样一个数")
    unit = "条" if str(headline.loc[selected, "printed"].iloc[0]).endswith("条") and text.isdecimal() else ""
    headline.loc[selected, "value"] = float("nan") if value.value is None else float(value.value)
    headline.loc[selected, "printed"] = text + unit
    return replace(data, headline=headline)
