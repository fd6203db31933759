import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from haochaping.statistics.robust_spread import robust_spread

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30)


def test_by_hand() -> None:
    """Median 3, deviations 2, 1, 0, 1, 97: their median is 1."""
    assert robust_spread([1, 2, 3, 4, 100]) == pytest.approx(1.4826, abs=1e-4)


@given(VALUES)
def test_is_what_scipy_calls_the_normal_scale(values: list[float]) -> None:
    assert robust_spread(values) == pytest.approx(
        stats.median_abs_deviation(values, scale="normal"), rel=1e-9, abs=1e-9
    )


@given(st.integers(0, 200), st.integers(1, 200), st.floats(0, 1))
def test_the_binomial_tail_of_the_checks_is_that_of_scipy(k: int, n: int, p: float) -> None:
    k = min(k, n)
    assert special.bdtr(k, n, p) == pytest.approx(stats.binom.cdf(k, n, p), rel=1e-6, abs=1e-12)


def test_is_taken_from_arrays_too() -> None:
    assert robust_spread(np.array([5.0, 5.0])) == 0
