"""Typical slips of typing and of exports, planted in the data one cell at a time."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from haochaping.core.model import TEXT_CLAIMS, CellRef, QuarterData
from haochaping.store.apply_corrections import with_cell_text
from haochaping.store.cell_index import CellIndex
from haochaping_dev.bench.sandbox import CELLS, Sandbox


def _digit_slip(
    change: Callable[[str, random.Random], str | None],
) -> Callable[[int, random.Random], str | None]:
    def slip(value: int, rng: random.Random) -> str | None:
        text = change(str(value), rng)
        return text if text and str(int(text)) != str(value) else None

    return slip


def _swap_digits(text: str, rng: random.Random) -> str | None:
    places = [i for i in range(len(text) - 1) if text[i] != text[i + 1]]
    if not places:
        return None
    i = rng.choice(places)
    return text[:i] + text[i + 1] + text[i] + text[i + 2 :]


def _drop_digit(text: str, rng: random.Random) -> str | None:
    i = rng.randrange(len(text))
    return (text[:i] + text[i + 1 :]) or None


def _double_digit(text: str, rng: random.Random) -> str:
    i = rng.randrange(len(text))
    return text[: i + 1] + text[i:]


def _replace_digit(text: str, rng: random.Random) -> str:
    i = rng.randrange(len(text))
    return text[:i] + rng.choice([d for d in "0123456789" if d != text[i]]) + text[i + 1 :]


DIGIT_SLIPS = {
    "两位颠倒": _digit_slip(_swap_digits),
    "漏一位": _digit_slip(_drop_digit),
    "重一位": _digit_slip(_double_digit),
    "错一位": _digit_slip(_replace_digit),
}


def plant_slips(
    sandbox: Sandbox, rng: random.Random
) -> Iterator[tuple[str, str, str, CellRef, str, QuarterData]]:
    """Yield slips one at a time: table, column, kind, cell, true text, and the quarter with the slip."""
    cell_index = CellIndex(sandbox.data, sandbox.reference)
    by_column: dict[tuple[str, str], list[CellRef]] = defaultdict(list)
    totals = {row.cell(c) for row in cell_index.total_rows for c in cell_index.spec(row.table).measures}
    for cell in cell_index.cells():
        if cell_index.printed(cell) == "":
            continue
        by_column[cell.table, ("合计·" if cell in totals else "") + cell.column].append(cell)
    for (table, column), cells in by_column.items():
        for kind, slip_kind in _slip_kinds(cell_index, cells).items():
            for cell in rng.sample(cells, min(CELLS * 3, len(cells))):
                if slip_kind.planted >= CELLS:
                    break
                text = slip_kind.text(cell, rng)
                if text is None:
                    continue
                slip_kind.planted += 1
                try:
                    changed = with_cell_text(sandbox.data, cell, text, sandbox.reference)
                except ValueError:
                    continue
                yield table, column, kind, cell, cell_index.printed(cell), changed


@dataclass
class _SlipKind:
    text: Callable[[CellRef, random.Random], str | None]
    planted: int = 0


def _slip_kinds(cell_index: CellIndex, cells: list[CellRef]) -> dict[str, _SlipKind]:
    """Return the kinds of slip for a column, each a function from cell to wrong text (None if not applicable)."""
    first = cells[0]
    is_rate = first.table == TEXT_CLAIMS or first.column in _rates(cell_index, first.table)
    if is_rate and not (first.table == TEXT_CLAIMS and "records" in first.path):
        return {"百分数末位错": _SlipKind(lambda cell, _: rate_slip(cell_index.printed(cell)))}
    kinds: dict[str, _SlipKind] = {}
    for name, slip in DIGIT_SLIPS.items():

        def slipped_text(cell: CellRef, rng: random.Random, slip: Callable = slip) -> str | None:
            value = cell_index.count(cell)
            return slip(value, rng) if value is not None else None

        kinds[name] = _SlipKind(slipped_text)
    kinds["0 写作 /"] = _SlipKind(lambda cell, _: "/" if cell_index.count(cell) == 0 else None)
    kinds["/ 写作 0"] = _SlipKind(lambda cell, _: "0" if cell_index.printed(cell) == "/" else None)
    if any(row.cell(first.column) == first for row in cell_index.total_rows):
        kinds["合计漏一行"] = _SlipKind(lambda cell, rng: _total_without_a_row(cell_index, cell, rng))
    return kinds


def _rates(cell_index: CellIndex, table: str) -> tuple[str, ...]:
    spec = cell_index.declaration.annexes.get(table)
    return spec.rates if spec else ()


def rate_slip(printed: str) -> str | None:
    """Return a percentage with another last digit; None if it has none."""
    digits = printed.rstrip("%以上")
    if not digits[-1:].isdigit():
        return None
    return f"{digits[:-1]}{(int(digits[-1]) + 1) % 10}%"


def _total_without_a_row(cell_index: CellIndex, total: CellRef, rng: random.Random) -> str | None:
    row = next(row for row in cell_index.total_rows if row.cell(total.column) == total)
    parts = [value for part in cell_index.parts(row) if (value := cell_index.count(part.cell(total.column)))]
    value = cell_index.count(total)
    return str(value - rng.choice(parts)) if parts and value is not None else None


def any_slip(cell_index: CellIndex, cell: CellRef, rng: random.Random) -> str:
    """Return the text of a cell with a random digit slip."""
    value = cell_index.count(cell) or 0
    while True:
        text = rng.choice(list(DIGIT_SLIPS.values()))(value, rng)
        if text:
            return text
