"""Every key of the kit's settings, misspelled or of a wrong type, is refused by file, line and key."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from haochaping.checks.rule import load_rules
from haochaping.checks.rule_kinds import KINDS
from haochaping.core.errors import InputRefused
from haochaping.reference.reference import load_reference
from haochaping_dev.fuzz import fuzz, mutate_settings
from haochaping_dev.fuzz.mutate_settings import key_lines, misspelled, with_line


def refusal(folder: Path, files: dict[str, bytes]) -> str:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    with pytest.raises(InputRefused) as refused:
        load_rules(load_reference(folder), KINDS)
    return refused.value.message


@pytest.mark.slow
def test_every_key_misspelled_or_of_another_type_is_refused_by_name(tmp_path: Path) -> None:
    random, tried = Random(1), 0
    for line in key_lines():
        wrong_value = random.choice(mutate_settings.OTHER_TYPES[line.kind])
        for key, value in ((misspelled(line.key, random), line.value), (line.key, wrong_value)):
            message = refusal(tmp_path, with_line(line, f"{key} = {value}"))
            assert line.file in message and f"第 {line.number + 1} 行" in message and key in message, message
            tried += 1
    assert tried > 500
    assert {line.file for line in key_lines()} == {"city.toml", "annexes.toml", "rules.toml", "records.toml"}


def test_a_key_that_is_passed_over_would_be_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The bench tells a mutation that is read, and one that is refused without its name."""
    recipe = next(r for r in fuzz.RECIPES if r.family.startswith("keys"))
    made = recipe.make(Random(1))
    monkeypatch.setattr(fuzz, "make_input", lambda seed, number: (recipe, made))
    assert fuzz.try_input(1, 0, tmp_path).outcome == fuzz.REFUSED
    monkeypatch.setattr(fuzz, "read_input", lambda *_: {"settings": []})
    assert fuzz.try_input(1, 0, tmp_path).outcome == fuzz.WRONG

    def refuse_something(*_: object) -> None:
        raise InputRefused([])

    monkeypatch.setattr(fuzz, "read_input", refuse_something)
    assert fuzz.try_input(1, 0, tmp_path).outcome == fuzz.WRONG
