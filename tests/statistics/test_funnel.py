import dataclasses
import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from haochaping.core.model import QuarterData
from haochaping.statistics.funnel import limits, overdispersed
from haochaping.statistics.rates import rate
from haochaping.statistics.validation import NotApplicable
from tests.statistics import wrong

K, N = [12, 18, 9, 30, 22, 15], [100, 120, 150, 160, 140, 130]
PAIR = [0.025, 0.975]
PROBABILITY = st.floats(1e-4, 1 - 1e-4)


@pytest.mark.parametrize(
    ("n", "expected"),
    [(100, [0.014179, 0.040381, 0.157719, 0.198357]), (50, [0, 0.013863, 0.179723, 0.240128])],
)
def test_exact_limits_reference_values(n: int, expected: list[float]) -> None:
    assert limits(n, 0.1, [0.001, 0.025, 0.975, 0.999]) == pytest.approx(expected, abs=5e-7)


def test_a_limit_below_0_is_clipped() -> None:
    r = stats.binom.ppf(0.001, 50, 0.1)
    unclipped = (r - (stats.binom.cdf(r, 50, 0.1) - 0.001) / stats.binom.pmf(r, 50, 0.1)) / 50
    assert unclipped == pytest.approx(-0.016119, abs=5e-7)
    assert limits(50, 0.1, 0.001) == 0


def test_overdispersion_reference_values() -> None:
    found = overdispersed(K, N)
    assert found.target == pytest.approx(0.1325, abs=1e-12)
    assert found.z == pytest.approx([-0.376464, 0.550671, -3.064257, 1.904136, 0.829223, -0.592546], abs=5e-7)
    assert np.quantile(found.z, [0.1, 0.9]) == pytest.approx([-1.828401, 1.366679], abs=5e-7)
    assert found.phi == pytest.approx(1.115758219, abs=5e-10)
    assert found.tau2 == pytest.approx(0.0006382483, abs=5e-11)
    unadjusted = dataclasses.replace(found, tau2=0.0)
    assert unadjusted.limits(100, PAIR) == pytest.approx([0.0735114, 0.2055608], abs=5e-8)
    assert found.limits(100, PAIR) == pytest.approx([0.0674722, 0.2151782], abs=5e-8)
    assert found.multiplicative_limits(100, PAIR) == pytest.approx([0.0623099, 0.2026901], abs=5e-8)


def test_active_rates_of_the_real_bulletin(real: QuarterData) -> None:
    rows = real.districts.set_index("district")
    k, n = rows["active_evaluations"], rows["evaluations"]
    found = overdispersed(k, n)
    assert found.target == pytest.approx(0.04558473, abs=5e-9)
    z = pd.Series(found.z, rows.index)
    assert (z.idxmin(), round(z.min(), 2)) == ("高新区", -342.51)
    assert (z.idxmax(), round(z.max(), 2)) == ("周村区", 297.25)
    assert z.abs().min() == pytest.approx(17.0, abs=0.05)
    assert found.phi == pytest.approx(2884.50, abs=0.005)
    assert found.tau2 == pytest.approx(0.00149595, abs=5e-9)
    assert math.sqrt(found.tau2) == pytest.approx(0.038677, abs=5e-7)
    rates = pd.Series(rate(k, n), rows.index)
    assert rates[["周村区", "高新区"]].round(4).tolist() == [0.5031, 0.0048]

    def flagged(limit: Callable[[float], object], p: float) -> set[str]:
        return set(rates.index[(rates < limit(p)) | (rates > limit(1 - p))])

    assert found.limits(n, 0.001) == pytest.approx(0.0091, abs=2e-4)
    assert found.limits(n, 0.999) == pytest.approx(0.108, abs=6e-4)
    assert flagged(lambda p: found.limits(n, p), 0.001) == {"周村区", "高新区"}
    assert flagged(lambda p: found.limits(n, p), 0.025) == {"周村区", "高新区", "文昌湖区"}
    unadjusted = dataclasses.replace(found, tau2=0.0)
    assert len(flagged(lambda p: unadjusted.limits(n, p), 0.001)) == 11
    assert len(flagged(lambda p: limits(n, found.target, p), 0.001)) == 11


def test_a_funnel_of_rates_that_are_all_100_percent_is_refused(real: QuarterData) -> None:
    with pytest.raises(NotApplicable) as error:
        overdispersed(real.districts["evaluations"], real.districts["cases"])
    assert error.value.reason == "各单位的比率都是 100%，没有可供比较的波动，不画漏斗图。"


def test_a_funnel_without_variation_is_refused() -> None:
    with pytest.raises(NotApplicable, match="都是 0%"):
        overdispersed([0, 0, 0], [5, 6, 7])
    with pytest.raises(NotApplicable, match="有记录的单位只有 1 个"):
        overdispersed([1, 0], [5, 0])
    for target in (0, 1):
        with pytest.raises(NotApplicable, match=f"目标值为 {target * 100}%"):
            limits(10, target, 0.5)


def test_units_without_records_take_no_part() -> None:
    found, without = overdispersed([*K, 0], [*N, 0]), overdispersed(K, N)
    assert (found.target, found.phi, found.tau2) == (without.target, without.phi, without.tau2)
    assert np.isnan(found.z).tolist() == [False] * 6 + [True]
    for limit in (limits(0, 0.1, 0.5), found.limits(0, 0.5), found.multiplicative_limits(0, 0.5)):
        assert math.isnan(limit)


def test_scalars_give_scalars() -> None:
    found = overdispersed(K, N)
    assert {type(f(100, 0.5)) for f in (found.limits, found.multiplicative_limits)} == {float}
    assert type(limits(100, 0.1, 0.5)) is float
    assert limits(np.array(N)[:, None], 0.1, PAIR).shape == (6, 2)


FOUND = overdispersed(K, N)
LIMITS: list[Callable[[object, object], object]] = [
    lambda n, p: limits(n, 0.1, p),
    FOUND.limits,
    FOUND.multiplicative_limits,
]


@pytest.mark.parametrize("call", [lambda x: overdispersed(x, [9, 9]), lambda x: overdispersed([0, 0], x)])
@pytest.mark.parametrize(("values", "message"), wrong.COUNTS)
def test_wrong_counts_are_refused(call: Callable[[object], object], values: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(values)


def test_wrong_units_are_refused() -> None:
    with pytest.raises(ValueError, match="应不大于"):
        overdispersed([3, 1], [2, 2])
    with pytest.raises(ValueError, match="为 0 维，应为一列数"):
        overdispersed(1, 2)
    with pytest.raises(ValueError, match="长度不一致"):
        overdispersed([1, 2], [3, 4, 5])
    with pytest.raises(ValueError, match="索引不一致"):
        overdispersed(pd.Series([1, 2], [0, 1]), pd.Series([3, 4], [1, 0]))


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize(("values", "message"), wrong.COUNTS)
def test_wrong_denominators_are_refused(
    limit: Callable[[object, object], object], values: object, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        limit(values, 0.5)


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("p", wrong.PROBABILITIES)
def test_wrong_probabilities_are_refused(limit: Callable[[object, object], object], p: object) -> None:
    with pytest.raises(ValueError, match="概率 p"):
        limit(10, p)


@pytest.mark.parametrize("limit", LIMITS)
def test_shapes_that_do_not_fit_are_refused(limit: Callable[[object, object], object]) -> None:
    with pytest.raises(ValueError, match="长度不一致"):
        limit([1, 2, 3], PAIR)


@pytest.mark.parametrize("target", [-0.1, 1.1, np.nan, None, [0.1, 0.2]])
def test_wrong_targets_are_refused(target: float) -> None:
    with pytest.raises(ValueError, match="目标值"):
        limits(10, target, 0.5)


@given(n=st.integers(1, 10**7), target=st.floats(1e-6, 1 - 1e-6), p=PROBABILITY)
def test_exact_limits_follow_the_binomial_distribution(n: int, target: float, p: float) -> None:
    r = stats.binom.ppf(p, n, target)
    part = (stats.binom.cdf(r, n, target) - p) / stats.binom.pmf(r, n, target)
    assert limits(n, target, p) * n == pytest.approx(np.clip(r - part, 0, n), abs=1e-5)


@pytest.mark.slow
@given(
    n=st.integers(1, 10**6),
    target=st.floats(1e-4, 1 - 1e-4),
    p=st.lists(PROBABILITY, min_size=2, max_size=6),
    pairs=wrong.units,
)
def test_limits_rise_with_their_probability_and_stay_within_0_and_1(
    n: int, target: float, p: list[float], pairs: list[tuple[int, int]]
) -> None:
    k_, n_ = zip(*pairs, strict=True)
    assume(0 < sum(k_) < sum(n_))
    found = overdispersed(k_, n_)
    for limit in (
        limits(n, target, sorted(p)),
        found.limits(n, sorted(p)),
        found.multiplicative_limits(n, sorted(p)),
    ):
        assert (np.diff(limit) >= -1e-12).all()
        assert ((limit >= 0) & (limit <= 1)).all()


@pytest.mark.slow
@given(pairs=wrong.units, n=st.integers(1, 10**6))
def test_overdispersion_widens_the_funnel_and_more_records_narrow_it(
    pairs: list[tuple[int, int]], n: int
) -> None:
    k_, n_ = zip(*pairs, strict=True)
    assume(0 < sum(k_) < sum(n_))
    found = overdispersed(k_, n_)
    assert found.phi >= 0
    assert found.tau2 >= 0
    low, high = found.limits(n, PAIR)
    assert low <= found.target + 1e-12
    assert high >= found.target - 1e-12
    bare = dataclasses.replace(found, tau2=0.0).limits(n, PAIR)
    assert low <= bare[0]
    assert high >= bare[1]
    more = found.limits(4 * n, PAIR)
    assert low <= more[0]
    assert high >= more[1]


@pytest.mark.slow
@given(pairs=wrong.units, order=st.randoms(use_true_random=False))
def test_the_order_of_units_does_not_matter(pairs: list[tuple[int, int]], order: object) -> None:
    assume(0 < sum(k for k, _ in pairs) < sum(n for _, n in pairs))
    found = overdispersed(*zip(*pairs, strict=True))
    order.shuffle(pairs)  # type: ignore[attr-defined]
    again = overdispersed(*zip(*pairs, strict=True))
    assert (again.phi, again.tau2) == pytest.approx((found.phi, found.tau2), rel=1e-9, abs=1e-12)


@given(rate=st.integers(1, 9), sizes=st.lists(st.integers(1, 1000), min_size=2, max_size=8))
def test_units_that_agree_are_not_overdispersed(rate: int, sizes: list[int]) -> None:
    found = overdispersed([rate * size for size in sizes], [10 * size for size in sizes])
    assert found.tau2 == 0
    assert found.phi == pytest.approx(0, abs=1e-20)
