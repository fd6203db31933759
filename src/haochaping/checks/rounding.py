"""Exact comparison of printed percentages with the whole numbers behind them."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from fractions import Fraction

from haochaping.cleaning.number_or_missing import is_rounded_to, percent


def classify_rounding(printed: Decimal, decimals: int, value: Fraction) -> str:
    """How a printed percentage relates to the exact one.

    Returns
    -------
    str
        ``rounded`` (half up or half to even, or the last step before 100 % or 0 % where half up would falsely reach it),
        ``rounded_to_end`` (printed as 100 % or 0 % though the exact value is not), ``truncated``, or ``wrong``.
    """
    if printed == _last_step_before_end(value, decimals):
        return "rounded"
    if is_rounded_to(value, decimals, printed):
        at_end = (printed == 100 and value != 1) or (printed == 0 and value != 0)
        return "rounded_to_end" if at_end else "rounded"
    if percent(value, decimals, ROUND_DOWN) == printed:
        return "truncated"
    return "wrong"


def _last_step_before_end(value: Fraction, decimals: int) -> Decimal | None:
    """The last printable percentage before 0 or 100, where rounding would falsely reach it; else None.

    A bulletin with two decimals can print 99.997 % only as 99.99 %; 100.00 % would be false.
    """
    rounded = percent(value, decimals)
    step = Decimal(1).scaleb(-decimals)
    if decimals and rounded == 100 and value < 1:
        return rounded - step
    if decimals and rounded == 0 and value > 0:
        return step
    return None
