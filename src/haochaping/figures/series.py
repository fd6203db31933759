"""A key figure over the quarters, and the control limits that it can bear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from haochaping.core.quarter import Quarter
from haochaping.figures.change_figures import FEWEST_QUARTERS, MOST_QUARTERS
from haochaping.figures.figure import PERCENT, Figure
from haochaping.statistics.control_chart import XmR, xmr

ON_PAGE = ("active_rate", "evaluations")
FEWEST_EARLIER = 2
"""Earlier quarters that the briefing's charts need: with one, the change on the quarter before says it all."""


@dataclass(frozen=True)
class Point:
    """One quarter of a series; without a value it is a gap, and `text` says what is known."""

    quarter: Quarter
    value: int | Fraction | None
    text: str


@dataclass(frozen=True)
class Limits:
    """Centre and control limits of a series, where its measure can be (no count below zero, no rate above all).

    ``size`` is how many points, the last ones, they rest on; ``rules`` is one flag for each of them.
    """

    centre: float
    lower: float
    upper: float
    rules: tuple[str, ...]
    trial: bool

    @property
    def size(self) -> int:
        """How many points the limits rest on."""
        return len(self.rules)


@dataclass(frozen=True)
class Series:
    """A figure from the first quarter to the last that have it, with every quarter between."""

    name: str
    unit: str
    points: tuple[Point, ...]

    @property
    def known(self) -> tuple[Point, ...]:
        """The points that have a value."""
        return tuple(point for point in self.points if point.value is not None)

    @property
    def unbroken(self) -> tuple[Point, ...]:
        """The last points, up to twelve, without a gap: what limits rest on."""
        run: list[Point] = []
        for point in reversed(self.points):
            if point.value is None or len(run) == MOST_QUARTERS:
                break
            run.insert(0, point)
        return tuple(run)

    @property
    def limits(self) -> Limits | None:
        """Control limits; None where fewer than five quarters follow one another without a gap."""
        run = self.unbroken
        if len(run) < FEWEST_QUARTERS:
            return None
        chart: XmR = xmr([float(point.value or 0) for point in run])
        top = 1.0 if self.unit == PERCENT else float("inf")
        lower, upper = (min(top, max(0.0, end)) for end in (chart.lower, chart.upper))
        return Limits(chart.centre, lower, upper, tuple(map(str, chart.rule)), chart.trial)


def series(name: str, unit: str, figures: Mapping[Quarter, Figure | None]) -> Series:
    """The series of one figure from its value in each quarter; quarters that are not there become gaps.

    A rate above all (its parts contradict each other) is a gap too, with its text.
    """
    known = {quarter: figure for quarter, figure in figures.items() if figure is not None and _fits(figure)}
    points = []
    quarter = min(known, default=None)
    while quarter is not None and quarter <= max(known):
        figure = figures.get(quarter)
        value = figure.value if figure is not None and quarter in known else None
        points.append(Point(quarter, _exact(value), "没有数" if figure is None else figure.text))
        quarter = quarter.next
    return Series(name, unit, tuple(points))


def series_on_page(figures: Mapping[Quarter, Mapping[str, Figure]], quarter: Quarter) -> list[Series]:
    """The series that the briefing of `quarter` draws: none with fewer than two earlier quarters, or that ends before it."""
    if len(figures) <= FEWEST_EARLIER:
        return []
    units = {name: figures[quarter][name].unit for name in ON_PAGE if name in figures[quarter]}
    backs = [
        series(name, unit, {one: made.get(name) for one, made in figures.items()})
        for name, unit in units.items()
    ]
    return [b for b in backs if len(b.known) > FEWEST_EARLIER and b.points[-1].quarter == quarter]


def _fits(figure: Figure) -> bool:
    return figure.value is not None and not (figure.unit == PERCENT and figure.value > 1)


def _exact(value: int | Fraction | float | None) -> int | Fraction | None:
    return Fraction(value) if isinstance(value, float) else value
