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
from itertools import combinations

import numpy as np

from haochaping.checks.localisation.explanation import (
    MAX_EXPLANATIONS,
    ROUNDING,
    Cause,
    Explanation,
    cells_of,
    holds,
    violation,
)
from haochaping.checks.localisation.integer_programme import Row, minimise
from haochaping.checks.localisation.simple_slips import exchanges, is_exchange, is_simple, with_slips
from haochaping.checks.outcome import FAILS, Constraint, Outcome
from haochaping.cleaning.typing_slips import slip_between
from haochaping.core.model import CellRef
from haochaping.store.cell_index import CellIndex

MAX_RELATIVE_WEIGHT, MAX_RELATIVE_WEIGHT_OF_SEVERAL = 3.3, 1.9
"""Explanations heavier than this many times the lightest are not proposed; the second where the lightest changes several
cells, of which some are then often mended by one more cell each."""
TOTAL_WEIGHT, RATE_WEIGHT, CELL_WEIGHT, WEIGHT_PER_CONFIRMATION, SLIP_FACTOR = 0.9, 0.95, 1.0, 0.5, 0.8
"""Weights of cells; lighter ones are suspected first. A total is derived, so it is wrong whenever a part was left out;
each place that prints the same figure adds WEIGHT_PER_CONFIRMATION; a cell that one typing slip would correct is
trusted less (its weight is multiplied by SLIP_FACTOR)."""


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
    for group in _group_by_sharedcells_of(failed):
        causes += _causes_of(group, holding, cell_index)
    return _joined(causes, holding, cell_index)


def _causes_of(group: Sequence[Outcome], holding: Sequence[Constraint], cell_index: CellIndex) -> list[Cause]:
    """The causes of violated rules that share cells: several where the lightest explanation is of independent slips."""
    explanations = _explain(group, holding, cell_index)
    independent = _independent_groups(group, explanations[0], holding, cell_index) if explanations else []
    if len(independent) > 1:
        return [
            cause
            for part in independent
            for cause in _causes_of_part(part, group, explanations[0], holding, cell_index)
        ]
    if explanations and (parts := _two_slips(group, explanations[0], holding, cell_index)):
        return [
            cause
            for part, other in (parts, parts[::-1])
            for cause in _causes_beside(part, other, group, holding, cell_index)
        ]
    return [Cause(tuple(group), tuple(explanations))]


def _causes_of_part(
    part: Sequence[Outcome],
    group: Sequence[Outcome],
    explanation: Explanation,
    holding: Sequence[Constraint],
    cell_index: CellIndex,
) -> list[Cause]:
    """The causes of some of the violated rules: by themselves where one cell explains them, else with the others corrected."""
    causes = _causes_of(part, holding, cell_index)
    if len(causes) == 1 and causes[0].explanations and len(causes[0].explanations[0].changes) == 1:
        return causes
    return _causes_of(part, *_with_others_corrected(part, group, explanation, holding, cell_index))


def _with_others_corrected(
    part: Sequence[Outcome],
    group: Sequence[Outcome],
    explanation: Explanation,
    holding: Sequence[Constraint],
    cell_index: CellIndex,
) -> tuple[list[Constraint], CellIndex]:
    """The constraints that hold, and the values, when an explanation has corrected all cells that a part does not compare."""
    mine = {cell for outcome in part for c in outcome.constraints for cell in cells_of(c)}
    other = [change for change in explanation.changes if change[0] not in mine]
    rates = {cell for cell, value in other if value is None}
    rest = [c for o in group if not any(o is own for own in part) for c in o.constraints]
    corrected = cell_index.with_values({cell: value for cell, value in other if value is not None})
    return [c for c in (*holding, *rest) if c.rate_cell not in rates], corrected


def _causes_beside(
    part: _Part, other: _Part, group: Sequence[Outcome], holding: Sequence[Constraint], cell_index: CellIndex
) -> list[Cause]:
    """The causes of a part of violated rules, explained as if the other slip had been corrected."""
    corrected = cell_index.with_values({c: value for c, value in other.changes if value is not None})
    rates = {cell for cell, value in other.changes if value is None}
    shared = [o for o in group if not any(o is mine for mine in (*part.own, *other.own))]
    done = [c for outcome in other.own for c in outcome.constraints]
    known = [c for c in (*holding, *done) if c.rate_cell not in rates]
    if not shared:
        return _causes_of(part.own, known, corrected)
    explanations = _explain([*part.own, *shared], known, corrected)
    others = {cell for cell, _ in other.changes}
    explanations = [e for e in explanations if not others & {*e.cells}] or explanations
    return [Cause(tuple(o for o in group if any(o is mine for mine in part.told)), tuple(explanations))]


@dataclass(frozen=True)
class _Part:
    """One of two slips: its changes, the rules that they alone mend, and those with which it is told."""

    changes: tuple[tuple[CellRef, int | None], ...]
    own: tuple[Outcome, ...]
    told: tuple[Outcome, ...]


def _two_slips(
    group: Sequence[Outcome], explanation: Explanation, holding: Sequence[Constraint], cell_index: CellIndex
) -> tuple[_Part, _Part] | None:
    """The changes of an explanation in two, each of which mends rules of its own and breaks none; None if they need each other.

    A slip in one row and another in a second row make a total wrong together: neither explains the other. A rule that
    only both mend is told with the slip that is the larger part of it. Two cells exchanged are one slip.
    """
    changes = explanation.changes
    if is_exchange(explanation, cell_index):
        return None
    touching = [c for c in holding if cells_of(c) & {*explanation.cells}]
    found: list[tuple[int, tuple[_Part, _Part]]] = []
    for size in range(1, len(changes) // 2 + 1):
        for one in combinations(changes, size):
            two = tuple(change for change in changes if change not in one)
            if not all(holds(touching, half, cell_index) for half in (one, two)):
                continue
            mends = [[o for o in group if holds(o.constraints, half, cell_index)] for half in (one, two)]
            own = [[o for o in mends[i] if not any(o is p for p in mends[1 - i])] for i in (0, 1)]
            if not all(own) or len(own[0]) + len(own[1]) < len(mends[0]) + len(mends[1]):
                continue
            shared = [o for o in group if not any(o is mine for mine in (*own[0], *own[1]))]
            larger = int(_mended(shared, one, cell_index) < _mended(shared, two, cell_index))
            told = [[*own[i], *(shared if i == larger else [])] for i in (0, 1)]
            halves = zip((one, two), own, told, strict=True)
            first, second = (_Part(tuple(half), tuple(mine), tuple(all_)) for half, mine, all_ in halves)
            found.append((len(shared), (first, second)))
    return min(found, key=lambda split: split[0], default=(0, None))[1]


def _mended(
    outcomes: Sequence[Outcome], changes: Sequence[tuple[CellRef, int | None]], cell_index: CellIndex
) -> float:
    """How much less some rules are violated with changes."""
    values = {cell: value for cell, value in changes if value is not None}
    constraints = [c for outcome in outcomes for c in outcome.constraints]
    return sum(violation(c, cell_index) - violation(c, cell_index, values) for c in constraints)


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
    changes = cause.explanations[0].changes
    return all(holds(outcome.constraints, changes, cell_index) for outcome in other.outcomes)


def _explain(
    outcomes: Sequence[Outcome], holding: Sequence[Constraint], cell_index: CellIndex
) -> list[Explanation]:
    violated = [constraint for outcome in outcomes for constraint in outcome.constraints]
    return _find_explanations(violated, _linked_constraints(violated, holding), cell_index)


def _independent_groups(
    outcomes: Sequence[Outcome],
    explanation: Explanation,
    holding: Sequence[Constraint],
    cell_index: CellIndex,
) -> list[list[Outcome]]:
    """The rules in groups that no change of an explanation has in common, and no rule that would not hold with one change alone.

    A slip in one row and another in a second row share the total of the column, but neither explains the other. A rule
    that no change touches stays with the first group.
    """
    changed = {*explanation.cells}
    groups: list[tuple[set[CellRef], list[Outcome]]] = []
    untouched: list[Outcome] = []
    for outcome in outcomes:
        touched = {cell for constraint in outcome.constraints for cell in cells_of(constraint)} & changed
        if not touched:
            untouched.append(outcome)
            continue
        groups = _linked(groups, touched, [outcome])
    for constraint in holding:
        tied = cells_of(constraint) & changed
        if len(tied) > 1 and any(
            not holds([constraint], [c for c in explanation.changes if c[0] in cells], cell_index)
            for cells, _ in groups
        ):
            groups = _linked(groups, tied, [])
    if not groups:
        return [[*outcomes]]
    groups[0][1].extend(untouched)
    return [members for _, members in groups]


def _linked(
    groups: Sequence[tuple[set[CellRef], list[Outcome]]], cells: set[CellRef], members: list[Outcome]
) -> list[tuple[set[CellRef], list[Outcome]]]:
    """The groups, those that have one of `cells` made one with them."""
    linked = [group for group in groups if group[0] & cells]
    united = cells.union(*(theirs for theirs, _ in linked))
    return [
        *(group for group in groups if not group[0] & cells),
        (united, [*(member for _, theirs in linked for member in theirs), *members]),
    ]


def _group_by_sharedcells_of(outcomes: Iterable[Outcome]) -> list[list[Outcome]]:
    """Group violated rules that share cells, directly or through others."""
    groups: list[tuple[set[CellRef], list[Outcome]]] = []
    for outcome in outcomes:
        cells = {cell for constraint in outcome.constraints for cell in cells_of(constraint)}
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
    linked_cells = {cell for constraint in violated for cell in cells_of(constraint)}
    remaining: list[Constraint] = list(holding)
    linked: list[Constraint] = []
    while True:
        adjacent = [c for c in remaining if cells_of(c) & linked_cells]
        if not adjacent:
            return linked
        linked += adjacent
        remaining = [c for c in remaining if not cells_of(c) & linked_cells]
        linked_cells |= {cell for c in adjacent for cell in cells_of(c)}


def _find_explanations(
    violated: Sequence[Constraint], linked: Sequence[Constraint], cell_index: CellIndex
) -> list[Explanation]:
    problem = _Programme(violated, linked, cell_index)
    found: list[Explanation] = []
    while len(found) < MAX_EXPLANATIONS:
        explanation = problem.solve()
        if explanation is None or (found and explanation.weight > _heaviest_beside(found[0])):
            break
        found.append(explanation)
        problem.forbid(explanation)
    return _simple_first([with_slips(e, problem.constraints, cell_index) for e in found], problem)


def _simple_first(found: Sequence[Explanation], problem: _Programme) -> list[Explanation]:
    """The explanations with those by simple slips before others of as many cells, and with two cells exchanged if that does."""
    if not found:
        return []
    fewest = len(found[0].changes)
    known = {frozenset(e.changes) for e in found}
    new = exchanges(problem.violated, problem.linked, problem.cell_index) if fewest > 1 else ()
    listed = [*found, *(e for e in new if frozenset(e.changes) not in known)]
    simple = [
        e
        for e in listed
        if len(e.changes) <= fewest and is_simple(e, problem.constraints, problem.cell_index)
    ]
    simple.sort(key=lambda e: not is_exchange(e, problem.cell_index))
    return [*simple, *(e for e in listed if e not in simple)][:MAX_EXPLANATIONS]


def _heaviest_beside(lightest: Explanation) -> float:
    """The weight up to which explanations are proposed beside the lightest."""
    several = len(lightest.changes) > 1
    return lightest.weight * (MAX_RELATIVE_WEIGHT_OF_SEVERAL if several else MAX_RELATIVE_WEIGHT)


class _Programme:
    """The mixed-integer programme: for every cell x (its new value) and d (1 where it changes); minimises Σ weight · d."""

    def __init__(self, violated: Sequence[Constraint], linked: Sequence[Constraint], cell_index: CellIndex):
        self.violated, self.linked, self.cell_index = violated, linked, cell_index
        self.constraints = constraints = [*violated, *linked]
        self.confirmations = _confirmations(constraints, cell_index)
        self.totals = {(row.table, row.row, row.member) for row in cell_index.total_rows}
        self.cells = list(
            dict.fromkeys(cell for c in constraints for cell in sorted(cells_of(c), key=_sort_key))
        )
        self.index = {cell: i for i, cell in enumerate(self.cells)}
        self.rates = {c.rate_cell for c in constraints if c.rate_cell}
        self.suspects = {cell for c in violated for cell in cells_of(c)}
        self.forbidden: list[list[int]] = []
        self.correctable = _correctable_by_a_slip(violated, cell_index)
        # "Big M": no cell of an explanation needs to change by more than this.
        self.max_change = 2 * sum(violation(c, cell_index) for c in violated) + 2
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
        c for c in constraints if len(c.terms) == 2 and c.low == c.high and violation(c, cell_index) == 0
    )
    return Counter(cell for c in alike for cell in cells_of(c))


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
