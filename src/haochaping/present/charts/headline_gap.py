"""How much of the number of records that the text states is in the annexes, and how much has no source?"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import pandas as pd

from haochaping.cleaning.number_format import number
from haochaping.core.labels import annex_words
from haochaping.core.model import QuarterData
from haochaping.figures.figure import Figure
from haochaping.present.chart_data import has_headline_gap
from haochaping.present.chart_titles import chart_title
from haochaping.present.charts.chart import EMPTY, Chart, make_chart
from haochaping.present.charts.chart_parts import group_word, percent, text_width
from haochaping.present.charts.style import (
    AMBER,
    BLUE,
    GREY,
    INK,
    NARROW,
    QUIET,
    WIDE,
    Canvas,
)
from haochaping.present.html_fragment import Html
from haochaping.store.cell_index import claim_cell

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

    from haochaping.checks.check_report import CheckReport
    from haochaping.figures.figure import Figures

_UNEXPLAINED = "两表中没有出处"
_HALF_BAR, _LINE, _BOTTOM = 0.5, 0.62, -2.0
"""Half of the bar's height, a line of text and the lower end of the axes, in units of the vertical axis."""
_UNIT_INCHES, _AROUND_BAR = 0.36, 14
"""Height in inches of a unit of the vertical axis; points on both sides of the bar."""


@dataclass(frozen=True)
class _Segment:
    """A part of the bar: its figure, what it is and where it comes from."""

    figure: Figure
    name: str
    source: str
    colour: str

    @property
    def value(self) -> int:
        return int(self.figure.value or 0)

    @property
    def label(self) -> str:
        return f"{self.name}（{self.source}）" if self.source else self.name

    @property
    def amount(self) -> str:
        return f"{self.figure.scaled}{self.figure.unit}"

    @property
    def is_unexplained(self) -> bool:
        return not self.source


def chart_headline_gap(
    data: QuarterData, figures: Figures | None = None, report: CheckReport | None = None
) -> Chart | Html:
    """正文的归集上传数分成附件1、附件2的办件数和两表中没有的部分。

    正文没有写这个数的、附件更多的，没有图。

    Parameters
    ----------
    data : QuarterData
        ``hcp.load`` 得到的一期。
    figures, report : Figures, CheckReport, optional
        ``hcp.compute_figures(q)``（图中的数由此来）、``hcp.check(q)``。

    Examples
    --------
    >>> import haochaping as hcp
    >>> q = hcp.load("2022Q4")
    >>> hcp.chart_headline_gap(q, hcp.compute_figures(q)).id
    'chart-headline-gap'
    """
    if figures is None or not has_headline_gap(figures):
        return EMPTY
    is_doubtful = _is_doubtful(report)
    records, segments = figures["records"], _segments(data, figures, AMBER if is_doubtful else QUIET)
    shares = [percent(segment.value / int(records.value or 1)) for segment in segments]
    parts = [
        f"{s.label} {number(s.value)} {s.figure.unit}，占 {share}"
        for s, share in zip(segments, shares, strict=True)
    ]
    return make_chart(
        _draw(segments, records, WIDE),
        "chart-headline-gap",
        chart_title("chart-headline-gap", figures, report),
        f"{records.label}（{records.unit}）与两表办件数；斜线部分在{_UNEXPLAINED}{'，请核实' if is_doubtful else ''}",
        f"堆叠条形图。{records.label} {records.text} {records.unit}，其中：{'；'.join(parts)}。",
        pd.DataFrame(
            {
                "组成": [*(s.name for s in segments), records.label],
                "出处": [*(s.source or "没有" for s in segments), "正文"],
                "数": [*(number(s.value) for s in segments), records.text],
                "单位": [*(s.figure.unit for s in segments), records.unit],
                "占正文所列": [*shares, percent(1)],
            }
        ),
        _draw(segments, records, NARROW),
    )


def _is_doubtful(report: CheckReport | None) -> bool:
    """Whether a finding about the text's number is open."""
    findings = report.findings if report else ()
    return any(finding.at == claim_cell("records") and finding.is_open for finding in findings)


def _segments(data: QuarterData, figures: Figures, colour_of_gap: str) -> list[_Segment]:
    districts, departments = (annex_words(data, name) for name in ("districts", "city_departments"))
    segments = [
        _Segment(figures["district_cases"], f"{group_word(figures, 'district')}办件", districts, BLUE),
        _Segment(figures["department_cases"], f"{group_word(figures, 'department')}办件", departments, GREY),
        _Segment(figures["records_gap"], _UNEXPLAINED, "", colour_of_gap),
    ]
    return [segment for segment in segments if segment.value > 0]


def _draw(segments: list[_Segment], records: Figure, canvas: Canvas) -> Drawing:
    total = int(records.value or 0)
    placed = _placed(segments)
    narrow = [(segment, left) for segment, left in placed if not _has_room(segment, total, canvas)]
    top = _HALF_BAR + _LINE * (len(narrow) + 2)
    unit = _UNIT_INCHES * canvas.text / WIDE.text
    figure, axes = canvas.subplots(unit * (top - _BOTTOM) + 0.1)
    axes.set(xlim=(0, total), ylim=(_BOTTOM, top))
    axes.axis("off")
    for segment, left in placed:
        _draw_segment(axes, segment, left)
        if (segment, left) not in narrow:
            _label_below(axes, segment, left)
    # the outer parts above the inner ones: no name stands across the line of another
    narrow.sort(key=lambda part: _from_edge(part[0], part[1], total), reverse=True)
    for level, (segment, left) in enumerate(narrow, start=1):
        _label_above(axes, segment, left, level, total)
    _draw_total(axes, records, top - _LINE)
    return figure


def _placed(segments: list[_Segment]) -> list[tuple[_Segment, int]]:
    """The parts, each with where it begins."""
    ends = list(accumulate(segment.value for segment in segments))
    return list(zip(segments, [0, *ends[:-1]], strict=True))


def _has_room(segment: _Segment, total: int, canvas: Canvas) -> bool:
    """Whether a part is as wide as its name."""
    name = max(text_width(segment.label), text_width(segment.amount)) * canvas.text
    return name < segment.value / total * (canvas.points - _AROUND_BAR)


def _from_edge(segment: _Segment, left: int, total: int) -> float:
    """How far the middle of a part is from the nearer end of the bar."""
    middle = left + segment.value / 2
    return min(middle, total - middle)


def _draw_segment(axes: Any, segment: _Segment, left: float) -> None:
    """Draw a part of the bar; what is unexplained is hatched, so that it is seen in grey print too."""
    look = (
        {"facecolor": "white", "edgecolor": segment.colour, "hatch": "////", "linewidth": 1}
        if segment.is_unexplained
        else {"facecolor": segment.colour, "edgecolor": "white", "linewidth": 0.6}
    )
    axes.barh(0, segment.value, left=left, height=2 * _HALF_BAR, clip_on=False, **look)


def _label_below(axes: Any, segment: _Segment, left: float) -> None:
    colour = segment.colour if segment.is_unexplained else INK
    middle = left + segment.value / 2
    for line, text in enumerate((segment.label, segment.amount), start=1):
        axes.text(middle, -_HALF_BAR - _LINE * line + 0.1, text, ha="center", va="center", color=colour)


def _label_above(axes: Any, segment: _Segment, left: float, level: int, total: float) -> None:
    """Name a part that is too narrow for its name at the end of a line, on the side where there is room."""
    middle, height = left + segment.value / 2, _HALF_BAR + _LINE * level - 0.1
    axes.plot([middle, middle], [0, height + 0.2], color=INK, linewidth=0.8)
    is_left = middle < total / 2
    axes.annotate(
        f"{segment.label} {segment.amount}",
        (middle, height),
        (4 if is_left else -4, 0),
        textcoords="offset points",
        ha="left" if is_left else "right",
        va="center",
        color=segment.colour if segment.is_unexplained else INK,
    )


def _draw_total(axes: Any, records: Figure, height: float) -> None:
    """Draw a bracket over the whole bar, with the text's number in it."""
    total = int(records.value or 0)
    axes.plot(
        [0, 0, total, total],
        [height - 0.3, height, height, height - 0.3],
        color=INK,
        linewidth=1,
        clip_on=False,
    )
    axes.text(
        total / 2,
        height,
        f"{records.label} {records.scaled}{records.unit}",
        ha="center",
        va="center",
        backgroundcolor="white",
    )
