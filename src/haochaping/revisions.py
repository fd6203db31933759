"""What changed in a quarter's printed cells since its tidy tables were first written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd

from haochaping.model import (
    HEADLINE,
    NOTE,
    NOTE_COLUMNS,
    TABLES,
    QuarterData,
    encode_key,
    frame,
    note_text,
    printed_column,
)

Place = tuple[str, str, str]
"""Table, key as JSON, column."""


def add_revisions(before: QuarterData, after: QuarterData, on: date) -> QuarterData:
    """`after` with the revisions of `before`, and a row for every cell whose text differs between the two."""
    old, new = cell_texts(before), cell_texts(after)
    rows = [
        {
            "on": on.isoformat(),
            "table": place[0],
            "key": place[1],
            "column": place[2],
            "before": old.get(place, ""),
            "after": new.get(place, ""),
        }
        for place in dict.fromkeys([*old, *new])
        if old.get(place, "") != new.get(place, "")
    ]
    known = before.revisions.to_dict("records")
    return replace(after, revisions=frame("revisions", [*known, *rows]))


def cell_texts(data: QuarterData) -> dict[Place, str]:
    """The text of every cell of the five tables, of printed totals, of the text's figures, titles and periods."""
    blank = {
        (row["table"], row["key"], row["column"]): row["printed"]
        for row in data.unreported.to_dict("records")
    }
    texts: dict[Place, str] = {}
    for name, spec in TABLES.items():
        for row in data.table(name).to_dict("records"):
            key = encode_key({part: row[part] for part in spec.key})
            for column in spec.measures:
                text = "" if pd.isna(row[column]) else str(row.get(printed_column(column), row[column]))
                texts[name, key, column] = text or blank.get((name, key, column), "")
    for row in data.printed_totals.to_dict("records"):
        texts[row["table"], row["key"], row["column"]] = row["printed"]
    for row in data.headline.to_dict("records"):
        texts[HEADLINE, encode_key({"figure": row["figure"]}), "value"] = row["printed"] + row["qualifier"]
    for row in data.annexes.to_dict("records"):
        key = encode_key({TABLES[row["table"]].key[0]: NOTE})
        for column in NOTE_COLUMNS:
            texts[row["table"], key, column] = note_text(row, column)
    return texts


def net_revisions(data: QuarterData) -> pd.DataFrame:
    """One row a cell that reads otherwise than at first: what it read then, what now, since when.

    Changes that were taken back are left out, and so is what stands among the corrections.
    """
    corrected = {
        (row["table"], row["key"], row["column"]): row["printed"]
        for row in data.corrections.to_dict("records")
    }
    net: dict[Place, dict[str, str]] = {}
    for row in data.revisions.to_dict("records"):
        place = (row["table"], row["key"], row["column"])
        net[place] = {**row, "before": net.get(place, row)["before"]}
    rows = [
        row
        for place, row in net.items()
        if row["before"] != row["after"] and corrected.get(place) != row["before"]
    ]
    return frame("revisions", rows)
