"""Where names stand beside points so that each can belong to its own point alone: geometry without a drawing."""

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

_BESIDE, _REACHES = 7.0, (14.0, 20.0, 28.0, 38.0, 50.0, 66.0, 86.0, 110.0)
"""How far a name is from its point: beside it, or led to it by a line."""
_DIRECTIONS, _SAMPLES = 36, 32
_ALONE = 2.4 * _BESIDE
"""A name without a line keeps this far from every other point, so that it is plainly nearest to its own."""
_APART, _CLEAR, _GAP = 8.0, 5.5, 2.0
"""A name with a line from other points; a line from other points; what is drawn from any name."""
_CONFLICT, _LONGEST_SEARCH = 40.0, 2000


@dataclass(frozen=True)
class LabelPlacement:
    """Where a name stands: its box (left, bottom, right, top) and whether a line leads from it to its point."""

    box: Numbers
    has_line: bool


@dataclass(frozen=True)
class _Choices:
    """The places that one name may take, cheapest first: boxes, what they cost, lines from the point to the box."""

    boxes: Numbers
    costs: Numbers
    has_line: Flags
    lines: Numbers


def place_names(spots: Numbers, sizes: Numbers, plot: Numbers, unit: float) -> list[LabelPlacement | None]:
    """A place for each name: nearest to its own point beyond doubt, or joined to it by a line that meets nothing else.

    Names that stand in each other's way move in turn to where they disturb least; pairs that go on disturbing each
    other weigh more and more, until one of them goes far enough. Then each takes the cheapest place that is free.
    The same points give the same places.

    Parameters
    ----------
    spots : array of shape (n, 2)
        The points, in pixels.
    sizes : array of shape (n, 2)
        Width and height of the names, in pixels.
    plot : array of shape (2, 2)
        Lower left and upper right corner of the room for names.
    unit : float
        Pixels of a point of length at the size of text that is drawn.

    Returns
    -------
    list
        None for a name that has no such place: where points lie so close that no line could tell them apart.
    """
    choices = [_choices(number, spots, size, plot, unit) for number, size in enumerate(sizes)]
    able = [number for number, mine in enumerate(choices) if len(mine.boxes)]
    found = _settle([choices[number] for number in able], _GAP * unit)
    places: list[LabelPlacement | None] = [None] * len(spots)
    for number, place in zip(able, found, strict=True):
        if place is not None:
            mine = choices[number]
            places[number] = LabelPlacement(mine.boxes[place], bool(mine.has_line[place]))
    return places


# --- what one name may take ---------------------------------------------------------------------------


def _choices(number: int, spots: Numbers, size: Numbers, plot: Numbers, unit: float) -> _Choices:
    """What a name may take as far as points go."""
    spot, others = spots[number], np.delete(spots, number, axis=0)
    boxes, has_line, costs = _around(spot, size, unit)
    lines = np.concatenate(
        [np.tile(spot, (len(boxes), 1)), np.clip(spot, boxes[:, :2], boxes[:, 2:])], axis=1
    )
    near = _from_boxes(boxes, others) / unit
    clear = _from_lines(lines, others) / unit
    enough = np.minimum(_CLEAR, np.hypot(*(others - spot).T) / unit * 0.999)
    is_own = np.where(has_line[:, None], (near >= _APART) & (clear >= enough), near >= _ALONE).all(axis=1)
    is_inside = ((boxes[:, :2] >= plot[0]) & (boxes[:, 2:] <= plot[1])).all(axis=1)
    costs = costs + np.where(has_line, np.clip(_ALONE - near, 0, None).sum(axis=1) / 4, 0)
    allowed = np.flatnonzero(is_own & is_inside)
    order = allowed[np.argsort(costs[allowed], kind="stable")]
    return _Choices(boxes[order], costs[order], has_line[order], lines[order])


def _around(spot: Numbers, size: Numbers, unit: float) -> tuple[Numbers, Flags, Numbers]:
    """Boxes in all directions and at all distances from a point, whether they need a line, what they cost."""
    beside, beside_cost = _ring(8, np.array([_BESIDE]), size, unit)
    far, far_cost = _ring(_DIRECTIONS, np.array(_REACHES), size, unit)
    boxes = np.tile(spot, 2) + np.concatenate([beside, far])
    lengths = 6 + np.repeat(_REACHES, _DIRECTIONS) / 4
    return boxes, np.arange(len(boxes)) >= len(beside), np.concatenate([beside_cost, lengths + far_cost])


def _ring(directions: int, reaches: Numbers, size: Numbers, unit: float) -> tuple[Numbers, Numbers]:
    """Boxes around the origin, reach by reach; right of the point is liked best, then left, above, below."""
    angles = np.arange(directions) * 2 * np.pi / directions
    ways = np.column_stack([np.cos(angles), np.sin(angles)]).round(12)
    edges = ways / np.abs(ways).max(axis=1, keepdims=True) / 2
    centres = unit * reaches[:, None, None] * ways + edges * size
    boxes = np.concatenate([centres - size / 2, centres + size / 2], axis=2).reshape(-1, 4)
    liked = np.select([ways[:, 0] == 1, ways[:, 0] == -1, ways[:, 0] == 0], [0, 0.5, 1], 2.0)
    return boxes, np.tile(liked, len(reaches))


def _from_boxes(boxes: Numbers, spots: Numbers) -> Numbers:
    """From each box to each spot; nothing where the spot is inside."""
    nearest = np.clip(spots[None], boxes[:, None, :2], boxes[:, None, 2:])
    return np.hypot(*(nearest - spots).transpose(2, 0, 1))


def _from_lines(lines: Numbers, spots: Numbers) -> Numbers:
    """From each line to each spot."""
    samples = _samples(lines)
    return np.hypot(*(samples[:, :, None, :] - spots).transpose(3, 0, 1, 2)).min(axis=1)


def _samples(lines: Numbers) -> Numbers:
    """Spots along each line."""
    steps = np.linspace(0, 1, _SAMPLES)[None, :, None]
    return lines[:, None, :2] + steps * (lines[:, 2:] - lines[:, :2])[:, None, :]


# --- what all of them take ------------------------------------------------------------------------------


def _settle(choices: Sequence[_Choices], gap: float) -> list[int | None]:
    """The place each name takes; None for those that are given up so that the others are free."""
    table = _ClashTable(choices, gap)
    for _ in range(_LONGEST_SEARCH):
        pairs = table.clashing()
        if not pairs:
            break
        for name in dict.fromkeys(name for pair in pairs for name in pair):
            table.move(name, _CONFLICT)
        table.insist(pairs)
    kept = table.give_up()
    for name in kept:
        table.move(name, np.inf, kept)
    return [table.taken[name] if name in kept else None for name in range(len(choices))]


class _ClashTable:
    """Which choices clash, which are taken, and how much each pair of names has come to weigh."""

    def __init__(self, choices: Sequence[_Choices], gap: float):
        self.choices, self.names = choices, range(len(choices))
        self.taken = [0] * len(choices)
        self._weights = np.ones((len(choices), len(choices)))
        self._clash = {}
        for one, other in combinations(self.names, 2):
            pair = _clash(choices[one], choices[other], gap)
            self._clash[one, other], self._clash[other, one] = pair, pair.T

    def clashing(self) -> list[tuple[int, int]]:
        """Pairs of names that are in each other's way."""
        return [(i, j) for i, j in combinations(self.names, 2) if self._meet(i, j)]

    def move(self, name: int, price: float, others: Sequence[int] | None = None) -> None:
        """Take the cheapest choice of a name, where being in the way of another has a price."""
        costs = self.choices[name].costs.copy()
        for other in self.names if others is None else others:
            if other != name:
                meets = self._clash[name, other][:, self.taken[other]]
                costs[meets] += price * self._weights[name, other]
        if np.isfinite(costs).any():
            self.taken[name] = int(np.argmin(costs))

    def insist(self, pairs: Sequence[tuple[int, int]]) -> None:
        """Let these pairs weigh more."""
        for i, j in pairs:
            self._weights[i, j] += 1
            self._weights[j, i] += 1

    def give_up(self) -> list[int]:
        """Names that are in nobody's way, once those in the way of most are left out."""
        kept = list(self.names)
        while True:
            meets = {i: sum(self._meet(i, j) for j in kept if j != i) for i in kept}
            worst = max(kept, key=lambda name: meets[name], default=None)
            if worst is None or not meets[worst]:
                return kept
            kept.remove(worst)

    def _meet(self, one: int, other: int) -> bool:
        return bool(self._clash[one, other][self.taken[one], self.taken[other]])


def _clash(mine: _Choices, theirs: _Choices, gap: float) -> Flags:
    """Which of my places and which of theirs cannot be taken together: names and lines would meet."""
    wide = theirs.boxes + np.array([-gap, -gap, gap, gap])
    boxes = _overlap(mine.boxes, wide)
    through = mine.has_line[:, None] & _through(mine.lines, wide)
    through |= (
        theirs.has_line[:, None] & _through(theirs.lines, mine.boxes + np.array([-gap, -gap, gap, gap]))
    ).T
    lines = mine.has_line[:, None] & theirs.has_line[None] & _cross(mine.lines, theirs.lines)
    return boxes | through | lines


# Below, the two coordinates are calculated one by one: numpy is slow to reduce an axis of two.


def _overlap(mine: Numbers, theirs: Numbers) -> Flags:
    """Which boxes have a part in common."""
    left, bottom, right, top = mine.T[:, :, None]
    return (left < theirs[:, 2]) & (theirs[:, 0] < right) & (bottom < theirs[:, 3]) & (theirs[:, 1] < top)


def _through(lines: Numbers, boxes: Numbers) -> Flags:
    """Which lines go through which boxes."""
    enters, leaves = zip(*(_within(lines, boxes, axis) for axis in (0, 1)), strict=True)
    enter, leave = np.maximum(*enters), np.minimum(*leaves)
    return (enter < leave) & (leave > 0) & (enter < 1)


def _within(lines: Numbers, boxes: Numbers, axis: int) -> tuple[Numbers, Numbers]:
    """Between which shares of its way a line is, in one coordinate, within a box."""
    start, way = lines[:, axis, None], (lines[:, axis + 2] - lines[:, axis])[:, None]
    way = np.where(way == 0, 1e-9, way)
    one, other = (boxes[:, axis] - start) / way, (boxes[:, axis + 2] - start) / way
    return np.minimum(one, other), np.maximum(one, other)


def _cross(mine: Numbers, theirs: Numbers) -> Flags:
    """Which lines cross; a common end is no crossing."""
    a, b = mine[:, None, :2], mine[:, None, 2:]
    c, d = theirs[None, :, :2], theirs[None, :, 2:]
    return (_side(a, b, c) * _side(a, b, d) < 0) & (_side(c, d, a) * _side(c, d, b) < 0)


def _side(a: Numbers, b: Numbers, c: Numbers) -> Numbers:
    """On which side of the line from a to b the spot c is."""
    return (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (
        c[..., 0] - a[..., 0]
    )
