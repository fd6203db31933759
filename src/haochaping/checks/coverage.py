"""How much of what is printed could be checked: part of the verdict, because unchecked figures are not right figures.

A printed number counts as covered when at least one rule of arithmetic that could be evaluated ties it to another printed
number. Rules of the domain (not negative, not above 100 %) and comparisons with other units or periods do not count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from haochaping.checks.outcome import NOT_EVALUABLE, Outcome
from haochaping.core.model import CellRef, is_undeclared, undeclared_table
from haochaping.store.cell_index import CellIndex

DEFAULT_LIMIT = 0.5
"""Least share of covered numbers of each table; ``[thresholds] coverage`` of ``city.toml`` replaces it."""


@dataclass(frozen=True)
class TableCoverage:
    """Coverage of one printed table.

    Attributes
    ----------
    table : str
        As in :class:`~haochaping.core.model.CellRef`.
    words : str
        The table in words: 附件2.
    printed, covered : int
        Numbers printed; those of them that a rule ties to another number.
    unchecked : tuple of str
        Headings of columns with numbers that are not covered, with how many of them where some are.
    undeclared : tuple of str
        Headings of columns whose meaning nobody declared.
    """

    table: str
    words: str
    printed: int
    covered: int
    unchecked: tuple[str, ...] = ()
    undeclared: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """Covered share of the numbers; 1 for a table without numbers."""
        return self.covered / self.printed if self.printed else 1.0


def tied_cells(outcomes: Iterable[Outcome]) -> set[CellRef]:
    """Cells that evaluated outcomes of arithmetic rules tie to another cell."""
    tied: set[CellRef] = set()
    for outcome in outcomes:
        cells = {outcome.at, *outcome.cells}
        if outcome.state != NOT_EVALUABLE and len(cells) > 1:
            tied |= cells
    return tied


def measure_coverage(cell_index: CellIndex, tied: set[CellRef]) -> tuple[TableCoverage, ...]:
    """Coverage of every printed table, in the source's order.

    Parameters
    ----------
    cell_index : CellIndex
        The period.
    tied : set of CellRef
        From :func:`tied_cells`.
    """
    tables: dict[str, _Counter] = {}
    for cell in cell_index.data.cell_records():
        table = cell["annex"] or undeclared_table(cell["table"])
        counter = tables.setdefault(table, _Counter())
        ref = CellRef(table, cell["row"], cell["measure"] or cell["column"], cell["member"])
        heading = cell_index.heading(cell["measure"]) if cell["measure"] else cell["column"]
        is_number = cell["value"] == cell["value"]  # NaN is not
        counter.add(heading, is_number, is_number and ref in tied, is_undeclared(cell))
    return tuple(counter.result(table, cell_index.annex_words(table)) for table, counter in tables.items())


class _Counter:
    """Counts the numbers of one table by heading."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.covered: dict[str, int] = {}
        self.undeclared: dict[str, None] = {}

    def add(self, heading: str, is_number: bool, is_covered: bool, is_undeclared: bool) -> None:
        self.numbers[heading] = self.numbers.get(heading, 0) + is_number
        self.covered[heading] = self.covered.get(heading, 0) + is_covered
        if is_undeclared:
            self.undeclared[heading] = None

    def result(self, table: str, words: str) -> TableCoverage:
        unchecked = [
            heading if not self.covered[heading] else f"{heading}（{count - self.covered[heading]} 格）"
            for heading, count in self.numbers.items()
            if count > self.covered[heading]
        ]
        return TableCoverage(
            table,
            words,
            sum(self.numbers.values()),
            sum(self.covered.values()),
            tuple(unchecked),
            tuple(self.undeclared),
        )
