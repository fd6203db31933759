"""The tables of an edited bulletin against the annexes of the quarter, cell by cell."""

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
"""From here on a table is an annex: header alike 1, names known 1, under the annex's heading 0.5."""
_UNDER_HEADING = 0.5
_MOST_NAMED = 5
_LEAST_ROW, _LEAST_COLUMN = 0.4, 0.4
_OF_NAME = 0.5
"""Share of the name (or heading) in the likeness of two rows (or columns)."""


@dataclass(frozen=True)
class PaperTable:
    """A table without its header: a heading and one text a row for each column."""

    headings: list[str]
    rows: list[list[str]]


def body(grid: Grid, annex: AnnexGrid) -> PaperTable:
    """Header and rows of a grid as people left it; a number typed into the header of `annex` leaves it a header."""
    rows = [_row(grid, number) for number in range(len(grid.rows))]
    top = next((i for i, row in enumerate(rows) if any(is_number(text) for text in row)), len(rows))
    name = own_body(annex).headings[NAME_AT]
    if (
        rows
        and len(rows[0]) > NAME_AT
        and normalize_for_comparison(rows[0][NAME_AT]) == normalize_for_comparison(name)
    ):
        top = max(top, min(len(annex.header), len(rows)))
    columns = range(len(rows[0])) if rows else range(0)
    headings = ["".join(dict.fromkeys(row[at] for row in rows[:top])) for at in columns]
    return PaperTable(headings, [row for row in rows[top:] if any(row)])


def own_body(annex: AnnexGrid) -> PaperTable:
    """Header and rows of an annex as the kit prints it."""
    groups = [heading for heading in annex.header[0] for _ in range(heading.columns)]
    leaves = iter(annex.header[-1] if len(annex.header) > 1 else ())
    headings = [
        group.text if group.rows == len(annex.header) else group.text + next(leaves).text for group in groups
    ]
    return PaperTable(headings, [list(row) for row in [*annex.rows, *annex.totals]])


def likeness_to(annex: AnnexGrid, grid: Grid, *, under_heading: bool) -> float:
    """How surely a table is an annex; :data:`KNOWN_TABLE` and more is sure."""
    own, other = own_body(annex), body(grid, annex)
    header = SequenceMatcher(None, _folded(own.headings), _folded(other.headings), autojunk=False).ratio()
    mine = {normalize_for_comparison(row[NAME_AT]) for row in own.rows}
    theirs = [normalize_for_comparison(row[NAME_AT]) for row in other.rows if len(row) > NAME_AT]
    names = sum(name in mine for name in theirs) / len(theirs) if theirs else 0.0
    return header + names + _UNDER_HEADING * under_heading


def changed_cells(annex: AnnexGrid, grids: Sequence[Grid]) -> list[Difference]:
    """Cells, names, rows and columns that differ; `grids` are the pieces of the annex's table in order."""
    own = own_body(annex)
    pieces = [body(grid, annex) for grid in grids]
    if not pieces:
        return [Difference(f"附件{annex.number}", "", f"表格（{len(own.rows)} 行）", ROW)]
    other = PaperTable(pieces[0].headings, [row for piece in pieces for row in piece.rows])
    return _Table(f"附件{annex.number}表", own, other).differences()


class _Table:
    """One table beside ours."""

    def __init__(self, place: str, own: PaperTable, other: PaperTable):
        self.place, self.own = place, own
        columns = _matched(own.headings, other.headings, _columns_alike(own, other), _LEAST_COLUMN)
        self.columns = columns
        self.heading_of = {i: other.headings[j] for i, j in columns.items()}
        self.added = [heading for j, heading in enumerate(other.headings) if j not in columns.values()]
        at = [columns.get(i) for i in range(len(own.headings))]
        self.rows = [["" if j is None or j >= len(row) else row[j] for j in at] for row in other.rows]

    def differences(self) -> list[Difference]:
        own_names = [row[NAME_AT] for row in self.own.rows]
        names = [row[NAME_AT] for row in self.rows]
        rows = _same_named(own_names, names)
        rows |= _matched(
            own_names, names, lambda i, j: _share_same(self.own.rows[i], self.rows[j]), _LEAST_ROW, rows
        )
        found = self._headings() + self._order(rows)
        for i, j in sorted(rows.items(), key=lambda pair: pair[1]):
            found += self._cells(i, j)
        for i, name in enumerate(own_names):
            if i not in rows:
                found.append(Difference(f"{self.place}第 {i + 1} 行", "", f"“{name}”一行", ROW))
        for j, name in enumerate(names):
            if j not in rows.values():
                told = f"“{name or ' '.join(filter(None, self.rows[j]))}”一行"
                found.append(Difference(f"{self.place}第 {j + 1} 行", told, "", ROW))
        return found

    def _order(self, rows: Mapping[int, int]) -> list[Difference]:
        """The rows between the first and the last that stand elsewhere, told once."""
        theirs = [i for i, _ in sorted(rows.items(), key=lambda pair: pair[1])]
        moved = [at for at, (i, own) in enumerate(zip(theirs, sorted(theirs), strict=True)) if i != own]
        if not moved:
            return []
        stretch = slice(moved[0], moved[-1] + 1)
        own, other = (
            _listed([self.own.rows[i][NAME_AT] for i in order[stretch]]) for order in (sorted(theirs), theirs)
        )
        return [Difference(f"{self.place}行的次序", other, own, ROW)]

    def _headings(self) -> list[Difference]:
        found = []
        for i, heading in enumerate(self.own.headings):
            if i not in self.columns:
                found.append(Difference(f"{self.place}列", "", f"“{heading}”一列", CELL))
            elif normalize_for_comparison(self.heading_of[i]) != normalize_for_comparison(heading):
                found.append(Difference(f"{self.place}表头", self.heading_of[i], heading, CELL))
        return found + [Difference(f"{self.place}列", f"“{heading}”一列", "", CELL) for heading in self.added]

    def _cells(self, i: int, j: int) -> list[Difference]:
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


def _row(grid: Grid, number: int) -> list[str]:
    """A row's texts; a total's label over two columns is its name, a merged cell's number is told once."""
    row = [_once(grid, number, at, text) for at, text in enumerate(grid.rows[number])]
    if len(row) > NAME_AT and (number, NAME_AT) in grid.covered and row[SERIAL_AT] == row[NAME_AT]:
        above = number and row[NAME_AT] == grid.rows[number - 1][NAME_AT]
        row[SERIAL_AT] = row[SERIAL_AT] if above else ""
    return row


def _once(grid: Grid, number: int, at: int, text: str) -> str:
    """The number of a merged cell in which merging left the same one several times."""
    pieces = text.replace(LINE_BREAK, " ").split()
    around = {(number, at), (number + 1, at), (number, at + 1)}
    repeated = len(pieces) > 1 and len({*pieces}) == 1 and bool(around & grid.covered)
    return pieces[0] if repeated and is_number(pieces[0]) else text


def _listed(names: Sequence[str]) -> str:
    shown = names if len(names) <= _MOST_NAMED else [*names[: _MOST_NAMED - 1], "……", names[-1]]
    return f"“{'、'.join(shown)}”"


def _folded(texts: Sequence[str]) -> list[str]:
    return [normalize_for_comparison(text) for text in texts]


def _share_same(one: Sequence[str], two: Sequence[str]) -> float:
    pairs = [(a, b) for at, (a, b) in enumerate(zip(one, two, strict=True)) if at != NAME_AT]
    return sum(same_cell(a, b) for a, b in pairs) / len(pairs) if pairs else 1.0


def _columns_alike(own: PaperTable, other: PaperTable) -> Callable[[int, int], float]:
    """How many cells of two columns are alike, in whatever order."""

    def counted(table: PaperTable, at: int) -> Counter[str]:
        return Counter(
            normalize_for_comparison(row[at]).replace(",", "") for row in table.rows if at < len(row)
        )

    mine = [counted(own, at) for at in range(len(own.headings))]
    theirs = [counted(other, at) for at in range(len(other.headings))]
    return lambda i, j: (mine[i] & theirs[j]).total() / max(1, mine[i].total(), theirs[j].total())


def _same_named(own: Sequence[str], other: Sequence[str]) -> dict[int, int]:
    """Rows whose name stands once in both tables: what stands beside the name is that unit's, or wrong."""
    mine, theirs = ([normalize_for_comparison(name) for name in names] for names in (own, other))
    return {
        i: theirs.index(name)
        for i, name in enumerate(mine)
        if name and mine.count(name) == theirs.count(name) == 1
    }


def _matched(
    own: Sequence[str],
    other: Sequence[str],
    alike: Callable[[int, int], float],
    least: float,
    settled: Mapping[int, int] = MappingProxyType({}),
) -> dict[int, int]:
    """Which of ours is which of theirs, by name and content, best pairs first; the nearest one in a tie."""
    scored = []
    free = [j for j in range(len(other)) if j not in settled.values()]
    for i, mine in enumerate(own):
        for j in free if i not in settled else ():
            theirs = other[j]
            same = mine == theirs
            name = (
                1.0
                if same
                else SequenceMatcher(
                    None, normalize_for_comparison(mine), normalize_for_comparison(theirs), autojunk=False
                ).ratio()
            )
            scored.append((-(_OF_NAME * name + (1 - _OF_NAME) * alike(i, j)), abs(i - j), i, j))
    matched: dict[int, int] = {}
    taken: set[int] = set()
    for score, _, i, j in sorted(scored):
        if -score >= least and i not in matched and j not in taken:
            matched[i] = j
            taken.add(j)
    return matched
