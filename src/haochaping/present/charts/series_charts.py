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
from haochaping.core.quarter import Quarter
from haochaping.figures.figure import PERCENT, Figures
from haochaping.figures.one_quarter import figures_of_one_quarter
from haochaping.figures.series import FEWEST_QUARTERS, Limits, Point, Series, series_on_page
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
UNITS = {"cases": "件", "evaluations": "条", "rate": PERCENT, "active_rate": PERCENT, "negatives": "条"}
DEFINITIONS = {"rate": "评价数 ÷ 办件数", "active_rate": "主动评价数 ÷ 评价数"}
_HEIGHT, _LINE = 2.7, 0.13
"""Inches; share of the plot's height that a line of text takes. These charts are drawn on the narrow canvas alone."""
_SIGNALS = {
    "trend": "连续七个季度同向变动",
    "two_in_three": "相邻三个季度中有两个接近同一控制限",
    "one_side": "连续七个季度在均值同一侧",
}
_NUMERALS = "一二三四"
_TEN_THOUSAND = 10_000
_SPACE, _YEAR_POINTS = 180, 48
"""Points along the axis beside its own labels and those of the limits; what the label of a year needs."""


def chart_series(
    data: QuarterData,
    reference: Reference | None = None,
    figures: Figures | None = None,
    report: CheckReport | None = None,
) -> Html:
    """Active-evaluation rate and number of evaluations over this quarter and the ones before it.

    Parameters
    ----------
    data : QuarterData
        The quarter with its past (``data.history``).
    reference : Reference, optional
        The city's settings; by default the project's.
    figures, report : Figures, CheckReport, optional
        The quarter's named figures and the checks: numbers in the titles are linked and marked.

    Returns
    -------
    Html
        Two figures; empty with fewer than two earlier quarters, and without a figure that this quarter lacks.
    """
    if not data.history:
        return EMPTY
    reference = reference or load_reference(find_locations().reference)
    made = {one.quarter: figures_of_one_quarter(one, reference).figures for one in (*data.history, data)}
    doubts = Doubts(figures, report) if figures is not None and report else None
    drawn = [series_chart(back, doubts)._repr_html_() for back in series_on_page(made, data.quarter)]
    return side_by_side(drawn) if drawn else EMPTY


def side_by_side(drawn: Sequence[str]) -> Html:
    """Small charts, two in a row where there is room."""
    return stack('<div class="small-charts">', *drawn, "</div>")


def series_chart(back: Series, doubts: Doubts | None = None) -> Chart:
    """One series as a line, its limits drawn over the quarters that they rest on; with `doubts` its title is marked."""
    limits = back.limits
    figure, axes = NARROW.subplots(_HEIGHT)
    axes.margins(y=0.16)
    _draw_line(axes, back)
    if limits is not None:
        _draw_limits(axes, back, limits)
    axes.set_xlim(-0.5, len(back.points) - 0.5)
    axes.yaxis.set_major_formatter(lambda value, _: _tick(value, back.unit))
    axes.locator_params(axis="y", nbins=5)
    axes.grid(axis="y")
    _label_quarters(axes, [point.quarter for point in back.points])
    return make_chart(
        figure,
        series_chart_id(back.name),
        Phrase(tuple(_title(back, limits)), doubts),
        _subtitle(back, limits),
        _alt(back, limits),
        _table(back, limits),
        is_small=True,
    )


# --- drawing ----------------------------------------------------------------------------------------


def _draw_line(axes: Any, back: Series) -> None:
    values = [float("nan") if point.value is None else float(point.value) for point in back.points]
    axes.plot(range(len(values)), values, color=BLUE, linewidth=1.4, marker="o", markersize=4, zorder=3)


def _draw_limits(axes: Any, back: Series, limits: Limits) -> None:
    last = len(back.points) - 1
    first = last - limits.size + 1
    ends = [("均值", limits.centre, "-")]
    if limits.lower < limits.upper:
        ends += [("上限", limits.upper, "--"), ("下限", limits.lower, "--")]
    for _, value, dashes in ends:
        axes.hlines(value, first - 0.3, last + 0.3, color=GREY, linewidth=1, linestyle=dashes, zorder=1)
    low, high = axes.get_ylim()
    line = (high - low) * _LINE
    for label, value, _ in ends:
        beside = {"上限": max(value, limits.centre + line), "下限": min(value, limits.centre - line)}
        axes.annotate(
            f"{label} {_short(value, back.unit)}",
            (1, beside.get(label, value)),
            (3, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            color=QUIET,
        )
    flagged = [(first + i, float(back.unbroken[i].value or 0)) for i, rule in enumerate(limits.rules) if rule]
    if flagged:
        at, values = zip(*flagged, strict=True)
        axes.scatter(at, values, color=RED, s=34, zorder=4)


def _label_quarters(axes: Any, quarters: Sequence[Quarter]) -> None:
    """A numeral under each quarter, the year under its first one, as far as there is room."""
    spacing = _SPACE / len(quarters)
    every = 1 if spacing >= NARROW.text + 1 else 4
    firsts = [i for i, quarter in enumerate(quarters) if quarter.number == 1]
    has_room = not firsts or firsts[0] * spacing >= _YEAR_POINTS
    years = ([0] if has_room and 0 not in firsts else []) + firsts
    step = -(-_YEAR_POINTS // max(1, int(4 * spacing)))
    named = {i for position, i in enumerate(years) if position % step == 0}
    ticks, labels = [], []
    for i, quarter in enumerate(quarters):
        if every == 1 or quarter.number == 1 or i in named:
            ticks.append(i)
            year = f"\n{quarter.year}年" if i in named else ""
            labels.append(f"{_NUMERALS[quarter.number - 1]}{year}")
    axes.set_xticks(ticks, labels)
    axes.tick_params(axis="x", length=0)
    for label in axes.get_xticklabels():
        label.set_linespacing(1.7)


def _tick(value: float, unit: str) -> str:
    if unit == PERCENT:
        return f"{value * 100:.10g}%"
    if abs(value) >= _TEN_THOUSAND:
        return f"{value / _TEN_THOUSAND:,.10g} 万"
    return number(round(value)) if value == round(value) else ""


def _short(value: float, unit: str) -> str:
    """A limit as the drawing has room for; the table has it in full."""
    if unit != PERCENT and value >= _TEN_THOUSAND:
        return f"{value / _TEN_THOUSAND:,.1f} 万"
    return _full(value, unit)


def _full(value: float, unit: str) -> str:
    return percent_text(Fraction(value)) if unit == PERCENT else number(round(value))


# --- words ------------------------------------------------------------------------------------------


def _with_unit(shown: str, unit: str) -> str:
    return shown if unit == PERCENT else f"{shown} {unit}"


def _title(back: Series, limits: Limits | None) -> list[PhrasePart]:
    """What the series shows: the last value, and whether it is out of the ordinary."""
    last = back.points[-1]
    now = [f"{last.quarter.label}{LABELS[back.name]} ", _told(last, back), _with_unit("", back.unit)]
    if limits is None:
        return [*now, "，", *_range(back)]
    if limits.rules[-1]:
        return [*now, f"，有变化信号：{_signal(last, limits.rules[-1], limits)}"]
    earlier = sum(bool(rule) for rule in limits.rules[:-1])
    earlier_signals = f"；此前有 {earlier} 个季度发出变化信号" if earlier else ""
    return [*now, f"，在{'试算' if limits.trial else ''}控制限内，属通常波动{earlier_signals}"]


def _range(back: Series) -> list[PhrasePart]:
    low, high = (pick(back.known, key=_value) for pick in (min, max))
    if low.value == high.value:
        return [f"{len(back.known)} 个季度没有变动"]
    return [f"{len(back.known)} 个季度在 ", _told(low, back), " 至 ", _told(high, back), " 之间"]


def _told(point: Point, back: Series) -> PhrasePart:
    """A value as a figure where it is this quarter's, else as a word: earlier ones stand in the chart's own table."""
    return Number(back.name, point.text) if point is back.points[-1] else point.text


def _value(point: Point) -> Fraction:
    return Fraction(point.value or 0)


def _signal(point: Point, rule: str, limits: Limits) -> str:
    if rule == "outside":
        return "高于上控制限" if float(point.value or 0) > limits.centre else "低于下控制限"
    return _SIGNALS[rule]


def _subtitle(back: Series, limits: Limits | None) -> str:
    definition = DEFINITIONS.get(back.name, f"单位：{UNITS[back.name]}")
    what = f"各季度{LABELS[back.name]}（{definition}），区县与市直部门两表合计"
    run = len(back.unbroken)
    if limits is None:
        return f"{what}。不画控制限：连续有数的只有 {run} 个季度，至少要有 {FEWEST_QUARTERS} 个"
    since = f"最近连续 {run} 个季度"
    if limits.trial:
        return f"{what}。控制限（XmR）为试算：只据{since}，不足 12 个，以后会变动"
    return f"{what}。控制限（XmR）据{since}"


def _alt(back: Series, limits: Limits | None) -> str:
    listed = "，".join(f"{point.quarter.label} {point.text}" for point in back.points)
    words = f"折线图，{len(back.points)} 个季度。{listed}。"
    if limits is None:
        return words + "没有控制限。"
    centre, lower, upper = (_full(one, back.unit) for one in (limits.centre, limits.lower, limits.upper))
    flagged = [
        f"{point.quarter.label}{_signal(point, rule, limits)}"
        for point, rule in zip(back.unbroken, limits.rules, strict=True)
        if rule
    ]
    signals = f"变化信号：{'，'.join(flagged)}。" if flagged else "没有变化信号。"
    return f"{words}均值 {centre}，{'试算' if limits.trial else ''}控制限 {lower} 至 {upper}。{signals}"


def _table(back: Series, limits: Limits | None) -> pd.DataFrame:
    unit = "" if back.unit == PERCENT else f"（{back.unit}）"
    columns: dict[str, list[str]] = {
        "季度": [point.quarter.label for point in back.points],
        f"{LABELS[back.name]}{unit}": [point.text for point in back.points],
    }
    if limits is None:
        return pd.DataFrame(columns)
    before = [""] * (len(back.points) - limits.size)
    for label, value in (("均值", limits.centre), ("下控制限", limits.lower), ("上控制限", limits.upper)):
        columns[label] = [*before, *[_full(value, back.unit)] * limits.size]
    columns["变化信号"] = [
        *before,
        *(
            _signal(point, rule, limits) if rule else "无"
            for point, rule in zip(back.unbroken, limits.rules, strict=True)
        ),
    ]
    return pd.DataFrame(columns)
