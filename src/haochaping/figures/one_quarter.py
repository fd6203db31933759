"""The figures of one quarter by itself, without comparisons."""

from __future__ import annotations

from typing import Any

from haochaping.core.model import QuarterData
from haochaping.figures.annex_figures import add_annexes
from haochaping.figures.figure_builder import FigureBuilder
from haochaping.reference.reference import Reference


def figures_of_one_quarter(data: QuarterData, reference: Reference) -> FigureBuilder:
    """Compute the figures of every annex that the quarter has, and the words that sentences use with them."""
    words: dict[str, Any] = {
        "quarter": data.quarter.label,
        "absent": [data.annex_number(name) for name in data.absent],
        "small": reference.threshold("small_denominator"),
        "change_points": reference.threshold("change_points"),
        "change_relative": reference.threshold("change_relative"),
        "change_percent": reference.threshold("change_percent"),
        "planned_work": data.fact("planned_work"),
    }
    builder = FigureBuilder(data, words)
    add_annexes(builder, words)
    return builder
