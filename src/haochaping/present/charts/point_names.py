"""Names written beside points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from haochaping.present.charts.label_placement import LabelPlacement, place_names
from haochaping.present.charts.style import INK, QUIET, WIDE, Canvas
from haochaping.present.charts.svg import lay_out

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]


def name_points(axes: Any, points: Numbers, names: Sequence[str], canvas: Canvas) -> list[str]:
    """Write each name beside its point; where another point is near enough to be meant, a line joins name and point.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        With its points drawn and its limits set.
    points : array of shape (n, 2)
        In data coordinates.
    names : sequence of str
        Of the points, in their order.
    canvas : Canvas
        Drawn on; text size and distances grow together.

    Returns
    -------
    list of str
        Names that are not written, because wherever they stood they could be read as another point's.
    """
    lay_out(axes.figure)
    spots = axes.transData.transform(points)
    unit = canvas.text / WIDE.text * axes.figure.dpi / 72
    places = place_names(spots, _sizes(axes, names, canvas), axes.bbox.get_points(), unit)
    for name, point, spot, place in zip(names, points, spots, places, strict=True):
        if place is not None:
            _write(axes, name, point, spot, place, canvas)
    return [name for name, place in zip(names, places, strict=True) if place is None]


def _sizes(axes: Any, names: Sequence[str], canvas: Canvas) -> Numbers:
    """Width and height of each name in pixels, with the room around it."""
    renderer = axes.figure.canvas.get_renderer()
    room = 2 * _room(axes, canvas)
    sizes = []
    for name in names:
        label = axes.text(0, 0, name)
        extent = label.get_window_extent(renderer)
        sizes.append((extent.width + room[0], extent.height + room[1]))
        label.remove()
    return np.array(sizes)


def _room(axes: Any, canvas: Canvas) -> Numbers:
    """What a name needs beside it, and above and below it for a browser's leading, in pixels."""
    return np.array([1.0, 0.25 * canvas.text * axes.figure.dpi / 72])


def _write(
    axes: Any, name: str, point: Numbers, spot: Numbers, place: LabelPlacement, canvas: Canvas
) -> None:
    """A name in the middle of its box, and from the box's nearest side the line to the point."""
    low, high = place.box[:2], place.box[2:]
    room = _room(axes, canvas)
    side = (np.clip(spot, low, high) - low - room) / (high - low - 2 * room)
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
        tuple(((low + high) / 2 - spot) * 72 / axes.figure.dpi),
        textcoords="offset points",
        ha="center",
        va="center",
        color=INK,
        arrowprops=line if place.has_line else None,
    )
    label.set_in_layout(False)
