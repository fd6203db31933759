"""An annex as rows and columns under one header row, as it is printed."""

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

    ``rest`` is the part of the row's key that the column carries (a district, a tier); in a column of
    row totals it holds the label as printed.
    """

    heading: str
    measure: str
    rest: dict[str, str] = field(default_factory=dict)
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
    """One annex: what its rows are called, its columns, rows and printed totals."""

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


def heading(spec: TableSpec, measure: str, rest: dict[str, str]) -> str:
    """Heading of a column, its unit in brackets; a district stands for itself."""
    if "district" in rest:
        return rest["district"]
    unit = "" if measure in spec.rates else f"（{UNITS[measure]}）"
    return f"{TIER_HEADINGS.get(rest.get('tier', ''), '')}{COLUMNS[measure]}{unit}"


def standard_columns(spec: TableSpec, districts: Sequence[str]) -> list[LayoutColumn]:
    """Every column that the contract knows, in its order; `districts` are columns of the wide annex."""
    rests: list[dict[str, str]] = [{}]
    if "district" in spec.key[1:]:
        rests = [{"district": district} for district in districts]
    elif "tier" in spec.key:
        rests = [{"tier": tier} for tier in TIERS]
    order = [column for column in spec.columns if column in spec.measures]
    return [LayoutColumn(heading(spec, measure, rest), measure, rest) for rest in rests for measure in order]


def lay_out_annex(data: QuarterData, name: str) -> AnnexLayout:
    """One annex of `data`: the columns that the source has, rows in printed order, totals as printed last.

    Parameters
    ----------
    data : QuarterData
        The quarter.
    name : str
        One of the five tables.
    """
    return data.once(_laid_out, name)


def _laid_out(data: QuarterData, name: str) -> AnnexLayout:
    return _Layout(data, name).grid()


class _Layout:
    """Gathers one annex for :func:`lay_out_annex`."""

    def __init__(self, data: QuarterData, name: str):
        self.data, self.spec, self.cell_index = data, TABLES[name], data.once(CellIndex)
        self.names = list(dict.fromkeys(data.table(name)[self.spec.key[0]]))
        self.beside = [
            decode_key(str(row.key))
            for rows in (data.printed_totals, data.unreported)
            for row in rows.itertuples()
            if row.table == name
        ]
        self.without = {
            (str(row.key), str(row.column))
            for row in data.unreported.itertuples()
            if row.table == name and row.reason == NOT_IN_SOURCE
        }
        self.corrected = {
            (str(row.key), str(row.column)) for row in data.corrections.itertuples() if row.table == name
        }

    def grid(self) -> AnnexLayout:
        columns = [column for column in self._columns() if not self._is_missing(column)]
        first = self.spec.key[0]
        labels = dict.fromkeys(key[first] for key in self.beside if key[first] not in self.names)
        return AnnexLayout(
            self.spec,
            columns,
            [self._row(name, columns) for name in self.names],
            [self._row(label, columns) for label in labels],
        )

    def _columns(self) -> list[LayoutColumn]:
        table = self.data.table(self.spec.name)
        if "district" not in self.spec.key[1:]:
            there = set(table["tier"]) if "tier" in self.spec.key else set()
            return [c for c in standard_columns(self.spec, ()) if not c.rest or c.rest["tier"] in there]
        districts = list(dict.fromkeys(table["district"]))
        labels = dict.fromkeys(key["district"] for key in self.beside if key["district"] not in districts)
        totals = [
            LayoutColumn(label, column.measure, {"district": label}, is_total=True)
            for label in labels
            for column in standard_columns(self.spec, districts)[:1]
        ]
        return [*standard_columns(self.spec, districts), *totals]

    def _is_missing(self, column: LayoutColumn) -> bool:
        """Whether the source has no such column, as distinct from one that is blank."""
        keys = [encode_key(self._cell(name, column).names) for name in self.names]
        return all((key, column.measure) in self.without for key in keys)

    def _cell(self, name: str, column: LayoutColumn) -> CellRef:
        return CellRef.of(self.spec.name, {self.spec.key[0]: name, **column.rest}, column.measure)

    def _row(self, name: str, columns: Sequence[LayoutColumn]) -> LayoutRow:
        return LayoutRow(name, [self._read(self._cell(name, column)) for column in columns])

    def _read(self, cell: CellRef) -> LayoutCell:
        value, printed = self.cell_index.value(cell), self.cell_index.printed(cell)
        corrected = (encode_key(cell.names), cell.column) in self.corrected
        if value is None:
            return LayoutCell(text=printed, corrected=corrected)
        if cell.column in self.spec.rates:
            return LayoutCell(value, printed, printed_decimals(printed), corrected)
        return LayoutCell(int(value), str(int(value)), corrected=corrected)
