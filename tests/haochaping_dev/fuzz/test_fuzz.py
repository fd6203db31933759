"""The reader held to inputs that are bent or damaged: what stands there or a refusal; never another model, never a traceback."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from haochaping.core.errors import refuse
from haochaping_dev.fuzz import fuzz, input_kinds, mutate_lines
from haochaping_dev.fuzz.input_kinds import RECIPES, Recipe, make_input
from haochaping_dev.fuzz.mutate_text import MutatedInput

INPUTS, SEED = 2_000, 7


@pytest.mark.slow
def test_two_thousand_inputs_are_read_right_or_refused(tmp_path: Path) -> None:
    results = list(fuzz.try_inputs(SEED, range(INPUTS), jobs=2))
    assert sorted(result.number for result in results) == list(range(INPUTS))
    assert {(r.input_format, r.family) for r in results} == {(r.input_format, r.family) for r in RECIPES}
    told = [
        f"--seed {SEED} --only {r.number} ({r.input_format}, {r.family}): {r.outcome} {r.detail[-300:]}"
        for r in results
    ]
    assert not [text for text, result in zip(told, results, strict=True) if fuzz.is_bad(result)]
    as_expected = sum(result.outcome == fuzz.AS_EXPECTED for result in results)
    assert as_expected > INPUTS / 3, "a reader that refuses everything would pass as well"


def test_a_number_and_a_seed_give_one_input() -> None:
    for number in range(60):
        first, second = make_input(3, number), make_input(3, number)
        assert first[0] is second[0]
        assert first[1].family == second[1].family and first[1].allowed == second[1].allowed
        if not any(name.endswith((".xlsx", ".docx")) for name in first[1].files):
            assert first[1].files == second[1].files  # packed files carry the time they were packed at


RIGHT = {"notes": [("要点", "paragraph", "一。")]}


@pytest.mark.parametrize(
    ("ends", "outcome"),
    [
        (lambda: RIGHT, fuzz.AS_EXPECTED),
        (lambda: {"notes": []}, fuzz.WRONG),
        (lambda: (_ for _ in ()).throw(refuse("a", "b", "c")), fuzz.REFUSED),
        (lambda: (_ for _ in ()).throw(ValueError("x")), fuzz.TRACEBACK),
        (lambda: (_ for _ in ()).throw(RecursionError()), fuzz.TRACEBACK),
    ],
)
def test_every_way_to_end_is_told(monkeypatch, tmp_path: Path, ends, outcome: str) -> None:
    recipe = Recipe("notes", "bent", 1, lambda random: MutatedInput("x", {"notes.md": b"# x"}, (RIGHT,)))
    monkeypatch.setattr(fuzz, "make_input", lambda seed, number: (recipe, recipe.make(Random(0))))
    monkeypatch.setattr(fuzz, "read_input", lambda input_format, folder: ends())
    result = fuzz.try_input(1, 0, tmp_path)
    assert result.outcome == outcome
    assert fuzz.is_bad(result) == (outcome in fuzz.BAD_OUTCOMES)
    if fuzz.is_bad(result):
        place = fuzz.save_input(result, 1, tmp_path / "kept")
        assert (place / "notes.md").read_bytes() == b"# x"
        assert "--seed 1 --only 0" in (place / "why.txt").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_process_that_dies_is_told_and_the_rest_goes_on(monkeypatch) -> None:
    """The third input ends its process; those before and after are tried all the same."""
    monkeypatch.setattr(fuzz, "_try_in_process", _dies_at_three)
    results = {result.number: result.outcome for result in fuzz.try_inputs(1, range(1, 7), jobs=1)}
    assert results == {n: fuzz.TRACEBACK if n == 3 else fuzz.READ for n in range(1, 7)}


def _dies_at_three(pipe, seed: int, numbers) -> None:
    import os

    for number in numbers:
        if number == 3:
            os._exit(1)
        pipe.send(fuzz.FuzzResult(number, "text", "noise", fuzz.READ))
    pipe.close()


def test_the_table_has_a_line_for_each_family_and_a_sum() -> None:
    tallies = {(r.input_format, r.family): fuzz.OutcomeTally() for r in RECIPES}
    for tally in tallies.values():
        tally.add(fuzz.FuzzResult(0, "", "", fuzz.REFUSED, 0.5, 200))
    lines = fuzz.markdown_table(tallies).splitlines()
    assert len(lines) == 2 + len(RECIPES) + 1
    assert lines[-1].startswith("| **all** |  | " + f"{len(RECIPES)} | 0 | {len(RECIPES)} | 0 | 0 | 0")


def test_settings_are_read_from_their_folder(tmp_path: Path) -> None:
    for name, content in input_kinds._noisy_settings(Random(0)).files.items():
        (tmp_path / name).write_bytes(content)
    assert {path.name for path in tmp_path.iterdir()} >= {"units.csv", "rules.toml", "city.toml"}


def _outcomes(make, input_format: str, count: int, folder: Path, monkeypatch) -> set[str]:
    recipe = Recipe(input_format, "bent", 1, make)
    monkeypatch.setattr(fuzz, "make_input", lambda seed, number: (recipe, make(Random(number))))
    return {fuzz.try_input(1, number, folder).outcome for number in range(count)}


PLANTED = [
    ("haochaping.read.text.text_tables._looks_like_cells", lambda lines, i: False, mutate_lines.glue_tables),
    (
        "haochaping.read.assemble._without_repeated_totals",
        lambda cells, problems: [cell for cell in cells if not cell["is_total"]],
        mutate_lines.double_line,
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("place", "fault", "make"), PLANTED, ids=lambda value: getattr(value, "__name__", "")
)
def test_a_fault_planted_in_the_reader_is_found(monkeypatch, tmp_path: Path, place: str, fault, make) -> None:
    assert fuzz.WRONG not in _outcomes(make, "text", 150, tmp_path, monkeypatch)
    monkeypatch.setattr(place, fault)
    assert fuzz.WRONG in _outcomes(make, "text", 150, tmp_path, monkeypatch)
