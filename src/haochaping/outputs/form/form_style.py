"""Shared by the sheets of a quarter's form: headings, printed pages, cell addresses, and yellow for what is still to be filled in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from haochaping.core.period import Period
from haochaping.core.text import printable
from haochaping.outputs.excel.workbook_style import Styles, escape_ampersands

TO_FILL = "#FFF9E5"
_FILLED = "#FFFFFF"
MOST_QUOTED_CHARACTERS = 240


def write_headings(sheet: Any, styles: Styles, row: int, headings: Sequence[str]) -> None:
    """Write a row of headings."""
    for column, heading in enumerate(headings):
        sheet.write_string(row, column, heading, styles.head)


def whiten_filled(workbook: Any, sheet: Any, first: tuple[int, int], last: tuple[int, int]) -> None:
    """Turn cells white once they are filled in, so that what is yellow is still blank."""
    filled = workbook.add_format({"bg_color": _FILLED})
    sheet.conditional_format(*first, *last, {"type": "no_blanks", "format": filled})


def set_header_and_footer(sheet: Any, title: str, quarter: Period) -> None:
    """On every printed page what it is, of which period, and its number; no header where `title` is blank."""
    if title:
        # The blank after the size keeps a title that begins with a digit from being read as part of it.
        sheet.set_header(f"&C&14 {escape_ampersands(printable(title))}（{quarter.label}）")
    sheet.set_footer("&C&9 第 &P 页，共 &N 页")


def quotable(text: str) -> str:
    """A text from data, escaped and cut to be quoted in a formula, where a text may have 255 characters."""
    return printable(text)[:MOST_QUOTED_CHARACTERS].replace('"', '""')


def column_letter(column: int) -> str:
    """Letter of a column, counted from zero."""
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(column))
