"""What a workbook stores about its cells besides their values: hidden or erroneous cells, percent formats, size.

Each format stores it in its own way (modules `xlsx`, `xls`, `ods`); the checks here are the same for all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from haochaping.core.errors import Problem
from haochaping.read.grid.grid import MOST_COLUMNS, MOST_ROWS, column_letter

BUILT_IN_PERCENTS = {"9": "0%", "10": "0.00%"}
"""Number formats built into the file formats (ECMA-376, 18.8.30; also in .xls)."""
DATE_SHOWN = "日期 {}（可能是表格软件把数字改成了日期）"
_MAX_NAMES_LISTED = 8
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.')
_SIMPLE_PERCENT = re.compile(r"[#,]*0(?:\.(0+))?%")


@dataclass
class SheetDetails:
    """One sheet. Rows and columns count from 0; ``bottom`` and ``right`` are the first empty ones."""

    hidden: bool = False
    bottom: int = 0
    right: int = 0
    extent: tuple[int, int] = (0, 0)
    """Rows and columns up to the last stored cell, even an empty one: loading allocates all of this area."""
    percents: dict[tuple[int, int], int] = field(default_factory=dict)
    """Cell to the decimals that its percent format shows."""
    without_value: list[tuple[int, int]] = field(default_factory=list)
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    marked: list[tuple[int, int]] = field(default_factory=list)
    """Cells with raised or struck-out figures."""
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    """Ranges, both ends included."""

    def record_content(self, row: int, column: int) -> None:
        """Record that a cell has content."""
        self.bottom = max(self.bottom, row + 1)
        self.right = max(self.right, column + 1)
        self.record_extent(row, column)

    def record_extent(self, row: int, column: int) -> None:
        """Record that a cell is stored, perhaps without content."""
        self.extent = (max(self.extent[0], row + 1), max(self.extent[1], column + 1))

    def too_large(self, place: str) -> list[Problem]:
        """Return a problem if the sheet is too large for a bulletin's table; call before loading its cells."""
        rows, columns = self.extent
        if (
            self.bottom <= MOST_ROWS
            and self.right <= MOST_COLUMNS
            and rows * columns <= MOST_ROWS * MOST_COLUMNS
        ):
            return []
        size = f"{rows} 行 {columns} 列"
        return [Problem(place, size, f"不应超过 {MOST_ROWS} 行 {MOST_COLUMNS} 列；远处的零星内容请删去")]

    def problems(self, place: str, rows: Sequence[Sequence[str]]) -> list[Problem]:
        """Return what makes the sheet unsafe to read; `rows` are its cells before merged ones are filled."""
        return [
            *(
                Problem(
                    f"{place} {cell_name(r, c)}",
                    "公式没有结果",
                    "请用表格软件打开、重新计算并保存，或填写数值",
                )
                for r, c in self.without_value
            ),
            *(
                Problem(f"{place} {cell_name(r, c)}", text, "公式出错；请改正公式或填写数值")
                for r, c, text in self.errors
            ),
            *(
                Problem(
                    f"{place} {cell_name(r, c)}",
                    rows[r][c],
                    "其中有上标、下标或带删除线的数字；请删去，只留数值",
                )
                for r, c in self.marked
                if r < len(rows) and c < len(rows[r]) and rows[r][c].replace(",", "").isdecimal()
            ),
            *_hidden_problem(
                place, "行", [r for r in sorted(self.hidden_rows) if r < len(rows) and any(rows[r])]
            ),
            *_hidden_problem(place, "列", self._hidden_columns(rows)),
        ]

    def _hidden_columns(self, rows: Sequence[Sequence[str]]) -> list[int]:
        return [
            c
            for first, last in self.hidden_columns
            for c in range(first, min(last + 1, self.right))
            if any(c < len(row) and row[c] for row in rows)
        ]


@dataclass
class Sheet:
    """One sheet: texts of its cells, merged areas, cells that hold numbers, and its details."""

    name: str
    rows: list[list[str]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    numeric: set[tuple[int, int]] = field(default_factory=set)
    details: SheetDetails = field(default_factory=SheetDetails)


def number_text(value: Decimal) -> str:
    """Return a number as text: whole numbers without a point, never with an exponent."""
    return str(int(value)) if value == value.to_integral_value() else format(value, "f")


def _hidden_problem(place: str, what: str, at: Sequence[int]) -> list[Problem]:
    if not at:
        return []
    names = [str(n + 1) if what == "行" else column_letter(n) for n in at]
    more = " 等" if len(names) > _MAX_NAMES_LISTED else ""
    shown = "、".join(names[:_MAX_NAMES_LISTED])
    return [
        Problem(
            f"{place} 第 {shown}{more} {what}" if what == "行" else f"{place} {shown}{more} {what}",
            f"隐藏的{what}",
            "其中有内容；请取消隐藏（或取消筛选）并核对，不用的请删去",
        )
    ]


def cell_name(row: int, column: int) -> str:
    """Return the spreadsheet name of a cell: ``C5`` for (4, 2)."""
    return f"{column_letter(column)}{row + 1}"


def percent_decimals(code: str) -> int | None:
    """Return the decimals that a number format shows of a percentage; None if it is none or depends on the value."""
    sections = re.split(r";(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", code)
    if any(re.search(r"\[[<>=]", section) for section in sections):
        return None
    code_without_text = _QUOTED.sub("", re.sub(r"\[[^\]]*\]", "", sections[0])).strip()
    match = _SIMPLE_PERCENT.fullmatch(code_without_text)
    return len(match[1] or "") if match else None


def percent_styles(codes: Iterable[tuple[str, str]], styles: Iterable[str]) -> dict[int, int]:
    """Map each cell style with a percent format (by its index in `styles`) to the decimals that it shows.

    `codes` are pairs of format number and format code; `styles` are the format numbers of the styles.
    """
    known = {**BUILT_IN_PERCENTS, **dict(codes)}
    decimals = {number: percent_decimals(code) for number, code in known.items()}
    return {i: shown for i, number in enumerate(styles) if (shown := decimals.get(number)) is not None}
