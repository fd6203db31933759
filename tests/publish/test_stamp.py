import os
import shutil
from datetime import date
from pathlib import Path

import pytest

from haochaping.locations import Locations
from haochaping.publish.stamp import input_key
from haochaping.quarter import Quarter

ROOT = Path(__file__).parents[2]
QUARTER = Quarter(2022, 4)
TODAY = date(2023, 1, 20)


@pytest.fixture
def where(tmp_path: Path) -> Locations:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    return Locations(tmp_path / "data", tmp_path / "output")


def test_touching_a_file_changes_nothing(where: Locations) -> None:
    before = input_key(where, QUARTER, TODAY)
    os.utime(where.raw(QUARTER) / "bulletin.txt", (0, 0))
    assert input_key(where, QUARTER, TODAY) == before


@pytest.mark.parametrize("name", ["raw/2022Q4/bulletin.txt", "reference/rules.toml", "reference/units.csv"])
def test_one_changed_byte_changes_the_key(where: Locations, name: str) -> None:
    before = input_key(where, QUARTER, TODAY)
    with (where.data / name).open("ab") as file:
        file.write(b"\n")
    assert input_key(where, QUARTER, TODAY) != before


def test_another_quarter_is_another_key(where: Locations) -> None:
    assert input_key(where, QUARTER, TODAY) != input_key(where, QUARTER.previous, TODAY)


def test_another_day_is_another_key(where: Locations) -> None:
    assert input_key(where, QUARTER, TODAY) != input_key(where, QUARTER, date(2023, 2, 1))


def test_answers_and_earlier_quarters_count(where: Locations) -> None:
    before = input_key(where, QUARTER, TODAY)
    (where.raw(QUARTER) / "review.csv").write_text("编号\n", encoding="utf-8")
    answered = input_key(where, QUARTER, TODAY)
    shutil.copytree(where.tidy(QUARTER), where.tidy(QUARTER.previous))
    assert len({before, answered, input_key(where, QUARTER, TODAY)}) == 3
