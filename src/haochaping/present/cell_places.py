"""Which findings name which cells of the annexes, and where those cells stand on the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from haochaping.checks.check_report import CheckReport
from haochaping.checks.finding import Finding
from haochaping.core.model import TABLES, CellRef, QuarterData
from haochaping.present.annex_layout import LayoutColumn, lay_out_annex
from haochaping.store.cell_index import CellIndex

MOST_MARKS = 6
"""Of so many cells that a finding compares in one column each is marked; of more, the heading of the column."""
ColumnRef = tuple[str, str, tuple[tuple[str, str], ...]]
"""A column of an annex as printed: table, measure, the part of the key that it carries."""


def finding_anchors(report: CheckReport) -> dict[str, str]:
    """Finding id to the id of its place on the page."""
    return {finding.id: f"finding-{number}" for number, finding in enumerate(report.findings, start=1)}


def column_of(cell: CellRef) -> ColumnRef:
    """The printed column in which a cell stands."""
    return cell.table, cell.column, cell.key[1:]


class CellPlaces:
    """The cells and columns that findings name, each with its marks and its id on the page.

    A finding names its place, the suspects and what it compares. Corrected ones name nothing: there the correction is said.

    Parameters
    ----------
    data : QuarterData
        The quarter, corrections applied.
    report : CheckReport
        What the checks say.
    """

    def __init__(self, data: QuarterData, report: CheckReport):
        self._ids: dict[CellRef, str] = {}
        self._columns: dict[ColumnRef, str] = {}
        self._laid_out = [name for name in TABLES if not data.table(name).empty]
        for name in self._laid_out:
            self._lay_out(data, name)
        self.of_cell: dict[CellRef, list[str]] = {}
        """Cell to the anchors of the findings that mark it, gravest first."""
        self.of_column: dict[ColumnRef, list[str]] = {}
        """Column to the anchors of the findings that mark its heading."""
        anchors = finding_anchors(report)
        for finding in report.findings:
            if finding.status != "corrected":
                cells, columns = self.named(finding)
                for cell in cells:
                    self.of_cell.setdefault(cell, []).append(anchors[finding.id])
                for column in columns:
                    self.of_column.setdefault(column, []).append(anchors[finding.id])

    def cell_id(self, cell: CellRef) -> str:
        """The id of a marked cell; blank for others."""
        return self._ids[cell] if cell in self.of_cell else ""

    def column_id(self, column: ColumnRef) -> str:
        """The id of a marked heading; blank for others."""
        return self._columns[column] if column in self.of_column else ""

    def anchor(self, cell: CellRef) -> str:
        """Where the page shows a cell that a finding names: itself, else its table; blank where there is no such table."""
        return self.cell_id(cell) or (f"table-{cell.table}" if cell.table in self._laid_out else "")

    def _lay_out(self, data: QuarterData, name: str) -> None:
        grid, cell_index = lay_out_annex(data, name), data.once(CellIndex)
        for place, column in enumerate(grid.columns, start=1):
            key = (name, column.measure, tuple(column.rest.items()))
            self._columns[key] = f"column-{name}-{place}"
        for line, row in enumerate((*grid.rows, *grid.totals), start=1):
            for place, column in enumerate(grid.columns, start=1):
                cell = grid_cell(name, row.name, column)
                if cell in cell_index:
                    self._ids[cell] = f"cell-{name}-{line}-{place}"

    def named(self, finding: Finding) -> tuple[list[CellRef], list[ColumnRef]]:
        """The cells and columns of the page that a finding is about, in the order of the page."""
        cells = {cell for cell in (finding.at, *finding.suspects) if cell in self._ids}
        columns = set()
        for column, compared in _by_column(cell for cell in finding.cells if cell in self._ids):
            if len(compared) <= MOST_MARKS:
                cells |= compared
            else:
                columns.add(column)
        order, order_of = list(self._ids), list(self._columns)
        return sorted(cells, key=order.index), sorted(columns, key=order_of.index)


def grid_cell(table: str, name: str, column: LayoutColumn) -> CellRef:
    """The cell of a printed row and column."""
    return CellRef.of(table, {TABLES[table].key[0]: name, **column.rest}, column.measure)


def _by_column(cells: Iterable[CellRef]) -> Iterator[tuple[ColumnRef, set[CellRef]]]:
    for column, group in groupby(sorted(cells, key=column_of), key=column_of):
        yield column, set(group)
