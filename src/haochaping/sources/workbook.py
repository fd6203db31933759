"""Workbooks (.xlsx, .xls, .ods) and CSV files as grids of texts, one a sheet.

Numbers become text: whole numbers without a point. Formulas count by their stored value; one without a stored value is refused.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from haochaping.cleaning.cells import percent
from haochaping.cleaning.decode import decode
from haochaping.errors import InputRefused, Problem, refuse
from haochaping.model import TABLES, QuarterData
from haochaping.quarter import Quarter
from haochaping.reference import Reference
from haochaping.sources.annex_grids import read_grids
from haochaping.sources.bulletin import assemble
from haochaping.sources.entries import HELP_SHEET, SHEET, read_entries, with_annex_entries
from haochaping.sources.grid import MOST_COLUMNS, MOST_ROWS, Grid, column_letter, make_grid
from haochaping.sources.tables import once

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_DATE_SHOWN = "日期 {}（可能是表格软件把数字改成了日期）"


def read_workbook(path: Path, quarter: Quarter, reference: Reference) -> QuarterData:
    """The model from a workbook: its own sheets or an office's, annexes in any order.

    Raises
    ------
    InputRefused
        It cannot be opened, holds no annex, or a cell cannot be read with certainty.
    """
    return _assembled(read_sheets(path), quarter, reference, path.name, "workbook")


def read_csv_files(paths: Sequence[Path], quarter: Quarter, reference: Reference) -> QuarterData:
    """The model from CSV files, one an annex.

    Raises
    ------
    InputRefused
        As :func:`read_workbook`.
    """
    grids = [_csv_grid(path) for path in paths]
    return _assembled(grids, quarter, reference, "、".join(path.name for path in paths), "csv")


def _assembled(
    grids: Sequence[Grid], quarter: Quarter, reference: Reference, place: str, kind: str
) -> QuarterData:
    entries = next((grid for grid in grids if grid.name == SHEET), None)
    narrative, wrong = read_entries(entries, quarter)
    tables, problems, others = read_grids([grid for grid in grids if grid is not entries], reference)
    tables, unlike = with_annex_entries(tables, entries)
    problems = [*wrong, *problems, *unlike, *_left_over(others)]
    if problems:
        raise InputRefused(problems)
    if not tables:
        raise refuse(place, "没有附件表格", "应有带“序号”“区县”或“部门”表头的工作表")
    data = assemble(narrative, once(tables, place), quarter, reference, place, kind)
    if not any(data.table(name)[spec.counts[-1]].notna().any() for name, spec in TABLES.items()):
        raise refuse(place, "各附件都没有填数", "请填写后再运行")
    return data


def _left_over(grids: Sequence[Grid]) -> list[Problem]:
    """Sheets with rows of figures but no header that is known."""
    problems = []
    for grid in grids:
        if grid.name == HELP_SHEET:
            continue
        figures = [
            row
            for row in range(len(grid.rows))
            if sum(text.replace(",", "").isdecimal() for text in grid.texts(row)) > 1
        ]
        if len(figures) > 1:
            first = figures[0]
            problems.append(
                Problem(
                    f"{grid.place} 第 {grid.numbers[first]} 行",
                    " ".join(grid.texts(first))[:80],
                    "此表有数据而没有认识的表头；列名应在 data/reference/headings.csv 中，无关的工作表请删去",
                )
            )
    return problems


def read_sheets(path: Path) -> list[Grid]:
    """Every sheet of a workbook as a grid; hidden and very large ones are refused.

    Raises
    ------
    InputRefused
        The file is encrypted, damaged or too large, or a sheet is hidden while it holds something.
    """
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    try:
        workbook = CalamineWorkbook.from_path(str(path))
    except Exception as error:  # calamine raises several kinds for files that are no workbooks
        expected = "应为未加密、未损坏的表格文件（.xlsx、.xls、.ods）"
        raise refuse(path.name, type(error).__name__, expected) from None
    details = _cell_details(path)
    grids: list[Grid] = []
    problems: list[Problem] = []
    for meta in workbook.sheets_metadata:
        place = f"{path.name} 工作表“{meta.name}”"
        sheet = workbook.get_sheet_by_name(meta.name)
        if not sheet.total_height:
            continue
        if meta.visible != SheetVisibleEnum.Visible:
            problems.append(Problem(place, "隐藏的工作表", "请取消隐藏并核对，或删去"))
            continue
        if sheet.height > MOST_ROWS or sheet.width > MOST_COLUMNS:
            size = f"{sheet.height} 行 {sheet.width} 列"
            problems.append(Problem(place, size, f"不应超过 {MOST_ROWS} 行 {MOST_COLUMNS} 列"))
            continue
        problems += [
            Problem(f"{place} {cell}", "公式没有结果", "请用表格软件打开、重新计算并保存，或填写数值")
            for cell in details.without_value.get(meta.name, ())
        ]
        grids.append(_sheet_grid(sheet, meta.name, place, details.percents.get(meta.name, {})))
    if problems:
        raise InputRefused(problems)
    return grids


def _sheet_grid(sheet: Any, name: str, place: str, percents: dict[str, int]) -> Grid:
    values = sheet.to_python(skip_empty_area=False)
    merged = [(top, left, bottom, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()]
    rows = [
        [
            _text(value, percents.get(f"{column_letter(c)}{r}") if percents else None)
            for c, value in enumerate(row)
        ]
        for r, row in enumerate(values, start=1)
    ]
    numeric = (
        (r, c)
        for r, row in enumerate(values)
        for c, value in enumerate(row)
        if isinstance(value, (int, float)) and not rows[r][c].endswith("%")
    )
    return make_grid(rows, place, merged=merged, name=name, lettered=True, numeric=numeric)


def _text(value: Any, decimals: int | None = None) -> str:
    """A cell's value as text; a number in a percent format as the sheet shows it, with so many decimals."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        if decimals is None:
            return _plain(value)
        return f"{percent(Fraction(Decimal(repr(value))), decimals)}%"
    if isinstance(value, (datetime, date)):
        return (value.date() if isinstance(value, datetime) else value).isoformat()
    if isinstance(value, (time, timedelta)):
        return _DATE_SHOWN.format(value)
    return str(value)


def _plain(value: float) -> str:
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    return format(Decimal(repr(value)), "f")


@dataclass
class _Details:
    """What an .xlsx says of its cells beside their values, by sheet: formulas without a stored result, percent formats."""

    without_value: dict[str, list[str]] = field(default_factory=dict)
    percents: dict[str, dict[str, int]] = field(default_factory=dict)
    """Cell to the decimals that its percent format shows."""


def _cell_details(path: Path) -> _Details:
    found = _Details()
    if not zipfile.is_zipfile(path):
        return found
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
            return found
        formats = _percent_formats(archive.read("xl/styles.xml")) if "xl/styles.xml" in names else {}
        targets = {
            item.get("Id"): str(item.get("Target")).removeprefix("/xl/").removeprefix("xl/")
            for item in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        }
        for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(f"{_MAIN}sheet"):
            part = f"xl/{targets.get(sheet.get(f'{_REL}id'), '')}"
            if part in names:
                with archive.open(part) as file:
                    _read_details(file, str(sheet.get("name")), formats, found)
    return found


def _percent_formats(styles: bytes) -> dict[str, int]:
    """Cell style (its number, as text) to the decimals of its percent format."""
    root = ElementTree.fromstring(styles)
    codes = {"9": "0%", "10": "0.00%"}  # built into the format (ECMA-376, 18.8.30)
    codes |= {str(n.get("numFmtId")): str(n.get("formatCode")) for n in root.iter(f"{_MAIN}numFmt")}
    styles_used = root.find(f"{_MAIN}cellXfs")
    result = {}
    for number, style in enumerate(() if styles_used is None else styles_used):
        code = codes.get(str(style.get("numFmtId")), "").split(";")[0]
        if match := re.search(r"0(?:\.(0+))?%", code):
            result[str(number)] = len(match[1] or "")
    return result


def _read_details(file: Any, sheet: str, formats: dict[str, int], found: _Details) -> None:
    cells, percents = found.without_value.setdefault(sheet, []), found.percents.setdefault(sheet, {})
    for _, element in ElementTree.iterparse(file):
        if element.tag == f"{_MAIN}c":
            value = element.find(f"{_MAIN}v")
            place = str(element.get("r"))
            # A formula whose result is blank text stores nothing, and says so by its type.
            blank = (value is None or value.text is None) and element.get("t", "") != "str"
            if blank and element.find(f"{_MAIN}f") is not None:
                cells.append(place)
            if (decimals := formats.get(element.get("s", ""))) is not None:
                percents[place] = decimals
            element.clear()


def _csv_grid(path: Path) -> Grid:
    text = decode(path.read_bytes(), path.name)
    first = text.splitlines()[0] if text.split() else ""
    delimiter = max(",\t;", key=first.count)
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    if len(rows) > MOST_ROWS:
        raise refuse(path.name, f"{len(rows)} 行", f"不应超过 {MOST_ROWS} 行")
    return make_grid(rows, path.name, name=path.stem, lettered=True)
