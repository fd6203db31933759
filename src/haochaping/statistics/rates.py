"""Rates computed from counts, beside the printed ones."""

from __future__ import annotations

import pandas as pd


def add_rates(rows: pd.DataFrame) -> pd.DataFrame:
    """`rows` with computed fractions: ``active_rate`` = active evaluations / evaluations.

    Also ``computed_evaluation_rate`` = evaluations / cases where both columns are there. 0/0 and a
    missing count give a missing rate, never 100 %.
    """
    result = rows.copy()
    for name, numerator, denominator in (
        ("active_rate", "active_evaluations", "evaluations"),
        ("computed_evaluation_rate", "evaluations", "cases"),
    ):
        if {numerator, denominator} <= set(rows.columns):
            base = rows[denominator].astype("float64")
            result[name] = rows[numerator].astype("float64") / base.where(base > 0)
    return result
