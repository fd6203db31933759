from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
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
        ("50", 0, 101, 200, "rounded"),
        ("51", 0, 101, 200, "rounded"),
        ("49", 0, 101, 200, "wrong"),
        ("98.12", 2, 157, 160, "rounded"),
        ("98.13", 2, 157, 160, "rounded"),
        ("98.11", 2, 157, 160, "wrong"),
        ("98.37", 2, 787, 800, "truncated"),  # 98.375 %: the even digit is above
        ("98.38", 2, 787, 800, "rounded"),
        ("0.00", 2, 1, 20000, "rounded_to_end"),
        ("100", 0, 199, 200, "rounded_to_end"),
    ],
)
def test_manner(printed: str, decimals: int, k: int, n: int, expected: str) -> None:
    assert classify_rounding(Decimal(printed), decimals, Fraction(k, n)) == expected


def test_text_never_prints_a_false_end() -> None:
    assert percent_text(Fraction(6487720, 6487756)) == "99.999%"
    assert percent_text(Fraction(1, 10**7)) == "0.00001%"
    assert percent_text(Fraction(1)) == "100.00%"
    assert percent_text(Fraction(0)) == "0.00%"


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(0, 4))
def test_what_either_way_of_rounding_gives_is_rounded(k: int, n: int, decimals: int) -> None:
    value = Fraction(min(k, n), n)
    for rounding in (ROUND_HALF_UP, ROUND_HALF_EVEN):
        printed = percent(value, decimals, rounding)
        is_false_end = printed in (0, 100) and value not in (0, 1)
        found = classify_rounding(printed, decimals, value)
        assert found == ("rounded_to_end" if is_false_end else "rounded")


@given(st.integers(100, 9899), st.integers(0, 2))
def test_a_tie_may_be_rounded_up_or_to_the_even_digit(steps: int, decimals: int) -> None:
    """Values half a step above a printable percentage; not near 0 and 100 %, where other rules count."""
    step = Fraction(1, 10**decimals)
    below = Decimal(steps * 10**decimals // 100).scaleb(-decimals)
    value = (Fraction(below) + step / 2) / 100
    assert classify_rounding(below + Decimal(1).scaleb(-decimals), decimals, value) == "rounded"
    is_even = int(below.scaleb(decimals)) % 2 == 0
    assert classify_rounding(below, decimals, value) == ("rounded" if is_even else "truncated")


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.integers(0, 4))
def test_a_rounded_percentage_is_within_half_a_step(k: int, n: int, decimals: int) -> None:
    value = Fraction(k, n)
    assert abs(Fraction(percent(value, decimals)) - value * 100) * 2 <= Fraction(1, 10**decimals)
