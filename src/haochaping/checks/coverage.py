"""How much of what is printed could be checked: part of the verdict, because unchecked figures are not right figures.

A printed number counts as covered when at least one rule of arithmetic that could be evaluated ties it to another printed
number. Rules of the domain (not negative, not above 100 %) and comparisons with other units or periods do not count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from haochaping.checks.outcome import NOT_EVALUABLE, Outcome
from haochaping.core.declaration import Measure
from haochaping.core.declaration_lines import alias_line, likely_measure, new_column_line
from haochaping.core.model import CellRef, QuarterData, is_undeclared
from haochaping.core.text import plain_number
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
    lacking : tuple of str
        Headings of declared columns that the table does not have, other than those that many periods lack.
    lines_to_add : tuple of str
        For each undeclared column of a declared table, what to add to the declaration.
    """

    table: str
    words: str
    printed: int
    covered: int
    unchecked: tuple[str, ...] = ()
    undeclared: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    lines_to_add: tuple[str, ...] = ()

    @property
    def may_be_misnamed(self) -> bool:
        """Whether a column that nobody declared may be one that was declared under another heading."""
        return bool(self.undeclared and self.lacking)

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
        ref = CellRef.of_record(cell)
        counter = tables.setdefault(ref.table, _Counter())
        heading = cell_index.heading(cell["measure"]) if cell["measure"] else cell["column"]
        is_number = cell["value"] == cell["value"]  # NaN is not
        counter.add(heading, is_number, is_number and ref in tied)
        if is_undeclared(cell):
            counter.add_undeclared(heading, cell["printed"])
    return tuple(
        counter.result(
            table,
            cell_index.annex_words(table),
            tuple(measure.heading for measure in _lacking(table, counter, cell_index)),
            _lines_to_add(table, counter, cell_index),
        )
        for table, counter in tables.items()
    )


def _lacking(table: str, counter: _Counter, cell_index: CellIndex) -> list[Measure]:
    """Declared columns that a table does not have; none of a table that nobody declared."""
    spec = cell_index.data.declaration.annexes.get(table)
    if spec is None:
        return []
    expected = [measure for measure in spec.measures_by_name.values() if measure.name not in spec.optional]
    return [measure for measure in expected if measure.heading not in counter.numbers]


def _lines_to_add(table: str, counter: _Counter, cell_index: CellIndex) -> tuple[str, ...]:
    """What to add to the declaration for each undeclared column of a declared table: an alias, or a new measure."""
    declaration = cell_index.data.declaration
    spec = declaration.annexes.get(table)
    if spec is None:
        return ()
    lacking = _lacking(table, counter, cell_index)
    lines: list[str] = []
    known = set(declaration.measures)
    for heading, is_percentage in counter.undeclared.items():
        like = [measure for measure in lacking if measure.is_percentage == is_percentage]
        measure = likely_measure(heading, like)
        name = next(name for number in range(1, 1000) if (name := f"new_{number}") not in known)
        known.add(name)
        new = new_column_line(spec, heading, name, is_percentage=is_percentage)
        if measure is not None:
            alias = alias_line(measure, heading)
            lines.append(f"“{heading}”就是“{measure.heading}”的，在 {alias}；是新的列的，加 {new}")
        else:
            lines.append(f"“{heading}”加 {new}")
    return tuple(lines)


def text_figures_not_found(data: QuarterData) -> tuple[str, ...]:
    """Declared figures of the text that it does not state, by their words; none where there is no text."""
    if not data.fact("text"):
        return ()
    found = set(data.headline["figure"])
    return tuple(figure.word for figure in data.declaration.text_figures.values() if figure.name not in found)


class _Counter:
    """Counts the numbers of one table by heading."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.covered: dict[str, int] = {}
        self.undeclared: dict[str, bool] = {}
        """Headings that nobody declared, and whether percentages stand under them."""

    def add(self, heading: str, is_number: bool, is_covered: bool) -> None:
        self.numbers[heading] = self.numbers.get(heading, 0) + is_number
        self.covered[heading] = self.covered.get(heading, 0) + is_covered

    def add_undeclared(self, heading: str, printed: str) -> None:
        is_percentage = plain_number(printed).endswith("%")
        self.undeclared[heading] = self.undeclared.get(heading, False) or is_percentage

    def result(
        self, table: str, words: str, lacking: tuple[str, ...], lines_to_add: tuple[str, ...]
    ) -> TableCoverage:
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
            lacking,
            lines_to_add,
        )
