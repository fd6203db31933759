import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.core.model import QuarterData
from haochaping.statistics.concentration import (
    effective_number,
    gini,
    hhi,
    location_quotient,
    normalised_hhi,
    top_share,
)
from tests.statistics import wrong

MEASURES: list[Callable[[object], float]] = [hhi, effective_number, normalised_hhi, gini, top_share]
amounts = st.lists(st.integers(0, 10**7), min_size=2, max_size=30).filter(any)


def test_reference_values() -> None:
    assert hhi([1, 2, 3, 4]) == pytest.approx(0.30)
    assert gini([1, 2, 3, 4]) == pytest.approx(0.25)
    assert normalised_hhi([1, 2, 3, 4]) == pytest.approx((0.30 - 0.25) / 0.75)


def test_districts_of_the_real_bulletin(real: QuarterData) -> None:
    ratings = real.districts["evaluations"]
    assert hhi(ratings) == pytest.approx(0.149664, abs=5e-7)
    assert hhi(ratings) * 10_000 == pytest.approx(1496.64, abs=0.005)
    assert effective_number(ratings) == pytest.approx(6.6816, abs=5e-5)
    assert gini(ratings) == pytest.approx(0.452681, abs=5e-7)


def test_public_services_of_the_real_bulletin(real: QuarterData) -> None:
    ratings = real.public_services["evaluations"]
    assert hhi(ratings) == pytest.approx(0.232424, abs=5e-7)
    assert gini(ratings) == pytest.approx(0.644226, abs=5e-7)
    assert top_share(ratings) == pytest.approx(0.762657, abs=5e-7)


def test_health_insurance_in_the_real_bulletin(real: QuarterData) -> None:
    table = real.district_departments.pivot(index="department", columns="district", values="evaluations")
    expected = {
        "沂源县": 4.0319,
        "经开区": 2.7407,
        "高青县": 1.9007,
        "桓台县": 1.0120,
        "张店区": 0.6209,
        "周村区": 0.0177,
    }
    quotient = location_quotient(table)
    assert quotient.loc["医疗保障局", list(expected)].to_dict() == pytest.approx(expected, abs=5e-5)
    assert quotient.shape == table.shape
    assert table.isna().to_numpy().sum() == 1
    assert quotient[table.isna()].isna().all(axis=None)


def test_one_unit_and_nothing_are_distinguished_from_a_measure() -> None:
    assert (hhi([5]), effective_number([5]), gini([5]), top_share([5], 1)) == (1, 1, 0, 1)
    assert math.isnan(normalised_hhi([5]))
    assert all(math.isnan(measure([0, 0, 0])) for measure in MEASURES)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(("values", "message"), wrong.AMOUNTS)
def test_wrong_amounts_are_refused(measure: Callable[[object], float], values: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        measure(values)


@pytest.mark.parametrize("measure", MEASURES)
def test_one_number_or_a_table_is_refused(measure: Callable[[object], float]) -> None:
    with pytest.raises(ValueError, match="为 0 维，应为一列数"):
        measure(5)
    with pytest.raises(ValueError, match="为 2 维，应为一列数"):
        measure([[1, 2], [3, 4]])


@pytest.mark.parametrize("top", [0, -1, 1.5, 4, None, np.nan, [1, 2], "3"])
def test_wrong_numbers_of_units_are_refused(top: int) -> None:
    with pytest.raises(ValueError, match="单位个数 top"):
        top_share([1, 2, 3], top)


@given(amounts)
def test_measures_stay_within_their_bounds(values: list[int]) -> None:
    n = len(values)
    assert 1 / n - 1e-12 <= hhi(values) <= 1 + 1e-12
    assert 1 - 1e-9 <= effective_number(values) <= n + 1e-9
    assert -1e-12 <= normalised_hhi(values) <= 1 + 1e-12
    assert 0 <= gini(values) <= (n - 1) / n + 1e-12
    assert top_share(values, n) == pytest.approx(1)
    shares = [top_share(values, top) for top in range(1, n + 1)]
    assert shares[0] == pytest.approx(max(values) / sum(values))
    assert (np.diff(shares, n=2) <= 1e-12).all()  # each further unit adds no more than the one before


@given(amounts, st.integers(2, 1000))
def test_measures_do_not_depend_on_scale_or_order(values: list[int], scale: int) -> None:
    again = [value * scale for value in reversed(values)]
    for measure in (hhi, effective_number, normalised_hhi, gini, lambda x: top_share(x, 2)):
        assert measure(again) == pytest.approx(measure(values), rel=1e-9, abs=1e-12)


@given(st.integers(1, 10**6), st.integers(2, 50))
def test_equal_units_are_not_concentrated(value: int, n: int) -> None:
    assert effective_number([value] * n) == pytest.approx(n)
    assert normalised_hhi([value] * n) == pytest.approx(0, abs=1e-12)
    assert 0 <= gini([value] * n) <= 1e-12


@given(amounts)
def test_gini_is_half_the_relative_mean_difference(values: list[int]) -> None:
    x = np.array(values, dtype=float)
    mean_difference = np.abs(x[:, None] - x[None, :]).mean()
    assert gini(values) == pytest.approx(mean_difference / (2 * x.mean()), abs=1e-12)


def test_a_quotient_compares_a_share_with_the_share_overall() -> None:
    table = pd.DataFrame({"张店区": [30, 70], "周村区": [20, 280]}, index=["教体局", "水利局"])
    quotient = location_quotient(table)
    assert quotient.loc["教体局", "张店区"] == pytest.approx((30 / 50) / (100 / 400))
    assert list(quotient.columns) == list(table.columns)
    assert list(quotient.index) == list(table.index)


def test_quotients_on_small_expected_counts_are_suppressed() -> None:
    table = pd.DataFrame({"张店区": [1, 99], "周村区": [9, 291]})  # 2.5 and 7.5 expected in the first row
    assert location_quotient(table).isna().to_numpy().tolist() == [[True, False], [False, False]]
    assert location_quotient(table, threshold=8).isna().to_numpy().tolist() == [[True, True], [False, False]]
    assert location_quotient(table, threshold=2.5).notna().all(axis=None)


@pytest.mark.filterwarnings("error")  # nothing is divided by 0 on the way
def test_empty_rows_and_missing_cells_have_no_quotient() -> None:
    table = pd.DataFrame({"张店区": [0, 50, 50], "周村区": [0, None, 100]}, dtype="Int64")
    quotient = location_quotient(table, threshold=0)
    assert quotient.isna().to_numpy().tolist() == [[True, True], [False, True], [False, False]]
    assert quotient.loc[2, "周村区"] == pytest.approx(100 / (150 * 100 / 200))
    assert location_quotient(table * 0).isna().all(axis=None)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([[1, 2]], "数据为 list，应为数据表"),
        (pd.Series([1, 2]), "数据为 Series，应为数据表"),
        (pd.DataFrame(), "表为空"),
        (pd.DataFrame({"甲": [1, -2]}), "表行“1”列“甲”为 -2，应为不小于 0 的整数"),
        (pd.DataFrame({"甲": [1, 2.5]}), "为 2.5，应为不小于 0 的整数"),
        (pd.DataFrame({"甲": [1.0, np.inf]}), "为 inf"),
        (pd.DataFrame({"甲": ["一", None]}), "为 一，应为一个数"),
    ],
)
def test_wrong_tables_are_refused(table: pd.DataFrame, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        location_quotient(table)


@pytest.mark.parametrize("threshold", [-1, None, np.nan, [1, 2], "5"])
def test_wrong_thresholds_are_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match="最小期望数"):
        location_quotient(pd.DataFrame({"甲": [1, 2]}), threshold)


@given(st.lists(st.lists(st.integers(1, 10**5), min_size=3, max_size=3), min_size=2, max_size=6))
def test_quotients_weighted_by_what_is_expected_average_to_one(cells: list[list[int]]) -> None:
    table = pd.DataFrame(cells, dtype=float)
    quotient = location_quotient(table, threshold=0)
    overall = table.sum() / table.sum().sum()
    assert (quotient * overall).sum(axis=1).tolist() == pytest.approx([1] * len(cells))
