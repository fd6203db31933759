"""The outcome of a rule in one place, and the linear constraints behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from haochaping.checks.rule import Rule
from haochaping.core.declaration import AnnexSpec
from haochaping.core.model import CellRef
from haochaping.store.cell_index import CellIndex, RowRef

ALL_ROWS = "全部"
"""Name for every row, in the place of a finding about a whole column."""
HOLDS, FAILS, NOT_EVALUABLE = "holds", "fails", "not evaluable"


@dataclass(frozen=True)
class Constraint:
    """A linear constraint over printed counts: low ≤ Σ coefficient · cell ≤ high.

    ``rate_cell`` is a printed rate from which the bounds were computed: if that cell is wrong, the constraint need
    not hold.
    """

    terms: tuple[tuple[CellRef, float], ...]
    low: float
    high: float
    rate_cell: CellRef | None = None


@dataclass(frozen=True)
class Outcome:
    """The outcome of one rule in one place.

    Attributes
    ----------
    at : CellRef
        The cell or column that it is about.
    cells : tuple of CellRef
        The cells that were compared.
    state : str
        ``HOLDS``, ``FAILS`` or ``NOT_EVALUABLE``.
    arithmetic, reason : str
        The calculation; why the rule could not be evaluated.
    values : dict
        Variables of the rule's message template.
    constraints : tuple of Constraint
        For hard rules only, whether they hold or not: input of error localisation.
    suspects, hypothesis
        Cells that may be wrong and an explanation, where a soft rule has its own.
    changes : mapping
        Cell values behind the hypothesis; doubts that would vanish with them join this one's finding.
    expected : str
        What the cell ``at`` should read if all other cells are right.
    affected : float, optional
        By how many records printed counts would change if the doubt is right; none where nobody can say.
    """

    at: CellRef
    cells: tuple[CellRef, ...]
    state: str
    arithmetic: str = ""
    reason: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    constraints: tuple[Constraint, ...] = ()
    suspects: tuple[CellRef, ...] = ()
    hypothesis: str = ""
    changes: Mapping[CellRef, int] = field(default_factory=dict)
    expected: str = ""
    affected: float | None = None


RuleKind = Callable[[Rule, CellIndex], Iterator[Outcome]]
"""A function that evaluates one kind of rule: yields one outcome for each place to which the rule applies."""


def state(is_satisfied: bool) -> str:
    """``HOLDS`` or ``FAILS``."""
    return HOLDS if is_satisfied else FAILS


def not_evaluable(at: CellRef, cells: Iterable[CellRef], reason: str) -> Outcome:
    """An outcome for a place in which the rule cannot be evaluated."""
    return Outcome(at, tuple(cells), NOT_EVALUABLE, reason=reason)


def rows_and_totals(rule: Rule, cell_index: CellIndex) -> Iterator[RowRef]:
    """Rows of each of the rule's tables, followed by its total rows."""
    for table in rule.tables:
        yield from cell_index.rows(table)
        yield from cell_index.totals(table)


def whole_column(spec: AnnexSpec, column: str) -> CellRef:
    """The place of an outcome about a whole column of an annex."""
    return CellRef(spec.name, ALL_ROWS, column, ALL_ROWS if spec.columns_by else "")
