import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from haochaping.statistics.binomial_tail import is_tail_below


@given(
    st.integers(1, 3_000_000).flatmap(lambda n: st.tuples(st.integers(0, min(n, 4000)), st.just(n))),
    st.floats(1e-6, 1.0),
    st.floats(1e-9, 0.2),
)
def test_it_is_the_tail_of_scipy(counts: tuple[int, int], rate: float, chance: float) -> None:
    k, n = counts
    tail = stats.binom.cdf(k, n, rate)
    if abs(tail - chance) > 1e-9 * chance:
        assert is_tail_below(k, n, rate, chance) == (tail < chance)


@pytest.mark.parametrize(
    "k, n, rate, expected",
    [
        (0, 100, 0.5, True),  # 0.5^100
        (0, 4, 0.5, False),  # 1/16
        (0, 10, 0.0, False),  # certain
        (10, 10, 1.0, False),
        (9, 10, 1.0, True),
        (50, 100, 0.5, False),
    ],
)
def test_by_hand(k: int, n: int, rate: float, expected: bool) -> None:
    assert is_tail_below(k, n, rate, 0.001) is expected
