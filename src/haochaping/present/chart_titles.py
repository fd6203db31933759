"""Titles of the charts: the finding of each in words, made from the same figures as the sentences."""

from __future__ import annotations

from haochaping.checks.check_report import CheckReport
from haochaping.figures.figure import Figures
from haochaping.present.doubts import Doubts
from haochaping.present.phrase import Phrase, PhrasePart
from haochaping.present.sentences import compose

CHARTS = {
    "chart-active-rate": "districts",
    "chart-volume": "districts",
    "chart-departments": "city_departments",
    "chart-matrix": "district_departments",
    "chart-tiers": "towns_and_villages",
    "chart-public": "public_services",
}
"""Charts of the page with the section of each."""
SERIES_SECTION = "overview"
"""The section of the back series' charts."""


def series_chart_id(name: str) -> str:
    """The id of the chart of a figure's back series."""
    return f"chart-series-{name.replace('_', '-')}"


def chart_title(chart_id: str, figures: Figures | None, report: CheckReport | None = None) -> Phrase:
    """The title of a chart: what it shows, in words and numbers.

    Parameters
    ----------
    chart_id : str
        One of :data:`CHARTS`.
    figures : Figures, optional
        The quarter's named figures; without them there is no title.
    report : CheckReport, optional
        The checks: numbers and names in doubt are marked.
    """
    if figures is None:
        return Phrase()
    doubts = Doubts(figures, report) if report else None
    return Phrase(chart_titles(figures).get(chart_id, ()), doubts)


def chart_titles(figures: Figures) -> dict[str, tuple[PhrasePart, ...]]:
    """The titles of all charts that are drawn, by chart id."""
    return {sentence.rule.replace("_", "-"): sentence.parts for sentence in compose("charts", figures)}
