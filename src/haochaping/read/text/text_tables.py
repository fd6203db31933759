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
from haochaping.core.model import TABLES
from haochaping.core.text import normalize_for_comparison
from haochaping.read.text.lines import (
    Line,
    Token,
    in_sentence,
    is_decorated_mark,
    page_marks,
    running_heads,
    without_digits,
    without_lines,
)
from haochaping.read.text.margins import is_scaled
from haochaping.read.text.text_header import Column, HeaderUnread, read_header
from haochaping.read.text.text_rows import Body, BodyReader, BodyUnread
from haochaping.reference.reference import Reference

_HEADING = re.compile(r"附[件表]:?([0-9]{1,2}|[一二三四五六七八九十])(?:[(（]?续[)）]?)?[:.、]?(.*)")
NOTE_BEGINS = re.compile(r"备注|注[:1-9(（]|说明[:]|数据来源|数据统计|统计范围|数据提取|提取时间")
_TITLE_END = re.compile(r".*(表|情况|\(续\)|续表)")
_SENTENCE = re.compile(r"[,。;:、年月日条件个家项次]|%以上")
UNIT_LINE = re.compile(r"\(?单位:.{1,10}\)?")
LONGEST_TITLE = 6
LONGEST_HEADER = 60


@dataclass(frozen=True)
class AnnexTable:
    """One annex as printed: which table it is, its columns, rows, totals and note."""

    table: str
    title: str
    columns: tuple[Column, ...]
    body: Body
    note: str
    line: int
    place: str = ""
    """Sheet or table within the file, if it may have several."""
    letters: tuple[str, ...] = ()
    """Spreadsheet letters of the value columns, in their order."""
    heading: str = ""
    """The lines above the header, which say of which period it is."""
    sheet: str = ""
    """Name of the worksheet."""

    def same_content(self, other: AnnexTable) -> bool:
        """Whether `other` prints the same columns, names, cells and totals."""

        def content(annex: AnnexTable) -> object:
            rows = [(row.name, row.cells) for row in (*annex.body.rows, *annex.body.totals)]
            return annex.columns, rows

        return content(self) == content(other)


@dataclass(frozen=True)
class _Span:
    """Line indices of one table: [start, header) heading and title, [header, rows) header, [rows, stop) body."""

    start: int
    header: int
    rows: int
    stop: int


def split_annexes(
    lines: Sequence[Line], reference: Reference, place: str
) -> tuple[list[Line], list[AnnexTable]]:
    """Return the lines before the first annex, and the annex tables in printed order.

    A repeated table is returned once if both print the same.

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
    heads = running_heads(lines, titles, marks)
    narrative = without_lines(narrative, marks)
    _refuse_tables_in_narrative(narrative, place)
    tables: list[AnnexTable] = []
    problems: list[Problem] = []
    districts = _district_names(lines, spans, reference)
    for span in spans:
        body_lines = without_lines(lines[span.rows : span.stop], repeated_header_lines)
        header_lines = without_lines(
            lines[span.header : span.rows], marks | (heads - {lines[span.header].number})
        )
        title = title_of(lines[span.start : span.header])
        try:
            if scaled := next(
                (line.text for line in lines[span.start : span.header] if is_scaled(line.text)), ""
            ):
                raise HeaderUnread(f"“{scaled[:40]}”：数字应以件、条为单位，以万、千为单位的不是准确的数")
            _refuse_data_above_header(lines[span.start : span.header], reference)
            name, columns = read_header(header_lines, title, reference, districts)
        except HeaderUnread as failure:
            shown = " ".join(line.text for line in header_lines)[:120]
            problems.append(Problem(f"{place} 第 {lines[span.header].number} 行", shown, str(failure)))
            continue
        kinds = [kind for kind in TABLES[name].unit_kinds.values() if kind]
        rows, note = _split_at_note(body_lines)
        reader = BodyReader(
            columns,
            reference,
            marks,
            heads,
            lambda text, kind=kinds[0]: reference.unit(kind, text) is not None,  # type: ignore[misc]
        )
        try:
            body = reader.read(rows)
            _refuse_data_after_note(without_lines(note, marks | heads), reference)
        except BodyUnread as failure:
            problems.append(
                Problem(
                    f"{place} 第 {failure.line} 行（{TABLES[name].title}表）", failure.found, failure.expected
                )
            )
            continue
        text = "".join(line.text for line in without_lines(note, marks))
        heading = "\n".join(line.text for line in lines[span.start : span.header])
        tables.append(
            AnnexTable(name, title, tuple(columns), body, text, lines[span.header].number, heading=heading)
        )
    if problems:
        raise InputRefused(problems)
    return narrative, drop_repeated_tables(tables, place)


def annex_heading(line: Line) -> re.Match[str] | None:
    """Match a line such as ``附件 2：…``; group 2 is the text after the number."""
    return _HEADING.fullmatch(line.folded)


# --- finding the tables ------------------------------------------------------------------------------


def _spans(lines: Sequence[Line], reference: Reference, place: str) -> tuple[list[_Span], set[int]]:
    """Return the tables in order, and the numbers of lines that repeat a header on a later page."""
    serials = [heading for heading, name in reference.headings.items() if name == "serial"]
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
        if NOTE_BEGINS.match(lines[i].folded) or annex_heading(lines[i]):
            break
    raise refuse(f"{place} 第 {lines[header].number} 行", lines[header].text, "表头之后应有数据行")


def _first_title_line(lines: Sequence[Line], header: int, after: int) -> int:
    """Return the index of the line where heading and title of the table begin."""
    earliest = max(after, header - LONGEST_TITLE)
    for i in range(header - 1, earliest - 1, -1):
        if annex_heading(lines[i]):
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


def title_of(lines: Sequence[Line]) -> str:
    """Return the title between heading and header."""
    pieces = []
    for line in lines:
        match = annex_heading(line)
        if match:
            pieces.append(match.group(2))
        elif not UNIT_LINE.fullmatch(line.folded):
            pieces.append("".join(token.text for token in line.tokens))
    return "".join(pieces)


def _titles(lines: Sequence[Line], spans: Sequence[_Span], narrative: Sequence[Line]) -> set[str]:
    """Return the file's own titles (without digits) and annex headings, which may be repeated as running heads."""
    named = [line for span in spans for line in lines[span.start : span.header]]
    opening = []
    for line in narrative[:8]:
        if line.folded.endswith((":", "。")):
            break
        opening.append(line)
    texts = {without_digits(line.text) for line in [*named, *opening] if not annex_heading(line)}
    headings = {line.folded for line in named if annex_heading(line)}
    return {text for text in texts if len(text) >= 4} | headings


def _district_names(lines: Sequence[Line], spans: Sequence[_Span], reference: Reference) -> list[str]:
    """Return district names that may be column headings: of the registry, and those that begin rows here."""
    names = dict.fromkeys(reference.names("district"))
    for span in spans:
        for line in lines[span.rows : span.stop]:
            tokens = line.tokens
            if (
                len(tokens) > 2
                and tokens[0].text.isdecimal()
                and normalize_for_comparison(tokens[1].text)[-1:] in "区县市旗"
            ):
                names.setdefault(tokens[1].text)
    return list(names)


# --- proof that nothing was left over -------------------------------------------------------------------


def _refuse_tables_in_narrative(narrative: Sequence[Line], place: str) -> None:
    """Refuse when the text before the first table holds a table whose header was not found."""
    for i, line in enumerate(narrative):
        heading = annex_heading(line)
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
        if annex_heading(line):
            raise BodyUnread(line.number, line.text, "此附件之后应有以“序号”开头的表头")


def drop_repeated_tables(tables: Sequence[AnnexTable], place: str) -> list[AnnexTable]:
    """Drop tables that are printed a second time with the same content.

    Raises
    ------
    InputRefused
        A table is printed twice with different content.
    """
    distinct: dict[str, AnnexTable] = {}
    problems = []
    for table in tables:
        first = distinct.setdefault(table.table, table)
        if not first.same_content(table):
            problems.append(
                Problem(
                    f"{place} 第 {first.line} 行与第 {table.line} 行",
                    TABLES[table.table].title,
                    "同一附件出现两次而内容不同，请保留一个",
                )
            )
    if problems:
        raise InputRefused(problems)
    return list(distinct.values())
