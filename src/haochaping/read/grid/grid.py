"""A table as a grid of texts: the common form of workbooks, Word files, web pages and ruled PDF pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

MOST_ROWS, MOST_COLUMNS = 5_000, 300
"""A bulletin's largest annex has some hundred rows and a dozen columns."""

SET_APART = "〔〕"
"""Brackets around text in a cell that is not part of its number: raised, struck-out or hidden characters."""
LINE_BREAK = "⏎"
"""Put between digits on two lines of one cell, so that they are never joined to one number."""


@dataclass(frozen=True)
class Grid:
    """A rectangular table of texts.

    ``rows`` hold the text of every cell, empty ones as ``""``; a merged cell's text is repeated in all
    the cells it covers. ``numbers`` are the rows' numbers in the source, ``place`` names file and sheet or table,
    ``name`` is the sheet's name, ``above`` the text lines before the table and ``below`` those after it.
    ``covered`` are the cells (row, column as indices) that only repeat a merged neighbour.
    """

    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]
    place: str
    name: str = ""
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    covered: frozenset[tuple[int, int]] = field(default_factory=frozenset)
    lettered: bool = False
    """Whether columns go by letters, as in a spreadsheet."""
    numeric: frozenset[tuple[int, int]] = field(default_factory=frozenset)
    """Cells that store a number, not a text: under a heading of rates, a fraction in them is a percentage."""

    def texts(self, row: int) -> list[str]:
        """Return the texts of one row that are not empty; merged ones once."""
        return [
            text for column, text in enumerate(self.rows[row]) if text and (row, column) not in self.covered
        ]


def make_grid(
    rows: Iterable[Sequence[str]],
    place: str,
    *,
    first: int = 1,
    merged: Iterable[tuple[int, int, int, int]] = (),
    name: str = "",
    above: Sequence[str] = (),
    below: Sequence[str] = (),
    lettered: bool = False,
    numeric: Iterable[tuple[int, int]] = (),
) -> Grid:
    """Make a grid: equally long rows without empty ones at the end, whitespace folded, merged cells filled.

    Parameters
    ----------
    rows : iterable of sequence of str
        Texts; rows may differ in length.
    first : int
        Number of the first row in the source.
    merged : iterable of (top, left, bottom, right)
        Merged areas, as indices into `rows`, both ends included.
    """
    cells = [[_one_line(str(text)) for text in row] for row in rows]
    width = max((len(row) for row in cells), default=0)
    cells = [row + [""] * (width - len(row)) for row in cells]
    covered: set[tuple[int, int]] = set()
    for top, left, bottom, right in merged:
        if top >= len(cells) or left >= width:
            continue
        for r in range(top, min(bottom, len(cells) - 1) + 1):
            for c in range(left, min(right, width - 1) + 1):
                if (r, c) != (top, left):
                    cells[r][c] = cells[top][left]
                    covered.add((r, c))
    while cells and not any(cells[-1]):
        cells.pop()
    return Grid(
        tuple(tuple(row) for row in cells),
        tuple(range(first, first + len(cells))),
        place,
        name,
        tuple(above),
        tuple(below),
        frozenset(covered),
        lettered,
        frozenset(numeric),
    )


def _one_line(text: str) -> str:
    joined = ""
    for line in filter(None, (" ".join(line.split()) for line in text.splitlines())):
        joined += _between(joined, line) + line
    return joined


def _between(above: str, below: str) -> str:
    """What joins two lines of one cell: nothing within Chinese text, which may be wrapped anywhere."""
    if not above:
        return ""
    if above[-1].isdigit() and (below[0].isdigit() or below[0] in ",.，．"):
        return LINE_BREAK
    return "" if _is_chinese(above[-1]) and _is_chinese(below[0]) else " "


def _is_chinese(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff"


def column_letter(index: int) -> str:
    """Return the spreadsheet letter of a column index: ``A`` for 0, ``AA`` for 26."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
