"""What the columns of a table are beside figures: units, fixed members with the same measures under each, or neither."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from haochaping.adopt.field_words import field_words
from haochaping.adopt.form_table import FormColumn, FormRow, FormTable
from haochaping.adopt.headings import field_measure
from haochaping.core.declaration import AS_PRINTED, COUNT
from haochaping.core.text import normalize_for_comparison
from haochaping.reference.reference import Reference

_LEAST_UNITS = 3
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
    """

    table: FormTable
    measured: FormTable
    members: tuple[str, ...] = ()
    are_units: bool = False


def table_shape(table: FormTable, unit_names: Collection[str], reference: Reference) -> TableShape:
    """The shape of a table, given the names that stand in rows of other tables."""
    columns = [column for column in table.columns if column.kind != AS_PRINTED]
    if _is_matrix(columns, unit_names, reference):
        members = tuple(c.path[-1] for c in columns if not _is_total(c.path[-1], reference))
        heading = columns[0].path[-2] if len(columns[0].path) > 1 else "评价数"
        return TableShape(
            table, _long_form(table, [(c, c.path[-1], (heading,)) for c in columns]), members, True
        )
    tops = list(dict.fromkeys(column.path[0] for column in columns))
    leaves = {top: [column.path[1:] for column in columns if column.path[0] == top] for top in tops}
    is_by_members = len(tops) > 1 and all(len(column.path) > 1 for column in table.columns)
    if is_by_members and all(leaves[top] == leaves[tops[0]] for top in tops):
        members = tuple(top for top in tops if not _is_total(top, reference))
        long = _long_form(table, [(column, column.path[0], column.path[1:]) for column in columns])
        return TableShape(table, long, members, _share_of_units(members, unit_names) >= _LEAST_SHARE)
    return TableShape(table, table)


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


def field_member(heading: str) -> tuple[str, str] | None:
    """Group and member of the field that a heading of columns is; None for any other."""
    folded = normalize_for_comparison(heading)
    for group in field_words().groups.values():
        if folded in group.members_by_heading:
            return group.name, group.members_by_heading[folded].name
    return None
