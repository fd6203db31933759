"""Do large districts have fewer active evaluations than small ones?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from haochaping.briefing.charts.chart import EMPTY, Chart, make_chart
from haochaping.briefing.charts.parts import counts, log_counts
from haochaping.briefing.html import Html
from haochaping.briefing.style import BLUE, GREY, INK, NARROW, WIDE, Canvas
from haochaping.numbers import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing


def chart_volume_and_active_rate(districts: pd.DataFrame, small: float = 0) -> Chart | Html:
    """Districts: volume against active rate, so that size and quality are seen together.

    Parameters
    ----------
    districts : pandas.DataFrame
        Annex 1 with its rates.
    small : float
        Points that rest on fewer evaluations are hollow.
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
    largest = points.sort_values("cases").iloc[-1]
    hollow = f"（空心点：评价数不足 {small:g} 条）" if points["hollow"].any() else ""
    told = [f"{p.district}办件 {number(int(p.cases))}、主动评价率 {p.rate:.2f}%" for p in points.itertuples()]
    return make_chart(
        _draw(points, WIDE, 3.9),
        "chart-volume",
        f"办件最多的{largest['district']}，主动评价率 {largest['rate']:.2f}%",
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
    axes.margins(x=0.14, y=0.14)
    axes.set_ylim(bottom=-0.12 * float(points["rate"].max() or 1))
    log_counts(axes.xaxis)
    axes.grid(axis="y")
    _label_points(axes, points, canvas)
    return figure


def _label_points(axes: Any, points: pd.DataFrame, canvas: Canvas) -> None:
    """Names beside points, each in the first place around its point that covers no point and no other name."""
    from matplotlib.text import Text

    axes.figure.canvas.draw()
    renderer = axes.figure.canvas.get_renderer()
    spots = axes.transData.transform(points[["cases", "rate"]].to_numpy(dtype=float))
    scale = canvas.text / WIDE.text
    taken: list[Any] = []
    for i, point in enumerate(points.to_dict("records")):
        for place in _AROUND:
            label = _label(axes, point, place, scale)
            label.update_positions(renderer)
            box = Text.get_window_extent(label)  # the words without the line to their point
            is_free = (
                axes.bbox.contains(box.x0, box.y0)
                and axes.bbox.contains(box.x1, box.y1)
                and not any(box.overlaps(other) for other in taken)
                and not any(box.padded(3).contains(*spot) for j, spot in enumerate(spots) if j != i)
            )
            if is_free or place == _AROUND[-1]:
                taken.append(box.padded(1))
                break
            label.remove()


def _label(axes: Any, point: dict[str, Any], place: tuple[int, int, str], scale: float) -> Any:
    dx, dy, align = place
    label = axes.annotate(
        point["district"],
        (point["cases"], point["rate"]),
        (dx * scale, dy * scale),
        textcoords="offset points",
        ha=align,
        va="center",
        color=INK,
        arrowprops={"arrowstyle": "-", "color": GREY, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 3}
        if max(abs(dx), abs(dy)) > 12
        else None,
    )
    label.set_in_layout(False)
    return label


_AROUND = [
    (dx * (1 + (reach > 12)), dy, align)
    for reach in range(0, 96, 12)
    for dx, dy, align in (
        (7, reach, "left"),
        (-7, reach, "right"),
        (0, 11 + reach, "center"),
        (0, -11 - reach, "center"),
        (7, -reach, "left"),
        (-7, -reach, "right"),
    )
]
"""Places for a name around its point, nearest first."""
