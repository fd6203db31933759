"""Every printed cell of a quarter as text: what two readings or two versions of one source are compared by."""

from __future__ import annotations

import pandas as pd

from haochaping.core.model import (
    NOTE,
    NOTE_COLUMNS,
    TABLES,
    TEXT_CLAIMS,
    QuarterData,
    encode_key,
    note_text,
    printed_column,
)

CellPlace = tuple[str, str, str]
"""Table, key as JSON, column."""


def cell_texts(data: QuarterData) -> dict[CellPlace, str]:
    """The text of every cell of the five tables, of printed totals, of the text's figures, titles and periods."""
    blank = {
        (row["table"], row["key"], row["column"]): row["printed"]
        for row in data.unreported.to_dict("records")
    }
    texts: dict[CellPlace, str] = {}
    for name, spec in TABLES.items():
        for row in data.table(name).to_dict("records"):
            key = encode_key({part: row[part] for part in spec.key})
            for column in spec.measures:
                text = "" if pd.isna(row[column]) else str(row.get(printed_column(column), row[column]))
                texts[name, key, column] = text or blank.get((name, key, column), "")
    for row in data.printed_totals.to_dict("records"):
        texts[row["table"], row["key"], row["column"]] = row["printed"]
    for row in data.headline.to_dict("records"):
        texts[TEXT_CLAIMS, encode_key({"figure": row["figure"]}), "value"] = row["printed"] + row["qualifier"]
    for row in data.annexes.to_dict("records"):
        key = encode_key({TABLES[row["table"]].key[0]: NOTE})
        for column in NOTE_COLUMNS:
            texts[row["table"], key, column] = note_text(row, column)
    return texts
