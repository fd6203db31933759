"""CSV files as spreadsheets, systems and people write them."""

from pathlib import Path

import pytest

from haochaping.core.errors import InputRefused
from haochaping.core.period import Period
from haochaping.read.raw_folder import read_raw
from haochaping.reference.reference import Reference

FIRST = Period(2023, 1)
READ = {
    "title with commas": "各区县,2023年第一季度,情况\n区县,评价数\n甲区,1005\n",
    "tabs below a title": "各区县情况表\n区县\t评价数\n甲区\t1,005\n",
    "semicolons": "区县;评价数\n甲区;1005\n",
    "carriage returns": "区县,评价数\r甲区,1005\r",
    "blank columns and rows": "区县,评价数,,\n甲区,1005,,\n,,,\n",
    "thousands in quotes": '区县,评价数\n甲区,"1,005"\n',
    "a line break in a name": '区县,评价数\n"甲\n区",1005\n',
    "separator line": "sep=,\n区县,评价数\n甲区,1005\n",
    "blank lines above": "\n" * 8 + "区县;评价数\n甲区;1005\n",
    "note and footer": "区县,评价数\n甲区,1005\n备注：无,\n填表人：张三,联系电话,13800000000\n",
}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("case", READ)
def test_read(reference: Reference, tmp_path: Path, case: str, encoding: str) -> None:
    (tmp_path / "区县.csv").write_bytes(READ[case].encode(encoding))
    found = read_raw(tmp_path, FIRST, reference).districts
    assert found[["district", "evaluations"]].to_numpy().tolist() == [["甲区", 1005]]


def test_two_tables_in_one_file(reference: Reference, tmp_path: Path) -> None:
    text = "区县,评价数,总量占比\n甲区,5,100%\n\n部门,评价数\n市教育局,6\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    found = read_raw(tmp_path, FIRST, reference)
    assert found.public_services["evaluations"].tolist() == [5]
    assert found.city_departments["evaluations"].tolist() == [6]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("区县,评价数\n甲区,1,005\n", "第 2 行：甲区,1,005；应有 2 格，读到 3 格"),
        ("区县,办件数,评价数\n甲区,5\n乙县,6,7\n", "第 2 行：甲区,5；应有 3 格，读到 2 格"),
        ("区县,评价数\n甲区,5\n乙县,1月2日\n", "第 3 行 B 列（各区县表 乙县）：1月2日"),
        ("区县,评价数,评价率\n甲区,5,0.99\n", "第 2 行 C 列（各区县表 甲区）：0.99"),
        ("区县,评价数\n甲区,=5\n", "第 2 行 B 列（各区县表 甲区）：=5"),
        ('区县,评价数\n甲区,"=""5"""\n', '="5"'),
        ('区县,评价数\n"甲区",5\n"乙县"x,6\n', "第 3 行：引号不成对"),
    ],
)
def test_refused(reference: Reference, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputRefused) as refusal:
        read_raw(tmp_path, FIRST, reference)
    assert "a.csv" in refusal.value.message
    assert said in refusal.value.message, refusal.value.message


def test_a_number_that_begins_with_nought(reference: Reference, tmp_path: Path) -> None:
    """1,005 without quotes, in a row that has a cell too few: all places are taken, each wrongly."""
    (tmp_path / "a.csv").write_text("区县,办件数,评价数\n甲区,1,005\n", encoding="utf-8")
    with pytest.raises(InputRefused, match="第 2 行 C 列：005；评价数不应以 0 开头"):
        read_raw(tmp_path, FIRST, reference)


def test_a_header_again_on_a_further_page(reference: Reference, tmp_path: Path) -> None:
    rows = [f"{name}区,{n}\n" for n, name in enumerate("甲乙丙丁", start=5)]
    text = "区县,评价数\n" + "".join(rows[:3]) + "区县,评价数\n" + rows[3]
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    (tmp_path / "b.csv").write_text("部门,评价数,办件数\n市教育局,6,6\n", encoding="utf-8")
    found = read_raw(tmp_path, FIRST, reference)
    assert found.districts["evaluations"].tolist() == [5, 6, 7, 8]
    assert found.second.empty
