"""How far a ranking of rates can be trusted; rank 1 is the highest rate.

The intervals cover chance only. Over millions of records they have almost no width; the doubt that remains, how
units count, is in no interval.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from haochaping.statistics.rates import difference, rate
from haochaping.statistics.validation import (
    BoolArray,
    FloatArray,
    confidence_level,
    one_column,
    trials,
    whole_number,
)


def significantly_above(k: npt.ArrayLike, n: npt.ArrayLike, level: float = 0.95) -> BoolArray:
    """Which units' rates are significantly above which: the Newcombe interval of the difference lies above 0.

    Two units neither of which is above the other cannot be told apart; do not rank one before the other.

    Parameters
    ----------
    k, n : counts, shape (units,)
        Numerators and denominators.
    level : float
        Confidence level of each single comparison; not adjusted for their number.

    Returns
    -------
    ndarray of bool, shape (units, units)
        ``[i, j]``: unit i is above unit j. False wherever n is 0.

    Raises
    ------
    ValueError
        Negative, missing or not whole; k above n; not one column; a level outside (0, 1).
    """
    k_, n_ = _units(k, n)
    return difference(k_[:, None], n_[:, None], k_[None, :], n_[None, :], level).low > 0


def intervals(k: npt.ArrayLike, n: npt.ArrayLike, level: float = 0.95) -> pd.DataFrame:
    """Rank of each unit with the interval of its rank, by pairwise comparison.

    ``[1 + number of units significantly above it, K − number of units significantly below it]`` among the K
    units that have records. A ranking may be printed where every interval is a single rank.

    Parameters
    ----------
    k, n : counts, shape (units,)
        Numerators and denominators.
    level : float
        Confidence level of each single comparison; not adjusted for their number.

    Returns
    -------
    DataFrame, a row a unit
        ``rate`` (fraction), ``rank`` (ties share the better rank), ``rank_low``, ``rank_high`` (Int64), with the
        index of `k` where that is a series. Units with n = 0 are not ranked: NaN and ``pd.NA``.

    Raises
    ------
    ValueError
        As :func:`significantly_above`.

    References
    ----------
    Goldstein, H. and Spiegelhalter, D. J. (1996). Journal of the Royal Statistical Society A 159:385-443.
    """
    k_, n_ = _units(k, n)
    above = significantly_above(k_, n_, level)
    return _ranking(k, k_, n_, 1 + above.sum(axis=0), (n_ > 0).sum() - above.sum(axis=1))


def simulated(
    k: npt.ArrayLike, n: npt.ArrayLike, level: float = 0.95, draws: int = 10_000, seed: int = 20221231
) -> pd.DataFrame:
    """Rank of each unit with the interval of its rank over random draws of the rates; meant for charts.

    Rates are drawn from Beta(k + ½, n − k + ½), Jeffreys' posterior, and ranked in each draw; the interval is
    between the ranks at ``(1 ± level)/2`` of the draws. Same input and seed, same result.

    Parameters
    ----------
    k, n : counts, shape (units,)
        Numerators and denominators.
    level : float
        Probability that the interval holds.
    draws : int
        How many draws.
    seed : int
        Start of the random numbers.

    Returns
    -------
    DataFrame, a row a unit
        As :func:`intervals`.

    Raises
    ------
    ValueError
        As :func:`significantly_above`; or `draws` or `seed` is not a whole number (at least 1, at least 0).

    References
    ----------
    Goldstein, H. and Spiegelhalter, D. J. (1996). Journal of the Royal Statistical Society A 159:385-443.
    """
    k_, n_ = _units(k, n)
    tail = (1 - confidence_level(level)) / 2
    generator = np.random.default_rng(whole_number(seed, "随机种子 seed", least=0))
    size = (whole_number(draws, "抽样次数 draws"), k_.size)
    rates = np.where(n_ > 0, generator.beta(k_ + 0.5, n_ - k_ + 0.5, size=size), -1)  # no records: last
    ranks = (-rates).argsort(axis=1).argsort(axis=1) + 1
    low, high = np.quantile(ranks, [tail, 1 - tail], axis=0, method="inverted_cdf")
    return _ranking(k, k_, n_, low, high)


def _units(k: npt.ArrayLike, n: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    k_, n_ = trials((k, n))
    return one_column(k_, "分子与分母"), n_


def _ranking(
    k: npt.ArrayLike, k_: FloatArray, n_: FloatArray, low: npt.NDArray[np.int_], high: npt.NDArray[np.int_]
) -> pd.DataFrame:
    """The table of ranks; missing for units without records."""
    ranking = pd.DataFrame({"rate": rate(k_, n_)}, index=k.index if isinstance(k, pd.Series) else None)
    ranking["rank"] = ranking["rate"].rank(method="min", ascending=False).astype("Int64")
    ranking["rank_low"] = pd.array(low, dtype="Int64")
    ranking["rank_high"] = pd.array(high, dtype="Int64")
    ranking.loc[n_ == 0, ["rank_low", "rank_high"]] = pd.NA
    return ranking
