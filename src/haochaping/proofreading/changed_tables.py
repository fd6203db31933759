"""Compare the tables of an edited bulletin with the annexes of the quarter, cell by cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from types import MappingProxyType

from haochaping.cleaning.number_or_missing import is_number
from haochaping.core.text import normalize_for_comparison, plain_number
from haochaping.present.annex_grid import AnnexGrid
from haochaping.proofreading.difference import CELL, NAME, ROW, Difference
from haochaping.read.grid.grid import LINE_BREAK, Grid

SERIAL_AT, NAME_AT = 0, 1
KNOWN_TABLE = 1.2
"""Least score of a table to be taken for an annex: up to 1 for its header, 1 for its names, 0.5 for the heading above."""
_HEADING_SCORE = 0.5
_MOST_LISTED_NAMES = 5
_LEAST_ROW_LIKENESS, _LEAST_COLUMN_LIKENESS = 0.4, 0.4
_NAME_WEIGHT = 0.5
"""Weight of the name (or heading) in the likeness of two rows (or columns); the content has the rest."""


@dataclass(frozen=True)
class PaperTable:
    """A table with a single header row: one heading for each column, one text for each row and column."""

    headings: list[str]
    rows: list[list[str]]


def paper_table(grid: Grid, annex: AnnexGrid) -> PaperTable:
    """Headings and rows of an edited grid.

    The header ends at the first row with a number, but has at least as many rows as the header of `annex`: a number
    that was typed into the header does not make it a body row.
    """
    rows = [_row_texts(grid, number) for number in range(len(grid.rows))]
    top = next((i for i, row in enumerate(rows) if any(is_number(text) for text in row)), len(rows))
    name = annex_table(annex).headings[NAME_AT]
    if (
        rows
        and len(rows[0]) > NAME_AT
        and normalize_for_comparison(rows[0][NAME_AT]) == normalize_for_comparison(name)
    ):
        top = max(top, min(len(annex.header), len(rows)))
    columns = range(len(rows[0])) if rows else range(0)
    headings = ["".join(dict.fromkeys(row[at] for row in rows[:top])) for at in columns]
    return PaperTable(headings, [row for row in rows[top:] if any(row)])


def annex_table(annex: AnnexGrid) -> PaperTable:
    """Headings and rows of an annex as we write it."""
    return PaperTable(annex.headings, [list(row) for row in annex.rows])


def annex_likeness(annex: AnnexGrid, grid: Grid, *, under_heading: bool) -> float:
    """Score of a table as a candidate for an annex; from :data:`KNOWN_TABLE` on it is taken for the annex."""
    own, other = annex_table(annex), paper_table(grid, annex)
    header = SequenceMatcher(
        None, _normalised(own.headings), _normalised(other.headings), autojunk=False
    ).ratio()
    own_names = {normalize_for_comparison(row[NAME_AT]) for row in own.rows}
    other_names = [normalize_for_comparison(row[NAME_AT]) for row in other.rows if len(row) > NAME_AT]
    known_share = sum(name in own_names for name in other_names) / len(other_names) if other_names else 0.0
    return header + known_share + _HEADING_SCORE * under_heading


def changed_cells(annex: AnnexGrid, grids: Sequence[Grid]) -> list[Difference]:
    """Differences in cells, names, rows and columns; `grids` are the pieces of the edited annex's table in order."""
    own = annex_table(annex)
    pieces = [paper_table(grid, annex) for grid in grids]
    if not pieces:
        return [Difference(f"附件{annex.number}", "", f"表格（{len(own.rows)} 行）", ROW)]
    other = PaperTable(pieces[0].headings, [row for piece in pieces for row in piece.rows])
    return _TableComparison(f"附件{annex.number}表", own, other).differences()


class _TableComparison:
    """Compares an edited table with ours: columns are matched first, then rows, then cells."""

    def __init__(self, place: str, own: PaperTable, other: PaperTable):
        self.place, self.own = place, own
        columns = _match_best_pairs(
            own.headings, other.headings, _column_likeness(own, other), _LEAST_COLUMN_LIKENESS
        )
        self.columns = columns
        self.heading_of = {i: other.headings[j] for i, j in columns.items()}
        self.added = [heading for j, heading in enumerate(other.headings) if j not in columns.values()]
        at = [columns.get(i) for i in range(len(own.headings))]
        self.rows = [["" if j is None or j >= len(row) else row[j] for j in at] for row in other.rows]

    def differences(self) -> list[Difference]:
        own_names = [row[NAME_AT] for row in self.own.rows]
        names = [row[NAME_AT] for row in self.rows]
        rows = _rows_by_unique_name(own_names, names)
        rows |= _match_best_pairs(
            own_names,
            names,
            lambda i, j: _share_of_equal_cells(self.own.rows[i], self.rows[j]),
            _LEAST_ROW_LIKENESS,
            rows,
        )
        found = self._heading_differences() + self._order_differences(rows)
        for i, j in sorted(rows.items(), key=lambda pair: pair[1]):
            found += self._cell_differences(i, j)
        for i, name in enumerate(own_names):
            if i not in rows:
                found.append(Difference(f"{self.place}第 {i + 1} 行", "", f"“{name}”一行", ROW))
        for j, name in enumerate(names):
            if j not in rows.values():
                row_words = f"“{name or ' '.join(filter(None, self.rows[j]))}”一行"
                found.append(Difference(f"{self.place}第 {j + 1} 行", row_words, "", ROW))
        return found

    def _order_differences(self, rows: Mapping[int, int]) -> list[Difference]:
        """A single difference that quotes the rows from the first to the last one out of order; none if all are in order."""
        theirs = [i for i, _ in sorted(rows.items(), key=lambda pair: pair[1])]
        moved = [at for at, (i, own) in enumerate(zip(theirs, sorted(theirs), strict=True)) if i != own]
        if not moved:
            return []
        stretch = slice(moved[0], moved[-1] + 1)
        own, other = (
            _quote_names([self.own.rows[i][NAME_AT] for i in order[stretch]])
            for order in (sorted(theirs), theirs)
        )
        return [Difference(f"{self.place}行的次序", other, own, ROW)]

    def _heading_differences(self) -> list[Difference]:
        found = []
        for i, heading in enumerate(self.own.headings):
            if i not in self.columns:
                found.append(Difference(f"{self.place}列", "", f"“{heading}”一列", CELL))
            elif normalize_for_comparison(self.heading_of[i]) != normalize_for_comparison(heading):
                found.append(Difference(f"{self.place}表头", self.heading_of[i], heading, CELL))
        return found + [Difference(f"{self.place}列", f"“{heading}”一列", "", CELL) for heading in self.added]

    def _cell_differences(self, i: int, j: int) -> list[Difference]:
        own, other = self.own.rows[i], self.rows[j]
        row = f"{self.place}第 {j + 1} 行"
        found = []
        for at in self.columns:
            renumbered = (
                at == SERIAL_AT and bool(own[at]) and normalize_for_comparison(other[at]) == str(j + 1)
            )
            if renumbered or same_cell(own[at], other[at]):
                continue
            if at == NAME_AT:
                found.append(Difference(f"{row}名称", other[at], own[at], NAME))
            else:
                column = self.own.headings[at]
                found.append(Difference(f"{row}“{own[NAME_AT]}”{column}", other[at], own[at], CELL))
        return found


def same_cell(one: str, two: str) -> bool:
    """Whether two cells say the same: 1,080 and 1080, 100% and 100.00%, full-width digits."""
    if one == two or normalize_for_comparison(one) == normalize_for_comparison(two):
        return True
    if not (is_number(one) and is_number(two)):
        return False
    first, second = plain_number(one), plain_number(two)
    numbers = [Decimal(text.replace(",", "").rstrip("%")) for text in (first, second)]
    return numbers[0] == numbers[1] and first.endswith("%") == second.endswith("%")


def _row_texts(grid: Grid, number: int) -> list[str]:
    """A row's texts; a total's label merged over two columns is its name, a merged cell's number is kept once."""
    row = [_single_number(grid, number, at, text) for at, text in enumerate(grid.rows[number])]
    if len(row) > NAME_AT and (number, NAME_AT) in grid.covered and row[SERIAL_AT] == row[NAME_AT]:
        is_repeated_label = number and row[NAME_AT] == grid.rows[number - 1][NAME_AT]
        row[SERIAL_AT] = row[SERIAL_AT] if is_repeated_label else ""
    return row


def _single_number(grid: Grid, number: int, at: int, text: str) -> str:
    """`text`, or its number only once where merging cells left the same number in it several times."""
    pieces = text.replace(LINE_BREAK, " ").split()
    neighbours = {(number, at), (number + 1, at), (number, at + 1)}
    repeated = len(pieces) > 1 and len({*pieces}) == 1 and bool(neighbours & grid.covered)
    return pieces[0] if repeated and is_number(pieces[0]) else text


def _quote_names(names: Sequence[str]) -> str:
    shown = names if len(names) <= _MOST_LISTED_NAMES else [*names[: _MOST_LISTED_NAMES - 1], "……", names[-1]]
    return f"“{'、'.join(shown)}”"


def _normalised(texts: Sequence[str]) -> list[str]:
    return [normalize_for_comparison(text) for text in texts]


def _share_of_equal_cells(one: Sequence[str], two: Sequence[str]) -> float:
    pairs = [(a, b) for at, (a, b) in enumerate(zip(one, two, strict=True)) if at != NAME_AT]
    return sum(same_cell(a, b) for a, b in pairs) / len(pairs) if pairs else 1.0


def _column_likeness(own: PaperTable, other: PaperTable) -> Callable[[int, int], float]:
    """A function of our and their column index: the share of equal cells in the two columns, in any order."""

    def counted(table: PaperTable, at: int) -> Counter[str]:
        return Counter(
            normalize_for_comparison(row[at]).replace(",", "") for row in table.rows if at < len(row)
        )

    mine = [counted(own, at) for at in range(len(own.headings))]
    theirs = [counted(other, at) for at in range(len(other.headings))]
    return lambda i, j: (mine[i] & theirs[j]).total() / max(1, mine[i].total(), theirs[j].total())


def _rows_by_unique_name(own: Sequence[str], other: Sequence[str]) -> dict[int, int]:
    """Our row index to theirs where a name occurs exactly once in both tables: its cells are that unit's, or wrong."""
    mine, theirs = ([normalize_for_comparison(name) for name in names] for names in (own, other))
    return {
        i: theirs.index(name)
        for i, name in enumerate(mine)
        if name and mine.count(name) == theirs.count(name) == 1
    }


def _match_best_pairs(
    own: Sequence[str],
    other: Sequence[str],
    content_likeness: Callable[[int, int], float],
    least_likeness: float,
    already_matched: Mapping[int, int] = MappingProxyType({}),
) -> dict[int, int]:
    """Our index to theirs by likeness of name and content, best pairs first, in a tie the nearest."""
    scored = []
    unmatched = [j for j in range(len(other)) if j not in already_matched.values()]
    for i, mine in enumerate(own):
        for j in unmatched if i not in already_matched else ():
            theirs = other[j]
            same = mine == theirs
            name = (
                1.0
                if same
                else SequenceMatcher(
                    None, normalize_for_comparison(mine), normalize_for_comparison(theirs), autojunk=False
                ).ratio()
            )
            scored.append(
                (-(_NAME_WEIGHT * name + (1 - _NAME_WEIGHT) * content_likeness(i, j)), abs(i - j), i, j)
            )
    matched: dict[int, int] = {}
    taken: set[int] = set()
    for score, _, i, j in sorted(scored):
        if -score >= least_likeness and i not in matched and j not in taken:
            matched[i] = j
            taken.add(j)
    return matched
