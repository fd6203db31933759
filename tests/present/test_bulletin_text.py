"""The bulletin's text of a city whose annexes and figures of the text are its own."""

import re
from pathlib import Path

import pytest

from haochaping.checks.run_rules import run_rules
from haochaping.figures.compute_figures import compute_figures
from haochaping.outputs.page.figure_table import figure_table
from haochaping.present.bulletin_text import PARAGRAPH, SUBHEADING, Units, bulletin_text
from haochaping.present.sentences import compose
from tests.declared_city import DeclaredCity
from tests.present.general_quarters import GROUPS, OTHERS

ANNEXES = """\
[group.county]
word = "县区"

[measure.received]
heading = "受理件数"

[text_figure.received]
word = "热线受理"
unit = "件"

[[annex]]
name = "hotline"
title = "热线"
rows = ["county"]
measures = ["received"]
"""


def test_a_declared_figure_of_the_text_has_its_own_words(tmp_path: Path) -> None:
    city = DeclaredCity(tmp_path, ANNEXES)
    data = city.read("2024年第一季度，热线受理约230余件。", 热线="序号 县区 受理件数\n1 东山县 230")
    blocks = bulletin_text(data, compute_figures(data), city.reference)
    assert any("，热线受理约230件。" in block.text for block in blocks), blocks


PROBLEMS = """\
[group.town]
word = "乡镇"
headings = ["乡镇", "单位"]
registered = true

[group.office]
word = "部门"
headings = ["部门", "单位"]
registered = true

[measure.cases]
heading = "受理"
unit = "件"

[measure.closed]
heading = "办结"
unit = "件"
at_most = ["cases"]
better = "more"

[measure.bad]
heading = "差评量"
unit = "条"
better = "less"

[measure.settled]
heading = "按期整改数"
unit = "条"
at_most = ["bad"]
better = "more"

[measure.closed_rate]
heading = "办结率"
kind = "rate"
numerator = "closed"
denominator = "cases"
better = "more"

[[annex]]
name = "units"
title = "各单位"
known_by = ["各单位"]
rows = ["town", "office"]
measures = ["cases", "closed", "bad", "settled"]
optional = ["bad", "settled"]

[[annex]]
name = "towns"
title = "乡镇热线"
known_by = ["热线"]
rows = ["town"]
measures = ["cases"]
"""
UNITS = (("town", "甲镇"), ("town", "乙镇"), ("office", "丙局"), ("office", "丁局"))


def texts(folder: Path, **tables: str) -> list[tuple[str, str]]:
    """Kind and text of every block."""
    city = DeclaredCity(folder, PROBLEMS, UNITS)
    data = city.read("", **tables)
    blocks = bulletin_text(data, compute_figures(data), city.reference)
    return [(block.kind, re.sub(r"^（\w+）|^[一二三]、", "", block.text)) for block in blocks]


def test_a_problem_of_two_groups_in_one_annex_has_one_heading(tmp_path: Path) -> None:
    units = "单位 受理 办结 差评量 按期整改数\n甲镇 0 0 0 0\n乙镇 5 4 2 1\n丙局 0 0 0 0\n丁局 7 6 2 0"
    found = texts(tmp_path, 各单位=units)
    assert [text for kind, text in found if kind == SUBHEADING and ("为零" in text or "少于" in text)] == [
        "部分单位受理为零",
        "部分单位按期整改数少于差评量",
    ], "cases of which some are open are no problem"
    assert (PARAGRAPH, "部分乡镇、部门受理列为零，是确实没有，还是没有报送，须逐一区分。") in found
    assert (PARAGRAPH, "部分乡镇、部门按期整改数少于差评量。") in found
    assert (SUBHEADING, "落实按期整改") in found
    assert (PARAGRAPH, "有关单位要逐件查明没有按期整改的原因，确需延长的说明理由和期限。") in found
    totals = "受理合计5件；办结合计4件；差评量合计2条；按期整改数合计1条"
    assert (PARAGRAPH, f"其中2个乡镇，{totals}。各单位中的乡镇合计办结率80.00%。") in found


@pytest.mark.parametrize(
    ("concerned", "of", "words"),
    [
        (1, 4, "个别"),
        (2, 4, "部分"),
        (2, 8, "个别"),
        (3, 20, "部分"),
        (4, 4, "各"),
        (2, 0, "个别"),
        (3, 0, "部分"),
    ],
)
def test_few_are_few_of_all(concerned: int, of: int, words: str) -> None:
    assert Units(("某",) * concerned, of=of).quantifier == words


def test_a_heading_and_its_text_speak_of_as_many(tmp_path: Path) -> None:
    units = "单位 受理 办结 差评量 按期整改数\n甲镇 1 1 2 1\n乙镇 5 4 2 1\n丙局 1 1 3 0\n丁局 7 6 2 0"
    found = texts(tmp_path, 各单位=units)
    assert (SUBHEADING, "各单位按期整改数少于差评量") in found
    assert (PARAGRAPH, "各乡镇、部门按期整改数少于差评量。") in found


def test_of_gathering_speaks_only_a_city_whose_bulletin_does(tmp_path: Path) -> None:
    city = DeclaredCity(tmp_path, PROBLEMS, UNITS)
    tables = {"各单位": "单位 受理 办结\n甲镇 0 0\n乙镇 5 4\n丙局 3 3\n丁局 7 6"}
    for text, has_word in (("", False), ("2024年第一季度，全市归集数据 100 条。", True)):
        data = city.read(text, **tables)
        figures = compute_figures(data)
        told = "".join(block.text for block in bulletin_text(data, figures, city.reference))
        note = str(figure_table(figures, run_rules(data, city.reference)))
        assert ("归集" in told) == ("归集的差错" in note) == has_word, text


def test_the_same_problem_in_two_annexes_names_them(tmp_path: Path) -> None:
    units = "单位 受理 办结\n甲镇 0 0\n乙镇 5 5\n丙局 7 7\n丁局 7 7"
    found = texts(tmp_path, 各单位=units, 乡镇热线="乡镇 受理\n甲镇 0\n乙镇 5")
    headings = [text for kind, text in found if kind == SUBHEADING]
    assert len(set(headings)) == len(headings)
    assert {"各单位部分乡镇受理为零", "乡镇热线部分乡镇受理为零"} <= set(headings)


def test_an_annex_whose_total_is_wrong_is_named_by_its_number(tmp_path: Path) -> None:
    units = "单位 受理 办结\n甲镇 1 1\n乙镇 5 5\n丙局 7 7\n丁局 7 7"
    found = texts(tmp_path, 各单位=units, 乡镇热线="乡镇 受理\n甲镇 1\n乙镇 5\n合计 9")
    assert (PARAGRAPH, "乡镇热线的数见附件2。") in found


def test_a_wrong_total_of_one_column_of_units_is_like_any_other(tmp_path: Path) -> None:
    city = DeclaredCity(
        tmp_path,
        GROUPS + OTHERS,
        (("office", "甲局"), ("office", "乙局"), ("county", "东县"), ("county", "西区")),
    )
    for total, is_told in ((8, True), (12, False)):
        tables = {
            "两种方式": f"县区 方式 投票总数\n东县 线上 5\n东县 现场 1\n西区 线上 7\n西区 现场 9\n合计 线上 {total}\n合计 现场 10",
            "部门分县区": f"部门 东县 西区\n甲局 5 0\n乙局 7 9\n合计 {total} 9",
        }
        data = city.read("", **tables)
        figures = compute_figures(data, city.reference)
        told = "".join(block.text for block in bulletin_text(data, figures, city.reference))
        assert ("部门分县区的数见附件2。" in told) == is_told and ("两种方式的数见附件1。" in told) == is_told
        differing = "部门分县区东县办件数各行相加为 12，所列“合计”为 8，两数不符，见“数据核对”。"
        assert (differing in [s.text for s in compose("matrix", figures)]) == is_told
