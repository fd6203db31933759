"""A cell in words, as page, workbooks and lists of findings name it."""

from __future__ import annotations

from haochaping.core.declaration import Declaration
from haochaping.core.labels import column_heading, place
from haochaping.core.model import RECORD_TABLE, TEXT_CLAIMS, CellRef, QuarterData

BLANK = "空白"
"""What papers show in place of the text of a cell that has none."""


def cell_words(data: QuarterData, cell: CellRef) -> str:
    """Annex, row and column: ``附件1“张店区”评价数``; for a figure of the text ``正文“评价率”``."""
    return place(data, cell) + column_words(data.declaration, cell)


def column_words(declaration: Declaration, cell: CellRef) -> str:
    """Heading of a cell's column; blank for a figure of the text, which has none."""
    return "" if cell.table in (TEXT_CLAIMS, RECORD_TABLE) else column_heading(declaration, cell.column)
