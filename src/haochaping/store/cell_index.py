"""Every printed cell of a period by its reference, with value and printed text: built once and handed along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import pandas as pd

from haochaping.core.declaration import AnnexSpec, Declaration
from haochaping.core.labels import annex_words, column_heading, row_words
from haochaping.core.model import (
    NOTE,
    NOTE_COLUMNS,
    NUMBER,
    TEXT_CLAIMS,
    CellRef,
    QuarterData,
    note_text,
    total_label,
)
from haochaping.core.text import normalize_for_comparison, plain_number
from haochaping.reference.reference import Reference

_ANNEX = "附件"
_QUALIFIERS_BEFORE_NUMBER = ("约", "近", "超过", "超", "逾")


def claim_text(printed: str, qualifier: str) -> str:
    """Join a figure of the text and its qualifier in their order in the text: ``99.9%以上``, ``约907万条``."""
    return (
        f"{qualifier}{printed}"
        if qualifier.startswith(_QUALIFIERS_BEFORE_NUMBER)
        else f"{printed}{qualifier}"
    )


def note_cell(table: str, column: str) -> CellRef:
    """The reference of an annex's title or of a date in its note (`column` of ``NOTE_COLUMNS``)."""
    return CellRef(table, NOTE, column)


def claim_cell(figure: str) -> CellRef:
    """The reference of a figure of the text."""
    return CellRef(TEXT_CLAIMS, figure, "value")


def cell_of(row: Mapping[str, Any]) -> CellRef:
    """The reference of a cell from a row of a frame with columns ``table``, ``row``, ``member`` and ``column``."""
    return CellRef(str(row["table"]), str(row["row"]), str(row["column"]), str(row["member"]))


@dataclass(frozen=True)
class RowRef:
    """A row of an annex (for one member, where measures stand under several), or a row of printed totals with its label."""

    table: str
    row: str
    member: str = ""
    label: str = ""
    group: str = ""

    def cell(self, column: str) -> CellRef:
        """The cell of this row in `column`."""
        return CellRef(self.table, self.row, column, self.member)


class _Lookup:
    """The cells of a period by their references: made once a period, whoever asks for an index of it."""

    def __init__(self, data: QuarterData):
        self.numbers: dict[CellRef, int | float] = {}
        self.printed: dict[CellRef, str] = {}
        self.reasons: dict[CellRef, str] = {}
        self.rows: dict[str, dict[tuple[str, str], RowRef]] = {name: {} for name in data.declaration.annexes}
        self.totals: dict[tuple[str, str, str], RowRef] = {}
        self.unread: set[tuple[str, str]] = set()
        self.column_sums: dict[tuple[str, str], int] = {}
        self.annex_words: dict[str, str] = {}
        for cell in data.cell_records():
            self._add(cell, data.declaration)
        for item in data.headline.itertuples():
            claim = claim_cell(str(item.figure))
            if pd.notna(item.value):
                self.numbers[claim] = float(item.value)
            self.printed[claim] = claim_text(str(item.printed), str(item.qualifier))
        for annex in data.annexes.to_dict("records"):
            for column in NOTE_COLUMNS:
                if text := note_text(annex, column):
                    self.printed[note_cell(annex["table"], column)] = text

    def _add(self, cell: Mapping[str, Any], declaration: Declaration) -> None:
        ref = CellRef.of_record(cell)
        self.printed[ref] = cell["printed"]
        if cell["status"] == NUMBER:
            is_count = declaration.is_count(ref.table, ref.column)
            self.numbers[ref] = int(cell["value"]) if is_count else float(cell["value"])
        elif cell["reason"]:
            self.reasons[ref] = cell["reason"]
        if not cell["annex"] or not cell["measure"]:
            if _may_be_count(cell):
                self.unread.add((ref.table, ref.row))
            return
        if cell["is_total"]:
            key = (ref.table, ref.row, ref.member)
            self.totals.setdefault(key, RowRef(*key, total_label(cell), cell["group"]))
        else:
            row = RowRef(ref.table, ref.row, ref.member, group=cell["group"])
            self.rows[ref.table].setdefault((ref.row, ref.member), row)


class CellIndex:
    """Look-up of the printed cells of a period; what it looks up in is made once a period.

    Parameters
    ----------
    data : QuarterData
        The period.
    reference : Reference, optional
        The city, for rules that need its registry or settings.
    history : sequence of QuarterData
        Earlier periods, oldest first.
    """

    def __init__(
        self,
        data: QuarterData,
        reference: Reference | None = None,
        history: Sequence[QuarterData] = (),
    ):
        self.data = data
        self.reference = reference
        self.history = history
        lookup = data.derived(_Lookup)
        self._values: Mapping[CellRef, int | float] = lookup.numbers
        self._printed: Mapping[CellRef, str] = lookup.printed
        self._reasons, self._rows, self._totals = lookup.reasons, lookup.rows, lookup.totals
        self._unread = lookup.unread
        self._column_sums, self._annex_words = lookup.column_sums, lookup.annex_words

    def with_values(self, changes: Mapping[CellRef, int]) -> CellIndex:
        """A copy in which some cells hold other whole numbers, for running the rules on a hypothesis."""
        changed = copy(self)
        changed._values, changed._column_sums = {**self._values, **changes}, {}
        changed._printed = {**self._printed, **{cell: str(value) for cell, value in changes.items()}}
        return changed

    # --- words -------------------------------------------------------------------------------------------------

    @property
    def declaration(self) -> Declaration:
        """What the city declares."""
        return self.data.declaration

    def spec(self, table: str) -> AnnexSpec:
        """The declaration of an annex."""
        return self.declaration.annexes[table]

    def place(self, at: CellRef | RowRef) -> str:
        """Table and row of a cell in words: ``附件2“市水务集团有限责任公司”``."""
        cell = at if isinstance(at, CellRef) else at.cell("")
        return f"{self.annex_words(cell.table)}“{self.row_words(cell)}”"

    def row_words(self, cell: CellRef) -> str:
        """The row of a cell in words."""
        return row_words(self.declaration, cell)

    def is_total_label(self, text: str) -> bool:
        """Whether a text is a label of totals, as rows of undeclared tables may be."""
        folded = normalize_for_comparison(text).rstrip(":")
        return self.reference is not None and folded in self.reference.totals

    def heading(self, column: str) -> str:
        """Heading of a column in words."""
        return column_heading(self.declaration, column)

    def annex_words(self, table: str) -> str:
        """``附件2``, by the number printed."""
        if table not in self._annex_words:
            self._annex_words[table] = annex_words(self.data, table)
        return self._annex_words[table]

    def annexes_words(self, tables: Sequence[str]) -> str:
        """``附件1、2``, by their numbers in the papers; with the words of each where one has none."""
        words = [self.annex_words(table) for table in tables]
        if all(one.startswith(_ANNEX) for one in words):
            return f"{_ANNEX}{'、'.join(one.removeprefix(_ANNEX) for one in words)}"
        return "、".join(words)

    # --- cells -------------------------------------------------------------------------------------------------

    def cells(self) -> Iterator[CellRef]:
        """Yield every printed cell, with or without a number."""
        yield from dict.fromkeys([*self._values, *self._printed])

    def __contains__(self, cell: CellRef) -> bool:
        return cell in self._values or cell in self._printed

    def rows(self, table: str) -> list[RowRef]:
        """Rows of an annex in printed order, without totals; none for an annex that is not declared."""
        return list(self._rows.get(table, {}).values())

    def row_of(self, cell: CellRef) -> RowRef | None:
        """The row in which a cell stands, a total's too; None for the text, notes and whole columns."""
        return self._rows.get(cell.table, {}).get((cell.row, cell.member)) or self._totals.get(
            (cell.table, cell.row, cell.member)
        )

    @property
    def total_rows(self) -> list[RowRef]:
        """Rows of printed totals of all annexes, one for each member."""
        return list(self._totals.values())

    def totals(self, table: str) -> list[RowRef]:
        """Rows of printed totals of one annex."""
        return [row for row in self._totals.values() if row.table == table]

    def parts(self, total: RowRef) -> Iterator[RowRef]:
        """The rows that a total adds up: its group's rows, and of these its member's where the member is no total."""
        labels = {row.label for row in self.totals(total.table)}
        group = self.spec(total.table).group_of_total(total.label)
        for row in self.rows(total.table):
            same_row = total.row in labels or row.row == total.row
            same_member = total.member in labels or row.member == total.member
            if same_row and same_member and (not group or row.group == group):
                yield row

    def lacks_columns(self, row: RowRef) -> bool:
        """Whether a row of a matrix has counts in columns that nobody declared: a sum over its columns may lack them."""
        spec = self.declaration.annexes.get(row.table)
        return spec is not None and spec.columns_by is not None and (row.table, row.row) in self._unread

    def lacks_parts(self, total: RowRef) -> bool:
        """Whether a total adds up columns of which some may not be declared; one of a declared column alone does not."""
        members = {row.member for row in self.rows(total.table)}
        return total.member not in members and self.lacks_columns(total)

    def value(self, cell: CellRef) -> int | float | None:
        """Printed value: whole for counts, a fraction for percentages; None when the cell holds no number."""
        return self._values.get(cell)

    def printed(self, cell: CellRef) -> str:
        """Text as printed; blank when nothing was."""
        return self._printed.get(cell, "")

    def reason(self, cell: CellRef) -> str:
        """Why a cell holds no number; blank where it holds one."""
        return self._reasons.get(cell, "")

    def count(self, cell: CellRef) -> int | None:
        """Printed whole number, or None."""
        value = self._values.get(cell)
        return None if value is None else int(value)

    def weight(self, cell: CellRef) -> float:
        """Share of a count in its column; 1 for the number of records that the text claims, 0 for other cells."""
        if cell.table == TEXT_CLAIMS:
            return float(cell.row == "records")
        if not self.declaration.is_count(cell.table, cell.column):
            return 0.0
        value, column_sum = self.count(cell), self._column_sum(cell.table, cell.column)
        return min(1.0, value / column_sum) if value and column_sum else 0.0

    def _column_sum(self, table: str, column: str) -> int:
        """The sum of a column of counts; every finding asks for some, so each is added up once."""
        if (table, column) not in self._column_sums:
            counts = (self.count(row.cell(column)) or 0 for row in self.rows(table))
            self._column_sums[table, column] = sum(counts)
        return self._column_sums[table, column]


def _may_be_count(cell: Mapping[str, Any]) -> bool:
    """Whether a row of ``cells`` holds a whole number that is no percentage."""
    value = cell["value"]
    return value == value and float(value).is_integer() and not plain_number(cell["printed"]).endswith("%")
