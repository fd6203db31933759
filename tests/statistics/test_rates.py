import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from haochaping.core.model import QuarterData
from haochaping.statistics.rates import Interval, difference, exact, rate, upper_bound_zero, wilson
from tests.statistics import wrong

LEVELS = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99, 0.998])
INTERVALS = pytest.mark.parametrize("interval", [wilson, exact])


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (81, 263, 0.255289, 0.366210),
        (0, 20, 0, 0.161125),
        (7, 50, 0.069508, 0.261862),
        (11237, 11273, 0.995582, 0.997692),
    ],
)
def test_wilson_reference_values(k: int, n: int, low: float, high: float) -> None:
    assert wilson(k, n) == pytest.approx((low, high), abs=5e-7)


def test_wilson_without_events_ends_at_z2_over_n_plus_z2() -> None:
    z2 = 1.959963984540054**2
    assert wilson(0, 6_233_908).high == pytest.approx(z2 / (6_233_908 + z2), rel=1e-12)


def test_exact_reference_value() -> None:
    assert exact(7, 50) == pytest.approx((0.05819170033997342, 0.26739600249700846), rel=1e-12)


@pytest.mark.parametrize(
    ("n", "one_sided", "two_sided", "three"),
    [
        (100, 0.0295130, 0.0362167, 0.03),
        (6_233_908, 4.80554e-7, 5.91744e-7, 4.81239e-7),
        (284_171, 1.05420e-5, 1.29811e-5, None),
        (343_126, 8.73067e-6, 1.07507e-5, None),
    ],
)
def test_zero_events_reference_values(
    n: int, one_sided: float, two_sided: float, three: float | None
) -> None:
    assert upper_bound_zero(n) == pytest.approx(one_sided, rel=5e-6)
    assert exact(0, n).high == pytest.approx(two_sided, rel=5e-6)
    if three:
        assert 3 / n == pytest.approx(three, rel=5e-6)
    assert 0.98 * 3 / n < upper_bound_zero(n) < 3 / n


def test_the_denominators_of_the_zeros_are_those_of_the_bulletin(real: QuarterData) -> None:
    active = int(real.districts["active_evaluations"].sum())
    assert int(real.districts["evaluations"].sum()) == 6_233_908
    assert active == 284_171
    assert active + int(real.city_departments["active_evaluations"].sum()) == 343_126


def test_difference_reference_value() -> None:
    assert difference(56, 70, 48, 80) == pytest.approx((0.0524315, 0.3338727), abs=5e-8)


def test_nothing_of_nothing_is_not_applicable() -> None:
    for interval in (wilson(0, 0), exact(0, 0), difference(0, 0, 1, 2), difference(1, 2, 0, 0)):
        assert all(math.isnan(end) for end in interval)
    assert math.isnan(rate(0, 0))
    assert math.isnan(upper_bound_zero(0))
    assert np.isnan(exact([0, 1], [0, 2]).low).tolist() == [True, False]


def test_scalars_give_scalars_and_columns_arrays() -> None:
    for interval in (wilson(1, 2), exact(1, 2), difference(1, 2, 1, 2)):
        assert [type(end) for end in interval] == [float, float]
    assert (type(rate(1, 2)), type(upper_bound_zero(3))) == (float, float)
    k, n = pd.Series([1, 0], ["甲", "乙"], dtype="Int64"), pd.Series([2, 9], ["甲", "乙"], dtype="Int64")
    assert wilson(k, n).low.shape == wilson([[1], [2]], 5).low.ravel().shape == (2,)
    assert rate(k, n).tolist() == [0.5, 0.0]


WRONG_CALLS: dict[str, Callable[[object], object]] = {
    "rate k": lambda x: rate(x, 9),
    "rate n": lambda x: rate(0, x),
    "wilson k": lambda x: wilson(x, 9),
    "wilson n": lambda x: wilson(0, x),
    "exact k": lambda x: exact(x, 9),
    "exact n": lambda x: exact(0, x),
    "upper bound": upper_bound_zero,
    "difference k1": lambda x: difference(x, 9, 1, 9),
    "difference n1": lambda x: difference(0, x, 1, 9),
    "difference k2": lambda x: difference(1, 9, x, 9),
    "difference n2": lambda x: difference(1, 9, 0, x),
}


@pytest.mark.parametrize("call", WRONG_CALLS.values(), ids=WRONG_CALLS)
@pytest.mark.parametrize(("values", "message"), wrong.COUNTS)
def test_wrong_counts_are_refused(call: Callable[[object], object], values: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(values)


@pytest.mark.parametrize(
    "call",
    [
        lambda k, n: rate(k, n),
        wilson,
        exact,
        lambda k, n: difference(k, n, 1, 2),
        lambda k, n: difference(1, 2, k, n),
    ],
)
def test_wrong_pairs_are_refused(call: Callable[[object, object], object]) -> None:
    with pytest.raises(ValueError, match="应不大于"):
        call(3, 2)
    with pytest.raises(ValueError, match="长度不一致"):
        call([1, 2], [3, 4, 5])
    with pytest.raises(ValueError, match="索引不一致"):
        call(pd.Series([1, 2], [0, 1]), pd.Series([3, 4], [1, 0]))


@pytest.mark.parametrize("level", wrong.PROBABILITIES)
def test_wrong_levels_are_refused(level: float) -> None:
    calls = [wilson, exact, lambda k, n, level: upper_bound_zero(n, level), lambda *a: difference(1, 2, *a)]
    for call in calls:
        with pytest.raises(ValueError, match="置信水平"):
            call(1, 2, level)


def test_several_levels_are_refused() -> None:
    with pytest.raises(ValueError, match="置信水平有 2 项，应为单独一个数"):
        wilson(1, 2, [0.9, 0.95])  # type: ignore[arg-type]


@INTERVALS
@given(pair=wrong.rates, level=LEVELS)
def test_an_interval_holds_its_estimate_and_stays_within_0_and_1(
    interval: Callable[..., Interval], pair: tuple[int, int], level: float
) -> None:
    k, n = pair
    low, high = interval(k, n, level)
    assert 0 <= low <= k / n <= high <= 1
    assert low < high
    assert (low == 0) == (k == 0)
    assert (high == 1) == (k == n)


@pytest.mark.slow
@INTERVALS
@given(pair=wrong.rates, times=st.integers(2, 50), level=LEVELS)
def test_an_interval_narrows_with_more_records(
    interval: Callable[..., Interval], pair: tuple[int, int], times: int, level: float
) -> None:
    k, n = pair
    few, many = interval(k, n, level), interval(k * times, n * times, level)
    assert many.high - many.low < few.high - few.low


@INTERVALS
@given(pair=wrong.rates)
def test_a_higher_level_widens_an_interval(interval: Callable[..., Interval], pair: tuple[int, int]) -> None:
    narrow, wide = interval(*pair, 0.9), interval(*pair, 0.99)
    assert wide.low <= narrow.low <= narrow.high <= wide.high
    assert wide.high - wide.low > narrow.high - narrow.low


@INTERVALS
@given(pair=wrong.rates)
def test_counting_the_others_mirrors_an_interval(
    interval: Callable[..., Interval], pair: tuple[int, int]
) -> None:
    k, n = pair
    low, high = interval(k, n)
    assert interval(n - k, n) == pytest.approx((1 - high, 1 - low), rel=1e-9, abs=1e-12)


@given(pair=wrong.rates, level=LEVELS)
def test_intervals_agree_with_statsmodels(pair: tuple[int, int], level: float) -> None:
    for ours, method in ((wilson, "wilson"), (exact, "beta")):
        theirs = proportion_confint(*pair, alpha=1 - level, method=method)
        assert ours(*pair, level) == pytest.approx(theirs, rel=1e-8, abs=1e-14)


@given(n=st.integers(1, 10**9), level=LEVELS)
def test_no_event_is_as_likely_as_the_level_says_at_the_bound(n: int, level: float) -> None:
    assert n * math.log1p(-upper_bound_zero(n, level)) == pytest.approx(math.log(1 - level), rel=1e-9)


@given(first=wrong.rates, second=wrong.rates, level=LEVELS)
def test_difference_agrees_with_statsmodels(
    first: tuple[int, int], second: tuple[int, int], level: float
) -> None:
    ours = difference(*first, *second, level)
    theirs = confint_proportions_2indep(*first, *second, method="newcomb", compare="diff", alpha=1 - level)
    assert ours == pytest.approx(theirs, rel=1e-7, abs=1e-12)


@given(first=wrong.rates, second=wrong.rates, level=LEVELS)
def test_difference_holds_its_estimate_and_turns_its_sign_with_the_order(
    first: tuple[int, int], second: tuple[int, int], level: float
) -> None:
    low, high = difference(*first, *second, level)
    assert -1 <= low <= first[0] / first[1] - second[0] / second[1] <= high <= 1
    assert difference(*second, *first, level) == pytest.approx((-high, -low), rel=1e-12, abs=1e-15)
    assert low < high


@pytest.mark.slow
@given(pairs=st.lists(wrong.rates, min_size=1, max_size=5))
def test_a_column_gives_what_its_items_give(pairs: list[tuple[int, int]]) -> None:
    k, n = (list(column) for column in zip(*pairs, strict=True))
    for interval in (wilson, exact):
        assert np.array_equal(np.transpose(interval(k, n)), [interval(*pair) for pair in pairs])
