"""Which unit a cell belongs to, and which cells of units have to be verified for a finding."""

from __future__ import annotations

from haochaping.checks.cell_names import group_of
from haochaping.checks.finding import Finding
from haochaping.core.declaration import Group
from haochaping.core.model import TEXT_CLAIMS, CellRef
from haochaping.reference.reference import Reference
from haochaping.store.cell_index import CellIndex

Owner = tuple[str, str]
"""A unit: its kind in the registry and its canonical name."""


class Owners:
    """The unit of each cell of a quarter; ``cells`` maps each unit to its cells."""

    def __init__(self, cell_index: CellIndex, reference: Reference):
        self._reference, self._cell_index = reference, cell_index
        self._owners_of_rows = {
            self._owner(row.cell(""))
            for table in cell_index.declaration.annexes
            for row in cell_index.rows(table)
        }
        self.cells: dict[Owner, list[CellRef]] = {}
        for cell in cell_index.cells():
            if owner := self.of(cell):
                self.cells.setdefault(owner, []).append(cell)

    def of(self, cell: CellRef) -> Owner | None:
        """The unit of `cell`; None for the text, notes, whole columns and totals over several units."""
        if cell.table not in self._cell_index.declaration.annexes:
            return None
        owner = self._owner(cell)
        return owner if owner in self._owners_of_rows else None

    def _owner(self, cell: CellRef) -> Owner:
        """The district of a cell where its annex has districts, else the unit of its row."""
        spec = self._cell_index.spec(cell.table)
        if spec.columns_by and spec.columns_by.key == "district":
            group, name = spec.columns_by, _name_of_member(cell, spec.columns_by)
        else:
            group, name = group_of(spec, self._cell_index.row_of(cell)), cell.row
        kind = group.name if group.is_registered else ""
        return kind, self._reference.canonical(kind, name)


def _name_of_member(cell: CellRef, group: Group) -> str:
    """The member of a cell; a finding about a name in the head of a column has it as its row."""
    return cell.row if cell.column == group.key else cell.member


def cells_to_verify(finding: Finding, owners: Owners) -> tuple[CellRef, ...]:
    """Cells of units to be verified for a finding: its place and suspects or, without any, all cells compared.

    Where suspects are known, no other unit need be asked. A finding about the text, a note or a whole column is at no
    row: no unit can verify it.
    """
    located = tuple(dict.fromkeys(cell for cell in (finding.at, *finding.suspects) if owners.of(cell)))
    if located or finding.suspects:
        return located
    names_a_row = finding.at in finding.cells and finding.at.table != TEXT_CLAIMS
    return tuple(cell for cell in finding.cells if owners.of(cell)) if names_a_row else ()
