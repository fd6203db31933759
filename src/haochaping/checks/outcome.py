"""What a rule says in one place, and the constraint behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from haochaping.checks.rule import Rule
from haochaping.core.model import TABLES, TEXT_CLAIMS, CellRef
from haochaping.store.cell_index import CellIndex, RowRef

WHOLE = "全部"
"""Stands for every row in the place of a finding that concerns a whole column."""
HOLDS, FAILS, NOT_EVALUABLE = "holds", "fails", "not evaluable"


@dataclass(frozen=True)
class Constraint:
    """A linear constraint over printed counts: low ≤ Σ coefficient · cell ≤ high.

    ``release`` is a printed rate that the constraint also rests on: if that cell is the wrong one,
    the constraint need not hold.
    """

    terms: tuple[tuple[CellRef, float], ...]
    low: float
    high: float
    release: CellRef | None = None


@dataclass(frozen=True)
class Outcome:
    """What one rule says in one place.

    ``values`` fill the rule's message. ``constraints`` are there for hard rules only: error
    localisation works on them, whether they hold or not. A soft rule may name ``suspects`` and a
    ``hypothesis`` itself. ``changes`` are the values behind the hypothesis: other doubts that would vanish with them are told
    together with this one. ``expected`` is what the cell should read if all other cells are right.
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


Kind = Callable[[Rule, CellIndex], Iterator[Outcome]]
"""A kind of rule: from a rule and the printed cells to one outcome for each place it applies to."""


def state(good: bool) -> str:
    """``holds`` or ``fails``."""
    return HOLDS if good else FAILS


def not_evaluable(at: CellRef, cells: Iterable[CellRef], reason: str) -> Outcome:
    """The rule cannot be evaluated here, and why."""
    return Outcome(at, tuple(cells), NOT_EVALUABLE, reason=reason)


def rows_and_totals(rule: Rule, cell_index: CellIndex) -> Iterator[RowRef]:
    """Rows of the rule's tables, total rows after them."""
    for table in rule.tables:
        yield from cell_index.rows(table)
        yield from cell_index.totals(table)


def whole_table(table: str, column: str) -> CellRef:
    """The place of an outcome that concerns a whole column."""
    return CellRef.of(table, dict.fromkeys(TABLES[table].key, WHOLE), column)


def claim_cell(figure: str) -> CellRef:
    """The cell of a figure of the text."""
    return CellRef.of(TEXT_CLAIMS, {"figure": figure}, "value")
