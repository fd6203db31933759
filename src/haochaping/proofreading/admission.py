"""Refuse files that cannot be proof-read: what is no Word file, or another quarter's bulletin."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from haochaping.cleaning.quantities import plain_text
from haochaping.core.errors import refuse
from haochaping.core.period import HALF_YEAR, MONTH, QUARTER, YEAR, Period
from haochaping.proofreading.paper import BulletinPart
from haochaping.read.formats.file_format import CSV, PDF, TEXT, WEBPAGE, WORD, WORKBOOK, file_format
from haochaping.reference.reference import Reference

_FORMAT_NAMES = {
    TEXT: "纯文本文件",
    PDF: "PDF 文件",
    WEBPAGE: "网页文件",
    WORKBOOK: "电子表格",
    CSV: "电子表格（CSV）",
}
_MENTION = {
    QUARTER: re.compile(r"(?<!\d)[12]\d{3}年第?[一二三四1-4]季度"),
    MONTH: re.compile(r"(?<!\d)[12]\d{3}年(?:1[0-2]|0?[1-9])月(?!\d)"),
    HALF_YEAR: re.compile(r"(?<!\d)[12]\d{3}年[上下]半年"),
    YEAR: re.compile(r"(?<!\d)[12]\d{3}年度"),
}
_FEWEST_MENTIONS = 2
"""A bulletin that mentions another quarter at least so often is that quarter's."""


def admit_file(path: Path, reference: Reference) -> None:
    """Refuse a path that is no Word file.

    Raises
    ------
    InputRefused
        Says what the path is, and what to do.
    """
    if path.is_dir():
        raise refuse(path.name or str(path), "是文件夹", "请指定其中修改过的通报（.docx）")
    if not path.is_file():
        raise refuse(path.name or "文件", "未找到", "应为在 Word 中修改过的通报（.docx）")
    kind = file_format(path, reference)
    if kind != WORD:
        raise refuse(path.name, _FORMAT_NAMES[kind], "校对只读 Word 文件，请在 Word 或 WPS 中另存为 .docx")


def admit_quarter(paper: Sequence[BulletinPart], quarter: Period, name: str) -> None:
    """Refuse another quarter's bulletin: one that names a quarter several times, but never the expected one.

    Raises
    ------
    InputRefused
        Names the quarter found.
    """
    text = plain_text("".join(line for part in paper if part.number is None for line in part.texts))
    mentioned = Counter(Period.parse(found) for found in _MENTION[quarter.kind].findall(text))
    if quarter in mentioned or not mentioned:
        return
    other_quarter, mentions = mentioned.most_common(1)[0]
    if mentions >= _FEWEST_MENTIONS:
        raise refuse(
            name,
            f"这是{other_quarter.label}的通报",
            f"应为{quarter.label}的通报；校对这一份请改用 {other_quarter}",
        )
