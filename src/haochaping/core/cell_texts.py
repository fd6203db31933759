"""Every printed cell of a quarter as text: the form in which two readings or two sources are compared."""

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
    """Map every printed cell to its text.

    Cells of the five tables, printed totals, figures of the bulletin's text, and the title, period and extraction
    date of each annex. A cell without a number has the word printed there; a blank cell has "".
    """
    words_for_no_value = {
        (row["table"], row["key"], row["column"]): row["printed"]
        for row in data.unreported.to_dict("records")
    }
    texts: dict[CellPlace, str] = {}
    for name, spec in TABLES.items():
        for row in data.table(name).to_dict("records"):
            key = encode_key({part: row[part] for part in spec.key})
            for column in spec.measures:
                text = "" if pd.isna(row[column]) else str(row.get(printed_column(column), row[column]))
                texts[name, key, column] = text or words_for_no_value.get((name, key, column), "")
    for row in data.printed_totals.to_dict("records"):
        texts[row["table"], row["key"], row["column"]] = row["printed"]
    for row in data.headline.to_dict("records"):
        texts[TEXT_CLAIMS, encode_key({"figure": row["figure"]}), "value"] = row["printed"] + row["qualifier"]
    for row in data.annexes.to_dict("records"):
        key = encode_key({TABLES[row["table"]].key[0]: NOTE})
        for column in NOTE_COLUMNS:
            texts[row["table"], key, column] = note_text(row, column)
    return texts
