"""How likely it is that columns of figures fit an arithmetic by accident.

A relation that holds in every row proves little where the figures are zeros, small, or all alike. For each row that fits,
the chance of an accident is taken as the largest of: for each column involved, the share of other rows whose figure would
fit in its place; and one in the number of values the result could have. The product over the rows, times the number of ways
to choose the rows that do not fit, times the number of relations that were tried, is the chance that any of these fits so
well by accident.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
Fits = Callable[[Sequence[IntArray]], BoolArray]
"""Whether rows fit, from one array of figures for each column involved, the result first."""
_TELLING = 0.5
"""A row whose fit is less likely by accident than this tells something."""
_LEAST_CHANCE = 1e-12


@dataclass(frozen=True)
class Chance:
    """The chance of an accident.

    Attributes
    ----------
    log10 : float
        Its logarithm, at most 0.
    telling_rows : int
        Rows that fit, and would fit by accident in less than half of all cases.
    """

    log10: float
    telling_rows: int


NO_EVIDENCE = Chance(0.0, 0)


def chance_of_accident(
    columns: Sequence[IntArray],
    fits: Fits,
    values_of_result: FloatArray,
    tried: int,
    exchangeable: int | None = None,
) -> Chance:
    """The chance that a relation fits so well by accident.

    Parameters
    ----------
    columns : sequence of int arrays
        The figures of the rows that can be evaluated: first those of the result, then of each other column.
    fits : callable
        Whether rows fit.
    values_of_result : array of float
        For each row how many values its result could have.
    tried : int
        How many relations were tried for this result.
    exchangeable : int, optional
        How many of the columns are figures of their row; those after them (a sum over all rows, the decimals) are not.
    """
    count = len(columns[0])
    is_right = fits(columns)
    if not count or not is_right.any():
        return NO_EVIDENCE
    alike = np.max(
        [_share_of_others(columns, fits, at) for at in range(exchangeable or len(columns))], axis=0
    )
    by_row = np.clip(np.maximum(alike, 1 / np.maximum(values_of_result, 1.0)), _LEAST_CHANCE, 1.0)[is_right]
    right = int(is_right.sum())
    ways = math.lgamma(count + 1) - math.lgamma(right + 1) - math.lgamma(count - right + 1)
    log10 = float(np.log10(by_row).sum()) + ways / math.log(10) + math.log10(max(tried, 1))
    return Chance(min(0.0, log10), int((by_row < _TELLING).sum()))


def _share_of_others(columns: Sequence[IntArray], fits: Fits, at: int) -> FloatArray:
    """For each row, the share of the other rows whose figure in one column would fit in its place."""
    count = len(columns[0])
    if count < 2:
        return np.zeros(count)
    exchanged = [np.repeat(column, count) for column in columns]
    exchanged[at] = np.tile(columns[at], count)
    fitting = fits(exchanged).reshape(count, count)
    np.fill_diagonal(fitting, False)
    shares: FloatArray = fitting.sum(axis=1) / (count - 1)
    return shares
