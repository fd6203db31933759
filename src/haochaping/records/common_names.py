"""Which names of departments, items and channels may leave the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis.expr.types as ir

from haochaping.core.record_counts import CASES, EVALUATIONS
from haochaping.records import definitions
from haochaping.reference.record_settings import RecordSettings


class CommonNames:
    """The names of departments, items and channels that leave the engine: known ones, and those of many records.

    A row that is out of place may have a person's name or number where a name should be: it becomes ``OTHER``.
    """

    def __init__(
        self,
        tables: Mapping[str, ir.Table],
        settings: RecordSettings,
        departments: Sequence[str],
        least: int,
    ):
        known = {
            "department": (CASES, [*departments, *settings.public_service_departments]),
            "item": (CASES, []),
            "channel": (EVALUATIONS, [*settings.channels, *settings.default_channels]),
        }
        self._names = {
            column: sorted(definitions.common_names(tables[kind], column, names, least).execute()["name"])
            for column, (kind, names) in known.items()
        }

    def apply(self, table: ir.Table, column: str) -> ir.Table:
        """The table with no other name in a column."""
        return definitions.with_names(table, column, self._names[column])
