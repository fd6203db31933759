"""Titles of the charts: the finding of each in words, made from the same figures as the sentences."""

from __future__ import annotations

from haochaping.checks.check_report import CheckReport
from haochaping.figures.figure import Figures
from haochaping.present.chart_data import chart_words
from haochaping.present.doubts import Doubts
from haochaping.present.phrase import Phrase, PhrasePart
from haochaping.present.sentences import ANNEX_CHART_TITLES, CHART_TITLES, compose

CHARTS = {
    "chart-headline-gap": "overview",
    "chart-active-rate": "districts",
    "chart-district-coverage": "districts",
    "chart-departments": "city_departments",
    "chart-matrix": "district_departments",
    "chart-tiers": "towns_and_villages",
}
"""Charts written for particular annexes, with the section of each."""
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
        One of :func:`charts_of`.
    figures : Figures, optional
        The quarter's named figures; without them there is no title.
    report : CheckReport, optional
        The checks: numbers and names in doubt are marked.
    """
    if figures is None:
        return Phrase()
    doubts = Doubts(figures, report) if report else None
    return Phrase(chart_titles(figures).get(chart_id, ()), doubts)


def annex_chart_id(prefix: str) -> str:
    """The id of the chart of a part of an annex, from what the names of its figures begin with."""
    return f"chart-annex-{prefix.replace('_', '-')}"


def charts_of(figures: Figures) -> dict[str, str]:
    """Charts that the page may have, with the section of each."""
    general = {
        annex_chart_id(part["prefix"]): annex
        for annex, parts in figures.words.get("parts", {}).items()
        for part in parts
        if part["chart"]
    }
    return CHARTS | general


def chart_titles(figures: Figures) -> dict[str, tuple[PhrasePart, ...]]:
    """The titles of all charts that are drawn, by chart id."""
    figures = Figures(dict(figures), figures.words | chart_words(figures), figures.data, figures.reference)
    titles = {sentence.rule.replace("_", "-"): sentence.parts for sentence in compose(CHART_TITLES, figures)}
    parts = [part for own in figures.words.get("parts", {}).values() for part in own if part["chart"]]
    general = compose(ANNEX_CHART_TITLES, figures) if parts else []
    return titles | {
        annex_chart_id(part["prefix"]): title.parts for part, title in zip(parts, general, strict=True)
    }
