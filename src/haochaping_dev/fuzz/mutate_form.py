"""Structured mutations of the tables of other places: columns, rows, cells, headers, totals, in any file format.

What a person reads afterwards follows from the mutated table and from what the place declares; the reader is not asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product
from random import Random
from typing import Any

from haochaping.core.declaration import AS_PRINTED, AnnexSpec
from haochaping.core.declaration import Measure as DeclaredMeasure
from haochaping.core.model import QuarterData
from haochaping_dev.fuzz.bulletin_layout import UnreadableCell, full_width, half_width, read_by_eye
from haochaping_dev.fuzz.declared_form import TOTAL_LABELS, Form, FormTable, load_form
from haochaping_dev.fuzz.invented_city import Measure
from haochaping_dev.fuzz.mutate_figures import JUNK_TEXTS
from haochaping_dev.fuzz.mutate_text import Content, MutatedInput
from haochaping_dev.fuzz.office_files import SheetContent, write_files
from haochaping_dev.fuzz.print_form import TEXT, formats_of, header_rows

FAMILY, UNKNOWN_FAMILY = "columns, rows, cells, headers", "the same, undeclared"
UNKNOWN_HEADINGS = ("某某情况", "工单来源", "备注", "其他数", "核定数", "X指标", "2项合并数")
UPPER_HEADINGS = ("办理情况", "本期", "某某数据")
EXTRA_TEXTS = (
    "已转办",
    "12",
    "0",
    "99.5",
    "100%",
    "3,816",
    "",
    "无",
    "一",
    "7、8",
    "12 345",
    "9" * 20,
    "甲/乙",
)
JUNK = tuple(text for text in JUNK_TEXTS if not re.search(r"[\n\u202e\u200b]", text))
"""Texts for a cell; without those that a person cannot see."""


@dataclass
class _Column:
    """A column of figures: its headings, and what the place declares under them (None: nothing)."""

    path: tuple[str, ...]
    measure: DeclaredMeasure | None


@dataclass
class _Table:
    """A table while it is mutated; ``split_at`` cuts it in two with a header each, ``header_again`` repeats the header."""

    spec: AnnexSpec
    printed: FormTable
    columns: list[_Column]
    rows: list[tuple[str, list[str]]]
    names_after: int = 0
    """Columns of figures that stand before the names."""
    split_at: int = 0
    header_again: int = 0
    wrong_serial: bool = False

    @property
    def lacks_required(self) -> bool:
        """Whether a column is missing without which it is not this annex."""
        found = {column.measure.name for column in self.columns if column.measure}
        return not self.spec.required <= found

    @property
    def holds_text(self) -> bool:
        """Whether a column holds texts, as that of the names does."""
        return any(_holds_names([cells[at] for _, cells in self.rows]) for at in range(len(self.columns)))

    @property
    def has_unheaded(self) -> bool:
        """Whether a column has texts and no heading."""
        return any(
            not any(column.path) and any(cells[at] for _, cells in self.rows)
            for at, column in enumerate(self.columns)
        )


def mutate_form(name: str, random: Random) -> MutatedInput:
    """Some mutations of one form in a random file format: the cells that a person reads, or a refusal."""
    family, files, tables = _mutated(name, random)
    reading = _reading(tables)
    return MutatedInput(family, files, () if reading is None else (reading,))


def mutate_unknown_form(name: str, random: Random) -> MutatedInput:
    """The same for a reader who does not know what the columns mean: every text in its row and column."""
    family, files, tables = _mutated(name, random)
    if any(table.has_unheaded for table in tables):
        return MutatedInput(family, files, ())
    readings = [
        {
            "texts": [
                text for table, as_names in zip(tables, ways, strict=True) for text in _texts(table, as_names)
            ]
        }
        for ways in product((True, False), repeat=len(tables))
    ]
    return MutatedInput(family, files, tuple(readings))


def _mutated(name: str, random: Random) -> tuple[str, dict[str, bytes], list[_Table]]:
    """What was done, the files, and the tables as they are printed in them."""
    form = load_form(name)
    kind = random.choice(formats_of(form))
    tables = _tables_of(form)
    done = []
    for _ in range(random.choice((1, 1, 2, 3, 5))):
        mutation = random.choice(_MUTATIONS if kind != TEXT else _TEXT_MUTATIONS)
        mutation(random.choice(tables), random)
        done.append(mutation.__name__.strip("_"))
    for table in tables:
        # Which column of an unknown table has the names is only certain where it comes first, or alone holds texts.
        if table.lacks_required or table.holds_text or {len(c.path) for c in table.columns} != {1}:
            table.names_after = 0
    if kind == TEXT:
        files = {"bulletin.txt": _text(form, tables).encode("utf-8")}
        for table in tables:
            table.rows = [(_one_word(row), [_one_word(cell) for cell in cells]) for row, cells in table.rows]
    else:
        sheets = [sheet for table in tables for sheet in _sheets(table, random)]
        sheets = [replace(sheet, number=number) for number, sheet in enumerate(sheets, start=1)]
        files = write_files(kind, sheets, [form.title, *form.sentences], random)
    return f"{kind}: {', '.join(done)}", files, tables


def _tables_of(form: Form) -> list[_Table]:
    declaration = form.reference.declaration
    return [
        _Table(
            spec,
            table,
            [_Column(path, _measure_under(path, spec)) for path in table.columns],
            [(row, list(cells)) for row, cells in table.rows],
        )
        for spec, table in zip(declaration.annexes.values(), form.tables, strict=True)
    ]


def _measure_under(path: tuple[str, ...], spec: AnnexSpec) -> DeclaredMeasure | None:
    """The measure whose declared heading the lowest headings are; the longest of several."""
    joined = "/" + "/".join("".join(text.split()).removesuffix("（件）") for text in path)
    found = [m for m in spec.measures_by_name.values() if joined.endswith(f"/{m.heading}")]
    return max(found, key=lambda measure: len(measure.heading), default=None)


# --- mutations ------------------------------------------------------------------------------------------------

_Mutation = Callable[[_Table, Random], None]


def _shuffle_columns(table: _Table, random: Random) -> None:
    """Another order of columns; those under one heading stay together."""
    blocks: dict[str, list[int]] = {}
    for at, column in enumerate(table.columns):
        blocks.setdefault(column.path[0] if len(column.path) > 1 else f"alone {at}", []).append(at)
    order = [at for block in random.sample(list(blocks.values()), len(blocks)) for at in block]
    _arrange(table, order)


def _arrange(table: _Table, order: list[int]) -> None:
    table.columns = [table.columns[at] for at in order]
    table.rows = [(name, [cells[at] for at in order]) for name, cells in table.rows]


def _drop_column(table: _Table, random: Random) -> None:
    if len(table.columns) > 2:
        out = random.randrange(len(table.columns))
        _arrange(table, [at for at in range(len(table.columns)) if at != out])


def _add_column(table: _Table, random: Random) -> None:
    """A column that nobody declared, at the edge of a block of headings."""
    edges = [
        at
        for at in range(1, len(table.columns) + 1)
        if at == len(table.columns)
        or table.columns[at].path[0] != table.columns[at - 1].path[0]
        or len(table.columns[at].path) == 1
    ]
    at = random.choice(edges)
    table.columns.insert(at, _Column((random.choice(UNKNOWN_HEADINGS),), None))
    texts = random.choice((EXTRA_TEXTS, ("5", "12", "7"), ("已办", "在办"), ("99%", "100%", "0%")))
    for _, cells in table.rows:
        cells.insert(at, random.choice(texts))


def _rename_column(table: _Table, random: Random) -> None:
    """A declared heading becomes unknown."""
    column = random.choice(table.columns)
    column.path = (*column.path[:-1], random.choice(UNKNOWN_HEADINGS))
    column.measure = _measure_under(column.path, table.spec)


def _double_heading(table: _Table, random: Random) -> None:
    """Two columns under one heading."""
    one, two = random.sample(range(len(table.columns)), 2)
    if len(table.columns[one].path) == len(table.columns[two].path) == 1:
        table.columns[two] = replace(table.columns[one])


def _blank_heading(table: _Table, random: Random) -> None:
    table.columns[random.randrange(len(table.columns))] = _Column(("",), None)


def _space_heading(table: _Table, random: Random) -> None:
    """Blanks between the characters of a heading."""
    column = random.choice(table.columns)
    spaced = random.choice((" ", "　")).join(column.path[-1])
    column.path = (*column.path[:-1], spaced)


def _add_level(table: _Table, random: Random) -> None:
    """A heading above some neighbouring columns that says nothing more."""
    if max(len(column.path) for column in table.columns) > 1:
        return
    first = random.randrange(len(table.columns))
    last = random.randrange(first, len(table.columns))
    upper = random.choice(UPPER_HEADINGS)
    for column in table.columns[first : last + 1]:
        column.path = (upper, *column.path)


def _move_names(table: _Table, random: Random) -> None:
    """The names behind some of the figures."""
    table.names_after = random.randrange(len(table.columns))


def _shuffle_rows(table: _Table, random: Random) -> None:
    random.shuffle(table.rows)


def _drop_rows(table: _Table, random: Random) -> None:
    for _ in range(random.randint(1, 3)):
        if len(table.rows) > 2:
            table.rows.pop(random.randrange(len(table.rows)))


def _double_row(table: _Table, random: Random) -> None:
    name, cells = random.choice(table.rows)
    table.rows.insert(random.randrange(len(table.rows)), (name, list(cells)))


def _move_total(table: _Table, random: Random) -> None:
    """The total above all rows, or under another label."""
    at = next((i for i, (name, _) in enumerate(table.rows) if name in TOTAL_LABELS), None)
    if at is not None:
        _, cells = table.rows.pop(at)
        table.rows.insert(random.choice((0, len(table.rows))), (random.choice(TOTAL_LABELS), cells))


def _double_total(table: _Table, random: Random) -> None:
    """The total above and below, perhaps with another figure."""
    total = next((row for row in table.rows if row[0] in TOTAL_LABELS), None)
    if total is not None:
        table.rows.insert(0, (total[0], list(total[1])))
        if random.random() < 0.5:
            table.rows[0][1][0] = "7"


def _empty_cells(table: _Table, random: Random) -> None:
    """Cells blank or with a sign for "no value"."""
    for _ in range(random.randint(1, 6)):
        _, cells = random.choice(table.rows)
        cells[random.randrange(len(cells))] = random.choice(("", "/", "—", "暂无"))


def _sign_cells(table: _Table, random: Random) -> None:
    """Cells with a sign for "no value"."""
    for _ in range(random.randint(1, 6)):
        _, cells = random.choice(table.rows)
        cells[random.randrange(len(cells))] = random.choice(("/", "—", "暂无"))


def _other_text(table: _Table, random: Random) -> None:
    """Another text in a cell: a number in another form, a word, a sign."""
    _, cells = random.choice(table.rows)
    cells[random.randrange(len(cells))] = random.choice(JUNK)


def _other_forms(table: _Table, random: Random) -> None:
    """Numbers in full width, with commas, with blanks around them."""
    for _ in range(random.randint(1, 8)):
        _, cells = random.choice(table.rows)
        at = random.randrange(len(cells))
        form = random.choice((full_width, lambda text: f" {text} ", lambda text: f"{text}　", _with_commas))
        cells[at] = form(cells[at])


def _with_commas(text: str) -> str:
    return f"{int(text):,}" if text.isascii() and text.isdecimal() and len(text) < 12 else text


def _exchange_cells(table: _Table, random: Random) -> None:
    _, cells = random.choice(table.rows)
    one, two = random.sample(range(len(cells)), 2)
    cells[one], cells[two] = cells[two], cells[one]


def _split_table(table: _Table, random: Random) -> None:
    """The rows in two tables with a title and a header each."""
    table.split_at = random.randrange(1, len(table.rows))


def _repeat_header(table: _Table, random: Random) -> None:
    """The header again among the rows, as at the top of another page."""
    table.header_again = random.randrange(1, len(table.rows))


def _break_serials(table: _Table, random: Random) -> None:
    table.wrong_serial = table.printed.has_serials


_TEXT_MUTATIONS: tuple[_Mutation, ...] = (
    *(
        _shuffle_columns,
        _drop_column,
        _add_column,
        _rename_column,
        _double_heading,
        _shuffle_rows,
        _drop_rows,
    ),
    *(_double_row, _move_total, _double_total, _sign_cells, _other_text, _other_forms, _exchange_cells),
)
_MUTATIONS: tuple[_Mutation, ...] = (
    *(m for m in _TEXT_MUTATIONS if m is not _sign_cells),
    *(_blank_heading, _space_heading, _add_level, _move_names, _empty_cells, _split_table, _repeat_header),
    _break_serials,
)


# --- printed ----------------------------------------------------------------------------------------------


def _sheets(table: _Table, random: Random) -> list[SheetContent]:
    """The table as one sheet, or as two where it is split."""
    parts = [table.rows]
    if 0 < table.split_at < len(table.rows):
        parts = [table.rows[: table.split_at], table.rows[table.split_at :]]
    first_serial, sheets = 1, []
    for rows in parts:
        sheets.append(_sheet(table, rows, first_serial))
        first_serial += sum(name not in TOTAL_LABELS for name, _ in rows)
        first_serial = 1 if random.random() < 0.3 else first_serial
    return sheets


def _sheet(table: _Table, rows: list[tuple[str, list[str]]], first_serial: int) -> SheetContent:
    paths: list[tuple[str, ...]] = [column.path for column in table.columns]
    paths.insert(table.names_after, (table.printed.names,))
    has_serials = table.printed.has_serials
    header, merged = header_rows([("序号",), *paths] if has_serials else paths)
    body, serial = [], first_serial - 1 + table.wrong_serial * 3
    for name, cells in rows:
        serial += name not in TOTAL_LABELS
        shown = [*cells[: table.names_after], name, *cells[table.names_after :]]
        lead = [str(serial) if name not in TOTAL_LABELS else ""] if has_serials else []
        body.append([*lead, *shown])
    if len(header) == 1 and 0 < table.header_again < len(body):
        body.insert(table.header_again, list(header[0]))
    return SheetContent(0, list(table.printed.titles), header, merged, body, "")


def _one_word(text: str) -> str:
    """A text without blanks, which plain text cannot hold within a cell."""
    return "".join(text.split())


def _text(form: Form, tables: list[_Table]) -> str:
    lines = [form.title, *form.sentences]
    for table in tables:
        headings = [_one_word(column.path[-1]) for column in table.columns]
        lines += [*table.printed.titles, " ".join(["序号", table.printed.names, *headings])]
        serial = 0
        for name, cells in table.rows:
            serial += name not in TOTAL_LABELS
            lead = [] if name in TOTAL_LABELS else [str(serial)]
            lines.append(" ".join([*lead, _one_word(name), *filter(None, map(_one_word, cells))]))
    return "\n".join(lines)


# --- what a person reads -------------------------------------------------------------------------------------


def _reading(tables: list[_Table]) -> Content | None:
    """The cells of all tables in printed order; None where a person cannot be sure of them."""
    cells: list[tuple[Any, ...]] = []
    for table in tables:
        try:
            cells += _undeclared(table) if table.lacks_required else _declared(table)
        except UnreadableCell:
            return None
    return {"cells": cells}


def _declared(table: _Table) -> list[tuple[Any, ...]]:
    """The cells of a table that is the annex it was.

    Raises
    ------
    UnreadableCell
        A cell is no value of its column, or a heading or a name stands there twice or not at all.
    """
    names = [name for name, _ in table.rows if name not in TOTAL_LABELS]
    measures = [column.measure.name for column in table.columns if column.measure]
    if len(set(names)) < len(names) or len(set(measures)) < len(measures) or table.wrong_serial:
        raise UnreadableCell("twice")
    if table.has_unheaded:
        raise UnreadableCell("without a heading")
    totals: dict[str, list[str]] = {}
    cells = []
    for name, texts in table.rows:
        label = _label(name)
        if name in TOTAL_LABELS and totals.setdefault(_one_word(name), texts) is not texts:
            _check_same_total(table, totals[_one_word(name)], texts)
            continue
        values = zip(table.columns, texts, strict=True)
        cells += [(table.spec.name, label, name in TOTAL_LABELS, *_cell(c, text)) for c, text in values]
    return [cell for cell in cells if cell[4] or cell[5]]


def _check_same_total(table: _Table, first: list[str], second: list[str]) -> None:
    for column, one, two in zip(table.columns, first, second, strict=True):
        first_cell, second_cell = _cell(column, one), _cell(column, two)
        is_text = column.measure is None or column.measure.kind == AS_PRINTED
        if first_cell[-1] != second_cell[-1] or (is_text and first_cell[-1] is None and one != two):
            raise UnreadableCell("two totals")


def _texts(table: _Table, with_names_beside: bool) -> list[tuple[str, str, str]]:
    """Row, headings and text of every cell, where texts beside the names belong to them or not.

    A total that stands there twice may count once.
    """
    if with_names_beside:
        return [(cell[1], cell[3], cell[4]) for cell in _undeclared(table)]
    columns = [replace(column, measure=None) for column in table.columns]
    cells: dict[tuple[object, ...], tuple[str, str, str]] = {}
    for row, (name, texts) in enumerate(table.rows):
        for at, (column, text) in enumerate(zip(columns, texts, strict=True)):
            path, printed, _, value = _cell(column, text)
            place = (_one_word(name), at, value) if name in TOTAL_LABELS else (row, at)
            cells.setdefault(place, (_label(name), path, printed))
    return [cell for cell in cells.values() if cell[2]]


def _label(name: str) -> str:
    return " ".join(name.split()) if name in TOTAL_LABELS else _one_word(name)


def _undeclared(table: _Table) -> list[tuple[Any, ...]]:
    """The cells of a table that is none of those declared: all as printed."""
    if table.has_unheaded:
        raise UnreadableCell("without a heading")
    parts = [table.rows]
    cells: list[tuple[Any, ...]] = []
    if 0 < table.split_at < len(table.rows):
        parts = [table.rows[: table.split_at], table.rows[table.split_at :]]
    for rows in parts:
        names_until = 0
        while names_until < len(table.columns) and _holds_names([texts[names_until] for _, texts in rows]):
            names_until += 1
        for name, texts in rows:
            is_total = name in TOTAL_LABELS and not any(map(str.strip, texts[:names_until]))
            names = [_one_word(part) for part in (name, *texts[:names_until])]
            label = _label(name) if is_total else " / ".join(dict.fromkeys(filter(None, names)))
            values = zip(table.columns[names_until:], texts[names_until:], strict=True)
            cells += [("", label, is_total, *_cell(replace(c, measure=None), text)) for c, text in values]
    return [cell for cell in cells if cell[4]]


def _holds_names(texts: list[str]) -> bool:
    """Whether most texts of a column have no digit: beside the names, it belongs to them."""
    filled = [text for text in texts if text.strip()]
    return sum(not any(char.isdigit() for char in text) for text in filled) * 2 > len(filled)


def _cell(column: _Column, text: str) -> tuple[str, str, str, float | None]:
    """Headings, printed text, measure and number of a cell."""
    printed = " ".join(text.split())
    path = "/".join(" ".join(heading.split()) for heading in column.path if heading)
    if column.measure is None:
        return path, printed, "", _number_by_eye(printed)
    return path, printed, column.measure.name, _value_by_eye(printed, column.measure)


def _value_by_eye(text: str, measure: DeclaredMeasure) -> float | None:
    if measure.kind == AS_PRINTED:
        return None
    return read_by_eye(text, Measure("", "x_rate" if measure.is_percentage else "x"))


def _number_by_eye(text: str) -> float | None:
    """The number that the whole text is; None for any other text, and for more digits than a figure has."""
    match = re.fullmatch(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(\.[0-9]+)?(%?)", half_width(text))
    if match is None or len(match[1].replace(",", "")) > 15 or ("," in match[1] and match[3]):
        return None
    value = float(match[1].replace(",", "") + (match[2] or ""))
    return round(value / 100, 10) if match[3] else value


def form_content(data: QuarterData) -> Content:
    """The cells of a period as plain values, in printed order; blank ones of columns that nobody declared are left out."""
    cells = [
        (
            cell["annex"],
            cell["row"],
            cell["is_total"],
            cell["column"],
            cell["printed"],
            cell["measure"],
            None if cell["value"] != cell["value"] else round(cell["value"], 10),
        )
        for cell in data.cells.to_dict("records")
    ]
    return {"cells": [cell for cell in cells if cell[4] or cell[5]]}


def unknown_form_content(data: QuarterData) -> Content:
    """Row, headings and text of every cell that is not blank, and the columns taken for another measure than their heading."""
    cells = data.cells.to_dict("records")
    measures = data.declaration.measures
    misread = {
        cell["column"]: cell["measure"]
        for cell in cells
        if cell["measure"] and not _is_headed(cell["column"], measures[cell["measure"]])
    }
    texts = [(cell["row"], cell["column"], cell["printed"]) for cell in cells if cell["printed"]]
    return {"texts": texts} | ({"misread": list(misread.items())} if misread else {})


def _is_headed(path: str, measure: DeclaredMeasure) -> bool:
    lowest = _one_word(path.rpartition("/")[2])
    return any(lowest in (heading, f"{heading}（件）") for heading in (measure.heading, *measure.aliases))
