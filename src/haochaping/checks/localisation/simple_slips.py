"""Explanations by what happens when people type: one digit, two digits the wrong way round, two cells exchanged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import ceil, floor, inf

from haochaping.checks.localisation.explanation import ROUNDING, Explanation, cells_of, holds
from haochaping.checks.outcome import Constraint
from haochaping.cleaning.typing_slips import numbers_before_slip, slip_between
from haochaping.core.model import CellRef
from haochaping.store.cell_index import CellIndex

WEIGHT_OF_EXCHANGE = 1.6
"""As of two cells that one typing slip each would correct."""
_CHANCE = 0.1
"""A slip is evidence only where less than so many of a cell's slips would do by accident."""
_MOST_PAIRS = 3000


def with_slips(
    explanation: Explanation, constraints: Sequence[Constraint], cell_index: CellIndex
) -> Explanation:
    """The explanation with a value that a single slip accounts for, where that fulfils the constraints too.

    A printed rate leaves a range of values to its counts, of which the solver takes any; a second count follows from the
    first.
    """
    counts = [*explanation.values]
    if len(counts) != len(explanation.changes) or len(counts) > 2:
        return explanation
    touching = [c for c in constraints if cells_of(c) & {*counts}]
    for cell in counts:
        alone = [c for c in touching if cells_of(c) & {*counts} == {cell}]
        for value in _telling_slips(cell, _range(cell, alone, {}, cell_index), cell_index):
            values = {cell: value}
            for other in counts:
                if other != cell:
                    low, high = _range(other, touching, values, cell_index)
                    if low == high:
                        values[other] = int(low)
            if len(values) == len(counts) and holds(touching, values.items(), cell_index):
                return Explanation(tuple((c, values[c]) for c in counts), explanation.weight)
    return explanation


def _range(
    cell: CellRef, constraints: Sequence[Constraint], values: Mapping[CellRef, int], cell_index: CellIndex
) -> tuple[float, float]:
    """The least and the greatest whole value of a cell with which constraints hold."""
    low, high = 0.0, inf
    for c in constraints:
        own = sum(factor for term, factor in c.terms if term == cell)
        if own:
            rest = sum(
                factor * (values[term] if term in values else cell_index.count(term) or 0)
                for term, factor in c.terms
                if term != cell
            )
            bounds = sorted(((c.low - rest) / own, (c.high - rest) / own))
            low, high = max(low, bounds[0]), min(high, bounds[1])
    return ceil(low - ROUNDING), floor(high + ROUNDING) if high < inf else inf


def _telling_slips(cell: CellRef, limits: tuple[float, float], cell_index: CellIndex) -> list[int]:
    """Values within limits that one slip would turn into the printed one; none where many would do by accident."""
    printed, (low, high) = cell_index.count(cell), limits
    if not printed or low > high:
        return []
    slips = [value for value, _ in numbers_before_slip(printed)]
    if len(slips) * (high - low + 1) > _CHANCE * max(printed, high):
        return []
    return [value for value in slips if low <= value <= high]


def is_simple(explanation: Explanation, constraints: Sequence[Constraint], cell_index: CellIndex) -> bool:
    """Whether two cells would be exchanged, or each count would change by one slip that is no accident; no rate changes."""
    if is_exchange(explanation, cell_index):
        return True
    values = explanation.values
    return len(values) == len(explanation.changes) and all(
        slip_between(cell_index.count(cell) or 0, value)
        and value
        in _telling_slips(
            cell,
            _range(cell, [c for c in constraints if cell in cells_of(c)], values, cell_index),
            cell_index,
        )
        for cell, value in values.items()
    )


def is_exchange(explanation: Explanation, cell_index: CellIndex) -> bool:
    """Whether the figures of two cells change places."""
    if len(explanation.changes) != 2:
        return False
    (one, new_one), (two, new_two) = explanation.changes
    old = cell_index.count(one), cell_index.count(two)
    return None not in old and (new_two, new_one) == old and old[0] != old[1]


def exchanges(
    violated: Sequence[Constraint], linked: Sequence[Constraint], cell_index: CellIndex
) -> Iterator[Explanation]:
    """Two cells of one row, or of one column, with whose figures in each other's place all constraints hold."""
    by_line: dict[tuple[str, ...], list[CellRef]] = {}
    for cell in dict.fromkeys(cell for c in violated for cell, _ in c.terms):
        if cell_index.count(cell) is not None:
            by_line.setdefault((cell.table, *cell.names), []).append(cell)
            by_line.setdefault((cell.table, cell.column, cell.member, ""), []).append(cell)
    pairs = [pair for line in by_line.values() for pair in combinations(line, 2)]
    for one, two in pairs[:_MOST_PAIRS]:
        first, second = cell_index.count(one), cell_index.count(two)
        changes = ((one, second), (two, first))
        if first != second and holds(violated, changes, cell_index):
            touching = (c for c in linked if cells_of(c) & {one, two})
            if holds(touching, changes, cell_index):
                yield Explanation(changes, WEIGHT_OF_EXCHANGE)
