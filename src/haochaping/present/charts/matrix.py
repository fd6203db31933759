"""Where in the city do departments of the districts get evaluations, and where none?"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from haochaping.cleaning.number_format import number
from haochaping.present.chart_titles import chart_title
from haochaping.present.charts.chart import EMPTY, Chart, make_chart
from haochaping.present.charts.chart_parts import (
    format_log_counts,
    group_word,
    has_columns,
    in_lines,
    text_width,
)
from haochaping.present.charts.doubtful_units import doubtful_cells
from haochaping.present.charts.style import (
    AMBER,
    FAINT,
    INK,
    NARROW,
    POINTS_PER_INCH,
    QUIET,
    WIDE,
    Canvas,
)
from haochaping.present.html_fragment import Html

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

    from haochaping.checks.check_report import CheckReport
    from haochaping.figures.figure import Figures

Cells = AbstractSet[tuple[str, str]]
"""Cells of a matrix by the names of their row and column."""

_FEW_ROWS = 6
"""With fewer rows the colour scale stands below the cells: beside them it would be too short for its labels."""
UNREPORTED, _UNREPORTED_MARK = "未列数", "—"
_MOST_NARROW_LABELS, _MOST_WIDE_LABELS = 4, 9
"""At most this many labels on the colour scale of the narrow and of the wide drawing."""
_WIDEST_INCHES = 9.7
"""As wide as the page's column on a screen of 1280 pixels, where a point is 4/3 pixels; what is wider scrolls."""
_MOST_NAME_LINES = 3
_BESIDE_NAMES, _BESIDE_NUMBER, _SCALE_POINTS = 14, 6, 76
"""Points between names and cells, beside a number in its cell, and for the colour scale with its labels."""


def chart_matrix(
    cells: pd.DataFrame, figures: Figures | None = None, report: CheckReport | None = None
) -> Chart | Html:
    """附件3的热力图：部门 × 区县的评价数，对数刻度；为零的、没有数的、存疑的格各有样子。

    Parameters
    ----------
    cells : DataFrame
        附件3：``q.district_departments``。
    figures, report : Figures, CheckReport, optional
        ``hcp.compute_figures(q)``、``hcp.check(q)``：标题，存疑的标记。

    Examples
    --------
    >>> import haochaping as hcp
    >>> hcp.chart_matrix(hcp.load("2022Q4").district_departments).id
    'chart-matrix'
    """
    if cells.empty or not has_columns(cells, "department", "district", "evaluations"):
        return EMPTY
    wide = cells.pivot(index="department", columns="district", values="evaluations")
    wide = wide.loc[list(dict.fromkeys(cells["department"])), list(dict.fromkeys(cells["district"]))].astype(
        "float64"
    )
    if not wide.max().max() > 0:
        return EMPTY
    doubtful = _doubtful(wide, report)
    return make_chart(
        draw_heat_map(wide, "评价数（条，对数刻度）", doubtful),
        "chart-matrix",
        chart_title("chart-matrix", figures, report),
        f"{group_word(figures, 'district_department')}评价数（条），颜色越深越多，为对数刻度{remark_on_cells(wide, doubtful)}",
        _in_words(wide, doubtful, group_word(figures, "district")),
        matrix_data(wide, "部门"),
        narrow_heat_map(wide, "评价数（条，对数刻度）", doubtful),
    )


def _doubtful(wide: pd.DataFrame, report: CheckReport | None) -> Cells:
    found = {
        (cell.row, cell.member)
        for cell in doubtful_cells(report)
        if cell.table == "district_departments" and cell.column == "evaluations"
    }
    return {(row, column) for row, column in found if row in wide.index and column in wide.columns}


def _in_words(wide: pd.DataFrame, doubtful: Cells, word: str) -> str:
    zeros, reported = int((wide == 0).sum().sum()), int(wide.notna().sum().sum())
    department, district = wide.stack().idxmax()
    named = "、".join(f"{column}{row}" for row, column in sorted(doubtful))
    return (
        f"热力图，{wide.shape[0]} 个部门、{wide.shape[1]} 个{word}。{reported} 格有数，其中 {zeros} 格为零。"
        f"最大值 {number(int(wide.max().max()))} 条，在{district}{department}。"
        + (f"请核实：{named}。" if named else "")
        + "各数见图中数据。"
    )


def matrix_data(wide: pd.DataFrame, rows_heading: str) -> pd.DataFrame:
    """The numbers of a matrix as texts, for the table under the chart."""
    columns = {
        name: [UNREPORTED if np.isnan(v) else number(int(v)) for v in wide[name]] for name in wide.columns
    }
    return pd.DataFrame({rows_heading: wide.index, **columns})


def remark_on_cells(wide: pd.DataFrame, doubtful: Cells) -> str:
    """What the marks in the cells mean, for a subtitle: those that there are."""
    marks = [
        ("“·”为零", bool((wide == 0).any(axis=None))),
        (f"灰底“{_UNREPORTED_MARK}”为没有列数", bool(wide.isna().any(axis=None))),
        ("橙框的请核实", bool(doubtful)),
    ]
    return "".join(f"；{remark}" for remark, is_drawn in marks if is_drawn)


_DARKEST_BEHIND_NUMBERS = 0.6
"""Part of the colour map that serves behind numbers: dark text keeps a contrast of 4.5 there."""


# --- layout -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Layout:
    """How a matrix is drawn: width in inches, characters in a line of a row's name, what its cells and columns say."""

    width: float
    name_characters: int
    name_lines: int
    has_numbers: bool = False
    are_names_downwards: bool = False


def _wide_layout(wide: pd.DataFrame) -> _Layout:
    """Numbers in the cells where there is room, else colours only; at last narrow columns with names downwards."""
    for has_numbers, are_downwards in ((True, False), (False, False), (False, True)):
        column = _column_points(wide, WIDE, has_numbers, are_downwards)
        beside = _BESIDE_NAMES + (0 if has_numbers else _SCALE_POINTS)
        for lines in range(1, _MOST_NAME_LINES + 1):
            characters, names = _row_names(wide, lines, WIDE)
            width = (names + beside + column * wide.shape[1]) / POINTS_PER_INCH
            layout = _Layout(max(width, WIDE.width), characters, lines, has_numbers, are_downwards)
            if width <= _WIDEST_INCHES:
                return layout
    return layout


def _narrow_layout(wide: pd.DataFrame) -> _Layout | None:
    """Colours only, names of columns downwards, as few lines for a row as fit; None where the columns are too many."""
    column = _column_points(wide, NARROW, False, True)
    for lines in range(1, _MOST_NAME_LINES + 1):
        characters, names = _row_names(wide, lines, NARROW)
        if names + column * wide.shape[1] <= NARROW.points:
            return _Layout(NARROW.width, characters, lines, are_names_downwards=True)
    return None


def _row_names(wide: pd.DataFrame, lines: int, canvas: Canvas) -> tuple[int, float]:
    """The most characters in a line of a row's name if it may have so many lines, and its width in points."""
    characters = -(-max(map(len, wide.index)) // lines)
    return characters, (characters + 0.5) * canvas.name_size


def _column_points(wide: pd.DataFrame, canvas: Canvas, has_numbers: bool, are_names_downwards: bool) -> float:
    """Least width of a column in points."""
    if are_names_downwards:
        return canvas.text
    widest = max(max(map(len, wide.columns)) + 0.4, 3.0) * canvas.text
    numbers = (text_width(label) for label in _labels(wide).to_numpy().flat)
    return max(widest, max(numbers) * canvas.text + _BESIDE_NUMBER) if has_numbers else widest


def _labels(wide: pd.DataFrame) -> pd.DataFrame:
    return wide.map(lambda value: number(int(value)) if value > 0 else "")


# --- drawing ----------------------------------------------------------------------------------------


def narrow_heat_map(wide: pd.DataFrame, scale_label: str, doubtful: Cells) -> Drawing | None:
    """The narrow drawing; None where its columns would be narrower than a character."""
    layout = _narrow_layout(wide)
    return _draw(wide, scale_label, NARROW, doubtful, layout) if layout else None


def draw_heat_map(wide: pd.DataFrame, scale_label: str, doubtful: Cells) -> Drawing:
    """The wide drawing of counts on a log colour scale; zero, missing and doubtful cells look different.

    Parameters
    ----------
    wide : pandas.DataFrame
        Rows and columns of the matrix with their names; missing where nothing is listed; its largest value above 0.
    doubtful : set of (row, column)
        Cells to be outlined.
    """
    return _draw(wide, scale_label, WIDE, doubtful, _wide_layout(wide))


def _draw(wide: pd.DataFrame, scale_label: str, canvas: Canvas, doubtful: Cells, layout: _Layout) -> Drawing:
    import seaborn as sns
    from matplotlib.colors import LogNorm

    is_narrow, is_flat = canvas is NARROW, len(wide) < _FEW_ROWS
    is_scale_below = is_narrow or is_flat
    names_above = max(map(len, wide.columns)) if layout.are_names_downwards else 1
    lines = 1.42 + 1.25 * (layout.name_lines - 1)
    height = canvas.rows(lines, len(wide)) + canvas.rows(1.25, names_above) + (0.8 if is_scale_below else 0.3)
    figure, axes = canvas.subplots(height, width=layout.width, layout="none")
    sns.heatmap(
        wide.where(wide > 0),
        norm=LogNorm(1, max(float(wide.max().max()), 10)),
        cmap=_colours(layout),
        ax=axes,
        annot=_labels(wide) if layout.has_numbers else None,
        fmt="",
        annot_kws={"size": canvas.text, "color": INK, "in_layout": False},
        linewidths=0.6,
        linecolor="white",
        clip_on=False,
        cbar=False,
        xticklabels=False,
        yticklabels=False,
    )
    figure.set_layout_engine("constrained")  # now: seaborn draws all to see whether names overlap
    _name_rows_and_columns(axes, wide, layout, canvas)
    _mark_zero_and_unreported(axes, wide)
    _outline(axes, wide, doubtful)
    if not layout.has_numbers:
        _add_colour_scale(figure, axes, scale_label, is_scale_below, 0.15 if is_flat else 0.01)
    return figure


def _colours(layout: _Layout) -> Any:
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap

    darkest = _DARKEST_BEHIND_NUMBERS if layout.has_numbers else 1.0
    return ListedColormap(colormaps["Blues"](np.linspace(0, darkest, 256)))


def _name_rows_and_columns(axes: Any, wide: pd.DataFrame, layout: _Layout, canvas: Canvas) -> None:
    """Write row names in full at the rows, in lines where they are long, and column names above the columns."""
    if layout.are_names_downwards:
        axes.set_xticks([])
        _name_downwards(axes, wide.columns, canvas)
    else:
        axes.set_xticks(np.arange(wide.shape[1]) + 0.5, wide.columns)
    names = [in_lines(name, layout.name_characters) for name in wide.index]
    axes.set_yticks(np.arange(wide.shape[0]) + 0.5, names)
    axes.set(xlabel="", ylabel="")
    axes.xaxis.tick_top()
    axes.tick_params(axis="both", length=0)


def _name_downwards(axes: Any, names: Iterable[str], canvas: Canvas) -> None:
    """Write each name vertically, every character as a text of its own.

    The lines of one multi-line text would be as far apart as their glyphs are high.
    """
    for column, name in enumerate(names):
        for line, character in enumerate(reversed(name)):
            axes.annotate(
                character,
                (column + 0.5, 1),
                (0, 5 + line * 1.4 * canvas.text),
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


def _outline(axes: Any, wide: pd.DataFrame, doubtful: Cells) -> None:
    """Frame the cells in doubt; a white frame below keeps the other apart from a dark cell."""
    from matplotlib.patches import Rectangle

    for row, column in sorted(doubtful):
        place = wide.columns.get_loc(column), wide.index.get_loc(row)
        for colour, width in (("white", 4.5), (AMBER, 2.2)):
            frame = Rectangle(place, 1, 1, fill=False, edgecolor=colour, linewidth=width, clip_on=False)
            axes.add_patch(frame)
