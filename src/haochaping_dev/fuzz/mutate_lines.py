"""Structured mutations of single lines of a bulletin's text: cells, rows, headings lost, doubled, moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from haochaping_dev.fuzz.bulletin_layout import Layout, arrange, cell_text
from haochaping_dev.fuzz.invented_city import Annex, InventedCity, PrintedText
from haochaping_dev.fuzz.mutate_text import (
    LAYOUT_VARIATIONS,
    LINE_BREAKING_FIELDS,
    Content,
    MutatedInput,
    make_text_input,
    random_city,
    random_layout,
    readings_with_unknown_heading,
    right_readings,
)
from haochaping_dev.fuzz.print_any_layout import PrintedLine, join_lines, print_lines


@dataclass
class _MutableBulletin:
    """A random bulletin with each row on one line, to be mutated."""

    city: InventedCity
    layout: Layout
    lines: list[PrintedLine]

    @classmethod
    def random(cls, random: Random) -> _MutableBulletin:
        fields = [name for name in LAYOUT_VARIATIONS if name not in LINE_BREAKING_FIELDS]
        layout = random_layout(random, fields, max_changes=3)
        if len(set(layout.annexes)) < len(layout.annexes):
            layout = replace(layout, annexes=(1, 2, 3, 4, 5))
        city = arrange(random_city(random), layout)
        layout = replace(layout, rows="usual")
        return cls(city, layout, print_lines(city, layout))

    def line_indices(self, *roles: str) -> list[int]:
        return [i for i, line in enumerate(self.lines) if line.role in roles]

    def mutated_input(
        self,
        family: str,
        lines: Sequence[str],
        allowed: Sequence[Content],
        *,
        headline_optional: bool = False,
    ) -> MutatedInput:
        return make_text_input(
            family, join_lines(lines, self.layout), self.layout, allowed, headline_optional=headline_optional
        )

    def unchanged_readings(self) -> tuple[Content, ...]:
        """Return the right readings before any mutation."""
        return right_readings(self.city, self.layout)

    def annex(self, number: int) -> Annex:
        return next(annex for annex in self.city.annexes if annex.number == number)

    def with_annex(self, annex: Annex) -> InventedCity:
        """Return the city with one annex replaced."""
        return replace(
            self.city,
            annexes=tuple(annex if other.number == annex.number else other for other in self.city.annexes),
        )

    def without_total(self, city: InventedCity, number: int, layout: Layout) -> tuple[Content, ...]:
        """Return the readings of `city` without the total of one annex."""
        annex = self.annex(number)
        label = layout.total_label
        return tuple(
            {
                **reading,
                "printed_totals": [total for total in reading["printed_totals"] if total[0] != annex.table],
                "unreported": [g for g in reading["unreported"] if g[0] != annex.table or g[1] != label],
            }
            for reading in right_readings(city, layout)
        )

    def with_first_rows(self, number: int, count: int) -> InventedCity:
        """Return the city with only the first `count` rows of an annex."""
        annex = self.annex(number)
        return self.with_annex(replace(annex, rows=annex.rows[:count]))


def mutate_row_cells(random: Random) -> MutatedInput:
    """A cell of a row or a total lost, doubled, broken in two or joined with the next."""
    bulletin = _MutableBulletin.random(random)
    i = random.choice(bulletin.line_indices("row", "total"))
    line = bulletin.lines[i]
    pieces = line.split()
    lead = 2 if line.role == "row" else 1
    at = random.randrange(lead, len(pieces))
    kind = random.choice(("lost", "doubled", "broken", "broken over lines", "joined"))
    allowed: tuple[Content, ...] = ()
    if kind == "lost":
        changed = [" ".join(pieces[:at] + pieces[at + 1 :])]
        if line.role == "total":
            allowed = _readings_with_blank_total_cell(bulletin, line.annex, at - lead)
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
        allowed = bulletin.unchanged_readings()
    lines = [*bulletin.lines[:i], *changed, *bulletin.lines[i + 1 :]]
    return bulletin.mutated_input(f"cell of a {line.role} {kind}", lines, allowed)


def _readings_with_blank_total_cell(bulletin: _MutableBulletin, number: int, at: int) -> tuple[Content, ...]:
    """Return the readings with one cell of an annex's total blank."""
    annex = bulletin.annex(number)
    total = (*annex.total[:at], PrintedText(""), *annex.total[at + 1 :])
    return right_readings(bulletin.with_annex(replace(annex, total=total)), bulletin.layout)


def drop_line(random: Random) -> MutatedInput:
    """A line removed: a row is missed unless it is the last one; headings and notes hold no figures."""
    bulletin = _MutableBulletin.random(random)
    i = random.randrange(len(bulletin.lines))
    line = bulletin.lines[i]
    lines = bulletin.lines[:i] + bulletin.lines[i + 1 :]
    rows = [n for n in bulletin.line_indices("row") if bulletin.lines[n].annex == line.annex]
    if line.role == "row":
        left = bulletin.with_first_rows(line.annex, len(rows) - 1)
        allowed = right_readings(left, bulletin.layout) if i == rows[-1] and len(rows) > 1 else ()
    elif line.role == "total":
        allowed = bulletin.without_total(bulletin.city, line.annex, bulletin.layout)
    else:
        allowed = () if line.role == "header" else bulletin.unchanged_readings()
    return bulletin.mutated_input(
        f"line lost ({line.role})", lines, allowed, headline_optional=line.role == "text"
    )


def double_line(random: Random) -> MutatedInput:
    """A line printed twice: a row is refused, a repeated total is read once."""
    bulletin = _MutableBulletin.random(random)
    i = random.randrange(len(bulletin.lines))
    line = bulletin.lines[i]
    allowed = () if line.role == "row" else bulletin.unchanged_readings()
    lines = bulletin.lines[: i + 1] + bulletin.lines[i:]
    return bulletin.mutated_input(
        f"line doubled ({line.role})", lines, allowed, headline_optional=line.role == "text"
    )


def move_or_join_lines(random: Random) -> MutatedInput:
    """Two lines exchanged or joined, or one moved elsewhere: the same figures or a refusal."""
    bulletin = _MutableBulletin.random(random)
    lines = list(bulletin.lines)
    i = random.randrange(len(lines) - 1)
    kind = random.choice(("neighbours exchanged", "joined", "moved", "rows exchanged"))
    if kind == "neighbours exchanged":
        lines[i : i + 2] = [lines[i + 1], lines[i]]
    elif kind == "joined":
        lines[i : i + 2] = [lines[i].with_text(lines[i] + random.choice(("", " ")) + lines[i + 1])]
    elif kind == "moved":
        line = lines.pop(i)
        lines.insert(random.randrange(len(lines)), line)
    else:
        a, b = random.sample(bulletin.line_indices("row"), 2)
        lines[a], lines[b] = lines[b], lines[a]
        if lines[a].split()[0] == lines[b].split()[0]:  # two annexes with each other's row
            return bulletin.mutated_input(
                "rows of two annexes exchanged", lines, _readings_with_exchanged_rows(bulletin, a, b)
            )
    return bulletin.mutated_input(
        f"lines {kind}", lines, bulletin.unchanged_readings(), headline_optional=True
    )


def _readings_with_exchanged_rows(bulletin: _MutableBulletin, a: int, b: int) -> tuple[Content, ...]:
    """Return the readings after two annexes exchanged a row; none unless they have equally many columns."""
    one, two = bulletin.lines[a], bulletin.lines[b]
    first, second = bulletin.annex(one.annex), bulletin.annex(two.annex)
    if len(first.measures) != len(second.measures):
        return ()
    texts = {}
    for annex, line in ((first, one), (second, two)):
        name, values = annex.rows[line.row]
        pairs = zip(values, annex.measures, strict=True)
        texts[annex.number] = (name, tuple(PrintedText(cell_text(v, m, bulletin.layout)) for v, m in pairs))
    city = bulletin.city
    for annex, line, other in ((first, one, second), (second, two, first)):
        rows = (*annex.rows[: line.row], texts[other.number], *annex.rows[line.row + 1 :])
        city = replace(bulletin, city=city).with_annex(replace(annex, rows=rows))
    return right_readings(city, bulletin.layout)


def glue_tables(random: Random) -> MutatedInput:
    """Two tables without the heading, title and header between them, perhaps without the note: refused."""
    bulletin = _MutableBulletin.random(random)
    if len(bulletin.layout.annexes) < 2:
        bulletin = replace(bulletin, layout=replace(bulletin.layout, annexes=(1, 2, 3, 4, 5)))
        bulletin.lines = print_lines(bulletin.city, bulletin.layout)
    order = bulletin.layout.annexes
    k = random.randrange(1, len(order))
    dropped_roles = {"heading", "title", "header"}
    note_too = random.random() < 0.5
    lines = [
        line
        for line in bulletin.lines
        if not (line.annex == order[k] and line.role in dropped_roles)
        and not (note_too and line.annex == order[k - 1] and line.role == "note")
    ]
    return bulletin.mutated_input("two tables glued", lines, ())


def mutate_header(random: Random) -> MutatedInput:
    """A heading lost or doubled: refused; an unknown one: its column is none of the annex's."""
    bulletin = _MutableBulletin.random(random)
    i = random.choice(bulletin.line_indices("header"))
    pieces = bulletin.lines[i].split()
    at = random.randrange(len(pieces))
    kind = random.choice(("lost", "doubled", "unknown"))
    replacement = {"lost": [], "doubled": [pieces[at]] * 2, "unknown": ["某某情况"]}[kind]
    lines = list(bulletin.lines)
    lines[i] = lines[i].with_text(" ".join([*pieces[:at], *replacement, *pieces[at + 1 :]]))
    number = bulletin.lines[i].annex
    allowed: tuple[Content, ...] = ()
    if kind == "unknown":
        allowed = readings_with_unknown_heading(bulletin.city, bulletin.layout, {number})
    elif number == 4 and pieces[at] in ("镇级", "村级"):
        allowed = bulletin.unchanged_readings()
    return bulletin.mutated_input(f"heading {kind}", lines, allowed)


def truncate(random: Random) -> MutatedInput:
    """The text cut off after some line: the rest is read, or the file is refused."""
    bulletin = _MutableBulletin.random(random)
    stop = random.randrange(1, len(bulletin.lines) + 1)
    left = bulletin.lines[:stop]
    printed_annexes = [
        n for n in bulletin.layout.annexes if any(one.annex == n and one.role == "row" for one in left)
    ]
    if not printed_annexes:
        return bulletin.mutated_input("truncated", left, ())
    rows = sum(one.role == "row" and one.annex == printed_annexes[-1] for one in left)
    city = bulletin.with_first_rows(printed_annexes[-1], rows)
    layout = replace(bulletin.layout, annexes=tuple(printed_annexes))
    total = any(one.role == "total" and one.annex == printed_annexes[-1] for one in left)
    allowed = (
        right_readings(city, layout) if total else bulletin.without_total(city, printed_annexes[-1], layout)
    )
    return bulletin.mutated_input("truncated", left, () if left[-1].role == "header" else allowed)
