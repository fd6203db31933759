"""Which names of departments, items and channels may leave the engine."""

from __future__ import annotations

from collections.abc import Sequence

import ibis.expr.types as ir

from haochaping.records import definitions
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
        found = definitions.common_names(counts, column, self._known[column], self._least).execute()
        self._names[column] = sorted(found["name"])

    def apply(self, table: ir.Table, column: str) -> ir.Table:
        """The table with no other name in a column, whose names were found before."""
        return definitions.with_names(table, column, self._names[column])
