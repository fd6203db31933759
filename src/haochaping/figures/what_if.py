"""What the figures would be if printed cells read otherwise: the effect of a suspected slip."""

from __future__ import annotations

from collections.abc import Iterable

from haochaping.core.model import CellRef, QuarterData
from haochaping.figures.figure import Figures
from haochaping.figures.one_quarter import figures_of_one_quarter
from haochaping.reference.reference import Reference
from haochaping.store.apply_corrections import with_cell_text


def figures_if(data: QuarterData, changes: Iterable[tuple[CellRef, int]], reference: Reference) -> Figures:
    """The figures of one quarter, without comparisons, with other counts in some cells; `data` stays as it is."""
    for cell, value in changes:
        data = with_cell_text(data, cell, str(value), reference)
    builder = figures_of_one_quarter(data, reference)
    return Figures(builder.figures, builder.words, data, reference)
