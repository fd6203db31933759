"""Find and read the annex tables in plain text.

A table is found by its header (序号 …), with heading and title above and the note below. Every line between the first
annex and the end of the file must belong to a table, or the file is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from haochaping.cleaning.number_or_missing import is_number
from haochaping.core.errors import InputRefused, Problem, refuse
from haochaping.core.text import normalize_for_comparison
from haochaping.read.grid.grid import Grid
from haochaping.read.grid.margins import is_scaled
from haochaping.read.grid.table_meaning import HeaderUnread
from haochaping.read.grid.titles import NOTE_BEGINS, UNIT_LINE, annex_heading, title_of
from haochaping.read.text.lines import (
    Line,
    Token,
    doubtful_marks,
    in_sentence,
    is_decorated_mark,
    page_marks,
    running_heads,
    without_digits,
    without_lines,
)
from haochaping.read.text.text_header import TextColumn, read_header
from haochaping.read.text.text_rows import Body, BodyReader, BodyUnread
from haochaping.reference.reference import Reference

_TITLE_END = re.compile(r".*(表|情况|\(续\)|续表)")
_SENTENCE = re.compile(r"[,。;:、年月日条件个家项次]|%以上")
LONGEST_TITLE = 6
LONGEST_HEADER = 60


@dataclass(frozen=True)
class _Span:
    """Line indices of one table: [start, header) heading and title, [header, rows) header, [rows, stop) body."""

    start: int
    header: int
    rows: int
    stop: int


def split_tables(lines: Sequence[Line], reference: Reference, place: str) -> tuple[list[Line], list[Grid]]:
    """Return the lines before the first table, and the tables as grids in printed order.

    Raises
    ------
    InputRefused
        All problems of all tables at once; also when there is no table at all.
    """
    spans, repeated_header_lines = _spans(lines, reference, place)
    if not spans:
        raise refuse(place, "", "未见任何附件表格（应有以“序号”开头的表头）")
    narrative = list(lines[: spans[0].start])
    titles = _titles(lines, spans, narrative)
    marks = page_marks(lines, len(narrative))
    doubtful = doubtful_marks(lines)
    heads = running_heads(lines, titles, marks | doubtful) | doubtful
    narrative = without_lines(narrative, marks | doubtful)
    _refuse_tables_in_narrative(narrative, place)
    cutter = _TableCutter(lines, reference, marks, heads, doubtful, _member_names(lines, spans, reference))
    grids: list[Grid] = []
    problems: list[Problem] = []
    for span in spans:
        body_lines = without_lines(lines[span.rows : span.stop], repeated_header_lines)
        try:
            grids.append(cutter.cut(span, body_lines, place))
        except HeaderUnread as failure:
            header_lines = cutter.header_lines(span)
            shown = " ".join(line.text for line in header_lines)[:120]
            problems.append(Problem(f"{place} 第 {lines[span.header].number} 行", shown, str(failure)))
        except BodyUnread as failure:
            title = title_of([line.text for line in lines[span.start : span.header]])
            words = f"（{title[:30]}）" if title else ""
            problems.append(Problem(f"{place} 第 {failure.line} 行{words}", failure.found, failure.expected))
    if problems:
        raise InputRefused(problems)
    return narrative, grids


class _TableCutter:
    """Cuts the lines of tables into grids."""

    def __init__(
        self,
        lines: Sequence[Line],
        reference: Reference,
        marks: set[int],
        heads: set[int],
        doubtful: set[int],
        member_names: Sequence[str],
    ):
        self.lines, self.reference, self.marks, self.heads = lines, reference, marks, heads
        self.doubtful, self.member_names = doubtful, member_names

    def header_lines(self, span: _Span) -> list[Line]:
        """The lines of a table's header."""
        first = self.lines[span.header].number
        return without_lines(self.lines[span.header : span.rows], self.marks | (self.heads - {first}))

    def cut(self, span: _Span, body_lines: Sequence[Line], place: str) -> Grid:
        """One table as a grid.

        Raises
        ------
        HeaderUnread, BodyUnread
            Header or rows cannot be read with certainty.
        """
        above = [line.text for line in self.lines[span.start : span.header]]
        if scaled := next((text for text in above if is_scaled(text)), ""):
            raise HeaderUnread(f"“{scaled[:40]}”：数字应以件、条为单位，以万、千为单位的不是准确的数")
        _refuse_data_above_header(self.lines[span.start : span.header], self.reference)
        columns = read_header(self.header_lines(span), title_of(above), self.reference, self.member_names)
        rows, note = _split_at_note(body_lines)
        body = BodyReader(columns, self.reference, self.marks, self.heads, self._is_known_name).read(rows)
        _refuse_data_after_note(without_lines(note, self.marks | self.heads), self.reference)
        below = [line.text for line in without_lines(note, self.marks | self.doubtful)]
        return _grid(columns, body, self.lines[span.header].number, place, above, below)

    def _is_known_name(self, text: str) -> bool:
        kinds = self.reference.registered_kinds
        return any(self.reference.unit(kind, text) is not None for kind in kinds)


def _grid(
    columns: Sequence[TextColumn],
    body: Body,
    line: int,
    place: str,
    above: Sequence[str],
    below: Sequence[str],
) -> Grid:
    """The grid of a table: its header with a serial number first, its rows and totals in the order of their lines."""
    depth = max(len(column.path) for column in columns)
    headings = [
        ["序号", *(column.path[min(level, len(column.path) - 1)] for column in columns)]
        for level in range(depth)
    ]
    repeated = {
        (level, at)
        for level in range(1, depth)
        for at, path in enumerate([("序号",), *(column.path for column in columns)])
        if level >= len(path)
    }
    name_at = next(at for at, column in enumerate(columns) if column.is_name)
    totals = {row.line for row in body.totals}
    texts, numbers, serial = [], [], 0
    for row in sorted((*body.rows, *body.totals), key=lambda row: row.line):
        serial += row.line not in totals
        cells = [cell or "" for cell in row.cells]
        cells.insert(name_at, row.name)
        texts.append(["" if row.line in totals else str(serial), *cells])
        numbers.append(row.line)
    return Grid(
        tuple(tuple(row) for row in (*headings, *texts)),
        (*[line] * depth, *numbers),
        place,
        above=tuple(above),
        below=tuple(below),
        covered=frozenset(repeated),
    )


# --- finding the tables ------------------------------------------------------------------------------


def _spans(lines: Sequence[Line], reference: Reference, place: str) -> tuple[list[_Span], set[int]]:
    """Return the tables in order, and the numbers of lines that repeat a header on a later page."""
    serials = [normalize_for_comparison(heading) for heading in reference.declaration.serial_headings]
    headers: list[tuple[int, int]] = []
    i = 0
    while i < len(lines):
        if _starts_header(lines, i, serials):
            rows = _header_end(lines, i, reference, place)
            headers.append((i, rows))
            i = rows
        else:
            i += 1
    starts = [
        _first_title_line(lines, header, headers[n - 1][1] if n else 0)
        for n, (header, _) in enumerate(headers)
    ]
    repeated_header_lines: set[int] = set()
    distinct: list[tuple[int, int, int]] = []
    for (header, rows), start in zip(headers, starts, strict=True):
        if distinct and _repeats_header(lines, distinct[-1], (header, rows), start):
            repeated_header_lines.update(line.number for line in lines[start:rows])
        else:
            distinct.append((start, header, rows))
    stops = [start for start, _, _ in distinct[1:]] + [len(lines)] * bool(distinct)
    return [
        _Span(*first_token, stop) for first_token, stop in zip(distinct, stops, strict=True)
    ], repeated_header_lines


def _starts_header(lines: Sequence[Line], i: int, serials: Sequence[str]) -> bool:
    first = lines[i].folded
    if any(first.startswith(serial) for serial in serials):
        return True
    both = first + (lines[i + 1].folded if i + 1 < len(lines) else "")
    return any(serial.startswith(first) and both.startswith(serial) for serial in serials)


def _header_end(lines: Sequence[Line], header: int, reference: Reference, place: str) -> int:
    """Return the index of the first line after the header: one that begins with a number, or a total row."""
    for i in range(header + 1, min(len(lines), header + LONGEST_HEADER)):
        first = lines[i].tokens[0]
        if first.text[0].isdigit() and not is_decorated_mark(lines[i]):
            return i
        if normalize_for_comparison(first.text).rstrip(":") in reference.totals and any(
            token.kind == "value" for token in lines[i].tokens[1:]
        ):
            return i
        if NOTE_BEGINS.match(lines[i].folded) or annex_heading(lines[i].text):
            break
    raise refuse(f"{place} 第 {lines[header].number} 行", lines[header].text, "表头之后应有数据行")


def _first_title_line(lines: Sequence[Line], header: int, after: int) -> int:
    """Return the index of the line where heading and title of the table begin."""
    earliest = max(after, header - LONGEST_TITLE)
    for i in range(header - 1, earliest - 1, -1):
        if annex_heading(lines[i].text):
            return i
        if sum(token.kind == "value" for token in lines[i].tokens) > 2 or NOTE_BEGINS.match(lines[i].folded):
            break
    start = header
    if header - 1 >= after and UNIT_LINE.fullmatch(lines[header - 1].folded):
        start -= 1
    if start - 1 >= after and _TITLE_END.fullmatch(lines[start - 1].folded):
        return start - 1
    return start


def _repeats_header(
    lines: Sequence[Line], last: tuple[int, int, int], here: tuple[int, int], start: int
) -> bool:
    """Whether the header at `here` is the previous one again, on the next page of the same table."""
    _, header, rows = last
    same = _joined_text(lines[header:rows]) == _joined_text(lines[here[0] : here[1]])
    return same and not re.match(r"1(?!\d)", normalize_for_comparison(lines[here[1]].tokens[0].text))


def _joined_text(lines: Sequence[Line]) -> str:
    return "".join(line.folded for line in lines)


def _titles(lines: Sequence[Line], spans: Sequence[_Span], narrative: Sequence[Line]) -> set[str]:
    """Return the file's own titles (without digits) and annex headings, which may be repeated as running heads."""
    named = [line for span in spans for line in lines[span.start : span.header]]
    opening = []
    for line in narrative[:8]:
        if line.folded.endswith((":", "。")):
            break
        opening.append(line)
    texts = {without_digits(line.text) for line in [*named, *opening] if not annex_heading(line.text)}
    headings = {line.folded for line in named if annex_heading(line.text)}
    return {text for text in texts if len(text) >= 4} | headings


def _member_names(lines: Sequence[Line], spans: Sequence[_Span], reference: Reference) -> list[str]:
    """Names that may be headings of columns: registered ones, and those that begin rows here with the same endings."""
    groups = {s.columns_by.name: s.columns_by for s in reference.declaration.annexes.values() if s.columns_by}
    names = dict.fromkeys(name for group in groups for name in reference.names(group))
    endings = "".join(group.endings for group in groups.values())
    for span in spans if endings else ():
        for line in lines[span.rows : span.stop]:
            tokens = line.tokens
            if (
                len(tokens) > 2
                and tokens[0].text.isdecimal()
                and normalize_for_comparison(tokens[1].text)[-1:] in endings
            ):
                names.setdefault(tokens[1].text)
    return list(names)


# --- proof that nothing was left over -------------------------------------------------------------------


def _refuse_tables_in_narrative(narrative: Sequence[Line], place: str) -> None:
    """Refuse when the text before the first table holds a table whose header was not found."""
    for i, line in enumerate(narrative):
        heading = annex_heading(line.text)
        if heading and not heading.group(2):
            raise refuse(f"{place} 第 {line.number} 行", line.text, "此附件之后应有以“序号”开头的表头")
        if _looks_like_cells(narrative, i) or _splits_number(narrative, i):
            expected = "正文中不应有表格的行（表格应有以“序号”开头的表头）或单独的数字"
            raise refuse(f"{place} 第 {line.number} 行", line.text, expected)


def _splits_number(lines: Sequence[Line], i: int) -> bool:
    """Whether a line of digits adjoins another number: a number in pieces, or a page number in between."""
    before = lines[i - 1].folded if i else ""
    after = lines[i + 1].folded if i + 1 < len(lines) else ""
    return lines[i].folded.isdecimal() and (before[-1:].isdecimal() or after[:1].isdecimal())


def _looks_like_cells(lines: Sequence[Line], i: int) -> bool:
    """Whether a line outside the tables has cells: numbers that belong to no sentence."""
    if _has_row_form(lines[i].tokens):
        return True
    values = [token for token in lines[i].tokens if token.kind != "text"]
    if not values or in_sentence(lines, i):
        return False
    alone = len(values) == len(lines[i].tokens)
    return alone or not _SENTENCE.search(lines[i].folded)


def _has_row_form(tokens: Sequence[Token]) -> bool:
    """Whether two numbers are adjacent, or a line is serial number, name and cells: no sentence has that form."""
    if any(
        is_number(first_token.text) and is_number(second_token.text)
        for first_token, second_token in pairwise(tokens)
    ):
        return True
    kinds = "".join("v" if token.kind == "value" else "t" for token in tokens)
    return normalize_for_comparison(tokens[0].text).isdecimal() and bool(re.fullmatch("vt+v+", kinds))


def _refuse_data_above_header(lines: Sequence[Line], reference: Reference) -> None:
    """Refuse a row or a total between a table's title and its header, where it would be ignored."""
    for line in lines:
        if _is_total(line, reference) or _has_row_form(line.tokens):
            raise HeaderUnread(f"“{line.text[:40]}”：表头之前不应有数据")


def _is_total(line: Line, reference: Reference) -> bool:
    label, *rest = line.tokens
    return normalize_for_comparison(label.text).rstrip(":") in reference.totals and any(
        token.kind == "value" for token in rest
    )


def _split_at_note(lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    for i, line in enumerate(lines):
        if NOTE_BEGINS.match(line.folded):
            return list(lines[:i]), list(lines[i:])
    return list(lines), []


def _refuse_data_after_note(note: Sequence[Line], reference: Reference) -> None:
    """Refuse a row, a total or another annex after the note."""
    for i, line in enumerate(note):
        begins = i == 0 and NOTE_BEGINS.match(line.folded)  # it may have been dropped as a running head
        if not begins and (_looks_like_cells(note, i) or _is_total(line, reference)):
            raise BodyUnread(line.number, line.text, "备注之后不应再有数据")
        if annex_heading(line.text):
            raise BodyUnread(line.number, line.text, "此附件之后应有以“序号”开头的表头")
