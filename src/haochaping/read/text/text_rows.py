"""Read the rows of an annex table in plain text, without guessing and without ignoring anything.

Rows have serial numbers 1, 2, 3 …; names and cells may be wrapped anywhere, with page numbers and running heads between
the pieces. A body is accepted only if it can be read in exactly one way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

from haochaping.core.text import normalize_for_comparison
from haochaping.read.text.lines import Line, Token, make_line
from haochaping.read.text.row_pieces import join_broken, place_cells, split_glued
from haochaping.read.text.text_header import TextColumn
from haochaping.reference.reference import Reference

MOST_ROWS = 2000
LONGEST_SERIAL = 4
"""Digits."""
MOST_HEADS = 4
"""A row with more possible running heads is refused, since trying all combinations would take too long."""


@dataclass(frozen=True)
class TextRow:
    """A row as printed: its name, and one text for each column (None if a total row has no cell there)."""

    line: int
    name: str
    cells: tuple[str | None, ...]


@dataclass(frozen=True)
class Body:
    """All rows of a table and its total rows, in printed order."""

    rows: tuple[TextRow, ...]
    totals: tuple[TextRow, ...]


class BodyUnread(ValueError):
    """A row cannot be read with certainty; ``line`` is the line where it begins."""

    def __init__(self, line: int, found: str, expected: str):
        super().__init__(expected)
        self.line, self.found, self.expected = line, found, expected


@dataclass(frozen=True)
class BodyReader:
    """Reads the bodies of one table.

    Parameters
    ----------
    columns : sequence of TextColumn
        Columns after the serial number, one of them the name.
    reference : Reference
        Words for totals and for "no value".
    page_marks : set of int
        Lines that are page numbers; never part of a row.
    possible_heads : set of int
        Lines that may be running heads or page numbers: a row is read with them and without, and must have one reading.
    is_known_name : callable
        Whether a name stands in the units registry for this table.
    """

    columns: Sequence[TextColumn]
    reference: Reference
    page_marks: set[int]
    possible_heads: set[int]
    is_known_name: Callable[[str], bool]

    @property
    def _values(self) -> list[TextColumn]:
        return [column for column in self.columns if not column.is_name]

    @property
    def _name_at(self) -> int:
        return next(i for i, column in enumerate(self.columns) if column.is_name)

    def read(self, lines: Sequence[Line]) -> Body:
        """Read the rows in `lines`.

        Raises
        ------
        BodyUnread
            They cannot be read, or in more than one way.
        """
        lines = self._gather_centred_names(list(lines))
        tokens = split_glued([token for line in lines for token in line.tokens])
        before, tokens = self._leading_totals(tokens)
        anchors = self._anchors(tokens)
        starts = [
            place
            for place in (anchors[0] if anchors else [])
            if all(token.line in self.page_marks | self.possible_heads for token in tokens[:place])
        ]
        if not starts:
            first = tokens[0] if tokens else None
            raise BodyUnread(
                first.line if first else (lines[-1].number if lines else 0),
                first.text if first else "",
                "此处应为序号 1 的一行",
            )
        anchors[0] = starts
        readings = self._readings(tokens, anchors)
        if len(readings) > 1:
            raise BodyUnread(tokens[0].line, "", "此表有不止一种读法，请核对换行与序号")
        if not readings:
            raise self._first_failure(tokens, anchors)
        body = readings[0]
        return Body(body.rows, (*before, *body.totals))

    # --- which tokens begin a row ---------------------------------------------------------------

    def _anchors(self, tokens: list[Token]) -> list[list[int]]:
        """For serial numbers 1, 2, …: the places where that row may begin."""
        places: dict[int, list[int]] = {}
        for i, token in enumerate(tokens):
            serial = normalize_for_comparison(token.text)
            if token.starts_line and serial.isdecimal() and len(serial) <= LONGEST_SERIAL:
                name = i + 1 + self._name_at
                ahead = tokens[i + 1 : name]
                if (
                    name < len(tokens)
                    and tokens[name].kind == "text"
                    and all(t.kind == "value" for t in ahead)
                ):
                    places.setdefault(int(serial), []).append(i)
        anchors: list[list[int]] = []
        while len(anchors) < MOST_ROWS:
            after = anchors[-1][0] if anchors else -1
            found = [i for i in places.get(len(anchors) + 1, []) if i > after]
            if not found:
                break
            anchors.append(found[:3])
        return anchors

    def _readings(self, tokens: list[Token], anchors: list[list[int]]) -> list[Body]:
        """Every way to cut `tokens` into rows at the anchors, at most two."""
        ways: dict[int, list[Body]] = {}
        for n in range(len(anchors), 0, -1):
            here: dict[int, list[Body]] = {}
            for start in anchors[n - 1]:
                found = {}
                nexts = [
                    (stop, ways.get(stop, []))
                    for stop in (anchors[n] if n < len(anchors) else [])
                    if stop > start
                ]
                for stop, rests in [*nexts, (len(tokens), [Body((), ())])]:
                    if not rests:
                        continue
                    try:
                        row, totals = self._segment(tokens[start:stop], n)
                    except BodyUnread:
                        continue
                    for rest in rests:
                        body = Body((*row, *rest.rows), (*totals, *rest.totals))
                        found[_body_content(body)] = body
                here[start] = list(found.values())[:2]
            ways = here
        distinct = {_body_content(body): body for bodies in ways.values() for body in bodies}
        return list(distinct.values())[:2]

    def _first_failure(self, tokens: list[Token], anchors: list[list[int]]) -> BodyUnread:
        """Return why the simplest reading (each serial number where it first occurs) fails."""
        starts = [places[0] for places in anchors] + [len(tokens)]
        for n, (start, stop) in enumerate(pairwise(starts), start=1):
            try:
                self._segment(tokens[start:stop], n)
            except BodyUnread as failure:
                if n == len(anchors):
                    return BodyUnread(
                        failure.line, failure.found, f"其后未见序号 {n + 1} 的一行，且{failure.expected}"
                    )
                return failure
        return BodyUnread(tokens[0].line, "", "序号应从 1 起连续")

    # --- one row ----------------------------------------------------------------------------------

    def _segment(self, tokens: list[Token], serial: int) -> tuple[list[TextRow], list[TextRow]]:
        """Read the row at the beginning of `tokens`, and total rows after it."""
        ends = [i for i in range(1, len(tokens)) if self._total_label(tokens, i)]
        cuts = [*ends, len(tokens)]
        row = self._row(tokens[: cuts[0]], serial)
        totals = [self._total(tokens[a:b]) for a, b in pairwise(cuts)]
        if normalize_for_comparison(row.name) in self.reference.totals:
            return [], [row, *totals]
        return [row], totals

    def _row(self, tokens: list[Token], serial: int) -> TextRow:
        """Read one row with and without possible running heads; there must be exactly one result."""
        anchor, rest = tokens[0], self._without_page_marks(tokens)[1:]
        suspects = sorted({token.line for token in rest if token.line in self.possible_heads} - {anchor.line})
        if len(suspects) > MOST_HEADS:
            raise BodyUnread(anchor.line, "", f"序号 {serial} 各格之间的页眉过多")
        found: dict[tuple[str, tuple[str, ...]], None] = {}
        failure: BodyUnread | None = None
        for size in range(len(suspects), -1, -1):
            for left_out in combinations(suspects, size):
                remaining = [token for token in rest if token.line not in left_out]
                try:
                    name, cells = self._name_and_cells(remaining, anchor.line, serial)
                except BodyUnread as error:
                    failure = failure or error
                else:
                    found[name, cells] = None
        if len(found) > 1:
            raise BodyUnread(anchor.line, _text_of(tokens), f"序号 {serial} 中的页眉与名称分不清，请删去页眉")
        if not found:
            failure = failure or BodyUnread(anchor.line, _text_of(tokens), f"序号 {serial} 应有名称和数据格")
            raise self._with_marks_named(failure, tokens)
        [(name, cells)] = found
        return TextRow(anchor.line, name, cells)

    def _without_page_marks(self, tokens: list[Token]) -> list[Token]:
        return [t for t in tokens if t.line not in self.page_marks or t.line == tokens[0].line]

    def _with_marks_named(self, failure: BodyUnread, tokens: list[Token]) -> BodyUnread:
        """Add to a refusal which lines of the row were left out as page numbers though they hold only cells."""
        by_line: dict[int, list[Token]] = {}
        for token in tokens:
            if token.line in self.page_marks and token.line != tokens[0].line:
                by_line.setdefault(token.line, []).append(token)
        left_out = [
            f"“{_text_of(pieces)}”" for pieces in by_line.values() if all(p.kind == "value" for p in pieces)
        ]
        if not left_out:
            return failure
        why = f"{failure.expected}；{'、'.join(left_out)}按页码略去，如为数据，请并到名称所在的一行"
        return BodyUnread(failure.line, failure.found, why)

    def _name_and_cells(self, tokens: list[Token], line: int, serial: int) -> tuple[str, tuple[str, ...]]:
        start = self._name_at
        stop = start
        while stop < len(tokens) and tokens[stop].kind == "text":
            stop += 1
        name = "".join(token.text for token in tokens[start:stop])
        if (
            0 < start < stop == len(tokens)
        ):  # names stand last: what follows on a new line may be the next row's
            on_line = next((i for i in range(start + 1, stop) if tokens[i].starts_line), stop)
            name = "".join(token.text for token in tokens[start:on_line])
            if on_line < stop:
                name = self._name_with_trailing_pieces(name, tokens[on_line:stop], serial)
        expected = len(self._values)
        self._refuse_broken_word(tokens, stop)
        cells = join_broken(tokens[:start] + tokens[stop:], self.reference)
        first_text = next((i for i, cell in enumerate(cells) if i >= expected and cell.kind == "text"), None)
        if first_text is not None:
            name = self._name_with_trailing_pieces(name, cells[first_text:], serial)
            cells = cells[:first_text]
        wrong = next((cell for i, cell in enumerate(cells) if not self._may_stand_at(i, cell, line)), None)
        if wrong is not None:
            column = self._values[min(cells.index(wrong), expected - 1)]
            expectation = f"序号 {serial} 的{column.heading}应为数字、百分数或 words.csv 中的固定用语"
            raise BodyUnread(wrong.line, wrong.text, expectation)
        if len(cells) != expected:
            expectation = (
                f"序号 {serial} 应有 {expected} 个数据格，读到 {len(cells)} 个（数字被换行拆开时请并回一行）"
            )
            raise BodyUnread(line, _text_of(tokens), expectation)
        if not name:
            raise BodyUnread(line, _text_of(tokens), f"序号 {serial} 应有名称")
        return name, tuple(cell.text for cell in cells)

    def _may_stand_at(self, i: int, cell: Token, line: int) -> bool:
        """Whether a token is a cell of column `i`: a number or word for "no value"; text only where numbers need not be.

        Text on a line of its own may as well be the rest of the name.
        """
        if cell.kind == "value":
            return True
        is_text_column = i < len(self._values) and not self._values[i].has_numbers
        return is_text_column and cell.kind == "text" and cell.line == line and not cell.starts_line

    def _refuse_broken_word(self, tokens: list[Token], stop: int) -> None:
        """Refuse when the end of the name and the first cell could be one word broken at a line end (暂 / 无)."""
        if 0 < stop < len(tokens) and tokens[stop].starts_line and tokens[stop - 1].kind == "text":
            joined = tokens[stop - 1].text + tokens[stop].text
            if normalize_for_comparison(joined) in self.reference.no_value:
                raise BodyUnread(tokens[stop].line, joined, "此词被换行拆开，请并回一行")

    def _name_with_trailing_pieces(self, name: str, pieces: list[Token], serial: int) -> str:
        """Return `name` with the pieces after the last cell, if they certainly belong to it; else refuse."""
        longer = name + "".join(piece.text for piece in pieces)
        closes_bracket = not _balanced(name) and _balanced(longer)
        known = self.is_known_name(longer) and not self.is_known_name(name)
        if pieces[0].starts_line and all(p.kind == "text" for p in pieces) and (closes_bracket or known):
            return longer
        expectation = (
            f"序号 {serial} 的数据格之后应是下一行；如为名称的后半，请并到名称处，如为页眉、页脚，请删去"
        )
        raise BodyUnread(pieces[0].line, _text_of(pieces), expectation)

    # --- total rows -----------------------------------------------------------------------------

    def _total_label(self, tokens: list[Token], i: int) -> int:
        """Return how many tokens from `i` on are the label of a total row; 0 if none begins here."""
        if not tokens[i].starts_line:
            return 0
        label = ""
        for size, token in enumerate(tokens[i : i + 4], start=1):
            label += normalize_for_comparison(token.text)
            if label.rstrip(":") in self.reference.totals and token.kind == "text":
                following = tokens[i + size] if i + size < len(tokens) else None
                return size if following is not None and following.kind == "value" else 0
        return 0

    def _leading_totals(self, tokens: list[Token]) -> tuple[list[TextRow], list[Token]]:
        """Read the total rows above row 1; return them and the remaining tokens."""
        totals = []
        while tokens and self._total_label(tokens, 0):
            stop = next(
                (i for i in range(1, len(tokens)) if tokens[i].starts_line and self._begins_row(tokens, i)),
                len(tokens),
            )
            totals.append(self._total(tokens[:stop]))
            tokens = tokens[stop:]
        return totals, tokens

    def _begins_row(self, tokens: list[Token], i: int) -> bool:
        if self._total_label(tokens, i):
            return True
        name = i + 1 + self._name_at
        return (
            normalize_for_comparison(tokens[i].text) == "1"
            and name < len(tokens)
            and tokens[name].kind == "text"
        )

    def _total(self, tokens: list[Token]) -> TextRow:
        size = self._total_label(tokens, 0)
        label = "".join(token.text for token in tokens[:size]).rstrip(":：")
        rest = [t for t in self._without_page_marks(tokens)[size:] if t.line not in self.possible_heads]
        cells = join_broken(rest, self.reference)
        wrong = next((cell for cell in cells if cell.kind != "value"), None)
        if wrong is not None:
            raise BodyUnread(wrong.line, wrong.text, f"“{label}”行应只有数字或表示无数据的符号")
        cells_by_column = place_cells([cell.text for cell in cells], self._values)
        if cells_by_column is None:
            raise BodyUnread(
                tokens[0].line,
                _text_of(tokens),
                f"“{label}”行应有 {len(self._values)} 个数据格，读到 {len(cells)} 个，不能确定各属哪一列",
            )
        return TextRow(tokens[0].line, label, tuple(cells_by_column))

    # --- layouts --------------------------------------------------------------------------------

    def _gather_centred_names(self, lines: list[Line]) -> list[Line]:
        """Put a name that was printed above and below its row's numbers back into the row.

        ``name-/36 1 1 0/-end`` on three lines: the middle line has serial number and all cells but no name, the
        lines around it have only text.
        """
        width = len(self._values) + 1
        result = list(lines)
        for i in range(1, len(result) - 1):
            above, middle, below = result[i - 1 : i + 2]
            has_no_name = len(middle.tokens) == width and all(t.kind == "value" for t in middle.tokens)
            if not (has_no_name and self._name_at == 0 and above.is_text and below.is_text):
                continue
            if (
                i + 2 < len(result)
                and result[i + 2].tokens[0].kind != "value"
                and not self._total_label(list(result[i + 2].tokens), 0)
            ):
                continue
            if i >= 2 and result[i - 2].is_text:
                continue
            name = above.text.replace(" ", "") + below.text.replace(" ", "")
            serial, _, cells = middle.text.partition(" ")
            merged = make_line(middle.number, f"{serial} {name} {cells}", self.reference.no_value)
            result[i] = merged
            result[i - 1] = replace(above, tokens=())
            result[i + 1] = replace(below, tokens=())
        return [line for line in result if line.tokens]


def _text_of(tokens: Sequence[Token]) -> str:
    return " ".join(token.text for token in tokens[:20])


def _body_content(body: Body) -> tuple[tuple[tuple[str, tuple[str | None, ...]], ...], ...]:
    return tuple(tuple((row.name, row.cells) for row in rows) for rows in (body.rows, body.totals))


def _balanced(name: str) -> bool:
    text = normalize_for_comparison(name)
    return text.count("(") == text.count(")")
