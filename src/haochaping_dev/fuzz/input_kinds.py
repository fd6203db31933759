"""The kinds of input that are fuzzed, and how often; a seed and a number always give the same input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

from haochaping.core.period import Period
from haochaping_dev.fuzz import (
    mutate_answers_and_tidy,
    mutate_form,
    mutate_lines,
    mutate_real_bulletin,
    mutate_settings,
    mutate_tables,
    mutate_text,
    noise,
)
from haochaping_dev.fuzz.bulletin_layout import Layout
from haochaping_dev.fuzz.declared_form import form_names, load_form
from haochaping_dev.fuzz.invented_city import QUARTER
from haochaping_dev.fuzz.model_content import kit_reference, plain_values
from haochaping_dev.fuzz.mutate_text import Content, MutatedInput
from haochaping_dev.fuzz.office_files import FORMATS, opening_lines, sheet_contents, write_files
from haochaping_dev.fuzz.print_any_layout import print_bulletin

UNKNOWN = ", undeclared"
"""After the name of a form that is read by the kit's own settings, which do not declare it."""


@dataclass(frozen=True)
class Recipe:
    """One kind of input: its format, its family of mutations, its weight in the draw."""

    input_format: str
    family: str
    weight: float
    make: Callable[[Random], MutatedInput]
    is_noise: bool = False
    """Whether any reading counts as right, because nobody knows what noise means."""


def make_input(seed: int, number: int) -> tuple[Recipe, MutatedInput]:
    """Make input `number` of the run with `seed`."""
    recipe, random = draw_recipe(seed, number)
    return recipe, recipe.make(random)


def draw_recipe(seed: int, number: int) -> tuple[Recipe, Random]:
    """Draw the recipe of an input; the generator goes on to make it."""
    random = Random(f"{seed} {number}")
    [recipe] = random.choices(RECIPES, [recipe.weight for recipe in RECIPES])
    return recipe, random


# --- reading ---------------------------------------------------------------------------------------------


def read_input(input_format: str, folder: Path) -> Content:
    """Read a folder as the kit would and return the content as plain values.

    Raises
    ------
    InputRefused
        The input is refused; the only exception that is not a bug.
    """
    from haochaping.read.raw_folder import read_raw
    from haochaping.reference.reference import load_reference
    from haochaping.store.data_contract import validate
    from haochaping.store.tidy_tables import read_tidy

    if input_format.removesuffix(UNKNOWN) in form_names():
        return _form(input_format, folder)
    quarter = Period.parse(QUARTER)
    if input_format == "answers":
        return _answers(folder, quarter)
    if input_format == "notes":
        from haochaping.store.notes import read_notes

        rows = read_notes(folder / "notes.md", kit_reference().declaration).itertuples()
        return {"notes": [(row.section, row.kind, row.text) for row in rows]}
    if input_format == "settings":
        from haochaping.checks.rule import load_rules
        from haochaping.checks.rule_kinds import KINDS

        reference = load_reference(folder)
        return {"settings": [repr(reference), repr(load_rules(reference, KINDS))]}
    if input_format == "tidy tables":
        return plain_values(validate(read_tidy(folder, quarter, kit_reference())))
    return plain_values(validate(read_raw(folder, quarter, kit_reference())))


def _form(input_format: str, folder: Path) -> Content:
    """The cells of another place's table, read by its own settings or the kit's, as they come back from ``cells.csv``."""
    from haochaping.core.model import frame
    from haochaping.read.raw_folder import read_raw
    from haochaping.store.cells_csv import cell_records, cells_of
    from haochaping.store.data_contract import validate

    form = load_form(input_format.removesuffix(UNKNOWN))
    reference = kit_reference() if input_format.endswith(UNKNOWN) else form.reference
    data = validate(read_raw(folder, form.period, reference))
    again = frame("cells", cells_of(cell_records(data), data.declaration, reference.totals))
    if not again.equals(data.cells):
        return {"cells.csv": ["another table comes back"]}
    if input_format.endswith(UNKNOWN):
        return mutate_form.unknown_form_content(data)
    return mutate_form.form_content(data)


def _answers(folder: Path, quarter: Period) -> Content:
    from haochaping.store.answers import answer_file, read_answers

    found = read_answers(answer_file(folder), quarter)
    return {"answers": [[getattr(one, name) for name in mutate_answers_and_tidy.FIELDS] for one in found]}


# --- inputs with noise -------------------------------------------------------------------------------------


def _noisy_text(random: Random) -> MutatedInput:
    layout = mutate_text.random_layout(random, max_changes=2)
    data = print_bulletin(mutate_text.random_city(random), layout)
    if random.random() < 0.1:
        data = mutate_real_bulletin.real_text().encode("utf-8")
    return MutatedInput("noise", {"bulletin.txt": noise.add_noise(data, random)}, ())


def _noisy_office(input_format: str, random: Random) -> MutatedInput:
    city, layout = mutate_text.random_city(random), Layout(seed=random.randrange(100))
    files = write_files(input_format, sheet_contents(city, layout), opening_lines(city, layout), random)
    name = random.choice(sorted(files))
    damage = noise.add_noise_to_archive if input_format in ("xlsx", "docx") else noise.add_noise
    return MutatedInput("noise", {**files, name: damage(files[name], random)}, ())


def _noisy_answers(random: Random) -> MutatedInput:
    [(name, data)] = mutate_answers_and_tidy.mutate_answers(random).files.items()
    damage = noise.add_noise_to_archive if name.endswith("xlsx") else noise.add_noise
    return MutatedInput("noise", {name: damage(data, random)}, ())


def _noisy_notes(random: Random) -> MutatedInput:
    data = mutate_answers_and_tidy.mutate_notes(random).files["notes.md"]
    return MutatedInput("noise", {"notes.md": noise.add_noise(data, random)}, ())


def _noisy_settings(random: Random) -> MutatedInput:
    files = mutate_settings.settings_files()
    name = random.choice(("units.csv", "rules.toml", "annexes.toml", "words.csv", "city.toml"))
    return MutatedInput("noise", {**files, name: noise.add_noise(files[name], random)}, ())


def _noisy_tidy(random: Random) -> MutatedInput:
    files = mutate_answers_and_tidy.tidy_files(random)
    name = random.choice(sorted(files))
    return MutatedInput("noise", {**files, name: noise.add_noise(files[name], random)}, ())


RECIPES: tuple[Recipe, ...] = (
    Recipe("text", "another layout", 13, mutate_text.mutate_layout),
    Recipe("text", "other figures, texts, names", 11, mutate_text.mutate_figures),
    Recipe("text", "blanks and line breaks", 11, mutate_text.mutate_whitespace),
    Recipe("text", "cells lost, doubled, broken, joined", 5, mutate_lines.mutate_row_cells),
    Recipe("text", "a line lost", 3, mutate_lines.drop_line),
    Recipe("text", "a line doubled", 3, mutate_lines.double_line),
    Recipe("text", "lines moved or joined", 5, mutate_lines.move_or_join_lines),
    Recipe("text", "two tables glued", 2, mutate_lines.glue_tables),
    Recipe("text", "headings lost, doubled, unknown", 2, mutate_lines.mutate_header),
    Recipe("text", "cut off", 3, mutate_lines.truncate),
    Recipe("text", "noise", 14, _noisy_text, is_noise=True),
    Recipe("real text", "a figure changed", 2, mutate_real_bulletin.change_figure),
    Recipe("real text", "blanks and line breaks", 3, mutate_real_bulletin.mutate_whitespace),
    Recipe("real text", "lines lost, doubled, exchanged", 2, mutate_real_bulletin.mutate_lines),
    *(
        recipe
        for input_format in FORMATS
        for recipe in (
            Recipe(input_format, "another layout", 0.6, partial(mutate_tables.mutate_layout, input_format)),
            Recipe(
                input_format,
                "other figures, texts, names",
                1.2,
                partial(mutate_tables.mutate_figures, input_format),
            ),
            Recipe(
                input_format, "rows, headings, tables", 1, partial(mutate_tables.mutate_sheet, input_format)
            ),
            Recipe(input_format, "noise", 1.2, partial(_noisy_office, input_format), is_noise=True),
        )
    ),
    *(Recipe(name, mutate_form.FAMILY, 1.1, partial(mutate_form.mutate_form, name)) for name in form_names()),
    *(
        Recipe(
            name + UNKNOWN, mutate_form.UNKNOWN_FAMILY, 0.4, partial(mutate_form.mutate_unknown_form, name)
        )
        for name in form_names()
    ),
    Recipe("answers", "bent", 0.7, mutate_answers_and_tidy.mutate_answers),
    Recipe("answers", "noise", 0.8, _noisy_answers, is_noise=True),
    Recipe("notes", "bent", 0.7, mutate_answers_and_tidy.mutate_notes),
    Recipe("notes", "noise", 0.8, _noisy_notes, is_noise=True),
    Recipe("tidy tables", "bent", 0.6, mutate_answers_and_tidy.mutate_tidy_tables),
    Recipe("tidy tables", "noise", 0.8, _noisy_tidy, is_noise=True),
    Recipe("settings", "keys misspelled, of a wrong type", 0.6, mutate_settings.mutate_settings),
    Recipe("settings", "noise", 0.6, _noisy_settings, is_noise=True),
)
