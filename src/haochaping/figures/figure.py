"""A named figure: one number with its unit, formula, source and interval; and all figures of a quarter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from haochaping.cleaning.number_format import number, percent_text
from haochaping.core.model import CellRef, QuarterData
from haochaping.reference.reference import Reference

NOT_APPLICABLE = "不适用"
PERCENT, POINTS, PER_TEN_THOUSAND = "%", "个百分点", "条/万条"
_LARGE, _HUGE = 10_000, 100_000_000


_DECIMALS = {0: "零", 1: "一", 2: "两", 3: "三", 4: "四", 5: "五", 6: "六"}


@dataclass(frozen=True)
class Figure:
    """One number with its name.

    ``value`` is a whole number, an exact fraction (rates, and their changes), a float (bounds and limits) or None
    where it is not applicable. ``formula`` and ``source`` are in Chinese. ``cells`` are the cells it is computed
    from, of a number of cells or units those that are counted; ``corrected`` says whether the office corrected one
    of them. ``interval`` is a rate's interval in words.
    """

    name: str
    label: str
    value: int | Fraction | float | None
    unit: str
    formula: str
    source: str
    cells: frozenset[CellRef] = frozenset()
    corrected: bool = False
    interval: str = ""
    printed: str = ""
    """Text in the source, where it is the source's own figure."""
    of: tuple[str, ...] = ()
    """Names of the figures that it is computed from."""

    @property
    def text(self) -> str:
        """The number as text: no unit except the percent sign, a minus sign where it is negative."""
        return self.printed or self._value_text(self.value)

    @property
    def size(self) -> ShownFigure:
        """The number without its sign, for sentences that say 增长 or 下降."""
        return ShownFigure(self, self.text.removeprefix("−"))

    @property
    def scaled(self) -> ShownFigure:
        """A count from ten thousand on in 万 or 亿, with two decimals; else the plain text."""
        if not isinstance(self.value, int) or abs(self.value) < _LARGE:
            return ShownFigure(self, self.text)
        base, word = (_HUGE, "亿") if abs(self.value) >= _HUGE else (_LARGE, "万")
        return ShownFigure(self, f"{_two_decimals(Fraction(self.value, base))}{word}")

    @property
    def rounding(self) -> str:
        """How the text was rounded from the value, in Chinese."""
        if isinstance(self.value, int):
            return "整数"
        decimals = len(self.text.rstrip("%").partition(".")[2])
        return "原文写法" if self.printed else f"{_DECIMALS.get(decimals, str(decimals))}位小数"

    def _value_text(self, value: int | Fraction | float | None) -> str:
        if value is None:
            return NOT_APPLICABLE
        if isinstance(value, int):
            return number(value)
        exact = Fraction(value)
        shown = percent_text(abs(exact)) if self.unit == PERCENT else _two_decimals(abs(exact), self._factor)
        return shown if exact >= 0 or shown == "0.00" else f"−{shown}"

    @property
    def _factor(self) -> int:
        return 100 if self.unit == POINTS else 1

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.value)


@dataclass(frozen=True)
class ShownFigure:
    """A figure in another form than its plain text, for sentences."""

    figure: Figure
    text: str

    def __str__(self) -> str:
        return self.text


class Figures(Mapping[str, Figure]):
    """All figures of a quarter by name; in templates ``{{ n.cases }}``.

    ``words`` are the names and facts that sentences use with them, ``data`` is the quarter they were computed from,
    ``reference`` the city whose settings they follow.
    """

    def __init__(
        self,
        figures: dict[str, Figure],
        words: dict[str, Any],
        data: QuarterData | None = None,
        reference: Reference | None = None,
    ):
        self._figures, self.words, self.data, self.reference = figures, words, data, reference

    def __getitem__(self, name: str) -> Figure:
        return self._figures[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._figures)

    def __len__(self) -> int:
        return len(self._figures)

    def frame(self) -> pd.DataFrame:
        """A frame with one row a figure: 名称, 指标, 数值 (as text), 区间, 单位, 算法, 来源, 取整."""
        rows = [
            (
                f.name,
                f.label,
                f.text,
                f.interval,
                "" if f.unit == PERCENT else f.unit,
                f.formula,
                f.source + ("（含更正）" if f.corrected else ""),
                f.rounding,
            )
            for f in self.values()
        ]
        return pd.DataFrame(rows, columns=["名称", "指标", "数值", "区间", "单位", "算法", "来源", "取整"])

    def _repr_html_(self) -> str:
        return self.frame().to_html(index=False)


def _two_decimals(value: Fraction, factor: int = 1) -> str:
    exact = Decimal(value.numerator * factor) / Decimal(value.denominator)
    return f"{exact.quantize(Decimal('0.01'), ROUND_HALF_UP):,}"
