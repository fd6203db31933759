"""Do large districts have fewer active evaluations than small ones?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from haochaping.briefing.charts.chart import EMPTY, Chart, make_chart
from haochaping.briefing.charts.names import name_points
from haochaping.briefing.charts.parts import counts, log_counts
from haochaping.briefing.html import Html
from haochaping.briefing.style import BLUE, NARROW, WIDE, Canvas
from haochaping.briefing.titles import chart_title
from haochaping.numbers import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

    from haochaping.checks.confront import CheckReport
    from haochaping.figures import Figures


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
    told = [f"{p.district}办件 {number(int(p.cases))}、主动评价率 {p.rate:.2f}%" for p in points.itertuples()]
    return make_chart(
        _draw(points, WIDE, 3.9),
        "chart-volume",
        chart_title("chart-volume", figures, report),
        f"各区县办件数与主动评价率{hollow}",
        f"散点图。{'；'.join(told)}。",
        pd.DataFrame(
            {
                "区县": points["district"],
                "办件数（件）": counts(points["cases"]),
                "主动评价率": [f"{rate:.2f}%" for rate in points["rate"]],
            }
        ),
        _draw(points, NARROW, 5.0),
    )


def _draw(points: pd.DataFrame, canvas: Canvas, height: float) -> Drawing:
    import seaborn as sns

    figure, axes = canvas.subplots(height)
    sns.scatterplot(data=points, x="cases", y="rate", color=BLUE, s=46, ax=axes, linewidth=1.2)
    axes.collections[0].set(
        edgecolor=BLUE, facecolor=["white" if hollow else BLUE for hollow in points["hollow"]]
    )
    axes.set_xscale("log")
    axes.set(xlabel="办件数（件，对数刻度）", ylabel="主动评价率（%）")
    axes.margins(x=0.05 + canvas.room(6), y=0.14)
    axes.set_ylim(bottom=-0.12 * float(points["rate"].max() or 1))
    log_counts(axes.xaxis)
    axes.grid(axis="y")
    name_points(axes, points[["cases", "rate"]].to_numpy(dtype=float), list(points["district"]), canvas)
    return figure
