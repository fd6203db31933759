"""How numbers are written: thousands separators, percentages that never round to a false 100 % or 0 %."""

from __future__ import annotations

from fractions import Fraction

from haochaping.cleaning.number_or_missing import percent


def percent_text(value: Fraction, decimals: int = 2) -> str:
    """Write a fraction as ``99.68%``; with more decimals where `decimals` would print a false 100% or 0%."""
    is_whole_number = value.denominator == 1
    for places in range(decimals, 13):
        text = percent(value, places)
        if is_whole_number or text not in (0, 100) or value in (0, 1):
            return f"{text}%"
    return f"{percent(value, 12)}%"


def number(value: int) -> str:
    """Write a whole number as ``1,989,842``, with a true minus sign (−)."""
    return f"{value:,}".replace("-", "−")
