"""Which cells are wrong? The smallest weighted sets of cells that must change so that all hard rules hold.

Error localisation after Fellegi and Holt (1976, J. Amer. Statist. Assoc. 71), by mixed-integer
programming (scipy's HiGHS), for each group of violated rules that share cells, together with every
rule that is connected to it. Proposed, never applied.
"""

from __future__ import annotations

import math
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from haochaping.checks.outcome import FAILS, Constraint, Outcome
from haochaping.cleaning.typing_slips import slip_between
from haochaping.core.model import TABLES, CellRef
from haochaping.store.cell_index import CellIndex

MOST_EXPLANATIONS = 5
HEAVIEST = 3.3
"""Explanations that weigh more than this many times the lightest are not told."""
TOTAL_WEIGHT, RATE_WEIGHT, CELL_WEIGHT, TWICE_PRINTED, SLIP = 0.9, 0.95, 1.0, 0.5, 0.8
"""A total is derived, so it is wrong whenever a part was left out; a figure printed twice alike is trusted more;
a cell that one typing slip would mend is trusted less (its weight is multiplied by SLIP)."""


@dataclass(frozen=True)
class Explanation:
    """A set of cells and the values that would make the rules hold (None: a rate that must read otherwise)."""

    changes: tuple[tuple[CellRef, int | None], ...]
    weight: float

    @property
    def cells(self) -> tuple[CellRef, ...]:
        """The cells that would change."""
        return tuple(cell for cell, _ in self.changes)


@dataclass(frozen=True)
class Cause:
    """Violated hard rules that hang together, and what could explain them, lightest first."""

    outcomes: tuple[Outcome, ...]
    explanations: tuple[Explanation, ...]


def localise(outcomes: Sequence[Outcome], cell_index: CellIndex) -> list[Cause]:
    """Group violated hard rules by shared cells and explain each group.

    Parameters
    ----------
    outcomes : sequence of Outcome
        Outcomes of all hard rules, also those that hold: an explanation must not break them.
    book : CellIndex
        The printed values.
    """
    violated = [outcome for outcome in outcomes if outcome.state == FAILS and outcome.constraints]
    holding = [c for outcome in outcomes if outcome.state != FAILS for c in outcome.constraints]
    causes = []
    for group in _grouped(violated):
        broken = [constraint for outcome in group for constraint in outcome.constraints]
        causes.append(Cause(tuple(group), tuple(_explain(broken, _connected(broken, holding), cell_index))))
    return causes


def _cells(constraint: Constraint) -> set[CellRef]:
    cells = {cell for cell, _ in constraint.terms}
    return cells | {constraint.release} if constraint.release else cells


def _grouped(outcomes: Iterable[Outcome]) -> list[list[Outcome]]:
    """Violated rules in groups that share a cell."""
    groups: list[tuple[set[CellRef], list[Outcome]]] = []
    for outcome in outcomes:
        cells = {cell for constraint in outcome.constraints for cell in _cells(constraint)}
        members = [outcome]
        rest = []
        for other_cells, others in groups:
            if other_cells & cells:
                cells |= other_cells
                members = [*others, *members]
            else:
                rest.append((other_cells, others))
        groups = [*rest, (cells, members)]
    return [members for _, members in groups]


def _connected(broken: Sequence[Constraint], holding: Sequence[Constraint]) -> list[Constraint]:
    """The holding constraints that are linked to the broken ones through shared cells."""
    reached = {cell for constraint in broken for cell in _cells(constraint)}
    waiting: list[Constraint] = list(holding)
    linked: list[Constraint] = []
    while True:
        near = [c for c in waiting if _cells(c) & reached]
        if not near:
            return linked
        linked += near
        waiting = [c for c in waiting if not _cells(c) & reached]
        reached |= {cell for c in near for cell in _cells(c)}


def _explain(
    broken: Sequence[Constraint], linked: Sequence[Constraint], cell_index: CellIndex
) -> list[Explanation]:
    problem = _Problem([*broken, *linked], broken, cell_index)
    found: list[Explanation] = []
    while len(found) < MOST_EXPLANATIONS:
        explanation = problem.solve()
        if explanation is None or (found and explanation.weight > HEAVIEST * found[0].weight):
            break
        found.append(explanation)
        problem.forbid(explanation)
    return found


class _Problem:
    """The integer programme: x (new values) and d (1 where a cell changes) for every cell."""

    def __init__(
        self, constraints: Sequence[Constraint], broken: Sequence[Constraint], cell_index: CellIndex
    ):
        self.constraints, self.cell_index = constraints, cell_index
        self.trusted = _printed_twice(constraints, cell_index)
        self.totals = {table: [row.key for row in cell_index.totals(table)] for table in TABLES}
        self.cells = list(dict.fromkeys(cell for c in constraints for cell in sorted(_cells(c), key=_order)))
        self.index = {cell: i for i, cell in enumerate(self.cells)}
        self.rates = {c.release for c in constraints if c.release}
        self.suspect = {cell for c in broken for cell in _cells(c)}
        self.forbidden: list[list[int]] = []
        self.mended = _mended_by_a_slip(broken, cell_index)
        self.reach = 2 * sum(_violation(c, cell_index) for c in broken) + 2
        self.weights = [self._weight(cell) for cell in self.cells]

    def _weight(self, cell: CellRef) -> float:
        if cell in self.rates:
            return RATE_WEIGHT
        total = cell.names in self.totals.get(cell.table, ())
        weight = (TOTAL_WEIGHT if total else CELL_WEIGHT) + TWICE_PRINTED * self.trusted[cell]
        return weight * SLIP if cell in self.mended else weight

    def forbid(self, explanation: Explanation) -> None:
        """Exclude this explanation and every larger one with the same suspects."""
        core = [self.index[cell] for cell in explanation.cells if cell in self.suspect]
        self.forbidden.append(core or [self.index[cell] for cell in explanation.cells])

    def solve(self) -> Explanation | None:
        """The lightest explanation that is not forbidden; None when there is none."""
        n = len(self.cells)
        rows: list[tuple[dict[int, float], float, float]] = []
        for c in self.constraints:
            rows += self._constraint_rows(c, n)
        lower, upper = np.zeros(2 * n), np.concatenate([np.full(n, np.inf), np.ones(n)])
        # imported here: slow to load, and needed only where rules are violated
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import lil_matrix

        cost = np.zeros(2 * n)
        for i, cell in enumerate(self.cells):
            value = self.cell_index.count(cell) if cell not in self.rates else 0
            if value is None:
                upper[n + i] = 0  # a missing value may be anything and costs nothing
                continue
            cost[n + i] = self.weights[i]
            rows.append(({i: 1.0, n + i: -self.reach}, -math.inf, float(value)))
            rows.append(({i: 1.0, n + i: self.reach}, float(value), math.inf))
        for core in self.forbidden:
            rows.append(({n + i: 1.0 for i in core}, -math.inf, len(core) - 1))
        matrix = lil_matrix((len(rows), 2 * n))
        for r, (terms, _, _) in enumerate(rows):
            for column, coefficient in terms.items():
                matrix[r, column] = coefficient
        with _silence():
            result = milp(
                cost,
                integrality=np.concatenate([np.zeros(n), np.ones(n)]),
                bounds=Bounds(lower, upper),
                constraints=LinearConstraint(
                    matrix.tocsr(), [low for _, low, _ in rows], [high for _, _, high in rows]
                ),
                options={"time_limit": 5.0},
            )
        return self._explanation(result.x, n) if result.x is not None else None

    def _constraint_rows(self, c: Constraint, n: int) -> list[tuple[dict[int, float], float, float]]:
        terms: dict[int, float] = {}
        for cell, coefficient in c.terms:
            terms[self.index[cell]] = terms.get(self.index[cell], 0.0) + coefficient
        if c.release is None:
            return [(terms, c.low, c.high)]
        freed = n + self.index[c.release]
        slack = 4 * self.reach
        rows = []
        if c.high < math.inf:
            rows.append(({**terms, freed: -slack}, -math.inf, c.high))
        if c.low > -math.inf:
            rows.append(({**terms, freed: slack}, c.low, math.inf))
        return rows

    def _explanation(self, x: np.ndarray, n: int) -> Explanation | None:
        changes: list[tuple[CellRef, int | None]] = []
        weight = 0.0
        for i, cell in enumerate(self.cells):
            if x[n + i] > 0.5:
                weight += self.weights[i]
                changes.append((cell, None if cell in self.rates else round(float(x[i]))))
        return Explanation(tuple(changes), weight) if changes else None


def _printed_twice(constraints: Sequence[Constraint], cell_index: CellIndex) -> Counter[CellRef]:
    """How often each cell is printed a second time, and alike."""
    alike = (
        c for c in constraints if len(c.terms) == 2 and c.low == c.high and _violation(c, cell_index) == 0
    )
    return Counter(cell for c in alike for cell in _cells(c))


def _mended_by_a_slip(broken: Sequence[Constraint], cell_index: CellIndex) -> set[CellRef]:
    """Cells that alone would satisfy a violated equality if one typing slip were undone."""
    mended = set()
    for c in broken:
        if c.low != c.high:
            continue
        residual = sum(coefficient * (cell_index.count(cell) or 0) for cell, coefficient in c.terms) - c.low
        for cell, coefficient in c.terms:
            value = cell_index.count(cell)
            if value is None:
                continue
            target = value - residual / coefficient
            if target >= 0 and target == int(target) and slip_between(value, int(target)):
                mended.add(cell)
    return mended


@contextmanager
def _silence() -> Iterator[None]:
    """Keep the solver's own prints off standard output, which belongs to ``check --json``."""
    sys.stdout.flush()
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def _order(cell: CellRef) -> tuple[str, tuple[tuple[str, str], ...], str]:
    return cell.table, cell.key, cell.column


def _violation(c: Constraint, cell_index: CellIndex) -> float:
    """By how much a constraint fails with the printed values; missing values count as 0."""
    value = sum(coefficient * (cell_index.count(cell) or 0) for cell, coefficient in c.terms)
    return max(0.0, c.low - value, value - c.high)
