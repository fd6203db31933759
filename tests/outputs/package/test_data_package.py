import json
from pathlib import Path

import pytest
from frictionless import Package

from haochaping.core.errors import InputRefused
from haochaping.core.model import CellRef, QuarterData, annex_frame
from haochaping.core.period import Period
from haochaping.outputs.package.data_package import write_package
from haochaping.reference.reference import Reference
from haochaping.simulate.simulated_quarter import simulate
from haochaping.store.apply_corrections import Correction, apply_corrections
from tests.outputs.package.read_package import read_package
from tests.shared import without_annexes


@pytest.fixture(scope="module")
def folder(real: QuarterData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package") / "data"
    write_package(real, folder)
    return folder


def faults(folder: Path) -> list[str]:
    report = Package(str(folder / "datapackage.json")).validate()
    return [str(fault) for fault in report.flatten(["type", "rowNumber", "fieldName", "message"])]


def test_the_package_is_valid_and_names_every_file(folder: Path, reference: Reference) -> None:
    assert faults(folder) == []
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    files = {path.name for path in folder.iterdir()} - {"datapackage.json"}
    assert files == {resource["path"] for resource in descriptor["resources"]}
    assert files == {f"{name}.csv" for name in [*reference.declaration.annexes, "cells", "headline"]}
    for resource in descriptor["resources"]:
        assert resource["bytes"] == (folder / resource["path"]).stat().st_size
        assert resource["schema"]["missingValues"] == [""] and resource["schema"]["primaryKey"]
        assert all(field["title"] != field["name"] for field in resource["schema"]["fields"])
    fields = {field["name"]: field for field in descriptor["resources"][0]["schema"]["fields"]}
    assert (fields["cases"]["type"], fields["cases"]["unit"]) == ("integer", "件")
    assert (fields["evaluation_rate"]["type"], fields["evaluation_rate_printed"]["type"]) == (
        "number",
        "string",
    )


def test_a_changed_file_is_no_longer_valid(real: QuarterData, tmp_path: Path) -> None:
    write_package(real, tmp_path)
    path = tmp_path / "districts.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("1080786", "1080787"), encoding="utf-8")
    assert faults(tmp_path)
    with pytest.raises(InputRefused, match="改动过"):
        read_package(tmp_path, real.quarter, real.declaration)


def test_read_back_equal(folder: Path, real: QuarterData) -> None:
    back = read_package(folder, real.quarter, real.declaration)
    assert back == real
    assert back.headline.equals(real.headline) and back.annexes.equals(real.annexes)
    assert back.fact("extraction_date") == "2023-01-05"


def test_counts_are_whole_and_rates_fractions(folder: Path) -> None:
    lines = (folder / "public_services.csv").read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["district,evaluations,share,share_printed", "张店区,625272,0.31,31%"]
    *_, total, blank = (folder / "cells.csv").read_text(encoding="utf-8").splitlines()
    assert total.startswith("5,public_services,,总数,,true,评价数,evaluations,1989842,1989842,number,,")
    assert blank.startswith("5,public_services,,总数,,true,总量占比,share,,,missing,原表空白,")


@pytest.mark.parametrize("seed", [1, 2])
def test_a_simulated_quarter_is_valid_and_comes_back(tmp_path: Path, seed: int) -> None:
    data = simulate(Period(2024, 3), seed)
    write_package(data, tmp_path)
    assert faults(tmp_path) == [] and read_package(tmp_path, data.quarter, data.declaration) == data


def test_corrections_are_part_of_it_and_go_when_they_are_taken_back(
    real: QuarterData, reference: Reference, tmp_path: Path
) -> None:
    cell = CellRef("districts", "张店区", "cases")
    corrected = apply_corrections(real, [Correction(cell, "1080786", "5", "=依据")], reference)
    write_package(corrected, tmp_path)
    assert faults(tmp_path) == []
    assert read_package(tmp_path, real.quarter, real.declaration).corrections.equals(corrected.corrections)
    write_package(real, tmp_path)
    assert (
        not (tmp_path / "corrections.csv").exists()
        and read_package(tmp_path, real.quarter, real.declaration) == real
    )


def test_absent_tables_and_awkward_names(real: QuarterData, tmp_path: Path) -> None:
    names = ["=1+1", "'=1", "'x", "-", "a,b", '"', "两\n行", " x ", "NA"]
    rows = [{"district": name, "evaluations": None, "share": 0.1 + 0.2} for name in names]
    services = annex_frame(real.declaration.annexes["public_services"], rows)
    data = without_annexes(real, "towns_and_villages").with_table("public_services", services)
    write_package(data, tmp_path)
    assert read_package(tmp_path, real.quarter, real.declaration) == data
    assert (tmp_path / "towns_and_villages.csv").read_text(encoding="utf-8").count("\n") == 1
    assert "\n'=1+1," in (tmp_path / "public_services.csv").read_text(encoding="utf-8")


def test_the_same_data_give_the_same_bytes(folder: Path, real: QuarterData, tmp_path: Path) -> None:
    write_package(real, tmp_path)
    for path in folder.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def test_another_quarter_and_no_package_are_refused(
    folder: Path, reference: Reference, tmp_path: Path
) -> None:
    with pytest.raises(InputRefused, match="季度应为"):
        read_package(folder, Period(2023, 1), reference.declaration)
    with pytest.raises(InputRefused, match="未找到"):
        read_package(tmp_path, Period(2022, 4), reference.declaration)
    (tmp_path / "datapackage.json").write_text("[]", encoding="utf-8")
    with pytest.raises(InputRefused, match="JSON"):
        read_package(tmp_path, Period(2022, 4), reference.declaration)


def test_a_carriage_return_begins_no_line(real: QuarterData, tmp_path: Path) -> None:
    """A field with one stands in quotes: what follows would else be a line of its own, and perhaps a formula."""
    districts = real.districts.copy()
    districts.loc[0, "district"] = "甲\r=1+1"
    data = real.with_table("districts", districts)
    write_package(data, tmp_path)
    assert '"甲\r=1+1"' in (tmp_path / "districts.csv").read_bytes().decode()
    assert read_package(tmp_path, real.quarter, real.declaration).districts.equals(districts)
