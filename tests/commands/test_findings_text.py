"""Findings in the terminal: long arithmetic is shortened, and every number in it stays whole."""

import re

from haochaping.commands.findings_text import LONGEST_ARITHMETIC, _shortened

SUM = " + ".join(f"{1000 + i:,}" for i in range(60)) + " = 61,770"


def test_a_short_calculation_is_shown_whole() -> None:
    assert _shortened("3 ÷ 4 = 75.00%；1 + 1 = 2") == "3 ÷ 4 = 75.00%；1 + 1 = 2"


def test_a_long_sum_keeps_its_ends_and_its_numbers() -> None:
    shown = _shortened(SUM)
    assert shown.startswith("1,000 + 1,001 + ") and shown.endswith(" = 61,770") and " …… " in shown
    assert len(shown) <= LONGEST_ARITHMETIC + 10
    assert {*re.findall(r"[\d,]+", shown)} <= {*re.findall(r"[\d,]+", SUM)}


def test_of_several_calculations_the_first_is_shown() -> None:
    shown = _shortened(f"6,108 ÷ 6,120 = 99.80%；{SUM}；{SUM}")
    assert shown.startswith("6,108 ÷ 6,120 = 99.80%；") and shown.endswith("……")
