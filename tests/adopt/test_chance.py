"""The chance that figures fit an arithmetic by accident."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from haochaping.adopt.chance import BoolArray, IntArray, chance_of_accident


def adds_up(columns: list[IntArray]) -> BoolArray:
    return np.asarray(columns[0] == columns[1] + columns[2])


def chance(rows: list[tuple[int, int, int]], tried: int = 1) -> tuple[float, int]:
    columns = [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)]
    found = chance_of_accident(columns, adds_up, columns[0].astype(float) + 1, tried)
    return found.log10, found.telling_rows


def test_large_different_figures_prove_a_sum() -> None:
    log10, telling = chance([(300, 100, 200), (705, 701, 4), (88, 40, 48), (919, 419, 500)])
    assert log10 < -8 and telling == 4


def test_zeros_prove_nothing() -> None:
    assert chance([(5, 5, 0), (80, 80, 0), (912, 912, 0), (0, 0, 0)]) == (0.0, 0)


def test_what_was_tried_and_what_does_not_fit_weaken_it() -> None:
    rows = [(300, 100, 200), (705, 701, 4), (88, 40, 48), (919, 419, 500)]
    one, _ = chance(rows)
    many, _ = chance(rows, tried=1000)
    wrong, _ = chance([*rows, (7, 3, 3)])
    assert many == one + 3 and wrong > one


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)), max_size=12))
def test_it_is_a_chance(rows: list[tuple[int, int, int]]) -> None:
    if rows:
        log10, telling = chance(rows)
        assert log10 <= 0 and 0 <= telling <= len(rows)
