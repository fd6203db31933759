"""The content of a quarter as plain values, to be compared with the expected content."""

from __future__ import annotations

from typing import Any

import pandas as pd

from haochaping.core.model import TABLES, QuarterData, decode_key


def plain_values(data: QuarterData) -> dict[str, Any]:
    """Return the content of a quarter as lists, dicts, texts and numbers.

    Totals and unreported cells are sorted, because their order has no meaning; rates are rounded to ten decimals.
    """

    def pair(key: str) -> tuple[tuple[str, str], ...]:
        return tuple(decode_key(key).items())

    content: dict[str, Any] = {name: _records(data.table(name)) for name in TABLES}
    content["printed_totals"] = sorted(
        (r.table, pair(r.key), r.column, round(r.value, 10), r.printed, r.label)
        for r in data.printed_totals.itertuples()
    )
    content["unreported"] = sorted(
        (r.table, pair(r.key), r.column, r.printed) for r in data.unreported.itertuples()
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
