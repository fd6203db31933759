"""Do large districts have fewer active evaluations than small ones?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
    name_later,
)
from haochaping.present.charts.point_names import name_points
from haochaping.present.charts.style import BLUE, NARROW, WIDE, Canvas
from haochaping.present.html_fragment import Html

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

    from haochaping.checks.check_report import CheckReport
    from haochaping.figures.figure import Figures


def chart_volume_and_active_rate(
    districts: pd.DataFrame,
    small: float = 0,
    figures: Figures | None = None,
    report: CheckReport | None = None,
) -> Chart | Html:
    """Districts: volume against active rate, so that size and quality are seen together.

    Parameters
    ----------
    districts : pandas.DataFrame
        Annex 1 with its rates.
    small : float
        Points that rest on fewer evaluations are hollow.
    figures, report : Figures, CheckReport, optional
        The quarter's named figures, from which the title is made; the checks, by which it is marked.
    """
    if not has_columns(districts, "district", "cases", "active_rate"):
        return EMPTY
    rows = districts.dropna(subset=["active_rate", "cases"])
    rows = rows[rows["cases"] > 0]
    if len(rows) < 2:
        return EMPTY
    points = pd.DataFrame(
        {
            "cases": rows["cases"].astype(float),
            "rate": rows["active_rate"] * 100,
            "district": rows["district"],
            "hollow": rows["evaluations"] < small,
        }
    )
    hollow = f"（空心点：评价数不足 {small:g} 条）" if points["hollow"].any() else ""
    values = [
        f"{p.district}办件 {number(int(p.cases))}、主动评价率 {p.rate:.2f}%" for p in points.itertuples()
    ]
    (wide, unnamed), (narrow, unnamed_narrow) = (
        draw_volume(points, WIDE, 3.9),
        draw_volume(points, NARROW, 5.2),
    )
    unnamed_remark = "；相邻过密的点不标名，见图中数据" if unnamed or unnamed_narrow else ""
    return make_chart(
        wide,
        "chart-volume",
        chart_title("chart-volume", figures, report),
        f"各{group_word(figures, 'district')}办件数与主动评价率{hollow}{unnamed_remark}",
        f"散点图。{'；'.join(values)}。",
        pd.DataFrame(
            {
                group_word(figures, "district"): points["district"],
                "办件数（件）": counts(points["cases"]),
                "主动评价率": [f"{rate:.2f}%" for rate in points["rate"]],
            }
        ),
        narrow,
    )


def draw_volume(points: pd.DataFrame, canvas: Canvas, height: float) -> tuple[Drawing, list[str]]:
    """The drawing, and the districts for whose names there is no room."""
    import seaborn as sns

    figure, axes = canvas.subplots(height)
    name_later(axes)
    sns.scatterplot(data=points, x="cases", y="rate", color=BLUE, s=46, ax=axes, linewidth=1.2)
    axes.collections[0].set(
        edgecolor=BLUE, facecolor=["white" if hollow else BLUE for hollow in points["hollow"]]
    )
    axes.set_xscale("log")
    axes.set(xlabel="办件数（件，对数刻度）", ylabel="主动评价率（%）")
    _leave_room_for_names(axes, points["cases"], canvas.room(6))
    highest = float(points["rate"].max() or 1)
    axes.set_ylim(-0.18 * highest, 1.14 * highest)
    axes.locator_params(axis="y", nbins=7, steps=[1, 2, 5, 10])
    axes.set_yticks([tick for tick in axes.get_yticks() if 0 <= tick <= min(100, 1.14 * highest)])
    format_log_counts(axes.xaxis)
    axes.grid(axis="y")
    spots = points[["cases", "rate"]].to_numpy(dtype=float)
    return figure, name_points(axes, spots, list(points["district"]), canvas)


def _leave_room_for_names(axes: Any, cases: pd.Series, room: float) -> None:
    """Set limits with room for a name right of the largest district; left of the smallest no name is needed."""
    low, high = (float(np.log10(cases.agg(end))) for end in ("min", "max"))
    width = max(high - low, 0.02) / (1 - room - 0.1)
    axes.set_xlim(10 ** (low - 0.05 * width), 10 ** (high + (0.05 + room) * width))
