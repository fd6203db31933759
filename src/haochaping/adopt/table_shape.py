"""What the columns of a table are beside figures: units, fixed members with the same measures under each, or neither."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from haochaping.adopt.form_table import FormColumn, FormRow, FormTable
from haochaping.adopt.headings import field_measure
from haochaping.core.declaration import AS_PRINTED, COUNT
from haochaping.core.text import normalize_for_comparison
from haochaping.read.grid.margins import is_of_other_period
from haochaping.reference.reference import Reference

_LEAST_UNITS, _LEAST_MEMBERS = 3, 2
_SHARE_OF_SUMS = 0.8
_LEAST_SHARE = 0.5
AREA_ENDINGS = "区县市旗"
"""Last characters of the names of areas."""


@dataclass(frozen=True)
class TableShape:
    """How a table is declared.

    Attributes
    ----------
    table : FormTable
        As printed.
    measured : FormTable
        With one column for each measure: of a table by members, one row for each row and member.
    members : tuple of str
        Headings of the columns' groups: units, or fixed members; empty for a plain table.
    are_units : bool
        Whether the members are units, such as districts.
    total_headings : tuple of str
        Headings beside the members that are their totals.
    """

    table: FormTable
    measured: FormTable
    members: tuple[str, ...] = ()
    are_units: bool = False
    total_headings: tuple[str, ...] = ()


def table_shape(table: FormTable, unit_names: Collection[str], reference: Reference) -> TableShape:
    """The shape of a table, given the names that stand in rows of other tables."""
    columns = [column for column in table.columns if column.kind != AS_PRINTED]
    if _is_matrix(columns, unit_names, reference):
        members = tuple(c.path[-1] for c in columns if not _is_total(c.path[-1], reference))
        columns = [column for column in columns if column.path[-1] in members]
        heading = columns[0].path[-2] if len(columns[0].path) > 1 else "评价数"
        return TableShape(
            table, _long_form(table, [(c, c.path[-1], (heading,)) for c in columns]), members, True
        )
    return _by_members(table, columns, unit_names, reference) or TableShape(table, table)


def _by_members(
    table: FormTable, columns: list[FormColumn], unit_names: Collection[str], reference: Reference
) -> TableShape | None:
    """A table with the same measures under several headings; of these the totals are no members. None for any other."""
    tops = list(dict.fromkeys(column.path[0] for column in columns))
    leaves = {top: [column.path[1:] for column in columns if column.path[0] == top] for top in tops}
    is_by_members = len(tops) > 1 and all(len(column.path) > 1 for column in table.columns)
    are_periods = any(is_of_other_period(top) for top in tops)
    if not is_by_members or are_periods or any(leaves[top] != leaves[tops[0]] for top in tops):
        return None
    totals = {top for top in tops if _is_total(top, reference)} or _sum_of_others(columns, tops)
    members = tuple(top for top in tops if top not in totals)
    if len(members) < _LEAST_MEMBERS:
        return None
    placed = [(column, column.path[0], column.path[1:]) for column in columns if column.path[0] in members]
    are_units = _share_of_units(members, unit_names) >= _LEAST_SHARE
    return TableShape(table, _long_form(table, placed), members, are_units, tuple(totals))


def _sum_of_others(columns: list[FormColumn], tops: list[str]) -> set[str]:
    """The heading whose counts are the sums of those under all others, as 全部渠道; empty without one."""
    for top in tops if len(tops) > _LEAST_MEMBERS else ():
        verdicts = []
        for column in (c for c in columns if c.path[0] == top and c.kind == COUNT):
            parts = [c.counts for c in columns if c.path[1:] == column.path[1:] and c.path[0] != top]
            rows = zip(column.counts, *parts, strict=True)
            verdicts += [row[0] == sum(row[1:]) for row in rows if None not in row and row[0]]
        if len(verdicts) >= _LEAST_UNITS and sum(verdicts) >= _SHARE_OF_SUMS * len(verdicts):
            return {top}
    return set()


def _is_matrix(columns: list[FormColumn], unit_names: Collection[str], reference: Reference) -> bool:
    """Whether the columns are units: their names stand in rows elsewhere, or look like those of areas."""
    names = [column.path[-1] for column in columns if not _is_total(column.path[-1], reference)]
    are_counts = all(column.kind == COUNT and field_measure(column) is None for column in columns)
    if len(names) < _LEAST_UNITS or not are_counts or len({column.path[:-1] for column in columns}) > 1:
        return False
    areas = sum(normalize_for_comparison(name)[-1:] in AREA_ENDINGS for name in names) / len(names)
    return max(areas, _share_of_units(names, unit_names)) >= _LEAST_SHARE


def _share_of_units(names: Collection[str], unit_names: Collection[str]) -> float:
    known = {normalize_for_comparison(name) for name in unit_names}
    return sum(normalize_for_comparison(name) in known for name in names) / max(len(names), 1)


def _is_total(text: str, reference: Reference) -> bool:
    return normalize_for_comparison(text).rstrip(":") in reference.totals


def _long_form(table: FormTable, placed: list[tuple[FormColumn, str, tuple[str, ...]]]) -> FormTable:
    """One row for each row and member, with a column for each measure."""
    members = list(dict.fromkeys(member for _, member, _ in placed))
    paths = list(dict.fromkeys(path for _, _, path in placed))
    by_place = {(member, path): column for column, member, path in placed}
    rows = [FormRow(row.name, row.period, row.is_total, member) for member in members for row in table.rows]
    empty = ("",) * len(table.rows)
    columns = [
        FormColumn(
            path,
            tuple(
                text
                for member in members
                for text in (by_place[member, path].texts if (member, path) in by_place else empty)
            ),
        )
        for path in paths
    ]
    return FormTable(
        table.position, table.number, table.title, table.name_heading, tuple(rows), tuple(columns)
    )
