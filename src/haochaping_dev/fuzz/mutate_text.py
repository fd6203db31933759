"""Structured mutations of a bulletin's text: the printed form of a known city, changed in known ways.

Every mutation states what a person would read afterwards: the same figures, other figures, or nothing reliable. The
reader under test is not used for that.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from haochaping_dev.fuzz.bulletin_layout import Layout, UnreadableCell, expected_content
from haochaping_dev.fuzz.invented_city import MATRIX, Annex, InventedCity, Measure, small_city
from haochaping_dev.fuzz.mutate_figures import EQUIVALENT_MUTATIONS, FIGURE_MUTATIONS
from haochaping_dev.fuzz.print_any_layout import encode, print_text

Content = dict[str, Any]
"""A quarter as plain values (:func:`haochaping_dev.fuzz.model_content.plain_values`)."""


@dataclass(frozen=True)
class MutatedInput:
    """A mutated input, and the readings of it that are right; a refusal is always right too.

    ``allowed`` is empty if only a refusal is right. ``headline_optional`` says that the text before the annexes was
    mutated too, so that figures of it may be missing.
    """

    family: str
    files: dict[str, bytes] = field(repr=False)
    allowed: tuple[Content, ...] = field(repr=False)
    headline_optional: bool = False
    refused_with: tuple[str, ...] = ()
    """What the message of a refusal must hold."""

    def allows(self, found: Content) -> bool:
        """Whether `found` is one of the right readings."""
        return any(_is_same(found, right, self.headline_optional) for right in self.allowed)


def _is_same(found: Content, right: Content, headline_optional: bool) -> bool:
    if not headline_optional:
        return found == right
    others = found.keys() - {"headline"}
    return all(found[name] == right[name] for name in others) and (
        found["headline"].items() <= right["headline"].items()
    )


# --- the city and how it is printed ------------------------------------------------------------------

RUNNING_HEAD = "政务服务“好差评”季度通报"
LAYOUT_VARIATIONS: dict[str, tuple[Any, ...]] = {
    "blank_lines": (True,),
    "separator": ("\t", "　", "    ", "\u00a0", " \t "),
    "names": ("wrapped", "alone", "centred", "trailing"),
    "cells": ("wrapped", "wrapped", "each", "broken"),
    "glued_serials": (True,),
    "columns": ("measures", "all"),
    "rows": ("shuffled",),
    "total_label": ("汇总", "总数", "总计", "全市", ""),
    "total_at": ("top",),
    "no_value": ("—", "－", "-", "无", "归市", "暂无"),
    "full_width": (True,),
    "commas": (True,),
    "percent_decimals": (True,),
    "page_mark": ("— {page} —", "第{page}页", "{page}", "- {page} -", "{page}/9"),
    "running_head": (RUNNING_HEAD, RUNNING_HEAD + " 2022 年第 4 期"),
    "repeated_headers": (True,),
    "furniture": ("anywhere",),
    "header": ("wrapped", "each", "side"),
    "annexes": ((2, 5), (5, 4, 3, 2, 1), (1, 2, 1), (3,), (4, 1), (1, 2, 3, 4, 5, 4)),
    "heading": ("附表{number}", "附件{number}", "附件{number}."),
    "note": ("",),
    "encoding": ("gb18030", "utf-16", "utf-8-sig", "utf-16-be"),
    "newline": ("\r\n", "\r"),
}
LINE_BREAKING_FIELDS = {
    "names",
    "cells",
    "glued_serials",
    "header",
    "columns",
    "furniture",
    "repeated_headers",
}
"""Fields of `Layout` that spread a row over several lines; not varied where single lines are mutated."""
TABLE_FIELDS = (
    *("columns", "rows", "total_label", "total_at", "no_value", "full_width", "commas", "percent_decimals"),
    *("annexes", "note"),
)
"""Fields of `Layout` that apply to tables as well as to text."""


def random_city(random: Random) -> InventedCity:
    """Draw an invented city; in most, figures are so small that they look like serial and page numbers."""
    draws: list[Callable[[Random], int]] = [
        lambda r: r.randrange(1, 7),
        lambda r: r.choice((0, 1, 2, 3, 10, 11, 12, 100)),
        lambda r: r.choice((0, 3, r.randrange(100), r.randrange(5_000_000))),
    ]
    return small_city(random.randrange(10**9), random.choice(draws))


def random_layout(
    random: Random, fields: Sequence[str] = tuple(LAYOUT_VARIATIONS), max_changes: int = 5
) -> Layout:
    """Draw a layout that differs from the default in up to `max_changes` of `fields`."""
    varied_fields = random.sample(sorted(fields), random.randint(0, min(max_changes, len(fields))))
    variations: dict[str, Any] = {name: random.choice(LAYOUT_VARIATIONS[name]) for name in varied_fields}
    return Layout(seed=random.randrange(10**9), **variations)


def _encoded(text: str, layout: Layout) -> bytes:
    mark = b"\xfe\xff" if layout.encoding == "utf-16-be" else b""
    return mark + encode(text, layout)


def make_text_input(
    family: str, text: str, layout: Layout, allowed: Sequence[Content], *, headline_optional: bool = False
) -> MutatedInput:
    """Make the input of a mutated bulletin: one file in the encoding of its layout."""
    return MutatedInput(family, {"bulletin.txt": _encoded(text, layout)}, tuple(allowed), headline_optional)


def right_readings(city: InventedCity, layout: Layout) -> tuple[Content, ...]:
    """Return what a person reads; empty if a cell is unreadable or a table has a name twice."""
    has_duplicate_names = any(
        len({name for name, _ in annex.rows}) < len(annex.rows)
        for annex in city.annexes
        if annex.number in layout.annexes
    )
    try:
        return () if has_duplicate_names else (expected_content(city, layout),)
    except UnreadableCell:
        return ()


def readings_with_unknown_heading(
    city: InventedCity, layout: Layout, numbers: Collection[int]
) -> tuple[Content, ...]:
    """Return what is read where a heading of one of the annexes `numbers` is unknown.

    A column that nobody declared is no part of the annex; without what makes it this annex, the table is none of those
    declared; an unknown heading of the serial numbers changes nothing.
    """
    readings = []
    for reading in right_readings(city, layout):
        readings.append(reading)
        for annex in (annex for annex in city.annexes if annex.number in numbers):
            readings += [_without_column(reading, annex, measure) for measure in annex.measures]
            readings.append(_without_cells(reading, annex.table, lambda cell: True) | {annex.table: []})
    return tuple(readings)


def _without_column(reading: Content, annex: Annex, measure: Measure) -> Content:
    """Return `reading` without the figures of one column of an annex."""
    key, records = dict(measure.key), []
    for record in reading[annex.table]:
        if not key.items() <= record.items():
            records.append(record)
        elif annex.number != MATRIX:
            blank = {measure.field: None, **({f"{measure.field}_printed": ""} if measure.is_rate else {})}
            records.append({**record, **blank})
    left = _without_cells(reading, annex.table, lambda cell: cell[2:4] == (measure.member, measure.field))
    return left | {annex.table: records}


def _without_cells(
    reading: Content, table: str, is_lost: Callable[[tuple[Any, ...]], bool]
) -> dict[str, Any]:
    """Return `reading` without some of a table's totals and cells without a number."""
    return reading | {
        name: [cell for cell in reading[name] if cell[0] != table or not is_lost(cell)]
        for name in ("printed_totals", "unreported")
    }


# --- mutations of the whole text ---------------------------------------------------------------------


def mutate_layout(random: Random) -> MutatedInput:
    """Another layout, perhaps other known headings: the same figures."""
    city, layout = random_city(random), random_layout(random)
    if random.random() < 0.3:
        city = EQUIVALENT_MUTATIONS["columns under other known headings"](city, layout, random)
    return make_text_input("layout", print_text(city, layout), layout, right_readings(city, layout))


def mutate_figures(random: Random) -> MutatedInput:
    """A slip or another text in one place, in any layout: read as printed, or refused."""
    city, layout = random_city(random), random_layout(random, max_changes=3)
    name = random.choice(list(FIGURE_MUTATIONS))
    city = FIGURE_MUTATIONS[name](city, layout, random)
    return make_text_input(name, print_text(city, layout), layout, right_readings(city, layout))


_LONGEST_ROW = 200


def mutate_whitespace(random: Random) -> MutatedInput:
    """Blanks and line breaks inserted or removed anywhere: the same figures or a refusal.

    Never one removed and one inserted in the same row: that would make another valid row of as many cells (``22 15
    100`` as ``2215 10 0``), which nobody can recognise as wrong.
    """
    city, layout = random_city(random), random_layout(random, max_changes=3)
    text = print_text(city, layout)
    added: list[int] = []
    removed: list[int] = []
    for _ in range(random.choice((1, 1, 2, 5))):
        at = random.randrange(len(text))
        if text[at].isspace() and random.random() < 0.7:
            blank, end, own_places, other_places = (
                random.choice(("", "", "\n", " ", "\u2003")),
                at + 1,
                removed,
                added,
            )
        else:
            blank, end, own_places, other_places = (
                random.choice(tuple(" \n\t\u00a0\x0c\u2028")),
                at,
                added,
                removed,
            )
        if all(abs(at - other) > _LONGEST_ROW for other in other_places):
            own_places.append(at)
            text = text[:at] + blank + text[end:]
    return make_text_input(
        "blanks and line breaks", text, layout, right_readings(city, layout), headline_optional=True
    )
