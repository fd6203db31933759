import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.statistics.change import between, kitagawa, relative
from haochaping.statistics.rates import difference
from tests.statistics import wrong

OLD_MIX, OLD_RATE, NEW_MIX, NEW_RATE = [0.6, 0.4], [0.10, 0.30], [0.5, 0.5], [0.12, 0.28]

groups = st.lists(
    st.tuples(st.integers(1, 1000), st.floats(0, 1), st.integers(1, 1000), st.floats(0, 1)),
    min_size=1,
    max_size=8,
)


def arrays(rows: list[tuple[int, float, int, float]]) -> list[np.ndarray]:
    w1, r1, w2, r2 = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    return [w1 / w1.sum(), r1, w2 / w2.sum(), r2]


def test_decomposition_reference_values() -> None:
    parts = kitagawa(OLD_MIX, OLD_RATE, NEW_MIX, NEW_RATE)
    assert parts == pytest.approx((0.018, 0.002, 0.020), abs=1e-12)


@given(groups)
def test_a_decomposition_adds_up_to_the_change_of_the_overall_rate(
    rows: list[tuple[int, float, int, float]],
) -> None:
    w1, r1, w2, r2 = arrays(rows)
    parts = kitagawa(w1, r1, w2, r2)
    assert parts.mix + parts.rate == parts.total
    assert parts.total == pytest.approx((w2 * r2).sum() - (w1 * r1).sum(), abs=1e-12)
    assert kitagawa(w2, r2, w1, r1) == pytest.approx([-part for part in parts], abs=1e-15)
    assert kitagawa(w1, r1, w1, r2).mix == 0
    assert kitagawa(w1, r1, w2, r1).rate == 0


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize(
    ("values", "message"),
    [*wrong.AMOUNTS, pytest.param([0.5, 60], "第 2 项为 60.*百分数请先除以 100", id="percent")],
)
def test_wrong_groups_are_refused(place: int, values: object, message: str) -> None:
    inputs: list[object] = [OLD_MIX, OLD_RATE, NEW_MIX, NEW_RATE]
    inputs[place] = values
    with pytest.raises(ValueError, match=message.replace("不小于 0", "(不小于 0|0 至 1 之间)")):
        kitagawa(*inputs)


def test_groups_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match=r"前期占比 w1之和为 1\.1，应为 1"):
        kitagawa([0.6, 0.5], OLD_RATE, NEW_MIX, NEW_RATE)
    with pytest.raises(ValueError, match="为 0 维，应为一列数"):
        kitagawa(1, 0.5, 1, 0.6)
    with pytest.raises(ValueError, match="长度不一致"):
        kitagawa(OLD_MIX, [0.1, 0.2, 0.3], NEW_MIX, NEW_RATE)
    with pytest.raises(ValueError, match="索引不一致"):
        kitagawa(pd.Series(OLD_MIX), OLD_RATE, pd.Series(NEW_MIX, [1, 0]), NEW_RATE)


@pytest.mark.parametrize(
    ("counts", "direction"),
    [
        ((50_000, 10**6, 60_000, 10**6), "up"),
        ((60_000, 10**6, 50_000, 10**6), "down"),
        ((50_000, 10**6, 51_000, 10**6), "none"),  # excludes 0, and is of no weight
        ((51_000, 10**6, 50_000, 10**6), "none"),
        ((5, 100, 6, 100), "unclear"),
        ((1, 2, 2, 2), "unclear"),  # large, and may be chance
        ((2, 2, 1, 2), "unclear"),
        ((5_000, 100_000, 5_950, 100_000), "unclear"),  # may or may not reach what matters
        ((0, 0, 1, 2), "not_applicable"),
        ((1, 2, 0, 0), "not_applicable"),
    ],
)
def test_a_change_matters_where_it_is_large_and_sure(
    counts: tuple[int, int, int, int], direction: str
) -> None:
    change = between(*counts)
    assert change.direction == direction
    assert change.matters is (direction in ("up", "down"))
    assert math.isnan(change.difference) == math.isnan(change.low) == math.isnan(change.high)
    assert math.isnan(change.difference) is (direction == "not_applicable")


def test_what_matters_is_for_the_caller_to_say() -> None:
    counts = (50_000, 10**6, 51_000, 10**6)
    assert between(*counts, least=0.0005).direction == "up"
    assert between(*counts, least=0.05).direction == "none"
    assert between(1, 2, 2, 2, least=0.4, level=0.5).direction == "up"


def test_columns_give_columns() -> None:
    change = between([50_000, 0], [10**6, 0], [60_000, 1], [10**6, 2])
    assert change.direction.tolist() == ["up", "not_applicable"]
    assert change.matters.tolist() == [True, False]
    assert change.difference[0] == pytest.approx(0.01)


@given(wrong.rates, wrong.rates, st.floats(1e-6, 0.5))
def test_a_change_runs_from_the_earlier_to_the_later(
    first: tuple[int, int], second: tuple[int, int], least: float
) -> None:
    change, back = between(*first, *second, least), between(*second, *first, least)
    assert change.difference == pytest.approx(second[0] / second[1] - first[0] / first[1])
    assert (change.low, change.high) == difference(*second, *first)
    assert change.low <= change.difference <= change.high
    turned = {"up": "down", "down": "up"}
    assert back.direction == turned.get(change.direction, change.direction)
    if change.matters:
        assert abs(change.difference) >= least - 1e-9
        assert change.low * change.high > 0
    if change.direction == "none":
        assert max(-change.low, change.high) < least


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize(("values", "message"), wrong.COUNTS)
def test_wrong_counts_are_refused(place: int, values: object, message: str) -> None:
    inputs: list[object] = [0, 9, 0, 9]
    inputs[place] = values
    with pytest.raises(ValueError, match=message):
        between(*inputs)


def test_wrong_pairs_are_refused() -> None:
    with pytest.raises(ValueError, match="分子 k1为 3，应不大于分母 n1（2）"):
        between(3, 2, 1, 2)
    with pytest.raises(ValueError, match="分子 k2为 3，应不大于分母 n2（2）"):
        between(1, 2, 3, 2)
    with pytest.raises(ValueError, match="长度不一致"):
        between([1, 2], 9, [1, 2, 3], 9)
    with pytest.raises(ValueError, match="索引不一致"):
        between(pd.Series([1, 2]), 9, pd.Series([1, 2], [1, 0]), 9)


@pytest.mark.parametrize("value", wrong.PROBABILITIES)
def test_wrong_levels_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="最小变化 least"):
        between(1, 2, 1, 2, least=value)
    with pytest.raises(ValueError, match="置信水平"):
        between(1, 2, 1, 2, level=value)


def test_relative_change() -> None:
    assert relative(100, 120) == pytest.approx(0.2)
    assert relative(100, 0) == -1
    assert math.isnan(relative(0, 5))
    assert math.isnan(relative(0, 0))
    assert relative([100, 0], 50) == pytest.approx([-0.5, np.nan], nan_ok=True)


@pytest.mark.parametrize("call", [lambda x: relative(x, 5), lambda x: relative(5, x)])
@pytest.mark.parametrize(("values", "message"), wrong.COUNTS)
def test_wrong_counts_have_no_relative_change(
    call: Callable[[object], object], values: object, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        call(values)


def test_counts_that_do_not_fit_have_no_relative_change() -> None:
    with pytest.raises(ValueError, match="长度不一致"):
        relative([1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match="索引不一致"):
        relative(pd.Series([1, 2]), pd.Series([1, 2], [1, 0]))


@given(st.integers(1, 10**9), st.integers(0, 10**9))
def test_relative_change_leads_from_before_to_after(before: int, after: int) -> None:
    assert before * (1 + relative(before, after)) == pytest.approx(after, abs=1e-6 * before)
