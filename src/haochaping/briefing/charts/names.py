"""Names beside points, so placed that none covers another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from haochaping.briefing.charts.svg import lay_out
from haochaping.briefing.style import GREY, INK, WIDE, Canvas

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

_AROUND = [
    (dx, dy, align)
    for reach in range(0, 84, 12)
    for dx, dy, align in (
        (7 + reach / 6, reach, "left"),
        (-7 - reach / 6, reach, "right"),
        (0, 11 + reach, "center"),
        (0, -11 - reach, "center"),
        (7 + reach / 6, -reach, "left"),
        (-7 - reach / 6, -reach, "right"),
    )
]
"""Places for a name around its point (right, up, side that is anchored), nearest first."""
_NEAR, _CLOSE = 12, 5
"""Names farther from their point than this, in points, get a line to it; it keeps this distance from other points."""
_SHUFFLES = 40


def name_points(axes: Any, points: Numbers, names: Sequence[str], canvas: Canvas) -> None:
    """Write each name where it covers no point, name or line, as near to its point as all of them can be.

    Each name in turn takes the nearest free place. Which comes first matters, so several orders are tried and the
    one with the shortest ways is drawn. The same points give the same places.

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
    """
    lay_out(axes.figure)
    spots = axes.transData.transform(points)
    scale = canvas.text / WIDE.text
    boxes = _boxes(spots, _sizes(axes, names, canvas), scale * axes.figure.dpi / 72)
    tries = [_place(order, spots, boxes, axes.bbox.extents) for order in _orders(spots)]
    places = min(tries, key=lambda places: sum(places.values()))
    for number, name in enumerate(names):
        _write(axes, name, tuple(points[number]), _AROUND[min(places[number], len(_AROUND) - 1)], scale)


def _orders(spots: Numbers) -> Iterator[list[int]]:
    """Orders in which names may take their places: by position, and shuffled alike every time."""
    for values in (spots[:, 0], -spots[:, 0], spots[:, 1], -spots[:, 1]):
        yield [int(number) for number in np.argsort(values, kind="stable")]
    shuffle = np.random.default_rng(0)
    for _ in range(_SHUFFLES):
        yield [int(number) for number in shuffle.permutation(len(spots))]


def _sizes(axes: Any, names: Sequence[str], canvas: Canvas) -> Numbers:
    """Width and height of each name in pixels, with a browser's leading above and below."""
    renderer = axes.figure.canvas.get_renderer()
    leading = 0.5 * canvas.text * axes.figure.dpi / 72
    sizes = []
    for name in names:
        label = axes.text(0, 0, name)
        extent = label.get_window_extent(renderer)
        sizes.append((extent.width + 2, extent.height + leading))
        label.remove()
    return np.array(sizes)


def _boxes(spots: Numbers, sizes: Numbers, pixels: float) -> Numbers:
    """For each point and place the box of its name: left, bottom, right, top."""
    shift = {"left": 0.0, "center": -0.5, "right": -1.0}
    offsets = np.array([(dx, dy) for dx, dy, _ in _AROUND]) * pixels
    anchors = np.array([(shift[align], -0.5) for _, _, align in _AROUND])
    low = spots[:, None, :] + offsets[None] + anchors[None] * sizes[:, None, :]
    return np.concatenate([low, low + sizes[:, None, :]], axis=2)


def _place(order: Sequence[int], spots: Numbers, boxes: Numbers, plot: Numbers) -> dict[int, int]:
    """The place that each point takes in this order; one without a free place gets a forbidding number."""
    taken = _Taken(plot, spots)
    places = {}
    for number in order:
        free = (
            place for place, box in enumerate(boxes[number]) if taken.is_free(number, box, _is_far(place))
        )
        places[number] = next(free, 100 * len(_AROUND))
        if places[number] < len(_AROUND):
            taken.take(number, boxes[number][places[number]], _is_far(places[number]))
    return places


def _is_far(place: int) -> bool:
    dx, dy, _ = _AROUND[place]
    return max(abs(dx), abs(dy)) > _NEAR


@dataclass
class _Taken:
    """What of the plot is taken: points, names, and lines from names to points (as rows of spots)."""

    plot: Numbers
    spots: Numbers
    boxes: list[Numbers] = field(default_factory=list)
    lines: list[Numbers] = field(default_factory=list)

    def is_free(self, number: int, box: Numbers, has_line: bool) -> bool:
        """Whether the name of point `number` may stand in `box`."""
        points = np.delete(self.spots, number, axis=0)
        if not _inside(self.plot, box[:2]) or not _inside(self.plot, box[2:]):
            return False
        if any(_overlap(box, other) for other in self.boxes):
            return False
        if _inside(box, np.vstack([points, *self.lines])):
            return False
        if not has_line:
            return True
        line = self._line(number, box)
        distances = np.hypot(*(line[:, None, :] - points[None]).transpose(2, 0, 1))
        return bool(distances.min() >= _CLOSE) and not any(_inside(other, line) for other in self.boxes)

    def take(self, number: int, box: Numbers, has_line: bool) -> None:
        """Keep `box` and its line from others."""
        self.boxes.append(box)
        if has_line:
            self.lines.append(self._line(number, box))

    def _line(self, number: int, box: Numbers) -> Numbers:
        return np.linspace(self.spots[number], (box[:2] + box[2:]) / 2, 24)


def _overlap(one: Numbers, other: Numbers) -> bool:
    return bool((one[:2] < other[2:]).all() and (other[:2] < one[2:]).all())


def _inside(box: Numbers, spots: Numbers) -> bool:
    """Whether any of `spots` is in `box`."""
    return bool(((spots > box[:2]) & (spots < box[2:])).all(axis=-1).any())


def _write(
    axes: Any, name: str, point: tuple[float, ...], place: tuple[float, float, str], scale: float
) -> None:
    dx, dy, align = place
    line = {"arrowstyle": "-", "color": GREY, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 3}
    label = axes.annotate(
        name,
        point,
        (dx * scale, dy * scale),
        textcoords="offset points",
        ha=align,
        va="center",
        color=INK,
        arrowprops=line if max(abs(dx), abs(dy)) > _NEAR else None,
    )
    label.set_in_layout(False)
