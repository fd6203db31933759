"""Every printed cell of a period as text: the form in which two readings or two sources are compared."""

from __future__ import annotations

from haochaping.core.model import (
    NOTE,
    NOTE_COLUMNS,
    TEXT_CLAIMS,
    CellRef,
    QuarterData,
    note_text,
)


def cell_texts(data: QuarterData) -> dict[CellRef, str]:
    """Map every printed cell to its text.

    Cells of tables and printed totals, figures of the bulletin's text, and the title, period and extraction date of
    each annex. A cell without a number has the word printed there; a blank cell has "".
    """
    texts = {CellRef.of_record(cell): cell["printed"] for cell in data.cell_records()}
    for row in data.headline.to_dict("records"):
        texts[CellRef(TEXT_CLAIMS, row["figure"], "value")] = row["printed"] + row["qualifier"]
    for row in data.annexes.to_dict("records"):
        for column in NOTE_COLUMNS:
            texts[CellRef(row["table"], NOTE, column)] = note_text(row, column)
    return texts
