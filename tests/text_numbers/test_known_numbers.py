"""Whether a number of a text equals a value."""

from fractions import Fraction

import pytest

from haochaping.cleaning.quantities import quantities
from haochaping.text_numbers.known_numbers import equals_value


@pytest.mark.parametrize(
    ("written", "value", "is_equal"),
    [
        ("98.13%", Fraction(157, 160), True),
        ("98.12%", Fraction(157, 160), True),
        ("98.125%", Fraction(157, 160), True),
        ("98.1%", Fraction(157, 160), True),
        ("98.11%", Fraction(157, 160), False),
        ("98.1%", Fraction(98149, 100000), True),
        ("98.2%", Fraction(98149, 100000), True),  # the page shows 98.15 %
        ("98%", Fraction(98149, 100000), False),
        ("98%", Fraction(98, 100), True),
        ("98.995%", Fraction(98996, 100000), False),
        ("906.96万", 9069650, True),
        ("906.97万", 9069650, True),
        ("906.98万", 9069650, False),
    ],
)
def test_rates_and_counts_rounded(written: str, value: int | Fraction, is_equal: bool) -> None:
    assert equals_value(quantities(written)[0], value) is is_equal
