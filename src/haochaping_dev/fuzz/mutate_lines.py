"""Structured mutations of single lines of a bulletin's text: cells, rows, headings lost, doubled, moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from haochaping_dev.fuzz.bulletin_layout import Layout, arrange, cell_text
from haochaping_dev.fuzz.invented_city import Annex, InventedCity, Printed
from haochaping_dev.fuzz.mutate_text import (
    BENDS_OF_LAYOUT,
    ON_ONE_LINE,
    Content,
    MutatedInput,
    any_city,
    any_layout,
    right_readings,
    text_of,
)
from haochaping_dev.fuzz.print_any_layout import PrintedLine, joined, print_lines


@dataclass
class _Lines:
    """A bulletin with each row on one line, ready to be bent."""

    city: InventedCity
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

    def mutated(
        self, family: str, lines: Sequence[str], allowed: Sequence[Content], *, loosely: bool = False
    ) -> MutatedInput:
        return text_of(family, joined(lines, self.layout), self.layout, allowed, loosely=loosely)

    def same(self) -> tuple[Content, ...]:
        return right_readings(self.city, self.layout)

    def annex(self, number: int) -> Annex:
        return next(annex for annex in self.city.annexes if annex.number == number)

    def with_annex(self, annex: Annex) -> InventedCity:
        """The city with one annex replaced."""
        return replace(
            self.city,
            annexes=tuple(annex if one.number == annex.number else one for one in self.city.annexes),
        )

    def without_total(self, city: InventedCity, number: int, layout: Layout) -> tuple[Content, ...]:
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

    def with_first_rows(self, number: int, count: int) -> InventedCity:
        """The city where an annex has only its first rows."""
        annex = self.annex(number)
        return self.with_annex(replace(annex, rows=annex.rows[:count]))


def cells_of_a_row_mutated(random: Random) -> MutatedInput:
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
    return bulletin.mutated(f"cell of a {line.role} {kind}", lines, allowed)


def _total_without(bulletin: _Lines, number: int, at: int) -> tuple[Content, ...]:
    """The total with one cell blank."""
    annex = bulletin.annex(number)
    total = (*annex.total[:at], Printed(""), *annex.total[at + 1 :])
    return right_readings(bulletin.with_annex(replace(annex, total=total)), bulletin.layout)


def line_lost(random: Random) -> MutatedInput:
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
    return bulletin.mutated(f"line lost ({line.role})", lines, allowed, loosely=line.role == "text")


def line_doubled(random: Random) -> MutatedInput:
    """A line printed twice: a row twice is refused, a total twice is a total."""
    bulletin = _Lines.any(random)
    i = random.randrange(len(bulletin.lines))
    line = bulletin.lines[i]
    allowed = () if line.role == "row" else bulletin.same()
    lines = bulletin.lines[: i + 1] + bulletin.lines[i:]
    return bulletin.mutated(f"line doubled ({line.role})", lines, allowed, loosely=line.role == "text")


def lines_moved(random: Random) -> MutatedInput:
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
            return bulletin.mutated("rows of two annexes exchanged", lines, _exchanged(bulletin, a, b))
    return bulletin.mutated(f"lines {kind}", lines, bulletin.same(), loosely=True)


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


def tables_glued(random: Random) -> MutatedInput:
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
    return bulletin.mutated("two tables glued", lines, ())


def header_mutated(random: Random) -> MutatedInput:
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
    return bulletin.mutated(f"heading {kind}", lines, bulletin.same() if tiers and kind != "unknown" else ())


def truncated(random: Random) -> MutatedInput:
    """The end is gone, at a line's end: what is left is read, or the file is refused."""
    bulletin = _Lines.any(random)
    stop = random.randrange(1, len(bulletin.lines) + 1)
    left = bulletin.lines[:stop]
    whole = [n for n in bulletin.layout.annexes if any(one.annex == n and one.role == "row" for one in left)]
    if not whole:
        return bulletin.mutated("truncated", left, ())
    rows = sum(one.role == "row" and one.annex == whole[-1] for one in left)
    city = bulletin.with_first_rows(whole[-1], rows)
    layout = replace(bulletin.layout, annexes=tuple(whole))
    total = any(one.role == "total" and one.annex == whole[-1] for one in left)
    allowed = right_readings(city, layout) if total else bulletin.without_total(city, whole[-1], layout)
    return bulletin.mutated("truncated", left, () if left[-1].role == "header" else allowed)
