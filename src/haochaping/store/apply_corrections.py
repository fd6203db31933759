"""Corrections by the analyst: applied to the tables; the frame ``corrections`` keeps the printed values."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import pandas as pd

from haochaping.cleaning.dates import iso_date
from haochaping.cleaning.number_or_missing import Cell, read_count, read_rate
from haochaping.core.model import (
    NOTE,
    NOTE_COLUMNS,
    TABLES,
    TEXT_CLAIMS,
    CellRef,
    QuarterData,
    decode_key,
    encode_key,
    frame,
    printed_column,
)
from haochaping.reference.reference import Reference


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
    """Return `data` with the corrected values in its cells and with frame ``corrections``.

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
            "key": encode_key(c.cell.names),
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
        Correction(
            CellRef.of(row["table"], decode_key(row["key"]), row["column"]),
            *(row[name] for name in ("printed", "corrected", "basis", "by", "on")),
        )
        for row in data.corrections.to_dict("records")
    ]


def undo_corrections(data: QuarterData, reference: Reference) -> QuarterData:
    """Return `data` with every correction undone: as the source printed it."""
    for row in data.corrections.to_dict("records"):
        cell = CellRef.of(row["table"], decode_key(row["key"]), row["column"])
        data = with_cell_text(data, cell, row["printed"], reference)
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
        if is_rate(cell):
            return read_rate(text, reference.no_value)
        return read_count(text.removesuffix("条"), reference.no_value)
    except ValueError as error:
        raise CorrectionNotApplicable(str(error)) from None


def is_note(cell: CellRef) -> bool:
    """Whether the cell is an annex's title or a date of its note."""
    return cell.column in NOTE_COLUMNS and NOTE in cell.names.values()


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


def is_rate(cell: CellRef) -> bool:
    """Whether the cell holds a percentage."""
    if cell.table == TEXT_CLAIMS:
        return cell.names.get("figure") != "records"
    return cell.column in TABLES[cell.table].rates


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
    if cell.table == TEXT_CLAIMS:
        return _with_headline(data, cell, value, text)
    table = data.table(cell.table).copy()
    selected = pd.Series(True, index=table.index)
    for name, part in cell.key:
        selected &= table[name] == part
    if selected.any():
        missing = pd.NA if cell.column in TABLES[cell.table].counts else float("nan")
        table.loc[selected, cell.column] = missing if value.value is None else value.value
        if is_rate(cell):
            table.loc[selected, printed_column(cell.column)] = value.printed
        data = replace(data, **{cell.table: table})
    else:
        data = _with_total(data, cell, value)
    return _with_unreported(data, cell, value)


def _with_total(data: QuarterData, cell: CellRef, value: Cell) -> QuarterData:
    totals = data.printed_totals.copy()
    selected = (
        (totals["table"] == cell.table)
        & (totals["key"] == encode_key(cell.names))
        & (totals["column"] == cell.column)
    )
    if not selected.any():
        raise CorrectionNotApplicable("没有这样一格")
    totals.loc[selected, "value"] = float("nan") if value.value is None else float(value.value)
    totals.loc[selected, "printed"] = value.printed
    return replace(data, printed_totals=totals)


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
    selected = headline["figure"] == cell.names.get("figure")
    if not selected.any():
        raise CorrectionNotApplicable("正文没有这样一个数")
    unit = "条" if str(headline.loc[selected, "printed"].iloc[0]).endswith("条") and text.isdecimal() else ""
    headline.loc[selected, "value"] = float("nan") if value.value is None else float(value.value)
    headline.loc[selected, "printed"] = text + unit
    return replace(data, headline=headline)


def _with_unreported(data: QuarterData, cell: CellRef, value: Cell) -> QuarterData:
    rows = data.unreported.to_dict("records")
    key = encode_key(cell.names)
    positions = [
        i for i, r in enumerate(rows) if (r["table"], r["key"], r["column"]) == (cell.table, key, cell.column)
    ]
    if value.value is None:
        entry = {
            "table": cell.table,
            "key": key,
            "column": cell.column,
            "printed": value.printed,
            "reason": value.reason,
        }
        rows = [entry if i in positions else r for i, r in enumerate(rows)] if positions else [*rows, entry]
    else:
        rows = [r for i, r in enumerate(rows) if i not in positions]
    return replace(data, unreported=frame("unreported", rows))
