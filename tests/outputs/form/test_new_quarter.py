"""The empty quarter to fill in."""

import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from haochaping.commands import command_line as cli
from haochaping.core.errors import InputRefused
from haochaping.core.labels import FIGURES
from haochaping.core.model import QuarterData, annex_frame
from haochaping.core.period import Period
from haochaping.outputs.excel.annexes_workbook import write_annexes
from haochaping.outputs.form.new_quarter import write_new_quarter
from haochaping.read.formats.entries_sheet import FIGURES as ENTRY_FIGURES
from haochaping.read.formats.entries_sheet import ITEMS, SHEET, annex_items
from haochaping.read.formats.workbook import read_workbook
from haochaping.read.text.narrative import RATE_FIGURES
from haochaping.reference.reference import Reference, load_reference
from haochaping.store.notes import note_sections
from tests.declared_city import DeclaredCity
from tests.shared import with_total

ROOT = Path(__file__).parents[3]
CITIES = ROOT / "tests" / "cities"
NEXT = Period(2023, 1)
ANNEXES = ["附件1 各区县", "附件2 市直部门", "附件3 区直部门", "附件4 镇村", "附件5 公共服务"]


@pytest.fixture(scope="module")
def folder(real: QuarterData, reference: Reference, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("new") / "2023Q1"
    written = write_new_quarter(folder, NEXT, reference, real)
    assert written.files == [folder / "annexes.xlsx", folder / "notes.md"]
    return folder


@pytest.fixture(scope="module")
def workbook(folder: Path) -> Workbook:
    return load_workbook(folder / "annexes.xlsx")


def names(workbook: Workbook, sheet: str) -> list[str]:
    return [row[1] for row in list(workbook[sheet].values)[1:]]


def formulas(workbook: Workbook, sheet: str) -> set[str]:
    return {cell.coordinate for row in workbook[sheet].iter_rows() for cell in row if cell.data_type == "f"}


def test_one_sheet_an_annex_with_the_headings_of_the_annexes(
    workbook: Workbook, real: QuarterData, tmp_path: Path
) -> None:
    assert workbook.sheetnames == ["填写说明", SHEET, *ANNEXES]
    write_annexes(real, "", tmp_path / "annexes.xlsx")
    annexes = load_workbook(tmp_path / "annexes.xlsx")
    for sheet in ANNEXES:
        assert [c.value for c in workbook[sheet][1]] == [c.value for c in annexes[sheet][1]]
        assert names(workbook, sheet) == names(annexes, sheet), "units and totals as in the quarter before"
        assert not workbook[sheet].merged_cells.ranges and workbook[sheet].freeze_panes == "C2"
        assert {cell.number_format for cell in workbook[sheet]["B"][1:]} == {"@"}


def test_no_figure_of_the_quarter_before_is_carried_over(workbook: Workbook) -> None:
    for sheet in ANNEXES:
        for row in workbook[sheet].iter_rows(min_row=2, min_col=3):
            assert all(cell.value is None or cell.data_type == "f" for cell in row)


def test_formulas_stand_where_figures_follow_from_others(workbook: Workbook, folder: Path) -> None:
    assert formulas(workbook, "附件1 各区县") == {f"E{row}" for row in range(2, 13)}
    assert formulas(workbook, "附件2 市直部门") == {f"E{row}" for row in range(2, 38)}
    assert formulas(workbook, "附件3 区直部门") == {f"{column}32" for column in "CDEFGHIJKLM"}
    assert formulas(workbook, "附件4 镇村") == set()
    assert formulas(workbook, "附件5 公共服务") == {*(f"D{row}" for row in range(2, 13)), "C13"}
    assert workbook["附件3 区直部门"]["C32"].value == "=SUM(C2:C31)"
    assert workbook["附件1 各区县"]["E2"].number_format == "0.00%"
    values = load_workbook(folder / "annexes.xlsx", data_only=True)
    assert values["附件3 区直部门"]["C32"].value == 0


def test_number_cells_accept_numbers_and_words_only(workbook: Workbook, reference: Reference) -> None:
    for sheet in ANNEXES:
        rules = workbook[sheet].data_validations.dataValidation
        covered = {cell for rule in rules for area in rule.sqref.ranges for cell in area.cells}
        units = [r for r in range(2, workbook[sheet].max_row + 1) if workbook[sheet].cell(r, 1).value]
        assert covered == {(r, c) for r in units for c in range(3, workbook[sheet].max_column + 1)}
        assert {rule.type for rule in rules} == {"custom"}
    rules = {str(rule.sqref): rule.formula1 for rule in workbook[ANNEXES[0]].data_validations.dataValidation}
    assert "C2=INT(C2)" in rules["C2:C12"] and "H2<=1" in rules["H2:H12"]
    area = workbook.defined_names["代替用语"].attr_text
    first, last = (int(part.rpartition("$")[2]) for part in area.partition("!")[2].split(":"))
    listed = [workbook["填写说明"].cell(row, 1).value for row in range(first, last + 1)]
    assert listed == list(reference.no_value)


def test_text_and_dates_are_asked_for_and_what_is_known_is_filled_in(
    workbook: Workbook, reference: Reference
) -> None:
    rows = {row[0]: row[1] for row in list(workbook[SHEET].values)[1:]}
    assert list(rows) == [*ITEMS, *annex_items(reference.declaration)]
    assert (rows["统计期起"], rows["统计期止"]) == (datetime(2023, 1, 1), datetime(2023, 3, 31))
    assert rows["印发单位"] == "淄博市政务服务管理办公室" and rows["主送"].startswith("各区县")
    assert rows["季度"] == "2023Q1" and "2023年第一季度" in rows["通报标题"]
    assert rows["评价率"] is None and rows["数据提取时间"] is None


def test_blanks_are_listed_by_annex_and_column(folder: Path) -> None:
    sheet = load_workbook(folder / "annexes.xlsx", data_only=True)["填写说明"]
    top = next(row for row in range(1, 30) if sheet.cell(row, 1).value == "填写检查")
    told = {sheet.cell(row, 1).value: sheet.cell(row, 2).value for row in range(top + 1, top + 6)}
    assert list(told) == ANNEXES and told["附件5 公共服务"] == "评价数（条） 11 格；总量占比 11 格；"
    assert [sheet.cell(row, 3).value for row in range(top + 1, top + 6)] == [66, 180, 330, 66, 22]
    assert {sheet.cell(row, 4).value for row in range(top + 1, top + 6)} == {0}


def test_a_cell_that_is_filled_in_is_no_longer_yellow(workbook: Workbook, reference: Reference) -> None:
    entries = len(ITEMS) + len(annex_items(reference.declaration))
    for sheet, first in ((ANNEXES[0], "C2:C12"), (SHEET, f"B2:B{entries + 1}")):
        areas = {
            str(area.sqref): rules for area, rules in workbook[sheet].conditional_formatting._cf_rules.items()
        }
        assert [rule.type for rule in areas[first]] == ["notContainsBlanks"]


def test_titles_and_notes_of_the_quarter_before_are_taken_over_with_its_dates(
    workbook: Workbook, folder: Path
) -> None:
    values = load_workbook(folder / "annexes.xlsx", data_only=True)[SHEET]
    rows = {row[0]: row[1] for row in values.values}
    assert rows["附件4标题"] == "各区县镇村第一季度“好差评”数据通报表"
    assert rows["附件4备注"] == (
        "备注：数据来源淄博市政务服务好差评系统，数据统计范围2023年1月1日至3月31日，数据提取时间：（待填）。"
    )
    [note] = [row[1] for row in workbook[SHEET].iter_rows(min_row=2) if row[0].value == "附件4备注"]
    assert note.data_type == "f" and note.number_format == "General" and "MONTH($B$3)" in note.value


def test_what_is_said_of_the_wording_is_what_the_form_has(
    reference: Reference, tmp_path: Path, real: QuarterData
) -> None:
    told = write_new_quarter(tmp_path / "all", NEXT, reference, real).wording
    assert told == [
        "沿用2022年第四季度的措辞，时段已换：通报标题、主送、附件标题 5 个、附件备注 5 个",
        "notes.md 只有各节的标题和提示，2022年第四季度写的文字没有沿用",
    ]
    annexes = real.annexes.assign(title="", note="")
    annexes.loc[annexes["table"] == "districts", "note"] = "其中120条未计入。"
    annexes.loc[annexes["table"] == "public_services", "note"] = "“/”为无办件。"
    data = replace(real, annexes=annexes)
    told = write_new_quarter(tmp_path / "some", NEXT, reference, data).wording
    assert told[0].endswith("：通报标题、主送、附件备注 1 个")
    assert told[1].startswith("没有沿用：附件1备注，其中有2022年第四季度自己的日期或数")
    rows = {row[0]: row for row in load_workbook(tmp_path / "some" / "annexes.xlsx")[SHEET].values}
    assert (rows["附件1备注"][1], rows["附件5备注"][1]) == (None, "“/”为无办件。")
    assert rows["附件5备注"][2] == "上季度的措辞；可以直接改写"
    nothing = replace(data, annexes=annexes.assign(note=""), about=data.about.iloc[:0])
    told = write_new_quarter(tmp_path / "none", NEXT, reference, nothing).wording
    assert told[0] == "2022年第四季度没有可以沿用的标题和备注，留空待填"
    assert write_new_quarter(tmp_path / "first", NEXT, reference, None).wording == []


def test_title_and_addressees_have_a_hint(workbook: Workbook, of_halls: tuple[Reference, Path]) -> None:
    first = {row[0]: row[2] for row in load_workbook(of_halls[1] / "annexes.xlsx")[SHEET].values}
    assert first["通报标题"] == "如 关于2024年3月大厅服务评价工作情况的通报；留空的由程序照此写成"
    assert first["主送"] == "通报开头的收文单位，如 各大厅、各乡镇、各部门；留空的，通报中留出空位"
    assert all(first.values()), "every item has a hint"
    later = {row[0]: row[2] for row in workbook[SHEET].values}
    assert later["通报标题"] == "上季度的标题，时段已换；可以直接改写"
    assert later["主送"] == "照上季度填好，有变动的直接改写"


def test_names_that_the_registry_has_otherwise_are_listed(workbook: Workbook, real: QuarterData) -> None:
    rows = {row[0]: row[1] for row in workbook["填写说明"].values}
    told = next(text for label, text in rows.items() if label == "与名录不同的名称")
    assert told.startswith("共 ") and rows["附件2 市直部门"] is not None
    listed = "".join(str(row[1]) for row in workbook["填写说明"].values)
    assert "市场监管局（名录为 市市场监管局）" in listed and "贸促会（名录为 市贸促会）" in listed
    assert "文昌湖旅游度假区（名录为 文昌湖区）" in rows["主送"]
    assert "市场监管局" in names(workbook, "附件2 市直部门") + names(workbook, "附件3 区直部门"), "as printed"


def test_without_differing_names_nothing_is_said(reference: Reference, tmp_path: Path) -> None:
    write_new_quarter(tmp_path, NEXT, reference, None)
    rows = [row[0] for row in load_workbook(tmp_path / "annexes.xlsx")["填写说明"].values]
    assert "与名录不同的名称" not in rows


def test_every_figure_of_the_text_can_be_filled_in() -> None:
    assert set(ENTRY_FIGURES.values()) == {"records", *RATE_FIGURES.values()}
    assert set(ENTRY_FIGURES.values()) <= set(ITEMS.values()) and set(ENTRY_FIGURES.values()) <= set(FIGURES)
    assert len(set(ITEMS.values())) == len(ITEMS)


def test_without_a_quarter_before_units_come_from_the_registry(reference: Reference, tmp_path: Path) -> None:
    write_new_quarter(tmp_path, NEXT, reference, None)
    workbook = load_workbook(tmp_path / "annexes.xlsx")
    districts = [u.canonical for u in reference.units if u.kind == "district"]
    assert names(workbook, "附件1 各区县") == districts
    assert [cell.value for cell in workbook["附件3 区直部门"][1]] == ["序号", "部门", *districts]
    assert names(workbook, "附件5 公共服务") == [*districts, "合计"]
    assert workbook["附件5 公共服务"]["C13"].value == "=SUM(C2:C12)"
    assert workbook["附件5 公共服务"]["D13"].value is None
    rows = {row[0]: row[1] for row in workbook[SHEET].values}
    assert rows["印发单位"] == reference.city["office"] and rows["主送"] is None


def test_a_registry_without_departments_leaves_rows_to_write_in(reference: Reference, tmp_path: Path) -> None:
    bare = replace(reference, units=tuple(u for u in reference.units if u.kind == "district"))
    write_new_quarter(tmp_path, NEXT, bare, None)
    sheet = load_workbook(tmp_path / "annexes.xlsx")["附件2 市直部门"]
    assert sheet["B2"].value is None and sheet["E21"].data_type == "f"


def test_units_that_are_no_more_are_left_out(reference: Reference, tmp_path: Path) -> None:
    first, *others = (u for u in reference.units if u.kind == "district")
    gone = replace(reference, units=(replace(first, valid_to="2022-12-31"), *others))
    write_new_quarter(tmp_path, NEXT, gone, None)
    assert first.canonical not in names(load_workbook(tmp_path / "annexes.xlsx"), "附件1 各区县")


def test_a_column_of_row_totals_and_a_total_rate_are_formulas(
    reference: Reference, tmp_path: Path, real: QuarterData
) -> None:
    data = replace(real, cells=real.cells[~real.cells["is_total"]])
    data = with_total(data, "district_departments", "人社局", "evaluations", 1, "合计", "district_department")
    for column in ("cases", "evaluations", "evaluation_rate"):
        data = with_total(data, "districts", "合计", column, 1)
    data = with_total(data, "public_services", "合计", "share", 1)
    write_new_quarter(tmp_path, NEXT, reference, data)
    workbook = load_workbook(tmp_path / "annexes.xlsx")
    assert workbook["附件3 区直部门"]["N2"].value == "=SUM(C2:M2)"
    assert workbook["附件1 各区县"]["C13"].value == "=SUM(C2:C12)"
    assert workbook["附件1 各区县"]["E13"].value.startswith('=IF(OR(C13="",D13="")')
    assert workbook["附件1 各区县"]["F13"].value is None
    assert workbook["附件5 公共服务"]["D13"].value == "=SUM(D2:D12)"


@pytest.fixture(scope="module")
def of_halls(tmp_path_factory: pytest.TempPathFactory) -> tuple[Reference, Path]:
    """The city with declared subtotals, and a folder with its form."""
    city = load_reference(CITIES / "unlike" / "reference")
    folder = tmp_path_factory.mktemp("unlike") / "2024M03"
    write_new_quarter(folder, Period.parse("2024M03"), city, None)
    return city, folder


def test_a_declared_total_stands_below_the_rows_that_it_adds_up(of_halls: tuple[Reference, Path]) -> None:
    sheet = load_workbook(of_halls[1] / "annexes.xlsx")["各单位"]
    labels = [(row[0].value, row[1].value) for row in sheet.iter_rows(min_row=2)]
    assert labels == [
        (1, "青石镇"),
        (2, "双桥镇"),
        (3, "大岭乡"),
        (None, "乡镇小计"),
        (4, "县人社局"),
        (5, "县民政局"),
        (None, "部门小计"),
    ]
    assert [sheet[at].value for at in ("C5", "D5", "E5")] == ["=SUM(C2:C4)", "=SUM(D2:D4)", None]
    assert [sheet[at].value for at in ("C8", "D8", "E8")] == ["=SUM(C6:C7)", "=SUM(D6:D7)", None]
    covered = {str(rule.sqref) for rule in sheet.data_validations.dataValidation}
    assert {"C2:C4", "C6:C7"} <= covered, "formulas of totals are not for typing"
    values = load_workbook(of_halls[1] / "annexes.xlsx", data_only=True)
    assert values["各单位"]["C5"].value == 0
    told = {row[0]: row for row in values["填写说明"].values}
    assert told["各单位"][1:3] == ("受理（件） 5 格；办结（件） 5 格；得分（分） 5 格；", 15), "units alone"


def test_the_rate_of_a_total_follows_from_its_sums(of_halls: tuple[Reference, Path]) -> None:
    cell = load_workbook(of_halls[1] / "annexes.xlsx")["各大厅"]["I6"]
    assert cell.value.startswith('=IF(OR(C6="",') and "ROUND((D6+E6+F6)/C6,4)" in cell.value
    assert 'IF(C6=0,"",' in cell.value, "nothing where there is nothing to divide by"
    assert cell.number_format == "0.00%"


def test_totals_of_groups_stay_where_they_are_in_the_next_period(
    of_halls: tuple[Reference, Path], tmp_path: Path
) -> None:
    """Papers print the totals of a period last; its next form has them below their groups again."""
    city, folder = of_halls
    workbook = load_workbook(folder / "annexes.xlsx")
    for name in workbook.sheetnames[2:]:
        for row in workbook[name].iter_rows(min_row=2, min_col=3):
            for cell in row:
                cell.value = 0 if cell.value is None or "SUM" in str(cell.value) else "/"
    workbook["各单位"]["C9"], workbook["各单位"]["B9"] = 0, "合计"
    workbook.save(tmp_path / "annexes.xlsx")
    data = read_workbook(tmp_path / "annexes.xlsx", Period.parse("2024M03"), city)
    write_new_quarter(tmp_path / "2024M04", Period.parse("2024M04"), city, data)
    sheet = load_workbook(tmp_path / "2024M04" / "annexes.xlsx")["各单位"]
    assert [row[1].value for row in sheet.iter_rows(min_row=5)] == [
        "乡镇小计",
        "县人社局",
        "县民政局",
        "部门小计",
        "合计",
    ]
    assert [sheet[f"C{row}"].value for row in (5, 8, 9)] == [
        "=SUM(C2:C4)",
        "=SUM(C6:C7)",
        "=SUM(C2:C4,C6:C7)",
    ]


LONG_NAME = "县公共资源交易中心（县政府采购中心）综合服务大厅"
UNUSUAL = """
[group.hall]
word = "大厅"
registered = true
[measure.votes]
heading = "政务服务大厅窗口及自助终端收到的全部评价总数"
[measure.growth]
heading = "环比"
kind = "change"
of = "votes"
against = "previous"
[measure.remark]
heading = "说明"
kind = "as_printed"
[[annex]]
name = "halls"
title = "大厅/自助区&窗口"
rows = ["hall"]
measures = ["votes", "growth", "remark"]
"""


@pytest.fixture(scope="module")
def unusual(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    """The form of a city with long names, signs in a title, and columns of changes and of text."""
    folder = tmp_path_factory.mktemp("unusual")
    city = DeclaredCity(folder, UNUSUAL, (("hall", "东大厅"), ("hall", LONG_NAME)))
    write_new_quarter(folder / "new", NEXT, city.reference, None)
    return load_workbook(folder / "new" / "annexes.xlsx")


def test_long_names_and_headings_are_not_cut(unusual: Workbook) -> None:
    sheet = unusual.worksheets[2]
    assert (sheet["B3"].value, sheet["B3"].alignment.wrap_text) == (LONG_NAME, True)
    assert sheet.row_dimensions[3].height > 30 and sheet.row_dimensions[2].height < 20
    assert sheet.column_dimensions["C"].width < 26 and sheet.row_dimensions[1].height >= 30


def test_signs_in_a_title_are_kept_on_the_sheet_and_in_print(unusual: Workbook) -> None:
    sheet = unusual.worksheets[2]
    assert sheet.title == "大厅／自助区&窗口"
    assert sheet.oddHeader.center.text == "大厅／自助区&&窗口（2023年第一季度）"


def test_every_printed_page_has_its_number(unusual: Workbook) -> None:
    assert [sheet.oddFooter.center.text for sheet in unusual] == ["第 &P 页，共 &N 页"] * 3
    assert unusual[SHEET].oddHeader.center.text == f"{SHEET}（2023年第一季度）"


def test_a_fall_and_a_text_are_not_called_unrecognised(unusual: Workbook) -> None:
    rows = {row[0].value: row for row in unusual["填写说明"].iter_rows()}
    formula = rows["大厅／自助区&窗口"][3].value
    area = "'大厅／自助区&窗口'!${0}$2:${0}$3"
    assert f'COUNTIF({area.format("C")},">=0")' in formula and f"COUNT({area.format('D')})" in formula
    assert "$E" not in formula


def test_dangerous_names_stay_text(reference: Reference, tmp_path: Path, real: QuarterData) -> None:
    evil = ["=1+1", "+86", "http://x"]
    rows = [{"district": name, "evaluations": 1} for name in evil]
    services = annex_frame(real.declaration.annexes["public_services"], rows)
    write_new_quarter(tmp_path, NEXT, reference, real.with_table("public_services", services))
    sheet = load_workbook(tmp_path / "annexes.xlsx")["附件5 公共服务"]
    assert [(c.value, c.data_type, c.hyperlink) for c in sheet["B"][1:4]] == [(n, "s", None) for n in evil]


def test_notes_have_a_section_for_each_of_the_briefing(folder: Path, reference: Reference) -> None:
    text = (folder / "notes.md").read_text(encoding="utf-8")
    sections = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    assert sections == list(note_sections(reference.declaration))
    assert sections == [
        "要点",
        "总体情况",
        "各区县",
        "市直部门",
        "区直部门",
        "镇村",
        "公共服务",
        "问题与建议",
        "通报·总体情况",
        "通报·存在问题",
        "通报·下一步工作",
    ]
    lines = [line for line in text.splitlines() if line and not line.startswith("## ")]
    assert all(line.startswith("<!-- ") and line.endswith(" -->") for line in lines)


@pytest.mark.slow
def test_the_quarter_that_units_are_taken_from_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    for name in ("reference", "tidy"):
        shutil.copytree(ROOT / "data" / name, data / name)
    roots = ["--data", str(data), "--output", str(tmp_path)]
    assert cli.main(["new", "2023Q3", *roots]) == 0
    told = capsys.readouterr().err
    assert "按2022年第四季度；没有上季度（2023年第二季度）的资料" in told
    assert "附件备注 5 个" in told and "notes.md 只有各节的标题和提示" in told
    assert cli.main(["new", "2023Q1", *roots]) == 0 and "没有上季度" not in capsys.readouterr().err
    assert cli.main(["new", "2023Q2", *roots]) == 0
    told = capsys.readouterr().err
    assert "2023年第一季度的资料没有用" in told and "按2022年第四季度" in told


@pytest.mark.parametrize("name", ["annexes.xlsx", "notes.md", "bulletin.txt", "附件1.csv"])
def test_what_is_there_is_never_overwritten(reference: Reference, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("填写过", encoding="utf-8")
    with pytest.raises(InputRefused, match=name):
        write_new_quarter(tmp_path, NEXT, reference, None)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text(encoding="utf-8") == "填写过"


def test_the_same_quarter_gives_the_same_bytes(
    folder: Path, reference: Reference, real: QuarterData, tmp_path: Path
) -> None:
    for path in write_new_quarter(tmp_path, NEXT, reference, real).files:
        assert path.read_bytes() == (folder / path.name).read_bytes()


def test_what_was_cut_off_is_completed_and_what_people_put_there_is_not(
    real: QuarterData, reference: Reference, tmp_path: Path
) -> None:
    folder = tmp_path / "2023Q1"
    first = write_new_quarter(folder, NEXT, reference, real)
    whole = {path.name: path.read_bytes() for path in first.files}
    (folder / "notes.md").unlink()
    (folder / ".annexes.xlsx.part").write_bytes(b"half")
    write_new_quarter(folder, NEXT, reference, real)
    assert {path.name: path.read_bytes() for path in first.files} == whole
    with pytest.raises(InputRefused, match="已有此文件"):
        write_new_quarter(folder, NEXT, reference, real)
    (folder / "notes.md").unlink()
    (folder / "annexes.xlsx").write_bytes(b"mine")
    with pytest.raises(InputRefused, match=r"annexes\.xlsx：已有此文件"):
        write_new_quarter(folder, NEXT, reference, real)
    assert not (folder / "notes.md").exists() and (folder / "annexes.xlsx").read_bytes() == b"mine"
