"""Where in the city do departments of the districts get evaluations, and where none?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from haochaping.cleaning.number_format import number
from haochaping.present.chart_titles import chart_title
from haochaping.present.charts.chart import EMPTY, Chart, make_chart
from haochaping.present.charts.chart_parts import format_log_counts, group_word, has_columns
from haochaping.present.charts.style import FAINT, INK, NARROW, QUIET, WIDE, Canvas
from haochaping.present.html_fragment import Html

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

    from haochaping.checks.check_report import CheckReport
    from haochaping.figures.figure import Figures

_NAMES_INCHES = 2.2
"""Width in inches of department names and colour scale beside the cells."""
_FEW_ROWS = 6
"""With fewer rows the colour scale stands below the cells: beside them it would be too short for its labels."""
UNREPORTED, _UNREPORTED_MARK = "未列数", "—"
_MOST_NARROW_LABELS, _MOST_WIDE_LABELS = 4, 9
"""At most this many labels on the colour scale of the narrow and of the wide drawing."""


def chart_matrix(
    cells: pd.DataFrame, figures: Figures | None = None, report: CheckReport | None = None
) -> Chart | Html:
    """Department × district: evaluations on a log colour scale; zero and unreported cells look different.

    Parameters
    ----------
    cells : pandas.DataFrame
        Annex 3.
    figures, report : Figures, CheckReport, optional
        The quarter's named figures, from which the title is made; the checks, by which it is marked.
    """
    if cells.empty or not has_columns(cells, "department", "district", "evaluations"):
        return EMPTY
    wide = cells.pivot(index="department", columns="district", values="evaluations")
    wide = wide.loc[list(dict.fromkeys(cells["department"])), list(dict.fromkeys(cells["district"]))].astype(
        "float64"
    )
    largest = float(wide.max().max())
    if not largest > 0:
        return EMPTY
    zeros, reported = int((wide == 0).sum().sum()), int(wide.notna().sum().sum())
    department, district = wide.stack().idxmax()
    return make_chart(
        _draw(wide, largest, WIDE),
        "chart-matrix",
        chart_title("chart-matrix", figures, report),
        f"{group_word(figures, 'district_department')}评价数，颜色为对数刻度；“·”为零，灰底“{_UNREPORTED_MARK}”为通报没有数字",
        f"热力图，{wide.shape[0]} 个部门、{wide.shape[1]} 个{group_word(figures, 'district')}。{reported} 格有数，其中 {zeros} 格为零。"
        f"最大值 {number(int(largest))} 条，在{district}{department}。各数见上表。",
        pd.DataFrame(
            {
                "部门": wide.index,
                **{
                    name: [UNREPORTED if np.isnan(v) else number(int(v)) for v in wide[name]]
                    for name in wide.columns
                },
            }
        ),
        _draw(wide, largest, NARROW) if narrow_column_points(wide) >= NARROW.text else None,
    )


def narrow_column_points(wide: pd.DataFrame) -> float:
    """Width of a column of the narrow drawing in points, next to the longest department name."""
    names = (max(map(len, wide.index)) + 0.5) * NARROW.text
    return (NARROW.width * 72 - names) / wide.shape[1]


def _draw(wide: pd.DataFrame, largest: float, canvas: Canvas) -> Drawing:
    return draw_heat_map(wide, largest, "评价数（条，对数刻度）", canvas)


def draw_heat_map(wide: pd.DataFrame, largest: float, scale_label: str, canvas: Canvas) -> Drawing:
    """Draw counts on a log colour scale; zero and missing cells look different.

    Parameters
    ----------
    wide : pandas.DataFrame
        Rows and columns of the matrix with their names; missing where nothing is listed.
    largest : float
        Its largest value, above 0.
    """
    import seaborn as sns
    from matplotlib.colors import LogNorm

    is_narrow = canvas is NARROW
    column_inches = max(0.54, (max(map(len, wide.columns)) + 0.4) * canvas.text / 72)
    width = canvas.width if is_narrow else max(canvas.width, column_inches * wide.shape[1] + _NAMES_INCHES)
    figure, axes = canvas.subplots(
        canvas.rows(1.42, len(wide)) + (1.7 if is_narrow else 0.9), width=width, layout="none"
    )
    sns.heatmap(
        wide.where(wide > 0),
        norm=LogNorm(1, max(largest, 10)),
        cmap="Blues",
        ax=axes,
        linewidths=0.6,
        linecolor="white",
        clip_on=False,
        cbar=False,
        xticklabels=False,
        yticklabels=False,
    )
    figure.set_layout_engine("constrained")  # now: seaborn draws all to see whether names overlap
    _name_rows_and_columns(axes, wide, is_narrow)
    _mark_zero_and_unreported(axes, wide)
    is_flat = len(wide) < _FEW_ROWS
    _add_colour_scale(figure, axes, scale_label, is_narrow or is_flat, 0.15 if is_flat else 0.01)
    return figure


def _name_rows_and_columns(axes: Any, wide: pd.DataFrame, is_narrow: bool) -> None:
    """Write department names at the rows and district names above the columns, vertically where columns are narrow."""
    if is_narrow:
        axes.set_xticks([])
        _name_downwards(axes, wide.columns)
    else:
        axes.set_xticks(np.arange(wide.shape[1]) + 0.5, wide.columns)
    axes.set_yticks(np.arange(wide.shape[0]) + 0.5, wide.index)
    axes.set(xlabel="", ylabel="")
    axes.xaxis.tick_top()
    axes.tick_params(axis="both", length=0)


def _name_downwards(axes: Any, names: Iterable[str]) -> None:
    """Write each name vertically, every character as a text of its own.

    The lines of one multi-line text would be as far apart as their glyphs are high.
    """
    for column, name in enumerate(names):
        for line, character in enumerate(reversed(name)):
            axes.annotate(
                character,
                (column + 0.5, 1),
                (0, 5 + line * 1.4 * NARROW.text),
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
                ha="center",
                color=QUIET,
            )


def _add_colour_scale(figure: Drawing, axes: Any, label: str, is_below: bool, pad_below: float) -> None:
    bar = figure.colorbar(
        axes.collections[0],
        ax=axes,
        location="bottom" if is_below else "right",
        label=label,
        shrink=1 if is_below else 0.6,
        aspect=30,
        pad=pad_below if is_below else 0.03,
    )
    bar.outline.set_linewidth(0)
    format_log_counts(
        bar.ax.xaxis if is_below else bar.ax.yaxis, _MOST_NARROW_LABELS if is_below else _MOST_WIDE_LABELS
    )


def _mark_zero_and_unreported(axes: Any, wide: pd.DataFrame) -> None:
    """Draw a dot for zero, and a grey cell with a dash for what the bulletin does not report."""
    from matplotlib.patches import Rectangle

    values = wide.to_numpy()
    rows, columns = np.nonzero(values == 0)
    axes.scatter(columns + 0.5, rows + 0.5, s=3, color=QUIET, linewidth=0, clip_on=False)
    for i, j in np.argwhere(np.isnan(values)):
        axes.add_patch(Rectangle((j, i), 1, 1, facecolor=FAINT, edgecolor="white", linewidth=0.6))
        axes.text(j + 0.5, i + 0.5, _UNREPORTED_MARK, ha="center", va="center", color=INK)
