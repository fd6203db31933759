"""Workbooks (.xlsx, .xls, .ods) and CSV files as grids of texts, one a sheet.

Numbers become text: whole numbers without a point. Formulas count by their stored value; one without a stored value is refused.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from haochaping.cleaning.decode import decode
from haochaping.errors import InputRefused, Problem, refuse
from haochaping.model import QuarterData
from haochaping.quarter import Quarter
from haochaping.reference import Reference
from haochaping.sources.annex_grids import read_grids
from haochaping.sources.bulletin import assemble
from haochaping.sources.entries import SHEET, read_entries
from haochaping.sources.grid import MOST_COLUMNS, MOST_ROWS, Grid, make_grid
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
    problems = [*wrong, *problems, *_left_over(others)]
    if problems:
        raise InputRefused(problems)
    if not tables:
        raise refuse(place, "没有附件表格", "应有带“序号”“区县”或“部门”表头的工作表")
    return assemble(narrative, once(tables, place), quarter, reference, place, kind)


def _left_over(grids: Sequence[Grid]) -> list[Problem]:
    """Sheets with rows of figures but no header that is known."""
    problems = []
    for grid in grids:
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
    missing = _formulas_without_value(path)
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
            for cell in missing.get(meta.name, ())
        ]
        grids.append(_sheet_grid(sheet, meta.name, place))
    if problems:
        raise InputRefused(problems)
    return grids


def _sheet_grid(sheet: Any, name: str, place: str) -> Grid:
    values = sheet.to_python(skip_empty_area=False)
    merged = [(top, left, bottom, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()]
    rows = [[_text(value) for value in row] for row in values]
    numeric = (
        (r, c)
        for r, row in enumerate(values)
        for c, value in enumerate(row)
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    )
    return make_grid(rows, place, merged=merged, name=name, lettered=True, numeric=numeric)


def _text(value: Any) -> str:
    """A cell's value as text; Excel's errors stay as they are and are told as no number."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return _plain(value)
    if isinstance(value, (datetime, date)):
        day = value.date() if isinstance(value, datetime) else value
        return day.isoformat()
    if isinstance(value, (time, timedelta)):
        return _DATE_SHOWN.format(value)
    return str(value)


def _plain(value: float) -> str:
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    return format(Decimal(repr(value)), "f")


def _formulas_without_value(path: Path) -> dict[str, list[str]]:
    """Cells of an .xlsx with a formula and no stored result, by sheet."""
    if not zipfile.is_zipfile(path):
        return {}
    found: dict[str, list[str]] = {}
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
            return {}
        targets = {
            item.get("Id"): str(item.get("Target")).removeprefix("/xl/").removeprefix("xl/")
            for item in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        }
        for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(f"{_MAIN}sheet"):
            part = f"xl/{targets.get(sheet.get(f'{_REL}id'), '')}"
            if part in names:
                with archive.open(part) as file:
                    found[str(sheet.get("name"))] = _without_value(file)
    return found


def _without_value(file: Any) -> list[str]:
    cells = []
    for _, element in ElementTree.iterparse(file):
        if element.tag == f"{_MAIN}c":
            value = element.find(f"{_MAIN}v")
            if element.find(f"{_MAIN}f") is not None and (value is None or value.text is None):
                kind = element.get("t", "")
                if kind != "str":  # a formula whose result is blank text stores nothing
                    cells.append(str(element.get("r")))
            element.clear()
    return cells


def _csv_grid(path: Path) -> Grid:
    text = decode(path.read_bytes(), path.name)
    first = text.splitlines()[0] if text.split() else ""
    delimiter = max(",\t;", key=first.count)
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    if len(rows) > MOST_ROWS:
        raise refuse(path.name, f"{len(rows)} 行", f"不应超过 {MOST_ROWS} 行")
    return make_grid(rows, path.name, name=path.stem, lettered=True)
