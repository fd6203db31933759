"""How percentages are written beside others."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.cleaning.number_format import (
    percent_text_beside,
    percent_texts_apart,
    quotient_text,
)

FRACTIONS = st.builds(lambda k, n: Fraction(min(k, n), n), st.integers(0, 10**9), st.integers(1, 10**9))


@pytest.mark.parametrize(
    ("k", "n", "written", "text"),
    [
        (98996, 100000, "99", "98.996%"),
        (99, 100, "98", "99.00%"),
        (989996, 1000000, "99", "98.9996%"),
        (98996, 100000, "98.995", "98.996%"),
        (98996, 100000, "98.99", "99.00%"),
        (99, 100, "99", "99.00%"),
        (999999, 1000000, "100", "99.9999%"),
        (989999999, 1000000001, "99", "98.9999998%"),
    ],
)
def test_as_many_decimals_as_the_contradiction_needs(k: int, n: int, written: str, text: str) -> None:
    if n > 10**9:  # six decimals do not suffice
        text = f"{k:,} ÷ {n:,}"
    assert percent_text_beside(Fraction(k, n), Decimal(written)) == text


@given(FRACTIONS, st.decimals(0, 100, places=2), st.integers(0, 2))
def test_what_differs_reads_differently(value: Fraction, other: Decimal, decimals: int) -> None:
    written = round(other, decimals)
    text = percent_text_beside(value, written)
    differs = value * 100 != Fraction(written)
    assert ("÷" in text) or (Decimal(text.rstrip("%")) != written) is differs


@given(FRACTIONS, st.integers(1, 10**6))
def test_what_lies_close_reads_differently_too(value: Fraction, distance: int) -> None:
    claim = round(Decimal(value.numerator * 100) / Decimal(value.denominator), 2)
    near = (Fraction(claim) + Fraction(1, distance)) / 100
    text = percent_text_beside(near, claim)
    assert Decimal(text.rstrip("%")) > claim and not text.startswith(f"{claim}%")


@given(FRACTIONS, st.integers(1, 10**5))
def test_two_rates_apart(value: Fraction, distance: int) -> None:
    one, two = percent_texts_apart(value, value + Fraction(1, distance))
    assert one != two


def test_a_quotient_is_not_written_twice() -> None:
    assert quotient_text(1, 2, "50.00%") == "1 ÷ 2 = 50.00%"
    assert quotient_text(2, 4, "1 ÷ 2") == "2 ÷ 4"
