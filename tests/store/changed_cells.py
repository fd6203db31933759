"""Quarters in which one cell differs."""

from dataclasses import replace
from typing import Any

from haochaping.core.model import QuarterData


def with_cell(data: QuarterData, place: tuple[str, str, str], **values: Any) -> QuarterData:
    """`data` with other values in the cells of one table, row and measure."""
    table, row, measure = place
    cells = data.cells.copy()
    selected = (cells["annex"] == table) & (cells["row"] == row) & (cells["measure"] == measure)
    assert selected.any()
    for column, value in values.items():
        cells.loc[selected, column] = value
    return replace(data, cells=cells)
