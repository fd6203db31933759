"""The content of a quarter as plain values, to be compared with the expected content."""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd

from haochaping.core.model import QuarterData
from haochaping.core.paths import project_root
from haochaping.reference.reference import Reference, load_reference


@cache
def kit_reference() -> Reference:
    """The settings that come with the kit, by which fuzzed inputs are read."""
    return load_reference(project_root() / "data" / "reference")


def plain_values(data: QuarterData) -> dict[str, Any]:
    """Return the content of a quarter as lists, dicts, texts and numbers.

    Totals and unreported cells are sorted, because their order has no meaning; rates are rounded to ten decimals.
    """
    content: dict[str, Any] = {name: _records(data.table(name)) for name in data.declaration.annexes}
    content["printed_totals"] = sorted(
        (r.table, r.row, r.member, r.column, round(r.value, 10), r.printed, r.label)
        for r in data.printed_totals.itertuples()
    )
    content["unreported"] = sorted(
        (r.table, r.row, r.member, r.column, r.printed) for r in data.unreported.itertuples()
    )
    content["headline"] = {
        r.figure: (round(r.value, 10), r.unit, r.printed, r.qualifier) for r in data.headline.itertuples()
    }
    return content


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{key: _value(value) for key, value in row.items()} for row in table.to_dict("records")]


def _value(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if pd.isna(value):
        return None
    return (
        int(value) if float(value).is_integer() and not isinstance(value, float) else round(float(value), 10)
    )
