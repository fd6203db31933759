"""What a cell is called: in words, in the JSON form of a finding, and by the unit it belongs to."""

from __future__ import annotations

from haochaping.core.declaration import AnnexSpec, Group
from haochaping.core.labels import column_heading, place
from haochaping.core.model import NOTE, RECORD_TABLE, TEXT_CLAIMS, CellRef, QuarterData
from haochaping.store.cell_index import CellIndex, RowRef


def cell_words(data: QuarterData, cell: CellRef) -> str:
    """Table, row and column: ``附件2“市水务集团有限责任公司”评价数``; a figure of the text has no column."""
    heading = (
        "" if cell.table in (TEXT_CLAIMS, RECORD_TABLE) else column_heading(data.declaration, cell.column)
    )
    return place(data, cell) + heading


def group_of(spec: AnnexSpec, row: RowRef | None) -> Group:
    """What a row stands for; a total, or no row, counts as the annex's first group."""
    return next((group for group in spec.groups if row and group.name == row.group), spec.groups[0])


def name_in(spec: AnnexSpec, row: RowRef, key: str) -> str:
    """The name of a row in the column of names `key`, such as its district; blank where it has none."""
    if group_of(spec, row).key == key:
        return row.row
    return row.member if spec.columns_by and spec.columns_by.key == key else ""


def named_key(cell_index: CellIndex, cell: CellRef) -> dict[str, str]:
    """A cell's row as named parts, as other programs get it: ``{"department": "人社局", "district": "张店区"}``."""
    if cell.table == TEXT_CLAIMS:
        return {"figure": cell.row}
    spec = cell_index.declaration.annexes.get(cell.table)
    if spec is None:
        return {"row": cell.row, **({"member": cell.member} if cell.member else {})}
    row = cell_index.row_of(cell)
    has_group = row is not None and row.group != ""
    key = {group_of(spec, row).key if has_group else spec.row_key: cell.row}
    if spec.columns_by and cell.row != NOTE:
        key[spec.columns_by.key] = cell.member
    return key
