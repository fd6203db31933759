"""Pieces of printed rows: glued ones taken apart, broken ones put together, cells placed under columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from haochaping.cleaning.number_or_missing import is_number
from haochaping.core.text import normalize_for_comparison
from haochaping.read.text.lines import Token
from haochaping.read.text.text_header import Column
from haochaping.reference.reference import IGNORED, Reference

_GLUED = re.compile(r"([0-9]{1,4})[.、．]?([^\d.、．%％,，/].*)")


def split_glued(tokens: list[Token]) -> list[Token]:
    """``1张店区`` at the start of a line as serial number and name."""
    result: list[Token] = []
    for token in tokens:
        match = _GLUED.fullmatch(token.text) if token.starts_line and token.kind == "text" else None
        if match:
            result.append(Token(match.group(1), token.line, True, "value"))
            result.append(Token(match.group(2), token.line, False, "text"))
        else:
            result.append(token)
    return result


def join_broken(tokens: Sequence[Token], reference: Reference) -> list[Token]:
    """Put cells together that were broken at a line end.

    Only where a piece cannot be a cell of its own (``100`` + ``%``, ``1,080,`` + ``786``, ``归`` + ``市``):
    two whole numbers are never joined, since the break could as well lie between two cells.
    """
    cells: list[Token] = []
    for token in tokens:
        if cells and (token.starts_line or normalize_for_comparison(token.text) == "%"):
            joined = cells[-1].text + token.text
            pieces = {cells[-1].kind, token.kind}
            if ("fragment" in pieces and "text" not in pieces and (is_number(joined) or _open(joined))) or (
                pieces == {"text"} and normalize_for_comparison(joined) in reference.no_value
            ):
                kind = (
                    "value"
                    if is_number(joined) or normalize_for_comparison(joined) in reference.no_value
                    else "fragment"
                )
                cells[-1] = replace(cells[-1], text=joined, kind=kind)
                continue
        cells.append(token)
    return cells


def _open(text: str) -> bool:
    """Whether `text` can still become a number: it ends with a comma or a point."""
    return normalize_for_comparison(text).endswith((",", "."))


def place_cells(cells: list[str], columns: list[Column]) -> list[str | None] | None:
    """Cells of a total row to columns, in order: percentages under rates, whole numbers under counts.

    None when there are too many cells, or too few and more than one way to place them. Only a rate may be left
    out: where a count is missing, two cells may have run into one (``36`` and ``100%`` into ``36100%``).
    """

    @cache
    def ways(cell: int, column: int) -> tuple[tuple[int, ...], ...]:
        """Columns for the cells from `cell` on, among the columns from `column` on; at most two ways."""
        if column == len(columns):
            return ((),) if cell == len(cells) else ()
        fits = cell < len(cells) and _fits(cells[cell], columns[column])
        here = ways(cell + 1, column + 1) if fits else ()
        placed = [(column, *rest) for rest in here]
        may_lack = columns[column].is_rate or columns[column].field == IGNORED
        return tuple([*placed, *(ways(cell, column + 1) if may_lack else ())][:2])

    found = ways(0, 0)
    if len(found) != 1:
        return None
    row: list[str | None] = [None] * len(columns)
    for place, cell in zip(found[0], cells, strict=True):
        row[place] = cell
    return row


def _fits(cell: str, column: Column) -> bool:
    if not is_number(cell):
        return True
    return column.in_percent or normalize_for_comparison(cell).endswith("%") == column.is_rate
