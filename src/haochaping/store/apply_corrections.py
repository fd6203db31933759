"""Corrections by the analyst: applied to the cells; the frame ``corrections`` keeps the printed texts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

import pandas as pd

from haochaping.cleaning.dates import iso_date
from haochaping.cleaning.number_or_missing import Cell, read_count, read_rate
from haochaping.core.declaration import AS_PRINTED as AS_PRINTED_KIND
from haochaping.core.declaration import CHANGE, Declaration, Measure
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
from haochaping.core.text import plain_number
from haochaping.reference.reference import Reference
from haochaping.store.cell_index import cell_of

BLANK = "原表空白"
"""Reason of a cell in which nothing is printed."""
_SIGNS = {"+": 1, "＋": 1, "-": -1, "－": -1, "−": -1, "–": -1}
_SCORE = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,6})?")


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
        else:
            data = _with_cell(data, cell, _read_printed(cell, printed, reference), printed)
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
        return _reader(cell, reference)(text)
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


def _reader(cell: CellRef, reference: Reference, *, in_percent: bool = False) -> Callable[[str], Cell]:
    """The function that reads a text of this cell; it raises ValueError."""
    measure = _measure(cell, reference.declaration)
    if measure and measure.kind == CHANGE:
        return lambda text: _read_change(text, reference, in_percent)
    if is_rate(cell, reference.declaration):
        return lambda text: read_rate(text, reference.no_value, in_percent=in_percent)
    if cell.table == TEXT_CLAIMS or (measure and measure.is_count):
        return lambda text: read_count(text.removesuffix("条"), reference.no_value)
    if measure is None or measure.kind == AS_PRINTED_KIND:
        return Cell
    return lambda text: _read_score(text, reference)


def _read_change(text: str, reference: Reference, in_percent: bool) -> Cell:
    """A percentage with or without a sign, or one of the words for "no value" (which may be a dash)."""
    sign, unsigned = text.strip()[:1], text.strip()[1:]
    if sign not in _SIGNS or not unsigned[:1].isdecimal():
        return read_rate(text, reference.no_value, in_percent=in_percent)
    size = read_rate(unsigned, reference.no_value, in_percent=in_percent).value or 0.0
    return Cell(text, size * _SIGNS[sign])


def _read_score(text: str, reference: Reference) -> Cell:
    """A number with or without decimals, or one of the words for "no value"."""
    number = plain_number(text)
    if _SCORE.fullmatch(number):
        return Cell(text, float(Decimal(number)))
    try:
        without_number = read_count(text, reference.no_value)
    except ValueError:
        raise ValueError("应为数或表示无数据的符号") from None
    return without_number


def _read_printed(cell: CellRef, printed: str, reference: Reference) -> Cell:
    """What a source printed in a cell: unlike a correction it may be blank, or lack a % that the heading has."""
    if not printed:
        return Cell("", reason=BLANK)
    return _reader(cell, reference, in_percent=True)(printed)


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
