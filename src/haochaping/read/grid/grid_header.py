"""Read the header of a table in a grid: its rows, the meaning of each column, and which table of the contract it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from haochaping.cleaning.number_or_missing import is_number
from haochaping.core.model import TIERS
from haochaping.core.text import normalize_for_comparison
from haochaping.read.grid.grid import Grid, column_letter
from haochaping.read.grid.long_form import tier_of
from haochaping.read.text.margins import is_filled_in_by, is_of_other_period
from haochaping.read.text.rating_levels import NegativesUnknown, columns_left_out, level_of
from haochaping.read.text.text_header import (
    ONE_KEY,
    Column,
    HeaderUnread,
    checked_columns,
    named_tables,
    table_of,
)
from haochaping.reference.reference import IGNORED, Reference

HIGHEST_HEADER = 3
NAMES = ("district", "department")
DISTRICT = re.compile(r".*[区县市旗岛]")
_KEYS = ("serial", *NAMES, "tier")
_UNIT = re.compile(r"\((?:单位:)?(件|条|次|个|%|家|起)\)$")


@dataclass(frozen=True)
class GridHeader:
    """A header in rows [top, bottom): the columns of figures, of names and of serial numbers (None without)."""

    top: int
    bottom: int
    key: Column
    values: tuple[tuple[int, Column], ...]
    name_at: int
    serial_at: int | None
    table: str
    rest_at: int | None = None
    """Column of the second part of the key, if each row is one combination (long form)."""
    rest: str = ""
    is_named: bool = True
    """Whether title, sheet name or heading say which table it is."""


def field_of(text: str, reference: Reference) -> str:
    """Return the field of a heading, ignoring a unit in brackets; empty if unknown."""
    folded = normalize_for_comparison(text)
    return reference.headings.get(folded) or reference.headings.get(_UNIT.sub("", folded), "")


def is_value(text: str, reference: Reference) -> bool:
    """Whether a cell holds a number or a word for "no value"."""
    return is_number(text) or normalize_for_comparison(text) in reference.no_value


def _as_printed_column(rest: str, column: Column) -> Column:
    """Return a column of figures as the printed form has it, under a district or a tier."""
    if column.field == IGNORED or not rest:
        return column
    return replace(column, district="*") if rest == "district" else replace(column, tier=TIERS[0])


class HeaderReader:
    """Reads the header that begins at a row of a grid; its table ends before row `stop`."""

    def __init__(self, grid: Grid, header: int, stop: int, reference: Reference, districts: dict[str, str]):
        self.grid, self.reference, self.districts = grid, reference, districts
        self.header_row, self.stop = header, stop

    def read(self, title: str) -> GridHeader:
        """Read the header; `title` is the text above it.

        Raises
        ------
        HeaderUnread
            It cannot be read, or the contract has no such table.
        """
        bottom = self._first_body_row()
        labels = self._labels(bottom)
        columns = self._columns(labels, self._find_tier_column(labels, bottom), bottom)
        blank = [at for at, label in labels if not label and self._has_values(at, bottom)]
        if blank:
            raise HeaderUnread(f"{column_letter(blank[0])} 列有数据而没有列名")
        places = {column.field: at for at, column in columns if column.field in _KEYS}
        values = [(at, self._value_column(at, column)) for at, column in columns if column.field not in _KEYS]
        key, rest = self._key_and_rest([column.field for _, column in columns])
        as_printed = [Column(key), *(_as_printed_column(rest, column) for _, column in values)]
        key_headings = [" ".join(label) for at, label in labels if at == places[key]]
        naming_text = next(
            (text for text in (title, self.grid.name, *key_headings) if named_tables(text)), ""
        )
        table = table_of(checked_columns(as_printed), naming_text)
        return GridHeader(
            self.header_row,
            bottom,
            Column(key),
            tuple(values),
            places[key],
            places.get("serial"),
            table,
            places.get(rest),
            rest,
            bool(naming_text),
        )

    def _columns(
        self, labels: Sequence[tuple[int, list[str]]], tier_at: int | None, bottom: int
    ) -> list[tuple[int, Column]]:
        """Return every column that has headings, with its meaning."""
        named = [(at, label) for at, label in labels if label]
        lowest = [label[-1] for _, label in named]
        fields = {field_of(text, self.reference) for text in lowest if not level_of(text)}
        try:
            left_out = columns_left_out(lowest, has_negatives="negative_evaluations" in fields)
        except NegativesUnknown as unknown:
            raise HeaderUnread(str(unknown)) from None
        columns = []
        for i, (at, label) in enumerate(named):
            if at == tier_at:
                columns.append((at, Column("tier")))
            elif i in left_out:
                columns.append((at, Column(IGNORED)))
            elif column := self._column_or_none(at, label, bottom):
                columns.append((at, column))
                self._refuse_other_period(label, column)
        return columns

    def _column_or_none(self, at: int, labels: list[str], bottom: int) -> Column | None:
        """Return the meaning of a column; None if its heading is unknown and it is empty (such as 备注)."""
        try:
            return self._column(labels)
        except HeaderUnread:
            if self._cells_below(at, bottom):
                raise
            return None

    def _refuse_other_period(self, labels: list[str], column: Column) -> None:
        """Refuse a column under a spanner such as 上季度: its heading alone would make it this quarter's."""
        other = next((label for label in labels[:-1] if is_of_other_period(label)), "")
        if other and column.field != IGNORED:
            raise HeaderUnread(f"“{other}”之下的“{labels[-1]}”不是本季度的数；请删去这些列")

    def _key_and_rest(self, fields: Sequence[str]) -> tuple[str, str]:
        """Return the field of the names, and in a long table that of the second part of the key."""
        names = [name for name in fields if name in ("district", "department", "tier")]
        for key, rest in (("department", "district"), ("district", "tier")):
            if sorted(names) == sorted((key, rest)):
                return key, rest
        if names in (["district"], ["department"]):
            return names[0], ""
        raise HeaderUnread(ONE_KEY)

    def _value_column(self, at: int, column: Column) -> Column:
        return replace(column, total=f"{IGNORED} {at}") if column.field == IGNORED else column

    def _find_tier_column(self, labels: Sequence[tuple[int, list[str]]], bottom: int) -> int | None:
        """Find the column in which every cell is 镇级, 村级 or the like, whatever its heading."""
        for at, label in labels:
            cells = [self.grid.rows[row][at] for row in range(bottom, self.stop) if self._has_figures(row)]
            named = [bool(tier_of(text, self.reference)) for text in cells if not self._is_total(text)]
            if label and named and all(named):
                return at
        return None

    def _has_figures(self, row: int) -> bool:
        return any(is_number(text) for text in self.grid.texts(row))

    def _first_body_row(self) -> int:
        """Return the first row of the body: without headings, but with a figure, a word for "no value" or a name."""
        for row in range(self.header_row + 1, min(self.header_row + 1 + HIGHEST_HEADER, self.stop)):
            texts = self.grid.texts(row)
            fields = {field_of(text, self.reference) for text in texts} - {"", *TIERS}
            if not fields and (any(self._is_value(text) for text in texts) or self._has_name(row)):
                return row
        raise HeaderUnread(f"表头（至多 {HIGHEST_HEADER} 行）之后应有数据行")

    def _has_name(self, row: int) -> bool:
        """Whether there is a name under the heading of names, not a part of that heading."""
        for at, heading in enumerate(self.grid.rows[self.header_row]):
            text = self.grid.rows[row][at]
            if text and field_of(heading, self.reference) in NAMES and (row, at) not in self.grid.covered:
                above = "".join(self.grid.rows[r][at] for r in range(self.header_row, row))
                return not any(
                    known.startswith(normalize_for_comparison(above + text))
                    for known in self.reference.headings
                )
        return False

    def _is_value(self, text: str) -> bool:
        return is_value(text, self.reference)

    def _labels(self, bottom: int) -> list[tuple[int, list[str]]]:
        """Return for each column its headings from the top level down, each once.

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

    def _is_total(self, text: str) -> bool:
        return normalize_for_comparison(text).rstrip(":") in self.reference.totals

    def _has_values(self, at: int, bottom: int) -> bool:
        return any(self._is_value(text) for text in self._cells_below(at, bottom))

    def _cells_below(self, at: int, bottom: int) -> list[str]:
        """Return the cells of a column that are not empty, except in lines about who filled in the table."""
        rows = [row for row in range(bottom, self.stop) if self.grid.rows[row][at]]
        return [
            self.grid.rows[row][at]
            for row in rows
            if not is_filled_in_by(next(filter(None, self.grid.rows[row])))
        ]

    def _column(self, labels: list[str]) -> Column:
        """Return the meaning of a column from its headings."""
        known = [field_of(label, self.reference) for label in labels]
        last = normalize_for_comparison(labels[-1])
        tier = next((name for name in known[:-1] if name in TIERS), "")
        percent = any(
            "%" in unit[1] for label in labels if (unit := _UNIT.search(normalize_for_comparison(label)))
        )
        joined = field_of("".join(labels), self.reference)
        if known[-1] and known[-1] not in TIERS:
            return Column(known[-1], tier=tier, in_percent=percent)
        if joined:
            return Column(joined, in_percent=percent)
        for heading, name in self.reference.headings.items():
            rest = field_of(last.removeprefix(heading), self.reference) if last.startswith(heading) else ""
            if name in TIERS and rest:
                return Column(rest, tier=name, in_percent=percent)
        if last in self.reference.totals:
            return Column("evaluations", total=labels[-1])
        if last in self.districts or DISTRICT.fullmatch(last):
            return Column("evaluations", district=self.districts.get(last, labels[-1]))
        raise HeaderUnread(
            f"列名“{' '.join(labels)}”不认识；应在 data/reference/headings.csv 中（不用的列登记为 {IGNORED}），"
            "区县名称应在 units.csv 中"
        )
