"""Which findings are about which cells of the annexes, and the ids of those cells on the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from haochaping.checks.check_report import CheckReport
from haochaping.checks.finding import Finding
from haochaping.core.annex_numbers import printed_table_names
from haochaping.core.model import CellRef, QuarterData
from haochaping.present.printed_table import printed_table
from haochaping.store.cell_index import CellIndex

MOST_MARKED_CELLS = 6
"""Up to this many compared cells in one column are marked one by one; with more, the column's heading is marked."""
ColumnRef = tuple[str, str, str]
"""A column of a table as printed: table, measure (or headings where undeclared), member."""


def finding_anchors(report: CheckReport) -> dict[str, str]:
    """Finding id to the HTML id of the finding on the page."""
    return {finding.id: f"finding-{number}" for number, finding in enumerate(report.findings, start=1)}


def column_of(cell: CellRef) -> ColumnRef:
    """The printed column of a cell."""
    return cell.table, cell.column, cell.member


class CellPlaces:
    """The cells and columns that findings are about, each with its findings and its id on the page.

    A finding is about its place, its suspects and the cells it compares. Corrected findings mark nothing: the cell
    shows its correction instead.

    Parameters
    ----------
    data : QuarterData
        The quarter, corrections applied.
    report : CheckReport
        What the checks say.
    """

    def __init__(self, data: QuarterData, report: CheckReport):
        self._cell_ids: dict[CellRef, str] = {}
        self._column_ids: dict[ColumnRef, str] = {}
        self._tables_on_page = printed_table_names(data)
        for name in self._tables_on_page:
            self._assign_ids(data, name)
        self.findings_of_cell: dict[CellRef, list[str]] = {}
        """Cell to the anchors of the findings that mark it, most severe first."""
        self.findings_of_column: dict[ColumnRef, list[str]] = {}
        """Column to the anchors of the findings that mark its heading."""
        anchors = finding_anchors(report)
        for finding in report.findings:
            if finding.status != "corrected":
                cells, columns = self.cells_and_columns(finding)
                for cell in cells:
                    self.findings_of_cell.setdefault(cell, []).append(anchors[finding.id])
                for column in columns:
                    self.findings_of_column.setdefault(column, []).append(anchors[finding.id])

    def cell_id(self, cell: CellRef) -> str:
        """The HTML id of a marked cell; blank for others."""
        return self._cell_ids[cell] if cell in self.findings_of_cell else ""

    def column_id(self, column: ColumnRef) -> str:
        """The HTML id of a marked column heading; blank for others."""
        return self._column_ids[column] if column in self.findings_of_column else ""

    def anchor(self, cell: CellRef) -> str:
        """The HTML id to link to for a cell: the cell's if marked, else its table's; blank if the page lacks the table."""
        return self.cell_id(cell) or (f"table-{cell.table}" if cell.table in self._tables_on_page else "")

    def _assign_ids(self, data: QuarterData, name: str) -> None:
        table, cell_index = printed_table(data, name), data.derived(CellIndex)
        for position, column in enumerate(table.columns, start=1):
            self._column_ids[name, column.name, column.member] = f"column-{name}-{position}"
        for row_number, row in enumerate(table.lines, start=1):
            for position, column in enumerate(table.columns, start=1):
                cell = column.cell(name, row.name)
                if cell in cell_index:
                    self._cell_ids[cell] = f"cell-{name}-{row_number}-{position}"

    def cells_and_columns(self, finding: Finding) -> tuple[list[CellRef], list[ColumnRef]]:
        """The cells and columns of the page that a finding is about, in the order of the page."""
        cells = {cell for cell in (finding.at, *finding.suspects) if cell in self._cell_ids}
        columns = set()
        for column, compared in _group_by_column(cell for cell in finding.cells if cell in self._cell_ids):
            if len(compared) <= MOST_MARKED_CELLS:
                cells |= compared
            else:
                columns.add(column)
        cell_order, column_order = list(self._cell_ids), list(self._column_ids)
        return sorted(cells, key=cell_order.index), sorted(columns, key=column_order.index)


def _group_by_column(cells: Iterable[CellRef]) -> Iterator[tuple[ColumnRef, set[CellRef]]]:
    for column, group in groupby(sorted(cells, key=column_of), key=column_of):
        yield column, set(group)
