"""Read workbooks (.xlsx, .xls, .ods) and CSV files as grids of texts, one for each sheet.

Numbers become text, whole ones without a decimal point. Formulas are read by their stored value; one without is refused.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from haochaping.cleaning.decode_text import decode
from haochaping.cleaning.number_or_missing import is_number, percent
from haochaping.core.errors import InputRefused, Problem, refuse
from haochaping.core.model import NUMBER, QuarterData
from haochaping.core.period import Period
from haochaping.read.assemble import assemble
from haochaping.read.formats.entries_sheet import PROSE_SHEETS, SHEET, read_entries, with_annex_entries
from haochaping.read.formats.file_format import MOST_LINES_ABOVE, header_delimiter, is_ods
from haochaping.read.formats.ods import read_ods
from haochaping.read.formats.workbook_details import DATE_SHOWN, Sheet, SheetDetails, number_text
from haochaping.read.formats.xls import xls_details
from haochaping.read.formats.xlsx import xlsx_details
from haochaping.read.grid.grid import MOST_COLUMNS, MOST_ROWS, Grid, make_grid
from haochaping.read.grid.header_rows import HeaderFinder
from haochaping.read.grid.margins import is_filled_in_by
from haochaping.read.grid.read_grids import read_grids
from haochaping.reference.reference import Reference


def read_workbook(path: Path, quarter: Period, reference: Reference) -> QuarterData:
    """Read a quarter from a workbook: the kit's own form or an office's, annexes in any order.

    Raises
    ------
    InputRefused
        It cannot be opened, holds no annex, or a cell cannot be read with certainty.
    """
    return _assemble_grids(read_sheets(path), quarter, reference, path.name, "workbook")


def read_csv_files(paths: Sequence[Path], quarter: Period, reference: Reference) -> QuarterData:
    """Read a quarter from CSV files, one for each annex.

    Raises
    ------
    InputRefused
        As :func:`read_workbook`.
    """
    grids = [_csv_grid(path, reference) for path in paths]
    return _assemble_grids(grids, quarter, reference, "、".join(path.name for path in paths), "csv")


def _assemble_grids(
    grids: Sequence[Grid], quarter: Period, reference: Reference, place: str, kind: str
) -> QuarterData:
    entries = next((grid for grid in grids if grid.name == SHEET), None)
    narrative, entry_problems = read_entries(entries, quarter, reference)
    finder = HeaderFinder(reference)
    sheets = [
        grid
        for grid in grids
        if grid is not entries and (grid.name not in PROSE_SHEETS or finder.holds_annex(grid))
    ]
    tables, problems, others = read_grids(sheets, reference)
    tables, contradictions = with_annex_entries(tables, entries, reference)
    problems = [*entry_problems, *problems, *contradictions, *_unrecognised_tables(others)]
    if problems:
        raise InputRefused(problems)
    if not tables:
        raise refuse(place, "没有附件表格", f"应有带{reference.declaration.first_headings}表头的工作表")
    data = assemble(narrative, tables, quarter, reference, place, kind)
    has_number = (data.cells["status"] == NUMBER) & ~data.cells["is_total"]
    # Totals may be formulas over blanks.
    if not has_number.any() and data.undeclared["value"].isna().all():
        raise refuse(place, "各附件都没有填数", "请填写后再运行")
    return data


def _unrecognised_tables(grids: Sequence[Grid]) -> list[Problem]:
    """Report sheets with rows of figures but without a known header."""
    problems = []
    for grid in grids:
        if grid.name in PROSE_SHEETS:
            continue
        first = next((row for row in range(len(grid.rows)) if _has_figures(grid, row)), None)
        if first is not None:
            rows_above = (row for row in range(first - 1, -1, -1) if grid.texts(row))
            shown = next(rows_above, first)
            problems.append(
                Problem(
                    f"{grid.place} 第 {grid.numbers[shown]} 行",
                    " ".join(grid.texts(shown))[:80],
                    "此表有数据而没有表头，无关的工作表请删去",
                )
            )
    return problems


def _has_figures(grid: Grid, row: int) -> bool:
    """Whether a row has two figures, or one that is not in the first column (where it may number a list)."""
    figures = [
        at for at, text in enumerate(grid.rows[row]) if is_number(text) and (row, at) not in grid.covered
    ]
    return len(figures) > 1 or bool(figures and figures[0] > 0)


def read_sheets(path: Path) -> list[Grid]:
    """Read every sheet of a workbook as a grid; refuse hidden content, formulas without a result and huge sheets.

    Raises
    ------
    InputRefused
        The file is encrypted, damaged or too large, or a sheet, row or column is hidden while it holds something.
    """
    sheets = _load_sheets(path)
    problems: list[Problem] = []
    grids: list[Grid] = []
    for sheet in sheets:
        place = f"{path.name} 工作表“{sheet.name}”"
        if not sheet.details.bottom:
            continue
        if sheet.details.hidden:
            problems.append(Problem(place, "隐藏的工作表", "请取消隐藏并核对，或删去"))
            continue
        if sheet.name not in PROSE_SHEETS:  # their formulas may refer to annexes that were deleted on purpose
            problems += sheet.details.problems(place, sheet.rows)
        grids.append(
            make_grid(
                sheet.rows, place, merged=sheet.merged, name=sheet.name, lettered=True, numeric=sheet.numeric
            )
        )
    if problems:
        raise InputRefused(problems)
    return grids


def _load_sheets(path: Path) -> list[Sheet]:
    """Load the sheets with their cells, after checking that none is too large for a bulletin's table."""
    if is_ods(path):
        sheets = read_ods(path)
        _refuse_too_large(path, {sheet.name: sheet.details for sheet in sheets})
        return sheets
    details = xlsx_details(path) if zipfile.is_zipfile(path) else xls_details(path)
    _refuse_too_large(path, details)
    from python_calamine import CalamineWorkbook, SheetTypeEnum

    try:
        workbook = CalamineWorkbook.from_path(str(path))
        return [
            _sheet(workbook, meta.name, details[meta.name])
            for meta in workbook.sheets_metadata
            if meta.typ == SheetTypeEnum.WorkSheet
        ]
    except Exception as error:  # calamine raises several kinds for files that are no workbooks
        expected = "应为未加密、未损坏的表格文件（.xlsx、.xls、.ods）"
        raise refuse(path.name, type(error).__name__, expected) from None


def _refuse_too_large(path: Path, details: Mapping[str, SheetDetails]) -> None:
    problems = [
        problem
        for name, sheet in details.items()
        if not sheet.hidden
        for problem in sheet.too_large(f"{path.name} 工作表“{name}”")
    ]
    if problems:
        raise InputRefused(problems)


def _sheet(workbook: Any, name: str, details: SheetDetails) -> Sheet:
    """Load a sheet's cells as texts; those of a hidden sheet are not loaded, since it is refused anyway."""
    if details.hidden or not details.bottom:
        return Sheet(name, details=details)
    source = workbook.get_sheet_by_name(name)
    values = source.to_python(skip_empty_area=False)
    rows = [
        [_text(value, details.percents.get((r, c))) for c, value in enumerate(row)]
        for r, row in enumerate(values)
    ]
    numeric = {
        (r, c)
        for r, row in enumerate(values)
        for c, value in enumerate(row)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and not rows[r][c].endswith("%")
    }
    merged = [(top, left, bottom, right) for (top, left), (bottom, right) in source.merged_cell_ranges or ()]
    return Sheet(name, rows, merged, numeric, details)


def _text(value: Any, decimals: int | None = None) -> str:
    """Return a cell's value as text; with `decimals`, a number in percent format as the sheet shows it."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        exact = Decimal(repr(value))
        return number_text(exact) if decimals is None else f"{percent(Fraction(exact), decimals)}%"
    if isinstance(value, (datetime, date)):
        return (value.date() if isinstance(value, datetime) else value).isoformat()
    if isinstance(value, (time, timedelta)):
        return DATE_SHOWN.format(value)
    return str(value)


def _is_data(row: Sequence[str]) -> bool:
    return any(map(is_number, row)) and not is_filled_in_by(row[0])


def _csv_grid(path: Path, reference: Reference) -> Grid:
    text = decode(path.read_bytes(), path.name)
    opening = [line for line in text.splitlines() if line.strip()][: MOST_LINES_ABOVE + 1]
    delimiter = next(filter(None, (header_delimiter(line, reference) for line in opening)), ",")
    reader = csv.reader(io.StringIO(text, newline=None), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    problems: list[Problem] = []
    width = 0
    try:
        for row in reader:
            rows.append(row)
            if len(rows) > MOST_ROWS or len(row) > MOST_COLUMNS:
                size = f"第 {reader.line_num} 行，{len(row)} 列"
                raise refuse(path.name, size, f"不应超过 {MOST_ROWS} 行 {MOST_COLUMNS} 列")
            if header_delimiter(delimiter.join(row), reference):
                width = len(row)
            elif width and len(row) != width and sum(map(bool, row)) > 1 and _is_data(row):
                found = delimiter.join(row)[:80]
                expected = f"应有 {width} 格，读到 {len(row)} 格；数字中的逗号请去掉，空格子请保留逗号"
                problems.append(Problem(f"{path.name} 第 {len(rows)} 行", found, expected))
    except csv.Error:
        expected = "引号应成对；请用表格软件打开，另存为 .csv 或 .xlsx"
        raise refuse(f"{path.name} 第 {reader.line_num} 行", "引号不成对或内容过长", expected) from None
    if problems:
        raise InputRefused(problems)
    return make_grid(rows, path.name, name=path.stem, lettered=True)
