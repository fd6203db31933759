import os
import shutil
from pathlib import Path

import pytest

from haochaping.locations import Locations
from haochaping.publish.stamp import input_key
from haochaping.quarter import Quarter

ROOT = Path(__file__).parents[2]
QUARTER = Quarter(2022, 4)


@pytest.fixture
def where(tmp_path: Path) -> Locations:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    return Locations(tmp_path / "data", tmp_path / "output")


def test_touching_a_file_changes_nothing(where: Locations) -> None:
    before = input_key(where, QUARTER)
    os.utime(where.raw(QUARTER) / "bulletin.txt", (0, 0))
    assert input_key(where, QUARTER) == before


@pytest.mark.parametrize("name", ["raw/2022Q4/bulletin.txt", "reference/rules.toml", "reference/units.csv"])
def test_one_changed_byte_changes_the_key(where: Locations, name: str) -> None:
    before = input_key(where, QUARTER)
    with (where.data / name).open("ab") as file:
        file.write(b"\n")
    assert input_key(where, QUARTER) != before


def test_another_quarter_is_another_key(where: Locations) -> None:
    assert input_key(where, QUARTER) != input_key(where, QUARTER.previous)
