"""How numbers are written: thousands separators, percentages that never round to a false 100 % or 0 %."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from haochaping.cleaning.number_or_missing import percent

_USUAL_DECIMALS, _MOST_DECIMALS = 2, 6


def percent_text(value: Fraction, decimals: int = 2) -> str:
    """Write a fraction as ``99.68%``; with more decimals where `decimals` would print a false 100% or 0%."""
    is_whole_number = value.denominator == 1
    for places in range(decimals, 13):
        text = percent(value, places)
        if is_whole_number or text not in (0, 100) or value in (0, 1):
            return f"{text}%"
    return f"{percent(value, 12)}%"


def percent_text_beside(value: Fraction, written: Decimal) -> str:
    """Write a fraction beside a percentage that it contradicts, so that the two are seen to differ.

    With as many decimals as `written` has, two at least, and more where both would read the same: 98.996 % beside 99 %
    is no 99.00 %. Where six do not suffice, the exact quotient is written.
    """
    least = max(_USUAL_DECIMALS, -int(written.as_tuple().exponent))
    for places in range(least, max(least, _MOST_DECIMALS) + 1):
        text = percent_text(value, places)
        if Decimal(text.rstrip("%")) != written:
            return text
    if value * 100 == Fraction(written):
        return percent_text(value, least)
    return f"{number(value.numerator)} ÷ {number(value.denominator)}"


def percent_texts_apart(one: Fraction, two: Fraction) -> tuple[str, str]:
    """Write two fractions that are compared, with two decimals or as many as it takes to see them differ."""
    texts = ("", "")
    for places in range(_USUAL_DECIMALS, _MOST_DECIMALS + 1):
        texts = percent_text(one, places), percent_text(two, places)
        if texts[0] != texts[1]:
            break
    return texts


def quotient_text(numerator: int, denominator: int, result: str) -> str:
    """Write a division with its `result`, which is left out where it is no percentage but the quotient once more."""
    division = f"{number(numerator)} ÷ {number(denominator)}"
    return f"{division} = {result}" if result.endswith("%") else division


def number(value: int) -> str:
    """Write a whole number as ``1,989,842``, with a true minus sign (−)."""
    return f"{value:,}".replace("-", "−")
