"""Statistics for counts and proportions: pure functions over arrays and frames, one concept a module.

==================  ====================================================================================
`rates`             a rate with its interval; the difference of two rates
`funnel`            limits around a common target, with room for over-dispersion
`control_chart`     a series of quarters as a control chart (XmR)
`concentration`     how unevenly a total is spread over units
`robust_spread`     spread of values around their median, robust to outliers
`ranks`             how far a ranking can be trusted
`change`            what changed between two quarters, and whether it matters
`disclosure`        hiding or rounding small counts in tables cut from records
`validation`        the checks of input that all of them share
==================  ====================================================================================

Conventions
-----------
- Rates, shares and limits are fractions (0.5, not 50). Counts are whole numbers.
- Scalars, lists, arrays and series are accepted; a scalar gives a scalar, anything longer gives an array in
  the order of the input. Several series in one call must have the same index.
- **Not applicable is NaN.** 0/0 has no rate, no interval, no limit and no share: the result is NaN there
  (``pd.NA`` in columns of whole numbers), never 0 and never 1. Test with ``pd.isna`` and print 不适用.
- A statistic that makes no sense for the data (a funnel of rates that are all 100 %) raises
  :class:`~haochaping.statistics.validation.NotApplicable`, whose ``reason`` can be printed as it is.
- Input that is wrong (negative, missing, not whole, numerator above denominator, …) raises ``ValueError``
  with the place and the value found.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

__all__ = [
    "change",
    "concentration",
    "control_chart",
    "disclosure",
    "funnel",
    "ranks",
    "rates",
    "robust_spread",
    "validation",
]


def __getattr__(name: str) -> ModuleType:  # imported when first used: SciPy is slow to load
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")


def __dir__() -> list[str]:
    return __all__
