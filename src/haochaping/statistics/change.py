"""What changed between two periods, and whether it matters: quarter on quarter, or year on year alike."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from haochaping.statistics.rates import difference, rate
from haochaping.statistics.validation import (
    broadcast_checked,
    confidence_level,
    counts,
    fractions,
    probabilities,
    scalar_or_array,
    shares,
    single_number,
    trials,
)

_ROUNDING = 1e-12  # 0.06 − 0.05 falls short of 0.01 by rounding alone


class Change(NamedTuple):
    """Change of a rate, in fractions (0.01 is one percentage point); floats or arrays.

    `direction` is ``up`` or ``down`` where the change matters; ``none``, no material change, where the whole
    interval lies within the smallest change that matters; ``unclear`` where neither can be concluded;
    ``not_applicable`` where one of the rates is 0/0. `matters` is true for ``up`` and ``down`` only.
    """

    difference: Any
    low: Any
    high: Any
    direction: Any
    matters: Any


class Decomposition(NamedTuple):
    """A change of an overall rate, in fractions: by the mix of groups, by their rates, and in total."""

    mix: float
    rate: float
    total: float


def between(
    k1: npt.ArrayLike,
    n1: npt.ArrayLike,
    k2: npt.ArrayLike,
    n2: npt.ArrayLike,
    least: float = 0.01,
    level: float = 0.95,
) -> Change:
    """Change of a rate from the earlier period (1) to the later (2): ``k2/n2 − k1/n1``.

    It matters where it reaches `least` and its Newcombe interval excludes 0: over millions of records a negligible
    change is significant, over a handful a large one may be chance.

    Parameters
    ----------
    k1, n1 : counts
        Numerator and denominator of the earlier period.
    k2, n2 : counts
        Those of the later period; all four broadcast.
    least : float
        The smallest change that matters, a fraction between 0 and 1.
    level : float
        Confidence level of the interval.

    Returns
    -------
    Change
        NaN and ``not_applicable`` where n1 or n2 is 0.

    Raises
    ------
    ValueError
        Negative, missing or not whole; k above n; shapes or indexes that do not fit; `least` or `level` outside
        (0, 1).

    References
    ----------
    Newcombe, R. G. (1998). Statistics in Medicine 17:873-890.
    """
    a, m, b, n = trials((k1, n1), (k2, n2))
    threshold = single_number(probabilities(least, "最小变化 least"), "最小变化 least") - _ROUNDING
    d = np.asarray(rate(b, n) - rate(a, m))
    low, high = (np.asarray(end) for end in difference(b, n, a, m, confidence_level(level)))
    direction = np.select(
        [
            np.isnan(d),
            (d >= threshold) & (low > 0),
            (d <= -threshold) & (high < 0),
            (low > -threshold) & (high < threshold),
        ],
        ["not_applicable", "up", "down", "none"],
        "unclear",
    )
    matters = np.isin(direction, ["up", "down"])
    return Change(*(scalar_or_array(part) for part in (d, low, high, direction, matters)))


def relative(before: npt.ArrayLike, after: npt.ArrayLike) -> Any:
    """Relative change of a count, ``(after − before)/before``.

    Parameters
    ----------
    before, after : counts
        Earlier and later; they broadcast.

    Returns
    -------
    float or ndarray
        Fraction (0.2 is 20 % more); NaN (not applicable) where `before` is 0.

    Raises
    ------
    ValueError
        Negative, missing or not whole; shapes or indexes that do not fit.
    """
    base, now = broadcast_checked(
        {"前期数": (before, counts(before, "前期数")), "本期数": (after, counts(after, "本期数"))}
    )
    return scalar_or_array((now - base) / np.where(base > 0, base, np.nan))


def kitagawa(w1: npt.ArrayLike, r1: npt.ArrayLike, w2: npt.ArrayLike, r2: npt.ArrayLike) -> Decomposition:
    """Split the change of an overall rate ``Σ w r`` into mix of groups and rates within groups.

    ::

        mix  = Σ (w2 − w1)(r1 + r2)/2
        rate = Σ (r2 − r1)(w1 + w2)/2
        total = mix + rate = Σ w2 r2 − Σ w1 r1

    Parameters
    ----------
    w1, w2 : fractions, shape (groups,)
        Share of each group in the records of the earlier and the later period; each adds up to 1.
    r1, r2 : fractions, shape (groups,)
        Rate of each group. A group without records in one period has no rate there (0/0): merge it into another
        first, for the split would rest on a guess.

    Returns
    -------
    Decomposition

    Raises
    ------
    ValueError
        Missing or outside [0, 1]; shares that do not add up to 1; not one column; shapes or indexes that do
        not fit.

    References
    ----------
    Kitagawa, E. M. (1955). Journal of the American Statistical Association 50:1168-1194.
    """
    v1, q1, v2, q2 = broadcast_checked(
        {
            "前期占比 w1": (w1, shares(w1, "前期占比 w1")),
            "前期比率 r1": (r1, fractions(r1, "前期比率 r1")),
            "本期占比 w2": (w2, shares(w2, "本期占比 w2")),
            "本期比率 r2": (r2, fractions(r2, "本期比率 r2")),
        }
    )
    mix = float(((v2 - v1) * (q1 + q2) / 2).sum())
    within = float(((q2 - q1) * (v1 + v2) / 2).sum())
    return Decomposition(mix, within, mix + within)
