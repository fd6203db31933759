"""A sum of printed counts of one row, as a measure's arithmetic declares it."""

from __future__ import annotations

from dataclasses import dataclass

from haochaping.cleaning.number_format import number
from haochaping.core.declaration import RATE, SHARE, AnnexSpec, Expression, Measure
from haochaping.core.measure_words import expression_words
from haochaping.core.model import CellRef
from haochaping.store.cell_index import CellIndex, RowRef


@dataclass(frozen=True)
class CellSum:
    """Cells with their factors: 满意票 + 基本满意票."""

    terms: tuple[tuple[int, CellRef], ...]

    @property
    def cells(self) -> tuple[CellRef, ...]:
        """The cells, in their order."""
        return tuple(cell for _, cell in self.terms)

    def value(self, cell_index: CellIndex) -> int | None:
        """The sum; None when a cell holds no number."""
        counts = [(factor, cell_index.count(cell)) for factor, cell in self.terms]
        if any(count is None for _, count in counts):
            return None
        return sum(factor * (count or 0) for factor, count in counts)

    def is_printed(self, cell_index: CellIndex) -> bool:
        """Whether the source has all the cells, with or without numbers."""
        return all(cell in cell_index for cell in self.cells)

    def words(self, cell_index: CellIndex) -> str:
        """The sum in headings: ``评价数``, ``（评价数 − 差评数）``."""
        return expression_words(
            tuple((factor, cell.column) for factor, cell in self.terms), cell_index.heading
        )

    def arithmetic(self, cell_index: CellIndex) -> str:
        """The sum in figures, for example ``3,808 + 3 + 5``."""
        parts = []
        for position, (factor, cell) in enumerate(self.terms):
            count = cell_index.count(cell)
            text = number(count) if count is not None else cell_index.printed(cell) or "空白"
            sign = " − " if factor < 0 else " + " if position else ""
            parts.append(f"{sign}{f'{abs(factor)} × ' if abs(factor) != 1 else ''}{text}")
        return "".join(parts).strip()


def sum_in_row(row: RowRef, expression: Expression) -> CellSum:
    """The sum of measures of one row."""
    return CellSum(tuple((factor, row.cell(measure)) for factor, measure in expression))


def _is_of(spec: AnnexSpec, expression: Expression) -> bool:
    return bool(expression) and all(measure in spec.measures_by_name for _, measure in expression)


def rates_with_base(spec: AnnexSpec) -> list[Measure]:
    """The rates of an annex whose numerator and denominator are its measures too."""
    return [
        measure
        for measure in spec.measures_by_name.values()
        if measure.kind == RATE and _is_of(spec, measure.numerator) and _is_of(spec, measure.denominator)
    ]


def shares(spec: AnnexSpec) -> list[Measure]:
    """The shares of an annex, whose count is its measure too."""
    return [m for m in spec.measures_by_name.values() if m.kind == SHARE and _is_of(spec, m.numerator)]


def sums_of_parts(spec: AnnexSpec) -> list[Measure]:
    """The counts of an annex that others of its measures add up to."""
    return [m for m in spec.measures_by_name.values() if _is_of(spec, m.parts)]


def bounded(spec: AnnexSpec) -> list[tuple[str, str]]:
    """Pairs of measures of an annex of which the first cannot exceed the second."""
    return [
        (measure.name, larger)
        for measure in spec.measures_by_name.values()
        for larger in measure.at_most
        if larger in spec.measures_by_name
    ]
