"""Rates computed from counts: a rate with its interval, and the difference of two rates."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from haochaping.statistics.validation import FloatArray, confidence_level, counts, scalar_or_array, trials


class Interval(NamedTuple):
    """The two ends of an interval: fractions, each a float or an array of the shape of the input."""

    low: Any
    high: Any


def rate(k: npt.ArrayLike, n: npt.ArrayLike) -> Any:
    """k/n as a fraction; NaN (not applicable) where n is 0.

    Parameters
    ----------
    k, n : counts
        Numerator and denominator; they broadcast.

    Returns
    -------
    float or ndarray

    Raises
    ------
    ValueError
        Negative, missing or not whole; k above n; shapes or indexes that do not fit.
    """
    return scalar_or_array(_rate(*trials((k, n))))


def wilson(k: npt.ArrayLike, n: npt.ArrayLike, level: float = 0.95) -> Interval:
    r"""Wilson's score interval for a proportion; two-sided.

    .. math:: \frac{\hat p + z^2/2n \pm z\sqrt{\hat p(1-\hat p)/n + z^2/4n^2}}{1 + z^2/n}

    Parameters
    ----------
    k, n : counts
        Numerator and denominator; they broadcast.
    level : float
        Confidence level.

    Returns
    -------
    Interval
        Fractions; NaN (not applicable) where n is 0. Exactly 0 below where k is 0, exactly 1 above where k is n.

    Raises
    ------
    ValueError
        As :func:`rate`; or a level outside (0, 1).

    References
    ----------
    Wilson, E. B. (1927). Journal of the American Statistical Association 22:209-212.
    Newcombe, R. G. (1998). Statistics in Medicine 17:857-872.
    """
    from scipy import (
        special,  # here: slow to load, and not needed for checks; scipy.stats would take twice as long
    )

    k_, n_ = trials((k, n))
    z = special.ndtri(0.5 + confidence_level(level) / 2)
    base = _base(n_)
    larger_root_times_n = k_ + z**2 / 2 + z * np.sqrt(k_ * (n_ - k_) / base + z**2 / 4)
    low = (
        k_**2 / base / larger_root_times_n
    )  # smaller root from the product of the roots: no cancellation where k is small
    high = np.where(k_ == n_, np.where(n_ > 0, 1.0, np.nan), larger_root_times_n / (base + z**2))
    return Interval(scalar_or_array(low), scalar_or_array(high))


def exact(k: npt.ArrayLike, n: npt.ArrayLike, level: float = 0.95) -> Interval:
    """The exact interval for a proportion (Clopper-Pearson); two-sided, never below its level.

    The ends are the quantiles ``(1 − level)/2`` of Beta(k, n − k + 1) and ``(1 + level)/2`` of Beta(k + 1, n − k).

    Parameters
    ----------
    k, n : counts
        Numerator and denominator; they broadcast.
    level : float
        Confidence level.

    Returns
    -------
    Interval
        Fractions; NaN (not applicable) where n is 0. Exactly 0 below where k is 0, exactly 1 above where k is n.

    Raises
    ------
    ValueError
        As :func:`rate`; or a level outside (0, 1).

    References
    ----------
    Clopper, C. J. and Pearson, E. S. (1934). Biometrika 26:404-413.
    """
    from scipy import special

    k_, n_ = trials((k, n))
    tail = (1 - confidence_level(level)) / 2
    # Beta has no parameter 0: the parameters are raised to 1 here, and the ends concerned are set below.
    low = special.betaincinv(np.maximum(k_, 1), n_ - k_ + 1, tail)
    high = special.betainccinv(k_ + 1, np.maximum(n_ - k_, 1), tail)
    low = np.where(k_ == 0, 0.0, low)
    high = np.where(k_ == n_, 1.0, high)
    return Interval(
        scalar_or_array(np.where(n_ > 0, low, np.nan)),
        scalar_or_array(np.where(n_ > 0, high, np.nan)),
    )


def upper_bound_zero(n: npt.ArrayLike, level: float = 0.95) -> Any:
    """The largest rate that no event among `n` still allows; one-sided: ``1 − (1 − level)^(1/n)``.

    At 95 % it lies just under 3/n (“rule of three”). The two-sided bound is ``exact(0, n).high``.

    Parameters
    ----------
    n : counts
        Denominator.
    level : float
        Confidence level.

    Returns
    -------
    float or ndarray
        Fraction; NaN (not applicable) where n is 0.

    Raises
    ------
    ValueError
        `n` negative, missing or not whole; or a level outside (0, 1).

    References
    ----------
    Hanley, J. A. and Lippman-Hand, A. (1983). JAMA 249:1743-1745.
    """
    base = _base(counts(n, "分母 n"))
    return scalar_or_array(-np.expm1(np.log1p(-confidence_level(level)) / base))


def difference(
    k1: npt.ArrayLike, n1: npt.ArrayLike, k2: npt.ArrayLike, n2: npt.ArrayLike, level: float = 0.95
) -> Interval:
    r"""Newcombe's hybrid score interval (his method 10) for ``k1/n1 − k2/n2``; two-sided.

    .. math:: \left[d - \sqrt{(p_1-l_1)^2 + (u_2-p_2)^2},\; d + \sqrt{(u_1-p_1)^2 + (p_2-l_2)^2}\right]

    with Wilson's intervals [l, u] of the two rates. With millions of records even a negligible difference is
    significant: compare it with a smallest difference that matters (:func:`haochaping.statistics.change.between`).

    Parameters
    ----------
    k1, n1, k2, n2 : counts
        Numerators and denominators; all four broadcast.
    level : float
        Confidence level.

    Returns
    -------
    Interval
        Differences of fractions, from -1 to 1; NaN (not applicable) where n1 or n2 is 0.

    Raises
    ------
    ValueError
        As :func:`rate`; or a level outside (0, 1).

    References
    ----------
    Newcombe, R. G. (1998). Statistics in Medicine 17:873-890.
    """
    a, m, b, n = trials((k1, n1), (k2, n2))
    p1, p2 = _rate(a, m), _rate(b, n)
    first, second = wilson(a, m, level), wilson(b, n, level)
    d = p1 - p2
    low = d - np.hypot(p1 - first.low, second.high - p2)
    high = d + np.hypot(first.high - p1, p2 - second.low)
    return Interval(scalar_or_array(low), scalar_or_array(high))


def _base(n: FloatArray) -> FloatArray:
    """`n` with NaN in place of 0, so that any quotient is NaN (not applicable)."""
    return np.where(n > 0, n, np.nan)


def _rate(k: FloatArray, n: FloatArray) -> FloatArray:
    return k / _base(n)
