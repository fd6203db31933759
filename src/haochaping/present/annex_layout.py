"""An annex as rows and columns under a single header row, with numbers and printed texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from haochaping.cleaning.number_or_missing import printed_decimals
from haochaping.core.labels import COLUMNS, UNITS
from haochaping.core.model import (
    NOT_IN_SOURCE,
    TABLES,
    TIERS,
    CellRef,
    QuarterData,
    TableSpec,
    decode_key,
    encode_key,
)
from haochaping.store.cell_index import CellIndex

SERIAL = "序号"
TIER_HEADINGS = {"town": "镇级", "village": "村级"}


@dataclass(frozen=True)
class LayoutColumn:
    """A column of numbers.

    ``key_part`` is the part of the row's key that is the same in the whole column (a district, a tier); in a
    column of row totals it holds the label as printed.
    """

    heading: str
    measure: str
    key_part: dict[str, str] = field(default_factory=dict)
    is_total: bool = False


@dataclass(frozen=True)
class LayoutCell:
    """A cell: its number, its text as printed (blank for blank); ``decimals`` of a percentage."""

    value: int | float | None = None
    text: str = ""
    decimals: int | None = None
    corrected: bool = False


@dataclass(frozen=True)
class LayoutRow:
    """A row: its name or its label as printed, and its cells."""

    name: str
    cells: Sequence[LayoutCell]


@dataclass(frozen=True)
class AnnexLayout:
    """One annex: its columns, rows and printed totals."""

    spec: TableSpec
    columns: Sequence[LayoutColumn]
    rows: Sequence[LayoutRow]
    totals: Sequence[LayoutRow]

    @property
    def key_heading(self) -> str:
        """Heading of the column of names."""
        return COLUMNS[self.spec.key[0]]

    @property
    def headings(self) -> list[str]:
        """The header row."""
        return [SERIAL, self.key_heading, *(column.heading for column in self.columns)]


def sheet_name(spec: TableSpec) -> str:
    """Name of an annex's sheet: ``附件1 各区县``."""
    return f"附件{spec.annex} {spec.title}"


def heading(spec: TableSpec, measure: str, key_part: dict[str, str]) -> str:
    """Heading of a column with its unit in brackets; a district's column is headed by its name alone."""
    if "district" in key_part:
        return key_part["district"]
    unit = "" if measure in spec.rates else f"（{UNITS[measure]}）"
    return f"{TIER_HEADINGS.get(key_part.get('tier', ''), '')}{COLUMNS[measure]}{unit}"


def standard_columns(spec: TableSpec, districts: Sequence[str]) -> list[LayoutColumn]:
    """Every column of the data contract, in its order; `districts` are the columns of annex 3."""
    key_parts: list[dict[str, str]] = [{}]
    if "district" in spec.key[1:]:
        key_parts = [{"district": district} for district in districts]
    elif "tier" in spec.key:
        key_parts = [{"tier": tier} for tier in TIERS]
    order = [column for column in spec.columns if column in spec.measures]
    return [
        LayoutColumn(heading(spec, measure, key_part), measure, key_part)
        for key_part in key_parts
        for measure in order
    ]


def lay_out_annex(data: QuarterData, name: str) -> AnnexLayout:
    """Lay out one annex: the columns that the source has, rows in printed order, printed totals last.

    Parameters
    ----------
    data : QuarterData
        The quarter.
    name : str
        One of the five tables.
    """
    return data.derived(_annex_layout, name)


def _annex_layout(data: QuarterData, name: str) -> AnnexLayout:
    return _Layout(data, name).layout()


class _Layout:
    """Gathers one annex for :func:`lay_out_annex`."""

    def __init__(self, data: QuarterData, name: str):
        self.data, self.spec, self.cell_index = data, TABLES[name], data.derived(CellIndex)
        self.names = list(dict.fromkeys(data.table(name)[self.spec.key[0]]))
        self.keys_outside_rows = [
            decode_key(str(row.key))
            for rows in (data.printed_totals, data.unreported)
            for row in rows.itertuples()
            if row.table == name
        ]
        self.not_in_source = {
            (str(row.key), str(row.column))
            for row in data.unreported.itertuples()
            if row.table == name and row.reason == NOT_IN_SOURCE
        }
        self.corrected = {
            (str(row.key), str(row.column)) for row in data.corrections.itertuples() if row.table == name
        }

    def layout(self) -> AnnexLayout:
        columns = [column for column in self._columns() if not self._is_absent(column)]
        name_column = self.spec.key[0]
        labels = dict.fromkeys(
            key[name_column] for key in self.keys_outside_rows if key[name_column] not in self.names
        )
        return AnnexLayout(
            self.spec,
            columns,
            [self._row(name, columns) for name in self.names],
            [self._row(label, columns) for label in labels],
        )

    def _columns(self) -> list[LayoutColumn]:
        table = self.data.table(self.spec.name)
        if "district" not in self.spec.key[1:]:
            tiers_present = set(table["tier"]) if "tier" in self.spec.key else set()
            return [
                c
                for c in standard_columns(self.spec, ())
                if not c.key_part or c.key_part["tier"] in tiers_present
            ]
        districts = list(dict.fromkeys(table["district"]))
        labels = dict.fromkeys(
            key["district"] for key in self.keys_outside_rows if key["district"] not in districts
        )
        totals = [
            LayoutColumn(label, column.measure, {"district": label}, is_total=True)
            for label in labels
            for column in standard_columns(self.spec, districts)[:1]
        ]
        return [*standard_columns(self.spec, districts), *totals]

    def _is_absent(self, column: LayoutColumn) -> bool:
        """Whether the source does not have the column at all, as distinct from one that is blank."""
        keys = [encode_key(self._cell(name, column).names) for name in self.names]
        return all((key, column.measure) in self.not_in_source for key in keys)

    def _cell(self, name: str, column: LayoutColumn) -> CellRef:
        return CellRef.of(self.spec.name, {self.spec.key[0]: name, **column.key_part}, column.measure)

    def _row(self, name: str, columns: Sequence[LayoutColumn]) -> LayoutRow:
        return LayoutRow(name, [self._layout_cell(self._cell(name, column)) for column in columns])

    def _layout_cell(self, cell: CellRef) -> LayoutCell:
        value, printed = self.cell_index.value(cell), self.cell_index.printed(cell)
        corrected = (encode_key(cell.names), cell.column) in self.corrected
        if value is None:
            return LayoutCell(text=printed, corrected=corrected)
        if cell.column in self.spec.rates:
            return LayoutCell(value, printed, printed_decimals(printed), corrected)
        return LayoutCell(int(value), str(int(value)), corrected=corrected)
