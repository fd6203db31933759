"""Rule on the text: the period that it says its figures cover is that of the quarter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from haochaping.checks.outcome import Outcome, state
from haochaping.checks.rule import Rule
from haochaping.core.period import Period
from haochaping.core.text import normalize_for_comparison
from haochaping.store.cell_index import CellIndex, claim_cell

_PERIOD = (
    r"(?P<words>(?:(?P<year>\d{4})年)?(?:"
    r"(?P<first>\d{1,2})月?份?(?:\d{1,2}日)?(?:-|–|—+|~|至|到)(?:\d{4}年)?(?P<last>\d{1,2})月份?(?:\d{1,2}日)?"
    r"|第?(?P<quarter>[一二三四1-4])季度|(?P<half>[上下])半年|(?P<month>\d{1,2})月份?(?!\d)))"
)
_HEADING = r"(?:\(?[一二三四五六七八九十]{1,2}[)、.]+[^,:\d]{0,12}?)?"
_INTRODUCTION = r"(?:(?:据|经)?(?:统计|数据显示),?)?(?:今年|本年度?)?"
_AT_BEGINNING = re.compile(
    rf"{_HEADING}{_INTRODUCTION}{_PERIOD}(?!以来|[末初后前起])(?!,?[^,。]{{0,6}}(?:将|要|拟|计划|力争|争取|预计))"
)
"""A period right at the beginning of a sentence (一、总体情况 may stand before it) that is no plan (一季度将……)."""
_ANYWHERE = re.compile(rf"(?<!\d){_PERIOD}")
_THIS_QUARTER = re.compile("本季度|本期|本季")
_SENTENCE = re.compile(r"[^。!]+[。!]?")
_FIGURE = re.compile(r"\d[\d,.]*(?:万|亿)?[余多]?(?:条|件|%)")
_MEASURE = re.compile("办件|评价|归集|上传|差评|整改")
_LONGEST_QUOTE = 30
_NUMERALS = "一二三四"


@dataclass(frozen=True)
class _Period:
    """A period as the text writes it; ``year`` is None where it does not say."""

    words: str
    year: int | None
    first: int
    last: int

    @classmethod
    def of(cls, match: re.Match[str]) -> _Period:
        year = int(match["year"]) if match["year"] else None
        if match["quarter"]:
            number = match["quarter"].translate(str.maketrans(_NUMERALS, "1234"))
            return cls(match["words"], year, 3 * int(number) - 2, 3 * int(number))
        if match["half"]:
            return cls(match["words"], year, *((1, 6) if match["half"] == "上" else (7, 12)))
        if match["month"]:
            return cls(match["words"], year, int(match["month"]), int(match["month"]))
        return cls(match["words"], year, int(match["first"]), int(match["last"]))

    def is_within(self, quarter: Period) -> bool:
        """Whether it is the quarter or a part of it."""
        return (
            self.year in (None, quarter.year)
            and quarter.start.month <= self.first
            and self.last <= quarter.end.month
        )

    @property
    def is_real(self) -> bool:
        """Whether it runs from one month of a year to another."""
        return 1 <= self.first <= self.last <= 12

    @property
    def is_since_january(self) -> bool:
        """Whether it is longer than a quarter and begins with the year, as cumulative figures do."""
        return self.first == 1 and self.last > 3


def text_period(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """The period at the beginning of the text, and of each of its sentences that gives figures, is the quarter or a part of it.

    Not meant are cumulative figures (1-9月……累计), plans, and comparisons in which the right period is named too.
    """
    quarter = cell_index.data.quarter
    text = normalize_for_comparison(cell_index.data.fact("text"))
    sentences = _SENTENCE.findall(text)
    stated = [
        (period, sentence)
        for i, sentence in enumerate(sentences)
        if (i == 0 or (_FIGURE.search(sentence) and _MEASURE.search(sentence)))
        and (period := _period_of_figures(sentence, quarter)) is not None
    ]
    if not stated:
        return
    wrong = [(period, sentence) for period, sentence in stated if not period.is_within(quarter)]
    expected = f"{quarter.label}（{quarter.start.month}-{quarter.end.month} 月）"
    yield Outcome(
        claim_cell("period"),
        (),
        state(not wrong),
        "；".join(f"正文：“{_quote(sentence)}”" for _, sentence in wrong or stated),
        values={
            "printed": "、".join(dict.fromkeys(f"“{period.words}”" for period, _ in wrong)),
            "expected": expected,
        },
        expected=expected,
    )


def _period_of_figures(sentence: str, quarter: Period) -> _Period | None:
    """The period at the beginning of a sentence, if it states what the figures cover."""
    match = _AT_BEGINNING.match(sentence)
    if match is None:
        return None
    period = _Period.of(match)
    is_cumulative = period.is_since_january and "累计" in sentence
    others = (_Period.of(other) for other in _ANYWHERE.finditer(sentence, match.end()))
    is_comparison = _THIS_QUARTER.search(sentence) or any(other.is_within(quarter) for other in others)
    if not period.is_real or is_cumulative or (is_comparison and not period.is_within(quarter)):
        return None
    return period


def _quote(sentence: str) -> str:
    """The beginning of a sentence up to the first quotation mark in it, with the commas of a text."""
    return re.split("[“”]", sentence)[0][:_LONGEST_QUOTE].replace(",", "，")
