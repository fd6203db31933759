"""A chart with its title, subtitle, alternative text and data, as a ``<figure>`` of the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from haochaping.present.charts.svg import inline_svg
from haochaping.present.html_fragment import Html, text
from haochaping.present.html_table import frame_table
from haochaping.present.notebook_style import in_notebook
from haochaping.present.phrase import Phrase

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

EMPTY = Html("")
"""Result in place of a chart that has nothing to show."""


@dataclass(frozen=True)
class Chart:
    """A drawing as SVG with title (the finding), subtitle (measure and unit), alternative text and data.

    ``narrow`` is the same chart drawn for narrow screens; without it the wide drawing scrolls there. A chart that
    ``is_small`` has one drawing for all screens, on the narrow canvas.
    """

    id: str
    title: str
    subtitle: str
    alt: str
    svg: str
    data: pd.DataFrame
    narrow: str = ""
    is_small: bool = False
    heading: str = ""
    """The title as HTML, where numbers in it are linked and marked."""

    def _repr_html_(self) -> str:
        return in_notebook(self.html)

    def __repr__(self) -> str:
        return f"<图：{self.title or self.subtitle}>"

    @property
    def html(self) -> Html:
        """The figure with its drawings and the table of what is drawn."""
        table = frame_table(self.data, f"图中数据：{self.subtitle}", f"data-{self.id}")
        subtitle_html = f"<span>{text(self.subtitle)}</span>" if self.title else ""
        return Html(
            f'<figure class="chart" id="{self.id}"><figcaption><strong>{self.heading or text(self.title or self.subtitle)}</strong>'
            f"{subtitle_html}</figcaption>{self._drawings()}"
            f'<details class="chart-data"><summary>图中数据</summary>{table}</details></figure>'
        )

    def _drawings(self) -> str:
        """The wide drawing in a region that scrolls by itself, and the narrow one; the style sheet shows one of them."""
        if self.is_small:
            return f'<div class="drawing drawing-small">{self._image(self.svg)}</div>'
        kind = "wide" if self.narrow else "only"
        drawings = (
            f'<div class="drawing drawing-{kind}" role="region" aria-label="图：{text(self.title or self.subtitle)}" tabindex="0">'
            f"{self._image(self.svg)}</div>"
        )
        if self.narrow:
            drawings += f'<div class="drawing drawing-narrow">{self._image(self.narrow)}</div>'
        return drawings

    def _image(self, svg: str) -> str:
        return f'<div role="img" aria-label="{text(self.alt)}">{svg}</div>'


def make_chart(
    figure: Drawing,
    chart_id: str,
    title: Phrase,
    subtitle: str,
    alt: str,
    data: pd.DataFrame,
    narrow: Drawing | None = None,
    *,
    is_small: bool = False,
) -> Chart:
    """Convert the drawings to SVG and combine them with their words.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Drawn on the wide canvas, unless it is small.
    chart_id : str
        Id on the page; the ids in the drawing begin with it.
    title : Phrase
        The finding; where it is blank, the subtitle is shown in its place.
    subtitle : str
        Measure and unit.
    alt : str
        The chart in words, with its numbers.
    data : pandas.DataFrame
        What is drawn, as texts, for the table under the chart.
    narrow : matplotlib.figure.Figure, optional
        The same drawn on the narrow canvas.
    is_small : bool
        `figure` itself is on the narrow canvas.
    """
    narrow_svg = inline_svg(narrow, f"{chart_id}-narrow") if narrow else ""
    svg = inline_svg(figure, chart_id)
    heading = title.html if title.doubts else ""
    return Chart(chart_id, title.text, subtitle, alt, svg, data, narrow_svg, is_small, heading)
