"""How numbers are written: thousands separators, percentages that never round to a false end."""

from __future__ import annotations

from fractions import Fraction

from haochaping.cleaning.number_or_missing import percent


def percent_text(value: Fraction, decimals: int = 2) -> str:
    """``99.68%``; more decimals where two would print a false 100% or 0%."""
    whole = value.denominator == 1
    for places in range(decimals, 13):
        text = percent(value, places)
        if whole or text not in (0, 100) or value in (0, 1):
            return f"{text}%"
    return f"{percent(value, 12)}%"


def number(value: int) -> str:
    """``1,989,842``; with a true minus sign."""
    return f"{value:,}".replace("-", "−")
