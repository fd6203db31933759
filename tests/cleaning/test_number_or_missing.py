"""One cell: its number, or the reason why it holds none, or an error; never another number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.cleaning.number_or_missing import (
    is_number,
    printed_decimals,
    read_count,
    read_number,
    read_rate,
)

WORDS = {"/": "", "-": "", "归市": "数据归市级部门统计"}
JUNK = [
    "", "-5", "+5", "5.5", "1e5", "5x", "1,08", "12,34", "1,0786", ",786", "5,", "1 000元", "五", "½", "12½",
    "NaN", "inf", "0x1F", "1_000", "#REF!", "=1+1", "\u202e12", "1\u200b2", "10/5", "(5)",
]  # fmt: skip
FOOTNOTES = ["2122①", "10²", "5⒈", "1⁰", "①2"]


@pytest.mark.parametrize(
    ("printed", "value"),
    [("0", 0), ("1080786", 1080786), ("1,080,786", 1080786), ("１，０８０", 1080), (" 12 ", 12), ("007", 7)],
)
def test_count(printed, value):
    cell = read_count(printed, WORDS)
    assert (cell.value, cell.printed, cell.reason) == (value, printed, "")
    assert type(cell.value) is int


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("100%", 1.0),
        ("100.00%", 1.0),
        ("99.68%", 0.9968),
        ("0.2%", 0.002),
        ("９９．９％", 0.999),
        ("0%", 0.0),
    ],
)
def test_rate(printed, value):
    cell = read_rate(printed, WORDS)
    assert (cell.value, cell.printed) == (value, printed)


def test_rate_without_its_sign_needs_the_unit_in_the_heading():
    assert read_rate("99.9", WORDS, in_percent=True).value == 0.999
    with pytest.raises(ValueError, match="应为百分数"):
        read_rate("99.9", WORDS)


@pytest.mark.parametrize("read", [read_count, read_rate])
@pytest.mark.parametrize("printed", ["/", "－", "归市", " 归 市 "])
def test_words_for_no_value_give_a_reason_and_no_number(read, printed):
    cell = read(printed, WORDS)
    assert cell.value is None
    assert cell.reason
    assert cell.printed == printed


@pytest.mark.parametrize("printed", [*JUNK, "100%", *FOOTNOTES])
def test_what_is_no_count_is_an_error(printed):
    with pytest.raises(ValueError, match="应为"):
        read_count(printed, WORDS)


@pytest.mark.parametrize("printed", [*JUNK, "100", "-1%", "1,000%%", "100%%", "①%", "99.9%¹"])
def test_what_is_no_rate_is_an_error(printed):
    with pytest.raises(ValueError, match="应为"):
        read_rate(printed, WORDS)


@pytest.mark.parametrize("digits", [19, 30, 400, 5000])
def test_numbers_that_no_column_can_hold_are_an_error(digits):
    """Columns are 64-bit; a longer number must be told as such, not break what comes after."""
    with pytest.raises(ValueError, match="应为"):
        read_count("9" * digits, WORDS)


@pytest.mark.parametrize("digits", [400, 5000])
def test_rates_beyond_any_number_are_an_error(digits):
    with pytest.raises(ValueError, match="应为"):
        read_rate("9" * digits + "%", WORDS)


@given(st.integers(0, 10**12))
def test_every_printing_of_a_count_reads_back(number):
    for printed in (str(number), f"{number:,}", f"{number:,}".translate(FULL_WIDTH)):
        assert read_count(printed, WORDS).value == number
        assert is_number(printed)


FULL_WIDTH = {ord(c): ord(c) + 0xFEE0 for c in "0123456789,."}


@given(st.text(alphabet="0123456789,.%/-— ①²１，无归市", max_size=8))
def test_any_text_is_a_number_or_a_reason_or_an_error(text):
    for read in (read_count, read_rate):
        try:
            cell = read(text, WORDS)
        except ValueError:
            continue
        assert cell.printed == text
        assert (cell.value is None) == bool(cell.reason)
        assert cell.value is None or cell.value >= 0


@pytest.mark.parametrize(("printed", "decimals"), [("100%", 0), ("99.9%", 1), ("１００．００％", 2)])
def test_printed_decimals(printed, decimals):
    assert printed_decimals(printed) == decimals


@pytest.mark.parametrize("printed", ["5 7", "12 345", "1, 080", "5\u30007", "５　７", "1\n2"])
def test_blank_inside_a_count_may_part_two_cells(printed):
    with pytest.raises(ValueError, match="应为整数"):
        read_count(printed, WORDS)


@pytest.mark.parametrize("printed", ["9 9.5%", "99 .5%", "99. 5%"])
def test_blank_inside_a_rate_may_part_two_cells(printed):
    with pytest.raises(ValueError, match="应为百分数"):
        read_rate(printed, WORDS)


def test_blank_before_the_percent_sign_parts_nothing():
    assert read_rate("99.5 %", WORDS).value == 0.995


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("12", 12),
        ("1,234.5", None),
        ("99.5%", 0.995),
        ("0.5", 0.5),
        ("12 345", None),
        ("9" * 15, int("9" * 15)),
        ("9" * 16, None),
        ("9" * 400, None),
        ("已办", None),
        ("", None),
    ],
)
def test_a_cell_that_nobody_declared_has_a_number_only_where_it_is_certain(printed, value) -> None:
    cell = read_number(printed)
    assert (cell.printed, cell.value) == (printed, value)
