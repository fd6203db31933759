"""Write names beside the points of a chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from haochaping.present.charts.label_placement import LabelPlacement, place_names
from haochaping.present.charts.style import INK, QUIET, WIDE, Canvas
from haochaping.present.charts.svg import lay_out_once

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]


def name_points(axes: Any, points: Numbers, names: Sequence[str], canvas: Canvas) -> list[str]:
    """Write each name beside its point; where it could be read as another point's, a line joins name and point.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Its points must have been drawn and its limits set.
    points : array of shape (n, 2)
        In data coordinates.
    names : sequence of str
        Of the points, in their order.
    canvas : Canvas
        The canvas drawn on; distances grow with its text size.

    Returns
    -------
    list of str
        Names that were not written, because at any place they could be read as another point's.
    """
    lay_out_once(axes.figure)
    pixels = axes.transData.transform(points)
    unit = canvas.text / WIDE.text * axes.figure.dpi / 72
    places = place_names(pixels, _name_sizes(axes, names, canvas), axes.bbox.get_points(), unit)
    for name, point, pixel, place in zip(names, points, pixels, places, strict=True):
        if place is not None:
            _draw_name(axes, name, point, pixel, place, canvas)
    return [name for name, place in zip(names, places, strict=True) if place is None]


def _name_sizes(axes: Any, names: Sequence[str], canvas: Canvas) -> Numbers:
    """Width and height of each name in pixels, margins included."""
    renderer = axes.figure.canvas.get_renderer()
    margin = 2 * _margin(axes, canvas)
    sizes = []
    for name in names:
        label = axes.text(0, 0, name)
        extent = label.get_window_extent(renderer)
        sizes.append((extent.width + margin[0], extent.height + margin[1]))
        label.remove()
    return np.array(sizes)


def _margin(axes: Any, canvas: Canvas) -> Numbers:
    """Horizontal and vertical margin of a name in pixels; browsers add leading above and below text."""
    return np.array([1.0, 0.25 * canvas.text * axes.figure.dpi / 72])


def _draw_name(
    axes: Any, name: str, point: Numbers, pixel: Numbers, place: LabelPlacement, canvas: Canvas
) -> None:
    """Write a name in the middle of its box, with a line from the box's nearest side to the point where it has one."""
    low, high = place.box[:2], place.box[2:]
    margin = _margin(axes, canvas)
    side = (np.clip(pixel, low, high) - low - margin) / (high - low - 2 * margin)
    line = {
        "arrowstyle": "-",
        "color": QUIET,
        "linewidth": 0.8,
        "shrinkA": 0,
        "shrinkB": 3.4,
        "relpos": tuple(side),
    }
    label = axes.annotate(
        name,
        tuple(point),
        tuple(((low + high) / 2 - pixel) * 72 / axes.figure.dpi),
        textcoords="offset points",
        ha="center",
        va="center",
        color=INK,
        arrowprops=line if place.has_line else None,
    )
    label.set_in_layout(False)
