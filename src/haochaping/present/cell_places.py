"""Which matters are about which cells of the annexes, and the ids of those cells on the page."""

from __future__ import annotations

from typing import TypeVar

from haochaping.checks.check_report import CheckReport
from haochaping.checks.finding import Finding
from haochaping.checks.outcome import ALL_ROWS
from haochaping.core.annex_numbers import printed_table_names
from haochaping.core.model import CellRef, QuarterData
from haochaping.present.doubts import affected_cells
from haochaping.present.numbered_matters import matter_numbers
from haochaping.present.printed_table import printed_table
from haochaping.store.cell_index import CellIndex

_Place = TypeVar("_Place")
ColumnRef = tuple[str, str, str]
"""A column of a table as printed: table, measure (or headings where undeclared), member."""


def column_of(cell: CellRef) -> ColumnRef:
    """The printed column of a cell."""
    return cell.table, cell.column, cell.member


class CellPlaces:
    """The cells and columns that matters are about, each with the numbers of its matters and its id on the page.

    A matter is about the cells that its findings doubt, not about what these compare them with. Corrected findings mark
    nothing: the cell shows its correction instead; nor do 提示, but for a whole column of a graver matter.

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
        self._declaration = data.declaration
        self._tables_on_page = printed_table_names(data)
        for name in self._tables_on_page:
            self._assign_ids(data, name)
        self.matters_of_cell: dict[CellRef, list[int]] = {}
        """Cell to the numbers of the matters that are about it."""
        self.matters_of_column: dict[ColumnRef, list[int]] = {}
        """Column to the numbers of the matters about it as a whole."""
        self.severity_of_cell: dict[CellRef, str] = {}
        """Cell to the gravest severity of its findings: its tint; a 提示 of a graver matter gives none, nor what is explained."""
        numbers = matter_numbers(report)
        for finding in report.findings:
            if finding.status == "corrected" or report.matters[numbers[finding.id] - 1].severity == "note":
                continue
            cells, columns = self.cells_and_columns(finding)
            for cell in cells:
                _add(self.matters_of_cell, cell, numbers[finding.id])
                graver = finding.severity == "correct"
                if finding.is_open:
                    self.severity_of_cell[cell] = (
                        finding.severity if graver else self.severity_of_cell.get(cell, finding.severity)
                    )
            for column in columns:
                _add(self.matters_of_column, column, numbers[finding.id])

    def cell_id(self, cell: CellRef) -> str:
        """The HTML id of a marked cell; blank for others."""
        return self._cell_ids[cell] if cell in self.matters_of_cell else ""

    def column_id(self, column: ColumnRef) -> str:
        """The HTML id of a marked column heading; blank for others."""
        return self._column_ids[column] if column in self.matters_of_column else ""

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
        """The cells and columns of the page that a finding doubts, in the order of the page."""
        doubted = affected_cells(finding, self._declaration)
        cell_order, column_order = list(self._cell_ids), list(self._column_ids)
        if ALL_ROWS in finding.at.names and not finding.suspects:
            columns = {column_of(cell) for cell in doubted if cell in self._cell_ids}
            return [], sorted(columns, key=column_order.index)
        cells = {cell for cell in doubted if cell in self._cell_ids}
        return sorted(cells, key=cell_order.index), []


def _add(numbers: dict[_Place, list[int]], place: _Place, number: int) -> None:
    of_place = numbers.setdefault(place, [])
    if number not in of_place:
        of_place.append(number)
