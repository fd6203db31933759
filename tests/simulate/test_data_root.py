"""A simulated data root needs a city with the annexes that are simulated; its other settings may be few."""

import shutil
from pathlib import Path

import pytest

from haochaping.core.errors import InputRefused
from haochaping.core.period import Period
from haochaping.reference.reference import load_reference
from haochaping.simulate.data_root import write_data_root
from tests.declared_city import REFERENCE, DeclaredCity
from tests.pipeline.test_load_and_check import ANNEXES


def test_a_city_without_rules_of_its_own_can_be_simulated(tmp_path: Path) -> None:
    reference, out = tmp_path / "reference", tmp_path / "out"
    reference.mkdir()
    for name in ("annexes.toml", "words.csv", "units.csv", "city.toml"):
        shutil.copy(REFERENCE / name, reference)
    write_data_root(out, [Period(2024, 1)], 1, reference)
    assert load_reference(out / "reference").city["name"] == "模拟市"
    assert not (out / "reference" / "rules.toml").exists()


def test_a_city_with_other_annexes_is_refused(tmp_path: Path) -> None:
    city = DeclaredCity(tmp_path / "city", ANNEXES)
    with pytest.raises(InputRefused, match="没有声明其中的 districts"):
        write_data_root(tmp_path / "out", [Period(2024, 1)], 1, city.folder)
    assert not (tmp_path / "out").exists()
