"""Which districts have many active evaluations, which few, and what is usual?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from haochaping.present.chart_titles import chart_title
from haochaping.present.charts.chart import EMPTY, Chart, make_chart
from haochaping.present.charts.chart_parts import (
    counts,
    group_word,
    has_columns,
    in_lines,
    limit_with_labels,
    name_later,
    percent,
    remark_on_impossible,
    with_active_rate,
)
from haochaping.present.charts.doubtful_units import DOUBT_REMARK, doubtful_rows, marked
from haochaping.present.charts.style import AMBER, GREY, INK, NARROW, WIDE, Canvas
from haochaping.present.html_fragment import Html
from haochaping.statistics.robust_spread import FEWEST_PEERS

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

    from haochaping.checks.check_report import CheckReport
    from haochaping.figures.figure import Figures

_COUNTS = ("evaluations", "active_evaluations")
_MOST_NAME_SHARE = 0.42
"""Names that would take a larger share of a canvas are broken into lines."""


def chart_active_rate(
    districts: pd.DataFrame,
    small: float = 0,
    figures: Figures | None = None,
    report: CheckReport | None = None,
) -> Chart | Html:
    """各区县主动评价率的条形图，由高到低，竖线为中位数；只有意见尚未核实的区县用橙色。

    取中位数，因为合计的比率取决于最大的区县。标题只点名与其他区县分得清先后的。

    Parameters
    ----------
    districts : DataFrame
        附件1：``q.districts``，没有比率的自己算出。
    small : float
        分母不足此数的画成空心。
    figures, report : Figures, CheckReport, optional
        ``hcp.compute_figures(q)``，标题由它写出；``hcp.check(q)``，存疑的据它标出。

    Examples
    --------
    >>> import haochaping as hcp
    >>> hcp.chart_active_rate(hcp.load("2022Q4").districts)
    <图：各单位主动评价率（主动评价数 ÷ 评价数），由高到低；竖线为中位数>
    """
    districts = with_active_rate(districts)
    if not has_columns(districts, "district", "active_rate"):
        return EMPTY
    rows = districts.dropna(subset=["active_rate"])
    if rows.empty:
        return EMPTY
    rows = rows.sort_values("active_rate", ascending=False, kind="stable")
    rows = rows.rename(columns={"district": "name", "active_rate": "rate", "evaluations": "base"})
    rows["is_doubtful"] = rows["name"].isin(doubtful_rows(report, "districts", _COUNTS))
    word, median = group_word(figures, "district"), usual_rate(rows, small)
    is_hollow = bool((rows["base"] < small).any())
    remark = (f"；空心：评价数不足 {small:g} 条" if is_hollow else "") + remark_on_bars(rows, median)
    return make_chart(
        draw_rate_bars(rows, median, small, WIDE),
        "chart-active-rate",
        chart_title("chart-active-rate", figures, report),
        f"各{word}主动评价率（主动评价数 ÷ 评价数），由高到低{remark}",
        f"条形图，{len(rows)} 个{word}。{rates_in_words(rows, median)}",
        pd.DataFrame(
            {
                word: rows["name"],
                "评价数（条）": counts(rows["base"]),
                "主动评价数（条）": counts(rows["active_evaluations"]),
                "主动评价率": [percent(rate) for rate in rows["rate"]],
            }
        ),
        draw_rate_bars(rows, median, small, NARROW),
    )


def usual_rate(rows: pd.DataFrame, small: float) -> float | None:
    """The median of the rates that may be compared; None where there are too few of them."""
    compared = rows.loc[(rows["base"] >= small) & (rows["rate"] <= 1), "rate"]
    return float(compared.median()) if len(compared) >= FEWEST_PEERS else None


def remark_on_bars(rows: pd.DataFrame, median: float | None) -> str:
    """What line and colours of :func:`draw_rate_bars` mean, for a subtitle."""
    line = "；竖线为中位数" if median is not None else ""
    doubt = DOUBT_REMARK if rows["is_doubtful"].any() else ""
    return line + remark_on_impossible(rows["rate"]) + doubt


def rates_in_words(rows: pd.DataFrame, median: float | None) -> str:
    """The bars in words: the median and every rate."""
    named = [f"{name} {percent(rate)}" for name, rate in zip(rows["name"], rows["rate"], strict=True)]
    doubtful = "、".join(rows.loc[rows["is_doubtful"], "name"])
    usual = f"中位数 {percent(median)}。" if median is not None else ""
    return f"{usual}依次为：{'，'.join(named)}。" + (f"请核实：{doubtful}。" if doubtful else "")


def draw_rate_bars(rows: pd.DataFrame, median: float | None, small: float, canvas: Canvas) -> Drawing:
    """Draw horizontal bars of rates, grey except those in doubt, with the median as a line.

    Parameters
    ----------
    rows : pandas.DataFrame
        A row a bar, from above: ``name``, ``rate`` (a fraction), its denominator ``base`` and ``is_doubtful``.
    median : float, optional
        Without it there is no line.
    small : float
        Bars with a smaller denominator are hollow.
    """
    import seaborn as sns

    labels = [
        marked(percent(rate), is_doubtful=doubt)
        for rate, doubt in zip(rows["rate"], rows["is_doubtful"], strict=True)
    ]
    widest = float(rows["rate"].max()) or 1.0
    names = [
        in_lines(name, int(_MOST_NAME_SHARE * canvas.points / canvas.name_size)) for name in rows["name"]
    ]
    limit = limit_with_labels(widest, labels, names, canvas)
    lines = 1.55 + 1.25 * max(name.count("\n") for name in names)
    figure, axes = canvas.subplots(canvas.rows(lines, len(rows)) + 0.9)
    name_later(axes)
    sns.barplot(data=rows, x="rate", y="name", color=GREY, ax=axes, errorbar=None, width=0.66, saturation=1)
    for bar, row, label in zip(axes.patches, rows.itertuples(), labels, strict=True):
        colour = AMBER if row.is_doubtful else GREY
        bar.set(facecolor="white" if row.base < small else colour, edgecolor=colour, linewidth=1)
        axes.annotate(
            label,
            (_beside_line(row.rate, median, limit - widest), bar.get_y() + bar.get_height() / 2),
            (4, 0),
            textcoords="offset points",
            va="center",
            in_layout=False,  # the limits leave room
        )
    if median is not None:
        _draw_median(axes, median, widest)
    axes.set_yticks(range(len(rows)), names)
    axes.set(xlabel="", ylabel="", xlim=(0, limit))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value * 100:g}%")
    return figure


def _beside_line(rate: float, median: float | None, label_width: float) -> float:
    """Where a bar's label begins: at its end, behind the median's line where that would cross the label."""
    return median if median is not None and rate <= median < rate + label_width else rate


def _draw_median(axes: Any, median: float, widest: float) -> None:
    axes.axvline(median, color=INK, linewidth=1)
    axes.annotate(
        f"中位数 {percent(median)}",
        (median, 1),
        (3, 3),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha="left" if median < widest / 2 else "right",
        color=INK,
    )
