"""Units that head the columns of tables whose rows are other units: counties over their bureaus."""

from __future__ import annotations

from haochaping.checks.finding import Finding
from haochaping.checks.owners import Owner, Owners
from haochaping.core.model import CellRef
from haochaping.reference.reference import Reference
from haochaping.store.cell_index import CellIndex


def column_unit(cell: CellRef, cell_index: CellIndex, reference: Reference) -> Owner | None:
    """The registered unit in whose column a cell of a table by units is."""
    if cell.table not in cell_index.declaration.annexes or not cell.member:
        return None
    columns = cell_index.spec(cell.table).columns_by
    if columns is None or not columns.is_registered:
        return None
    unit = reference.unit(columns.name, cell.member)
    return (columns.name, unit.canonical) if unit else None


def column_cells(cell_index: CellIndex, owners: Owners, reference: Reference) -> dict[Owner, list[CellRef]]:
    """The cells in each unit's columns, totals included, apart from those that are the unit's own by their row."""
    found: dict[Owner, list[CellRef]] = {}
    for cell in cell_index.cells():
        unit = column_unit(cell, cell_index, reference)
        if unit and unit != owners.of(cell):
            found.setdefault(unit, []).append(cell)
    return found


def unit_of_column_total(
    finding: Finding, cell_index: CellIndex, owners: Owners, reference: Reference
) -> Owner | None:
    """The unit whose column a finding about a column's total is about; None for other findings."""
    is_total = cell_index.row_of(finding.at) in cell_index.totals(finding.at.table)
    if not is_total or owners.of(finding.at):
        return None
    return column_unit(finding.at, cell_index, reference)
