"""The analyst's answers: ``review.xlsx`` or ``review.csv`` in ``data/raw/<quarter>/``.

A row answers one finding with either a correction (更正) or an explanation (说明). Answers are only read here;
:mod:`haochaping.checks.review` judges and applies them.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from haochaping.cleaning.csv_cell_limit import csv_cell_limit
from haochaping.cleaning.decode_text import decode
from haochaping.core.errors import InputRefused, Problem, refuse
from haochaping.core.period import KINDS, Period, kind_name
from haochaping.core.text import normalize_for_comparison

CORRECT, EXPLAIN, WITHDRAW = "更正", "说明", "不再沿用"
"""Values of 处理; WITHDRAW ends an explanation that was given in an earlier quarter."""
_PERIOD_LINE = re.compile(rf"(?:{'|'.join(map(kind_name, KINDS))})\s*[：:]\s*(.*?)\s*")
"""The line of sheet 填写说明 with the period for which the workbook was written."""
MAX_WORKBOOK_BYTES = 20_000_000
HEADINGS = {
    "编号": "finding",
    "单元格": "cell",
    "位置": "cell_words",
    "原值": "original",
    "处理": "kind",
    "核实值": "value",
    "说明或依据": "text",
    "经办人": "by",
    "日期": "on",
    "有效至": "until",
}
"""Heading to field of :class:`Answer`; a sheet without any of these headings is skipped."""


@dataclass(frozen=True)
class Answer:
    """One row that was filled in, as text; ``place`` is its file, sheet and row."""

    place: str
    finding: str
    cell: str
    original: str
    kind: str
    value: str
    text: str
    by: str
    on: str
    until: str
    cell_words: str = ""
    """The cell in words (位置); used only where ``cell`` is blank."""
    is_of_stated_period: bool = True
    """Whether its file says for which period it was written: a CSV cannot."""

    @property
    def is_correction(self) -> bool:
        """Whether it corrects a cell: 处理 is 更正, or is blank while 核实值 is filled in."""
        return self.kind == CORRECT or (not self.kind and bool(self.value))

    def valid_on(self, day: date) -> bool:
        """Whether an explanation is valid on `day`; always, where 有效至 is blank."""
        return not self.until or day.isoformat() <= self.until


def answer_file(folder: Path) -> Path | None:
    """Path of the quarter's answers, or None.

    Raises
    ------
    InputRefused
        Both a workbook and a CSV are there.
    """
    if not folder.is_dir():
        return None
    names = {"review.xlsx", "review.csv"}
    found = sorted(path for path in folder.iterdir() if path.name.lower() in names and path.is_file())
    if len(found) > 1:
        raise refuse(str(folder), "review.xlsx、review.csv", "答复只应有一份，请保留一份")
    return found[0] if found else None


def read_answers(path: Path | None, quarter: Period | None = None) -> list[Answer]:
    """Read the rows in which 处理, 核实值 or 说明或依据 was filled in, in order.

    Raises
    ------
    InputRefused
        The file is no workbook or CSV of this kit, is too large, was written for another quarter than `quarter`, or
        has formulas without a result.
    """
    if path is None:
        return []
    if path.suffix.lower() == ".csv":
        rows, is_stated = list(_csv_rows(path)), False
    else:
        sheets, without_value = _workbook_texts(path)
        is_stated = _states_period(sheets, quarter, path.name)
        rows = list(_workbook_rows(sheets, without_value, path.name))
    answers = [Answer(place, **cells, is_of_stated_period=is_stated) for place, cells in rows]
    return [a for a in answers if a.kind or a.value or a.text]


def _csv_rows(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    text = decode(path.read_bytes(), path.name)
    try:
        with csv_cell_limit():
            lines = list(csv.reader(io.StringIO(text, newline=None)))
    except csv.Error:
        raise refuse(path.name, "内容过长", "引号应成对；请用表格软件打开，另存为 .csv 或 .xlsx") from None
    yield from _answer_rows(lines, path.name)


def _workbook_texts(path: Path) -> tuple[dict[str, list[list[str]]], dict[str, list[tuple[int, int]]]]:
    """By sheet the cells as text, and row and column of the formulas that have no result."""
    from python_calamine import CalamineWorkbook

    without_value = _formulas_without_value(path)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheets = {name: _sheet_texts(workbook.get_sheet_by_name(name)) for name in workbook.sheet_names}
    except Exception as error:  # the reader raises many kinds for files that are no workbooks
        raise refuse(
            path.name, type(error).__name__, "应为本工具写出的工作簿（答复表或核实单，未加密）"
        ) from None
    return sheets, without_value


def _workbook_rows(
    sheets: Mapping[str, list[list[str]]], without_value: Mapping[str, list[tuple[int, int]]], file: str
) -> Iterator[tuple[str, dict[str, str]]]:
    found = False
    for name, texts in sheets.items():
        headings_by_row = [{_normalize_heading(cell) for cell in row} & set(HEADINGS) for row in texts]
        if any("编号" in row for row in headings_by_row):
            found = True
            _refuse_formulas(texts, without_value.get(name, ()), f"{file} 工作表“{name}”")
            yield from _answer_rows(texts, f"{file} {name}")
        elif any(len(row) > 2 for row in headings_by_row):
            raise refuse(f"{file} 工作表“{name}”", "", "缺少“编号”一列，请恢复")
    if not found:
        raise refuse(file, "", "没有以“编号”为列名的工作表")


def _refuse_formulas(rows: list[list[str]], cells: Iterable[tuple[int, int]], place: str) -> None:
    """Refuse formulas without a result in the columns that are read: nobody can tell what was answered."""
    header = next(i for i, row in enumerate(rows) if "编号" in map(_normalize_heading, row))
    headings = {column: _normalize_heading(text) for column, text in enumerate(rows[header])}
    problems = [
        Problem(
            f"{place} 第 {row + 1} 行 {headings[column]}",
            "公式没有算出的值",
            "请直接写值，或用 Excel、WPS 打开并保存一次",
        )
        for row, column in sorted(cells)
        if row > header and headings.get(column) in HEADINGS
    ]
    if problems:
        raise InputRefused(problems)


def _formulas_without_value(path: Path) -> dict[str, list[tuple[int, int]]]:
    """By sheet the formulas without a result.

    A workbook that would be too large once unpacked is refused: units send these files back, so they are not trusted.
    """
    from haochaping.read.formats.file_format import check_archive
    from haochaping.read.formats.xlsx import xlsx_details

    if path.stat().st_size > MAX_WORKBOOK_BYTES:
        raise refuse(path.name, f"{path.stat().st_size} 字节", f"不应超过 {MAX_WORKBOOK_BYTES} 字节")
    if not zipfile.is_zipfile(path):
        raise refuse(path.name, "不是工作簿", "应为本工具写出的工作簿（答复表或核实单，未加密）")
    check_archive(path)
    details = xlsx_details(path)
    problems = [
        problem
        for name, sheet in details.items()
        for problem in sheet.too_large(f"{path.name} 工作表“{name}”")
    ]
    if problems:
        raise InputRefused(problems)
    return {name: sheet.without_value for name, sheet in details.items()}


def _sheet_texts(sheet: Any) -> list[list[str]]:
    """A sheet's cells as text; every cell of a merged range has its text."""
    rows = [[_cell_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        for r in range(top, min(bottom, len(rows) - 1) + 1):
            for c in range(left, min(right, len(rows[r]) - 1) + 1):
                rows[r][c] = rows[top][left]
    return rows


def _states_period(sheets: Mapping[str, list[list[str]]], quarter: Period | None, place: str) -> bool:
    """Whether a workbook says for which period it was written; refused where that is another one than `quarter`."""
    found = [
        line[1]
        for rows in sheets.values()
        for row in rows
        if row and (line := _PERIOD_LINE.fullmatch(row[0]))
    ]
    for text in found if quarter else ():
        if text.upper() != str(quarter) and normalize_for_comparison(text) != quarter.label:  # type: ignore[union-attr]
            raise refuse(
                place,
                f"是 {text} 的答复",
                f"文件夹是 {quarter}，请放入本{quarter.noun}的 review.xlsx",  # type: ignore[union-attr]
            )
    return bool(found)


def period_line(period: Period) -> str:
    """The line that says for which period a workbook was written: ``季度：2022Q4``."""
    return f"{period.name}：{period}"


def _normalize_heading(text: str) -> str:
    """Normalise a heading: no blanks, no ``*`` or ``:`` that people add."""
    return normalize_for_comparison(text).strip("*:")


def _answer_rows(rows: list[list[str]], place: str) -> Iterator[tuple[str, dict[str, str]]]:
    header_index = next(
        (i for i, row in enumerate(rows) if "编号" in [_normalize_heading(cell) for cell in row]), None
    )
    if header_index is None:
        raise refuse(place, "", "应有以“编号”为列名的首行")
    headings = [_normalize_heading(cell) for cell in rows[header_index]]
    field_columns = {HEADINGS[name]: i for i, name in enumerate(headings) if name in HEADINGS}
    for number, row in enumerate(rows[header_index + 1 :], start=header_index + 2):
        cells = dict.fromkeys(HEADINGS.values(), "")
        cells |= {
            name: _without_apostrophe(row[i].strip()) for name, i in field_columns.items() if i < len(row)
        }
        yield f"{place} 第 {number} 行", cells


def _without_apostrophe(text: str) -> str:
    """`text` without the apostrophe by which spreadsheets mark text."""
    return text[1:] if text.startswith("'") else text


def _cell_text(value: object) -> str:
    """A workbook's cell as text: whole numbers without a point, dates as ISO."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
