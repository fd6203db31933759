"""Which unit a cell belongs to, and which cells of units have to be verified for a finding."""

from __future__ import annotations

from haochaping.checks.finding import Finding
from haochaping.core.model import TABLES, TEXT_CLAIMS, CellRef
from haochaping.reference.reference import Reference
from haochaping.store.cell_index import CellIndex

Owner = tuple[str, str]
"""A unit: its kind in the registry and its canonical name."""


class Owners:
    """The unit of each cell of a quarter; ``cells`` maps each unit to its cells."""

    def __init__(self, cell_index: CellIndex, reference: Reference):
        self._reference = reference
        self._owners_of_rows = {
            self._owner_of_key(row.table, row.key) for table in TABLES for row in cell_index.rows(table)
        }
        self.cells: dict[Owner, list[CellRef]] = {}
        for cell in cell_index.cells():
            if owner := self.of(cell):
                self.cells.setdefault(owner, []).append(cell)

    def of(self, cell: CellRef) -> Owner | None:
        """The unit of `cell`; None for the text, notes, whole columns and totals over several units."""
        if cell.table not in TABLES:
            return None
        owner = self._owner_of_key(cell.table, cell.names)
        return owner if owner in self._owners_of_rows else None

    def _owner_of_key(self, table: str, key: dict[str, str]) -> Owner:
        spec = TABLES[table]
        column = "district" if "district" in spec.key else spec.key[0]
        kind = spec.unit_kinds[column]
        return kind, self._reference.canonical(kind, key.get(column, ""))


def cells_to_verify(finding: Finding, owners: Owners) -> tuple[CellRef, ...]:
    """Cells of units to be verified for a finding: its place and suspects or, without any, all cells compared.

    Where suspects are known, no other unit need be asked. A finding about the text, a note or a whole column is at no
    row: no unit can verify it.
    """
    located = tuple(dict.fromkeys(cell for cell in (finding.at, *finding.suspects) if owners.of(cell)))
    if located:
        return located
    names_a_row = finding.at in finding.cells and finding.at.table != TEXT_CLAIMS
    return tuple(cell for cell in finding.cells if owners.of(cell)) if names_a_row else ()
