"""Mutations of the printed content, whatever the file format: a slip in a cell, another name, a row left out.

Each takes a city and returns another one; what a person reads follows from the mutated city alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from haochaping_dev.fuzz.bulletin_layout import Layout, cell_text
from haochaping_dev.fuzz.invented_city import Annex, InventedCity, PrintedText, PrintedValue

CityMutation = Callable[[InventedCity, Layout, Random], InventedCity]

JUNK_TEXTS = (
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
OTHER_HEADINGS = {
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
"""Other known headings of a column, which do not change its meaning."""


def rename_headings(city: InventedCity, layout: Layout, random: Random) -> InventedCity:
    """Give some columns another of their known headings."""

    def other(heading: str) -> str:
        return random.choice((heading, *OTHER_HEADINGS.get(heading, ())))

    return _mutate_every_annex(
        city,
        lambda annex: replace(
            annex,
            key_heading=other(annex.key_heading),
            measures=tuple(replace(m, heading=other(m.heading)) for m in annex.measures),
        ),
    )


def slip_digit(city: InventedCity, layout: Layout, random: Random) -> InventedCity:
    """Drop, double or replace one digit of a figure, or exchange it with its neighbour."""
    return _mutate_one_cell(city, layout, random, lambda text: _with_slip(text, random))


def replace_cell_text(city: InventedCity, layout: Layout, random: Random) -> InventedCity:
    """Put another text into a cell: a word, a sign, a number in another form."""
    return _mutate_one_cell(city, layout, random, lambda _: random.choice(JUNK_TEXTS))


def drop_or_add_sign(city: InventedCity, layout: Layout, random: Random) -> InventedCity:
    """Drop the percent sign, point or comma of a cell, or insert one."""

    def change(text: str) -> str:
        sign = random.choice("%.,-/%")
        if sign in text and random.random() < 0.6:
            return text.replace(sign, "", 1)
        at = random.randint(0, len(text))
        return text[:at] + sign + text[at:]

    return _mutate_one_cell(city, layout, random, change)


def exchange_cells(city: InventedCity, layout: Layout, random: Random) -> InventedCity:
    """Exchange two cells of a row."""

    def change(annex: Annex) -> Annex:
        n = random.randrange(len(annex.rows))
        name, values = annex.rows[n]
        texts = list(_printed_texts(annex, values, layout))
        a, b = random.sample(range(len(texts)), 2)
        texts[a], texts[b] = texts[b], texts[a]
        return replace(annex, rows=(*annex.rows[:n], (name, tuple(texts)), *annex.rows[n + 1 :]))

    return _mutate_one_annex(city, layout, random, change)


def exchange_headings(city: InventedCity, layout: Layout, random: Random) -> InventedCity:
    """Exchange the headings of two columns."""

    def change(annex: Annex) -> Annex:
        order = list(range(len(annex.measures)))
        half = len(order) // 2 if annex.number == 4 else len(order)  # a tier's columns stay together
        a, b = random.sample(order[:half], 2)
        order[a], order[b] = order[b], order[a]
        rows = tuple((name, _printed_texts(annex, values, layout)) for name, values in annex.rows)
        total = _printed_texts(annex, annex.total, layout)
        return replace(annex, measures=tuple(annex.measures[i] for i in order), rows=rows, total=total)

    return _mutate_one_annex(city, layout, random, change)


def change_name(city: InventedCity, layout: Layout, random: Random) -> InventedCity:
    """Drop, insert or replace a character of a name, perhaps with a digit."""

    def change(annex: Annex) -> Annex:
        n = random.randrange(len(annex.rows))
        name, values = annex.rows[n]
        at = random.randrange(len(name))
        lost = random.randint(0, 1) if len(name) > 2 else 0
        name = name[:at] + random.choice(("", "某", "新", "3", "（东）")) + name[at + lost :]
        return replace(annex, rows=(*annex.rows[:n], (name, values), *annex.rows[n + 1 :]))

    return _mutate_one_annex(city, layout, random, change)


def drop_row(city: InventedCity, layout: Layout, random: Random) -> InventedCity:
    """Leave out a row and renumber the others."""

    def change(annex: Annex) -> Annex:
        n = random.randrange(len(annex.rows))
        return replace(annex, rows=annex.rows[:n] + annex.rows[n + 1 :])

    return _mutate_one_annex(city, layout, random, change)


def change_headline(city: InventedCity, layout: Layout, random: Random) -> InventedCity:
    """Change a figure in the text before the annexes."""
    if random.random() < 0.5:
        return replace(city, records=int(_with_slip(str(city.records), random) or 1))
    return replace(city, evaluation_rate=random.choice(("99.8", "9.9", "98", "100", "99.95", "0.9")))


EQUIVALENT_MUTATIONS: dict[str, CityMutation] = {"columns under other known headings": rename_headings}
FIGURE_MUTATIONS: dict[str, CityMutation] = {
    "slip of a digit": slip_digit,
    "another text in a cell": replace_cell_text,
    "sign lost or added": drop_or_add_sign,
    "two cells exchanged": exchange_cells,
    "two headings exchanged": exchange_headings,
    "another name": change_name,
    "row left out, renumbered": drop_row,
    "another figure in the text": change_headline,
}


def _with_slip(text: str, random: Random) -> str:
    """Return `text` with a slip in its digits, if it has any."""
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


def _mutate_one_cell(
    city: InventedCity, layout: Layout, random: Random, change: Callable[[str], str]
) -> InventedCity:
    """Change the text of one cell of a row or total."""
    return mutate_row(
        city, layout, random, lambda texts, at: [*texts[:at], change(texts[at]), *texts[at + 1 :]]
    )


def mutate_row(
    city: InventedCity, layout: Layout, random: Random, change: Callable[[list[str], int], list[str]]
) -> InventedCity:
    """Change the texts of one row or total; `change` gets the texts and the index of one of them."""

    def change_row(annex: Annex) -> Annex:
        n = random.randrange(len(annex.rows) + bool(layout.total_label))
        name, values = annex.rows[n] if n < len(annex.rows) else ("", annex.total)
        texts = [printed.text for printed in _printed_texts(annex, values, layout)]
        changed = tuple(PrintedText(text) for text in change(texts, random.randrange(len(texts))))
        if n == len(annex.rows):
            return replace(annex, total=changed)
        return replace(annex, rows=(*annex.rows[:n], (name, changed), *annex.rows[n + 1 :]))

    return _mutate_one_annex(city, layout, random, change_row)


def _printed_texts(annex: Annex, values: tuple[PrintedValue, ...], layout: Layout) -> tuple[PrintedText, ...]:
    return tuple(
        PrintedText(cell_text(value, measure, layout))
        for value, measure in zip(values, annex.measures, strict=True)
    )


def _mutate_one_annex(
    city: InventedCity, layout: Layout, random: Random, change: Callable[[Annex], Annex]
) -> InventedCity:
    """Change one of the annexes that are printed."""
    number = random.choice(layout.annexes)
    return _mutate_every_annex(city, lambda annex: change(annex) if annex.number == number else annex)


def _mutate_every_annex(city: InventedCity, change: Callable[[Annex], Annex]) -> InventedCity:
    return replace(city, annexes=tuple(change(annex) for annex in city.annexes))
