"""Which city departments have much work, and how many of their evaluations are active?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from haochaping.cleaning.number_format import number
from haochaping.present.chart_titles import chart_title
from haochaping.present.charts.chart import EMPTY, Chart, make_chart
from haochaping.present.charts.chart_parts import (
    counts,
    format_log_counts,
    group_word,
    has_columns,
    text_width,
    with_active_rate,
)
from haochaping.present.charts.doubtful_units import DOUBT_REMARK, doubtful_rows, marked
from haochaping.present.charts.style import (
    AMBER,
    FAINT,
    GREY,
    NARROW,
    PALE,
    WIDE,
    Canvas,
)
from haochaping.present.html_fragment import Html
from haochaping.reference.reference import threshold

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

    from haochaping.checks.check_report import CheckReport
    from haochaping.figures.figure import Figures

_COUNTS = ("cases", "evaluations", "active_evaluations")
_MOST_NAME_SHARE = 0.54
"""Largest share of a canvas for names; with longer names there is no narrow drawing."""
_MOST_NARROW_LABELS = 3
"""At most this many labels on the log scale of a narrow panel."""
_RATE_LIMITS = (-6, 106)
"""Limits of the panel of rates in percent: points at 0 and 100 are whole."""


def chart_departments(
    departments: pd.DataFrame,
    small: float | None = None,
    figures: Figures | None = None,
    report: CheckReport | None = None,
) -> Chart | Html:
    """市直部门的点图：办件数（对数刻度）与主动评价率两栏；办件很少的不画，副标题写明几个。

    Parameters
    ----------
    departments : DataFrame
        附件2：``q.city_departments``，没有比率的自己算出。
    small : float, optional
        办件数不足此数的不画、评价数不足的画成空心；不写的，是本市的界限。
    figures, report : Figures, CheckReport, optional
        ``hcp.compute_figures(q)``、``hcp.check(q)``：标题，存疑的标记。

    Examples
    --------
    >>> import haochaping as hcp
    >>> hcp.chart_departments(hcp.load("2022Q4").city_departments).id
    'chart-departments'
    """
    departments = with_active_rate(departments)
    small = threshold("small_denominator") if small is None else small
    if not has_columns(departments, "department", "cases", "active_rate"):
        return EMPTY
    rows = departments[(departments["cases"] >= max(small, 1)).fillna(False)]
    rows = rows.sort_values("cases", ascending=False, kind="stable")
    if rows.empty:
        return EMPTY
    frame = pd.DataFrame(
        {
            "department": rows["department"],
            "cases": rows["cases"].astype(float),
            "rate": rows["active_rate"] * 100,
            "base": rows["evaluations"].astype(float),
            "is_doubtful": rows["department"].isin(doubtful_rows(report, "city_departments", _COUNTS)),
        }
    )
    word = group_word(figures, "department")
    return make_chart(
        _draw(frame, small, WIDE),
        "chart-departments",
        chart_title("chart-departments", figures, report),
        f"{word}办件数与主动评价率{_remark(frame, small, len(departments) - len(frame))}",
        _in_words(frame),
        pd.DataFrame(
            {
                "部门": frame["department"],
                "办件数（件）": counts(frame["cases"]),
                "主动评价率": ["未列出" if np.isnan(v) else f"{v:.2f}%" for v in frame["rate"]],
                "备注": ["基数小" if v < small else "" for v in frame["base"]],
            }
        ),
        _draw(frame, small, NARROW) if _fits(frame, NARROW) else None,
    )


def _remark(frame: pd.DataFrame, small: float, left_out: int) -> str:
    """What is not drawn and what the marks mean, for the subtitle."""
    remarks = [
        (f"；办件数不足 {small:g} 件或没有列出的 {left_out} 个部门不画", left_out > 0),
        (f"；空心点：评价数不足 {small:g} 条", bool((frame["base"] < small).any())),
        (DOUBT_REMARK, bool(frame["is_doubtful"].any())),
    ]
    return "".join(remark for remark, applies in remarks if applies)


def _in_words(frame: pd.DataFrame) -> str:
    values = [
        f"{p.department}办件 {number(int(p.cases))}"
        + ("" if np.isnan(p.rate) else f"、主动评价率 {p.rate:.2f}%")
        for p in frame.itertuples()
    ]
    doubtful = "、".join(frame.loc[frame["is_doubtful"], "department"])
    return f"点图，两栏。{'；'.join(values)}。" + (f"请核实：{doubtful}。" if doubtful else "")


def _fits(frame: pd.DataFrame, canvas: Canvas) -> bool:
    """Whether the longest name leaves room for both panels."""
    longest = max(map(text_width, _names(frame)))
    return longest * canvas.text < canvas.points * _MOST_NAME_SHARE


def _names(frame: pd.DataFrame) -> list[str]:
    return [marked(p.department, is_doubtful=bool(p.is_doubtful)) for p in frame.itertuples()]


def _draw(frame: pd.DataFrame, small: float, canvas: Canvas) -> Drawing:
    is_narrow = canvas is NARROW
    figure, (left, right) = canvas.subplots(canvas.rows(1.5, len(frame)) + 1.1, ncols=2, width_ratios=[3, 2])
    frame = frame.assign(row=range(len(frame)), colour=[AMBER if d else GREY for d in frame["is_doubtful"]])
    left.scatter(frame["cases"], frame["row"], color=frame["colour"], s=34, linewidth=0)
    left.hlines(frame["row"], 1, frame["cases"], color=PALE, linewidth=1.2, zorder=0)
    left.set_xscale("log")
    left.set_yticks(frame["row"], _names(frame))
    format_log_counts(left.xaxis, _MOST_NARROW_LABELS if is_narrow else 0)
    known = frame.dropna(subset=["rate"])
    right.scatter(
        known["rate"],
        known["row"],
        s=34,
        edgecolor=known["colour"],
        linewidth=1.2,
        facecolor=known["colour"].where(~(known["base"] < small), "white"),
        zorder=3,
    )
    right.hlines(frame["row"], *_RATE_LIMITS, color=FAINT, linewidth=1, zorder=0)
    right.set(xlim=_RATE_LIMITS, xticks=[0, 50, 100] if is_narrow else [0, 25, 50, 75, 100], yticks=[])
    left.set(xlabel="办件数（件）\n对数刻度" if is_narrow else "办件数（件，对数刻度）", ylabel="")
    right.set_xlabel("主动评价率\n（%）" if is_narrow else "主动评价率（%）")
    for axes in (left, right):
        axes.set_ylim(len(frame) - 0.4, -0.6)
        axes.xaxis.label.set_linespacing(1.3)
        axes.grid(axis="x")
    right.set_axisbelow(True)
    return figure
