"""Every printed cell of a quarter by its reference, with value and printed text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass

import pandas as pd

from haochaping.core.model import (
    NOTE,
    NOTE_COLUMNS,
    TABLES,
    TEXT_CLAIMS,
    CellRef,
    QuarterData,
    decode_key,
    note_text,
    printed_column,
)
from haochaping.reference.reference import Reference

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
    return CellRef.of(table, {TABLES[table].key[0]: NOTE}, column)


@dataclass(frozen=True)
class RowRef:
    """A row of a table, or a row of printed totals (``label`` is then its label)."""

    table: str
    key: dict[str, str]
    label: str = ""

    def cell(self, column: str) -> CellRef:
        """The cell of this row in `column`."""
        return CellRef.of(self.table, self.key, column)


class CellIndex:
    """Look-up of the printed cells of a quarter, for the rules.

    Parameters
    ----------
    data : QuarterData
        The quarter.
    reference : Reference, optional
        The city, for rules that need its registry or settings.
    history : sequence of QuarterData
        Earlier quarters, oldest first.
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
        self._values: dict[CellRef, int | float] = {}
        self._printed: dict[CellRef, str] = {}
        self._rows: dict[str, list[RowRef]] = {}
        self._column_sums: dict[tuple[str, str], int] = {}
        self.total_rows: list[RowRef] = []
        for name in TABLES:
            self._add_table(name)
        self._add_totals()
        for item in data.headline.itertuples():
            cell = CellRef.of(TEXT_CLAIMS, {"figure": str(item.figure)}, "value")
            if pd.notna(item.value):
                self._values[cell] = float(item.value)
            self._printed[cell] = claim_text(str(item.printed), str(item.qualifier))
        for annex in data.annexes.to_dict("records"):
            for column in NOTE_COLUMNS:
                if text := note_text(annex, column):
                    self._printed[note_cell(annex["table"], column)] = text
        for item in data.unreported.itertuples():
            self._printed[CellRef.of(str(item.table), decode_key(str(item.key)), str(item.column))] = str(
                item.printed
            )

    def with_values(self, changes: Mapping[CellRef, int]) -> CellIndex:
        """A copy in which some cells hold other whole numbers, for running the rules on a hypothesis."""
        changed = copy(self)
        changed._values, changed._column_sums = {**self._values, **changes}, {}
        changed._printed = {**self._printed, **{cell: str(value) for cell, value in changes.items()}}
        return changed

    def _add_table(self, name: str) -> None:
        spec = TABLES[name]
        self._rows[name] = []
        for record in self.data.table(name).to_dict("records"):
            row = RowRef(name, {key: record[key] for key in spec.key})
            self._rows[name].append(row)
            for column in spec.measures:
                if pd.notna(record[column]):
                    self._set(row.cell(column), record[column], str(record.get(printed_column(column), "")))

    def _add_totals(self) -> None:
        rows: dict[tuple[str, str], RowRef] = {}
        for item in self.data.printed_totals.itertuples():
            table, key, label = str(item.table), decode_key(str(item.key)), str(item.label)
            row = rows.setdefault((table, str(item.key)), RowRef(table, key, label))
            is_rate = str(item.column) in TABLES[table].rates
            if pd.notna(item.value):
                self._values[row.cell(str(item.column))] = float(item.value) if is_rate else int(item.value)
            self._printed[row.cell(str(item.column))] = str(item.printed)
        self.total_rows = list(rows.values())

    def _set(self, cell: CellRef, value: float, printed: str) -> None:
        self._values[cell] = value if printed else int(value)
        self._printed[cell] = printed or str(int(value))

    def cells(self) -> Iterator[CellRef]:
        """Yield every printed cell, with or without a number."""
        yield from dict.fromkeys([*self._values, *self._printed])

    def __contains__(self, cell: CellRef) -> bool:
        return cell in self._values or cell in self._printed

    def rows(self, table: str) -> list[RowRef]:
        """Rows of a table in printed order, without totals."""
        return self._rows[table]

    def totals(self, table: str) -> list[RowRef]:
        """Rows of printed totals of one table."""
        return [row for row in self.total_rows if row.table == table]

    def parts(self, total: RowRef) -> Iterator[RowRef]:
        """The rows that a total adds up: those with the same key in the columns where the total has no label."""
        labels = {row.label for row in self.totals(total.table)}
        rest = {name: value for name, value in total.key.items() if value not in labels}
        for row in self.rows(total.table):
            if all(row.key[name] == value for name, value in rest.items()):
                yield row

    def value(self, cell: CellRef) -> int | float | None:
        """Printed value: whole for counts, a fraction for rates; None when the cell holds no number."""
        return self._values.get(cell)

    def printed(self, cell: CellRef) -> str:
        """Text as printed; blank when nothing was."""
        return self._printed.get(cell, "")

    def count(self, cell: CellRef) -> int | None:
        """Printed whole number, or None."""
        value = self._values.get(cell)
        return None if value is None else int(value)

    def weight(self, cell: CellRef) -> float:
        """Share of a count in its column; 1 for the number of records that the text claims, 0 for other cells."""
        if cell.table == TEXT_CLAIMS:
            return float(cell.names.get("figure") == "records")
        if cell.table not in TABLES or cell.column not in TABLES[cell.table].counts:
            return 0.0
        value, column_sum = self.count(cell), self._column_sum(cell.table, cell.column)
        return min(1.0, value / column_sum) if value and column_sum else 0.0

    def _column_sum(self, table: str, column: str) -> int:
        """The sum of a column of counts; every finding asks for some, so each is added up once."""
        if (table, column) not in self._column_sums:
            counts = (self.count(row.cell(column)) or 0 for row in self.rows(table))
            self._column_sums[table, column] = sum(counts)
        return self._column_sums[table, column]
