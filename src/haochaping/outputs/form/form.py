"""The columns, unit names and totals of each annex in a quarter's form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from haochaping.core.declaration import AnnexSpec
from haochaping.core.model import QuarterData
from haochaping.core.period import Period
from haochaping.core.text import normalize_for_comparison
from haochaping.present.printed_table import (
    PrintedColumn,
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
class Form:
    """One annex to fill in: its columns, unit names, and the columns that need a total."""

    spec: AnnexSpec
    sheet: str
    """Name of its sheet."""
    serial_heading: str
    columns: Sequence[PrintedColumn]
    names: Sequence[str]
    kinds: Sequence[str]
    """Group of ``units.csv`` of each name; blank for names that are not registered."""
    totals: dict[str, set[int]]
    """Label to the positions of columns that have a total."""

    @property
    def key_heading(self) -> str:
        """Heading of the column of names."""
        return key_heading(self.spec)

    @property
    def rows(self) -> int:
        """Number of rows to fill in; some blank ones where no unit is known."""
        return len(self.names) or _BLANK_ROWS

    @property
    def headings(self) -> list[str]:
        """The header row."""
        return [self.serial_heading, self.key_heading, *(column.heading for column in self.columns)]

    @property
    def units(self) -> Iterator[tuple[str, str]]:
        """Kind and name of every unit in it: its rows, and its columns where those are units, such as districts."""
        yield from zip(self.kinds, self.names, strict=True)
        grouping = self.spec.columns_by
        for column in self.columns if grouping and not grouping.members else ():
            if not column.is_total:
                yield self.spec.unit_kinds[grouping.key], column.member  # type: ignore[union-attr]


def annex_form(name: str, quarter: Period, reference: Reference, previous: QuarterData | None) -> Form:
    """Lay out one annex as in the quarter before, or by the units registry where that quarter lacks the annex."""
    spec, serial = reference.declaration.annexes[name], reference.declaration.serial_headings[0]
    kinds = {group.name: group.name if group.is_registered else "" for group in spec.groups}
    if previous is not None and name in previous.declaration.annexes and name not in previous.absent:
        table = printed_table(previous, name)
        totals = {
            row.name: {i for i, cell in enumerate(row.cells) if cell.value is not None}
            for row in table.totals
        }
        names, of_kind = [row.name for row in table.rows], [kinds.get(row.group, "") for row in table.rows]
        return Form(spec, table.sheet_name, serial, table.columns, names, of_kind, totals)
    grouping = spec.columns_by
    columns = standard_columns(spec, _units(grouping.name, quarter, reference) if grouping else ())
    count_columns = {i for i, column in enumerate(columns) if column.measure in spec.counts}
    has_total = name in _TOTALS_BY_DEFAULT if spec.is_particular else not spec.is_mixed
    totals = {TOTAL_LABEL: count_columns} if has_total else {}
    units = [(unit, kinds[kind]) for kind in kinds for unit in _units(kind, quarter, reference)]
    names, of_kind = [unit for unit, _ in units], [kind for _, kind in units]
    return Form(spec, sheet_name(spec), serial, columns, names, of_kind, totals)


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
