"""What a chart says, and how it becomes a figure of the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from haochaping.present.charts.svg import inline_svg
from haochaping.present.html_fragment import Html, text
from haochaping.present.html_table import frame_table
from haochaping.present.phrase import Phrase

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

EMPTY = Html("")
"""What stands for a chart that has nothing to show."""


@dataclass(frozen=True)
class Chart:
    """A drawing with what it says: title (the finding), subtitle (measure and unit), alternative text, data.

    ``narrow`` is the same drawn again for narrow screens; without it the wide drawing scrolls there, unless it is
    ``is_small``, drawn narrow in the first place.
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
        table = frame_table(self.data, f"图中数据：{self.subtitle}", f"data-{self.id}")
        said = f"<span>{text(self.subtitle)}</span>" if self.title else ""
        return (
            f'<figure class="chart" id="{self.id}"><figcaption><strong>{self.heading or text(self.title or self.subtitle)}</strong>'
            f"{said}</figcaption>{self._drawings()}"
            f'<details class="chart-data"><summary>图中数据</summary>{table}</details></figure>'
        )

    def _drawings(self) -> str:
        """The wide drawing in a region that scrolls by itself, and the narrow one; the style sheet shows one of them."""
        if self.is_small:
            return f'<div class="drawing drawing-small">{self._image(self.svg)}</div>'
        kind = "wide" if self.narrow else "only"
        drawn = (
            f'<div class="drawing drawing-{kind}" role="region" aria-label="图：{text(self.title or self.subtitle)}" tabindex="0">'
            f"{self._image(self.svg)}</div>"
        )
        if self.narrow:
            drawn += f'<div class="drawing drawing-narrow">{self._image(self.narrow)}</div>'
        return drawn

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
    """Put a drawing and its words together.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Drawn on the wide canvas, unless it is small.
    chart_id : str
        Id on the page; the ids in the drawing begin with it.
    title : Phrase
    subtitle, alt : str
        The finding (the subtitle stands for a blank one); measure and unit; the chart in words, with its numbers.
    data : pandas.DataFrame
        What is drawn, as texts, for the table under the chart.
    narrow : matplotlib.figure.Figure, optional
        The same drawn on the narrow canvas.
    is_small : bool
        `figure` itself is on the narrow canvas.
    """
    again = inline_svg(narrow, f"{chart_id}-narrow") if narrow else ""
    drawn = inline_svg(figure, chart_id)
    heading = title.html if title.doubts else ""
    return Chart(chart_id, title.text, subtitle, alt, drawn, data, again, is_small, heading)
