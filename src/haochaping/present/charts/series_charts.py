"""Charts of the back series: a figure over the quarters, with control limits (XmR) where it is long enough."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pandas as pd

from haochaping.checks.check_report import CheckReport
from haochaping.cleaning.number_format import number, percent_text
from haochaping.core.model import QuarterData
from haochaping.core.paths import find_locations
from haochaping.core.period import HALF_YEAR, MONTH, NUMERALS, QUARTER, YEAR, Period
from haochaping.figures.figure import PERCENT, Figures
from haochaping.figures.one_quarter import figures_of_one_quarter
from haochaping.figures.series import FEWEST_QUARTERS, Limits, Point, Series, names_on_page, series_on_page
from haochaping.present.chart_titles import series_chart_id
from haochaping.present.charts.chart import EMPTY, Chart, make_chart
from haochaping.present.charts.style import BLUE, GREY, NARROW, QUIET, RED
from haochaping.present.doubts import Doubts
from haochaping.present.html_fragment import Html, stack
from haochaping.present.phrase import Number, Phrase, PhrasePart
from haochaping.reference.reference import Reference, load_reference

LABELS = {
    "cases": "办件数",
    "evaluations": "评价数",
    "rate": "评价率",
    "active_rate": "主动评价率",
    "negatives": "差评数",
}
DEFINITIONS = {"rate": "评价数 ÷ 办件数", "active_rate": "主动评价数 ÷ 评价数"}
_HEIGHT_INCHES, _TEXT_LINE_SHARE = 2.7, 0.13
"""Height in inches; share of the plot's height of one line of text. These charts have the narrow canvas only."""
_SIGNAL_WORDS = {
    "trend": "连续七个季度同向变动",
    "two_in_three": "相邻三个季度中有两个接近同一控制限",
    "one_side": "连续七个季度在均值同一侧",
}
_TICKS = {QUARTER: NUMERALS, MONTH: tuple(map(str, range(1, 13))), HALF_YEAR: ("上", "下"), YEAR: ("",)}
"""What stands below a point, by kind of period and number; its year stands below that."""
_TEN_THOUSAND = 10_000
_AXIS_POINTS, _YEAR_POINTS = 180, 48
"""Length of the time axis in points, without the labels at both sides; length that the label of a year needs."""


def chart_series(
    data: QuarterData,
    reference: Reference | None = None,
    figures: Figures | None = None,
    report: CheckReport | None = None,
) -> Html:
    """简报中逐期的小图：一个比率、一个总数，满五期的带控制限。以前不足两期的，没有图；其他列用 ``hcp.series``。

    Parameters
    ----------
    data : QuarterData
        ``hcp.load`` 得到的一期。
    reference : Reference, optional
        哪个城市；不写的，是本项目的。
    figures, report : Figures, CheckReport, optional
        ``hcp.compute_figures(q)``、``hcp.check(q)``：标题中的数，存疑的标记。
    """
    if not data.history:
        return EMPTY
    reference = reference or load_reference(find_locations().reference)
    builders = {
        quarter_data.quarter: figures_of_one_quarter(quarter_data, reference)
        for quarter_data in (*data.history, data)
    }
    names = names_on_page(builders[data.quarter].figures, builders[data.quarter].words)
    figures_by_quarter = {quarter: builder.figures for quarter, builder in builders.items()}
    doubts = Doubts(figures, report) if figures is not None and report else None
    charts_html = [
        series_chart(series, doubts).html
        for series in series_on_page(figures_by_quarter, data.quarter, names)
    ]
    return side_by_side(charts_html) if charts_html else EMPTY


def side_by_side(charts_html: Sequence[str]) -> Html:
    """Small charts, two in a row where there is room."""
    return stack('<div class="small-charts">', *charts_html, "</div>")


def series_chart(series: Series, doubts: Doubts | None = None, id_suffix: str = "") -> Chart:
    """Draw one series as a line, with its limits over the quarters they are computed from.

    With `doubts` the numbers in doubt are marked in its title; `id_suffix` tells two charts of one figure apart.
    """
    limits = series.limits
    figure, axes = NARROW.subplots(_HEIGHT_INCHES)
    axes.margins(y=0.16)
    _draw_line(axes, series)
    if limits is not None:
        _draw_limits(axes, series, limits)
    axes.set_xlim(-0.5, len(series.points) - 0.5)
    axes.yaxis.set_major_formatter(lambda value, _: _tick_label(value, series.unit))
    axes.locator_params(axis="y", nbins=5)
    axes.grid(axis="y")
    _label_quarters(axes, [point.quarter for point in series.points])
    return make_chart(
        figure,
        series_chart_id(series.name) + id_suffix,
        Phrase(tuple(_title_parts(series, limits)), doubts),
        _subtitle(series, limits),
        _alternative_text(series, limits),
        _data_table(series, limits),
        is_small=True,
    )


# --- drawing ----------------------------------------------------------------------------------------


def _draw_line(axes: Any, series: Series) -> None:
    values = [float("nan") if point.value is None else float(point.value) for point in series.points]
    axes.plot(range(len(values)), values, color=BLUE, linewidth=1.4, marker="o", markersize=4, zorder=3)


def _draw_limits(axes: Any, series: Series, limits: Limits) -> None:
    last = len(series.points) - 1
    first = last - limits.size + 1
    lines = [("均值", limits.centre, "-")]
    if limits.lower < limits.upper:
        lines += [("上限", limits.upper, "--"), ("下限", limits.lower, "--")]
    for _, value, dashes in lines:
        axes.hlines(value, first - 0.3, last + 0.3, color=GREY, linewidth=1, linestyle=dashes, zorder=1)
    low, high = axes.get_ylim()
    text_line = (high - low) * _TEXT_LINE_SHARE
    for label, value, _ in lines:
        label_positions = {
            "上限": max(value, limits.centre + text_line),
            "下限": min(value, limits.centre - text_line),
        }
        axes.annotate(
            f"{label} {_short_value(value, series.unit)}",
            (1, label_positions.get(label, value)),
            (3, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            color=QUIET,
        )
    flagged = [
        (first + i, float(series.unbroken[i].value or 0)) for i, rule in enumerate(limits.rules) if rule
    ]
    if flagged:
        positions, values = zip(*flagged, strict=True)
        axes.scatter(positions, values, color=RED, s=34, zorder=4)


def _label_quarters(axes: Any, quarters: Sequence[Period]) -> None:
    """Label each quarter with a numeral and the first one of a year with the year, as far as there is room."""
    spacing = _AXIS_POINTS / len(quarters)
    in_year = 12 // quarters[0].months
    step_quarters = 1 if spacing >= NARROW.text + 1 else in_year
    first_quarters = [i for i, quarter in enumerate(quarters) if quarter.number == 1]
    has_room = not first_quarters or first_quarters[0] * spacing >= _YEAR_POINTS
    years = ([0] if has_room and 0 not in first_quarters else []) + first_quarters
    step = -(-_YEAR_POINTS // max(1, int(in_year * spacing)))
    labelled = {i for position, i in enumerate(years) if position % step == 0}
    ticks, labels = [], []
    for i, quarter in enumerate(quarters):
        if step_quarters == 1 or quarter.number == 1 or i in labelled:
            ticks.append(i)
            year = f"\n{quarter.year}年" if i in labelled else ""
            labels.append(f"{_TICKS[quarter.kind][quarter.number - 1]}{year}")
    axes.set_xticks(ticks, labels)
    axes.tick_params(axis="x", length=0)
    for label in axes.get_xticklabels():
        label.set_linespacing(1.7)


def _tick_label(value: float, unit: str) -> str:
    if unit == PERCENT:
        return f"{value * 100:.10g}%"
    if abs(value) >= _TEN_THOUSAND:
        return f"{value / _TEN_THOUSAND:,.10g} 万"
    return number(round(value)) if value == round(value) else ""


def _short_value(value: float, unit: str) -> str:
    """A limit in a short form for the drawing; the table under the chart has it in full."""
    if unit != PERCENT and value >= _TEN_THOUSAND:
        return f"{value / _TEN_THOUSAND:,.1f} 万"
    return _full_value(value, unit)


def _full_value(value: float, unit: str) -> str:
    return percent_text(Fraction(value)) if unit == PERCENT else number(round(value))


# --- words ------------------------------------------------------------------------------------------


def _name(series: Series) -> str:
    """What a series is called in a title: short for the figures that every page has, else by its label."""
    return LABELS.get(series.name) or series.label


def _with_unit(shown: str, unit: str) -> str:
    return shown if unit == PERCENT else f"{shown} {unit}"


def _title_parts(series: Series, limits: Limits | None) -> list[PhrasePart]:
    """The title: the last value, and whether the control limits signal a change."""
    last = series.points[-1]
    value_parts = [
        f"{last.quarter.label}{_name(series)} ",
        _value_part(last, series),
        _with_unit("", series.unit),
    ]
    if limits is None:
        return [*value_parts, "，", *_range_parts(series)]
    if limits.rules[-1]:
        return [*value_parts, f"，有变化信号：{_signal_words(last, limits.rules[-1], limits)}"]
    earlier = sum(bool(rule) for rule in limits.rules[:-1])
    earlier_signals = f"；此前有 {earlier} {last.quarter.counted}发出变化信号" if earlier else ""
    return [*value_parts, f"，在{'试算' if limits.trial else ''}控制限内，属通常波动{earlier_signals}"]


def _range_parts(series: Series) -> list[PhrasePart]:
    low, high = (pick(series.known, key=_exact_value) for pick in (min, max))
    if low.value == high.value:
        return [f"{len(series.known)} {low.quarter.counted}没有变动"]
    return [
        f"{len(series.known)} {low.quarter.counted}在 ",
        _value_part(low, series),
        " 至 ",
        _value_part(high, series),
        " 之间",
    ]


def _value_part(point: Point, series: Series) -> PhrasePart:
    """A value as a linked figure if it is this quarter's, else as plain text: earlier ones are in the chart's table."""
    return Number(series.name, point.text) if point is series.points[-1] else point.text


def _exact_value(point: Point) -> Fraction:
    return Fraction(point.value or 0)


def _signal_words(point: Point, rule: str, limits: Limits) -> str:
    if rule == "outside":
        return "高于上控制限" if float(point.value or 0) > limits.centre else "低于下控制限"
    return point.quarter.in_own_words(_SIGNAL_WORDS[rule])


def _subtitle(series: Series, limits: Limits | None) -> str:
    definition = DEFINITIONS.get(series.name, f"单位：{series.unit}" if series.unit != PERCENT else "")
    period = series.points[-1].quarter
    definition_text = f"各{period.noun}{series.label or _name(series)}" + (
        f"（{definition}）" if definition else ""
    )
    run_length = len(series.unbroken)
    if limits is None:
        return f"{definition_text}。不画控制限：连续有数的只有 {run_length} {period.counted}，至少要有 {FEWEST_QUARTERS} 个"
    basis = f"最近连续 {run_length} {period.counted}"
    if limits.trial:
        return f"{definition_text}。控制限（XmR）为试算：只据{basis}，不足 12 个，以后会变动"
    return f"{definition_text}。控制限（XmR）据{basis}"


def _alternative_text(series: Series, limits: Limits | None) -> str:
    listed = "，".join(f"{point.quarter.label} {point.text}" for point in series.points)
    listed_text = f"折线图，{len(series.points)} {series.points[-1].quarter.counted}。{listed}。"
    if limits is None:
        return listed_text + "没有控制限。"
    centre, lower, upper = (
        _full_value(limit, series.unit) for limit in (limits.centre, limits.lower, limits.upper)
    )
    flagged = [
        f"{point.quarter.label}{_signal_words(point, rule, limits)}"
        for point, rule in zip(series.unbroken, limits.rules, strict=True)
        if rule
    ]
    signals = f"变化信号：{'，'.join(flagged)}。" if flagged else "没有变化信号。"
    return f"{listed_text}均值 {centre}，{'试算' if limits.trial else ''}控制限 {lower} 至 {upper}。{signals}"


def _data_table(series: Series, limits: Limits | None) -> pd.DataFrame:
    unit = "" if series.unit == PERCENT else f"（{series.unit}）"
    columns: dict[str, list[str]] = {
        series.points[-1].quarter.name: [point.quarter.label for point in series.points],
        f"{_name(series)}{unit}": [point.text for point in series.points],
    }
    if limits is None:
        return pd.DataFrame(columns)
    no_limits = [""] * (len(series.points) - limits.size)
    for label, value in (("均值", limits.centre), ("下控制限", limits.lower), ("上控制限", limits.upper)):
        columns[label] = [*no_limits, *[_full_value(value, series.unit)] * limits.size]
    columns["变化信号"] = [
        *no_limits,
        *(
            _signal_words(point, rule, limits) if rule else "无"
            for point, rule in zip(series.unbroken, limits.rules, strict=True)
        ),
    ]
    return pd.DataFrame(columns)
