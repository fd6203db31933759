"""Recognise lines around and between the rows of a table that are not data: who filled it in, page numbers, units, subtotals."""

from __future__ import annotations

import re
from collections.abc import Sequence

from haochaping.cleaning.number_or_missing import is_number
from haochaping.core.text import normalize_for_comparison

_FILLED_IN_BY = re.compile(
    r"(?:填表|填报|制表|审核|审批|复核|校对|经办|报送|联系|统计|主要负责|分管|负责|单位负责)(?:人|人员|领导|单位|部门|日期|时间|电话|方式)"
    r"(?:\([^)]*\))?(?::.*)?|(?:联系)?(?:电话|手机)(?::.*)?"
)
_LEAST_PHONE_DIGITS = 7
PART_OF_SUM = (
    "整列的合计，用语应在 words.csv 中（kind 为 total）；部分行的小计，应写在 annexes.toml 中这个附件的 totals 里"
    '（如 县区小计 = "district"）；平均等行没有对应的数据项，请删去'
)
_PAGE = re.compile(r"第[0-9]+页(?:[,/]?共[0-9]+页)?|-[0-9]+-|—[0-9]+—")
_PART_OF_SUM = re.compile(r".*(?:小计|合计|总计|累计|平均数?|平均值|均值|其中)(?:\([^)]*\))?")
_SCALED = re.compile(
    r"单位:?[^,;。]{0,6}?(?:[千万亿]|百(?!分))(?:件|条|次|个|笔|起|人次|$)|\([^)]{0,4}[千万亿百](?:件|条|次|个|笔|起)\)"
)
_PERIOD_LINE = re.compile(r"统计(?:时间|周期|期间|时段|日期)|数据周期")
_OTHER_PERIOD = re.compile(r"上季|上期|上年|去年|上半年|下半年|全年|累计|同比|环比|同期|增长|增幅|增减")


def is_filled_in_by(text: str) -> bool:
    """Whether a line names who filled in the table, and when: personal data, which is not kept as a note."""
    return bool(_FILLED_IN_BY.fullmatch(normalize_for_comparison(text)))


def is_filled_in_row(texts: Sequence[str]) -> bool:
    """Whether the texts of a row name who filled in the table; a row 电话 with figures is one of a table by channels."""
    if not texts or not is_filled_in_by(texts[0]):
        return False
    figures = (t for t in texts[1:] if is_number(t) and sum(map(str.isdigit, t)) < _LEAST_PHONE_DIGITS)
    return ":" in normalize_for_comparison(texts[0]) or not any(figures)


def is_page_mark(text: str) -> bool:
    """Whether a line is the number of a page."""
    return bool(_PAGE.fullmatch(normalize_for_comparison(text)))


def is_part_of_sum(name: str) -> bool:
    """Whether a row is a subtotal or an average, not a unit."""
    return bool(_PART_OF_SUM.fullmatch(normalize_for_comparison(name)))


def is_scaled(line: str) -> bool:
    """Whether a line says that figures are in thousands or ten thousands."""
    return bool(_SCALED.search(normalize_for_comparison(line)))


def is_period_line(text: str) -> bool:
    """Whether a line above a table gives the period that its figures cover."""
    return bool(_PERIOD_LINE.match(normalize_for_comparison(text)))


def is_of_other_period(heading: str) -> bool:
    """Whether a heading is that of figures of another period, or of changes."""
    return bool(_OTHER_PERIOD.search(normalize_for_comparison(heading)))
