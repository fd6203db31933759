"""A cause of violated rules and its explanations: which cells would change, and to what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from haochaping.checks.outcome import Constraint, Outcome
from haochaping.core.model import CellRef
from haochaping.store.cell_index import CellIndex

MAX_EXPLANATIONS = 5
"""Most explanations of one cause that are proposed; where there are so many, others may fit as well."""
ROUNDING = 1e-6
"""What a sum of floating-point numbers may lack of a limit that it reaches."""


@dataclass(frozen=True)
class Explanation:
    """A set of cells and the values with which the rules would hold (None: a printed rate, whose value stays open)."""

    changes: tuple[tuple[CellRef, int | None], ...]
    weight: float

    @property
    def cells(self) -> tuple[CellRef, ...]:
        """The cells that would change."""
        return tuple(cell for cell, _ in self.changes)

    @property
    def values(self) -> dict[CellRef, int]:
        """The counts that would change, with their new values."""
        return {cell: value for cell, value in self.changes if value is not None}


@dataclass(frozen=True)
class Cause:
    """Violated hard rules that share cells, and their explanations, likeliest first."""

    outcomes: tuple[Outcome, ...]
    explanations: tuple[Explanation, ...]
    is_undecided: bool = False
    """Whether another explanation is as likely as the first: as light, and of as many other doubts."""


def cells_of(constraint: Constraint) -> set[CellRef]:
    """The counts that a constraint ties, and the printed rate behind it."""
    cells = {cell for cell, _ in constraint.terms}
    return cells | {constraint.rate_cell} if constraint.rate_cell else cells


def violation(
    constraint: Constraint, cell_index: CellIndex, values: Mapping[CellRef, int] | None = None
) -> float:
    """By how much a constraint fails with the printed values, or `values` in their place; missing ones count as 0."""
    new = values or {}
    total = sum(
        coefficient * (new[cell] if cell in new else cell_index.count(cell) or 0)
        for cell, coefficient in constraint.terms
    )
    return max(0.0, constraint.low - total, total - constraint.high)


def holds(
    constraints: Iterable[Constraint], changes: Iterable[tuple[CellRef, int | None]], cell_index: CellIndex
) -> bool:
    """Whether constraints hold with changes; one that rests on a changed rate does."""
    values = {cell: value for cell, value in changes if value is not None}
    released = {cell for cell, value in changes if value is None}
    return all(c.rate_cell in released or violation(c, cell_index, values) <= ROUNDING for c in constraints)
