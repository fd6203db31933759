"""Place names beside points so that each can only be read as its own point's: geometry without drawing.

Distances are in points of length (1/72 inch) at the wide canvas's text size; ``unit`` converts them to pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Flags = NDArray[np.bool_]

_ADJACENT_DISTANCE, _LINE_DISTANCES = 7.0, (14.0, 20.0, 28.0, 38.0, 50.0, 66.0, 86.0, 110.0)
"""Distance of a name from its point: without a line; at the end of a line."""
_DIRECTIONS, _LINE_SAMPLES = 36, 32
_UNLINED_CLEARANCE = 2.4 * _ADJACENT_DISTANCE
"""A name without a line keeps this far from every other point, so that it is plainly nearest to its own."""
_LINED_CLEARANCE, _LINE_CLEARANCE, _NAME_GAP = 8.0, 5.5, 2.0
"""Least distance between a name with a line and other points; a line and other points; a name and anything drawn."""
_CONFLICT_COST, _MOST_ITERATIONS = 40.0, 2000


@dataclass(frozen=True)
class LabelPlacement:
    """The place of a name: its box (left, bottom, right, top) in pixels, and whether a line joins it to its point."""

    box: Numbers
    has_line: bool


@dataclass(frozen=True)
class _CandidatePlaces:
    """The places that one name may take, cheapest first.

    ``boxes`` has shape (n, 4), ``costs`` and ``has_line`` (n,), ``lines`` (n, 4): from the point to the box.
    """

    boxes: Numbers
    costs: Numbers
    has_line: Flags
    lines: Numbers


def place_names(points: Numbers, sizes: Numbers, plot: Numbers, unit: float) -> list[LabelPlacement | None]:
    """Choose a place for each name: clearly nearest to its own point, or joined to it by a line that meets nothing.

    Names in conflict move in turn to the place with the least conflict; the weight of a pair that stays in conflict
    grows until one of them moves far enough. Then each name takes the cheapest place that is free.
    The same points give the same places.

    Parameters
    ----------
    points : array of shape (n, 2)
        The points, in pixels.
    sizes : array of shape (n, 2)
        Width and height of the names, in pixels.
    plot : array of shape (2, 2)
        Lower left and upper right corner of the area for names, in pixels.
    unit : float
        Pixels per point of length (1/72 inch), scaled with the text size of the canvas.

    Returns
    -------
    list of LabelPlacement or None
        In the order of the names; None for a name without such a place, where points lie too close together.
    """
    choices = [_candidate_places(number, points, size, plot, unit) for number, size in enumerate(sizes)]
    placeable = [number for number, candidates in enumerate(choices) if len(candidates.boxes)]
    chosen = _choose_places([choices[number] for number in placeable], _NAME_GAP * unit)
    places: list[LabelPlacement | None] = [None] * len(points)
    for number, place in zip(placeable, chosen, strict=True):
        if place is not None:
            candidates = choices[number]
            places[number] = LabelPlacement(candidates.boxes[place], bool(candidates.has_line[place]))
    return places


# --- candidate places of one name ---------------------------------------------------------------------


def _candidate_places(
    number: int, points: Numbers, size: Numbers, plot: Numbers, unit: float
) -> _CandidatePlaces:
    """The places of a name that are unambiguous with respect to all other points, cheapest first."""
    point, others = points[number], np.delete(points, number, axis=0)
    boxes, has_line, costs = _boxes_around_point(point, size, unit)
    lines = np.concatenate(
        [np.tile(point, (len(boxes), 1)), np.clip(point, boxes[:, :2], boxes[:, 2:])], axis=1
    )
    box_distances = _distances_from_boxes(boxes, others) / unit
    line_distances = _distances_from_lines(lines, others) / unit
    required_clearance = np.minimum(_LINE_CLEARANCE, np.hypot(*(others - point).T) / unit * 0.999)
    is_unambiguous = np.where(
        has_line[:, None],
        (box_distances >= _LINED_CLEARANCE) & (line_distances >= required_clearance),
        box_distances >= _UNLINED_CLEARANCE,
    ).all(axis=1)
    is_inside = ((boxes[:, :2] >= plot[0]) & (boxes[:, 2:] <= plot[1])).all(axis=1)
    costs = costs + np.where(
        has_line, np.clip(_UNLINED_CLEARANCE - box_distances, 0, None).sum(axis=1) / 4, 0
    )
    allowed = np.flatnonzero(is_unambiguous & is_inside)
    order = allowed[np.argsort(costs[allowed], kind="stable")]
    return _CandidatePlaces(boxes[order], costs[order], has_line[order], lines[order])


def _boxes_around_point(point: Numbers, size: Numbers, unit: float) -> tuple[Numbers, Flags, Numbers]:
    """Boxes in all directions and at all distances from a point, whether they need a line, what they cost."""
    adjacent, adjacent_costs = _boxes_around_origin(8, np.array([_ADJACENT_DISTANCE]), size, unit)
    lined, lined_costs = _boxes_around_origin(_DIRECTIONS, np.array(_LINE_DISTANCES), size, unit)
    boxes = np.tile(point, 2) + np.concatenate([adjacent, lined])
    lengths = 6 + np.repeat(_LINE_DISTANCES, _DIRECTIONS) / 4
    return (
        boxes,
        np.arange(len(boxes)) >= len(adjacent),
        np.concatenate([adjacent_costs, lengths + lined_costs]),
    )


def _boxes_around_origin(
    directions: int, distances: Numbers, size: Numbers, unit: float
) -> tuple[Numbers, Numbers]:
    """Boxes around the origin, distance by distance, and their costs: right is cheapest, then left, above or below."""
    angles = np.arange(directions) * 2 * np.pi / directions
    directions_xy = np.column_stack([np.cos(angles), np.sin(angles)]).round(12)
    edges = directions_xy / np.abs(directions_xy).max(axis=1, keepdims=True) / 2
    centres = unit * distances[:, None, None] * directions_xy + edges * size
    boxes = np.concatenate([centres - size / 2, centres + size / 2], axis=2).reshape(-1, 4)
    direction_costs = np.select(
        [directions_xy[:, 0] == 1, directions_xy[:, 0] == -1, directions_xy[:, 0] == 0], [0, 0.5, 1], 2.0
    )
    return boxes, np.tile(direction_costs, len(distances))


def _distances_from_boxes(boxes: Numbers, points: Numbers) -> Numbers:
    """Distance from each box to each point, shape (boxes, points); zero where the point is inside."""
    nearest = np.clip(points[None], boxes[:, None, :2], boxes[:, None, 2:])
    return np.hypot(*(nearest - points).transpose(2, 0, 1))


def _distances_from_lines(lines: Numbers, points: Numbers) -> Numbers:
    """Distance from each line to each point, shape (lines, points)."""
    samples = _points_on_lines(lines)
    return np.hypot(*(samples[:, :, None, :] - points).transpose(3, 0, 1, 2)).min(axis=1)


def _points_on_lines(lines: Numbers) -> Numbers:
    """Equally spaced points along each line, shape (lines, samples, 2)."""
    steps = np.linspace(0, 1, _LINE_SAMPLES)[None, :, None]
    return lines[:, None, :2] + steps * (lines[:, 2:] - lines[:, :2])[:, None, :]


# --- places of all names ----------------------------------------------------------------------------------


def _choose_places(choices: Sequence[_CandidatePlaces], gap: float) -> list[int | None]:
    """Index of the place chosen for each name; None for names left out because they stay in conflict."""
    table = _ConflictTable(choices, gap)
    for _ in range(_MOST_ITERATIONS):
        pairs = table.conflicting_pairs()
        if not pairs:
            break
        for name in dict.fromkeys(name for pair in pairs for name in pair):
            table.move(name, _CONFLICT_COST)
        table.raise_weights(pairs)
    remaining = table.names_without_conflict()
    for name in remaining:
        table.move(name, np.inf, remaining)
    return [table.chosen[name] if name in remaining else None for name in range(len(choices))]


class _ConflictTable:
    """Which places of two names conflict, which place each name has now, and the weight of each pair of names."""

    def __init__(self, choices: Sequence[_CandidatePlaces], gap: float):
        self.choices, self.names = choices, range(len(choices))
        self.chosen = [0] * len(choices)
        self._weights = np.ones((len(choices), len(choices)))
        self._conflicts = {}
        for one, other in combinations(self.names, 2):
            pair = _conflicts(choices[one], choices[other], gap)
            self._conflicts[one, other], self._conflicts[other, one] = pair, pair.T

    def conflicting_pairs(self) -> list[tuple[int, int]]:
        """Pairs of names whose present places conflict."""
        return [(i, j) for i, j in combinations(self.names, 2) if self._is_conflict(i, j)]

    def move(self, name: int, price: float, others: Sequence[int] | None = None) -> None:
        """Move a name to its cheapest place, where a conflict with another name costs `price` times the pair's weight."""
        costs = self.choices[name].costs.copy()
        for other in self.names if others is None else others:
            if other != name:
                conflicts = self._conflicts[name, other][:, self.chosen[other]]
                costs[conflicts] += price * self._weights[name, other]
        if np.isfinite(costs).any():
            self.chosen[name] = int(np.argmin(costs))

    def raise_weights(self, pairs: Sequence[tuple[int, int]]) -> None:
        """Raise the weight of these pairs by one."""
        for i, j in pairs:
            self._weights[i, j] += 1
            self._weights[j, i] += 1

    def names_without_conflict(self) -> list[int]:
        """Names without conflict, after leaving out the name with most conflicts until there is none."""
        remaining = list(self.names)
        while True:
            conflicts = {i: sum(self._is_conflict(i, j) for j in remaining if j != i) for i in remaining}
            worst = max(remaining, key=lambda name: conflicts[name], default=None)
            if worst is None or not conflicts[worst]:
                return remaining
            remaining.remove(worst)

    def _is_conflict(self, one: int, other: int) -> bool:
        return bool(self._conflicts[one, other][self.chosen[one], self.chosen[other]])


def _conflicts(mine: _CandidatePlaces, theirs: _CandidatePlaces, gap: float) -> Flags:
    """Pairs of places of two names that conflict because names or lines would meet, shape (mine, theirs)."""
    widened = theirs.boxes + np.array([-gap, -gap, gap, gap])
    overlapping_names = _boxes_overlap(mine.boxes, widened)
    line_through_name = mine.has_line[:, None] & _lines_enter_boxes(mine.lines, widened)
    line_through_name |= (
        theirs.has_line[:, None]
        & _lines_enter_boxes(theirs.lines, mine.boxes + np.array([-gap, -gap, gap, gap]))
    ).T
    crossing_lines = mine.has_line[:, None] & theirs.has_line[None] & _lines_cross(mine.lines, theirs.lines)
    return overlapping_names | line_through_name | crossing_lines


# Below, the two coordinates are calculated one by one: numpy is slow to reduce an axis of two.


def _boxes_overlap(mine: Numbers, theirs: Numbers) -> Flags:
    """Which boxes overlap, shape (mine, theirs)."""
    left, bottom, right, top = mine.T[:, :, None]
    return (left < theirs[:, 2]) & (theirs[:, 0] < right) & (bottom < theirs[:, 3]) & (theirs[:, 1] < top)


def _lines_enter_boxes(lines: Numbers, boxes: Numbers) -> Flags:
    """Which lines enter which boxes, shape (lines, boxes)."""
    entries, exits = zip(*(_entry_and_exit(lines, boxes, axis) for axis in (0, 1)), strict=True)
    enters, leaves = np.maximum(*entries), np.minimum(*exits)
    return (enters < leaves) & (leaves > 0) & (enters < 1)


def _entry_and_exit(lines: Numbers, boxes: Numbers, axis: int) -> tuple[Numbers, Numbers]:
    """Where each line, from 0 at its start to 1 at its end, enters and leaves each box in one coordinate."""
    start, direction = lines[:, axis, None], (lines[:, axis + 2] - lines[:, axis])[:, None]
    direction = np.where(direction == 0, 1e-9, direction)
    first, second = (boxes[:, axis] - start) / direction, (boxes[:, axis + 2] - start) / direction
    return np.minimum(first, second), np.maximum(first, second)


def _lines_cross(mine: Numbers, theirs: Numbers) -> Flags:
    """Which lines cross, shape (mine, theirs); a common end is no crossing."""
    a, b = mine[:, None, :2], mine[:, None, 2:]
    c, d = theirs[None, :, :2], theirs[None, :, 2:]
    return (_side_of_line(a, b, c) * _side_of_line(a, b, d) < 0) & (
        _side_of_line(c, d, a) * _side_of_line(c, d, b) < 0
    )


def _side_of_line(a: Numbers, b: Numbers, c: Numbers) -> Numbers:
    """Positive or negative by the side of the line from a to b on which c lies; zero on the line."""
    return (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (
        c[..., 0] - a[..., 0]
    )
