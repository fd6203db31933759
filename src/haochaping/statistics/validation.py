"""Input checks shared by all statistics, and the conversion of results back to scalars."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from haochaping.core.errors import ShownWithoutTraceback

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_SUM_OF_SHARES = 1e-9


class NotApplicable(ShownWithoutTraceback):
    """The statistic makes no sense for these data.

    Not a ``ValueError``: code that catches it to print its reason must not hide an error in the input.

    Attributes
    ----------
    reason : str
        One sentence in Chinese that can be printed in place of the result.
    """

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(reason)


def numbers(values: npt.ArrayLike, name: str) -> FloatArray:
    """`values` as an array of finite numbers, of the same shape (zero dimensions for a scalar).

    Parameters
    ----------
    values : scalar, list, array, Series or DataFrame
    name : str
        What the message calls the input.

    Raises
    ------
    ValueError
        Empty, ragged, or a value that is missing, infinite or no number (text, truth values, dates).
    """
    try:
        raw = np.asarray(values)
    except ValueError:
        raise ValueError(f"{name}各行长短不一，应为整齐的一列或一张表。") from None
    if raw.size == 0:
        raise ValueError(f"{name}为空，应至少有一个数。")
    if raw.dtype.kind not in "iuf":
        raw = np.asarray(values, dtype=object)
        _require(np.vectorize(_is_number, otypes=[bool])(raw), values, name, "一个数")
    array = raw.astype(np.float64)
    _require(np.isfinite(array), values, name, "一个有限的数")
    return array


def amounts(values: npt.ArrayLike, name: str) -> FloatArray:
    """`values` as numbers that are not negative; see :func:`numbers` for what else is refused."""
    array = numbers(values, name)
    _require(array >= 0, values, name, "不小于 0 的数")
    return array


def counts(values: npt.ArrayLike, name: str) -> FloatArray:
    """`values` as whole numbers that are not negative, kept as floats (exact up to 2⁵³)."""
    array = numbers(values, name)
    _require((array >= 0) & (array == np.floor(array)), values, name, "不小于 0 的整数")
    return array


def fractions(values: npt.ArrayLike, name: str) -> FloatArray:
    """`values` as numbers from 0 to 1, both included."""
    array = numbers(values, name)
    _require((array >= 0) & (array <= 1), values, name, "0 至 1 之间的数（百分数请先除以 100）")
    return array


def probabilities(values: npt.ArrayLike, name: str) -> FloatArray:
    """`values` as numbers between 0 and 1, neither included."""
    array = numbers(values, name)
    _require((array > 0) & (array < 1), values, name, "大于 0 且小于 1 的数")
    return array


def shares(values: npt.ArrayLike, name: str) -> FloatArray:
    """`values` as one column of fractions that add up to 1."""
    array = one_column(fractions(values, name), name)
    if abs(array.sum() - 1) > _SUM_OF_SHARES:
        raise ValueError(f"{name}之和为 {array.sum():g}，应为 1。")
    return array


def one_column(array: FloatArray, name: str, least: int = 1) -> FloatArray:
    """Return `array` if it is one column of at least `least` numbers; else raise ``ValueError``."""
    if array.ndim != 1:
        raise ValueError(f"{name}为 {array.ndim} 维，应为一列数。")
    if array.size < least:
        raise ValueError(f"{name}只有 {array.size} 项，应至少有 {least} 项。")
    return array


def single_number(array: FloatArray, name: str) -> float:
    """Return the number in `array` if it is a scalar; else raise ``ValueError``."""
    if array.ndim:
        raise ValueError(f"{name}有 {array.size} 项，应为单独一个数。")
    return float(array)


def confidence_level(level: float) -> float:
    """Return a confidence level if it is one number between 0 and 1, neither included; else raise ``ValueError``."""
    return single_number(probabilities(level, "置信水平"), "置信水平")


def whole_number(value: int, name: str, least: int = 1) -> int:
    """Return `value` if it is one whole number that is at least `least`; else raise ``ValueError``."""
    number = single_number(numbers(value, name), name)
    if number != int(number) or number < least:
        raise ValueError(f"{name}为 {number:g}，应为不小于 {least} 的整数。")
    return int(number)


def broadcast_checked(inputs: Mapping[str, tuple[npt.ArrayLike, FloatArray]]) -> list[FloatArray]:
    """Broadcast the checked arrays of several inputs against each other.

    Parameters
    ----------
    inputs : mapping of name to (values as given, checked array)

    Raises
    ------
    ValueError
        Shapes that do not fit, or series whose indexes differ: their order may differ too.
    """
    series = {name: given.index for name, (given, _) in inputs.items() if isinstance(given, pd.Series)}
    for name, index in series.items():
        first = next(iter(series))
        if not index.equals(series[first]):
            raise ValueError(f"{name}与{first}的索引不一致，应为同一批单位、同一顺序。")
    try:
        return list(np.broadcast_arrays(*(array for _, array in inputs.values())))
    except ValueError:
        found = "、".join(f"{name} {array.shape}" for name, (_, array) in inputs.items())
        raise ValueError(f"各项长度不一致：{found}，应相同，或为单独一个数。") from None


def trials(*pairs: tuple[npt.ArrayLike, npt.ArrayLike]) -> list[FloatArray]:
    """Check and broadcast numerators and denominators of one or more rates; returns ``k1, n1, k2, n2, …``.

    Raises
    ------
    ValueError
        As in :func:`counts` and :func:`broadcast_checked`; or a numerator above its denominator.
    """
    inputs = {}
    for i, (k, n) in enumerate(pairs, start=1):
        suffix = str(i) if len(pairs) > 1 else ""
        inputs[f"分子 k{suffix}"] = (k, counts(k, f"分子 k{suffix}"))
        inputs[f"分母 n{suffix}"] = (n, counts(n, f"分母 n{suffix}"))
    arrays = broadcast_checked(inputs)
    names = list(inputs)
    for i in range(0, len(arrays), 2):
        above = arrays[i] > arrays[i + 1]
        if above.any():
            k, n = arrays[i][above][0], arrays[i + 1][above][0]
            place = _place(inputs[names[i]][0], above)
            raise ValueError(f"{names[i]}{place}为 {k:.0f}，应不大于{names[i + 1]}（{n:.0f}）。")
    return arrays


def scalar_or_array(array: npt.NDArray[Any]) -> Any:
    """A Python scalar for an array without dimensions, else the array."""
    return array.item() if np.ndim(array) == 0 else array


def _is_number(value: object) -> bool:
    return isinstance(value, (Real, Decimal)) and not isinstance(value, (bool, np.bool_))


def _require(good: BoolArray, values: npt.ArrayLike, name: str, expected: str) -> None:
    """Refuse `values` where they are not `good`, naming the first such place and value."""
    bad = ~np.asarray(good)
    if bad.any():
        value = np.asarray(values, dtype=object)[bad][0]
        found = "空值" if pd.isna(value) else str(value)
        raise ValueError(f"{name}{_place(values, bad)}为 {found}，应为{expected}。")


def _place(values: npt.ArrayLike, bad: BoolArray) -> str:
    """Place of the first bad value in Chinese, with its label in a series or frame."""
    if bad.ndim == 0:
        return ""
    at = np.argwhere(bad)[0]
    if isinstance(values, pd.DataFrame):
        return f"行“{values.index[at[0]]}”列“{values.columns[at[1]]}”"
    if isinstance(values, pd.Series) and bad.ndim == 1:
        return f"第 {at[0] + 1} 项（{values.index[at[0]]}）"
    return f"第 {'、'.join(str(i + 1) for i in at)} 项"
