from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haochaping.core.model import QuarterData
from haochaping.statistics.ranks import intervals, significantly_above, simulated
from tests.statistics import wrong

K, N = [12, 18, 9, 30, 22, 15], [100, 120, 150, 160, 140, 130]
FUNCTIONS: list[Callable[..., object]] = [significantly_above, intervals, simulated]


def ends(ranking: pd.DataFrame) -> list[tuple[int, int]]:
    return list(zip(ranking["rank_low"], ranking["rank_high"], strict=True))


def test_reference_values() -> None:
    ranking = intervals(pd.Series(K, list("ABCDEF")), pd.Series(N, list("ABCDEF")))
    assert dict(zip(ranking.index, ends(ranking), strict=True)) == {
        "A": (1, 6),
        "B": (1, 5),
        "C": (4, 6),
        "D": (1, 5),
        "E": (1, 5),
        "F": (1, 6),
    }
    assert ranking["rank"].tolist() == [4, 3, 6, 1, 2, 5]


@pytest.mark.parametrize("function", [intervals, simulated])
def test_ranks_of_the_real_bulletin_leave_nothing_to_chance(
    real: QuarterData, function: Callable[..., pd.DataFrame]
) -> None:
    rows = real.districts.set_index("district")
    ranking = function(rows["active_evaluations"], rows["evaluations"])
    assert ranking["rank_low"].tolist() == ranking["rank_high"].tolist() == ranking["rank"].tolist()
    assert sorted(ranking["rank"]) == list(range(1, 12))
    assert ranking["rank"].idxmin() == "周村区"
    assert ranking["rank"].idxmax() == "高新区"


def test_units_without_records_are_not_ranked() -> None:
    k, n = [*K[:3], 0, *K[3:]], [*N[:3], 0, *N[3:]]
    for function in (intervals, simulated):
        ranking = function(k, n)
        assert ranking.loc[3].isna().all()
        assert ranking["rank"].max() == ranking["rank_high"].max() == 6
    assert ends(intervals(k, n).drop(index=3)) == ends(intervals(K, N))
    above = significantly_above(k, n)
    assert not above[3].any()
    assert not above[:, 3].any()


def test_units_that_are_equal_share_the_better_rank() -> None:
    ranking = intervals([5, 1, 10], [10, 10, 20])
    assert ranking["rank"].tolist() == [1, 3, 1]


def test_a_simulation_is_the_same_each_time_and_can_be_drawn_anew() -> None:
    first = simulated(K, N)
    pd.testing.assert_frame_equal(first, simulated(K, N))
    few = [ends(simulated(K, N, draws=3, seed=seed)) for seed in range(5)]
    assert few.count(few[0]) < 5


def test_a_simulation_draws_from_the_posterior_of_each_rate() -> None:
    # Beta(0.5, 20.5) exceeds Beta(4.5, 16.5) with probability 0.0114; from a flat prior it would be 0.0238.
    k, n = [0, 4], [20, 20]
    assert ends(simulated(k, n, level=0.97, draws=100_000)) == [(2, 2), (1, 1)]
    assert ends(simulated(k, n, level=0.98, draws=100_000)) == [(1, 2), (1, 2)]


def test_a_simulation_is_near_the_pairwise_intervals() -> None:
    difference = np.array(ends(simulated(K, N))) - np.array(ends(intervals(K, N)))
    assert np.abs(difference).max() <= 1


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize(("values", "message"), wrong.COUNTS)
def test_wrong_counts_are_refused(
    function: Callable[..., object], place: int, values: object, message: str
) -> None:
    pair = (values, 9) if place == 0 else (0, values)
    with pytest.raises(ValueError, match=message):
        function(*pair)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_wrong_pairs_and_levels_are_refused(function: Callable[..., object]) -> None:
    for pair, message in (
        (([3, 1], [2, 2]), "应不大于"),
        ((1, 2), "为 0 维，应为一列数"),
        (([1, 2], [3, 4, 5]), "长度不一致"),
        ((pd.Series([1, 2], [0, 1]), pd.Series([3, 4], [1, 0])), "索引不一致"),
    ):
        with pytest.raises(ValueError, match=message):
            function(*pair)
    for level in wrong.PROBABILITIES:
        with pytest.raises(ValueError, match="置信水平"):
            function(K, N, level)


@pytest.mark.parametrize("value", [0, -1, 1.5, None, "9"])
def test_wrong_draws_are_refused(value: int) -> None:
    with pytest.raises(ValueError, match="抽样次数 draws"):
        simulated(K, N, draws=value)
    if value != 0:
        with pytest.raises(ValueError, match="随机种子 seed"):
            simulated(K, N, seed=value)


@pytest.mark.slow
@given(wrong.units)
def test_intervals_hold_the_rank_and_widen_with_the_level(pairs: list[tuple[int, int]]) -> None:
    k, n = zip(*pairs, strict=True)
    ranking, wider = intervals(k, n, 0.8), intervals(k, n, 0.99)
    assert (ranking["rank_low"] >= 1).all()
    assert (ranking["rank_high"] <= len(pairs)).all()
    assert (ranking["rank_low"] <= ranking["rank"]).all()
    assert (ranking["rank"] <= ranking["rank_high"]).all()
    assert (wider["rank_low"] <= ranking["rank_low"]).all()
    assert (wider["rank_high"] >= ranking["rank_high"]).all()


@pytest.mark.slow
@given(wrong.units)
def test_being_above_is_one_way_and_goes_with_the_rate(pairs: list[tuple[int, int]]) -> None:
    k, n = (np.array(column) for column in zip(*pairs, strict=True))
    above = significantly_above(k, n)
    assert not (above & above.T).any()
    rate = k / n
    assert (rate[:, None] > rate[None, :])[above].all()


@pytest.mark.slow
@settings(max_examples=25)
@given(wrong.units, st.integers(0, 2**32))
def test_simulated_ranks_are_ranks(pairs: list[tuple[int, int]], seed: int) -> None:
    k, n = zip(*pairs, strict=True)
    ranking = simulated(k, n, draws=50, seed=seed)
    assert (ranking["rank_low"] >= 1).all()
    assert (ranking["rank_low"] <= ranking["rank_high"]).all()
    assert (ranking["rank_high"] <= len(pairs)).all()
    pd.testing.assert_series_equal(ranking["rank"], intervals(k, n)["rank"])
