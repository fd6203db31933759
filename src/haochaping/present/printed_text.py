"""Printed texts of cells as the papers show them."""

from __future__ import annotations

from haochaping.cleaning.number_format import number

BLANK = "空白"


def display_printed(printed: str) -> str:
    """A printed cell as the page shows it: counts with thousands separators, blank as 空白."""
    return number(int(printed)) if printed.isdecimal() else printed or BLANK
