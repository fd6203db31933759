"""Structured mutations of formats that keep cells apart: CSV, workbooks, Word files, web pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from haochaping_dev.fuzz.bulletin_layout import Layout
from haochaping_dev.fuzz.invented_city import InventedCity
from haochaping_dev.fuzz.mutate_figures import (
    EQUIVALENT_MUTATIONS,
    FIGURE_MUTATIONS,
    CityMutation,
    mutate_row,
)
from haochaping_dev.fuzz.mutate_text import (
    TABLE_FIELDS,
    Content,
    MutatedInput,
    random_city,
    random_layout,
    readings_with_unknown_heading,
    right_readings,
)
from haochaping_dev.fuzz.office_files import (
    SheetContent,
    opening_lines,
    sheet_contents,
    without_row,
    write_files,
)

SheetMutation = Callable[[list[SheetContent], Random], bool]
"""Mutates one sheet in place; returns whether the figures are still the same."""


def blank_cell(city: InventedCity, layout: Layout, random: Random) -> InventedCity:
    """One cell emptied."""
    return mutate_row(city, layout, random, lambda texts, at: [*texts[:at], "", *texts[at + 1 :]])


def shift_cells(city: InventedCity, layout: Layout, random: Random) -> InventedCity:
    """A cell removed, and those after it moved to the left."""
    return mutate_row(city, layout, random, lambda texts, at: [*texts[:at], *texts[at + 1 :], ""])


def join_cells(city: InventedCity, layout: Layout, random: Random) -> InventedCity:
    """The text of two cells in the first, the second empty."""

    def change(texts: list[str], at: int) -> list[str]:
        at = min(at, len(texts) - 2)
        between = random.choice(("", " ", "\n", "  "))
        if not re.search(r"\d", texts[at] + texts[at + 1]):
            between = ""  # two dashes are seen as one; a blank inside is quoted in more than one way
        joined = texts[at] + between + texts[at + 1]
        return [*texts[:at], joined, "", *texts[at + 2 :]]

    return mutate_row(city, layout, random, change)


CELL_MUTATIONS: dict[str, CityMutation] = {
    **{name: mutate for name, mutate in FIGURE_MUTATIONS.items() if name != "another figure in the text"},
    "cell blank": blank_cell,
    "cells shifted": shift_cells,
    "two cells in one": join_cells,
}


def mutate_layout(kind: str, random: Random) -> MutatedInput:
    """Another form of the same tables."""
    city, layout = _random_city_and_layout(random)
    if random.random() < 0.3:
        city = EQUIVALENT_MUTATIONS["columns under other known headings"](city, layout, random)
    return _make_input(
        kind, "layout", city, layout, sheet_contents(city, layout), random, right_readings(city, layout)
    )


def mutate_figures(kind: str, random: Random) -> MutatedInput:
    """Other texts in cells: read as printed, or refused."""
    city, layout = _random_city_and_layout(random)
    name = random.choice(list(CELL_MUTATIONS))
    city = CELL_MUTATIONS[name](city, layout, random)
    return _make_input(
        kind, name, city, layout, sheet_contents(city, layout), random, right_readings(city, layout)
    )


def mutate_sheet(kind: str, random: Random) -> MutatedInput:
    """Rows, headings and tables removed, repeated, moved or joined."""
    city, layout = _random_city_and_layout(random)
    sheets = sheet_contents(city, layout)
    name = random.choice([name for name in SHEET_MUTATIONS if not (name == "cells merged" and kind == "csv")])
    is_same = SHEET_MUTATIONS[name](sheets, random)
    allowed = right_readings(city, layout) if is_same else ()
    if name == HEADING and not is_same:
        allowed = readings_with_unknown_heading(city, layout, layout.annexes)
    return _make_input(kind, name, city, layout, sheets, random, allowed)


def _random_city_and_layout(random: Random) -> tuple[InventedCity, Layout]:
    layout = random_layout(random, TABLE_FIELDS, max_changes=3)
    if len(set(layout.annexes)) < len(
        layout.annexes
    ):  # of an annex printed twice it would be unknown which copy was mutated
        layout = replace(layout, annexes=(2, 4, 1))
    return random_city(random), layout


def _make_input(
    kind: str,
    family: str,
    city: InventedCity,
    layout: Layout,
    sheets: list[SheetContent],
    random: Random,
    allowed: Sequence[Content],
) -> MutatedInput:
    files = write_files(kind, sheets, opening_lines(city, layout), random)
    if kind in ("csv", "xlsx"):
        allowed = [{**reading, "headline": {}} for reading in allowed]
    return MutatedInput(family, files, tuple(allowed))


# --- mutations of a sheet ------------------------------------------------------------------------------


def _numbered_rows(sheet: SheetContent) -> list[int]:
    return [i for i, row in enumerate(sheet.body) if row[0]]


def _drop_row(sheets: list[SheetContent], random: Random) -> bool:
    at = random.randrange(len(sheets))
    sheets[at] = without_row(sheets[at], random.choice(_numbered_rows(sheets[at])[:-1]))
    return False


def _double_row(sheets: list[SheetContent], random: Random) -> bool:
    sheet = random.choice(sheets)
    row = random.choice(_numbered_rows(sheet))
    sheet.body.insert(row, list(sheet.body[row]))
    return False


def _exchange_rows(sheets: list[SheetContent], random: Random) -> bool:
    sheet = random.choice(sheets)
    a, b = random.sample(_numbered_rows(sheet), 2)
    sheet.body[a], sheet.body[b] = sheet.body[b], sheet.body[a]
    return False


def _insert_extra_row(sheets: list[SheetContent], random: Random) -> bool:
    """An extra row with a serial number that is used already."""
    sheet = random.choice(sheets)
    row = ["1", "某某局", *(["5"] * (sheet.width - 2))]
    sheet.body.insert(random.randint(0, len(sheet.body)), row)
    return False


def _mutate_heading(sheets: list[SheetContent], random: Random) -> bool:
    """A heading blank, doubled or unknown."""
    sheet = random.choice(sheets)
    row = sheet.header[-1]
    at = random.randrange(2 if len(sheet.header) > 1 else 1, len(row))
    other = random.choice([i for i in range(1, len(row)) if row[i] not in ("", row[at])])
    row[at] = random.choice(("", "某某情况", row[other]))
    # A blank over cells without a figure hides none; two levels have a heading above it.
    return row[at] == "" and not any(line[at] for line in sheet.body)


def _drop_header(sheets: list[SheetContent], random: Random) -> bool:
    sheet = random.choice(sheets)
    sheet.header, sheet.merged = [sheet.body.pop(0)], []
    return False


def _glue_tables(sheets: list[SheetContent], random: Random) -> bool:
    """The rows of one table under those of another."""
    if len(sheets) < 2:
        return _drop_header(sheets, random)
    at = random.randrange(1, len(sheets))
    below = sheets.pop(at)
    above = sheets[at - 1]
    width = above.width
    lines = [(row + [""] * width)[: max(width, len(row))] for row in below.body]
    if random.random() < 0.5:
        lines = [[above.note, *[""] * (width - 1)], *lines]
    above.body += lines
    return False


def _merge_cells(sheets: list[SheetContent], random: Random) -> bool:
    """Cells of a column with the same figure drawn together."""
    sheet = random.choice(sheets)
    rows = _numbered_rows(sheet)
    top, left = rows[random.randrange(len(rows) - 1)], random.randrange(2, sheet.width)
    if top + 1 not in rows:
        return _double_row(sheets, random)
    sheet.body[top + 1][left] = sheet.body[top][left]
    sheet.merged_body = [(top, left, top + 1, left)]
    return False


def _repeat_header(sheets: list[SheetContent], random: Random) -> bool:
    """The header repeated, as at the top of another page."""
    sheet = random.choice(sheets)
    if len(sheet.header) > 1:
        return _insert_blank_row(sheets, random)
    sheet.body.insert(random.randint(1, len(sheet.body) - 1), list(sheet.header[0]))
    return True


def _insert_blank_row(sheets: list[SheetContent], random: Random) -> bool:
    sheet = random.choice(sheets)
    sheet.body.insert(random.randint(0, len(sheet.body)), [""] * sheet.width)
    return True


def _insert_blank_column(sheets: list[SheetContent], random: Random) -> bool:
    sheet = random.choice(sheets)
    if len(sheet.header) > 1:
        return _insert_blank_row(sheets, random)
    at = random.randint(1, sheet.width)
    for row in [*sheet.header, *sheet.body]:
        row.insert(at, "")
    return True


def _repeat_total(sheets: list[SheetContent], random: Random) -> bool:
    """The total above and below."""
    sheet = random.choice([sheet for sheet in sheets if sheet.has_total] or sheets)
    if sheet.has_total:
        total = next(row for row in sheet.body if not row[0])
        sheet.body.append(list(total))
    return True


HEADING = "heading blank, doubled or unknown"
SHEET_MUTATIONS: dict[str, SheetMutation] = {
    "row lost": _drop_row,
    "row doubled": _double_row,
    "rows exchanged": _exchange_rows,
    "row too many": _insert_extra_row,
    HEADING: _mutate_heading,
    "header lost": _drop_header,
    "two tables glued": _glue_tables,
    "cells merged": _merge_cells,
    "header again": _repeat_header,
    "row of blanks": _insert_blank_row,
    "column of blanks": _insert_blank_column,
    "total doubled": _repeat_total,
}
