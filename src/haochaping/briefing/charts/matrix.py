"""Where in the city do departments of the districts get evaluations, and where none?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from haochaping.briefing.charts.chart import EMPTY, Chart, make_chart
from haochaping.briefing.charts.parts import log_counts
from haochaping.briefing.html import Html
from haochaping.briefing.style import FAINT, INK, QUIET, WIDE
from haochaping.numbers import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

_ROW, _NAMES = 0.27, 2.2
"""Inches: a row's height; what department names and colour scale need beside the cells."""
UNREPORTED = "未列数"


def chart_matrix(cells: pd.DataFrame) -> Chart | Html:
    """Department × district: evaluations on a log colour scale; zero and unreported told apart.

    Parameters
    ----------
    cells : pandas.DataFrame
        Annex 3.
    """
    if cells.empty:
        return EMPTY
    wide = cells.pivot(index="department", columns="district", values="evaluations")
    wide = wide.loc[list(dict.fromkeys(cells["department"])), list(dict.fromkeys(cells["district"]))].astype(
        "float64"
    )
    top = float(wide.max().max())
    if not top > 0:
        return EMPTY
    zeros, reported = int((wide == 0).sum().sum()), int(wide.notna().sum().sum())
    department, district = wide.stack().idxmax()
    return make_chart(
        _draw(wide, top),
        "chart-matrix",
        f"{reported} 格{f'中 {zeros} 格为零' if zeros else '均不为零'}；最大的一格是{district}{department}",
        f"区直部门评价数，颜色为对数刻度；“·”为零，灰底“{UNREPORTED}”为通报没有数字",
        f"热力图，{wide.shape[0]} 个部门、{wide.shape[1]} 个区县。{reported} 格有数，其中 {zeros} 格为零。"
        f"最大值 {number(int(top))} 条，在{district}{department}。各数见上表。",
        pd.DataFrame(
            {
                "部门": wide.index,
                **{
                    name: [UNREPORTED if np.isnan(v) else number(int(v)) for v in wide[name]]
                    for name in wide.columns
                },
            }
        ),
    )


def _draw(wide: pd.DataFrame, top: float) -> Drawing:
    import seaborn as sns
    from matplotlib.colors import LogNorm

    column = max(0.54, (max(map(len, wide.columns)) + 0.4) * WIDE.text / 72)
    figure, axes = WIDE.subplots(
        _ROW * len(wide) + 1.0, width=max(WIDE.width, column * wide.shape[1] + _NAMES)
    )
    sns.heatmap(
        wide.where(wide > 0),
        norm=LogNorm(1, max(top, 10)),
        cmap="Blues",
        ax=axes,
        linewidths=0.6,
        linecolor="white",
        cbar_kws={"label": "评价数（条，对数刻度）", "shrink": 0.6, "aspect": 30},
    )
    _mark_empty(axes, wide)
    log_counts(axes.collections[0].colorbar.ax.yaxis)
    axes.set(xlabel="", ylabel="")
    axes.xaxis.tick_top()
    axes.tick_params(axis="both", length=0)
    axes.tick_params(axis="x", labelrotation=0)
    return figure


def _mark_empty(axes: Any, wide: pd.DataFrame) -> None:
    """A dot for zero; a grey cell with words for what the bulletin does not report."""
    from matplotlib.patches import Rectangle

    for (i, j), value in np.ndenumerate(wide.to_numpy()):
        if np.isnan(value):
            axes.add_patch(Rectangle((j, i), 1, 1, facecolor=FAINT, edgecolor="white", linewidth=0.6))
            axes.text(j + 0.5, i + 0.5, UNREPORTED, ha="center", va="center", color=INK)
        elif value == 0:
            axes.text(j + 0.5, i + 0.5, "·", ha="center", va="center", color=QUIET)
