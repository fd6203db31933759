"""Annex tables in grids: where each begins, what its columns mean, its rows, totals and note.

A table is found by its header: a row with a known heading for names or serial numbers. Titles may
stand above it and notes below; one sheet may hold several tables; headers may have up to three
levels. What cannot be read with certainty is a problem that names the cell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from haochaping.cleaning.cells import is_number, percent_of
from haochaping.cleaning.text import fold
from haochaping.errors import Problem
from haochaping.labels import COLUMNS
from haochaping.model import TIERS
from haochaping.reference import IGNORED, Reference
from haochaping.sources.grid import Grid, column_letter
from haochaping.sources.header import ONE_KEY, Column, HeaderUnread, checked_columns, table_of
from haochaping.sources.lines import Line, make_line
from haochaping.sources.long_form import LongForm, LongRow, tier_of
from haochaping.sources.rows import Body, Row
from haochaping.sources.tables import NOTE_BEGINS, UNIT_LINE, AnnexTable, annex_heading, title_of

HIGHEST_HEADER = 3
MOST_TITLE_LINES = 6
_UNIT = re.compile(r"\((?:单位:)?(件|条|次|个|%|家|起)\)$")
_DISTRICT = re.compile(r".*[区县市旗岛]")
_NAMES = ("district", "department")
_KEYS = ("serial", *_NAMES, "tier")


@dataclass(frozen=True)
class _Header:
    """Rows [top, bottom) of a grid, the columns of figures, of names and of serial numbers (None: there is none)."""

    top: int
    bottom: int
    key: Column
    values: tuple[tuple[int, Column], ...]
    name_at: int
    serial_at: int | None
    table: str
    rest_at: int | None = None
    """The column with the other part of the key, where each row is one combination."""
    rest: str = ""


def read_grids(
    grids: Sequence[Grid], reference: Reference
) -> tuple[list[AnnexTable], list[Problem], list[Grid]]:
    """Annex tables of all grids in order, what could not be read, and the grids that hold no annex."""
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
            stop = next((s for s in starts[n + 1 :] if not _again(grid, start, s)), len(grid.rows))
            stop = _title_start(grid, stop, start) if stop < len(grid.rows) else stop
            region = _Region(grid, after, start, stop, reference, districts, problems)
            table = region.read()
            if table is not None:
                tables.append(table)
            after = stop
    return tables, problems, others


def _under(rest: str, column: Column) -> Column:
    """A column of figures as it stands in the printed form, under a district or a tier."""
    if column.field == IGNORED or not rest:
        return column
    return replace(column, district="*") if rest == "district" else replace(column, tier=TIERS[0])


def holds_annex(grid: Grid, reference: Reference) -> bool:
    """Whether the header of an annex stands in the grid."""
    return any(_begins_header(grid, row, reference) for row in range(len(grid.rows)))


def _districts(grids: Sequence[Grid], reference: Reference) -> dict[str, str]:
    """Folded names of districts that may head columns: the registry's, and those in a column of names."""
    names = {fold(name): name for name in reference.names("district")}
    for grid in grids:
        for row in grid.rows:
            for text in row[:3]:
                if _DISTRICT.fullmatch(fold(text)) and len(text) <= 12:
                    names.setdefault(fold(text), text)
    return names


def _field(text: str, reference: Reference) -> str:
    """The field of a heading, its unit in brackets left off; blank when unknown."""
    folded = fold(text)
    return reference.headings.get(folded) or reference.headings.get(_UNIT.sub("", folded), "")


def _begins_header(grid: Grid, row: int, reference: Reference) -> bool:
    """Whether a header may begin here: a heading of names or serial numbers beside another heading."""
    texts = grid.texts(row)
    known = [name for text in texts if (name := _field(text, reference))]
    beside = len(known) > 1 and any(name in ("serial", *_NAMES) for name in known)
    return beside and not any(is_number(text) for text in texts)


def _again(grid: Grid, first: int, second: int) -> bool:
    """Whether the header at `second` repeats the one at `first`, as on a further page."""
    return grid.rows[first] == grid.rows[second] or second - first < HIGHEST_HEADER


def _title_start(grid: Grid, header: int, after: int) -> int:
    """Row at which the titles above a further header begin."""
    row = header
    while row - 1 > after and header - row < MOST_TITLE_LINES:
        texts = grid.texts(row - 1)
        if len(texts) > 1 or (texts and NOTE_BEGINS.match(fold(texts[0]))):
            break
        row -= 1
        if texts and annex_heading(make_line(1, texts[0], {})):
            break
    return row


class _Region:
    """One table: rows [start, stop) of a grid, its header at `header`."""

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
        """The table; None when a problem was told."""
        before = len(self.problems)
        title = title_of(self._lines_above())
        try:
            header = self._header(title)
        except HeaderUnread as failure:
            shown = " ".join(self.grid.texts(self.header_row))[:120]
            self._problem(self.header_row, None, shown, str(failure))
            return None
        values, body, note = self._body(header)
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
        )

    def _lines_above(self) -> list[Line]:
        texts = [*self.grid.above]
        texts += [" ".join(self.grid.texts(row)) for row in range(self.start, self.header_row)]
        lines = [make_line(1, text, {}) for text in texts if text]
        for i in range(len(lines) - 1, -1, -1):
            if annex_heading(lines[i]):
                return lines[i:]
        return [line for line in lines if not UNIT_LINE.fullmatch(line.folded)][-1:]

    # --- header ------------------------------------------------------------------------------------------

    def _header(self, title: str) -> _Header:
        bottom = self._bottom()
        labels = self._labels(bottom)
        tier_at = self._tier_at(labels, bottom)
        columns = [
            (at, Column("tier") if at == tier_at else self._column(label)) for at, label in labels if label
        ]
        blank = [at for at, label in labels if not label and self._used(at, bottom)]
        if blank:
            raise HeaderUnread(f"{column_letter(blank[0])} 列有数据而没有列名")
        places = {column.field: at for at, column in columns if column.field in _KEYS}
        values = [(at, self._value_column(at, column)) for at, column in columns if column.field not in _KEYS]
        key, rest = self._key_and_rest([column.field for _, column in columns])
        as_printed = [Column(key), *(_under(rest, column) for _, column in values)]
        table = table_of(checked_columns(as_printed), title or self.grid.name)
        return _Header(
            self.header_row,
            bottom,
            Column(key),
            tuple(values),
            places[key],
            places.get("serial"),
            table,
            places.get(rest),
            rest,
        )

    def _key_and_rest(self, fields: Sequence[str]) -> tuple[str, str]:
        """The column of names; the other part of the key where each row is one combination of both."""
        names = [name for name in fields if name in ("district", "department", "tier")]
        for key, rest in (("department", "district"), ("district", "tier")):
            if sorted(names) == sorted((key, rest)):
                return key, rest
        if names in (["district"], ["department"]):
            return names[0], ""
        raise HeaderUnread(ONE_KEY)

    def _value_column(self, at: int, column: Column) -> Column:
        return replace(column, total=f"{IGNORED} {at}") if column.field == IGNORED else column

    def _tier_at(self, labels: Sequence[tuple[int, list[str]]], bottom: int) -> int | None:
        """The column whose every cell says 镇级, 村级 or the like; its heading may be any."""
        for at, label in labels:
            cells = [self.grid.rows[row][at] for row in range(bottom, self.stop) if self._has_figures(row)]
            named = [bool(tier_of(text, self.reference)) for text in cells if not self._is_total(text)]
            if label and named and all(named):
                return at
        return None

    def _has_figures(self, row: int) -> bool:
        return any(is_number(text) for text in self.grid.texts(row))

    def _bottom(self) -> int:
        """The first row of the body: one with a number or a word for none, and no heading."""
        for row in range(self.header_row + 1, min(self.header_row + 1 + HIGHEST_HEADER, self.stop)):
            texts = self.grid.texts(row)
            fields = {_field(text, self.reference) for text in texts} - {"", *TIERS}
            if any(self._is_value(text) for text in texts) and not fields:
                return row
        raise HeaderUnread(f"表头（至多 {HIGHEST_HEADER} 行）之后应有数据行")

    def _is_value(self, text: str) -> bool:
        return is_number(text) or fold(text) in self.reference.no_value

    def _labels(self, bottom: int) -> list[tuple[int, list[str]]]:
        """For each column its headings from the top level down, each once.

        A blank cell beside a heading that spans columns (where the source knows no merged cells)
        takes that heading if a lower level has one of its own.
        """
        rows = [list(self.grid.rows[row]) for row in range(self.header_row, bottom)]
        for level, row in enumerate(rows[:-1]):
            for at in range(1, len(row)):
                if not row[at] and rows[level + 1][at]:
                    row[at] = row[at - 1]
        width = len(rows[0])
        return [(at, list(dict.fromkeys(row[at] for row in rows if row[at]))) for at in range(width)]

    def _used(self, at: int, bottom: int) -> bool:
        return any(self._is_value(self.grid.rows[row][at]) for row in range(bottom, self.stop))

    def _column(self, labels: list[str]) -> Column:
        """The meaning of a column from its headings."""
        known = [_field(label, self.reference) for label in labels]
        last = fold(labels[-1])
        tier = next((name for name in known[:-1] if name in TIERS), "")
        percent = any("%" in unit[1] for label in labels if (unit := _UNIT.search(fold(label))))
        joined = _field("".join(labels), self.reference)
        if known[-1] and known[-1] not in TIERS:
            return Column(known[-1], tier=tier, in_percent=percent)
        if joined:
            return Column(joined, in_percent=percent)
        for heading, name in self.reference.headings.items():
            rest = _field(last.removeprefix(heading), self.reference) if last.startswith(heading) else ""
            if name in TIERS and rest:
                return Column(rest, tier=name, in_percent=percent)
        if last in self.reference.totals:
            return Column("evaluations", total=labels[-1])
        if last in self.districts or _DISTRICT.fullmatch(last):
            return Column("evaluations", district=self.districts.get(last, labels[-1]))
        raise HeaderUnread(
            f"列名“{' '.join(labels)}”不认识；应在 data/reference/headings.csv 中（不用的列登记为 {IGNORED}），"
            "区县名称应在 units.csv 中"
        )

    # --- body ----------------------------------------------------------------------------------------------

    def _body(self, header: _Header) -> tuple[list[tuple[int, Column]], Body, str]:
        note: list[str] = []
        at_rows = self._data_rows(header, note)
        if header.rest_at is not None:
            long = self._long(header, header.rest_at)
            for row in at_rows:
                self._add_long(header, row, long)
            values, body = long.table()
            return values, body, "".join(note)
        rows: list[Row] = []
        totals: list[Row] = []
        for row in at_rows:
            self._add(header, row, rows, totals)
        return list(header.values), Body(tuple(rows), tuple(totals)), "".join(note)

    def _data_rows(self, header: _Header, note: list[str]) -> list[int]:
        """The rows of the body that hold something; the lines of the note go into `note`."""
        found = []
        row = header.bottom
        while row < self.stop:
            if self.grid.rows[row] == self.grid.rows[self.header_row]:
                row += header.bottom - header.top  # the header again, on a further page
                continue
            if self._is_note(header, row):
                note += self._note(row)
                break
            if self.grid.texts(row):
                found.append(row)
            row += 1
        note += self.grid.below if self.stop == len(self.grid.rows) else []
        return found

    def _long(self, header: _Header, rest_at: int) -> LongForm:
        places = {header.key.field: header.name_at, header.rest: rest_at}
        places |= {} if header.serial_at is None else {"serial": header.serial_at}
        return LongForm(header.key.field, header.rest, places, header.values, self.reference, self._problem)

    def _add_long(self, header: _Header, row: int, long: LongForm) -> None:
        cells = self.grid.rows[row]
        self._not_merged(header, row)
        name, rest = ("".join(cells[at].split()) for at in (header.name_at, long.places[header.rest]))
        serial = "" if header.serial_at is None else fold(cells[header.serial_at])
        if self._is_total(serial):
            name, serial = name or serial, ""
        texts = tuple(self._cell(row, at, column) for at, column in header.values)
        long.add(LongRow(row, self.grid.numbers[row], serial, name, rest, texts))

    def _is_total(self, text: str) -> bool:
        return fold(text).rstrip(":") in self.reference.totals

    def _not_merged(self, header: _Header, row: int) -> None:
        for at, column in header.values:
            if (row, at) in self.grid.covered and column.field != IGNORED:
                found = self.grid.rows[row][at]
                expected = f"{COLUMNS[column.field]}不应是合并单元格；请取消合并，逐格填写"
                self._problem(row, at, found, expected)

    def _is_note(self, header: _Header, row: int) -> bool:
        """A line that begins like a note, or a single text that is no name with figures beside it."""
        texts = self.grid.texts(row)
        if not texts:
            return False
        begins = bool(NOTE_BEGINS.match(fold(texts[0])))
        alone = len(texts) == 1 and not self._is_value(texts[0])
        return (begins and not any(self._is_value(text) for text in texts[1:])) or (
            alone and len(texts[0]) > 20
        )

    def _note(self, first: int) -> list[str]:
        """The lines from a note on; figures after it belong to no table."""
        lines = []
        for row in range(first, self.stop):
            texts = self.grid.texts(row)
            if sum(is_number(text) for text in texts) > 1:
                self._problem(row, None, " ".join(texts)[:80], "备注之后不应再有数据；另有表格的应有表头")
            lines.append(" ".join(texts))
        return lines

    def _add(self, header: _Header, row: int, rows: list[Row], totals: list[Row]) -> None:
        """One row into rows or totals, or a problem."""
        cells = self.grid.rows[row]
        name = "".join(cells[header.name_at].split())
        serial = "" if header.serial_at is None else fold(cells[header.serial_at])
        label = next((text for text in (name, serial) if self._is_total(text)), "")
        self._not_merged(header, row)
        texts = tuple(self._cell(row, at, column) for at, column in header.values)
        number = self.grid.numbers[row]
        if label:
            totals.append(Row(number, label.rstrip(":："), tuple(text or None for text in texts)))
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
        if header.serial_at is not None and serial != str(len(rows) + 1):
            self._problem(row, header.serial_at, cells[header.serial_at], f"序号应为 {len(rows) + 1}")
        rows.append(Row(number, name, texts))

    def _cell(self, row: int, at: int, column: Column) -> str:
        """A cell's text; a number that is a fraction, under a heading of rates, as a percentage."""
        text = self.grid.rows[row][at]
        is_fraction = (row, at) in self.grid.numeric and 0 <= float(text) <= 1
        return percent_of(text) if is_fraction and column.is_rate and not column.in_percent else text

    def _problem(self, row: int, column: int | None, found: str, expected: str) -> None:
        letter = f" {column_letter(column)} 列" if column is not None and self.grid.lettered else ""
        self.problems.append(
            Problem(f"{self.grid.place} 第 {self.grid.numbers[row]} 行{letter}", found, expected)
        )
