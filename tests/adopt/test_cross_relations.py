"""Equal quantities of two tables, and figures of the text."""

from pathlib import Path

from haochaping.adopt.adopt import adopt_bulletins
from haochaping.adopt.draft import Draft
from haochaping.core.paths import Locations
from tests.adopt.tables import write_page

AREAS = "区县 评价数\n甲区 4300\n乙县 911\n丙区 2088\n丁县 640"
MATRIX = "部门 甲区 乙县 丙区 丁县\n公安局 4000 900 88 600\n民政局 300 11 2000 40"


def draft(tmp_path: Path, tables: dict[str, str], text: str = "") -> Draft:
    path = write_page(tmp_path / "通报.html", tables, text=text)
    return adopt_bulletins([path], "江川市", Locations(tmp_path / "data", tmp_path / "out")).draft


def test_columns_of_a_matrix_are_a_column_of_another_table(tmp_path: Path) -> None:
    drafted = draft(tmp_path, {"附件1：各区县情况表": AREAS, "附件2：区直部门情况表": MATRIX})
    assert [(r.holds, r.by) for r in drafted.relations] == [
        ("annex_1.evaluations = annex_2.evaluations", "district")
    ]


def test_one_unit_that_differs_is_in_the_evidence(tmp_path: Path) -> None:
    wrong = AREAS.replace("2088", "2080")
    drafted = draft(tmp_path, {"附件1：各区县情况表": wrong, "附件2：区直部门情况表": MATRIX})
    [ground] = [g for g in drafted.grounds if g.annex == "附件之间"]
    assert ground.evidence.differing == ("丙区",)


def test_figures_of_the_text(tmp_path: Path) -> None:
    text = "本期共收到评价7939条，网上渠道5000条，窗口渠道2939条。"
    drafted = draft(tmp_path, {"附件1：各区县情况表": AREAS}, text)
    words = {figure.name: figure.word for figure in drafted.text_figures}
    holds = [relation.holds for relation in drafted.relations]
    assert "text.figure_1 = annex_1.evaluations" in holds
    assert "text.figure_1 = text.figure_2 + text.figure_3" in holds
    assert words["figure_1"].endswith("评价")


def test_unrelated_figures_make_no_relation(tmp_path: Path) -> None:
    other = "区县 受理数\n甲区 12\n乙县 911\n丙区 3\n丁县 9"
    drafted = draft(tmp_path, {"附件1：各区县情况表": AREAS, "附件2：热线情况表": other}, "共受理300件。")
    assert drafted.relations == [] and drafted.text_figures == []
