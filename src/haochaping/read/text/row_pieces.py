"""Pieces of printed rows: split glued ones, join broken ones, assign the cells of a total row to columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from haochaping.cleaning.number_or_missing import is_number
from haochaping.core.text import normalize_for_comparison
from haochaping.read.text.lines import Token
from haochaping.read.text.text_header import TextColumn
from haochaping.reference.reference import Reference

_GLUED = re.compile(r"([0-9]{1,4})[.、．]?([^\d.、．%％,，/].*)")


def split_glued(tokens: list[Token]) -> list[Token]:
    """Split ``1张店区`` at the start of a line into serial number and name."""
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
    """Join cells that were broken at a line end.

    Only if a piece cannot be a cell of its own (``100`` + ``%``, ``1,080,`` + ``786``, ``归`` + ``市``):
    two whole numbers are never joined, since the break could as well lie between two cells.
    """
    cells: list[Token] = []
    for token in tokens:
        if cells and (token.starts_line or normalize_for_comparison(token.text) == "%"):
            joined = cells[-1].text + token.text
            pieces = {cells[-1].kind, token.kind}
            if (
                "fragment" in pieces
                and "text" not in pieces
                and (is_number(joined) or _is_unfinished_number(joined))
            ) or (pieces == {"text"} and normalize_for_comparison(joined) in reference.no_value):
                kind = (
                    "value"
                    if is_number(joined) or normalize_for_comparison(joined) in reference.no_value
                    else "fragment"
                )
                cells[-1] = replace(cells[-1], text=joined, kind=kind)
                continue
        cells.append(token)
    return cells


def _is_unfinished_number(text: str) -> bool:
    """Whether `text` can still become a number: it ends with a comma or a point."""
    return normalize_for_comparison(text).endswith((",", "."))


def place_cells(cells: list[str], columns: list[TextColumn]) -> list[str | None] | None:
    """Assign the cells of a total row to columns, in order: percentages to rates, whole numbers to counts.

    Return None if there are too many cells, or too few and more than one way to assign them. Only a rate may be missing:
    if a count is, two cells may have run together (``36`` and ``100%`` to ``36100%``).
    """

    @cache
    def ways(cell: int, column: int) -> tuple[tuple[int, ...], ...]:
        """Columns for the cells from `cell` on, among the columns from `column` on; at most two ways."""
        if column == len(columns):
            return ((),) if cell == len(cells) else ()
        fits = cell < len(cells) and _fits(cells[cell], columns[column])
        with_cell = ways(cell + 1, column + 1) if fits else ()
        placed = [(column, *rest) for rest in with_cell]
        may_lack = columns[column].is_percentage or not columns[column].has_numbers
        return tuple([*placed, *(ways(cell, column + 1) if may_lack else ())][:2])

    placements = ways(0, 0)
    if len(placements) != 1:
        return None
    row: list[str | None] = [None] * len(columns)
    for place, cell in zip(placements[0], cells, strict=True):
        row[place] = cell
    return row


def _fits(cell: str, column: TextColumn) -> bool:
    if not is_number(cell):
        return True
    if column.in_percent or not column.has_numbers:
        return True
    return normalize_for_comparison(cell).endswith("%") == column.is_percentage
