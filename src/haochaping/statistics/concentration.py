"""How unevenly a total is spread over units."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from haochaping.statistics.validation import (
    FloatArray,
    amounts,
    counts,
    one_column,
    single_number,
    whole_number,
)


def hhi(x: npt.ArrayLike) -> float:
    """Herfindahl-Hirschman index: the sum of squared shares, from 1/N (all equal) to 1 (all in one).

    Parameters
    ----------
    x : amounts, shape (units,)
        Not negative.

    Returns
    -------
    float
        On the scale of fractions (times 10,000 for “points”); NaN (not applicable) where the total is 0.

    Raises
    ------
    ValueError
        Negative or missing; empty; not one column.

    References
    ----------
    Hirschman, A. O. (1964). American Economic Review 54:761-762.
    """
    return float((_shares(x) ** 2).sum())


def effective_number(x: npt.ArrayLike) -> float:
    """1/HHI: how many equal units would be as concentrated; parameters, NaN and errors as :func:`hhi`."""
    return 1 / hhi(x)


def normalised_hhi(x: npt.ArrayLike) -> float:
    """``(HHI − 1/N) / (1 − 1/N)``, from 0 to 1, comparable between numbers of units.

    Parameters and errors as :func:`hhi`; NaN (not applicable) also where there is only one unit.
    """
    units = _amounts_column(x).size
    return (hhi(x) - 1 / units) / (1 - 1 / units) if units > 1 else np.nan


def gini(x: npt.ArrayLike) -> float:
    """Gini coefficient: ``Σ (2i − N − 1) x(i) / (N Σx)`` over the sorted amounts; 0 is all equal.

    The same as ``2 Σ i x(i) / (N Σx) − (N + 1)/N``; at most ``(N − 1)/N``, so always below 1.

    Parameters
    ----------
    x : amounts, shape (units,)
        Not negative.

    Returns
    -------
    float
        NaN (not applicable) where the total is 0.

    Raises
    ------
    ValueError
        Negative or missing; empty; not one column.

    References
    ----------
    Gini, C. (1912). Variabilità e mutabilità. Bologna.
    """
    shares = np.sort(_shares(x))
    order = 2 * np.arange(1, shares.size + 1) - shares.size - 1
    return float(np.maximum((order * shares).sum() / shares.size, 0))  # floating point may fall just below 0


def top_share(x: npt.ArrayLike, top: int = 3) -> float:
    """The share of the total that the `top` largest units hold.

    Parameters
    ----------
    x : amounts, shape (units,)
        Not negative.
    top : int
        How many units, at least 1 and at most all.

    Returns
    -------
    float
        Fraction; NaN (not applicable) where the total is 0.

    Raises
    ------
    ValueError
        As :func:`hhi`; or `top` is not a whole number from 1 to the number of units.
    """
    shares = np.sort(_shares(x))
    if whole_number(top, "单位个数 top") > shares.size:
        raise ValueError(f"单位个数 top 为 {top}，应不大于单位总数 {shares.size}。")
    return float(shares[-top:].sum())


def location_quotient(table: pd.DataFrame, threshold: float = 5) -> pd.DataFrame:
    """How much of each row falls to each column, compared with what falls there overall.

    ``(x_ij / x_i.) / (x_.j / x_..)``, that is, a cell over the count expected were rows and columns unrelated,
    ``x_i. x_.j / x_..``; 1 is as overall, 2 twice as much.

    Parameters
    ----------
    table : DataFrame of counts
        Such as departments by districts. A missing cell stays missing and takes no part in the totals.
    threshold : float
        Cells whose expected count is below it are left out: their quotient would be mostly chance.

    Returns
    -------
    DataFrame of floats, labelled as `table`
        NaN where the cell is missing or left out, or its row or column is empty.

    Raises
    ------
    ValueError
        Not a frame; negative or not whole; empty; threshold negative or not one number.

    References
    ----------
    Isard, W. (1960). Methods of Regional Analysis. MIT Press.
    """
    if not isinstance(table, pd.DataFrame):
        raise ValueError(f"数据为 {type(table).__name__}，应为数据表（DataFrame）。")
    min_expected = single_number(amounts(threshold, "最小期望数"), "最小期望数")
    reported = table.notna().to_numpy()
    cells = counts(table.astype(object).where(table.notna(), 0), "表")
    total = cells.sum()
    expected = np.outer(cells.sum(axis=1), cells.sum(axis=0)) / (total if total else np.nan)
    has_quotient = reported & (expected >= min_expected) & (expected > 0)
    quotient = cells / np.where(has_quotient, expected, np.nan)
    return pd.DataFrame(quotient, index=table.index, columns=table.columns)


def _amounts_column(x: npt.ArrayLike) -> FloatArray:
    return one_column(amounts(x, "数列"), "数列")


def _shares(x: npt.ArrayLike) -> FloatArray:
    values = _amounts_column(x)
    total = values.sum()
    return values / (total if total else np.nan)
