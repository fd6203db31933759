"""Structured mutations of a bulletin's text: the printed form of a known city, bent in known ways.

Every bend says what a person reads afterwards: the same figures, other figures, or nothing that can be
relied on. The reader is not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from haochaping.bench.bend_figures import CHANGES, EQUIVALENT
from haochaping.bench.invented import Annex, City, Printed, small_city
from haochaping.bench.printing import (
    Layout,
    PrintedLine,
    Unreadable,
    arrange,
    cell_text,
    encode,
    expected,
    joined,
    print_lines,
    print_text,
)

Content = dict[str, Any]
"""A model as plain values (`content.plain`)."""


@dataclass(frozen=True)
class Bent:
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


def any_city(random: Random) -> City:
    """An invented city; in most the figures are so small that they look like serial and page numbers."""
    draws: list[Callable[[Random], int]] = [
        lambda r: r.randrange(1, 7),
        lambda r: r.choice((0, 1, 2, 3, 10, 11, 12, 100)),
        lambda r: r.choice((0, 3, r.randrange(100), r.randrange(5_000_000))),
    ]
    return small_city(random.randrange(10**9), random.choice(draws))


def any_layout(random: Random, knobs: Sequence[str] = tuple(BENDS_OF_LAYOUT), most: int = 5) -> Layout:
    """A layout bent at some of `knobs`."""
    bent = random.sample(sorted(knobs), random.randint(0, min(most, len(knobs))))
    knob: dict[str, Any] = {name: random.choice(BENDS_OF_LAYOUT[name]) for name in bent}
    return Layout(seed=random.randrange(10**9), **knob)


def _encoded(text: str, layout: Layout) -> bytes:
    mark = b"\xfe\xff" if layout.encoding == "utf-16-be" else b""
    return mark + encode(text, layout)


def _text(
    family: str, text: str, layout: Layout, allowed: Sequence[Content], *, loosely: bool = False
) -> Bent:
    return Bent(family, {"bulletin.txt": _encoded(text, layout)}, tuple(allowed), loosely)


def right_readings(city: City, layout: Layout) -> tuple[Content, ...]:
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


def layout_bent(random: Random) -> Bent:
    """Another layout, perhaps other known headings: the same figures."""
    city, layout = any_city(random), any_layout(random)
    if random.random() < 0.3:
        city = EQUIVALENT["columns under other known headings"](city, layout, random)
    return _text("layout", print_text(city, layout), layout, right_readings(city, layout))


def figures_bent(random: Random) -> Bent:
    """A slip or another text in what is printed, in any layout: what stands there, or a refusal."""
    city, layout = any_city(random), any_layout(random, most=3)
    name = random.choice(list(CHANGES))
    city = CHANGES[name](city, layout, random)
    return _text(name, print_text(city, layout), layout, right_readings(city, layout))


def blanks_bent(random: Random) -> Bent:
    """Blanks and line breaks put in or taken out anywhere: the same figures or a refusal."""
    city, layout = any_city(random), any_layout(random, most=3)
    text = print_text(city, layout)
    for _ in range(random.choice((1, 1, 2, 5))):
        at = random.randrange(len(text))
        if text[at].isspace() and random.random() < 0.7:
            text = text[:at] + random.choice(("", "", "\n", " ", "\u2003")) + text[at + 1 :]
        else:
            text = text[:at] + random.choice((" ", "\n", "\t", "\u00a0", "\x0c", "\u2028")) + text[at:]
    return _text("blanks and line breaks", text, layout, right_readings(city, layout), loosely=True)


# --- bends of lines ----------------------------------------------------------------------------------


@dataclass
class _Lines:
    """A bulletin with each row on one line, ready to be bent."""

    city: City
    layout: Layout
    lines: list[PrintedLine]

    @classmethod
    def any(cls, random: Random) -> _Lines:
        knobs = [name for name in BENDS_OF_LAYOUT if name not in ON_ONE_LINE]
        layout = any_layout(random, knobs, most=3)
        if len(set(layout.annexes)) < len(layout.annexes):
            layout = replace(layout, annexes=(1, 2, 3, 4, 5))
        city = arrange(any_city(random), layout)
        layout = replace(layout, rows="usual")
        return cls(city, layout, print_lines(city, layout))

    def places(self, *roles: str) -> list[int]:
        return [i for i, line in enumerate(self.lines) if line.role in roles]

    def bent(
        self, family: str, lines: Sequence[str], allowed: Sequence[Content], *, loosely: bool = False
    ) -> Bent:
        return _text(family, joined(lines, self.layout), self.layout, allowed, loosely=loosely)

    def same(self) -> tuple[Content, ...]:
        return right_readings(self.city, self.layout)

    def annex(self, number: int) -> Annex:
        return next(annex for annex in self.city.annexes if annex.number == number)

    def with_annex(self, annex: Annex) -> City:
        """The city with one annex replaced."""
        return replace(
            self.city,
            annexes=tuple(annex if one.number == annex.number else one for one in self.city.annexes),
        )

    def without_total(self, city: City, number: int, layout: Layout) -> tuple[Content, ...]:
        """The readings of `city` without the total of one annex."""
        annex = self.annex(number)
        label = (annex.key, layout.total_label)
        return tuple(
            {
                **one,
                "printed_totals": [total for total in one["printed_totals"] if total[0] != annex.table],
                "unreported": [g for g in one["unreported"] if g[0] != annex.table or label not in g[1]],
            }
            for one in right_readings(city, layout)
        )

    def with_first_rows(self, number: int, count: int) -> City:
        """The city where an annex has only its first rows."""
        annex = self.annex(number)
        return self.with_annex(replace(annex, rows=annex.rows[:count]))


def cells_of_a_row_bent(random: Random) -> Bent:
    """A cell of a row or a total lost, doubled, broken in two or joined with the next."""
    bulletin = _Lines.any(random)
    i = random.choice(bulletin.places("row", "total"))
    line = bulletin.lines[i]
    pieces = line.split()
    lead = 2 if line.role == "row" else 1
    at = random.randrange(lead, len(pieces))
    kind = random.choice(("lost", "doubled", "broken", "broken over lines", "joined"))
    allowed: tuple[Content, ...] = ()
    if kind == "lost":
        changed = [" ".join(pieces[:at] + pieces[at + 1 :])]
        if line.role == "total":
            allowed = _total_without(bulletin, line.annex, at - lead)
    elif kind == "doubled":
        changed = [" ".join(pieces[: at + 1] + pieces[at:])]
    elif kind == "joined":
        first = max(at - 1, lead - 1)
        changed = [" ".join([*pieces[:first], pieces[first] + pieces[first + 1], *pieces[first + 2 :]])]
    else:
        cut = random.randrange(1, len(pieces[at])) if len(pieces[at]) > 1 else 0
        before, after = [*pieces[:at], pieces[at][:cut]], [pieces[at][cut:], *pieces[at + 1 :]]
        changed = (
            [" ".join(before), " ".join(after)]
            if kind == "broken over lines"
            else [" ".join([*before, *after])]
        )
        allowed = bulletin.same()
    lines = [*bulletin.lines[:i], *changed, *bulletin.lines[i + 1 :]]
    return bulletin.bent(f"cell of a {line.role} {kind}", lines, allowed)


def _total_without(bulletin: _Lines, number: int, at: int) -> tuple[Content, ...]:
    """The total with one cell blank."""
    annex = bulletin.annex(number)
    total = (*annex.total[:at], Printed(""), *annex.total[at + 1 :])
    return right_readings(bulletin.with_annex(replace(annex, total=total)), bulletin.layout)


def line_lost(random: Random) -> Bent:
    """A line gone: of rows only the last may be missed by nobody, headings and notes are no figures."""
    bulletin = _Lines.any(random)
    i = random.randrange(len(bulletin.lines))
    line = bulletin.lines[i]
    lines = bulletin.lines[:i] + bulletin.lines[i + 1 :]
    rows = [n for n in bulletin.places("row") if bulletin.lines[n].annex == line.annex]
    if line.role == "row":
        left = bulletin.with_first_rows(line.annex, len(rows) - 1)
        allowed = right_readings(left, bulletin.layout) if i == rows[-1] and len(rows) > 1 else ()
    elif line.role == "total":
        allowed = bulletin.without_total(bulletin.city, line.annex, bulletin.layout)
    else:
        allowed = () if line.role == "header" else bulletin.same()
    return bulletin.bent(f"line lost ({line.role})", lines, allowed, loosely=line.role == "text")


def line_doubled(random: Random) -> Bent:
    """A line printed twice: a row twice is refused, a total twice is a total."""
    bulletin = _Lines.any(random)
    i = random.randrange(len(bulletin.lines))
    line = bulletin.lines[i]
    allowed = () if line.role == "row" else bulletin.same()
    lines = bulletin.lines[: i + 1] + bulletin.lines[i:]
    return bulletin.bent(f"line doubled ({line.role})", lines, allowed, loosely=line.role == "text")


def lines_moved(random: Random) -> Bent:
    """Two lines exchanged, two joined, or one moved elsewhere: the same figures or a refusal."""
    bulletin = _Lines.any(random)
    lines = list(bulletin.lines)
    i = random.randrange(len(lines) - 1)
    kind = random.choice(("neighbours exchanged", "joined", "moved", "rows exchanged"))
    if kind == "neighbours exchanged":
        lines[i : i + 2] = [lines[i + 1], lines[i]]
    elif kind == "joined":
        lines[i : i + 2] = [lines[i].saying(lines[i] + random.choice(("", " ")) + lines[i + 1])]
    elif kind == "moved":
        line = lines.pop(i)
        lines.insert(random.randrange(len(lines)), line)
    else:
        a, b = random.sample(bulletin.places("row"), 2)
        lines[a], lines[b] = lines[b], lines[a]
        if lines[a].split()[0] == lines[b].split()[0]:  # two annexes with each other's row
            return bulletin.bent("rows of two annexes exchanged", lines, _exchanged(bulletin, a, b))
    return bulletin.bent(f"lines {kind}", lines, bulletin.same(), loosely=True)


def _exchanged(bulletin: _Lines, a: int, b: int) -> tuple[Content, ...]:
    """What stands there when two annexes with as many columns hold each other's row."""
    one, two = bulletin.lines[a], bulletin.lines[b]
    first, second = bulletin.annex(one.annex), bulletin.annex(two.annex)
    if len(first.measures) != len(second.measures):
        return ()
    texts = {}
    for annex, line in ((first, one), (second, two)):
        name, values = annex.rows[line.row]
        pairs = zip(values, annex.measures, strict=True)
        texts[annex.number] = (name, tuple(Printed(cell_text(v, m, bulletin.layout)) for v, m in pairs))
    city = bulletin.city
    for annex, line, other in ((first, one, second), (second, two, first)):
        rows = (*annex.rows[: line.row], texts[other.number], *annex.rows[line.row + 1 :])
        city = replace(bulletin, city=city).with_annex(replace(annex, rows=rows))
    return right_readings(city, bulletin.layout)


def tables_glued(random: Random) -> Bent:
    """Two tables without what stands between them: heading, title and header of the second, perhaps the note."""
    bulletin = _Lines.any(random)
    if len(bulletin.layout.annexes) < 2:
        bulletin = replace(bulletin, layout=replace(bulletin.layout, annexes=(1, 2, 3, 4, 5)))
        bulletin.lines = print_lines(bulletin.city, bulletin.layout)
    order = bulletin.layout.annexes
    k = random.randrange(1, len(order))
    gone = {"heading", "title", "header"}
    note_too = random.random() < 0.5
    lines = [
        line
        for line in bulletin.lines
        if not (line.annex == order[k] and line.role in gone)
        and not (note_too and line.annex == order[k - 1] and line.role == "note")
    ]
    return bulletin.bent("two tables glued", lines, ())


def header_bent(random: Random) -> Bent:
    """A heading lost, doubled or unknown: refused."""
    bulletin = _Lines.any(random)
    i = random.choice(bulletin.places("header"))
    pieces = bulletin.lines[i].split()
    at = random.randrange(len(pieces))
    kind = random.choice(("lost", "doubled", "unknown"))
    put = {"lost": [], "doubled": [pieces[at]] * 2, "unknown": ["某某情况"]}[kind]
    lines = list(bulletin.lines)
    lines[i] = lines[i].saying(" ".join([*pieces[:at], *put, *pieces[at + 1 :]]))
    tiers = bulletin.lines[i].annex == 4 and pieces[at] in ("镇级", "村级")
    return bulletin.bent(f"heading {kind}", lines, bulletin.same() if tiers and kind != "unknown" else ())


def truncated(random: Random) -> Bent:
    """The end is gone, at a line's end: what is left is read, or the file is refused."""
    bulletin = _Lines.any(random)
    stop = random.randrange(1, len(bulletin.lines) + 1)
    left = bulletin.lines[:stop]
    whole = [n for n in bulletin.layout.annexes if any(one.annex == n and one.role == "row" for one in left)]
    if not whole:
        return bulletin.bent("truncated", left, ())
    rows = sum(one.role == "row" and one.annex == whole[-1] for one in left)
    city = bulletin.with_first_rows(whole[-1], rows)
    layout = replace(bulletin.layout, annexes=tuple(whole))
    total = any(one.role == "total" and one.annex == whole[-1] for one in left)
    allowed = right_readings(city, layout) if total else bulletin.without_total(city, whole[-1], layout)
    return bulletin.bent("truncated", left, () if left[-1].role == "header" else allowed)


WHOLE = (layout_bent, figures_bent, blanks_bent)
LINES = (
    cells_of_a_row_bent,
    line_lost,
    line_doubled,
    lines_moved,
    tables_glued,
    header_bent,
    truncated,
)
