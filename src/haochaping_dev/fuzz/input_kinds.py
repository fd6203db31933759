"""Every kind of input that the bench makes, and how often: a number and a seed give one input, always the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import Any

from haochaping.core.paths import project_root
from haochaping.core.quarter import Quarter
from haochaping_dev.fuzz import mutate_answers_and_tidy as bend_papers
from haochaping_dev.fuzz import mutate_lines as bend_lines
from haochaping_dev.fuzz import mutate_real_bulletin as bend_real
from haochaping_dev.fuzz import mutate_tables as bend_tables
from haochaping_dev.fuzz import mutate_text as mutate
from haochaping_dev.fuzz import noise
from haochaping_dev.fuzz.bulletin_layout import Layout
from haochaping_dev.fuzz.invented_city import QUARTER
from haochaping_dev.fuzz.model_content import plain
from haochaping_dev.fuzz.mutate_text import Content, MutatedInput
from haochaping_dev.fuzz.office_files import FORMATS, opening, sheets_of, write
from haochaping_dev.fuzz.print_any_layout import print_bulletin


@dataclass(frozen=True)
class Recipe:
    """One kind of input: its format, its family of mutations, its share of the whole."""

    form: str
    family: str
    weight: float
    make: Callable[[Random], MutatedInput]
    noisy: bool = False
    """Whether any reading is right, for nobody knows what noise says."""


def case(seed: int, number: int) -> tuple[Recipe, MutatedInput]:
    """Input `number` of the run with `seed`."""
    recipe, random = drawn(seed, number)
    return recipe, recipe.make(random)


def drawn(seed: int, number: int) -> tuple[Recipe, Random]:
    """The recipe of an input, and what it draws from."""
    random = Random(f"{seed} {number}")
    [recipe] = random.choices(RECIPES, [recipe.weight for recipe in RECIPES])
    return recipe, random


# --- what reads them -------------------------------------------------------------------------------------


def read(form: str, folder: Path) -> Content:
    """What the kit reads in a folder, as plain values.

    Raises
    ------
    InputRefused
        It reads nothing; the only exception that is no fault.
    """
    from haochaping.read.raw_folder import read_raw
    from haochaping.reference.reference import load_reference
    from haochaping.store.data_contract import validate
    from haochaping.store.tidy_tables import read_tidy

    quarter = Quarter.parse(QUARTER)
    if form == "answers":
        return _answers(folder, quarter)
    if form == "notes":
        from haochaping.store.notes import read_notes

        rows = read_notes(folder / "notes.md").itertuples()
        return {"notes": [(row.section, row.kind, row.text) for row in rows]}
    if form == "settings":
        from haochaping.checks.rule import load_rules
        from haochaping.checks.rule_kinds import KINDS

        return {"settings": [repr(load_reference(folder)), repr(load_rules(folder, KINDS))]}
    if form == "tidy tables":
        return plain(validate(read_tidy(folder, quarter)))
    return plain(validate(read_raw(folder, quarter, _reference())))


@cache
def _reference() -> Any:
    from haochaping.reference.reference import load_reference

    return load_reference(project_root() / "data" / "reference")


def _answers(folder: Path, quarter: Quarter) -> Content:
    from haochaping.store.answers import answer_file, read_answers

    found = read_answers(answer_file(folder), quarter)
    return {"answers": [[getattr(one, name) for name in bend_papers.FIELDS] for one in found]}


# --- noise over them ---------------------------------------------------------------------------------------


def _noisy_text(random: Random) -> MutatedInput:
    layout = mutate.any_layout(random, most=2)
    data = print_bulletin(mutate.any_city(random), layout)
    if random.random() < 0.1:
        data = bend_real.real_text().encode("utf-8")
    return MutatedInput("noise", {"bulletin.txt": noise.any_noise(data, random)}, ())


def _noisy_office(form: str, random: Random) -> MutatedInput:
    city, layout = mutate.any_city(random), Layout(seed=random.randrange(100))
    files = write(form, sheets_of(city, layout), opening(city, layout), random)
    name = random.choice(sorted(files))
    damage = noise.packed_noise if form in ("xlsx", "docx") else noise.any_noise
    return MutatedInput("noise", {**files, name: damage(files[name], random)}, ())


def _noisy_answers(random: Random) -> MutatedInput:
    [(name, data)] = bend_papers.answers_mutated(random).files.items()
    damage = noise.packed_noise if name.endswith("xlsx") else noise.any_noise
    return MutatedInput("noise", {name: damage(data, random)}, ())


def _noisy_notes(random: Random) -> MutatedInput:
    data = bend_papers.notes_bent(random).files["notes.md"]
    return MutatedInput("noise", {"notes.md": noise.any_noise(data, random)}, ())


def _noisy_settings(random: Random) -> MutatedInput:
    folder = project_root() / "data" / "reference"
    files = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
    name = random.choice(("units.csv", "rules.toml", "headings.csv", "words.csv", "city.toml"))
    return MutatedInput("noise", {**files, name: noise.any_noise(files[name], random)}, ())


def _noisy_tidy(random: Random) -> MutatedInput:
    files = bend_papers.tidy_files(random)
    name = random.choice(sorted(files))
    return MutatedInput("noise", {**files, name: noise.any_noise(files[name], random)}, ())


RECIPES: tuple[Recipe, ...] = (
    Recipe("text", "another layout", 13, mutate.layout_mutated),
    Recipe("text", "other figures, texts, names", 11, mutate.figures_mutated),
    Recipe("text", "blanks and line breaks", 11, mutate.blanks_mutated),
    Recipe("text", "cells lost, doubled, broken, joined", 5, bend_lines.cells_of_a_row_mutated),
    Recipe("text", "a line lost", 3, bend_lines.line_lost),
    Recipe("text", "a line doubled", 3, bend_lines.line_doubled),
    Recipe("text", "lines moved or joined", 5, bend_lines.lines_moved),
    Recipe("text", "two tables glued", 2, bend_lines.tables_glued),
    Recipe("text", "headings lost, doubled, unknown", 2, bend_lines.header_mutated),
    Recipe("text", "cut off", 3, bend_lines.truncated),
    Recipe("text", "noise", 14, _noisy_text, noisy=True),
    Recipe("real text", "a figure changed", 2, bend_real.figure_changed),
    Recipe("real text", "blanks and line breaks", 3, bend_real.blanks_mutated),
    Recipe("real text", "lines lost, doubled, exchanged", 2, bend_real.lines_mutated),
    *(
        recipe
        for form in FORMATS
        for recipe in (
            Recipe(form, "another layout", 0.6, partial(bend_tables.layout_mutated, form)),
            Recipe(form, "other figures, texts, names", 1.2, partial(bend_tables.figures_mutated, form)),
            Recipe(form, "rows, headings, tables", 1, partial(bend_tables.sheet_mutated, form)),
            Recipe(form, "noise", 1.2, partial(_noisy_office, form), noisy=True),
        )
    ),
    Recipe("answers", "bent", 0.7, bend_papers.answers_mutated),
    Recipe("answers", "noise", 0.8, _noisy_answers, noisy=True),
    Recipe("notes", "bent", 0.7, bend_papers.notes_bent),
    Recipe("notes", "noise", 0.8, _noisy_notes, noisy=True),
    Recipe("tidy tables", "bent", 0.6, bend_papers.tidy_mutated),
    Recipe("tidy tables", "noise", 0.8, _noisy_tidy, noisy=True),
    Recipe("settings", "noise", 0.6, _noisy_settings, noisy=True),
)
