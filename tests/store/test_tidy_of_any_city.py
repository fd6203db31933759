"""Tidy tables of a city whose annexes change, and of tables that it does not declare."""

from pathlib import Path

from haochaping.present.printed_table import printed_table
from haochaping.reference.reference import load_reference
from haochaping.store.tidy_tables import read_tidy, write_tidy
from tests.declared_city import QUARTER, DeclaredCity
from tests.pipeline.test_load_and_check import ANNEXES

HALLS = "序号 大厅 总票数\n1 东大厅 5\n2 西大厅 6"
POSTS = "岗位 到岗人数 应到人数\n综合窗口 18 20\n自助区 3 4"


def test_the_file_of_an_annex_that_is_called_otherwise_now_is_removed(tmp_path: Path) -> None:
    city, folder = DeclaredCity(tmp_path, ANNEXES), tmp_path / "tidy"
    write_tidy(city.read("", 各大厅=HALLS), folder)
    (folder / "other.csv").write_text("a\n", encoding="utf-8")
    (city.folder / "annexes.toml").write_text(ANNEXES.replace('"halls"', '"rooms"'), encoding="utf-8")
    write_tidy(city.read("", 各大厅=HALLS), folder)
    names = {path.name for path in folder.iterdir()}
    assert {"rooms.csv", "other.csv"} <= names and "halls.csv" not in names


def test_the_heading_of_the_names_of_an_undeclared_table_is_kept(tmp_path: Path) -> None:
    city, folder = DeclaredCity(tmp_path, ANNEXES), tmp_path / "tidy"
    data = city.read("", 各大厅=HALLS, 窗口人员=POSTS)
    write_tidy(data, folder)
    back = read_tidy(folder, QUARTER, load_reference(city.folder))
    assert [printed_table(one, "table_2").key_heading for one in (data, back)] == ["岗位", "岗位"]


def test_a_column_that_says_nothing_is_not_written(tmp_path: Path) -> None:
    city, folder = DeclaredCity(tmp_path, ANNEXES), tmp_path / "tidy"
    data = city.read("", 各大厅=HALLS)
    write_tidy(data, folder)
    assert "name_heading" not in (folder / "annexes.csv").read_text(encoding="utf-8")
    assert read_tidy(folder, QUARTER, city.reference).annexes.equals(data.annexes)
