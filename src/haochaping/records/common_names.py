"""Which names of departments, items and channels may leave the engine."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
from ibis import _

from haochaping.core.record_counts import OTHER
from haochaping.reference.record_settings import RecordSettings


class CommonNames:
    """The names of departments, items and channels that leave the engine: known ones, and those of many records.

    A row that is out of place may have a person's name or number where a name should be: it becomes ``OTHER``.
    """

    def __init__(self, settings: RecordSettings, departments: Sequence[str], least: int):
        self._known = {
            "department": [*departments, *settings.public_service_departments],
            "item": [],
            "channel": [*settings.channels, *settings.default_channels],
        }
        self._least = least
        self._names: dict[str, list[str]] = {}

    def find(self, column: str, counts: ir.Table) -> None:
        """Find the names of a column; `counts` has a row a group of records, ``records`` of them."""
        found = _common_names(counts, column, self._known[column], self._least).execute()
        self._names[column] = sorted(found["name"])

    def apply(self, table: ir.Table, column: str) -> ir.Table:
        """The table with no other name in a column, whose names were found before."""
        return _with_names(table, column, self._names[column])


def _common_names(counts: ir.Table, column: str, known: Sequence[str], least: int) -> ir.Table:
    """A row a name in a column that is known, or that as many records have as may be shown.

    Parameters
    ----------
    counts : Table
        A row a group, ``records``: how many there are.
    """
    by_name = (
        counts.filter(counts[column].notnull()).group_by(name=counts[column]).agg(records=_.records.sum())
    )
    is_known = _.name.isin(list(known)) if known else ibis.literal(False)
    return by_name.filter((_.records >= least) | is_known)


def _with_names(table: ir.Table, column: str, names: Sequence[str]) -> ir.Table:
    """The table with every other name in a column replaced by ``OTHER``; missing ones stay missing."""
    is_named = table[column].isin(list(names)) if names else ibis.literal(False)
    name = ibis.cases((table[column].isnull(), ibis.null("string")), (is_named, table[column]), else_=OTHER)
    return table.mutate(**{column: name})
