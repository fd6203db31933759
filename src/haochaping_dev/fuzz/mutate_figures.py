"""Bends of what is printed, whatever the form: a slip in a cell, another name, a column gone.

Each takes a city and gives another one; what a person reads in it follows from the bent city alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from haochaping_dev.fuzz.bulletin_layout import Layout, cell_text
from haochaping_dev.fuzz.invented_city import Annex, InventedCity, Printed, PrintedValue

CityMutation = Callable[[InventedCity, Layout, Random], InventedCity]

JUNK = (
    *("abc", "-5", "+5", "5.5", "1e5", "12,34", "1_000", "10①", "10²", "½", "五", "∞", "NaN", "#REF!"),
    *("=1+1", "*", "?", "\u202e12", "1\u200b2", "10/5", "5元", "9" * 19, "9" * 400, "x" * 300, "O", "l2"),
    *(
        "1O5",
        "0x1F",
        "12。",
        "1.2.3",
        "１２３",
        "1,234",
        "007",
        "12.00",
        "12.",
        ".5",
        "5%",
        "99.5",
        "%",
        "100%%",
    ),
    *("/", "—", "归市", "暂无", "100％", "1 2", "12 345", "1\n2", "٣", "०", "⑫", "12万", "1.2万", "true"),
)
HEADINGS = {
    "区县": ("县区", "区（县）", "县（区）", "区县名称", "地区", "辖区"),
    "部门": ("部门名称", "单位", "单位名称", "责任部门"),
    "办件数": ("办件量", "办件总数", "办件总量", "办件数量", "办件数（件）"),
    "评价数": ("评价量", "评价总数", "评价数量", "评价数（条）"),
    "评价率": ("办件评价率",),
    "主动评价数": ("主动评价量", "主动评价总数"),
    "差评数": ("差评量", "差评总数", "差评数量"),
    "整改满意率": ("差评整改满意率", "回访整改满意率"),
    "评价总数": ("评价数", "评价量"),
    "差评数量": ("差评数", "差评量"),
    "按时整改数量": ("按时整改数", "按期整改数"),
    "总量占比": ("占比", "占总量比"),
}
"""Other words for a column, none of which changes what it means."""


def other_headings(city: InventedCity, layout: Layout, random: Random) -> InventedCity:
    """Some columns under another of their known headings."""

    def other(heading: str) -> str:
        return random.choice((heading, *HEADINGS.get(heading, ())))

    return _each(
        city,
        lambda annex: replace(
            annex,
            key_heading=other(annex.key_heading),
            measures=tuple(replace(m, heading=other(m.heading)) for m in annex.measures),
        ),
    )


def slip_of_a_digit(city: InventedCity, layout: Layout, random: Random) -> InventedCity:
    """A figure with one digit lost, doubled, replaced or exchanged with its neighbour."""
    return _in_cell(city, layout, random, lambda text: _slipped(text, random))


def other_text(city: InventedCity, layout: Layout, random: Random) -> InventedCity:
    """A cell that holds something else: a word, a sign, a number in another form."""
    return _in_cell(city, layout, random, lambda _: random.choice(JUNK))


def sign_lost_or_added(city: InventedCity, layout: Layout, random: Random) -> InventedCity:
    """A cell without its percent sign, point or comma, or with one too many."""

    def change(text: str) -> str:
        sign = random.choice("%.,-/%")
        if sign in text and random.random() < 0.6:
            return text.replace(sign, "", 1)
        at = random.randint(0, len(text))
        return text[:at] + sign + text[at:]

    return _in_cell(city, layout, random, change)


def two_cells_exchanged(city: InventedCity, layout: Layout, random: Random) -> InventedCity:
    """Two cells of a row in each other's place."""

    def change(annex: Annex) -> Annex:
        n = random.randrange(len(annex.rows))
        name, values = annex.rows[n]
        texts = list(_printed(annex, values, layout))
        a, b = random.sample(range(len(texts)), 2)
        texts[a], texts[b] = texts[b], texts[a]
        return replace(annex, rows=(*annex.rows[:n], (name, tuple(texts)), *annex.rows[n + 1 :]))

    return _one(city, layout, random, change)


def two_headings_exchanged(city: InventedCity, layout: Layout, random: Random) -> InventedCity:
    """Two columns under each other's heading."""

    def change(annex: Annex) -> Annex:
        order = list(range(len(annex.measures)))
        half = len(order) // 2 if annex.number == 4 else len(order)  # a tier's columns stay together
        a, b = random.sample(order[:half], 2)
        order[a], order[b] = order[b], order[a]
        rows = tuple((name, _printed(annex, values, layout)) for name, values in annex.rows)
        total = _printed(annex, annex.total, layout)
        return replace(annex, measures=tuple(annex.measures[i] for i in order), rows=rows, total=total)

    return _one(city, layout, random, change)


def another_name(city: InventedCity, layout: Layout, random: Random) -> InventedCity:
    """A name with one character lost, added or replaced; perhaps with a digit in it."""

    def change(annex: Annex) -> Annex:
        n = random.randrange(len(annex.rows))
        name, values = annex.rows[n]
        at = random.randrange(len(name))
        lost = random.randint(0, 1) if len(name) > 2 else 0
        name = name[:at] + random.choice(("", "某", "新", "3", "（东）")) + name[at + lost :]
        return replace(annex, rows=(*annex.rows[:n], (name, values), *annex.rows[n + 1 :]))

    return _one(city, layout, random, change)


def row_less(city: InventedCity, layout: Layout, random: Random) -> InventedCity:
    """A row that the office left out, with the serial numbers put right."""

    def change(annex: Annex) -> Annex:
        n = random.randrange(len(annex.rows))
        return replace(annex, rows=annex.rows[:n] + annex.rows[n + 1 :])

    return _one(city, layout, random, change)


def figure_of_the_text(city: InventedCity, layout: Layout, random: Random) -> InventedCity:
    """Another figure in the text before the annexes."""
    if random.random() < 0.5:
        return replace(city, records=int(_slipped(str(city.records), random) or 1))
    return replace(city, evaluation_rate=random.choice(("99.8", "9.9", "98", "100", "99.95", "0.9")))


EQUIVALENT: dict[str, CityMutation] = {"columns under other known headings": other_headings}
CHANGES: dict[str, CityMutation] = {
    "slip of a digit": slip_of_a_digit,
    "another text in a cell": other_text,
    "sign lost or added": sign_lost_or_added,
    "two cells exchanged": two_cells_exchanged,
    "two headings exchanged": two_headings_exchanged,
    "another name": another_name,
    "row left out, renumbered": row_less,
    "another figure in the text": figure_of_the_text,
}


def _slipped(text: str, random: Random) -> str:
    """`text` with a slip in its digits, if it has any."""
    places = [i for i, sign in enumerate(text) if sign.isdecimal()]
    if not places:
        return text
    i = random.choice(places)
    kind = random.choice(("lost", "doubled", "replaced", "swapped"))
    if kind == "lost" and len(places) > 1:
        return text[:i] + text[i + 1 :]
    if kind == "swapped" and i + 1 < len(text):
        return text[:i] + text[i + 1] + text[i] + text[i + 2 :]
    if kind == "doubled":
        return text[: i + 1] + text[i:]
    return text[:i] + random.choice("0123456789") + text[i + 1 :]


def _in_cell(
    city: InventedCity, layout: Layout, random: Random, change: Callable[[str], str]
) -> InventedCity:
    """One cell of a row or a total with another text."""
    return mutated_row(
        city, layout, random, lambda texts, at: [*texts[:at], change(texts[at]), *texts[at + 1 :]]
    )


def mutated_row(
    city: InventedCity, layout: Layout, random: Random, change: Callable[[list[str], int], list[str]]
) -> InventedCity:
    """The texts of one row or total changed; `change` is given them and a place among them."""

    def mutated(annex: Annex) -> Annex:
        n = random.randrange(len(annex.rows) + bool(layout.total_label))
        name, values = annex.rows[n] if n < len(annex.rows) else ("", annex.total)
        texts = [one.text for one in _printed(annex, values, layout)]
        changed = tuple(Printed(text) for text in change(texts, random.randrange(len(texts))))
        if n == len(annex.rows):
            return replace(annex, total=changed)
        return replace(annex, rows=(*annex.rows[:n], (name, changed), *annex.rows[n + 1 :]))

    return _one(city, layout, random, mutated)


def _printed(annex: Annex, values: tuple[PrintedValue, ...], layout: Layout) -> tuple[Printed, ...]:
    return tuple(
        Printed(cell_text(value, measure, layout))
        for value, measure in zip(values, annex.measures, strict=True)
    )


def _one(
    city: InventedCity, layout: Layout, random: Random, change: Callable[[Annex], Annex]
) -> InventedCity:
    """One of the annexes that are printed, changed."""
    number = random.choice(layout.annexes)
    return _each(city, lambda annex: change(annex) if annex.number == number else annex)


def _each(city: InventedCity, change: Callable[[Annex], Annex]) -> InventedCity:
    return replace(city, annexes=tuple(change(annex) for annex in city.annexes))
