"""The workbook of the annexes, opened as Excel would."""

import html
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from haochaping.checks.check_report import CheckReport
from haochaping.core.model import CellRef, QuarterData, annex_frame, frame
from haochaping.outputs.excel.annexes_workbook import annexes_name, write_annexes
from haochaping.reference.reference import Reference
from haochaping.store.apply_corrections import Correction, apply_corrections
from haochaping.store.cell_index import cell_of
from tests.declared_city import DeclaredCity
from tests.shared import without_annexes

ANNEXES = ["附件1 各区县", "附件2 市直部门", "附件3 区直部门", "附件4 镇村", "附件5 公共服务"]
SHEETS = dict(
    zip(
        ("districts", "city_departments", "district_departments", "towns_and_villages", "public_services"),
        ANNEXES,
        strict=True,
    )
)
VERDICT = "建议核实后送审"


def written(data: QuarterData, folder: Path, **options: Any) -> Workbook:
    write_annexes(data, VERDICT, folder / "annexes.xlsx", **options)
    return load_workbook(folder / "annexes.xlsx")


@pytest.fixture(scope="module")
def workbook(real: QuarterData, tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    return written(real, tmp_path_factory.mktemp("annexes"))


def shown(cell: Any) -> str:
    """What a reader sees in a cell, thousands separators left out."""
    if cell.value is None:
        return ""
    form = cell.number_format.partition('"')[0]
    if form.endswith("%"):
        return f"{cell.value:.{len(form.partition('.')[2]) - 1 if '.' in form else 0}%}"
    return str(cell.value)


def by_name(workbook: Workbook, table: str) -> dict[tuple[str, str], str]:
    """Name and heading (without its unit) to what is shown."""
    sheet = workbook[SHEETS[table]]
    heads = [str(cell.value).partition("（")[0] for cell in sheet[1]]
    return {
        (row[1].value, head): shown(cell)
        for row in sheet.iter_rows(min_row=2)
        for head, cell in zip(heads[2:], row[2:], strict=True)
    }


def test_sheets_tables_and_no_merged_cells(workbook: Workbook) -> None:
    assert workbook.sheetnames == ["封面", "目录", *ANNEXES, "正文与日期", "说明"]
    assert all(not sheet.merged_cells.ranges for sheet in workbook)
    for name in ANNEXES:
        sheet = workbook[name]
        [table] = sheet.tables.values()
        assert table.ref.startswith("A1:") and table.displayName == name.split()[1]
        assert [column.name for column in table.tableColumns] == [cell.value for cell in sheet[1]]
        assert sheet.freeze_panes == "C2" and sheet.print_title_rows == "$1:$1"
        assert sheet.page_setup.paperSize == 9 and sheet.page_setup.fitToHeight == 0
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert "数据通报表" in sheet.oddHeader.center.text and "数据来源" in sheet.oddFooter.center.text
        assert [sheet.cell(row, 1).value for row in (2, 3)] == [1, 2]
    assert workbook["附件3 区直部门"].page_setup.orientation == "landscape"
    assert workbook["附件3 区直部门"].tables["区直部门"].ref == "A1:M31", "the total stands under the table"
    assert [link.location for row in workbook["目录"]["A2:A7"] for link in [row[0].hyperlink]] == [
        *(f"'{name}'!A1" for name in ANNEXES),
        "'说明'!A1",
    ]


def test_every_printed_cell_stands_there(workbook: Workbook, real: QuarterData) -> None:
    empty = {cell_of(row): row["printed"] for row in real.unreported.to_dict("records")}
    told = 0
    for name in ("districts", "city_departments", "public_services"):
        there, spec = by_name(workbook, name), real.declaration.annexes[name]
        for row in real.table(name).to_dict("records"):
            for column in row.keys() & {*spec.measures}:
                unit = row[spec.row_key]
                word = empty.get(CellRef(name, unit, column))
                printed = word or row.get(f"{column}_printed") or str(row[column])
                assert there[unit, real.declaration.heading(column)] == printed
                told += 1
    matrix = by_name(workbook, "district_departments")
    for row in real.district_departments.to_dict("records"):
        value = row["evaluations"]
        assert matrix[row["department"], row["district"]] in (str(value), "归市")
    assert matrix["住房公积金", "张店区"] == "归市"
    tiers = by_name(workbook, "towns_and_villages")
    for row in real.towns_and_villages.to_dict("records"):
        tier = {"town": "镇级", "village": "村级"}[row["tier"]]
        assert tiers[row["district"], f"{tier}评价数"] == str(row["evaluations"])
        assert tiers[row["district"], f"{tier}按时整改数"] == str(row["rectified_on_time"])
    totals = real.printed_totals.to_dict("records")
    for total in totals:
        there = matrix if total["member"] else by_name(workbook, "public_services")
        head = total["member"] or "评价数"
        assert there[total["label"], head] == total["printed"]
    assert by_name(workbook, "public_services")["总数", "总量占比"] == ""
    assert told == 11 * 6 + 36 * 5 + 11 * 2 and len(totals) == 12


def test_numbers_are_numbers_and_rates_show_the_printed_decimals(workbook: Workbook) -> None:
    sheet = workbook["附件5 公共服务"]
    assert [(sheet.cell(r, 4).value, sheet.cell(r, 4).number_format) for r in (2, 5, 11)] == [
        (0.31, "0%"),
        (0.002, "0.0%"),
        (0, "0%"),
    ]
    assert sheet["C2"].value == 625272 and sheet["C2"].data_type == "n"
    assert sheet["A13"].value is None and sheet["B13"].value == "总数" and sheet["D13"].value is None
    assert workbook["附件1 各区县"]["E2"].number_format == "0%" and workbook["附件1 各区县"]["E2"].value == 1


def test_nothing_is_a_formula_and_dangerous_text_stays_text(real: QuarterData, tmp_path: Path) -> None:
    names = ["=1+1", "+86", "http://x", "-", "@x", "1e5", "mailto:a@b", "internal:'封面'!A1", "{=1}", "007"]
    rows = [{"district": name, "evaluations": 1} for name in names]
    matrix = [{"department": name, "district": name, "evaluations": 2} for name in names]
    contents = {
        "public_services": rows,
        "district_departments": [m | {"district": "=HYPERLINK(1)"} for m in matrix],
    }
    evil = real
    for name, content in contents.items():
        evil = evil.with_table(name, annex_frame(real.declaration.annexes[name], content))
    evil = replace(
        evil,
        about=frame("about", [{"field": "title", "value": "=cmd|' /C calc'!A0"}]),
        annexes=frame("annexes", [{"table": "districts", "annex": 1, "title": "=A&B", "note": "&P=1" * 90}]),
    )
    workbook = written(evil, tmp_path)
    cells = [cell for sheet in workbook for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    linked = {cell.parent.title for cell in cells if cell.hyperlink}
    assert linked == {"目录"}
    sheet = workbook["附件5 公共服务"]
    assert [sheet.cell(i, 2).value for i in range(2, 12)] == names
    assert all(sheet.cell(i, 2).data_type == "s" for i in range(2, 12))
    assert workbook["附件3 区直部门"]["C1"].value == "=HYPERLINK(1)"
    assert "&&P=1" in workbook["附件1 各区县"].oddFooter.center.text


def test_the_cover_tells_the_verdict_to_reviewers_only(
    workbook: Workbook, real: QuarterData, tmp_path: Path
) -> None:
    def texts(which: Workbook) -> list[str]:
        return [str(cell) for sheet in which for row in sheet.values for cell in row if cell is not None]

    assert VERDICT in texts(workbook) and "2022-10-01 至 2022-12-31" in texts(workbook)
    public = texts(written(real, tmp_path, internal=False))
    assert VERDICT not in public and "内部审核" not in public and "淄博市政务服务管理办公室" in public


def test_remarks_hold_notes_meanings_and_corrections(
    real: QuarterData, reference: Reference, tmp_path: Path
) -> None:
    cell = CellRef("city_departments", "市水务集团有限责任公司", "evaluations")
    rate = CellRef("city_departments", "市水务集团有限责任公司", "evaluation_rate")
    corrections = [
        Correction(cell, "11237", "11273", "查原始系统", "甲某", "2023-01-19"),
        Correction(rate, "100%", "100.0%", "", "甲某", "2023-01-19"),
    ]
    workbook = written(apply_corrections(real, corrections, reference), tmp_path)
    rows = [tuple(row) for row in workbook["说明"].values]
    assert ("代替数字的用语", "“归市”", "数据归市级部门统计。") in rows
    assert any(row[:2] == ("指标含义", "评价率") for row in rows)
    assert sum(row[0] == "附注" for row in rows) == 5
    told = next(row for row in rows if row[1] == "附件2“市水务集团有限责任公司”评价数")
    assert told[2] == "通报列为 11237，更正为 11273。依据：查原始系统。经办：甲某，2023-01-19。"
    sheet = workbook["附件2 市直部门"]
    assert (sheet["D34"].value, sheet["D34"].number_format) == (11273, '#,##0"〔更正〕"')
    assert sheet["E34"].number_format == '0.0%"〔更正〕"'
    public = written(apply_corrections(real, corrections, reference), tmp_path, internal=False)
    assert "甲某" not in str(list(public["说明"].values))


def test_absent_annexes_have_no_sheet(real: QuarterData, tmp_path: Path) -> None:
    workbook = written(without_annexes(real, "districts", "towns_and_villages"), tmp_path)
    assert workbook.sheetnames == ["封面", "目录", ANNEXES[1], ANNEXES[2], ANNEXES[4], "正文与日期", "说明"]
    assert ("附件", "附件4", "本期资料没有此附件（镇村）。") in list(workbook["说明"].values)


def test_the_same_data_give_the_same_bytes(real: QuarterData, tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_annexes(real, VERDICT, tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_what_no_sheet_can_hold_is_written_out_and_a_head_is_never_too_long(
    real: QuarterData, tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    """Headings, title and note stand in attributes and around the printed page, where nothing is escaped for us."""
    matrix, annexes = real.district_departments.copy(), real.annexes.copy()
    matrix["district"] = matrix["district"].replace({"张店区": "甲\x1b\ufffe&C区"})
    annexes["title"], annexes["note"] = "&C&\x1b" * 90, "&R\x00" * 300
    data = replace(real.with_table("district_departments", matrix), annexes=annexes)
    workbook = written(data, tmp_path)
    sheet = workbook["附件3 区直部门"]
    assert "甲\\u{001B}\\u{FFFE}&C区" in [cell.value for cell in sheet[1]]
    with zipfile.ZipFile(tmp_path / "annexes.xlsx") as archive:
        printed = [archive.read(f"xl/worksheets/sheet{3 + i}.xml").decode() for i in range(len(ANNEXES))]
    for number, part in enumerate(printed, start=1):
        [header] = re.findall(r"<oddHeader>([^<]*)<", part)
        [footer] = re.findall(r"<oddFooter>([^<]*)<", part)
        assert f"附件{number}  &amp;&amp;C&amp;&amp;\\u{{001B}}" in header and footer.endswith("共 &amp;N 页")
        assert max(len(html.unescape(header)), len(html.unescape(footer))) < 255
    assert not [warning for warning in recwarn if "Header" in str(warning.message)]


def test_a_title_may_have_signs_that_a_sheet_and_a_table_may_not(tmp_path: Path) -> None:
    declared = """
[group.hall]
word = "大厅"
[measure.votes]
heading = "评价数"
[[annex]]
name = "halls"
title = "12345热线/窗口&大厅"
rows = ["hall"]
measures = ["votes"]
"""
    data = DeclaredCity(tmp_path, declared).read("", 大厅="序号 大厅 评价数\n1 东大厅 5\n2 西大厅 6")
    write_annexes(data, "", tmp_path / "annexes.xlsx")
    sheet = load_workbook(tmp_path / "annexes.xlsx")["附件1 12345热线／窗口&大厅"]
    assert [cell.value for cell in sheet["C"]] == ["评价数", 5, 6]
    assert list(sheet.tables) == ["_12345热线_窗口_大厅"]


def test_a_draft_says_on_its_cover_what_must_be_corrected_and_colours_it(
    real: QuarterData, real_report: CheckReport, tmp_path: Path
) -> None:
    uncorrected = real_report.uncorrected
    assert annexes_name(real_report) == "annexes.draft.xlsx" and uncorrected
    to_correct = real_report.matters_to_correct
    book = written(real, tmp_path, internal=False, uncorrected=uncorrected, to_correct=to_correct)
    cover = {str(row[0]): str(row[1]) for row in book["封面"].values if row[0]}
    assert cover["草稿"].startswith(f"有 {len(to_correct)} 项须更正，不能对外") and len(to_correct) == 5
    assert all(cover[f"须更正，第 {number} 项"] == matter.title for number, matter in to_correct)
    red = {
        (sheet.title, str(row[1].value), sheet.cell(1, cell.column).value)
        for sheet in book.worksheets
        for row in sheet.iter_rows(min_row=2)
        for cell in row
        if str(cell.fill.fgColor.rgb).endswith("F8D7DA")
    }
    assert ("附件2 市直部门", "市水务集团有限责任公司", "评价率") in red
    assert {name for name, _, _ in red} <= {*ANNEXES} and len(red) < 30, "single cells, no whole columns"
    clean = written(real, tmp_path, internal=False)
    assert "草稿" not in {row[0] for row in clean["封面"].values}
    assert annexes_name(replace(real_report, findings=())) == "annexes.xlsx"
