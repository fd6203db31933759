"""Tables in long form (one row for each 部门 × 区县 or 区县 × 层级), pivoted to the printed form of the annexes.

Rows and columns keep the order of their first appearance. A combination without a row is absent, one with two rows is
refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from haochaping.cleaning.number_or_missing import read_count, read_rate
from haochaping.core.labels import COLUMNS
from haochaping.core.model import TIERS
from haochaping.core.text import normalize_for_comparison
from haochaping.read.text.margins import PART_OF_SUM, is_part_of_sum
from haochaping.read.text.text_header import Column
from haochaping.read.text.text_rows import Body, TextRow
from haochaping.reference.reference import IGNORED, Reference

ReportProblem = Callable[[int, int | None, str, str], None]
"""Reports a problem: row, column (both as indices), what was found, what was expected."""


@dataclass(frozen=True)
class LongRow:
    """A row as read: its index, its number in the source, serial number, the two parts of its key, its cells."""

    at: int
    number: int
    serial: str
    name: str
    rest: str
    cells: tuple[str, ...]


@dataclass
class LongForm:
    """Collects rows and pivots them.

    Parameters
    ----------
    key, rest : str
        The two parts of the key: department and district, or district and tier.
    values : sequence of (int, Column)
        Columns of figures with their places.
    """

    key: str
    rest: str
    places: dict[str, int]
    values: Sequence[tuple[int, Column]]
    reference: Reference
    report_problem: ReportProblem
    rows: list[LongRow] = field(default_factory=list)

    def add(self, row: LongRow) -> None:
        """Add one row; report what is wrong with it."""
        shown = row.rest if self._is_total(row.name) and self._is_total(row.rest) else ""
        for part, text in ((self.key, row.name), (self.rest, row.rest)):
            if not text and not (part == self.rest and self._is_total(row.name) and self.rest == "district"):
                self.report_problem(row.at, self.places[part], shown, f"应有{COLUMNS[part]}")
                return
        for part, text in ((self.key, row.name), (self.rest, row.rest)):
            if is_part_of_sum(text) and not self._is_total(text):
                self.report_problem(row.at, self.places[part], text, PART_OF_SUM)
                return
        if self.rest == "tier" and not self._tier(row.rest):
            expected = "层级应为镇级或村级；两级相加的合计、小计行没有对应的数据项，请删去"
            self.report_problem(row.at, self.places["tier"], row.rest, expected)
            return
        if self.rest == "district" and self._is_total(row.name) and not row.rest:
            row = replace(row, rest=row.name)
        for (at, column), text in zip(self.values, row.cells, strict=True):
            try:
                if text and column.is_rate:
                    read_rate(text, self.reference.no_value, in_percent=column.in_percent)
                elif text and column.field != IGNORED:
                    read_count(text, self.reference.no_value)
            except ValueError as error:
                self.report_problem(row.at, at, text, f"{COLUMNS[column.field]}{error}")
        self.rows.append(row)

    def table(self) -> tuple[list[tuple[int, Column]], Body]:
        """Return the columns (index in the source and meaning) and the body of the printed form."""
        self._check_serials()
        columns: dict[tuple[str, str], tuple[int, Column]] = {}
        names: dict[str, dict[tuple[str, str], str]] = {}
        rows_by_key: dict[tuple[str, str], LongRow] = {}
        first_rows: dict[str, LongRow] = {}
        for row in self.rows:
            rest = self._tier(row.rest) if self.rest == "tier" else row.rest
            earlier_row = rows_by_key.setdefault(
                (normalize_for_comparison(row.name), normalize_for_comparison(rest)), row
            )
            if earlier_row is not row:
                kinds = f"{COLUMNS[self.key]}、{COLUMNS[self.rest]}"
                found = f"{row.name} {row.rest}（第 {earlier_row.number} 行已有）"
                self.report_problem(
                    row.at, self.places[self.key], found, f"同一{kinds}只应有一行，请保留一行"
                )
                continue
            first_rows.setdefault(row.name, row)
            cells = names.setdefault(row.name, {})
            for (at, column), text in zip(self.values, row.cells, strict=True):
                if column.field == IGNORED:
                    continue
                columns.setdefault((rest, column.field), (at, self._column(column, rest)))
                cells[rest, column.field] = text
        rows: list[TextRow] = []
        totals: list[TextRow] = []
        for name, cells in names.items():
            texts = tuple(cells.get(place) for place in columns)
            absent = frozenset(i for i, text in enumerate(texts) if text is None)
            text_row = TextRow(first_rows[name].number, name.rstrip(":："), texts, absent)
            (totals if self._is_total(name) else rows).append(text_row)
        return list(columns.values()), Body(tuple(rows), tuple(totals))

    def _column(self, column: Column, rest: str) -> Column:
        if self.rest == "tier":
            return replace(column, tier=rest)
        if self._is_total(rest):
            return replace(column, total=rest)
        return replace(column, district=rest)

    def _check_serials(self) -> None:
        """Report serial numbers unless they count the rows, or the names if each has several rows."""
        rows = [row for row in self.rows if row.serial and not self._is_total(row.name)]
        names = list(dict.fromkeys(row.name for row in self.rows if not self._is_total(row.name)))
        if any(row.serial != str(names.index(row.name) + 1) for row in rows):
            for count, row in enumerate(rows, start=1):
                if row.serial != str(count):
                    self.report_problem(row.at, self.places["serial"], row.serial, f"序号应为 {count}")
                    return

    def _is_total(self, text: str) -> bool:
        return normalize_for_comparison(text).rstrip(":") in self.reference.totals

    def _tier(self, text: str) -> str:
        return tier_of(text, self.reference)


def tier_of(text: str, reference: Reference) -> str:
    """Return ``town`` for 镇级 and the like, ``village`` for 村级, else an empty text."""
    name = reference.headings.get(normalize_for_comparison(text), "")
    return name if name in TIERS else ""
