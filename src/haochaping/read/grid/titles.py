"""Titles, headings and notes around a table: 附件 2：…, 单位：件, 备注：…."""

from __future__ import annotations

import re
from collections.abc import Sequence

from haochaping.core.text import normalize_for_comparison

_HEADING = re.compile(
    r"附[件表]:?([0-9]{1,2}?(?=[12][0-9]{3}年|[^0-9]|$)|[一二三四五六七八九十])(?:[(（]?续[)）]?)?[:.、]?(.*)"
)
"""The number ends before a year that only a blank parts from it: 附件1 2024年3月各单位情况."""
NOTE_BEGINS = re.compile(r"备注|注[:1-9(（]|说明[:]|数据来源|数据统计|统计范围|数据提取|提取时间")
UNIT_LINE = re.compile(r"\(?单位:.{1,10}\)?")
_NUMERALS = "一二三四五六七八九十"


def annex_heading(text: str) -> re.Match[str] | None:
    """Match a line such as ``附件 2：…``; group 2 is the text after the number."""
    return _HEADING.fullmatch(normalize_for_comparison(text))


def annex_number(texts: Sequence[str]) -> int | None:
    """The annex number that the first heading among some lines prints; None without one."""
    for text in texts:
        if match := annex_heading(text):
            digits = match.group(1)
            return _NUMERALS.index(digits) + 1 if digits in _NUMERALS else int(digits)
    return None


def title_of(texts: Sequence[str]) -> str:
    """The title in the lines between heading and header, without the heading's number and the line of units."""
    pieces = []
    for text in texts:
        if match := annex_heading(text):
            pieces.append(match.group(2))
        elif not UNIT_LINE.fullmatch(normalize_for_comparison(text)):
            pieces.append("".join(text.split()))
    return "".join(pieces)
