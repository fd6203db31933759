"""Read tables from grids: where each begins, what its columns are, its rows, totals and note.

The one reader of headers and bodies for text, workbooks, Word files and pages. There may be titles above and notes below;
one sheet may have several tables. Anything that cannot be read with certainty is reported as a problem that names the
cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from haochaping.cleaning.number_or_missing import is_number, percent_of
from haochaping.core.declaration import AnnexSpec, Group
from haochaping.core.errors import Problem
from haochaping.core.text import normalize_for_comparison, plain_number
from haochaping.read.grid.annex_table import AnnexTable, TableColumn, TableMeaning, TableRow
from haochaping.read.grid.grid import MOST_ROWS, Grid, column_letter
from haochaping.read.grid.grid_checks import check_kinds, check_percents
from haochaping.read.grid.header_rows import (
    HIGHEST_HEADER,
    HeaderFinder,
    HeaderLabels,
    is_section,
    is_value,
    without_number,
)
from haochaping.read.grid.long_form import check_long_rows, in_order_of_names
from haochaping.read.grid.margins import (
    PART_OF_SUM,
    is_filled_in_by,
    is_filled_in_row,
    is_page_mark,
    is_part_of_sum,
    is_period_line,
    is_scaled,
)
from haochaping.read.grid.table_meaning import HeaderUnread, TableEvidence, find_meaning, fold_heading
from haochaping.read.grid.titles import NOTE_BEGINS, UNIT_LINE, annex_heading, annex_number, title_of
from haochaping.reference.reference import Reference

MOST_TITLE_LINES = 6
LEADING_ZERO = re.compile("0[0-9]")
SCALED = "数字应以件、条为单位，以万、千为单位的不是准确的数"
LONGEST_LABEL = 20
"""Characters; a longer text alone in its row is a note and not a label."""
LONGEST_SECTION = 12
"""Characters of a row that only names the group of the rows below it."""

ReportProblem = Callable[[int, int | None, str, str], None]
"""Reports a problem: row, column (both as indices), what was found, what was expected."""


def read_grids(
    grids: Sequence[Grid], reference: Reference
) -> tuple[list[AnnexTable], list[Problem], list[Grid]]:
    """Return the tables of all grids in order, the problems found, and the grids without a table."""
    tables: list[AnnexTable] = []
    problems: list[Problem] = []
    others: list[Grid] = []
    finder = HeaderFinder(reference)
    member_names = _names_in_grids(grids, reference)
    for grid in grids:
        starts = finder.starts(grid)
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
            table = _TableReader(grid, after, start, stop, reference, member_names, problems).read()
            if table is not None:
                tables.append(table)
            after = stop
    return tables, problems, others


def _names_in_grids(grids: Sequence[Grid], reference: Reference) -> frozenset[str]:
    """Names of rows that may also be headings of columns: they end as those of a group of columns do."""
    endings = "".join(
        spec.columns_by.endings for spec in reference.declaration.annexes.values() if spec.columns_by
    )
    found = set()
    for grid in grids if endings else ():
        for row in grid.rows:
            for text in row[:3]:
                folded = normalize_for_comparison(text)
                if 1 < len(folded) <= LONGEST_SECTION and folded[-1] in endings:
                    found.add(folded)
    return frozenset(found)


def _is_repeated_header(grid: Grid, first: int, second: int) -> bool:
    """Whether the header at `second` repeats the one at `first` (on another page) or is a lower level of it."""
    if grid.rows[first] == grid.rows[second]:
        return True
    between = range(first + 1, second)
    return second - first < HIGHEST_HEADER and not any(
        is_number(text) for row in between for text in grid.texts(row)[1:]
    )


def _first_title_row(grid: Grid, header: int, after: int) -> int:
    """Return the row where the titles above another header begin."""
    row = header
    while row - 1 > after and header - row < MOST_TITLE_LINES:
        texts = grid.texts(row - 1)
        if len(texts) > 1 or (texts and NOTE_BEGINS.match(normalize_for_comparison(texts[0]))):
            break
        row -= 1
        if texts and annex_heading(texts[0]):
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
        member_names: frozenset[str],
        problems: list[Problem],
    ):
        self.grid, self.reference, self.member_names = grid, reference, member_names
        self.start, self.header_row, self.stop = start, header, stop
        self.problems = problems
        self._first_serial = 1
        self._last_serial: int | None = None

    def read(self) -> AnnexTable | None:
        """Return the table; None if a problem was reported."""
        before = len(self.problems)
        above = self._lines_above()
        title = title_of(above)
        try:
            self._check_above_header()
            self.header = HeaderLabels(self.grid, self.header_row, self.stop, self.reference)
            meaning = self._meaning(title)
        except HeaderUnread as failure:
            shown = " ".join(self.grid.texts(self.header_row))[:120]
            self._problem(self.header_row, None, shown, str(failure))
            return None
        self.meaning = meaning
        rows, note = self._body()
        if meaning.spec:
            check_percents(self.grid, self.header, meaning, self._problem)
            check_kinds(self.grid, meaning, rows, self.reference, self._problem)
        if not rows and len(self.problems) == before:
            self._problem(self.header_row, None, "", "表头之后应有数据行")
        if len(self.problems) > before:
            return None
        return AnnexTable(
            meaning,
            title,
            tuple(rows),
            note,
            self.grid.numbers[self.header_row],
            self.grid.place,
            annex_number([*self._texts_above(), self.grid.name]),
            "\n".join(text for text in self._texts_above() if _may_be_title(text)),
            self.grid.name,
            tuple(column_letter(c.at) for c in meaning.values) if self.grid.lettered else (),
            None if self._last_serial is None else (self._first_serial, self._last_serial),
        )

    def _meaning(self, title: str) -> TableMeaning:
        unheaded = self.header.unheaded()
        if unheaded is not None:
            raise HeaderUnread(f"{column_letter(unheaded)} 列有内容而没有列名")
        for text in (text for _, path in self.header.labels for text in path):
            if (
                is_scaled(text)
                and normalize_for_comparison(text).partition("(")[0] in self.reference.headings
            ):
                raise HeaderUnread(f"“{text[:40]}”：{SCALED}")
        name_headings = [" ".join(path) for _, path in self.header.labels if path and self._is_names(path)]
        titles = (title, self.grid.name, *name_headings)
        evidence = TableEvidence(titles, self.header.cells_below, self.member_names)
        return find_meaning(self.header.labels, self.reference, evidence)

    def _is_names(self, path: Sequence[str]) -> bool:
        groups = self.reference.declaration.groups.values()
        return fold_heading(path[-1]) in {fold_heading(h) for group in groups for h in group.headings}

    # --- above the header ------------------------------------------------------------------------------------

    def _lines_above(self) -> list[str]:
        lines = [
            text
            for text in self._texts_above()
            if text and not is_filled_in_by(text) and not is_period_line(text)
        ]
        for i in range(len(lines) - 1, -1, -1):
            if annex_heading(lines[i]):
                return lines[i:]
        return [line for line in lines if not UNIT_LINE.fullmatch(normalize_for_comparison(line))][-1:]

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
            if sum(is_number(text) for text in texts) > 1 and not is_filled_in_row(texts):
                self._problem(row, None, " ".join(texts)[:80], "表头之前不应有数据；另有表格的应有认识的表头")
        for text in self._texts_above():
            if is_scaled(text):
                raise HeaderUnread(f"“{text[:40]}”：{SCALED}")

    # --- body ------------------------------------------------------------------------------------------------

    @property
    def _name_at(self) -> int:
        return self.meaning.names_at[0]

    def _body(self) -> tuple[list[TableRow], str]:
        note: list[str] = []
        rows: list[TableRow] = []
        section = ""
        for at in self._data_rows(note):
            named = self._section(at)
            if named is not None:
                section = named
                continue
            row = self._row(at, section)
            if row is not None:
                rows.append(row)
        if self.meaning.member_at is not None and self.meaning.spec:
            check_long_rows(rows, self.meaning, self._serials, self._problem_in_line)
            rows = in_order_of_names(rows)
        return rows, "".join(note)

    def _data_rows(self, note: list[str]) -> list[int]:
        """Return the rows of the body with content; add the lines of the note to `note`."""
        note += [text for text in self._texts_above() if is_period_line(text)]
        titles = {row for row in self.grid.rows[self.start : self.header_row] if any(row)}
        found = []
        self._serials: dict[int, str] = {}
        row = self.header.bottom
        while row < self.stop:
            texts = self.grid.texts(row)
            if self.grid.rows[row] == self.grid.rows[self.header_row]:
                row += self.header.bottom - self.header.top  # the header again, on a further page
                continue
            if self._is_note(row):
                note += self._note(row)
                break
            furniture = len(texts) == 1 and (is_page_mark(texts[0]) or self.grid.rows[row] in titles)
            if texts and not furniture and not self._report_text_alone(row):
                found.append(row)
            row += 1
        note += self.grid.below if self.stop == len(self.grid.rows) else []
        return found

    def _groups(self) -> Sequence[Group]:
        return self.meaning.spec.groups if self.meaning.spec else ()

    def _section(self, row: int) -> str | None:
        """The group that a row alone names for those below it (一、区县); None for any other row.

        In a table that nobody declared, any numbered text alone names what it says.
        """
        texts = self.grid.texts(row)
        if self.meaning.spec is None and is_section(self.grid, row):
            return without_number(texts[0])
        if len(texts) != 1 or len(self._groups()) < 2:
            return None
        folded = without_number(texts[0])
        for group in self._groups():
            if folded in {normalize_for_comparison(group.word), *map(fold_heading, group.headings)}:
                return group.name
        return None

    def _report_text_alone(self, row: int) -> bool:
        """Report a row of one text, which may be a group heading or a unit without figures; return whether it is one."""
        texts = self.grid.texts(row)
        if len(texts) != 1 or self._is_value(texts[0]) or self._is_registered(texts[0]):
            return False
        if self._section(row) is not None or self.meaning.spec is None:
            return False
        self._problem(
            row,
            None,
            texts[0],
            "此行只有文字，没有数据；说明请以“备注：”开头，分组的名称请删去，单位请填写数据",
        )
        return True

    def _is_registered(self, text: str) -> bool:
        return any(self.reference.unit(group.name, text) for group in self._groups())

    def _is_value(self, text: str) -> bool:
        return is_value(text, self.reference)

    def _is_total(self, text: str) -> bool:
        folded = normalize_for_comparison(text).rstrip(":")
        declared = self.meaning.spec.totals if self.meaning.spec else {}
        return folded in self.reference.totals or folded in map(normalize_for_comparison, declared)

    def _is_note(self, row: int) -> bool:
        """Whether a row begins like a note, names who filled in the table, or is a long text alone."""
        texts = self.grid.texts(row)
        if not texts:
            return False
        begins = bool(NOTE_BEGINS.match(normalize_for_comparison(texts[0])))
        alone = len(texts) == 1 and not self._is_value(texts[0])
        return (
            (begins and not any(self._is_value(text) for text in texts[1:]))
            or (alone and len(texts[0]) > LONGEST_LABEL)
            or is_filled_in_row(texts)
        )

    def _note(self, first: int) -> list[str]:
        """Return the lines of a note, without who filled in the table; report figures among them."""
        lines = []
        for row in range(first, self.stop):
            texts = self.grid.texts(row)
            if is_filled_in_row(texts):
                continue
            cells = self.grid.rows[row]
            figures = sum(
                is_number(cells[c.at]) for c in self.meaning.values if (row, c.at) not in self.grid.covered
            )
            if figures > 1 or (figures and cells[self._name_at]):
                self._problem(row, None, " ".join(texts)[:80], "备注之后不应再有数据；另有表格的应有表头")
            lines.append(" ".join(texts))
        return lines

    # --- one row -----------------------------------------------------------------------------------------------

    def _row(self, row: int, section: str) -> TableRow | None:
        """Read one row; None if a problem was reported."""
        cells = self.grid.rows[row]
        name = self._name(row)
        serial_at = self.meaning.serial_at
        serial = "" if serial_at is None else normalize_for_comparison(cells[serial_at])
        member = "" if self.meaning.member_at is None else "".join(cells[self.meaning.member_at].split())
        label = self._total_label(row, name)
        self._report_merged_cells(row)
        texts = tuple(self._cell(row, column) or None for column in self.meaning.values)
        number = self.grid.numbers[row]
        if label:
            return TableRow(number, label.rstrip(":："), texts, member=member, is_total=True)
        if not self._is_name(row, name):
            return None
        if self.meaning.member_at is not None:
            self._serials[number] = serial
        elif serial_at is not None and self.meaning.spec:
            self._check_serial(row, serial_at, serial)
        return TableRow(number, name, texts, self._group(name, section), member)

    def _check_serial(self, row: int, at: int, serial: str) -> None:
        """Report a serial number that does not follow the one above; the first may go on from another table."""
        expected = (self._last_serial or 0) + 1
        if self._last_serial is None and serial.isdecimal() and int(serial) < MOST_ROWS:
            expected = self._first_serial = int(serial) or 1
        if serial != str(expected):
            self._problem(row, at, self.grid.rows[row][at], f"序号应为 {expected}")
        self._last_serial = expected

    def _total_label(self, row: int, name: str) -> str:
        """The label of a total as printed, in the column of names or of serial numbers; blank for other rows."""
        cells = self.grid.rows[row]
        if self._is_total(name):
            return " ".join(cells[self._name_at].split())
        serial_at = self.meaning.serial_at
        serial = "" if serial_at is None else " ".join(cells[serial_at].split())
        return serial if self._is_total(serial) else ""

    def _name(self, row: int) -> str:
        cells = self.grid.rows[row]
        names = ["".join(cells[at].split()) for at in self.meaning.names_at]
        if self.meaning.spec and len(self.meaning.names_at) < 2:
            return names[0]
        return " / ".join(dict.fromkeys(filter(None, names)))

    def _group(self, name: str, section: str) -> str:
        """The group of a row: the one in whose registry its name is, the section's, or the one with its ending."""
        groups = self._groups()
        if self.meaning.spec is None:
            return section
        if len(groups) < 2:
            return groups[0].name if groups else ""
        registered = next((group.name for group in groups if self.reference.unit(group.name, name)), "")
        ending = next((g.name for g in groups if g.endings and name[-1:] in g.endings), "")
        free = next((group.name for group in groups if not group.is_registered), "")
        return registered or section or ending or free or groups[-1].name

    def _is_name(self, row: int, name: str) -> bool:
        """Whether a row's name can be a unit's; report why not."""
        at = self._name_at
        if self.meaning.spec is None:
            return True
        if not name:
            self._problem(row, at, " ".join(self.grid.texts(row))[:80], "有数据的行应有名称")
        elif (
            (row, at) in self.grid.covered
            and self.meaning.member_at is None
            and len(self.meaning.names_at) < 2
        ):
            self._problem(row, at, name, "名称不应跨行合并；请取消合并，逐行填写")
        elif self._is_value(name) or re.fullmatch(r"\d{4}-\d{2}-\d{2}", name):
            self._problem(row, at, name, "应为单位名称，不应是数字或日期")
        elif is_part_of_sum(name):
            self._problem(row, at, name, PART_OF_SUM)
        else:
            return True
        return False

    def _report_merged_cells(self, row: int) -> None:
        for column in self.meaning.values:
            if (row, column.at) in self.grid.covered and column.measure:
                found = self.grid.rows[row][column.at]
                expected = f"{column.measure.heading}不应是合并单元格；请取消合并，逐格填写"
                self._problem(row, column.at, found, expected)

    def _cell(self, row: int, column: TableColumn) -> str:
        """Return a cell's text; under a heading of percentages, a number from 0 to 1 becomes a percentage."""
        text = self.grid.rows[row][column.at]
        if column.measure and LEADING_ZERO.match(plain_number(text)):
            self._problem(
                row,
                column.at,
                text,
                f"{column.measure.heading}不应以 0 开头；可能是千分位的逗号拆开了一个数",
            )
        is_fraction = (row, column.at) in self.grid.numeric and 0 <= float(text) <= 1
        return percent_of(text) if is_fraction and column.is_percentage and not column.in_percent else text

    def _problem(self, row: int, column: int | None, found: str, expected: str) -> None:
        letter = f" {column_letter(column)} 列" if column is not None and self.grid.lettered else ""
        self.problems.append(
            Problem(f"{self.grid.place} 第 {self.grid.numbers[row]} 行{letter}", found, expected)
        )

    def _problem_in_line(self, line: int, column: int | None, found: str, expected: str) -> None:
        self._problem(self.grid.numbers.index(line), column, found, expected)


def spec_title(spec: AnnexSpec | None, title: str) -> str:
    """A table in a message: by its short name, else by its title."""
    return spec.words if spec else f"“{title[:30]}”"
