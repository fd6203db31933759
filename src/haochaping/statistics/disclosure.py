"""Small counts in tables cut from records: hide them or round them, so that nobody can be recognised.

For counts of people's cases in tables cut from single records. Counts of an office's work in official annexes
are not personal data and are left as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from haochaping.statistics.validation import FloatArray, counts, scalar_or_array, whole_number


def suppress(table: pd.DataFrame | pd.Series, threshold: int) -> Any:
    """Hide the counts from 1 to `threshold` − 1; zero is shown.

    Primary suppression only: a hidden cell can be worked out from a printed total with the other cells of its row
    or column. Print no such totals beside the table, or round it (:func:`round_to`).

    Parameters
    ----------
    table : DataFrame or Series of counts
        A missing cell stays missing.
    threshold : int
        The least count that is shown, at least 1.

    Returns
    -------
    DataFrame or Series of Int64, labelled as `table`
        ``pd.NA`` in place of what is hidden.

    Raises
    ------
    ValueError
        Not a frame or series; negative or not whole; empty; threshold below 1 or not whole.

    References
    ----------
    Hundepool, A. et al. (2012). Statistical Disclosure Control. Wiley, chapter 4.
    """
    if not isinstance(table, (pd.DataFrame, pd.Series)):
        raise ValueError(f"数据为 {type(table).__name__}，应为数据表或数据列。")
    min_shown = whole_number(threshold, "最小显示数")
    shown = _change_counts(table, lambda cells: cells)
    return shown.mask(((shown > 0) & (shown < min_shown)).fillna(False))


def suppress_parts(parts: pd.Series, threshold: int) -> Any:
    """Hide the small counts among parts whose sum is known elsewhere, so that none can be worked out from it.

    As :func:`suppress`; where that hides a single part, the smallest one shown is hidden too.

    Parameters
    ----------
    parts : Series of counts
        Parts of one total.

    Returns
    -------
    Series of Int64

    References
    ----------
    Hundepool, A. et al. (2012). Statistical Disclosure Control. Wiley, chapter 4 (secondary suppression).
    """
    shown = suppress(parts, threshold)
    if (hidden := shown.isna() & parts.notna()).sum() == 1:
        others = shown[~hidden & (shown > 0)]
        if len(others):
            shown[others.idxmin()] = pd.NA
    return shown


def round_to(values: npt.ArrayLike, base: int = 5) -> Any:
    """Round counts to the nearest multiple of `base`, halves up.

    Round every cell and every total independently; that they then need not add up is what protects.

    Parameters
    ----------
    values : counts
        Scalar, list, array, Series or DataFrame; a missing cell of the latter two stays missing.
    base : int
        At least 1.

    Returns
    -------
    int, ndarray of int, or Series or DataFrame of Int64

    Raises
    ------
    ValueError
        Negative, missing (but for pandas) or not whole; empty; base below 1 or not whole.

    References
    ----------
    Hundepool, A. et al. (2012). Statistical Disclosure Control. Wiley, chapter 5.
    """
    step = whole_number(base, "取整单位")
    return _change_counts(values, lambda cells: _nearest(cells, step))


def round_nhs(values: npt.ArrayLike) -> Any:
    """Round counts as NHS England does below national level: 0 stays 0, 1 to 7 become 5, the rest nearest 5.

    Unlike plain rounding, a shown 0 is a true 0. Parameters, result and errors as :func:`round_to`.

    References
    ----------
    NHS Digital (2018). Change to disclosure control methodology for HES and ECDS from September 2018.
    """
    return _change_counts(values, lambda cells: np.where((cells >= 1) & (cells <= 7), 5, _nearest(cells, 5)))


def _nearest(cells: FloatArray, base: int) -> FloatArray:
    return (2 * cells + base) // (2 * base) * base


def _change_counts(values: npt.ArrayLike, rule: Callable[[FloatArray], FloatArray]) -> Any:
    """`rule` applied to counts; labels and missing cells of pandas objects are kept."""
    if not isinstance(values, (pd.DataFrame, pd.Series)):
        return scalar_or_array(rule(counts(values, "计数")).astype(np.int64))
    missing = values.isna()
    result = values.astype(object).where(~missing, 0)
    result[:] = rule(counts(result, "计数"))
    return result.astype("Int64").mask(missing)
