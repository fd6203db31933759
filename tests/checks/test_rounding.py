from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.checks.rounding import classify_rounding, percent
from haochaping.cleaning.number_format import percent_text


@pytest.mark.parametrize(
    ("printed", "decimals", "k", "n", "expected"),
    [
        ("100", 0, 7, 7, "rounded"),
        ("100", 0, 11237, 11273, "rounded_to_end"),
        ("0", 0, 903, 1994198, "rounded_to_end"),
        ("0", 0, 0, 9, "rounded"),
        ("6", 0, 131353, 1994198, "truncated"),
        ("7", 0, 131353, 1994198, "rounded"),
        ("8", 0, 131353, 1994198, "wrong"),
        ("0.5", 1, 1, 200, "rounded"),
        ("50", 0, 101, 200, "truncated"),
        ("51", 0, 101, 200, "rounded"),
    ],
)
def test_manner(printed: str, decimals: int, k: int, n: int, expected: str) -> None:
    assert classify_rounding(Decimal(printed), decimals, Fraction(k, n)) == expected


def test_text_never_prints_a_false_end() -> None:
    assert percent_text(Fraction(6487720, 6487756)) == "99.999%"
    assert percent_text(Fraction(1, 10**7)) == "0.00001%"
    assert percent_text(Fraction(1)) == "100.00%"
    assert percent_text(Fraction(0)) == "0.00%"


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.integers(0, 4))
def test_a_rounded_percentage_is_within_half_a_step(k: int, n: int, decimals: int) -> None:
    value = Fraction(k, n)
    assert abs(Fraction(percent(value, decimals)) - value * 100) * 2 <= Fraction(1, 10**decimals)
