"""Structured mutations of what keeps its cells apart: CSV, workbooks, Word files, web pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from haochaping_dev.fuzz.bulletin_layout import Layout
from haochaping_dev.fuzz.invented_city import InventedCity
from haochaping_dev.fuzz.mutate_figures import CHANGES, EQUIVALENT, CityMutation, mutated_row
from haochaping_dev.fuzz.mutate_text import (
    OFFICE_KNOBS,
    Content,
    MutatedInput,
    any_city,
    any_layout,
    right_readings,
)
from haochaping_dev.fuzz.office_files import SheetContent, opening, sheets_of, without, write

SheetMutation = Callable[[list[SheetContent], Random], bool]
"""Bends one sheet in place; tells whether the figures are still the same."""


def cell_blank(city: InventedCity, layout: Layout, random: Random) -> InventedCity:
    """A cell without anything in it."""
    return mutated_row(city, layout, random, lambda texts, at: [*texts[:at], "", *texts[at + 1 :]])


def cells_shifted(city: InventedCity, layout: Layout, random: Random) -> InventedCity:
    """A cell lost, and those after it moved to its place."""
    return mutated_row(city, layout, random, lambda texts, at: [*texts[:at], *texts[at + 1 :], ""])


def cells_joined(city: InventedCity, layout: Layout, random: Random) -> InventedCity:
    """Two cells in one, the second blank."""

    def change(texts: list[str], at: int) -> list[str]:
        at = min(at, len(texts) - 2)
        between = random.choice(("", " ", "\n", "  "))
        if not re.search(r"\d", texts[at] + texts[at + 1]):
            between = ""  # two dashes are seen as one; a blank inside is quoted in more than one way
        joined = texts[at] + between + texts[at + 1]
        return [*texts[:at], joined, "", *texts[at + 2 :]]

    return mutated_row(city, layout, random, change)


CHANGES_OF_CELLS: dict[str, CityMutation] = {
    **{name: mutate for name, mutate in CHANGES.items() if name != "another figure in the text"},
    "cell blank": cell_blank,
    "cells shifted": cells_shifted,
    "two cells in one": cells_joined,
}


def layout_mutated(kind: str, random: Random) -> MutatedInput:
    """Another form of the same tables."""
    city, layout = _any(random)
    if random.random() < 0.3:
        city = EQUIVALENT["columns under other known headings"](city, layout, random)
    return _mutated(
        kind, "layout", city, layout, sheets_of(city, layout), random, right_readings(city, layout)
    )


def figures_mutated(kind: str, random: Random) -> MutatedInput:
    """Other texts in cells: what stands there, or a refusal."""
    city, layout = _any(random)
    name = random.choice(list(CHANGES_OF_CELLS))
    city = CHANGES_OF_CELLS[name](city, layout, random)
    return _mutated(kind, name, city, layout, sheets_of(city, layout), random, right_readings(city, layout))


def sheet_mutated(kind: str, random: Random) -> MutatedInput:
    """Rows, headings and tables lost, doubled, moved, glued."""
    city, layout = _any(random)
    sheets = sheets_of(city, layout)
    name = random.choice([name for name in SHEET_BENDS if not (name == "cells merged" and kind == "csv")])
    same = SHEET_BENDS[name](sheets, random)
    allowed = right_readings(city, layout) if same else ()
    return _mutated(kind, name, city, layout, sheets, random, allowed)


def _any(random: Random) -> tuple[InventedCity, Layout]:
    layout = any_layout(random, OFFICE_KNOBS, most=3)
    if len(set(layout.annexes)) < len(layout.annexes):  # which of two printings was bent would not be known
        layout = replace(layout, annexes=(2, 4, 1))
    return any_city(random), layout


def _mutated(
    kind: str,
    family: str,
    city: InventedCity,
    layout: Layout,
    sheets: list[SheetContent],
    random: Random,
    allowed: Sequence[Content],
) -> MutatedInput:
    files = write(kind, sheets, opening(city, layout), random)
    if kind in ("csv", "xlsx"):
        allowed = [{**one, "headline": {}} for one in allowed]
    return MutatedInput(family, files, tuple(allowed))


# --- bends of a sheet ----------------------------------------------------------------------------------


def _rows(sheet: SheetContent) -> list[int]:
    return [i for i, row in enumerate(sheet.body) if row[0]]


def _row_lost(sheets: list[SheetContent], random: Random) -> bool:
    at = random.randrange(len(sheets))
    sheets[at] = without(sheets[at], random.choice(_rows(sheets[at])[:-1]))
    return False


def _row_doubled(sheets: list[SheetContent], random: Random) -> bool:
    sheet = random.choice(sheets)
    row = random.choice(_rows(sheet))
    sheet.body.insert(row, list(sheet.body[row]))
    return False


def _rows_exchanged(sheets: list[SheetContent], random: Random) -> bool:
    sheet = random.choice(sheets)
    a, b = random.sample(_rows(sheet), 2)
    sheet.body[a], sheet.body[b] = sheet.body[b], sheet.body[a]
    return False


def _row_of_another(sheets: list[SheetContent], random: Random) -> bool:
    """A row too many, with a serial number that is taken."""
    sheet = random.choice(sheets)
    row = ["1", "某某局", *(["5"] * (sheet.width - 2))]
    sheet.body.insert(random.randint(0, len(sheet.body)), row)
    return False


def _heading_mutated(sheets: list[SheetContent], random: Random) -> bool:
    """A heading blank, doubled or unknown."""
    sheet = random.choice(sheets)
    row = sheet.header[-1]
    at = random.randrange(2 if len(sheet.header) > 1 else 1, len(row))
    other = random.choice([i for i in range(1, len(row)) if row[i] not in ("", row[at])])
    row[at] = random.choice(("", "某某情况", row[other]))
    # A blank over cells without a figure hides none; two levels have a heading above it.
    return row[at] == "" and not any(line[at] for line in sheet.body)


def _header_lost(sheets: list[SheetContent], random: Random) -> bool:
    sheet = random.choice(sheets)
    sheet.header, sheet.merged = [sheet.body.pop(0)], []
    return False


def _glued(sheets: list[SheetContent], random: Random) -> bool:
    """The rows of one table under those of another."""
    if len(sheets) < 2:
        return _header_lost(sheets, random)
    at = random.randrange(1, len(sheets))
    below = sheets.pop(at)
    above = sheets[at - 1]
    width = above.width
    lines = [(row + [""] * width)[: max(width, len(row))] for row in below.body]
    if random.random() < 0.5:
        lines = [[above.note, *[""] * (width - 1)], *lines]
    above.body += lines
    return False


def _merged(sheets: list[SheetContent], random: Random) -> bool:
    """Cells of a column with the same figure drawn together."""
    sheet = random.choice(sheets)
    rows = _rows(sheet)
    top, left = rows[random.randrange(len(rows) - 1)], random.randrange(2, sheet.width)
    if top + 1 not in rows:
        return _row_doubled(sheets, random)
    sheet.body[top + 1][left] = sheet.body[top][left]
    sheet.merged_body = [(top, left, top + 1, left)]
    return False


def _header_again(sheets: list[SheetContent], random: Random) -> bool:
    """The header once more, as at the head of a further page."""
    sheet = random.choice(sheets)
    if len(sheet.header) > 1:
        return _rows_of_blanks(sheets, random)
    sheet.body.insert(random.randint(1, len(sheet.body) - 1), list(sheet.header[0]))
    return True


def _rows_of_blanks(sheets: list[SheetContent], random: Random) -> bool:
    sheet = random.choice(sheets)
    sheet.body.insert(random.randint(0, len(sheet.body)), [""] * sheet.width)
    return True


def _column_of_blanks(sheets: list[SheetContent], random: Random) -> bool:
    sheet = random.choice(sheets)
    if len(sheet.header) > 1:
        return _rows_of_blanks(sheets, random)
    at = random.randint(1, sheet.width)
    for row in [*sheet.header, *sheet.body]:
        row.insert(at, "")
    return True


def _total_doubled(sheets: list[SheetContent], random: Random) -> bool:
    """The total above and below."""
    sheet = random.choice([sheet for sheet in sheets if sheet.has_total] or sheets)
    if sheet.has_total:
        total = next(row for row in sheet.body if not row[0])
        sheet.body.append(list(total))
    return True


SHEET_BENDS: dict[str, SheetMutation] = {
    "row lost": _row_lost,
    "row doubled": _row_doubled,
    "rows exchanged": _rows_exchanged,
    "row too many": _row_of_another,
    "heading blank, doubled or unknown": _heading_mutated,
    "header lost": _header_lost,
    "two tables glued": _glued,
    "cells merged": _merged,
    "header again": _header_again,
    "row of blanks": _rows_of_blanks,
    "column of blanks": _column_of_blanks,
    "total doubled": _total_doubled,
}
MUTATIONS = (layout_mutated, figures_mutated, sheet_mutated)
