"""The bulletin's text of a city whose annexes and figures of the text are its own."""

import re
from pathlib import Path

from haochaping.figures.compute_figures import compute_figures
from haochaping.present.bulletin_text import PARAGRAPH, SUBHEADING, bulletin_text
from tests.declared_city import DeclaredCity

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
measures = ["cases", "closed"]

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
    units = "单位 受理 办结\n甲镇 0 0\n乙镇 5 4\n丙局 0 0\n丁局 7 6"
    found = texts(tmp_path, 各单位=units)
    assert [text for kind, text in found if kind == SUBHEADING and ("为零" in text or "少于" in text)] == [
        "部分单位受理为零",
        "部分单位办结少于受理",
    ]
    assert (PARAGRAPH, "个别乡镇、个别部门受理列为零，是确实没有，还是没有归集上传，须逐一区分。") in found
    assert (PARAGRAPH, "个别乡镇、个别部门办结少于受理。") in found
    assert (PARAGRAPH, "2个乡镇，受理合计5件；办结合计4件。各单位中的乡镇合计办结率80.00%。") in found


def test_the_same_problem_in_two_annexes_names_them(tmp_path: Path) -> None:
    units = "单位 受理 办结\n甲镇 0 0\n乙镇 5 5\n丙局 7 7\n丁局 7 7"
    found = texts(tmp_path, 各单位=units, 乡镇热线="乡镇 受理\n甲镇 0\n乙镇 5")
    headings = [text for kind, text in found if kind == SUBHEADING]
    assert len(set(headings)) == len(headings)
    assert {"各单位个别乡镇受理为零", "乡镇热线个别乡镇受理为零"} <= set(headings)


def test_an_annex_whose_total_is_wrong_is_named_by_its_number(tmp_path: Path) -> None:
    units = "单位 受理 办结\n甲镇 1 1\n乙镇 5 5\n丙局 7 7\n丁局 7 7"
    found = texts(tmp_path, 各单位=units, 乡镇热线="乡镇 受理\n甲镇 1\n乙镇 5\n合计 9")
    assert (PARAGRAPH, "乡镇热线的数见附件2。") in found
