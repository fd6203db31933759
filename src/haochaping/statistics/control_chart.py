"""A series in time as a control chart of individual values (XmR): natural limits and flagged points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from haochaping.statistics.validation import BoolArray, FloatArray, NotApplicable, numbers, one_column

MIN_POINTS = 5
MIN_POINTS_SETTLED = 12  # below this the limits are trial limits (试算)
LIMIT_FACTOR = 2.66  # 3 / 1.128: three standard deviations, from the mean moving range of two
SCREEN_FACTOR = 3.267  # upper limit of a moving range of two, in mean moving ranges
RUN_LENGTH = 7

RULES = ("outside", "trend", "two_in_three", "one_side")


@dataclass(frozen=True, eq=False)
class XmR:
    """A control chart of individual values.

    Attributes
    ----------
    centre, lower, upper : float
        Mean and natural limits, in the unit of the values. The limits of a rate may lie outside [0, 1].
    mean_range : float
        Mean moving range behind the limits.
    rule : ndarray of str, shape (points,)
        The rule that flags each point, empty where none does; the first that applies, in this order:
        ``outside`` the limits; ``trend``, seven points that rise (or fall) all the way; ``two_in_three``, two
        of three neighbours in the outer third inside the limits, all three on one side; ``one_side``, seven
        points on one side of the mean.
    trial : bool
        Fewer than twelve points: the limits are trial limits (试算) and will move.
    """

    centre: float
    lower: float
    upper: float
    mean_range: float
    rule: npt.NDArray[np.str_]
    trial: bool


def xmr(y: npt.ArrayLike, screen: bool = True) -> XmR:
    """Control chart of `y`, in order of time: ``mean ± 2.66 × mean moving range``.

    Parameters
    ----------
    y : numbers, shape (points,)
        One value a period, without gaps.
    screen : bool
        Compute the mean moving range without ranges of 3.267 times the mean or more, so that one leap does not
        widen the limits that are to show it. Applied once, not repeated.

    Returns
    -------
    XmR

    Raises
    ------
    ValueError
        Missing or not finite; not one column.
    NotApplicable
        Fewer than five points.

    References
    ----------
    Wheeler, D. J. and Chambers, D. S. (1992). Understanding Statistical Process Control. SPC Press.
    Rules and screening are those of NHS England's "Making Data Count" (R package NHSRplotthedots).
    """
    values = one_column(numbers(y, "序列"), "序列")
    if values.size < MIN_POINTS:
        raise NotApplicable(f"只有 {values.size} 期数据，至少要有 {MIN_POINTS} 期才能计算控制限。")
    mean_range = _mean_moving_range(values, screen)
    centre = float(values.mean())
    half_width = LIMIT_FACTOR * mean_range
    deviation = values - centre
    # A value equal to the mean may differ from it by floating point: such a point is on neither side.
    deviation[np.abs(deviation) <= 1e-12 * np.abs(values).max()] = 0
    return XmR(
        centre,
        centre - half_width,
        centre + half_width,
        mean_range,
        _rule_of_each_point(values, deviation, half_width),
        values.size < MIN_POINTS_SETTLED,
    )


def _mean_moving_range(values: FloatArray, screen: bool) -> float:
    ranges = np.abs(np.diff(values))
    is_ordinary = ranges < SCREEN_FACTOR * ranges.mean()
    return float(ranges[is_ordinary].mean() if screen and is_ordinary.any() else ranges.mean())


def _rule_of_each_point(values: FloatArray, deviation: FloatArray, half_width: float) -> npt.NDArray[np.str_]:
    """The rule that flags each point, by precedence."""
    side = np.sign(deviation)
    outside = np.abs(deviation) > half_width
    outer_third = ~outside & (np.abs(deviation) > half_width * 2 / 3)
    return np.select(
        [outside, _trend(values), _two_in_three(side, outer_third), _run_on_one_side(side)], RULES, ""
    )


def _trend(values: FloatArray) -> BoolArray:
    """Points of a run of seven whose six differences have one sign."""
    steps = np.sign(np.diff(values))
    return _points_in_windows(
        values.size, RUN_LENGTH, lambda i: abs(steps[i : i + RUN_LENGTH - 1].sum()) == RUN_LENGTH - 1
    )


def _run_on_one_side(side: FloatArray) -> BoolArray:
    """Points of a run of seven on one side of the mean."""
    return _points_in_windows(
        side.size, RUN_LENGTH, lambda i: abs(side[i : i + RUN_LENGTH].sum()) == RUN_LENGTH
    )


def _two_in_three(side: FloatArray, outer_third: BoolArray) -> BoolArray:
    """Points in the outer third of which another lies there too within three points on one side of the mean."""
    return outer_third & _points_in_windows(
        side.size, 3, lambda i: abs(side[i : i + 3].sum()) == 3 and outer_third[i : i + 3].sum() >= 2
    )


def _points_in_windows(size: int, length: int, holds: Callable[[int], bool]) -> BoolArray:
    """Points that belong to a window of `length` points for whose first index `holds` is true."""
    is_member = np.zeros(size, dtype=bool)
    for start in range(size - length + 1):
        if holds(start):
            is_member[start : start + length] = True
    return is_member
