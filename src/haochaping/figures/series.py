"""A key figure over the quarters, with control limits where it is long enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from haochaping.core.period import Period
from haochaping.figures.change_figures import FEWEST_QUARTERS, MOST_QUARTERS
from haochaping.figures.figure import PERCENT, Figure
from haochaping.statistics.control_chart import XmR, xmr

FIGURES_ON_PAGE = ("active_rate", "evaluations")
FEWEST_EARLIER_QUARTERS = 2
"""Fewest earlier quarters for a chart of a series: with one, the change on the quarter before is enough."""


@dataclass(frozen=True)
class Point:
    """One quarter of a series; without a value it is a gap, and `text` says why."""

    quarter: Period
    value: int | Fraction | None
    text: str


@dataclass(frozen=True)
class Limits:
    """Centre and control limits of a series, clipped to possible values (no count below 0, no rate above 100 %).

    ``rules`` has the rule that flags each of the last ``size`` points, from which the limits are computed.
    """

    centre: float
    lower: float
    upper: float
    rules: tuple[str, ...]
    trial: bool

    @property
    def size(self) -> int:
        """How many points the limits are computed from."""
        return len(self.rules)


@dataclass(frozen=True)
class Series:
    """A figure from the first to the last quarter with a value, with every quarter between."""

    name: str
    unit: str
    points: tuple[Point, ...]
    label: str = ""
    """What it is, in words; blank where the figures do not say."""

    @property
    def known(self) -> tuple[Point, ...]:
        """The points that have a value."""
        return tuple(point for point in self.points if point.value is not None)

    @property
    def unbroken(self) -> tuple[Point, ...]:
        """The last points, up to twelve, without a gap: those from which limits are computed."""
        run: list[Point] = []
        for point in reversed(self.points):
            if point.value is None or len(run) == MOST_QUARTERS:
                break
            run.insert(0, point)
        return tuple(run)

    @property
    def limits(self) -> Limits | None:
        """Control limits; None where the last quarters without a gap are fewer than five."""
        run = self.unbroken
        if len(run) < FEWEST_QUARTERS:
            return None
        chart: XmR = xmr([float(point.value or 0) for point in run])
        top = 1.0 if self.unit == PERCENT else float("inf")
        lower, upper = (min(top, max(0.0, end)) for end in (chart.lower, chart.upper))
        return Limits(chart.centre, lower, upper, tuple(map(str, chart.rule)), chart.trial)


def series(name: str, unit: str, figures: Mapping[Period, Figure | None]) -> Series:
    """Make the series of one figure from its value in each quarter; missing quarters become gaps.

    A rate above 100 % (its counts contradict each other) is a gap too, with its text.
    """
    known = {
        quarter: figure
        for quarter, figure in figures.items()
        if figure is not None and _has_possible_value(figure)
    }
    points = []
    quarter = min(known, default=None)
    while quarter is not None and quarter <= max(known):
        figure = figures.get(quarter)
        value = figure.value if figure is not None and quarter in known else None
        points.append(Point(quarter, _as_exact(value), "没有数" if figure is None else figure.text))
        quarter = quarter.next
    label = known[max(known)].label if known else ""
    return Series(name, unit, tuple(points), label)


def names_on_page(figures: Mapping[str, Figure], words: Mapping[str, Any]) -> list[str]:
    """Figures of which the page draws the series: a rate and a count, of the whole city or of its first annex."""
    own = [name for name in FIGURES_ON_PAGE if name in figures]
    if own:
        return own
    names = [name for _, name, _ in words.get("key_figures", ())]
    rates = [name for name in names if figures[name].unit == PERCENT]
    counts = [name for name in names if name not in rates]
    return [*rates[:1], *counts[:1]]


def series_on_page(
    figures: Mapping[Period, Mapping[str, Figure]], quarter: Period, names: Sequence[str]
) -> list[Series]:
    """The series that the briefing of `quarter` draws: those with two earlier quarters or more that end with `quarter`."""
    if len(figures) <= FEWEST_EARLIER_QUARTERS:
        return []
    units = {name: figures[quarter][name].unit for name in names if name in figures[quarter]}
    candidates = [
        series(name, unit, {past: by_name.get(name) for past, by_name in figures.items()})
        for name, unit in units.items()
    ]
    return [
        s for s in candidates if len(s.known) > FEWEST_EARLIER_QUARTERS and s.points[-1].quarter == quarter
    ]


def _has_possible_value(figure: Figure) -> bool:
    return figure.value is not None and not (figure.unit == PERCENT and figure.value > 1)


def _as_exact(value: int | Fraction | float | None) -> int | Fraction | None:
    return Fraction(value) if isinstance(value, float) else value
