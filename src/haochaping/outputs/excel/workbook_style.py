"""Options and cell formats of every workbook we write: no text becomes a formula, same content same bytes, A4."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any

FONT = "宋体"
LINE_HEIGHT = 15
MOST_HEIGHT = 409
"""Points a row may be high."""
ROW_HEIGHT = 19
_A4 = 9


def open_workbook(target: Any, title: str) -> Any:
    """An empty workbook to be written to `target` (path or binary file).

    Text is never taken for a formula or a link, and the time of writing is not in the file: the
    same content gives the same bytes.
    """
    import xlsxwriter

    workbook = xlsxwriter.Workbook(
        target if hasattr(target, "write") else str(target),
        {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "in_memory": True,
            "default_format_properties": {"font_name": FONT, "font_size": 11},
        },
    )
    workbook.set_properties({"title": title, "created": datetime(2000, 1, 1)})
    return workbook


class Styles:
    """Cell formats of one workbook, each made once."""

    def __init__(self, workbook: Any):
        self._workbook = workbook
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def get(self, **properties: Any) -> Any:
        """The format with `properties`, on top of a middle alignment."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._workbook.add_format({"valign": "vcenter", **properties})
        return self._formats[key]

    @property
    def head(self) -> Any:
        """A heading: bold, wrapped, framed."""
        return self.get(bold=True, text_wrap=True, align="center", border=1, bg_color="#EDEDED")

    @property
    def prose(self) -> Any:
        """Text of any length."""
        return self.get(text_wrap=True, valign="top", border=1, num_format="@")


def display_width(text: str) -> int:
    """Width of `text` in units of a spreadsheet column: a Chinese character two, a digit one."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def lines_needed(text: str, width: float) -> int:
    """Lines that `text` takes in a column of `width`."""
    return max(1, math.ceil(display_width(text) / max(width, 1)))


def set_page(sheet: Any, *, landscape: bool = False, header_row: int | None = 0) -> None:
    """A4, as wide as the page, any number of pages long; the header row on every page."""
    sheet.set_paper(_A4)
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.set_margins(left=0.6, right=0.6, top=0.9, bottom=0.9)
    if header_row is not None:
        sheet.repeat_rows(header_row)


def escape_ampersands(text: str) -> str:
    """A text for a header or footer of a page, where a single & begins a command."""
    return text.replace("&", "&&")


def write_lines(
    sheet: Any, styles: Styles, columns: Sequence[tuple[str, float]], rows: Sequence[Sequence[str]]
) -> None:
    """Fill a sheet of texts: one header row from `columns` (heading, width), then `rows`, each high enough."""
    for column, (heading, width) in enumerate(columns):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, heading, styles.head)
    for number, row in enumerate(rows, start=1):
        fit_row(sheet, number, row, [width for _, width in columns])
        for column, text in enumerate(row):
            write_text(sheet, number, column, text, styles.prose)
    sheet.freeze_panes(1, 0)
    set_page(sheet)


def fit_row(sheet: Any, row: int, texts: Sequence[str], widths: Sequence[float]) -> None:
    """Set the height a row needs: not every program does so by itself when it opens the file."""
    lines = max(lines_needed(text, width - 2) for text, width in zip(texts, widths, strict=True))
    sheet.set_row(row, min(LINE_HEIGHT * lines + 5, MOST_HEIGHT))


def write_text(sheet: Any, row: int, column: int, text: str, style: Any) -> None:
    """Write `text` as text whatever it looks like; blank as blank."""
    if text:
        # an Excel cell holds 32 767 characters
        sheet.write_string(row, column, text[:32_000], style)
    else:
        sheet.write_blank(row, column, None, style)
