"""Error localisation: the sets of cells of least weight that must change so that all hard rules hold.

After Fellegi and Holt (1976, J. Amer. Statist. Assoc. 71), by mixed-integer programming (scipy's HiGHS),
for each group of violated rules that share cells, together with every hard rule linked to it through cells. The
result is proposed to people, never applied.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from haochaping.checks.localisation.integer_programme import Row, minimise
from haochaping.checks.outcome import FAILS, Constraint, Outcome
from haochaping.cleaning.typing_slips import slip_between
from haochaping.core.model import CellRef
from haochaping.store.cell_index import CellIndex

MAX_EXPLANATIONS = 5
ROUNDING = 1e-6
"""What a sum of floating-point numbers may lack of a limit that it reaches."""
MAX_RELATIVE_WEIGHT, MAX_RELATIVE_WEIGHT_OF_SEVERAL = 3.3, 1.9
"""Explanations heavier than this many times the lightest are not proposed; the second where the lightest changes several
cells, of which some are then often mended by one more cell each."""
TOTAL_WEIGHT, RATE_WEIGHT, CELL_WEIGHT, WEIGHT_PER_CONFIRMATION, SLIP_FACTOR = 0.9, 0.95, 1.0, 0.5, 0.8
"""Weights of cells; lighter ones are suspected first. A total is derived, so it is wrong whenever a part was left out;
each place that prints the same figure adds WEIGHT_PER_CONFIRMATION; a cell that one typing slip would correct is
trusted less (its weight is multiplied by SLIP_FACTOR)."""


@dataclass(frozen=True)
class Explanation:
    """A set of cells and the values with which the rules would hold (None: a printed rate, whose value stays open)."""

    changes: tuple[tuple[CellRef, int | None], ...]
    weight: float

    @property
    def cells(self) -> tuple[CellRef, ...]:
        """The cells that would change."""
        return tuple(cell for cell, _ in self.changes)


@dataclass(frozen=True)
class Cause:
    """Violated hard rules that share cells, and their explanations, lightest first."""

    outcomes: tuple[Outcome, ...]
    explanations: tuple[Explanation, ...]


def localise(outcomes: Sequence[Outcome], cell_index: CellIndex) -> list[Cause]:
    """Group violated hard rules by shared cells and explain each group.

    Parameters
    ----------
    outcomes : sequence of Outcome
        Outcomes of all hard rules, also those that hold: an explanation must not break them.
    cell_index : CellIndex
        The printed values.
    """
    failed = [outcome for outcome in outcomes if outcome.state == FAILS and outcome.constraints]
    holding = [c for outcome in outcomes if outcome.state != FAILS for c in outcome.constraints]
    causes = []
    for group in _group_by_shared_cells(failed):
        causes += _causes_of(group, holding, cell_index)
    return _joined(causes, holding, cell_index)


def _causes_of(group: Sequence[Outcome], holding: Sequence[Constraint], cell_index: CellIndex) -> list[Cause]:
    """The causes of violated rules that share cells: several where the lightest explanation is of independent slips."""
    explanations = _explain(group, holding, cell_index)
    independent = _independent_groups(group, explanations[0]) if explanations else []
    if len(independent) < 2:
        return [Cause(tuple(group), tuple(explanations))]
    return [cause for part in independent for cause in _causes_of(part, holding, cell_index)]


def _joined(causes: Sequence[Cause], holding: Sequence[Constraint], cell_index: CellIndex) -> list[Cause]:
    """The causes; one that the lightest explanation of another one removes joins it, and both are explained anew.

    A violated total row may follow from a row, and two totals may be wrong by one slip: each alone would repeat the
    explanation of the other, with the cells the other way round.
    """
    left = list(causes)
    for cause in causes:
        if cause not in left:
            continue
        followers = [other for other in left if other is not cause and _explains(cause, other, cell_index)]
        if followers:
            left = [other for other in left if other not in followers]
            outcomes = (*cause.outcomes, *(outcome for other in followers for outcome in other.outcomes))
            left[left.index(cause)] = Cause(outcomes, tuple(_explain(outcomes, holding, cell_index)))
    return left


def _explains(cause: Cause, other: Cause, cell_index: CellIndex) -> bool:
    """Whether all violated rules of another cause hold with the lightest explanation of this one."""
    if not cause.explanations:
        return False
    lightest = cause.explanations[0]
    corrected = cell_index.with_values({cell: value for cell, value in lightest.changes if value is not None})
    return all(
        c.rate_cell in lightest.cells or _violation(c, corrected) <= ROUNDING
        for outcome in other.outcomes
        for c in outcome.constraints
    )


def _explain(
    outcomes: Sequence[Outcome], holding: Sequence[Constraint], cell_index: CellIndex
) -> list[Explanation]:
    violated = [constraint for outcome in outcomes for constraint in outcome.constraints]
    return _find_explanations(violated, _linked_constraints(violated, holding), cell_index)


def _independent_groups(outcomes: Sequence[Outcome], explanation: Explanation) -> list[list[Outcome]]:
    """The rules in groups that no change of an explanation has in common.

    A slip in one row and another in a second row share the total of the column, but neither explains the other. A rule
    that no change touches stays with the first group.
    """
    changed = {*explanation.cells}
    groups: list[tuple[set[CellRef], list[Outcome]]] = []
    untouched: list[Outcome] = []
    for outcome in outcomes:
        touched = {cell for constraint in outcome.constraints for cell in _cells(constraint)} & changed
        if not touched:
            untouched.append(outcome)
            continue
        linked = [group for group in groups if group[0] & touched]
        groups = [group for group in groups if not group[0] & touched]
        cells = touched.union(*(cells for cells, _ in linked))
        groups.append((cells, [*(member for _, members in linked for member in members), outcome]))
    if not groups:
        return [[*outcomes]]
    groups[0][1].extend(untouched)
    return [members for _, members in groups]


def _cells(constraint: Constraint) -> set[CellRef]:
    cells = {cell for cell, _ in constraint.terms}
    return cells | {constraint.rate_cell} if constraint.rate_cell else cells


def _group_by_shared_cells(outcomes: Iterable[Outcome]) -> list[list[Outcome]]:
    """Group violated rules that share cells, directly or through others."""
    groups: list[tuple[set[CellRef], list[Outcome]]] = []
    for outcome in outcomes:
        cells = {cell for constraint in outcome.constraints for cell in _cells(constraint)}
        members = [outcome]
        other_groups = []
        for other_cells, others in groups:
            if other_cells & cells:
                cells |= other_cells
                members = [*others, *members]
            else:
                other_groups.append((other_cells, others))
        groups = [*other_groups, (cells, members)]
    return [members for _, members in groups]


def _linked_constraints(violated: Sequence[Constraint], holding: Sequence[Constraint]) -> list[Constraint]:
    """The holding constraints that are linked to the violated ones through shared cells."""
    linked_cells = {cell for constraint in violated for cell in _cells(constraint)}
    remaining: list[Constraint] = list(holding)
    linked: list[Constraint] = []
    while True:
        adjacent = [c for c in remaining if _cells(c) & linked_cells]
        if not adjacent:
            return linked
        linked += adjacent
        remaining = [c for c in remaining if not _cells(c) & linked_cells]
        linked_cells |= {cell for c in adjacent for cell in _cells(c)}


def _find_explanations(
    violated: Sequence[Constraint], linked: Sequence[Constraint], cell_index: CellIndex
) -> list[Explanation]:
    problem = _Programme([*violated, *linked], violated, cell_index)
    found: list[Explanation] = []
    while len(found) < MAX_EXPLANATIONS:
        explanation = problem.solve()
        if explanation is None or (found and explanation.weight > _heaviest_beside(found[0])):
            break
        found.append(explanation)
        problem.forbid(explanation)
    return found


def _heaviest_beside(lightest: Explanation) -> float:
    """The weight up to which explanations are proposed beside the lightest."""
    several = len(lightest.changes) > 1
    return lightest.weight * (MAX_RELATIVE_WEIGHT_OF_SEVERAL if several else MAX_RELATIVE_WEIGHT)


class _Programme:
    """The mixed-integer programme: for every cell x (its new value) and d (1 where it changes); minimises Σ weight · d."""

    def __init__(
        self, constraints: Sequence[Constraint], violated: Sequence[Constraint], cell_index: CellIndex
    ):
        self.constraints, self.cell_index = constraints, cell_index
        self.confirmations = _confirmations(constraints, cell_index)
        self.totals = {(row.table, row.row, row.member) for row in cell_index.total_rows}
        self.cells = list(
            dict.fromkeys(cell for c in constraints for cell in sorted(_cells(c), key=_sort_key))
        )
        self.index = {cell: i for i, cell in enumerate(self.cells)}
        self.rates = {c.rate_cell for c in constraints if c.rate_cell}
        self.suspects = {cell for c in violated for cell in _cells(c)}
        self.forbidden: list[list[int]] = []
        self.correctable = _correctable_by_a_slip(violated, cell_index)
        # "Big M": no cell of an explanation needs to change by more than this.
        self.max_change = 2 * sum(_violation(c, cell_index) for c in violated) + 2
        self.weights = [self._weight(cell) for cell in self.cells]

    def _weight(self, cell: CellRef) -> float:
        if cell in self.rates:
            return RATE_WEIGHT
        is_total = (cell.table, cell.row, cell.member) in self.totals
        weight = (TOTAL_WEIGHT if is_total else CELL_WEIGHT) + WEIGHT_PER_CONFIRMATION * self.confirmations[
            cell
        ]
        return weight * SLIP_FACTOR if cell in self.correctable else weight

    def forbid(self, explanation: Explanation) -> None:
        """Exclude this explanation and every larger one that contains its suspects, so that the next one is really another."""
        core = [self.index[cell] for cell in explanation.cells if cell in self.suspects]
        self.forbidden.append(core or [self.index[cell] for cell in explanation.cells])

    def solve(self) -> Explanation | None:
        """The lightest explanation that is not forbidden; None when there is none."""
        n = len(self.cells)
        rows: list[Row] = []
        for c in self.constraints:
            rows += self._constraint_rows(c, n)
        upper = np.concatenate([np.full(n, np.inf), np.ones(n)])
        cost = np.zeros(2 * n)
        for i, cell in enumerate(self.cells):
            value = self.cell_index.count(cell) if cell not in self.rates else 0
            if value is None:
                upper[n + i] = 0  # a missing value may be anything and costs nothing
                continue
            cost[n + i] = self.weights[i]
            rows.append(({i: 1.0, n + i: -self.max_change}, -math.inf, float(value)))
            rows.append(({i: 1.0, n + i: self.max_change}, float(value), math.inf))
        for core in self.forbidden:
            rows.append(({n + i: 1.0 for i in core}, -math.inf, len(core) - 1))
        # Whole values only where it matters: sums of whole numbers are whole, a rate's numerator need not come out so.
        values = minimise(cost, upper, np.arange(2 * n) >= n, rows)
        if values is not None and not self._holds(values, rows, n):
            values = minimise(cost, upper, np.ones(2 * n, dtype=bool), rows)
        return None if values is None else self._explanation(values, n)

    def _holds(self, values: np.ndarray, rows: Sequence[Row], n: int) -> bool:
        """Whether the constraints hold with the values rounded, as people would enter them."""
        whole = np.concatenate([np.round(values[:n]), np.round(values[n:])])
        sums = [
            (sum(coefficient * whole[i] for i, coefficient in row.items()), low, high)
            for row, low, high in rows
        ]
        return all(low - ROUNDING <= value <= high + ROUNDING for value, low, high in sums)

    def _constraint_rows(self, c: Constraint, n: int) -> list[tuple[dict[int, float], float, float]]:
        terms: dict[int, float] = {}
        for cell, coefficient in c.terms:
            terms[self.index[cell]] = terms.get(self.index[cell], 0.0) + coefficient
        if c.rate_cell is None:
            return [(terms, c.low, c.high)]
        release_variable = n + self.index[c.rate_cell]
        slack = 4 * self.max_change
        rows = []
        if c.high < math.inf:
            rows.append(({**terms, release_variable: -slack}, -math.inf, c.high))
        if c.low > -math.inf:
            rows.append(({**terms, release_variable: slack}, c.low, math.inf))
        return rows

    def _explanation(self, x: np.ndarray, n: int) -> Explanation | None:
        changes: list[tuple[CellRef, int | None]] = []
        weight = 0.0
        for i, cell in enumerate(self.cells):
            if x[n + i] > 0.5:
                weight += self.weights[i]
                changes.append((cell, None if cell in self.rates else round(float(x[i]))))
        return Explanation(tuple(changes), weight) if changes else None


def _confirmations(constraints: Sequence[Constraint], cell_index: CellIndex) -> Counter[CellRef]:
    """How often each cell is printed a second time with the same number."""
    alike = (
        c for c in constraints if len(c.terms) == 2 and c.low == c.high and _violation(c, cell_index) == 0
    )
    return Counter(cell for c in alike for cell in _cells(c))


def _correctable_by_a_slip(violated: Sequence[Constraint], cell_index: CellIndex) -> set[CellRef]:
    """Cells of a violated equality that would satisfy it if one typing slip in them were undone."""
    correctable = set()
    for c in violated:
        if c.low != c.high:
            continue
        residual = sum(coefficient * (cell_index.count(cell) or 0) for cell, coefficient in c.terms) - c.low
        for cell, coefficient in c.terms:
            value = cell_index.count(cell)
            if value is None:
                continue
            target = value - residual / coefficient
            if target >= 0 and target == int(target) and slip_between(value, int(target)):
                correctable.add(cell)
    return correctable


def _sort_key(cell: CellRef) -> tuple[str, str, str, str]:
    return cell.table, cell.row, cell.member, cell.column


def _violation(c: Constraint, cell_index: CellIndex) -> float:
    """By how much a constraint fails with the printed values; missing values count as 0."""
    value = sum(coefficient * (cell_index.count(cell) or 0) for cell, coefficient in c.terms)
    return max(0.0, c.low - value, value - c.high)
