"""Where a table's header begins and ends in a grid, and the headings above each of its columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise

from haochaping.cleaning.number_or_missing import is_number
from haochaping.core.text import normalize_for_comparison
from haochaping.read.grid.grid import Grid
from haochaping.read.grid.margins import is_filled_in_row
from haochaping.read.grid.table_meaning import HeaderUnread, fold_heading
from haochaping.read.grid.titles import NOTE_BEGINS
from haochaping.reference.reference import Reference

HIGHEST_HEADER = 8
"""Most rows of a header."""
LEAST_COLUMNS = 2
_NUMBERED = re.compile(r"^\(?[一二三四五六七八九十0-9]+(?:\)|[、.])")


class HeaderFinder:
    """Finds headers in the grids of one source.

    A header begins in a row that has a known heading of names or serial numbers and another known heading, beside it or
    one level lower, or two members of a matrix. A table without any known heading has its header in the rows of text above
    its first row of figures.
    """

    def __init__(self, reference: Reference):
        declared = reference.declaration
        groups = declared.groups.values()
        self.reference = reference
        self.names = {fold_heading(h) for group in groups for h in group.headings} | {
            fold_heading(h) for h in declared.serial_headings
        }
        self.known = {fold_heading(heading) for heading in reference.headings}
        self._endings = "".join(group.endings for group in groups)

    def starts(self, grid: Grid) -> list[int]:
        """Rows in which a known header begins; else the first rows of the headers of unknown tables."""
        known = [row for row in range(len(grid.rows)) if self._begins(grid, row)]
        if known:
            return known
        unknown = self._unknown_header(grid)
        return [] if unknown is None else [unknown, *self._further_headers(grid, unknown)]

    def holds_annex(self, grid: Grid) -> bool:
        """Whether the grid has a header with known headings."""
        return any(self._begins(grid, row) for row in range(len(grid.rows)))

    def holds_table(self, grid: Grid) -> bool:
        """Whether the grid has any header above figures."""
        return bool(self.starts(grid))

    def _begins(self, grid: Grid, row: int) -> bool:
        texts = grid.texts(row)
        known = self._known_headings(texts)
        if any(is_number(text) for text in texts) or not any(name in self.names for name in known):
            return False
        if len(known) > 1 or sum(self._is_member_like(text) for text in texts) > 1:
            return True
        below = grid.texts(row + 1) if row + 1 < len(grid.rows) else []
        lower = [name for name in self._known_headings(below) if name not in self.names]
        return len(texts) > 1 and bool(lower) and not any(is_number(text) for text in below)

    def _known_headings(self, texts: Sequence[str]) -> list[str]:
        return [folded for text in texts if (folded := fold_heading(text)) in self.known]

    def _is_member_like(self, text: str) -> bool:
        folded = normalize_for_comparison(text)
        return bool(self._endings) and len(folded) > 1 and folded[-1] in self._endings

    def _unknown_header(self, grid: Grid) -> int | None:
        """The first row of text cells side by side above the first row of figures."""
        figures = next((row for row in range(len(grid.rows)) if _has_figures(grid, row)), None)
        if figures is None:
            return None
        first = None
        for row in range(figures - 1, max(-1, figures - 1 - HIGHEST_HEADER), -1):
            texts = grid.texts(row)
            if first is None and is_section(grid, row):
                continue
            if len(texts) < LEAST_COLUMNS or any(is_number(text) for text in texts):
                break
            first = row
        return first

    def _further_headers(self, grid: Grid, first: int) -> list[int]:
        """Rows of text cells side by side below an empty row (and a title), with figures below them: another table."""
        found = []
        has_figures_above = False
        for row in range(first, len(grid.rows)):
            if has_figures_above and self._is_header_like(grid, row) and _is_set_apart(grid, row):
                below = row + 1
                while below < len(grid.rows) and self._has_words_only(grid, below):
                    below += 1
                if below < len(grid.rows) and _has_figures(grid, below):
                    found.append(row)
            has_figures_above = has_figures_above or _has_figures(grid, row)
        return found

    def _is_header_like(self, grid: Grid, row: int) -> bool:
        return len(grid.texts(row)) >= LEAST_COLUMNS and self._has_words_only(grid, row)

    def _has_words_only(self, grid: Grid, row: int) -> bool:
        """Whether a row can go on a header: texts, a single one where the others are merged with the row above."""
        texts = grid.texts(row)
        return bool(texts) and not any(is_value(text, self.reference) for text in texts)


def is_section(grid: Grid, row: int) -> bool:
    """Whether a row is a numbered text alone, which heads the rows below it: 一、区县."""
    texts = grid.texts(row)
    return len(texts) == 1 and bool(_NUMBERED.match(normalize_for_comparison(texts[0])))


def without_number(text: str) -> str:
    """A heading of rows without its number, normalised: 区县 of 一、区县."""
    return _NUMBERED.sub("", normalize_for_comparison(text))


def _is_set_apart(grid: Grid, row: int) -> bool:
    """Whether there is an empty row above, or above the titles of a row."""
    above = row - 1
    while above > 0 and len(grid.texts(above)) == 1:
        above -= 1
    return not grid.texts(above)


def _has_figures(grid: Grid, row: int) -> bool:
    """Whether a row has a figure that is not in the first column, where it may number a list."""
    cells = enumerate(grid.rows[row])
    return any(at > 0 and is_number(text) and (row, at) not in grid.covered for at, text in cells)


class HeaderLabels:
    """The header that begins at a row of a grid: rows [top, bottom), and the headings above each column.

    Parameters
    ----------
    grid : Grid
    top, stop : int
        First row of the header; row before which the table ends.

    Raises
    ------
    HeaderUnread
        No body follows, or a column of figures has no heading.
    """

    def __init__(self, grid: Grid, top: int, stop: int, reference: Reference):
        self.grid, self.top, self.stop, self.reference = grid, top, stop, reference
        self._finder = HeaderFinder(reference)
        self.bottom = self._first_body_row()
        self.labels = self._labels()

    def cells_below(self, at: int) -> list[str]:
        """The cells of a column that are not empty, except in lines about who filled in the table."""
        return [self.grid.rows[row][at] for row in self._rows_of_units if self.grid.rows[row][at]]

    @cached_property
    def _rows_of_units(self) -> list[int]:
        """The rows of the body that are not empty and not lines about who filled in the table."""
        return [
            row
            for row in self._body_rows()
            if any(self.grid.rows[row]) and not is_filled_in_row(self.grid.texts(row))
        ]

    def _body_rows(self) -> Iterator[int]:
        """The rows below the header, without those that repeat it on a further page."""
        row = self.bottom
        while row < self.stop:
            if self.grid.rows[row] == self.grid.rows[self.top]:
                row += self.bottom - self.top
                continue
            yield row
            row += 1

    def _first_body_row(self) -> int:
        """The first row of the body: without headings, but with a figure, a word for "no value" or a name."""
        for row in range(self.top + 1, min(self.top + 1 + HIGHEST_HEADER, self.stop)):
            texts = self.grid.texts(row)
            if self._has_heading(row) and not any(is_number(text) for text in texts[1:]):
                continue
            heads_rows = is_section(self.grid, row) and len(self.grid.texts(row - 1)) >= LEAST_COLUMNS
            if heads_rows or any(self._is_value(text) for text in texts) or self._has_name(row):
                return row
        raise HeaderUnread(f"表头（至多 {HIGHEST_HEADER} 行）之后应有数据行")

    def _has_heading(self, row: int) -> bool:
        """Whether a row has a known heading of figures, or of names above a cell that goes on below."""
        members = {
            h for group in self.reference.declaration.groups.values() for h in group.members_by_heading
        }
        return any(
            fold_heading(text) in self._finder.known and normalize_for_comparison(text) not in members
            for text in self.grid.texts(row)
        )

    def _has_name(self, row: int) -> bool:
        """Whether there is a name under the heading of names, not a part of that heading."""
        for at, heading in enumerate(self.grid.rows[self.top]):
            text = self.grid.rows[row][at]
            if text and fold_heading(heading) in self._finder.names and (row, at) not in self.grid.covered:
                if fold_heading(heading) in self._serials():
                    continue
                above = "".join(self.grid.rows[r][at] for r in range(self.top, row))
                joined = normalize_for_comparison(above + text)
                return not any(known.startswith(joined) for known in self.reference.headings)
        return False

    def _serials(self) -> set[str]:
        return {fold_heading(h) for h in self.reference.declaration.serial_headings}

    def _is_value(self, text: str) -> bool:
        return is_value(text, self.reference)

    def _labels(self) -> list[tuple[int, list[str]]]:
        """For each column its headings from the top level down, each once.

        A blank cell beside a heading that spans columns (where the source knows no merged cells)
        takes that heading if a lower level has one of its own.
        """
        rows = [list(self.grid.rows[row]) for row in range(self.top, self.bottom)]
        levels = list(pairwise(rows))
        for row, below in reversed(
            levels
        ):  # the lowest first: it gives headings to blanks that others rest on
            for at in range(1, len(row)):
                if not row[at] and below[at]:
                    row[at] = row[at - 1]
        width = len(rows[0])
        return [(at, list(dict.fromkeys(row[at] for row in rows if row[at]))) for at in range(width)]

    def unheaded(self) -> int | None:
        """The first column that has no heading, but figures, or texts beside those of other columns."""
        beside = self._columns_beside_others()
        for at, path in self.labels:
            if not path and (at in beside or any(self._is_value(text) for text in self.cells_below(at))):
                return at
        return None

    def _columns_beside_others(self) -> set[int]:
        """Columns with a text in a row that has others too, above the note."""
        found: set[int] = set()
        for row in self._body_rows():
            texts = self.grid.texts(row)
            if texts and (NOTE_BEGINS.match(normalize_for_comparison(texts[0])) or is_filled_in_row(texts)):
                break
            if len(texts) > 1:
                cells = enumerate(self.grid.rows[row])
                found |= {at for at, text in cells if text and (row, at) not in self.grid.covered}
        return found


def is_value(text: str, reference: Reference) -> bool:
    """Whether a cell holds a number or a word for "no value"."""
    return is_number(text) or normalize_for_comparison(text) in reference.no_value
