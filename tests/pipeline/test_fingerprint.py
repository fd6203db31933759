import json
import os
import shutil
from datetime import date
from pathlib import Path

import pytest

from haochaping.core.paths import Locations
from haochaping.core.quarter import Quarter
from haochaping.files.file_hash import sha256_by_name
from haochaping.outputs.published.file_names import MANIFEST, PAGE
from haochaping.pipeline.fingerprint import hash_inputs, is_current

ROOT = Path(__file__).parents[2]
QUARTER = Quarter(2022, 4)
TODAY = date(2023, 1, 20)


@pytest.fixture
def where(tmp_path: Path) -> Locations:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    return Locations(tmp_path / "data", tmp_path / "output")


def test_touching_a_file_changes_nothing(where: Locations) -> None:
    before = hash_inputs(where, QUARTER, TODAY).key
    os.utime(where.raw(QUARTER) / "bulletin.txt", (0, 0))
    assert hash_inputs(where, QUARTER, TODAY).key == before


@pytest.mark.parametrize("name", ["raw/2022Q4/bulletin.txt", "reference/rules.toml", "reference/units.csv"])
def test_one_changed_byte_changes_the_key(where: Locations, name: str) -> None:
    before = hash_inputs(where, QUARTER, TODAY).key
    with (where.data / name).open("ab") as file:
        file.write(b"\n")
    assert hash_inputs(where, QUARTER, TODAY).key != before


def test_another_quarter_is_another_key(where: Locations) -> None:
    assert hash_inputs(where, QUARTER, TODAY).key != hash_inputs(where, QUARTER.previous, TODAY).key


def test_another_day_is_another_key(where: Locations) -> None:
    assert hash_inputs(where, QUARTER, TODAY).key != hash_inputs(where, QUARTER, date(2023, 2, 1)).key


def test_answers_and_earlier_quarters_count(where: Locations) -> None:
    before = hash_inputs(where, QUARTER, TODAY).key
    (where.raw(QUARTER) / "review.csv").write_text("编号\n", encoding="utf-8")
    answered = hash_inputs(where, QUARTER, TODAY).key
    shutil.copytree(where.tidy(QUARTER), where.tidy(QUARTER.previous))
    assert len({before, answered, hash_inputs(where, QUARTER, TODAY).key}) == 3


def test_the_source_of_an_earlier_quarter_counts_beside_its_tidy_tables(where: Locations) -> None:
    """The page says when it was changed since it was tidied."""
    for folder in (where.tidy, where.raw):
        shutil.copytree(folder(QUARTER), folder(QUARTER.previous))
    before = hash_inputs(where, QUARTER, TODAY).key
    (where.raw(QUARTER.previous) / "bulletin.txt").write_bytes(b"")
    assert hash_inputs(where, QUARTER, TODAY).key != before


def test_a_new_paper_gets_its_name_back_when_the_edited_one_is_gone(tmp_path: Path) -> None:
    names = (PAGE, "review.xlsx", "review.new.xlsx")
    for name in names:
        (tmp_path / name).write_text(name)
    outputs = sha256_by_name([tmp_path / PAGE, tmp_path / "review.new.xlsx"])
    (tmp_path / MANIFEST).write_text(json.dumps({"key": "k", "outputs": outputs}))
    assert is_current(tmp_path, "k") and not is_current(tmp_path, "other")
    (tmp_path / "review.xlsx").unlink()
    assert not is_current(tmp_path, "k")
