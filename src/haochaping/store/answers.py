"""The analyst's answers: ``review.xlsx`` or ``review.csv`` in ``data/raw/<quarter>/``.

One row a finding, filled in with either a correction (更正) or an explanation (说明). Nothing here is
applied: reading only says what was answered and what could not be understood.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from haochaping.cleaning.decode_text import decode
from haochaping.cleaning.longest_csv_cell import csv_cell_limit
from haochaping.core.errors import InputRefused, refuse
from haochaping.core.quarter import Quarter
from haochaping.core.text import normalize_for_comparison

CORRECT, EXPLAIN, WITHDRAW = "更正", "说明", "不再沿用"
"""What 处理 may say; WITHDRAW ends an explanation of an earlier quarter."""
QUARTER_LABEL = "季度："
"""Begins the line of the sheet 填写说明 that names the quarter the workbook was written for."""
LARGEST_WORKBOOK = 20_000_000
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
"""Headings that are read back; a sheet that lacks 编号 is passed over."""


@dataclass(frozen=True)
class Answer:
    """One row that was filled in, as text; ``place`` says where it stands."""

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
    """The cell in words; what counts is ``cell``, unless that is blank."""

    @property
    def is_correction(self) -> bool:
        """Whether it corrects a cell; a 核实值 without 处理 does."""
        return self.kind == CORRECT or (not self.kind and bool(self.value))

    def valid_on(self, day: date) -> bool:
        """Whether an explanation still stands on `day`; without 有效至 it does."""
        return not self.until or day.isoformat() <= self.until


def answer_file(folder: Path) -> Path | None:
    """The quarter's answers, if any.

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


def read_answers(path: Path | None, quarter: Quarter | None = None) -> list[Answer]:
    """Rows that were filled in (处理, 核实值 or 说明或依据), in order.

    Raises
    ------
    InputRefused
        The file is no workbook or CSV of ours, or was written for another quarter than `quarter`.
    """
    if path is None:
        return []
    rows = _csv_rows(path) if path.suffix.lower() == ".csv" else _workbook_rows(path, quarter)
    answers = [Answer(place, **cells) for place, cells in rows]
    return [a for a in answers if a.kind or a.value or a.text]


def _csv_rows(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    text = decode(path.read_bytes(), path.name)
    try:
        with csv_cell_limit():
            lines = list(csv.reader(io.StringIO(text, newline=None)))
    except csv.Error:
        raise refuse(path.name, "内容过长", "引号应成对；请用表格软件打开，另存为 .csv 或 .xlsx") from None
    yield from _sheet_rows(lines, path.name)


def _workbook_rows(path: Path, quarter: Quarter | None) -> Iterator[tuple[str, dict[str, str]]]:
    from python_calamine import CalamineWorkbook

    _must_be_bounded(path)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheets = {name: _texts(workbook.get_sheet_by_name(name)) for name in workbook.sheet_names}
    except Exception as error:  # the reader raises many kinds for files that are no workbooks
        raise refuse(
            path.name, type(error).__name__, "应为本工具写出的工作簿（答复表或核实单，未加密）"
        ) from None
    found = False
    for name, texts in sheets.items():
        _of_quarter(texts, quarter, path.name)
        known = [{_heading(cell) for cell in row} & set(HEADINGS) for row in texts]
        if any("编号" in row for row in known):
            found = True
            yield from _sheet_rows(texts, f"{path.name} {name}")
        elif any(len(row) > 2 for row in known):
            raise refuse(f"{path.name} 工作表“{name}”", "", "缺少“编号”一列，请恢复")
    if not found:
        raise refuse(path.name, "", "没有以“编号”为列名的工作表")


def _must_be_bounded(path: Path) -> None:
    """Refuse a workbook that would become too large when it is opened; units send these back."""
    from haochaping.read.formats.file_format import check_archive
    from haochaping.read.formats.xlsx import xlsx_details

    if path.stat().st_size > LARGEST_WORKBOOK:
        raise refuse(path.name, f"{path.stat().st_size} 字节", f"不应超过 {LARGEST_WORKBOOK} 字节")
    if not zipfile.is_zipfile(path):
        raise refuse(path.name, "不是工作簿", "应为本工具写出的工作簿（答复表或核实单，未加密）")
    check_archive(path)
    problems = [
        problem
        for name, sheet in xlsx_details(path).items()
        for problem in sheet.too_large(f"{path.name} 工作表“{name}”")
    ]
    if problems:
        raise InputRefused(problems)


def _texts(sheet: Any) -> list[list[str]]:
    """A sheet's cells as text; a merged cell's text stands in all the rows it covers."""
    rows = [[_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        for r in range(top, min(bottom, len(rows) - 1) + 1):
            for c in range(left, min(right, len(rows[r]) - 1) + 1):
                rows[r][c] = rows[top][left]
    return rows


def _of_quarter(rows: list[list[str]], quarter: Quarter | None, place: str) -> None:
    """Refuse a workbook that names another quarter."""
    for row in rows if quarter else ():
        if row and row[0].startswith(QUARTER_LABEL):
            named = row[0].removeprefix(QUARTER_LABEL).strip()
            if named != str(quarter):
                raise refuse(place, f"是 {named} 的答复", f"文件夹是 {quarter}，请放入本季度的 review.xlsx")


def _heading(text: str) -> str:
    """A heading without blanks and the marks people add to it."""
    return normalize_for_comparison(text).strip("*:")


def _sheet_rows(rows: list[list[str]], place: str) -> Iterator[tuple[str, dict[str, str]]]:
    top = next((i for i, row in enumerate(rows) if "编号" in [_heading(cell) for cell in row]), None)
    if top is None:
        raise refuse(place, "", "应有以“编号”为列名的首行")
    at = {HEADINGS[_heading(cell)]: i for i, cell in enumerate(rows[top]) if _heading(cell) in HEADINGS}
    for number, row in enumerate(rows[top + 1 :], start=top + 2):
        cells = dict.fromkeys(HEADINGS.values(), "")
        cells |= {name: _unguarded(row[i].strip()) for name, i in at.items() if i < len(row)}
        yield f"{place} 第 {number} 行", cells


def _unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") else text


def _text(value: object) -> str:
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
