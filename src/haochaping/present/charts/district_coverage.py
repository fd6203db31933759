"""How do a district's evaluations relate to those of its departments, towns and villages?"""

from __future__ import annotations

from math import ceil, floor, log10
from typing import TYPE_CHECKING, Any

import pandas as pd

from haochaping.core.labels import annex_words
from haochaping.core.model import QuarterData
from haochaping.present.chart_data import Coverage, district_coverage
from haochaping.present.chart_titles import chart_title
from haochaping.present.charts.chart import EMPTY, Chart, make_chart
from haochaping.present.charts.chart_parts import counts, group_word, text_width
from haochaping.present.charts.doubtful_units import DOUBT_REMARK, doubtful_rows, marked
from haochaping.present.charts.style import (
    AMBER,
    BLUE,
    GREY,
    INK,
    NARROW,
    WIDE,
    Canvas,
)
from haochaping.present.html_fragment import Html

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

    from haochaping.checks.check_report import CheckReport
    from haochaping.figures.figure import Figures

_AROUND_LABEL, _AROUND_PLOT, _LEAST_SPAN = 12, 20, 0.3
"""Points between a point, its label and the edge; points on both sides of names and plot; least span in powers of ten."""
_TICK_CHARACTERS = 2.4
"""Widest label of a tick, with room beside it, in sizes of the text."""


def chart_district_coverage(
    data: QuarterData, figures: Figures | None = None, report: CheckReport | None = None
) -> Chart | Html:
    """附件1评价数 ÷ 附件3、4之和，一个区县一点：比值低于 1 的，附件1就不可能包含附件3、4；离群的，口径可能不同。

    缺其中一张附件的、区县太少的，没有图。

    Parameters
    ----------
    data : QuarterData
        ``hcp.load`` 得到的一期。
    figures, report : Figures, CheckReport, optional
        ``hcp.compute_figures(q)``、``hcp.check(q)``：标题，存疑的标记。

    Examples
    --------
    >>> import haochaping as hcp
    >>> hcp.chart_district_coverage(hcp.load("2022Q4")).id
    'chart-district-coverage'
    """
    coverage = district_coverage(data)
    if (
        coverage is None or data.is_from_records
    ):  # counted from records, one contains the others by definition
        return EMPTY
    doubtful = doubtful_rows(report, "districts", ["evaluations"])
    rows = coverage.rows.assign(
        is_outside=coverage.above | coverage.below, is_doubtful=coverage.rows["district"].isin(doubtful)
    )
    word = group_word(figures, "district")
    whole, *parts = (
        annex_words(data, name) for name in ("districts", "district_departments", "towns_and_villages")
    )
    sides = f"{whole}评价数 ÷（{'＋'.join(parts)}评价数）"
    return make_chart(
        _draw(rows, coverage.median, WIDE),
        "chart-district-coverage",
        chart_title("chart-district-coverage", figures, report),
        f"{sides}，对数刻度。可供判断各附件的范围关系：如{whole}包含{'、'.join(parts)}，比值应不小于 1"
        f"{_remark(rows)}",
        _in_words(rows, coverage, sides, word),
        pd.DataFrame(
            {
                word: rows["district"],
                f"{whole}评价数（条）": counts(rows["whole"]),
                f"{'＋'.join(parts)}评价数（条）": counts(rows["parts"]),
                "比值": [_times(ratio) for ratio in rows["ratio"]],
            }
        ),
        _draw(rows, coverage.median, NARROW),
    )


def _remark(rows: pd.DataFrame) -> str:
    """What the colours mean, for the subtitle: those that there are."""
    outside = (
        "；蓝色：小于 1，或超过中位数的两倍" if (rows["is_outside"] & ~rows["is_doubtful"]).any() else ""
    )
    return outside + (DOUBT_REMARK if rows["is_doubtful"].any() else "")


def _in_words(rows: pd.DataFrame, coverage: Coverage, sides: str, word: str) -> str:
    named = "，".join(f"{r.district} {_times(r.ratio)}" for r in rows.itertuples())
    doubtful = "、".join(rows.loc[rows["is_doubtful"], "district"])
    return f"点图，{len(rows)} 个{word}，{sides}。中位数 {_times(coverage.median)}。由大到小：{named}。" + (
        f"请核实：{doubtful}。" if doubtful else ""
    )


def _times(ratio: float) -> str:
    """A ratio with two decimals."""
    return f"{ratio:.2f}" if ratio >= 0.01 else "不足 0.01"


def _draw(rows: pd.DataFrame, median: float, canvas: Canvas) -> Drawing:
    figure, axes = canvas.subplots(canvas.rows(1.55, len(rows)) + 0.9)
    places = range(len(rows))
    colours = [AMBER if r.is_doubtful else BLUE if r.is_outside else GREY for r in rows.itertuples()]
    axes.set_xscale("log")
    axes.hlines(places, 1, rows["ratio"], color=colours, linewidth=2.4, zorder=2)
    axes.scatter(rows["ratio"], places, color=colours, s=38, linewidth=0, zorder=3)
    labels = [marked(_times(r.ratio), is_doubtful=bool(r.is_doubtful)) for r in rows.itertuples()]
    axes.set_yticks(list(places), rows["district"])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    points_per_decade = _set_limits(axes, rows, labels, canvas)
    for place, ratio, label in zip(places, rows["ratio"], labels, strict=True):
        width = (text_width(label) * canvas.text + _AROUND_LABEL) / points_per_decade
        _label(axes, place, _beside_line(ratio, median, width), label)
    _draw_lines(axes, median)
    axes.set_xlabel("比值（对数刻度）")
    return figure


def _label(axes: Any, place: int, beside: float, label: str) -> None:
    """Write a value beside its point, on the far side seen from the line at 1."""
    is_right = beside >= 1
    axes.annotate(
        label,
        (beside, place),
        (7 if is_right else -7, 0),
        textcoords="offset points",
        ha="left" if is_right else "right",
        va="center",
        in_layout=False,  # the limits leave room
    )


def _beside_line(ratio: float, median: float, width: float) -> float:
    """Where a label that is `width` powers of ten wide begins: behind the median's line where that would cross it."""
    would_cross = 1 <= ratio < median < ratio * 10**width or ratio * 10**-width < median < ratio < 1
    return median if would_cross else ratio


def _set_limits(axes: Any, rows: pd.DataFrame, labels: list[str], canvas: Canvas) -> float:
    """Leave room for the labels on both sides of the points; returns the length of a power of ten in points."""
    low, high = (log10(bound) for bound in (min(1, rows["ratio"].min()), max(1, rows["ratio"].max())))
    names = max(map(text_width, rows["district"])) * canvas.name_size
    sides: tuple[list[float], list[float]] = ([text_width("相等")], [0.0])
    for ratio, label in zip(rows["ratio"], labels, strict=True):
        sides[ratio >= 1].append(text_width(label))
    left, right = (max(widths) * canvas.text + _AROUND_LABEL for widths in sides)
    plot = max(canvas.points - names - _AROUND_PLOT, 2 * (left + right))
    scale = (plot - left - right) / max(high - low, _LEAST_SPAN)
    ends = low - left / scale, low + (plot - left) / scale
    axes.set_xlim(*(10**end for end in ends))
    axes.set_xticks(_ticks(*ends, _TICK_CHARACTERS * canvas.text / scale))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.minorticks_off()
    return scale


def _ticks(low: float, high: float, apart: float) -> list[float]:
    """Ticks at 1, 2 and 5 of every power of ten, only at the powers where those stand too close."""
    mantissas = (1, 2, 5) if log10(2) >= apart else (1,)
    values = [m * 10**power for power in range(floor(low), ceil(high) + 1) for m in mantissas]
    return [value for value in values if low <= log10(value) <= high]


def _draw_lines(axes: Any, median: float) -> None:
    """Draw the lines at 1 and at the median, each named on the side where the other is not."""
    is_above = median >= 1
    for value, name, dashes, is_right in (
        (1.0, "相等", "-", not is_above),
        (median, f"中位数 {_times(median)}", "--", is_above),
    ):
        axes.axvline(value, color=INK, linewidth=1, linestyle=dashes, zorder=1)
        axes.annotate(
            name,
            (value, 1),
            (3 if is_right else -3, 3),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="left" if is_right else "right",
            color=INK,
        )
