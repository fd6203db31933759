"""Structured mutations of a bulletin's text: the printed form of a known city, bent in known ways.

Every bend says what a person reads afterwards: the same figures, other figures, or nothing that can be
relied on. The reader is not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from haochaping_dev.fuzz.bulletin_layout import Layout, Unreadable, expected
from haochaping_dev.fuzz.invented_city import InventedCity, small_city
from haochaping_dev.fuzz.mutate_figures import CHANGES, EQUIVALENT
from haochaping_dev.fuzz.print_any_layout import encode, print_text

Content = dict[str, Any]
"""A model as plain values (`content.plain`)."""


@dataclass(frozen=True)
class MutatedInput:
    """A bent input, and which readings of it are right besides a refusal.

    ``allowed`` is empty where only a refusal is right. Where ``loosely`` is set the text before the annexes was
    bent too, and figures of it may be absent.
    """

    family: str
    files: dict[str, bytes] = field(repr=False)
    allowed: tuple[Content, ...] = field(repr=False)
    loosely: bool = False

    def holds(self, found: Content) -> bool:
        """Whether `found` is one of the readings that are right."""
        return any(_same(found, right, self.loosely) for right in self.allowed)


def _same(found: Content, right: Content, loosely: bool) -> bool:
    if not loosely:
        return found == right
    others = found.keys() - {"headline"}
    return all(found[name] == right[name] for name in others) and (
        found["headline"].items() <= right["headline"].items()
    )


# --- the city and how it is printed ------------------------------------------------------------------

HEAD = "政务服务“好差评”季度通报"
BENDS_OF_LAYOUT: dict[str, tuple[Any, ...]] = {
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
    "running_head": (HEAD, HEAD + " 2022 年第 4 期"),
    "repeated_headers": (True,),
    "furniture": ("anywhere",),
    "header": ("wrapped", "each", "side"),
    "annexes": ((2, 5), (5, 4, 3, 2, 1), (1, 2, 1), (3,), (4, 1), (1, 2, 3, 4, 5, 4)),
    "heading": ("附表{number}", "附件{number}", "附件{number}."),
    "note": ("",),
    "encoding": ("gb18030", "utf-16", "utf-8-sig", "utf-16-be"),
    "newline": ("\r\n", "\r"),
}
ON_ONE_LINE = {"names", "cells", "glued_serials", "header", "columns", "furniture", "repeated_headers"}
"""Knobs that move a row's pieces to other lines; left alone where single lines are bent."""
OFFICE_KNOBS = (
    *("columns", "rows", "total_label", "total_at", "no_value", "full_width", "commas", "percent_decimals"),
    *("annexes", "note"),
)
"""Knobs that tables have as well as text."""


def any_city(random: Random) -> InventedCity:
    """An invented city; in most the figures are so small that they look like serial and page numbers."""
    draws: list[Callable[[Random], int]] = [
        lambda r: r.randrange(1, 7),
        lambda r: r.choice((0, 1, 2, 3, 10, 11, 12, 100)),
        lambda r: r.choice((0, 3, r.randrange(100), r.randrange(5_000_000))),
    ]
    return small_city(random.randrange(10**9), random.choice(draws))


def any_layout(random: Random, knobs: Sequence[str] = tuple(BENDS_OF_LAYOUT), most: int = 5) -> Layout:
    """A layout bent at some of `knobs`."""
    mutated = random.sample(sorted(knobs), random.randint(0, min(most, len(knobs))))
    knob: dict[str, Any] = {name: random.choice(BENDS_OF_LAYOUT[name]) for name in mutated}
    return Layout(seed=random.randrange(10**9), **knob)


def _encoded(text: str, layout: Layout) -> bytes:
    mark = b"\xfe\xff" if layout.encoding == "utf-16-be" else b""
    return mark + encode(text, layout)


def text_of(
    family: str, text: str, layout: Layout, allowed: Sequence[Content], *, loosely: bool = False
) -> MutatedInput:
    """A bent bulletin as a file in the encoding of its layout."""
    return MutatedInput(family, {"bulletin.txt": _encoded(text, layout)}, tuple(allowed), loosely)


def right_readings(city: InventedCity, layout: Layout) -> tuple[Content, ...]:
    """What a person reads; nothing where a cell cannot be read or a name stands twice."""
    twice = any(
        len({name for name, _ in annex.rows}) < len(annex.rows)
        for annex in city.annexes
        if annex.number in layout.annexes
    )
    try:
        return () if twice else (expected(city, layout),)
    except Unreadable:
        return ()


# --- bends of the whole ------------------------------------------------------------------------------


def layout_mutated(random: Random) -> MutatedInput:
    """Another layout, perhaps other known headings: the same figures."""
    city, layout = any_city(random), any_layout(random)
    if random.random() < 0.3:
        city = EQUIVALENT["columns under other known headings"](city, layout, random)
    return text_of("layout", print_text(city, layout), layout, right_readings(city, layout))


def figures_mutated(random: Random) -> MutatedInput:
    """A slip or another text in what is printed, in any layout: what stands there, or a refusal."""
    city, layout = any_city(random), any_layout(random, most=3)
    name = random.choice(list(CHANGES))
    city = CHANGES[name](city, layout, random)
    return text_of(name, print_text(city, layout), layout, right_readings(city, layout))


_LONGEST_ROW = 200


def blanks_mutated(random: Random) -> MutatedInput:
    """Blanks and line breaks put in or taken out anywhere: the same figures or a refusal.

    Not one taken out and one put in within a row: that makes another row of as many cells (``22 15 100`` as
    ``2215 10 0``), which nobody can tell from one that was meant.
    """
    city, layout = any_city(random), any_layout(random, most=3)
    text = print_text(city, layout)
    added: list[int] = []
    taken: list[int] = []
    for _ in range(random.choice((1, 1, 2, 5))):
        at = random.randrange(len(text))
        if text[at].isspace() and random.random() < 0.7:
            blank, rest, places, others = random.choice(("", "", "\n", " ", "\u2003")), at + 1, taken, added
        else:
            blank, rest, places, others = random.choice(tuple(" \n\t\u00a0\x0c\u2028")), at, added, taken
        if all(abs(at - other) > _LONGEST_ROW for other in others):
            places.append(at)
            text = text[:at] + blank + text[rest:]
    return text_of("blanks and line breaks", text, layout, right_readings(city, layout), loosely=True)
