"""The columns, unit names and totals of each annex in a quarter's form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from haochaping.core.labels import COLUMNS
from haochaping.core.model import TABLES, QuarterData, TableSpec
from haochaping.core.period import Period
from haochaping.core.text import normalize_for_comparison
from haochaping.present.annex_layout import SERIAL, LayoutColumn, lay_out_annex, sheet_name, standard_columns
from haochaping.reference.reference import Reference

TOTAL_LABEL = "合计"
_TOTALS_BY_DEFAULT = ("district_departments", "public_services")
_BLANK_ROWS = 20


@dataclass(frozen=True)
class Form:
    """One annex to fill in: its columns, unit names, and the columns that need a total."""

    spec: TableSpec
    key_heading: str
    columns: Sequence[LayoutColumn]
    names: Sequence[str]
    totals: dict[str, set[int]]
    """Label to the positions of columns that have a total."""

    @property
    def sheet(self) -> str:
        """Name of its sheet."""
        return sheet_name(self.spec)

    @property
    def rows(self) -> int:
        """Number of rows to fill in; some blank ones where no unit is known."""
        return len(self.names) or _BLANK_ROWS

    @property
    def headings(self) -> list[str]:
        """The header row."""
        return [SERIAL, self.key_heading, *(column.heading for column in self.columns)]

    @property
    def units(self) -> Iterator[tuple[str, str]]:
        """Kind and name of every unit in it: its rows, and its columns where those are districts."""
        first, *others = self.spec.key
        for name in self.names:
            yield self.spec.unit_kinds[first], name
        for column in self.columns if "district" in others else ():
            if not column.is_total:
                yield self.spec.unit_kinds["district"], column.key_part["district"]


def annex_form(name: str, quarter: Period, reference: Reference, previous: QuarterData | None) -> Form:
    """Lay out one annex as in the quarter before, or by the units registry where that quarter lacks the annex."""
    spec = TABLES[name]
    heading = COLUMNS[spec.key[0]]
    if previous is not None and not previous.table(name).empty:
        layout = lay_out_annex(previous, name)
        totals = {
            row.name: {i for i, cell in enumerate(row.cells) if cell.value is not None}
            for row in layout.totals
        }
        return Form(spec, heading, layout.columns, [row.name for row in layout.rows], totals)
    districts = _units("district", quarter, reference)
    columns = standard_columns(spec, districts)
    count_columns = {i for i, column in enumerate(columns) if column.measure in spec.counts}
    totals = {TOTAL_LABEL: count_columns} if name in _TOTALS_BY_DEFAULT else {}
    names = _units(spec.unit_kinds[spec.key[0]], quarter, reference)
    return Form(spec, heading, columns, names, totals)


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
