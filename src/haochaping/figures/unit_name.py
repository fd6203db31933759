"""Names of units with the cells because of which a sentence names them: if those are in doubt, so is the name."""

from __future__ import annotations

from collections.abc import Iterable

from haochaping.core.model import CellRef


class UnitName(str):
    """The name of a unit as a ``str``, with the ``cells`` because of which it is named."""

    cells: frozenset[CellRef]

    def __new__(cls, name: str, cells: Iterable[CellRef] = ()) -> UnitName:
        """Attach the cells to the text."""
        unit_name = super().__new__(cls, name)
        unit_name.cells = frozenset(cells)
        return unit_name
