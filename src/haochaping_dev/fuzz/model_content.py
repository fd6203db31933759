"""All that counts in a model as plain values, to be compared with what is expected."""

from __future__ import annotations

from typing import Any

import pandas as pd

from haochaping.core.model import TABLES, QuarterData, decode_key


def plain(data: QuarterData) -> dict[str, Any]:
    """All that counts in a model, as plain values; the order of totals and gaps does not count."""

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
