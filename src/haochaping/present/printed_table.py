"""What a person sees of a table of the source: header tree, rows, totals and note, for any table, declared or not.

``printed_table(data, name)`` gives a :class:`PrintedTable`; :mod:`haochaping.core.annex_numbers` lists the tables that there are.

- table: ``.name .spec .number .words .title .printed_title .note .sheet_name .serial_heading .key_heading .headings
  .header .columns .lines .rows .totals`` (``spec`` is None for a table that nobody declared)
- column: ``.heading .path .words .measure .member .name .is_total .unit .is_percentage .is_declared``; ``column.name`` is
  the ``column`` of its cells' references, ``column.cell(table, row_name)`` such a reference
- row: ``.name .cells .group .is_total``
- cell: ``.value .text .decimals .corrected .reason .status``
- for forms that nothing was printed in yet: ``standard_columns(spec, members)``, ``sheet_name(spec)``
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from haochaping.cleaning.number_or_missing import printed_decimals
from haochaping.core.annex_numbers import paper_number
from haochaping.core.declaration import AnnexSpec, Measure
from haochaping.core.labels import annex_words
from haochaping.core.model import NUMBER, CellRef, QuarterData, undeclared_table
from haochaping.present.header_tree import Heading, header_rows
from haochaping.read.grid.table_meaning import fold_heading

NAME_HEADING = "名称"
"""Heading of the names of rows where none is declared, or several are."""


_FULL_WIDTH = {ord(sign): chr(ord(sign) + 0xFEE0) for sign in "[]:*?/\\'"}
_LONGEST_SHEET_NAME = 31


@dataclass(frozen=True)
class PrintedColumn:
    """A column of cells.

    Attributes
    ----------
    heading : str
        Its heading in a single header row, with its unit in brackets: ``镇级评价数（条）``.
    path : tuple of str
        The headings above it as papers print them, topmost first: ``("镇级", "评价数")``.
    words : tuple of str
        The same in words, as the page shows them: ``("镇（街道）", "评价数")``.
    measure : str
        Its declared measure; blank where nobody declared it.
    member : str
        The district or tier that it is about; in a column of totals the label as printed.
    unit : str
        Unit shown in the header; blank for percentages, whose cells carry it, and under a member's name alone.
    """

    heading: str
    path: tuple[str, ...]
    words: tuple[str, ...]
    measure: str = ""
    member: str = ""
    is_total: bool = False
    unit: str = ""
    is_percentage: bool = False

    @property
    def is_declared(self) -> bool:
        """Whether the city declares what it means."""
        return bool(self.measure)

    @property
    def name(self) -> str:
        """The ``column`` in the references of its cells: the measure, else the printed headings."""
        return self.measure or "/".join(self.path)

    def cell(self, table: str, row: str) -> CellRef:
        """The reference of its cell in a row."""
        return CellRef(table, row, self.name, self.member)


@dataclass(frozen=True)
class PrintedCell:
    """A cell: its number, its text as printed (blank for blank), and why it holds no number.

    ``decimals`` are those printed, of a percentage or score; ``status`` is blank where the source prints no cell.
    """

    value: int | float | None = None
    text: str = ""
    decimals: int | None = None
    corrected: bool = False
    reason: str = ""
    status: str = ""


@dataclass(frozen=True)
class PrintedRow:
    """A row: its name, or its label as printed, and a cell for each column; ``group`` is blank for totals."""

    name: str
    cells: Sequence[PrintedCell]
    group: str = ""
    is_total: bool = False


@dataclass(frozen=True)
class PrintedTable:
    """A table of the source; see the head of this file.

    ``title`` is the short one in texts, ``printed_title`` that of the source.
    """

    name: str
    spec: AnnexSpec | None
    number: int | None
    words: str
    title: str
    printed_title: str
    note: str
    serial_heading: str
    columns: Sequence[PrintedColumn]
    lines: Sequence[PrintedRow]
    """All rows as printed: a subtotal stands behind, or before, the rows that it adds up."""
    name_heading: str = ""
    """What is printed above the names of a table that is not declared."""

    @cached_property
    def rows(self) -> Sequence[PrintedRow]:
        """The lines that are no totals."""
        return [line for line in self.lines if not line.is_total]

    @cached_property
    def totals(self) -> Sequence[PrintedRow]:
        """The lines that are totals."""
        return [line for line in self.lines if line.is_total]

    @property
    def key_heading(self) -> str:
        """Heading of the column of names."""
        return self.name_heading or key_heading(self.spec)

    @property
    def headings(self) -> list[str]:
        """A single header row."""
        return [self.serial_heading, self.key_heading, *(column.heading for column in self.columns)]

    @property
    def header(self) -> list[list[Heading]]:
        """The header rows as papers print them, with the columns of serial numbers and names."""
        return header_rows(
            [(self.serial_heading,), (self.key_heading,), *(column.path for column in self.columns)]
        )

    @property
    def sheet_name(self) -> str:
        """Name of its sheet: ``附件1 各区县``; the words alone of a table that nobody declared."""
        return _as_sheet_name(f"{self.words} {self.title}" if self.spec else self.words)


def sheet_name(spec: AnnexSpec) -> str:
    """Name of an annex's sheet before anything is printed in it: ``附件1 各区县``; its title where it has no number."""
    return _as_sheet_name(spec.title if spec.number is None else f"附件{spec.number} {spec.title}")


def _as_sheet_name(text: str) -> str:
    """A text as a sheet may be called: signs that Excel forbids there in full width, not too long."""
    return text.translate(_FULL_WIDTH)[:_LONGEST_SHEET_NAME]


def key_heading(spec: AnnexSpec | None) -> str:
    """Heading of an annex's column of names."""
    headings = {group.headings[0] for group in spec.groups} if spec else set()
    return headings.pop() if len(headings) == 1 else NAME_HEADING


def standard_columns(spec: AnnexSpec, members: Sequence[str]) -> list[PrintedColumn]:
    """The columns of an annex that every period has, in their declared order.

    Parameters
    ----------
    spec : AnnexSpec
        The annex.
    members : sequence of str
        What its columns are grouped by, where that is not fixed: the districts of a matrix.
    """
    grouping = spec.columns_by
    fixed = [member.name for member in grouping.members] if grouping else [""]
    return [
        _declared_column(spec, measure, member)
        for member in fixed or members
        for measure in spec.measures_by_name.values()
        if measure.name not in spec.optional
    ]


def printed_measures(data: QuarterData) -> list[Measure]:
    """The declared measures that a period prints, each once, in the order of the declaration."""
    printed = {*data.cells["measure"]}
    return [measure for measure in data.declaration.measures.values() if measure.name in printed]


def printed_table(data: QuarterData, name: str) -> PrintedTable:
    """A table of the source.

    Parameters
    ----------
    data : QuarterData
        The period.
    name : str
        The name of a declared annex, or of an undeclared table (``table_6``).
    """
    return data.derived(_printed_table, name)


def _printed_table(data: QuarterData, name: str) -> PrintedTable:
    return _TableBuilder(data, name).table()


@dataclass
class _Line:
    """A row while it is gathered: its cells by column."""

    name: str
    group: str
    is_total: bool
    cells: dict[PrintedColumn, PrintedCell] = field(default_factory=dict)


class _TableBuilder:
    """Gathers one table for :func:`printed_table`."""

    def __init__(self, data: QuarterData, name: str):
        self.data, self.name, self.spec = data, name, data.declaration.annexes.get(name)
        self.cells = self._own_cells()
        self.total_members = {
            cell["member"] for cell in self.cells if cell["is_total"] and cell["member"]
        } - {cell["member"] for cell in self.cells if not cell["is_total"]}
        self.corrected = {
            (row["row"], row["member"], row["column"])
            for row in data.corrections.to_dict("records")
            if row["table"] == name
        }

    def table(self) -> PrintedTable:
        columns: dict[tuple[str, str], PrintedColumn] = {}
        lines: list[_Line] = []
        latest: dict[tuple[str, str], _Line] = {}
        for cell in self.cells:
            key = (cell["measure"] or cell["column"], cell["member"])
            if key not in columns:
                columns[key] = self._column(cell)
            column = columns[key]
            line = latest.get((cell["group"], cell["row"]))
            if line is None or column in line.cells:  # another row of the same name
                line = _Line(cell["row"], cell["group"], bool(cell["is_total"]) and not cell["group"])
                latest[cell["group"], cell["row"]] = line
                lines.append(line)
            line.cells[column] = self._cell(cell, column)
        rows = [
            PrintedRow(
                line.name,
                [line.cells.get(column, _NO_CELL) for column in columns.values()],
                line.group,
                line.is_total,
            )
            for line in lines
        ]
        return self._with_words(list(columns.values()), rows)

    def _with_words(self, columns: Sequence[PrintedColumn], rows: Sequence[PrintedRow]) -> PrintedTable:
        annexes = self.data.annexes[self.data.annexes["table"] == self.name].to_dict("records")
        printed_title = str(annexes[0]["title"]) if annexes else ""
        return PrintedTable(
            name=self.name,
            spec=self.spec,
            number=self._number(),
            words=annex_words(self.data, self.name),
            title=self.spec.title if self.spec else printed_title,
            printed_title=printed_title,
            note=str(annexes[0]["note"]) if annexes else "",
            name_heading=str(annexes[0]["name_heading"]) if annexes else "",
            serial_heading=self.data.declaration.serial_headings[0],
            columns=columns,
            lines=rows,
        )

    def _number(self) -> int | None:
        """Its number in the papers; a table that nobody declared has one only where it is printed."""
        return paper_number(self.data, self.name) if self.spec else self.data.annex_number(self.name)

    def _own_cells(self) -> list[dict[str, Any]]:
        cells = self.data.cells
        if self.spec:
            own = cells["annex"] == self.name
        else:
            own = (cells["annex"] == "") & (cells["table"].map(undeclared_table) == self.name)
        return cells[own].to_dict("records")

    def _column(self, cell: Mapping[str, Any]) -> PrintedColumn:
        member = cell["member"]
        is_total = member in self.total_members
        if self.spec and cell["measure"]:
            measure = self.spec.measures_by_name[cell["measure"]]
            return _declared_column(self.spec, measure, member, is_total=is_total)
        path = tuple(cell["column"].split("/"))
        return PrintedColumn("/".join(path), path, path, member=member, is_total=is_total)

    def _cell(self, cell: Mapping[str, Any], column: PrintedColumn) -> PrintedCell:
        printed, value, decimals = cell["printed"], None, None
        if cell["status"] == NUMBER and self.spec:
            value = cell["value"]
            if self.spec.measures_by_name[column.measure].is_count:
                value = int(value)
                printed = str(value)
            else:
                decimals = printed_decimals(printed)
        corrected = (cell["row"], cell["member"], column.name) in self.corrected
        return PrintedCell(value, printed, decimals, corrected, cell["reason"], cell["status"])


_NO_CELL = PrintedCell()


def _declared_column(
    spec: AnnexSpec, measure: Measure, member: str, *, is_total: bool = False
) -> PrintedColumn:
    grouping = spec.columns_by
    fixed = next((m for m in grouping.members if m.name == member), None) if grouping else None
    is_headed_by_member = bool(member) and not fixed and len(spec.measures_by_name) == 1
    lowest = [] if is_headed_by_member else measure.heading.split("/")
    path = (*([fixed.headings[0] if fixed else member] if member else []), *lowest)
    words = (*([fixed.word if fixed else member] if member else []), *lowest)
    unit = "" if is_headed_by_member or measure.is_percentage else measure.unit
    if unit and fold_heading(f"{measure.heading}（{unit}）") != fold_heading(measure.heading):
        unit = ""  # a heading with it would not be read back
    return PrintedColumn(
        heading="".join(path[: len(path) - len(lowest)]) + "/".join(lowest) + (f"（{unit}）" if unit else ""),
        path=path,
        words=words,
        measure=measure.name,
        member=member,
        is_total=is_total,
        unit=unit,
        is_percentage=measure.is_percentage,
    )
