"""Slips that hands and exports make, planted in the model one cell at a time."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from haochaping.core.model import TABLES, TEXT_CLAIMS, CellRef, QuarterData
from haochaping.store.apply_corrections import with_value
from haochaping.store.cell_index import CellIndex
from haochaping_dev.bench.sandbox import CELLS, Sandbox


def _digits(change: Callable[[str, random.Random], str | None]) -> Callable[[int, random.Random], str | None]:
    def slip(value: int, chance: random.Random) -> str | None:
        text = change(str(value), chance)
        return text if text and str(int(text)) != str(value) else None

    return slip


def _swapped(text: str, chance: random.Random) -> str | None:
    places = [i for i in range(len(text) - 1) if text[i] != text[i + 1]]
    if not places:
        return None
    i = chance.choice(places)
    return text[:i] + text[i + 1] + text[i] + text[i + 2 :]


def _lost(text: str, chance: random.Random) -> str | None:
    i = chance.randrange(len(text))
    return (text[:i] + text[i + 1 :]) or None


def _doubled(text: str, chance: random.Random) -> str:
    i = chance.randrange(len(text))
    return text[: i + 1] + text[i:]


def _replaced(text: str, chance: random.Random) -> str:
    i = chance.randrange(len(text))
    return text[:i] + chance.choice([d for d in "0123456789" if d != text[i]]) + text[i + 1 :]


DIGIT_SLIPS = {
    "两位颠倒": _digits(_swapped),
    "漏一位": _digits(_lost),
    "重一位": _digits(_doubled),
    "错一位": _digits(_replaced),
}


def plant(
    ground: Sandbox, chance: random.Random
) -> Iterator[tuple[str, str, str, CellRef, str, QuarterData]]:
    """Slips one at a time: table, column, kind, cell, true text, and the quarter with the slip."""
    cell_index = CellIndex(ground.data, ground.reference)
    by_column: dict[tuple[str, str], list[CellRef]] = defaultdict(list)
    totals = {row.cell(c) for row in cell_index.total_rows for c in TABLES[row.table].measures}
    for cell in cell_index.cells():
        if cell_index.printed(cell) == "":
            continue
        by_column[cell.table, ("合计·" if cell in totals else "") + cell.column].append(cell)
    for (table, column), cells in by_column.items():
        for kind, slips in _kinds(cell_index, cells).items():
            for cell in chance.sample(cells, min(CELLS * 3, len(cells))):
                if slips.planted >= CELLS:
                    break
                text = slips.text(cell, chance)
                if text is None:
                    continue
                slips.planted += 1
                try:
                    changed = with_value(ground.data, cell, text, ground.reference)
                except ValueError:
                    continue
                yield table, column, kind, cell, cell_index.printed(cell), changed


@dataclass
class _Slips:
    text: Callable[[CellRef, random.Random], str | None]
    planted: int = 0


def _kinds(cell_index: CellIndex, cells: list[CellRef]) -> dict[str, _Slips]:
    """Kinds of slip for a column, each a function from cell to wrong text (None: not here)."""
    first = cells[0]
    is_rate = first.table == TEXT_CLAIMS or first.column in TABLES[first.table].rates
    if is_rate and not (first.table == TEXT_CLAIMS and "records" in first.path):
        return {"百分数末位错": _Slips(lambda cell, _: rate_slip(cell_index.printed(cell)))}
    kinds: dict[str, _Slips] = {}
    for name, slip in DIGIT_SLIPS.items():

        def wrong(cell: CellRef, chance: random.Random, slip: Callable = slip) -> str | None:
            value = cell_index.count(cell)
            return slip(value, chance) if value is not None else None

        kinds[name] = _Slips(wrong)
    kinds["0 写作 /"] = _Slips(lambda cell, _: "/" if cell_index.count(cell) == 0 else None)
    kinds["/ 写作 0"] = _Slips(lambda cell, _: "0" if cell_index.printed(cell) == "/" else None)
    if any(row.cell(first.column) == first for row in cell_index.total_rows):
        kinds["合计漏一行"] = _Slips(lambda cell, chance: _forgot(cell_index, cell, chance))
    return kinds


def rate_slip(printed: str) -> str | None:
    """A percentage with another last digit."""
    digits = printed.rstrip("%以上")
    if not digits[-1:].isdigit():
        return None
    return f"{digits[:-1]}{(int(digits[-1]) + 1) % 10}%"


def _forgot(cell_index: CellIndex, total: CellRef, chance: random.Random) -> str | None:
    row = next(row for row in cell_index.total_rows if row.key == total.names and row.table == total.table)
    parts = [value for part in cell_index.parts(row) if (value := cell_index.count(part.cell(total.column)))]
    value = cell_index.count(total)
    return str(value - chance.choice(parts)) if parts and value is not None else None


def any_slip(cell_index: CellIndex, cell: CellRef, chance: random.Random) -> str:
    """Some digit slip in a cell."""
    value = cell_index.count(cell) or 0
    while True:
        text = chance.choice(list(DIGIT_SLIPS.values()))(value, chance)
        if text:
            return text
