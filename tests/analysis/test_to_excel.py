"""Tables as workbooks: headings, formats, several sheets, what cannot be written."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import haochaping as hcp
from haochaping.core.errors import InputRefused, WrongArgument
from haochaping.core.model import QuarterData


def test_a_pivot_to_excel(city: Path, tmp_path: Path) -> None:
    import openpyxl

    t = hcp.tidy(city)
    wide = t[(t["annex"] == "districts") & (t["measure"] == "evaluations")].pivot_table(
        index="unit", columns="period", values="value", sort=False
    )
    by_annex = t.pivot_table(index="unit", columns="annex", values="value", aggfunc="count")
    named = pd.read_excel(hcp.to_excel(by_annex, tmp_path / "各附件.xlsx"), engine="calamine").columns
    assert named[0] == "单位" and "附件1 各区县" in named
    path = hcp.to_excel(t.head(3), tmp_path / "长表.xlsx")
    written = pd.read_excel(path, engine="calamine")
    assert written.columns.tolist()[:3] == ["时期", "附件", "类别"]
    first = written.loc[0, ["附件", "类别", "项目", "状态"]]
    assert first.tolist() == ["附件1 各区县", "区县", "办件数", "有数"]
    formats = [row[0].number_format for row in openpyxl.load_workbook(path)["数据"]["G2:G4"]]
    assert formats == ["#,##0", "#,##0", "0.00%"]
    sheet = openpyxl.load_workbook(hcp.to_excel(wide, tmp_path / "逐期.xlsx"))["数据"]
    assert sheet["A1"].value == "单位" and sheet["B2"].number_format == "#,##0"


def test_a_table_to_excel_with_chinese_heads(q: QuarterData, tmp_path: Path) -> None:
    import openpyxl

    answer = hcp.rates(q, "附件1")
    path = hcp.to_excel(answer, tmp_path / "主动评价率.xlsx")
    read = pd.read_excel(path, engine="calamine")
    assert list(read.columns) == list(answer.columns)
    assert read["主动评价率"].tolist() == pytest.approx(answer["主动评价率"].tolist())
    sheet = openpyxl.load_workbook(path)["数据"]
    assert sheet["D2"].number_format == "0.00%" and sheet["B2"].number_format == "#,##0"
    assert sheet.freeze_panes == "A2"
    plain = hcp.to_excel(q.districts, tmp_path / "原始列.xlsx")
    assert pd.read_excel(plain, engine="calamine").columns[:2].tolist() == ["区县", "办件数"]
    with pytest.raises(ValueError, match=r"\.xlsx"):
        hcp.to_excel(answer, tmp_path / "主动评价率.xls")


def test_missing_numbers_stay_blank_in_excel(q: QuarterData, tmp_path: Path) -> None:
    path = hcp.to_excel(hcp.table(q, "附件3"), tmp_path / "附件3.xlsx")
    read = pd.read_excel(path, engine="calamine")
    assert read["评价数"].isna().sum() == q.district_departments["evaluations"].isna().sum() > 0


def test_several_tables_stand_in_one_workbook(q: QuarterData, tmp_path: Path) -> None:
    import openpyxl

    path = hcp.to_excel({"各区县": hcp.table(q, 1), "意见": hcp.findings(q)}, tmp_path / "一页.xlsx")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["各区县", "意见", "说明"]
    about = [row[0].value for row in book["说明"].iter_rows()]
    assert {"【各区县】", "【意见】"} < set(about) and not any("hcp." in line for line in about)
    assert book["意见"].row_dimensions[2].height > 30 and book["意见"]["C2"].alignment.wrap_text
    unnamed = hcp.to_excel(hcp.table(q, 3).groupby("区县").size(), tmp_path / "个数.xlsx")
    assert pd.read_excel(unnamed, engine="calamine").columns.tolist() == ["区县", "数"]


def test_a_workbook_that_cannot_be_written_is_left(
    q: QuarterData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("haochaping.analysis.to_excel.atomic_write", denied)
    with pytest.raises(InputRefused, match="没有写成，原有的文件没有动"):
        hcp.to_excel(q.districts, tmp_path / "表.xlsx")


def test_lists_in_cells_and_repeated_labels_are_no_hindrance(q: QuarterData, tmp_path: Path) -> None:
    listed = pd.DataFrame({"区县": ["张店区"], "各月": [[1, 2, 3]]})
    assert (
        pd.read_excel(hcp.to_excel(listed, tmp_path / "列表.xlsx"), engine="calamine")["各月"][0]
        == "[1, 2, 3]"
    )
    twice = pd.concat([hcp.table(q, 3), hcp.table(q, 3)])
    assert len(hcp.bar(twice, "评价数").data) == 40
    for wrong in ({}, {"一": q.districts, "一 ": q.districts, "A": q.districts, "a": q.districts}):
        with pytest.raises(WrongArgument, match="至少要有一张表"):
            hcp.to_excel(wrong, tmp_path / "几张.xlsx")
    named = hcp.to_excel({"说明": hcp.table(q, 1), "说明2": hcp.table(q, 5)}, tmp_path / "说明.xlsx")
    assert pd.ExcelFile(named, engine="calamine").sheet_names == ["说明", "说明2", "说明3"]
