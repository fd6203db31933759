"""A name that stands in a sentence because of some cells: if they are in doubt, so is the naming."""

from __future__ import annotations

from collections.abc import Iterable

from haochaping.core.model import CellRef


class UnitName(str):
    """The name of a unit with the ``cells`` for which it is named; a plain text everywhere else."""

    cells: frozenset[CellRef]

    def __new__(cls, name: str, cells: Iterable[CellRef] = ()) -> UnitName:
        """Keep the cells beside the text."""
        made = super().__new__(cls, name)
        made.cells = frozenset(cells)
        return made
