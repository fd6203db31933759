"""Shared by several charts: numbers as text, axis labels, paired bars."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from haochaping.cleaning.number_format import number
from haochaping.present.charts.style import BLUE, GREY, QUIET, Canvas

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

    from haochaping.figures.figure import Figures


_NARROW_CHARACTER = 0.6
_LABEL_OFFSET, _AROUND_PLOT = 6, 20
"""Points between a bar and its label; points on both sides of names and plot."""


def has_columns(rows: pd.DataFrame, *names: str) -> bool:
    """Whether a frame has the columns that a chart draws: a city may not declare all of them."""
    return {*names} <= {*rows.columns}


def with_active_rate(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with ``active_rate``, from their counts where it is not there yet."""
    if "active_rate" in rows or not has_columns(rows, "evaluations", "active_evaluations"):
        return rows
    base = rows["evaluations"].astype("float64")
    return rows.assign(active_rate=rows["active_evaluations"].astype("float64") / base.where(base > 0))


def group_word(figures: Figures | None, key: str) -> str:
    """What the city calls the units of a chart; 单位 where the figures, which know it, are not given."""
    return str(figures.words["called"][key]) if figures else "单位"


def percent(share: float) -> str:
    """A share as a percentage with two decimals."""
    return f"{share * 100:.2f}%"


def remark_on_impossible(rates: Iterable[float]) -> str:
    """A remark for a subtitle, where a rate exceeds its whole: the bar is drawn as the figures are printed."""
    return "；超过 100% 的存疑，不参与比较" if any(rate > 1 for rate in rates) else ""


def counts(values: Iterable[Any]) -> list[str]:
    """Whole numbers with thousands separators."""
    return [number(int(value)) for value in values]


def format_thousands(axis: Any) -> None:
    """Label an axis with thousands separators."""
    axis.set_major_formatter(lambda value, _: number(int(value)))


def format_log_counts(axis: Any, most_labels: int = 0) -> None:
    """Label counts on a log scale: powers of ten, in a short range also twos and fives; 万 keeps the labels short.

    Parameters
    ----------
    axis : matplotlib.axis.Axis
        Its limits must have been set.
    most_labels : int
        Number of labels there is room for; 0 for no bound.
    """
    from matplotlib.ticker import LogLocator, NullLocator

    low, high = axis.get_view_interval()
    if most_labels:
        axis.set_major_locator(LogLocator(numticks=most_labels))
    elif high < low * 100:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(
        lambda value, _: number(round(value)) if value < 10_000 else f"{value / 10_000:g}万"
    )
    axis.set_minor_locator(NullLocator())


def limit_with_labels(widest: float, labels: Iterable[str], names: Iterable[str], canvas: Canvas) -> float:
    """Upper limit of an axis on which a label stands right of the widest bar and names stand left of the plot."""
    name_width = max((text_width(name) for name in names), default=0.0) * canvas.name_size
    label_width = max((text_width(label) for label in labels), default=0.0) * canvas.text + _LABEL_OFFSET
    plot_width = max(canvas.points - name_width - _AROUND_PLOT, 2 * label_width)
    return widest / (1 - label_width / plot_width)


def text_width(text: str) -> float:
    """Rough width of a text, of its widest line, in sizes of its font."""
    lines = text.split("\n")
    return max(sum(_NARROW_CHARACTER if character.isascii() else 1 for character in line) for line in lines)


def in_lines(name: str, characters: int) -> str:
    """A name in lines of at most so many characters, broken before a bracket where that suffices."""
    bracket = name.find("（")
    if len(name) > characters and 0 < bracket <= characters and len(name) - bracket <= characters:
        return f"{name[:bracket]}\n{name[bracket:]}"
    return "\n".join(name[start : start + characters] for start in range(0, len(name), characters))


def name_later(axes: Any) -> None:
    """A blank for a label on both axes: where there is none, seaborn makes and measures all ticks before it sets one."""
    axes.set(xlabel=" ", ylabel=" ")


def kind_colours(count: int) -> list[Any]:
    """A colour for each of several kinds: blue and grey, or shades of blue from dark to light where there are more."""
    import seaborn as sns

    return [BLUE, GREY][:count] if count <= 2 else list(sns.color_palette("Blues_r", count + 1)[:count])


def legend_above(axes: Any, columns: int) -> None:
    """Put the legend, in so many columns, above the plot at its left."""
    axes.legend(
        title="",
        frameon=False,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=columns,
        borderaxespad=0.2,
        handlelength=1.4,
    )


def paired_bars(long: pd.DataFrame, value: str, kind: str, kinds: list[str], canvas: Canvas) -> Drawing:
    """Draw horizontal bars, one or more for each unit.

    Parameters
    ----------
    long : pandas.DataFrame
        One row for each bar; columns ``name``, `value` and `kind`.
    value, kind : str
        Column of the bars' lengths; column that distinguishes the bars of a unit.
    kinds : list of str
        The kinds in order; of one or two the first is blue.
    canvas : Canvas
        The canvas to draw on.
    """
    import seaborn as sns

    figure, axes = canvas.subplots(canvas.rows(max(2.3, 1.1 * len(kinds)), long["name"].nunique()) + 1.0)
    name_later(axes)
    sns.barplot(
        data=long,
        y="name",
        x=value,
        hue=kind,
        hue_order=kinds,
        palette=kind_colours(len(kinds)),
        ax=axes,
        errorbar=None,
        width=0.74,
        saturation=1,
    )
    columns = 2 if sum(map(len, kinds)) * canvas.text < canvas.width * 72 * 0.6 else 1
    legend_above(axes, columns)
    axes.set(xlabel="", ylabel="")
    axes.locator_params(axis="x", nbins=round(canvas.width))
    axes.grid(axis="x")
    return figure


def _limits_with_labels(frame: pd.DataFrame, labels: Sequence[str], canvas: Canvas) -> tuple[float, float]:
    """Limits of an axis with room for a label beyond the widest bar, on either side that has bars."""
    low, high = min(float(frame["value"].min()), 0.0), max(float(frame["value"].max()), 0.0)
    span = (high - low) or 1.0
    room = limit_with_labels(span, labels, frame["name"], canvas) - span
    if low == 0:
        return 0.0, (high or 1.0) + room
    room *= 1 + room / (span + room)  # a second label narrows the plot for both
    return low - room, high + room if high else 0.0


def draw_count_bars(
    frame: pd.DataFrame, heading: str, canvas: Canvas, labels: Sequence[str] | None = None
) -> Drawing:
    """Draw horizontal bars with their numbers: `frame` has a row a bar, ``name`` and ``value``; `labels` stand in for the numbers."""
    import seaborn as sns

    figure, axes = canvas.subplots(canvas.rows(1.55, len(frame)) + 0.9)
    name_later(axes)
    sns.barplot(data=frame, x="value", y="name", color=BLUE, ax=axes, errorbar=None, width=0.66, saturation=1)
    labels = counts(frame["value"]) if labels is None else labels
    for bar, value, label in zip(axes.patches, frame["value"], labels, strict=True):
        axes.annotate(
            label,
            (value, bar.get_y() + bar.get_height() / 2),
            (4 if value >= 0 else -4, 0),
            textcoords="offset points",
            ha="left" if value >= 0 else "right",
            va="center",
            in_layout=False,  # the limits leave room
        )
    axes.set(xlabel=heading, ylabel="", xlim=_limits_with_labels(frame, list(labels), canvas))
    if frame["value"].min() < 0:
        axes.axvline(0, color=QUIET, linewidth=0.8)
    axes.locator_params(axis="x", nbins=round(canvas.width))
    if frame["value"].mod(1).eq(0).all():
        format_thousands(axes.xaxis)
    return figure
