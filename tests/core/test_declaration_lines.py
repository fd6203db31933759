"""The lines to add to a declaration for a heading that it does not know."""

from pathlib import Path

import pytest

from haochaping.core.errors import InputRefused
from tests.declared_city import DeclaredCity

ANNEXES = """\
[group.county]
word = "县区"
headings = ["县区"]
registered = true

[measure.cases]
heading = "办件数"
unit = "件"

[measure.evaluations]
heading = "评价数"
aliases = ["评价量"]
unit = "条"
at_most = ["cases"]

[measure.rate]
heading = "评价率"
kind = "rate"
numerator = "evaluations"
denominator = "cases"

[[annex]]
name = "counties"
title = "各县区"
known_by = ["各县区"]
rows = ["county"]
measures = ["cases", "evaluations", "rate"]
required = ["cases"]
"""
UNITS = (("county", "甲县"), ("county", "乙县"))
ROWS = "\n甲县 200 100 50%\n乙县 300 300 100%"


@pytest.fixture
def city(tmp_path: Path) -> DeclaredCity:
    return DeclaredCity(tmp_path, ANNEXES, UNITS)


def told(city: DeclaredCity, head: str, rows: str = ROWS) -> str:
    return "".join(city.check("", 附件1各县区=head + rows).unchecked_remarks)


def test_a_column_with_another_heading(city: DeclaredCity) -> None:
    remarks = told(city, "县区 办件数 评价总数 评价率")
    assert '“评价总数”就是“评价数”的，在 [measure.evaluations] 的 aliases 中加 "评价总数"' in remarks


def test_a_percentage_is_no_count_under_another_heading(city: DeclaredCity) -> None:
    assert '在 [measure.rate] 中加一行 aliases = ["办件评价率"]' in told(
        city, "县区 办件数 评价数 办件评价率"
    )


def test_the_lines_for_a_new_column_make_it_known(city: DeclaredCity) -> None:
    rows = "\n甲县 200 100 50% 7 3%\n乙县 300 300 100% 8 4%"
    remarks = told(city, "县区 办件数 评价数 评价率 差评数 退件率", rows)
    assert (
        '“差评数”加 [measure.new_1]，heading = "差评数"，[[annex]] name = "counties" 的 measures 中加 "new_1"'
        in remarks
    )
    assert '[measure.new_2]，heading = "退件率"，kind = "rate"，base_not_printed = true' in remarks
    text = ANNEXES.replace('"rate"]\nrequired', '"rate", "new_1"]\nrequired')
    text = text.replace("[[annex]]", '[measure.new_1]\nheading = "差评数"\n\n[[annex]]')
    (city.folder / "annexes.toml").write_text(text, encoding="utf-8")
    assert "差评数" not in told(city, "县区 办件数 评价数 评价率 差评数 退件率", rows)


def test_a_required_column_with_another_heading(city: DeclaredCity) -> None:
    with pytest.raises(InputRefused, match=r"“业务总量”就是“办件数”的，在 .measure.cases. 中加一行"):
        told(city, "县区 业务总量 评价数 评价率")


def test_a_column_of_names_with_another_heading(city: DeclaredCity) -> None:
    with pytest.raises(InputRefused, match=r"“所属地”就是这一列的，在 .group.county. 的 headings 中加"):
        told(city, "所属地 办件数 评价数 评价率")
