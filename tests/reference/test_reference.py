import csv
import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from haochaping.core.errors import InputRefused
from haochaping.core.period import Period
from haochaping.reference.reference import OPTIONAL_COLUMNS, UNIT_COLUMNS, Reference, load_reference

FOLDER = Path(__file__).parents[2] / "data" / "reference"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "reference"))


def test_aliases_lead_to_the_canonical_name(reference: Reference) -> None:
    assert reference.canonical("district", "文昌湖旅游度假区") == "文昌湖区"
    assert reference.canonical("city_department", "市场监管局") == "市市场监管局"
    assert reference.canonical("district_department", "市场监管局") == "市场监管局"
    assert reference.canonical("district", "无此区") == "无此区"


def test_validity_dates(reference: Reference) -> None:
    unit = reference.unit("district", "张店区")
    assert unit is not None and unit.valid_on(date(2022, 12, 31))


@pytest.mark.parametrize("name", ["city.toml", "units.csv", "annexes.toml", "words.csv"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(InputRefused, match=name):
        load_reference(folder)


def test_a_name_that_stands_for_two_units_is_refused(folder: Path) -> None:
    with (folder / "units.csv").open("a", encoding="utf-8") as file:
        file.write("district,新区,张店区,12,,,,\n")
    with pytest.raises(InputRefused, match="张店区"):
        load_reference(folder)


def test_an_unknown_kind_is_refused(folder: Path) -> None:
    with (folder / "units.csv").open("a", encoding="utf-8") as file:
        file.write("planet,火星,,,,,,\n")
    with pytest.raises(InputRefused, match="planet"):
        load_reference(folder)


def test_a_unit_where_no_group_is_registered_is_refused_with_the_reason(folder: Path) -> None:
    path = folder / "annexes.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("registered = true", "registered = false"), encoding="utf-8"
    )
    with pytest.raises(InputRefused, match="没有一个组写明 registered = true"):
        load_reference(folder)


def test_a_threshold_that_is_no_number_is_refused(reference: Reference) -> None:
    assert reference.threshold("small_denominator") > 0
    with pytest.raises(InputRefused, match="nonesuch"):
        reference.threshold("nonesuch")


def test_excel_may_have_saved_the_registry(folder: Path) -> None:
    path = folder / "units.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    assert load_reference(folder).unit("district", "张店区") is not None


@pytest.mark.parametrize(
    ("name", "more", "expected_message"),
    [
        ("units.csv", "district,某区,,²,,,,\n", "应为整数或空白"),
        ("units.csv", f"district,某区,,{'9' * 5000},,,,\n", "应为整数或空白"),
        ("units.csv", f"district,{'区' * 200_000},,,,,,\n", "内容过长"),
        ("city.toml", "x = " + "[" * 5000, "应为 TOML 格式"),
    ],
)
def test_settings_with_noise_are_refused(folder: Path, name: str, more: str, expected_message: str) -> None:
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write(more)
    with pytest.raises(InputRefused, match=expected_message):
        load_reference(folder)


def test_thresholds_that_are_no_section_are_refused(folder: Path) -> None:
    (folder / "city.toml").write_text('name = "某市"\nthresholds = 5\n', encoding="utf-8")
    with pytest.raises(InputRefused, match="thresholds"):
        load_reference(folder)


def test_carriage_returns_end_lines_too(folder: Path) -> None:
    path = folder / "units.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r"))
    assert load_reference(folder).unit("district", "张店区") is not None


@pytest.mark.parametrize("value", ['"month"', "[]", '["week"]', "[1]", '["quarter", "季度"]', "true"])
def test_periods_that_are_no_kinds_are_refused_with_what_is_allowed(folder: Path, value: str) -> None:
    city = folder / "city.toml"
    text = city.read_text(encoding="utf-8").replace('periods = ["quarter"]', f"periods = {value}")
    city.write_text(text, encoding="utf-8")
    with pytest.raises(InputRefused, match=r"city\.toml 第 6 行 periods：.*quarter、month、half_year、year"):
        load_reference(folder)


def test_periods_are_quarters_unless_others_are_declared(folder: Path) -> None:
    city = folder / "city.toml"
    text = city.read_text(encoding="utf-8")
    assert load_reference(folder).periods == ("quarter",)
    city.write_text(text.replace('periods = ["quarter"]\n', ""), encoding="utf-8")
    assert load_reference(folder).periods == ("quarter",)
    city.write_text(text.replace('["quarter"]', '["month", "year"]'), encoding="utf-8")
    declared = load_reference(folder)
    declared.admit(Period.parse("2022M08"))
    with pytest.raises(InputRefused, match="声明公布的是月份、年度"):
        declared.admit(Period.parse("2022Q4"))


@pytest.mark.parametrize(
    ("found", "written", "told"),
    [
        ('name = "淄博市"', 'nme = "淄博市"', r"第 3 行 nme：nme；应为 name、office"),
        ('name = "淄博市"', 'name = " "', "name：' '；应为文字"),
        ('office = "淄博市政务服务管理办公室"', "office = 5", "office：5；应为文字"),
        ("[thresholds]", "[threshold]", "threshold：threshold；应为 name、office"),
        ("change_points = 1", "", r"thresholds；应写明 change_points"),
        ("change_points = 1", "change_point = 1", "change_point：change_point；应为 small_denominator"),
        ("small_denominator = 30", "small_denominator = -30", "small_denominator：-30；应为不小于零的数"),
        ("small_denominator = 30", "small_denominator = nan", "small_denominator：nan；应为不小于零的数"),
        ("small_denominator = 30", "small_denominator = 1e400", "small_denominator：inf；应为不小于零的数"),
        ("small_denominator = 30", "small_denominator = true", "small_denominator：True；应为不小于零的数"),
        ("disclosure = 5", "disclosure = 5\ncoverage = 50", "coverage：50；不应大于 1"),
        (
            "disclosure = 5",
            "disclosure = 5\n[bulletin]\nname_unit = true",
            "name_unit：name_unit；应为 name_units",
        ),
    ],
)
def test_every_key_of_the_city_is_known_and_of_its_type(
    folder: Path, found: str, written: str, told: str
) -> None:
    city = folder / "city.toml"
    text = city.read_text(encoding="utf-8")
    assert found in text
    city.write_text(text.replace(found, written, 1), encoding="utf-8")
    with pytest.raises(InputRefused, match=rf"city\.toml.*{told}"):
        load_reference(folder)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ('district,"某区,,12,,,,\ndistrict,另区,,13,,,,\n', "一格不应跨行；引号应成对"),
        ("district,,,12,,,,\n", "canonical：空白；应为单位的规范名称"),
        ("district,　,,12,,,,\n", "canonical：空白；应为单位的规范名称"),
        ("district,某区,,12,,,明年,\n", "valid_from：明年；应写作 2021-12-31"),
        ("district,某区,,12,,,,2021/12/31\n", "valid_to：2021/12/31；应写作 2021-12-31"),
    ],
)
def test_units_that_cannot_be_right_are_refused(folder: Path, row: str, told: str) -> None:
    with (folder / "units.csv").open("a", encoding="utf-8") as file:
        file.write(row)
    with pytest.raises(InputRefused, match=told):
        load_reference(folder)


@pytest.mark.parametrize("column", UNIT_COLUMNS)
@pytest.mark.parametrize("change", ["misspelled", "removed"])
def test_every_column_of_units_must_be_there(folder: Path, column: str, change: str) -> None:
    path = folder / "units.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [name for name in UNIT_COLUMNS if name != column or change == "misspelled"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([f"{name}s" if name == column else name for name in names])
        writer.writerows([row[name] for name in names] for row in rows)
    with pytest.raises(InputRefused, match=f"units.csv 第 1 行：缺少列 {column}；首行应为 kind,canonical"):
        load_reference(folder)


@pytest.mark.parametrize("name", OPTIONAL_COLUMNS)
def test_a_misspelled_column_of_an_optional_file_is_refused(folder: Path, name: str) -> None:
    path = folder / name
    first, rest = path.read_text(encoding="utf-8").split("\n", 1)
    path.write_text(f"{first}x\n{rest}", encoding="utf-8")
    with pytest.raises(InputRefused, match=f"{name} 第 1 行：缺少列"):
        load_reference(folder).optional_rows(name)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("附件5", "附件55"), "counterpart：附件55；附件应为 附件1、附件2、附件3、附件4、附件5 之一"),
        ((",,,,\n", ",,,2024-01-01,2023-01-01\n"), "valid_to：2023-01-01；不应早于 valid_from 2024-01-01"),
    ],
)
def test_units_that_would_compare_nothing_are_refused(
    tmp_path: Path, change: tuple[str, str], told: str
) -> None:
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    text = (tmp_path / "units.csv").read_text("utf-8")
    assert change[0] in text
    (tmp_path / "units.csv").write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(InputRefused) as refusal:
        load_reference(tmp_path)
    assert told in refusal.value.message


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/nowhere"), Path.mkdir])
def test_settings_that_are_no_files_are_refused(tmp_path: Path, make: Callable[[Path], object]) -> None:
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    (tmp_path / "words.csv").unlink()
    make(tmp_path / "words.csv")
    with pytest.raises(InputRefused, match="不是文件，或是断开的链接"):
        load_reference(tmp_path)


@pytest.mark.parametrize(("name", "line"), [("plans.csv", "push,["), ("claims.csv", 'x,"(a",verify,无')])
def test_a_pattern_that_is_none_is_refused_by_file_and_line(tmp_path: Path, name: str, line: str) -> None:
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    lines = (tmp_path / name).read_text("utf-8").rstrip("\n").splitlines()
    (tmp_path / name).write_text("\n".join([*lines, line, ""]), encoding="utf-8")
    with pytest.raises(InputRefused, match=f"第 {len(lines) + 1} 行 pattern：.*；应为正则表达式"):
        load_reference(tmp_path)


def test_an_optional_file_that_cannot_be_read_is_refused_by_every_command(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    text = (tmp_path / "claims.csv").read_text("utf-8")
    (tmp_path / "claims.csv").write_text("x" + text, encoding="utf-8")
    with pytest.raises(InputRefused, match="缺少列 name"):
        load_reference(tmp_path)


def test_a_number_of_thousands_of_digits_is_refused(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    text = (tmp_path / "city.toml").read_text("utf-8")
    (tmp_path / "city.toml").write_text(text + "\nlarge = " + "9" * 5000 + "\n", encoding="utf-8")
    with pytest.raises(InputRefused, match="数字过长"):
        load_reference(tmp_path)
