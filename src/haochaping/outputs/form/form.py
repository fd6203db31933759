"""The columns and rows of each annex in a quarter's form: units, and totals among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from haochaping.core.declaration import AS_PRINTED, RATE, AnnexSpec, Group, Measure
from haochaping.core.model import QuarterData
from haochaping.core.period import Period
from haochaping.core.text import normalize_for_comparison
from haochaping.present.printed_table import (
    PrintedColumn,
    PrintedRow,
    key_heading,
    printed_table,
    sheet_name,
    standard_columns,
)
from haochaping.reference.reference import Reference

TOTAL_LABEL = "合计"
_TOTALS_BY_DEFAULT = ("district_departments", "public_services")
"""Of the annexes with sentences of their own, those that usually print a total."""
_BLANK_ROWS = 20


@dataclass(frozen=True)
class UnitLine:
    """A row of a unit; one without a name is to be written in."""

    name: str
    group: str
    """Group of the annex that it belongs to."""


@dataclass(frozen=True)
class TotalLine:
    """A row of totals."""

    label: str
    group: str
    """Group whose rows it adds up; blank for all rows."""
    positions: frozenset[int]
    """Positions of the columns that have a total."""


@dataclass(frozen=True)
class Form:
    """One annex to fill in: its columns, and its rows with the totals among them."""

    spec: AnnexSpec
    sheet: str
    """Name of its sheet."""
    serial_heading: str
    columns: Sequence[PrintedColumn]
    lines: Sequence[UnitLine | TotalLine]
    """The rows below the header, in printed order."""

    @property
    def key_heading(self) -> str:
        """Heading of the column of names."""
        return key_heading(self.spec)

    @property
    def names(self) -> list[str]:
        """The names in the column of names, totals among them."""
        return [line.label if isinstance(line, TotalLine) else line.name for line in self.lines]

    @property
    def headings(self) -> list[str]:
        """The header row."""
        return [self.serial_heading, self.key_heading, *(column.heading for column in self.columns)]

    @property
    def units(self) -> Iterator[tuple[str, str]]:
        """Kind and name of every unit in it: its rows, and its columns where those are units, such as districts."""
        registered = {group.name for group in self.spec.groups if group.is_registered}
        for line in self.lines:
            if isinstance(line, UnitLine) and line.name:
                yield line.group if line.group in registered else "", line.name
        grouping = self.spec.columns_by
        for column in self.columns if grouping and not grouping.members else ():
            if not column.is_total:
                yield self.spec.unit_kinds[grouping.key], column.member  # type: ignore[union-attr]

    def measure(self, position: int) -> Measure:
        """The measure of a column; text as it is printed where the city does not declare the column."""
        column = self.columns[position]
        declared = self.spec.measures_by_name.get(column.measure)
        return declared or Measure(column.name, column.heading, AS_PRINTED)

    def blocks(self, group: str = "") -> list[tuple[int, int]]:
        """First and last row of the sheet of each unbroken run of units, of one group or of all; the header is row 0."""
        blocks: list[tuple[int, int]] = []
        for row, line in enumerate(self.lines, start=1):
            if not isinstance(line, UnitLine) or group not in ("", line.group):
                continue
            if blocks and blocks[-1][1] == row - 1:
                blocks[-1] = blocks[-1][0], row
            else:
                blocks.append((row, row))
        return blocks


def annex_form(name: str, quarter: Period, reference: Reference, previous: QuarterData | None) -> Form:
    """Lay out one annex as in the quarter before, or by the units registry where that quarter lacks the annex."""
    spec, serial = reference.declaration.annexes[name], reference.declaration.serial_headings[0]
    if previous is not None and name in previous.declaration.annexes and name not in previous.absent:
        table = printed_table(previous, name)
        totals = [
            TotalLine(row.name, spec.group_of_total(row.name), _positions_with_number(row))
            for row in table.totals
        ]
        units = [UnitLine(row.name, row.group) for row in table.rows] or _blank_lines(spec.groups[0])
        is_numbered = previous.annex_number(name) is not None  # else the number is what the papers gave it
        sheet = table.sheet_name if is_numbered else sheet_name(spec)
        return Form(spec, sheet, serial, table.columns, _with_totals(units, totals))
    grouping = spec.columns_by
    columns = standard_columns(spec, _units(grouping.name, quarter, reference) if grouping else ())
    units = []
    for group in spec.groups:
        known = [UnitLine(unit, group.name) for unit in _units(group.name, quarter, reference)]
        units += known or _blank_lines(group)
    return Form(spec, sheet_name(spec), serial, columns, _with_totals(units, _usual_totals(spec, columns)))


def _blank_lines(group: Group) -> list[UnitLine]:
    """Rows to write in the units of a group of which none is known."""
    return [UnitLine("", group.name)] * _BLANK_ROWS


def _usual_totals(spec: AnnexSpec, columns: Sequence[PrintedColumn]) -> list[TotalLine]:
    """The totals that the city declares for an annex, else one of all rows where annexes usually have one."""
    has_total = spec.name in _TOTALS_BY_DEFAULT if spec.is_particular else not spec.is_mixed
    groups = spec.totals or ({TOTAL_LABEL: ""} if has_total else {})
    positions = frozenset(
        i
        for i, column in enumerate(columns)
        if column.is_declared
        and (column.measure in spec.counts or spec.measures_by_name[column.measure].kind == RATE)
    )
    return [TotalLine(label, group, positions) for label, group in groups.items()]


def _positions_with_number(row: PrintedRow) -> frozenset[int]:
    return frozenset(i for i, cell in enumerate(row.cells) if cell.value is not None)


def _with_totals(units: Sequence[UnitLine], totals: Sequence[TotalLine]) -> list[UnitLine | TotalLine]:
    """The rows with each total below the last row of its group, and those of all rows at the end."""
    last = {unit.group: position for position, unit in enumerate(units)}
    lines: list[UnitLine | TotalLine] = []
    for position, unit in enumerate(units):
        lines.append(unit)
        lines += [t for t in totals if t.group == unit.group and position == last[unit.group]]
    return [*lines, *(total for total in totals if total.group not in last)]


def _units(kind: str, quarter: Period, reference: Reference) -> list[str]:
    """Names of the units that exist at the end of the quarter, in official order; those without a place last."""
    units = [unit for unit in reference.units if unit.kind == kind and unit.valid_on(quarter.end)]
    return [
        u.canonical for u in sorted(units, key=lambda unit: (unit.official_order == 0, unit.official_order))
    ]


def differing_names(form: Form, reference: Reference) -> list[str]:
    """Names of the form that differ from the registry or are not in it: ``某局（名录为 市某局）``."""
    remarks = []
    for kind, name in dict.fromkeys(form.units):
        unit = reference.unit(kind, name)
        if unit and normalize_for_comparison(name) != normalize_for_comparison(unit.canonical):
            remarks.append(f"{name}（名录为 {unit.canonical}）")
        elif unit is None and reference.names(kind):
            remarks.append(f"{name}（名录中没有）")
    return remarks


def differing_addressees(addressees: str, reference: Reference) -> list[str]:
    """Districts that a list of addressees calls by another name than the registry."""
    return [
        f"{alias}（名录为 {unit.canonical}）"
        for unit in reference.units
        for alias in unit.aliases
        if unit.kind == "district"
        and normalize_for_comparison(alias) in normalize_for_comparison(addressees)
        and normalize_for_comparison(unit.canonical) not in normalize_for_comparison(alias)
    ]
