"""Sums of printed counts of one row: their value, their words, their arithmetic."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.checks.cell_sum import (
    CellSum,
    bounded,
    rates_with_base,
    shares,
    sum_in_row,
    sums_of_parts,
)
from haochaping.core.declaration import Expression
from haochaping.core.model import CellRef
from haochaping.reference.reference import Reference
from haochaping.store.cell_index import CellIndex
from tests.checks.small_city import city, period, read_tables

HALL = {"hall": "甲", "cases": 2000, "votes": 1000, "good": 997, "fair": 2, "bad": 1}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    return city(tmp_path_factory.mktemp("city"))


def sum_of(place: Reference, expression: Expression, **change: object) -> tuple[CellSum, CellIndex]:
    index = CellIndex(period(place, halls=[HALL | change]), place)
    [row] = index.rows("halls")
    return sum_in_row(row, expression), index


@pytest.mark.parametrize(
    ("expression", "value", "words", "arithmetic"),
    [
        (((1, "votes"),), 1000, "投票数", "1,000"),
        (((1, "votes"), (-1, "bad")), 999, "（投票数 − 不满意票）", "1,000 − 1"),
        (((1, "good"), (1, "fair"), (1, "bad")), 1000, "（满意票 + 基本满意票 + 不满意票）", "997 + 2 + 1"),
        (((2, "fair"), (-3, "bad")), 1, "（2 × 基本满意票 − 3 × 不满意票）", "2 × 2 − 3 × 1"),
        (((-1, "bad"),), -1, "（− 不满意票）", "− 1"),
    ],
)
def test_a_sum(place: Reference, expression: Expression, value: int, words: str, arithmetic: str) -> None:
    found, index = sum_of(place, expression)
    assert found.value(index) == value
    assert found.words(index) == words
    assert found.arithmetic(index) == arithmetic
    assert found.cells == tuple(CellRef("halls", "甲", measure) for _, measure in expression)


def test_a_missing_number_is_not_zero(place: Reference) -> None:
    found, index = sum_of(place, ((1, "good"), (1, "fair")), fair=None)
    assert found.value(index) is None
    assert found.is_printed(index), "it has a cell, without a number"
    assert found.arithmetic(index) == "997 + /"


def test_a_column_that_the_source_lacks_is_not_printed(place: Reference, tmp_path: Path) -> None:
    data = read_tables(place, tmp_path, [["大厅", "投票数", "满意票"], ["甲", 10, 9]])
    index = CellIndex(data, place)
    [row] = index.rows("halls")
    assert sum_in_row(row, ((1, "votes"), (1, "good"))).is_printed(index)
    assert not sum_in_row(row, ((1, "good"), (1, "fair"))).is_printed(index)


@given(
    st.lists(
        st.tuples(st.integers(-9, 9), st.sampled_from(["votes", "good", "fair", "bad"])),
        min_size=1,
        max_size=6,
    )
)
def test_the_arithmetic_shown_gives_the_value(place: Reference, terms: list[tuple[int, str]]) -> None:
    expression = tuple((factor, measure) for factor, measure in terms if factor)
    if expression:
        found, index = sum_of(place, expression)
        shown = found.arithmetic(index).replace(",", "").replace("−", "-").replace("×", "*")
        assert eval(shown) == found.value(index)


def test_what_an_annex_declares(place: Reference) -> None:
    halls, towns = place.declaration.annexes["halls"], place.declaration.annexes["towns"]
    assert [m.name for m in sums_of_parts(halls)] == ["votes"]
    assert [m.name for m in rates_with_base(halls)] == ["voting_rate", "positive_rate", "poor_rate"]
    assert [m.name for m in shares(halls)] == ["share"]
    assert bounded(halls) == [("votes", "cases")]
    assert not sums_of_parts(towns) and not bounded(towns), (
        "the parts and the whole are columns of other annexes"
    )
