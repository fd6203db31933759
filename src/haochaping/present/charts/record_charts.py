"""When evaluations were given, and how long negative ones stayed open: from records of single cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from haochaping.core import record_counts as names
from haochaping.core.model import QuarterData
from haochaping.present.charts.chart import EMPTY, Chart, make_chart
from haochaping.present.charts.chart_parts import format_thousands
from haochaping.present.charts.style import BLUE, INK, NARROW, PALE, QUIET, WIDE, Canvas
from haochaping.present.html_fragment import Html
from haochaping.present.phrase import Phrase
from haochaping.present.record_tables import NOT_SHOWN, ratings_table, record_counts

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

_NIGHT = (22, 6)


def chart_rating_times(data: QuarterData) -> Chart | Html:
    """Counted evaluations by hour of the day, and by days after the case's end; blank without records.

    Answers whether evaluations are given when people do things, and how soon after the case.
    """
    counts = record_counts(data)
    hours = {row: value for (row, _, _), value in counts.view(names.HOUR).items()}
    days = {row: value for (row, _, _), value in counts.view(names.DELAY).items()}
    if not hours or not days:
        return EMPTY
    tables = [
        table.set_axis(["时间", "评价（条）", "占比"], axis="columns")
        for table in (ratings_table(counts, names.HOUR), ratings_table(counts, names.DELAY))
    ]
    words = "；".join(
        f"{row} {value}" for row, value in zip(tables[1]["时间"], tables[1]["评价（条）"], strict=True)
    )
    return make_chart(
        _draw_times(hours, days, WIDE),
        "chart-rating-times",
        Phrase(),
        "计入的评价（条）：一天中几时评价（夜间 22 时至 6 时为浅色）；办结后几天评价",
        f"两幅条形图。办结后几天评价：{words}。",
        pd.concat(tables, ignore_index=True),
        _draw_times(hours, days, NARROW),
    )


def _draw_times(hours: Mapping[str, float], days: Mapping[str, float], canvas: Canvas) -> Drawing:
    figure, (above, below) = canvas.subplots(canvas.rows(1.5, 22), nrows=2)
    all_hours = [f"{hour}时" for hour in range(24)]
    begins, ends = _NIGHT
    colours = [PALE if hour >= begins or hour < ends else BLUE for hour in range(24)]
    above.bar(range(24), [_drawn(hours.get(hour, 0)) for hour in all_hours], color=colours, width=0.8)
    above.set_xticks(range(0, 24, 3), all_hours[::3])
    above.set_title("几时评价", loc="left", fontsize=canvas.name_size)
    below.bar(range(len(days)), [_drawn(value) for value in days.values()], color=BLUE, width=0.8)
    step = 1 if len(days) <= 8 else 3
    below.set_xticks(range(0, len(days), step), list(days)[::step])
    below.set_title("办结后几天评价", loc="left", fontsize=canvas.name_size)
    for axes, values in ((above, [hours.get(hour, 0) for hour in all_hours]), (below, [*days.values()])):
        for place, value in enumerate(values):
            if pd.isna(value):  # else its missing bar would look like none
                axes.annotate(
                    NOT_SHOWN,
                    (place, 0),
                    (0, 3),
                    textcoords="offset points",
                    ha="center",
                    rotation=90,
                    color=QUIET,
                )
        axes.grid(axis="y")
        axes.locator_params(axis="y", nbins=4)
        format_thousands(axes.yaxis)
    return figure


def _drawn(value: float) -> float:
    """The length of a bar; a count that is not shown has none."""
    return 0.0 if pd.isna(value) else value


def chart_loop(data: QuarterData) -> Chart | Html:
    """The share of negative cases still without rectification, by days after the rating; blank without any.

    Kaplan and Meier's curve: cases still open at extraction count as long as they were seen.
    """
    curve = {int(row): value for (row, _, _), value in record_counts(data).view(names.LOOP_DAYS).items()}
    if len(curve) < 2:
        return EMPTY
    rows = pd.DataFrame(
        {"差评以后的天数": map(str, curve), "仍未整改": [f"{value:.1%}" for value in curve.values()]}
    )
    words = "；".join(f"{day} 天后 {value:.0%}" for day, value in curve.items())
    return make_chart(
        _draw_loop(curve, WIDE),
        "chart-loop",
        Phrase(),
        "差评以后若干天仍未整改的办件占比（到提取日仍未整改的按删失计，卡普兰—迈耶估计）",
        f"阶梯线：{words}。",
        rows,
        _draw_loop(curve, NARROW),
    )


def _draw_loop(curve: Mapping[int, float], canvas: Canvas) -> Drawing:
    figure, axes = canvas.subplots(canvas.rows(1.5, 12))
    days, shares = [0, *curve], [100.0, *(value * 100 for value in curve.values())]
    axes.step([*days, max(days) + 1], [*shares, shares[-1]], where="post", color=BLUE, linewidth=2)
    axes.set(xlabel="差评以后的天数", ylabel="仍未整改（%）", ylim=(0, 103), xlim=(0, max(days) + 1))
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.grid(axis="y")
    axes.xaxis.get_major_locator().set_params(integer=True)
    return figure
