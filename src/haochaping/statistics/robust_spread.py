"""Spread of values around their median, robust to outliers."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

FEWEST_PEERS = 5
"""Of fewer values neither median nor spread says what is usual."""


def robust_spread(values: Sequence[float] | npt.NDArray[np.float64]) -> float:
    """1.4826 · median absolute deviation from the median; estimates the standard deviation of normal values.

    Source: Iglewicz and Hoaglin (1993), How to Detect and Handle Outliers.
    """
    data = np.asarray(values, dtype=float)
    return float(np.median(np.abs(data - np.median(data))) / NormalDist().inv_cdf(0.75))
