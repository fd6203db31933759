"""Which names of departments, items and channels may leave the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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
        tables: Mapping[str, ir.Table | None],
        settings: RecordSettings,
        departments: Sequence[str],
        least: int,
    ):
        known = {
            (CASES, "department"): [*departments, *settings.public_service_departments],
            (CASES, "item"): [],
            (EVALUATIONS, "channel"): [*settings.channels, *settings.default_channels],
        }
        self._names = {
            (kind, column): list(
                definitions.common_names(table, column, names, least).execute()["name"].sort_values()
            )
            for (kind, column), names in known.items()
            if (table := tables[kind]) is not None
        }

    def apply(self, tables: Mapping[str, ir.Table | None]) -> dict[str, Any]:
        """The tables with no other name in them."""
        result = dict(tables)
        for (kind, column), names in self._names.items():
            if (table := result[kind]) is not None:
                result[kind] = definitions.with_names(table, column, names)
        return result
