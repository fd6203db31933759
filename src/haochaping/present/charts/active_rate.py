"""Which districts have many active evaluations, and which few?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from haochaping.present.chart_titles import chart_title
from haochaping.present.charts.chart import EMPTY, Chart, make_chart
from haochaping.present.charts.chart_parts import (
    counts,
    group_word,
    has_columns,
    limit_with_labels,
    name_later,
    percent,
    remark_on_impossible,
)
from haochaping.present.charts.style import BLUE, GREY, NARROW, RED, WIDE, Canvas
from haochaping.present.html_fragment import Html

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

    from haochaping.checks.check_report import CheckReport
    from haochaping.figures.figure import Figures


def chart_active_rate(
    districts: pd.DataFrame,
    small: float = 0,
    figures: Figures | None = None,
    report: CheckReport | None = None,
) -> Chart | Html:
    """Districts by active-evaluation rate, with the rate of all districts as a line.

    Parameters
    ----------
    districts : pandas.DataFrame
        Annex 1 with its rates.
    small : float
        Bars that rest on fewer evaluations are hollow.
    figures, report : Figures, CheckReport, optional
        The quarter's named figures, from which the title is made; the checks, by which it is marked.
        It names only districts that can be told apart from the others.
    """
    if not has_columns(districts, "district", "active_rate"):
        return EMPTY
    rows = districts.dropna(subset=["active_rate"])
    if rows.empty:
        return EMPTY
    rows = rows.sort_values("active_rate", ascending=False, kind="stable")
    word = group_word(figures, "district")
    overall = float(rows["active_evaluations"].sum() / rows["evaluations"].sum())
    remark = f"；空心：评价数不足 {small:g} 条" if (rows["evaluations"] < small).any() else ""
    remark += remark_on_impossible(rows["active_rate"])
    named = [f"{d} {percent(r)}" for d, r in zip(rows["district"], rows["active_rate"], strict=True)]
    return make_chart(
        _draw(rows, overall, small, word, WIDE),
        "chart-active-rate",
        chart_title("chart-active-rate", figures, report),
        f"各{word}主动评价率（主动评价数 ÷ 评价数），由高到低；蓝色高于合计，灰色不高于{remark}",
        f"条形图。{len(rows)} 个{word}中 {int((rows['active_rate'] > overall).sum())} 个高于合计 {percent(overall)}。"
        f"依次为：{'，'.join(named)}。",
        pd.DataFrame(
            {
                word: rows["district"],
                "评价数（条）": counts(rows["evaluations"]),
                "主动评价数（条）": counts(rows["active_evaluations"]),
                "主动评价率": [percent(rate) for rate in rows["active_rate"]],
            }
        ),
        _draw(rows, overall, small, word, NARROW),
    )


def _draw(rows: pd.DataFrame, overall: float, small: float, word: str, canvas: Canvas) -> Drawing:
    columns = {"district": "name", "active_rate": "rate", "evaluations": "base"}
    return draw_rate_bars(
        rows.rename(columns=columns), overall, small, f"各{word}合计 {percent(overall)}", canvas
    )


def draw_rate_bars(
    rows: pd.DataFrame, overall: float, small: float, overall_label: str, canvas: Canvas
) -> Drawing:
    """Draw horizontal bars of rates, with the rate of all units together as a line.

    Parameters
    ----------
    rows : pandas.DataFrame
        A row a bar, from above: ``name``, ``rate`` (a fraction) and its denominator ``base``.
    small : float
        Bars with a smaller denominator are hollow.
    """
    import seaborn as sns

    widest = float(rows["rate"].max()) or 1.0
    limit = limit_with_labels(widest, map(percent, rows["rate"]), rows["name"], canvas)
    label_width = limit - widest
    figure, axes = canvas.subplots(canvas.rows(1.55, len(rows)) + 0.9)
    name_later(axes)
    sns.barplot(data=rows, x="rate", y="name", color=GREY, ax=axes, errorbar=None, width=0.66, saturation=1)
    for bar, rate, base in zip(axes.patches, rows["rate"], rows["base"], strict=True):
        colour = BLUE if rate > overall else GREY
        bar.set(facecolor="white" if base < small else colour, edgecolor=colour, linewidth=1)
        label_x = overall if rate <= overall < rate + label_width else rate
        axes.annotate(
            percent(rate),
            (label_x, bar.get_y() + bar.get_height() / 2),
            (4, 0),
            textcoords="offset points",
            va="center",
            in_layout=False,  # the limits leave room
        )
    axes.axvline(overall, color=RED, linewidth=1)
    axes.annotate(
        overall_label,
        (overall, 1),
        (3, 3),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha="left" if overall < widest / 2 else "right",
        color=RED,
    )
    axes.set(xlabel="", ylabel="", xlim=(0, limit))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value * 100:g}%")
    return figure
