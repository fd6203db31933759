"""The declared annexes from what records come to: which cases an annex counts, in which row and column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pandas as pd

from haochaping.cleaning.number_or_missing import rate_as_printed
from haochaping.core.declaration import COUNT, RATE, SHARE, AnnexSpec, Expression, Group
from haochaping.core.model import printed_column
from haochaping.core.record_counts import UNLISTED_DEPARTMENTS
from haochaping.reference.record_settings import AREA, DEPARTMENT, RecordSettings, RecordTable
from haochaping.reference.reference import Reference

_RATINGS = {"evaluations": "ratings", "active": "active_ratings", "negative": "negative_ratings"}
"""What is counted in place of cases where a city counts evaluations."""
Counts = dict[str, int]


class AnnexCounter:
    """Counts the declared annexes from ``units``, a row an area, tier and department (:func:`definitions.unit_counts`).

    Parameters
    ----------
    settings : RecordSettings
        Which cases an annex counts, and names of areas.
    reference : Reference
        The declaration and the registered units.
    day : date
        Units valid on it are rows even without a record.
    """

    def __init__(self, settings: RecordSettings, reference: Reference, day: date):
        self.settings, self.reference, self.day = settings, reference, day

    def annex(self, spec: AnnexSpec, units: pd.DataFrame, table: RecordTable | None = None) -> pd.DataFrame:
        """The rows of an annex: a frame like :meth:`QuarterData.table`, rates computed and printed with two decimals.

        A measure that records cannot give is missing.

        Parameters
        ----------
        table : RecordTable, optional
            Which cases it counts; by default what the settings say.
        """
        table = table or self.settings.tables[spec.name]
        counted = self._counted(spec, units, table)
        rows = []
        for (group, name, member), counts in counted.items():
            row: dict[str, Any] = {spec.row_key: name}
            if spec.is_mixed:
                row["group"] = group
            if spec.columns_by:
                row[spec.columns_by.key] = member
            rows.append(row | self._measures(spec, counts))
        return self._with_shares(spec, pd.DataFrame(rows))

    def sums(self, spec: AnnexSpec, units: pd.DataFrame, table: RecordTable) -> dict[tuple[str, str], Counts]:
        """Sums of the columns of `units` by row and member of an annex."""
        return {
            (row, member): counts for (_, row, member), counts in self._counted(spec, units, table).items()
        }

    def _counted(
        self, spec: AnnexSpec, units: pd.DataFrame, table: RecordTable
    ) -> dict[tuple[str, str, str], Counts]:
        """Counts by group, row and member, registered units without a record among them, in the registry's order."""
        group = spec.groups[0]
        members = self._names(table.columns, spec.columns_by) if spec.columns_by else [""]
        empty = dict.fromkeys(units.columns.drop(["area", "tier", "department"]), 0)
        result: dict[tuple[str, str, str], Counts] = {
            (group.name, row, member): dict(empty)
            for row in self._names(table.rows, group)
            for member in members
        }
        for unit in units.to_dict("records"):
            is_public = unit["department"] in self.settings.public_service_departments
            if unit["tier"] not in table.tiers or (table.only_public_services and not is_public):
                continue
            row = self._name(unit, table.rows, group)
            member = self._name(unit, table.columns, spec.columns_by) if spec.columns_by else ""
            if (group.name, row, member) not in result:  # a row is whole: all members, even without a record
                result |= {(group.name, row, name): dict(empty) for name in (*members, member)}
            counts = result[group.name, row, member]
            for name in empty:
                counts[name] += 0 if pd.isna(unit[name]) else int(unit[name])
        return result

    def _names(self, dimension: str, group: Group | None) -> list[str]:
        """Names that are printed even without a record: fixed members, areas, registered units of the day."""
        if group is not None and group.members:
            return [member.name for member in group.members]
        if group is None or dimension != DEPARTMENT:
            areas = list(self.settings.areas.values())
            order = self._order(group)
            return sorted(areas, key=lambda name: order.get(name, len(order)))
        units = [u for u in self.reference.units if u.kind == group.name and u.valid_on(self.day)]
        return [unit.canonical for unit in sorted(units, key=lambda unit: unit.official_order)]

    def _order(self, group: Group | None) -> dict[str, int]:
        units = [unit for unit in self.reference.units if group and unit.kind == group.name]
        return {unit.canonical: unit.official_order for unit in units}

    def _name(self, unit: Mapping[str, Any], dimension: str, group: Group | None) -> str:
        """The row or column of a unit."""
        if dimension == AREA:
            return self.settings.areas.get(unit["area"], unit["area"])
        if dimension != DEPARTMENT:
            return str(unit["tier"])
        recorded = "" if pd.isna(unit["department"]) else str(unit["department"])
        is_city = unit["area"] == self.settings.city_area
        if recorded in self.settings.public_service_departments and not is_city:
            return self.settings.public_service_row or recorded
        if group is None or not group.is_registered:
            return recorded or UNLISTED_DEPARTMENTS
        found = self.reference.unit(group.name, recorded)
        return found.canonical if found else UNLISTED_DEPARTMENTS

    def unlisted(self, units: pd.DataFrame) -> dict[str, int]:
        """Departments in no list, with their cases."""
        found: dict[str, int] = {}
        for spec in self._annexes():
            table = self.settings.tables[spec.name]
            for unit in units.to_dict("records") if table.rows == DEPARTMENT else ():
                if unit["tier"] in table.tiers and self._name(unit, DEPARTMENT, spec.groups[0]) == (
                    UNLISTED_DEPARTMENTS
                ):
                    name = "（空白）" if pd.isna(unit["department"]) else unit["department"]
                    found[name] = found.get(name, 0) + int(unit["cases"])
        return found

    def _annexes(self) -> Iterable[AnnexSpec]:
        return [
            spec for name, spec in self.reference.declaration.annexes.items() if name in self.settings.tables
        ]

    def annexes(self, units: pd.DataFrame) -> dict[str, pd.DataFrame]:
        """Every annex that the settings say how to count."""
        return {spec.name: self.annex(spec, units) for spec in self._annexes()}

    # --- measures -------------------------------------------------------------------------------------------

    def _measures(self, spec: AnnexSpec, counts: Counts) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for measure in spec.measures_by_name.values():
            if measure.name in spec.optional:
                continue
            wanted = self.settings.measures.get(measure.name, ())
            if measure.kind == COUNT:
                values[measure.name] = self._count(counts, wanted[0]) if len(wanted) == 1 else None
            elif measure.is_percentage:
                rate = self._rate(spec, measure.name, counts) if measure.kind == RATE else (None, "")
                values[measure.name], values[printed_column(measure.name)] = rate
            else:
                values[measure.name] = None
        return values

    def _count(self, counts: Counts, name: str) -> int | None:
        """A count; None where the export does not have what it counts."""
        return counts.get(_RATINGS.get(name, name) if self.settings.counts_ratings else name)

    def _rate(self, spec: AnnexSpec, name: str, counts: Counts) -> tuple[float | None, str]:
        measure, wanted = spec.measures_by_name[name], self.settings.measures.get(name, ())
        if len(wanted) == 2:
            part, whole = (self._count(counts, name) for name in wanted)
            return (None, "") if part is None or whole is None else rate_as_printed(part, whole)
        parts = [self._sum(expression, counts) for expression in (measure.numerator, measure.denominator)]
        if None in parts or not measure.numerator:
            return None, ""
        return rate_as_printed(parts[0] or 0, parts[1] or 0)

    def _sum(self, expression: Expression, counts: Counts) -> int | None:
        """A sum of measures; None where records do not give one of them."""
        total = 0
        for factor, name in expression:
            wanted = self.settings.measures.get(name, ())
            count = self._count(counts, wanted[0]) if len(wanted) == 1 else None
            if count is None:
                return None
            total += factor * count
        return total

    def _with_shares(self, spec: AnnexSpec, rows: pd.DataFrame) -> pd.DataFrame:
        for measure in spec.measures_by_name.values():
            if measure.kind != SHARE or measure.name not in rows:
                continue
            parts = sum(factor * rows[name] for factor, name in measure.numerator)
            whole = int(parts.sum())
            shares = [rate_as_printed(int(part), whole) for part in parts]
            rows[measure.name] = [value for value, _ in shares]
            rows[printed_column(measure.name)] = [printed for _, printed in shares]
        return rows
