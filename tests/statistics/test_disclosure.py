from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.core.model import QuarterData
from haochaping.statistics.disclosure import round_nhs, round_to, suppress, suppress_parts
from tests.statistics import wrong

# In a series a missing cell stays missing.
ARRAYS = [case for case in wrong.COUNTS if case.id != "missing in series"]
ROUNDINGS: list[Callable[[object], object]] = [round_to, round_nhs]
cells = st.lists(
    st.lists(st.one_of(st.none(), st.integers(0, 40)), min_size=3, max_size=3), min_size=1, max_size=6
)


def test_rounding_reference_values() -> None:
    assert round_to([0, 1, 2, 3, 7, 8, 12, 13, 22]).tolist() == [0, 0, 0, 5, 5, 10, 10, 15, 20]
    assert round_nhs(range(9)).tolist() == [0, 5, 5, 5, 5, 5, 5, 5, 10]
    assert round_nhs([12, 13, 22]).tolist() == [10, 15, 20]


def test_halves_are_rounded_up() -> None:
    assert round_to([4, 5, 6, 14, 15, 25], base=10).tolist() == [0, 10, 10, 10, 20, 30]
    assert round_to([1, 2, 3], base=1).tolist() == [1, 2, 3]


def test_small_cells_of_the_real_bulletin(real: QuarterData) -> None:
    ratings = real.city_departments["evaluations"]
    hidden = suppress(ratings, 10).isna() & ratings.notna()
    assert {int(row) + 1: int(ratings[row]) for row in ratings.index[hidden]} == {
        8: 9,
        15: 4,
        19: 1,
        22: 8,
        27: 4,
        29: 2,
        36: 1,
    }


def test_zero_and_the_threshold_itself_are_shown() -> None:
    table = pd.DataFrame({"甲": [0, 1, 4], "乙": [5, None, 6]}, index=list("abc"), dtype="Int64")
    shown = suppress(table, 5)
    expected = pd.DataFrame({"甲": [0, None, None], "乙": [5, None, 6]}, index=list("abc"), dtype="Int64")
    pd.testing.assert_frame_equal(shown, expected)
    pd.testing.assert_frame_equal(suppress(table, 1), table)
    assert table.loc["b", "甲"] == 1  # the input is left as it was


def test_series_stay_series_and_scalars_scalars() -> None:
    column = pd.Series([1, None, 8], list("abc"), name="评价数", dtype="Int64")
    pd.testing.assert_series_equal(
        suppress(column, 5), pd.Series([None, None, 8], list("abc"), name="评价数", dtype="Int64")
    )
    pd.testing.assert_series_equal(
        round_to(column), pd.Series([0, None, 10], list("abc"), name="评价数", dtype="Int64")
    )
    pd.testing.assert_frame_equal(
        round_nhs(column.to_frame()),
        pd.DataFrame({"评价数": [5, None, 10]}, list("abc"), dtype="Int64"),
    )
    assert (round_to(8), type(round_to(8))) == (10, int)
    assert (round_nhs(2), type(round_nhs(2))) == (5, int)


@pytest.mark.parametrize("function", ROUNDINGS)
@pytest.mark.parametrize(("values", "message"), ARRAYS)
def test_wrong_counts_are_refused(function: Callable[[object], object], values: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        function(values)


@pytest.mark.parametrize("function", [*ROUNDINGS, lambda table: suppress(table, 5)])
@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pd.DataFrame(), "计数为空"),
        (pd.Series([], dtype=float), "计数为空"),
        (pd.DataFrame({"甲": [1, -2]}, index=["a", "b"]), "计数行“b”列“甲”为 -2，应为不小于 0 的整数"),
        (pd.Series([1.0, 2.5]), "第 2 项（1）为 2.5，应为不小于 0 的整数"),
        (pd.Series([1.0, np.inf]), "为 inf，应为一个有限的数"),
        (pd.Series(["一", None]), "为 一，应为一个数"),
        (pd.Series([True, False]), "为 True，应为一个数"),
    ],
)
def test_wrong_tables_are_refused(function: Callable[[object], object], table: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        function(table)


@pytest.mark.parametrize("value", [0, -5, 1.5, None, np.nan, "5", [5, 10]])
def test_wrong_thresholds_and_bases_are_refused(value: int) -> None:
    with pytest.raises(ValueError, match="最小显示数"):
        suppress(pd.Series([1, 2]), value)
    with pytest.raises(ValueError, match="取整单位"):
        round_to([1, 2], value)


def test_only_tables_are_suppressed() -> None:
    with pytest.raises(ValueError, match="数据为 list，应为数据表或数据列"):
        suppress([1, 2, 3], 5)  # type: ignore[arg-type]


@pytest.mark.slow
@given(cells, st.integers(1, 20))
def test_suppression_hides_all_small_counts_and_nothing_else(
    rows: list[list[int | None]], threshold: int
) -> None:
    table = pd.DataFrame(rows, dtype="Int64")
    shown = suppress(table, threshold)
    for before, after in zip(table.to_numpy().ravel(), shown.to_numpy().ravel(), strict=True):
        if pd.isna(before) or 0 < before < threshold:
            assert pd.isna(after)
        else:
            assert after == before
    pd.testing.assert_frame_equal(suppress(shown, threshold), shown)


@given(st.integers(0, 10**9), st.integers(1, 1000))
def test_rounding_goes_to_the_nearest_multiple(value: int, base: int) -> None:
    rounded = round_to(value, base)
    assert rounded % base == 0
    assert -base <= 2 * (value - rounded) < base
    assert round_to(rounded, base) == rounded


@given(st.integers(0, 10**6))
def test_a_zero_under_the_nhs_rule_is_a_true_zero(value: int) -> None:
    assert (round_nhs(value) == 0) == (value == 0)
    assert round_nhs(value) == (5 if 1 <= value <= 7 else round_to(value))


def test_a_single_hidden_part_cannot_be_worked_out_from_the_total() -> None:
    parts = pd.Series({"a": 100, "b": 3, "c": 20, "d": 0}, dtype="Int64")
    shown = suppress_parts(parts, 5)
    assert shown.isna().to_dict() == {"a": False, "b": True, "c": True, "d": False}
    two = suppress_parts(pd.Series({"a": 100, "b": 3, "c": 2}, dtype="Int64"), 5)
    assert two.isna().sum() == 2
    alone = suppress_parts(pd.Series({"a": 3}, dtype="Int64"), 5)
    assert alone.isna().all()
