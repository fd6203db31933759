"""Which unit a cell belongs to, and who is asked to verify a finding."""

from __future__ import annotations

from haochaping.checks.finding import Finding
from haochaping.core.model import TABLES, TEXT_CLAIMS, CellRef
from haochaping.reference.reference import Reference
from haochaping.store.cell_index import CellIndex

Owner = tuple[str, str]
"""A unit: its kind in the registry and its canonical name."""


class Owners:
    """Which unit each cell of a quarter belongs to."""

    def __init__(self, cell_index: CellIndex, reference: Reference):
        self._reference = reference
        self._there = {self._named(row.table, row.key) for table in TABLES for row in cell_index.rows(table)}
        self.cells: dict[Owner, list[CellRef]] = {}
        for cell in cell_index.cells():
            if owner := self.of(cell):
                self.cells.setdefault(owner, []).append(cell)

    def of(self, cell: CellRef) -> Owner | None:
        """The unit of `cell`; None for the text, notes, whole columns and totals over several units."""
        if cell.table not in TABLES:
            return None
        owner = self._named(cell.table, cell.names)
        return owner if owner in self._there else None

    def _named(self, table: str, key: dict[str, str]) -> Owner:
        spec = TABLES[table]
        column = "district" if "district" in spec.key else spec.key[0]
        kind = spec.unit_kinds[column]
        return kind, self._reference.canonical(kind, key.get(column, ""))


def cells_asked(finding: Finding, owners: Owners) -> tuple[CellRef, ...]:
    """Cells of units that may have to be corrected: place and suspects, else all that were compared.

    Where the suspects are known, nobody else need be asked. What concerns the text, a note or a whole
    column has a place of no row: no unit can verify it.
    """
    located = tuple(dict.fromkeys(cell for cell in (finding.at, *finding.suspects) if owners.of(cell)))
    if located:
        return located
    names_a_row = finding.at in finding.cells and finding.at.table != TEXT_CLAIMS
    return tuple(cell for cell in finding.cells if owners.of(cell)) if names_a_row else ()
