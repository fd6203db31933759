"""Read annex tables from grids: where each begins, the meaning of its columns, its rows, totals and note.

A table is found by its header: a row with a known heading for names or serial numbers. There may be titles above and
notes below; one sheet may have several tables; headers may have up to three levels. Anything that cannot be read with
certainty is reported as a problem that names the cell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from haochaping.cleaning.number_or_missing import is_number, percent_of
from haochaping.core.errors import Problem
from haochaping.core.labels import COLUMNS
from haochaping.core.model import TABLES
from haochaping.core.text import normalize_for_comparison, plain_number
from haochaping.read.grid.grid import Grid, column_letter
from haochaping.read.grid.grid_checks import check_kinds, check_percents
from haochaping.read.grid.grid_header import (
    DISTRICT,
    HIGHEST_HEADER,
    NAMES,
    GridHeader,
    HeaderReader,
    field_of,
    is_value,
)
from haochaping.read.grid.long_form import LongForm, LongRow
from haochaping.read.text.lines import Line, make_line
from haochaping.read.text.margins import (
    PART_OF_SUM,
    is_filled_in_by,
    is_page_mark,
    is_part_of_sum,
    is_period_line,
    is_scaled,
)
from haochaping.read.text.text_header import Column, HeaderUnread
from haochaping.read.text.text_rows import Body, TextRow
from haochaping.read.text.text_tables import NOTE_BEGINS, UNIT_LINE, AnnexTable, annex_heading, title_of
from haochaping.reference.reference import IGNORED, Reference

MOST_TITLE_LINES = 6
LEADING_ZERO = re.compile("0[0-9]")
LONGEST_LABEL = 20
"""Characters; a longer text alone in its row is a note and not a label."""


def read_grids(
    grids: Sequence[Grid], reference: Reference
) -> tuple[list[AnnexTable], list[Problem], list[Grid]]:
    """Return the annex tables of all grids in order, the problems found, and the grids without an annex."""
    tables: list[AnnexTable] = []
    problems: list[Problem] = []
    others: list[Grid] = []
    districts = _districts(grids, reference)
    for grid in grids:
        starts = [r for r in range(len(grid.rows)) if _begins_header(grid, r, reference)]
        if not starts:
            others.append(grid)
        after = 0
        for n, start in enumerate(starts):
            if start < after:
                continue  # a lower level of the header above, or the header again on the next page
            stop = next(
                (s for s in starts[n + 1 :] if not _is_repeated_header(grid, start, s)), len(grid.rows)
            )
            stop = _first_title_row(grid, stop, start) if stop < len(grid.rows) else stop
            region = _TableReader(grid, after, start, stop, reference, districts, problems)
            table = region.read()
            if table is not None:
                tables.append(table)
            after = stop
    return tables, problems, others


def holds_annex(grid: Grid, reference: Reference) -> bool:
    """Whether the grid has the header of an annex."""
    return any(_begins_header(grid, row, reference) for row in range(len(grid.rows)))


def _districts(grids: Sequence[Grid], reference: Reference) -> dict[str, str]:
    """Return names of districts that may be column headings (of the registry, or in a name column), by folded name."""
    names = {normalize_for_comparison(name): name for name in reference.names("district")}
    for grid in grids:
        for row in grid.rows:
            for text in row[:3]:
                if DISTRICT.fullmatch(normalize_for_comparison(text)) and len(text) <= 12:
                    names.setdefault(normalize_for_comparison(text), text)
    return names


def _begins_header(grid: Grid, row: int, reference: Reference) -> bool:
    """Whether a header may begin in this row: it has a heading of names or serial numbers and another heading.

    The other may be one level lower, or the row may have the districts of a table of departments.
    """
    texts = grid.texts(row)
    known = _known_fields(texts, reference)
    if any(is_number(text) for text in texts) or not any(name in ("serial", *NAMES) for name in known):
        return False
    if len(known) > 1 or sum(bool(DISTRICT.fullmatch(normalize_for_comparison(text))) for text in texts) > 1:
        return True
    below = grid.texts(row + 1) if row + 1 < len(grid.rows) else []
    lower = [name for name in _known_fields(below, reference) if name not in ("serial", *NAMES)]
    return len(texts) > 1 and bool(lower) and not any(is_number(text) for text in below)


def _known_fields(texts: Sequence[str], reference: Reference) -> list[str]:
    return [name for text in texts if (name := field_of(text, reference))]


def _is_repeated_header(grid: Grid, first: int, second: int) -> bool:
    """Whether the header at `second` repeats the one at `first` (on another page) or is a lower level of it."""
    return grid.rows[first] == grid.rows[second] or second - first < HIGHEST_HEADER


def _first_title_row(grid: Grid, header: int, after: int) -> int:
    """Return the row where the titles above another header begin."""
    row = header
    while row - 1 > after and header - row < MOST_TITLE_LINES:
        texts = grid.texts(row - 1)
        if len(texts) > 1 or (texts and NOTE_BEGINS.match(normalize_for_comparison(texts[0]))):
            break
        row -= 1
        if texts and annex_heading(make_line(1, texts[0], {})):
            break
    return row


def _may_be_title(text: str) -> bool:
    """Whether a line above a table may say of which period it is: no sentence, note, or name of who filled it in."""
    folded = normalize_for_comparison(text)
    return not ("。" in folded or NOTE_BEGINS.match(folded) or is_filled_in_by(text) or is_period_line(text))


class _TableReader:
    """Reads one table: rows [start, stop) of a grid, whose header begins at row `header`."""

    def __init__(
        self,
        grid: Grid,
        start: int,
        header: int,
        stop: int,
        reference: Reference,
        districts: dict[str, str],
        problems: list[Problem],
    ):
        self.grid, self.reference, self.districts, self.problems = grid, reference, districts, problems
        self.start, self.header_row, self.stop = start, header, stop

    def read(self) -> AnnexTable | None:
        """Return the table; None if a problem was reported."""
        before = len(self.problems)
        title = title_of(self._lines_above())
        try:
            self._check_above_header()
            header = HeaderReader(self.grid, self.header_row, self.stop, self.reference, self.districts).read(
                title
            )
        except HeaderUnread as failure:
            shown = " ".join(self.grid.texts(self.header_row))[:120]
            self._problem(self.header_row, None, shown, str(failure))
            return None
        values, body, note = self._body(header)
        check_percents(self.grid, header, self.stop, self._problem)
        check_kinds(header, body, self.reference, self._problem, self.grid)
        if not body.rows and len(self.problems) == before:
            self._problem(self.header_row, None, "", "表头之后应有数据行")
        if len(self.problems) > before:
            return None
        return AnnexTable(
            header.table,
            title,
            (header.key, *(column for _, column in values)),
            body,
            note,
            self.grid.numbers[self.header_row],
            self.grid.place,
            tuple(column_letter(at) for at, _ in values) if self.grid.lettered else (),
            "\n".join(text for text in self._texts_above() if _may_be_title(text)),
            self.grid.name,
        )

    def _lines_above(self) -> list[Line]:
        lines = [
            make_line(1, text, {})
            for text in self._texts_above()
            if text and not is_filled_in_by(text) and not is_period_line(text)
        ]
        for i in range(len(lines) - 1, -1, -1):
            if annex_heading(lines[i]):
                return lines[i:]
        return [line for line in lines if not UNIT_LINE.fullmatch(line.folded)][-1:]

    def _texts_above(self) -> list[str]:
        return [
            *self.grid.above,
            *(" ".join(self.grid.texts(row)) for row in range(self.start, self.header_row)),
        ]

    def _check_above_header(self) -> None:
        """Report figures above the header as problems.

        Raises
        ------
        HeaderUnread
            A line above says that figures are in thousands or the like.
        """
        for row in range(self.start, self.header_row):
            texts = self.grid.texts(row)
            if sum(is_number(text) for text in texts) > 1 and not is_filled_in_by(texts[0]):
                self._problem(row, None, " ".join(texts)[:80], "表头之前不应有数据；另有表格的应有认识的表头")
        for text in self._texts_above():
            if is_scaled(text):
                raise HeaderUnread(f"“{text[:40]}”：数字应以件、条为单位，以万、千为单位的不是准确的数")

    # --- body ----------------------------------------------------------------------------------------------

    def _body(self, header: GridHeader) -> tuple[list[tuple[int, Column]], Body, str]:
        note: list[str] = []
        at_rows = self._data_rows(header, note)
        if header.rest_at is not None:
            long_form = self._make_long_form(header, header.rest_at)
            for row in at_rows:
                self._add_long_row(header, row, long_form)
            values, body = long_form.table()
            return values, body, "".join(note)
        rows: list[TextRow] = []
        totals: list[TextRow] = []
        for row in at_rows:
            self._add_row(header, row, rows, totals)
        return list(header.values), Body(tuple(rows), tuple(totals)), "".join(note)

    def _data_rows(self, header: GridHeader, note: list[str]) -> list[int]:
        """Return the rows of the body with content; add the lines of the note to `note`."""
        note += [text for text in self._texts_above() if is_period_line(text)]
        titles = {row for row in self.grid.rows[self.start : self.header_row] if any(row)}
        found = []
        row = header.bottom
        while row < self.stop:
            texts = self.grid.texts(row)
            if self.grid.rows[row] == self.grid.rows[self.header_row]:
                row += header.bottom - header.top  # the header again, on a further page
                continue
            if self._is_note(header, row):
                note += self._note(header, row)
                break
            furniture = len(texts) == 1 and (is_page_mark(texts[0]) or self.grid.rows[row] in titles)
            if texts and not furniture and not self._report_text_alone(header, row):
                found.append(row)
            row += 1
        note += self.grid.below if self.stop == len(self.grid.rows) else []
        return found

    def _report_text_alone(self, header: GridHeader, row: int) -> bool:
        """Report a row of one text, which may be a group heading or a unit without figures; return whether it is one."""
        texts = self.grid.texts(row)
        kind = "" if header.rest else TABLES[header.table].unit_kinds[header.key.field]
        if len(texts) != 1 or self._is_value(texts[0]) or self.reference.unit(kind, texts[0]):
            return False
        self._problem(
            row,
            None,
            texts[0],
            "此行只有文字，没有数据；说明请以“备注：”开头，分组的名称请删去，单位请填写数据",
        )
        return True

    def _make_long_form(self, header: GridHeader, rest_at: int) -> LongForm:
        places = {header.key.field: header.name_at, header.rest: rest_at}
        places |= {} if header.serial_at is None else {"serial": header.serial_at}
        return LongForm(header.key.field, header.rest, places, header.values, self.reference, self._problem)

    def _add_long_row(self, header: GridHeader, row: int, long_form: LongForm) -> None:
        cells = self.grid.rows[row]
        self._report_merged_cells(header, row)
        name, rest = ("".join(cells[at].split()) for at in (header.name_at, long_form.places[header.rest]))
        serial = "" if header.serial_at is None else normalize_for_comparison(cells[header.serial_at])
        if self._is_total(serial):
            name, serial = name or serial, ""
        texts = tuple(self._cell(row, at, column) for at, column in header.values)
        long_form.add(LongRow(row, self.grid.numbers[row], serial, name, rest, texts))

    def _is_value(self, text: str) -> bool:
        return is_value(text, self.reference)

    def _is_total(self, text: str) -> bool:
        return normalize_for_comparison(text).rstrip(":") in self.reference.totals

    def _report_merged_cells(self, header: GridHeader, row: int) -> None:
        for at, column in header.values:
            if (row, at) in self.grid.covered and column.field != IGNORED:
                found = self.grid.rows[row][at]
                expected = f"{COLUMNS[column.field]}不应是合并单元格；请取消合并，逐格填写"
                self._problem(row, at, found, expected)

    def _is_note(self, header: GridHeader, row: int) -> bool:
        """Whether a row begins like a note, names who filled in the table, or is a long text alone."""
        texts = self.grid.texts(row)
        if not texts:
            return False
        begins = bool(NOTE_BEGINS.match(normalize_for_comparison(texts[0])))
        alone = len(texts) == 1 and not self._is_value(texts[0])
        return (
            (begins and not any(self._is_value(text) for text in texts[1:]))
            or (alone and len(texts[0]) > LONGEST_LABEL)
            or is_filled_in_by(texts[0])
        )

    def _note(self, header: GridHeader, first: int) -> list[str]:
        """Return the lines of a note, without who filled in the table; report figures among them."""
        lines = []
        for row in range(first, self.stop):
            texts = self.grid.texts(row)
            if texts and is_filled_in_by(texts[0]):
                continue
            cells = self.grid.rows[row]
            figures = sum(
                is_number(cells[at]) for at, _ in header.values if (row, at) not in self.grid.covered
            )
            if figures > 1 or (figures and cells[header.name_at]):
                self._problem(row, None, " ".join(texts)[:80], "备注之后不应再有数据；另有表格的应有表头")
            lines.append(" ".join(texts))
        return lines

    def _add_row(self, header: GridHeader, row: int, rows: list[TextRow], totals: list[TextRow]) -> None:
        """Add one row to `rows` or `totals`, or report a problem."""
        cells = self.grid.rows[row]
        name = "".join(cells[header.name_at].split())
        serial = "" if header.serial_at is None else normalize_for_comparison(cells[header.serial_at])
        label = next((text for text in (name, serial) if self._is_total(text)), "")
        self._report_merged_cells(header, row)
        texts = tuple(self._cell(row, at, column) for at, column in header.values)
        number = self.grid.numbers[row]
        if label:
            totals.append(TextRow(number, label.rstrip(":："), tuple(text or None for text in texts)))
            return
        if not name:
            self._problem(row, header.name_at, " ".join(self.grid.texts(row))[:80], "有数据的行应有名称")
            return
        if (row, header.name_at) in self.grid.covered:
            self._problem(row, header.name_at, name, "名称不应跨行合并；请取消合并，逐行填写")
            return
        if self._is_value(name) or re.fullmatch(r"\d{4}-\d{2}-\d{2}", name):
            self._problem(row, header.name_at, name, "应为单位名称，不应是数字或日期")
            return
        if is_part_of_sum(name):
            self._problem(row, header.name_at, name, PART_OF_SUM)
            return
        if header.serial_at is not None and serial != str(len(rows) + 1):
            self._problem(row, header.serial_at, cells[header.serial_at], f"序号应为 {len(rows) + 1}")
        rows.append(TextRow(number, name, texts))

    def _cell(self, row: int, at: int, column: Column) -> str:
        """Return a cell's text; under a heading of rates, a number from 0 to 1 becomes a percentage."""
        text = self.grid.rows[row][at]
        if column.field != IGNORED and LEADING_ZERO.match(plain_number(text)):
            self._problem(
                row, at, text, f"{COLUMNS[column.field]}不应以 0 开头；可能是千分位的逗号拆开了一个数"
            )
        is_fraction = (row, at) in self.grid.numeric and 0 <= float(text) <= 1
        return percent_of(text) if is_fraction and column.is_rate and not column.in_percent else text

    def _problem(self, row: int, column: int | None, found: str, expected: str) -> None:
        letter = f" {column_letter(column)} 列" if column is not None and self.grid.lettered else ""
        self.problems.append(
            Problem(f"{self.grid.place} 第 {self.grid.numbers[row]} 行{letter}", found, expected)
        )
