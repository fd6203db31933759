"""Whether a count is too small for chance: the lower tail of the binomial distribution."""

from __future__ import annotations

import math


def is_tail_below(k: int, n: int, rate: float, chance: float) -> bool:
    """Whether P(X ≤ k) < `chance` for a binomial X of `n` trials at `rate`.

    Where k/n is below `rate`, the tail is at most ``exp(−n · D)`` with the relative entropy D of k/n to `rate`, and
    exactly that where k is 0. Where already this bound is below `chance`, as for most counts that are far too small,
    the tail itself is not needed.

    Parameters
    ----------
    k, n : int
        Count and number of trials, 0 ≤ k ≤ n.
    rate : float
        Probability of one trial, from 0 to 1.
    chance : float
        Probability to compare the tail with.

    References
    ----------
    Hoeffding, W. (1963). Journal of the American Statistical Association 58:13-30, theorem 1.
    """
    if k < n * rate:
        is_bound_below = _log_bound(k, n, rate) < math.log(chance)
        if is_bound_below or k == 0:
            return is_bound_below
    from scipy import special  # here: slow to load; scipy.stats offers the same and takes three times as long

    return float(special.bdtr(k, n, rate)) < chance


def _log_bound(k: int, n: int, rate: float) -> float:
    """−n · D(k/n ‖ rate), for 0 ≤ k < n · rate."""
    if rate == 1:
        return -math.inf
    ends = k * math.log(k / (n * rate)) if k else 0.0
    return -ends - (n - k) * math.log((n - k) / (n * (1 - rate)))
