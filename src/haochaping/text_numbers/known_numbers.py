"""The set of all numbers of a quarter that a sentence may use."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import pandas as pd

from haochaping.cleaning.number_or_missing import percent
from haochaping.cleaning.quantities import (
    COUNT,
    DAY,
    MONTH,
    MONTH_DAY,
    PERCENT,
    YEAR,
    Quantity,
    expresses_rounded,
    is_same_quantity,
    plain_text,
    quantities,
    rounds_to,
)
from haochaping.cleaning.typing_slips import numbers_before_slip
from haochaping.core.model import QuarterData, undeclared_table
from haochaping.figures.figure import POINTS, Figure, Figures
from haochaping.store.cell_index import CellIndex

_RATE_DECIMALS, _EXACT_DECIMALS = 2, 12
_SMALLEST_WITH_SLIP = 1000
"""Smallest count for which a typing slip is assumed: smaller ones are too often one slip apart by chance."""


def printed_tables(data: QuarterData) -> set[str]:
    """Names of the tables that the source has, declared or not."""
    cells = data.cells[["annex", "table"]].drop_duplicates()
    return {
        annex or undeclared_table(number)
        for annex, number in zip(cells["annex"], cells["table"], strict=True)
    }


class KnownNumbers:
    """All numbers of a quarter: named figures, figures of the text, table cells, dates, and numbers of `own_texts`."""

    def __init__(self, data: QuarterData, figures: Figures, own_texts: Iterable[str] = ()):
        cell_index = data.derived(CellIndex)
        numbers = map(data.annex_number, printed_tables(data))
        self._annexes = {Decimal(number) for number in numbers if number is not None}
        self._by_kind: dict[str, dict[tuple[Decimal, ...], Quantity]] = {}
        for text in [*own_texts, *data.about["value"], *data.headline["printed"]]:
            self._add_text(str(text))
        for cell in cell_index.cells():
            self._add_text(cell_index.printed(cell))
        for figure in figures.values():
            self._add_figure(figure)
        for value in data.headline.loc[data.headline["unit"] != "%", "value"]:
            if pd.notna(value) and float(value).is_integer():
                self._add_value(int(value))
        self._add_dates(data)

    def contains(self, quantity: Quantity) -> bool:
        """Whether the quarter has this number; a rate may be written with fewer decimals, a count in 万."""
        if quantity.label.endswith("附件"):
            return quantity.value[0] in self._annexes
        same_kind = self._by_kind.get(quantity.kind, {})
        if quantity.value in same_kind:
            return True
        may_be_rounded = bool(quantity.step) or quantity.kind == PERCENT
        return may_be_rounded and any(expresses_rounded(quantity, other) for other in same_kind.values())

    def one_slip_away(self, quantity: Quantity) -> int | None:
        """The count of the quarter that a single typing slip turns into this one, if any; None for small or rounded counts."""
        written = quantity.value[0]
        if quantity.step or written < _SMALLEST_WITH_SLIP or written != int(written):
            return None
        counts = {int(value[0]) for value in self._by_kind.get(COUNT, {}) if value[0] >= _SMALLEST_WITH_SLIP}
        return next((number for number, _ in numbers_before_slip(int(written)) if number in counts), None)

    def _add(self, quantity: Quantity) -> None:
        self._by_kind.setdefault(quantity.kind, {})[quantity.value] = quantity

    def _add_text(self, text: str) -> None:
        for quantity in quantities(plain_text(text)):
            self._add(quantity)
            if quantity.kind == DAY:
                year, month, day = quantity.value
                for kind, value in ((YEAR, (year,)), (MONTH, (month,)), (MONTH_DAY, (month, day))):
                    self._add(Quantity(kind, value, quantity.text, 0))
            elif quantity.kind == MONTH_DAY:
                self._add(Quantity(MONTH, quantity.value[:1], quantity.text, 0))

    def _add_figure(self, figure: Figure) -> None:
        if figure.unit == POINTS:
            self._add_text(f"{figure.size}个百分点")
        elif isinstance(figure.value, Fraction):
            for written in _ways_to_write(abs(figure.value)):
                self._add(Quantity(PERCENT, (written.normalize(),), figure.text, 0))
        elif isinstance(figure.value, int):
            self._add_value(figure.value)

    def _add_value(self, value: int) -> None:
        self._add(Quantity(COUNT, (Decimal(value),), str(value), 0))

    def _add_dates(self, data: QuarterData) -> None:
        for month in range(data.quarter.start.month, data.quarter.end.month + 1):
            self._add(Quantity(MONTH, (Decimal(month),), f"{month}月", 0))
        for year in (data.quarter.year, data.quarter.year + 1):
            self._add(Quantity(YEAR, (Decimal(year),), f"{year}年", 0))
        self._add_text(data.quarter.label)
        for earlier in data.history:  # what a text compares with (比3月)
            if earlier.quarter in (data.quarter.previous, data.quarter.year_ago):
                self._add_text(earlier.quarter.label)


def equals_value(quantity: Quantity, value: int | Fraction | Decimal) -> bool:
    """Whether a number of a text equals `value`; a rate may be written with fewer decimals, a count in 万."""
    if isinstance(value, Fraction):
        written = quantity.value[0]
        return quantity.kind == PERCENT and any(
            written == exact or rounds_to(exact, written) for exact in _ways_to_write(value)
        )
    return is_same_quantity(quantity, Quantity(COUNT, (Decimal(value),), str(value), 0))


def _ways_to_write(value: Fraction) -> tuple[Decimal, ...]:
    """A rate with two decimals, on a tie rounded either way, and with so many that it may be rounded otherwise."""
    return (
        percent(value, _RATE_DECIMALS),
        percent(value, _RATE_DECIMALS, ROUND_HALF_EVEN),
        percent(value, _EXACT_DECIMALS),
    )
