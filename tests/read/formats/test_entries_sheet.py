"""The sheet 正文与日期: what it says is what a bulletin's text would say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from haochaping.core.errors import InputRefused
from haochaping.core.model import QuarterData
from haochaping.core.period import Period
from haochaping.read.formats.entries_sheet import SHEET, annex_items, read_entries
from haochaping.read.formats.workbook import read_workbook
from haochaping.read.grid.grid import make_grid
from haochaping.read.text.lines import split_lines
from haochaping.read.text.narrative import read_narrative
from haochaping.reference.reference import Reference

NOW = Period(2023, 1)
RECORDS = "归集上传数据（条）"


def entries(reference: Reference, *rows: tuple[str, str]) -> tuple[list[dict[str, Any]], list[str]]:
    """Figures of the text, and problems."""
    narrative, problems = read_entries(make_grid(rows, "a.xlsx", name=SHEET), NOW, reference)
    return narrative.headline, [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("label", "entry", "printed", "value", "qualifier"),
    [
        (RECORDS, "9069695", "9069695条", 9069695.0, ""),
        (RECORDS, "9,069,695条", "9,069,695条", 9069695.0, ""),
        (RECORDS, "约907万", "907万条", 9070000.0, "约"),
        (RECORDS, "约907万条", "907万条", 9070000.0, "约"),
        (RECORDS, "近900万", "900万条", 9000000.0, "近"),
        (RECORDS, "907万余", "907万条", 9070000.0, "余"),
        (RECORDS, "900万以上", "900万条", 9000000.0, "以上"),
        (RECORDS, "900万条以上", "900万条", 9000000.0, "以上"),
        (RECORDS, "超过0.9亿", "0.9亿条", 90000000.0, "超过"),
        ("评价率", "99.9%", "99.9%", 0.999, ""),
        ("评价率", "99.9%以上", "99.9%", 0.999, "以上"),
        ("评价率", "９９．９％", "99.9%", 0.999, ""),
        ("好评率", "约98%", "98%", 0.98, "约"),
        ("差评整改率", "达100%", "100%", 1.0, ""),
        ("按时整改率", "超过99%", "99%", 0.99, "超过"),
    ],
)
def test_a_figure_reads_as_the_text_of_a_bulletin_does(
    reference: Reference, label: str, entry: str, printed: str, value: float, qualifier: str
) -> None:
    [figure], problems = entries(reference, (label, entry))
    assert problems == []
    assert (figure["printed"], figure["value"], figure["qualifier"]) == (printed, value, qualifier)
    if label == RECORDS:
        text = f"关于工作情况的通报\n各单位：\n全市归集数据{entry if '条' in entry else entry + '条'}。"
        if not entry.endswith("以上"):
            [there] = read_narrative(split_lines(text, {}), "b.txt").headline
            assert {**there, "sentence": ""} == figure


@pytest.mark.parametrize(
    ("label", "entry"),
    [
        (RECORDS, "很多"),
        (RECORDS, "约六百万"),
        (RECORDS, "907余万"),
        (RECORDS, "100条，上传数据200"),
        (RECORDS, "907万（不含镇村）"),
        ("评价率", "99.9"),
        ("评价率", "0.999"),
        ("评价率", "99.9%，整改率100%"),
    ],
)
def test_what_no_text_would_say_is_told_with_what_is_expected(
    reference: Reference, label: str, entry: str
) -> None:
    headline, [problem] = entries(reference, (label, entry))
    assert headline == [] and "第 1 行" in problem and "如" in problem


def test_a_label_that_is_none_is_told(reference: Reference) -> None:
    rows = [("项目", "内容"), ("附件6标题", "某表"), ("附件1标题", "甲表"), ("附件1备注", "")]
    _, [problem] = entries(reference, *rows)
    assert "附件6标题" in problem and "附件1备注" in problem


def test_every_annex_has_a_title_and_a_note(reference: Reference) -> None:
    items = annex_items(reference)
    assert list(items)[:2] == ["附件1标题", "附件1备注"] and len(items) == 10


def workbook(path: Path, entries: list[list[str]], above: str = "") -> Path:
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "附件5 公共服务"
    for row in [*([[above]] if above else []), ["序号", "区县", "评价数（条）"], [1, "甲区", 5]]:
        sheet.append(row)
    told = workbook.create_sheet(SHEET)
    for row in [["项目", "内容"], *entries]:
        told.append(row)
    workbook.save(path)
    return path


NOTE = "备注：数据来源某系统，数据统计范围2023年1月1日至3月31日，数据提取时间：2023年4月4日。"


def test_title_and_note_of_an_annex_reach_the_model(tmp_path: Path, reference: Reference) -> None:
    rows = [["附件5标题", "各区县公共服务第一季度通报表"], ["附件5备注", NOTE], ["附件4标题", "没有的附件"]]
    data = read_workbook(workbook(tmp_path / "a.xlsx", rows), NOW, reference)
    assert data.annexes[["title", "note"]].to_numpy().tolist() == [["各区县公共服务第一季度通报表", NOTE]]
    assert data.annexes["period_end"].tolist() == ["2023-03-31"]
    assert data.fact("extraction_date") == "2023-04-04"


def test_the_page_of_an_annex_may_not_say_otherwise(tmp_path: Path, reference: Reference) -> None:
    title = "各区县公共服务第一季度“好差评”情况表"
    same = workbook(tmp_path / "a.xlsx", [["附件5标题", title]], above=title)
    assert read_workbook(same, NOW, reference).annexes["title"].tolist() == [title]
    with pytest.raises(InputRefused, match="只保留一处"):
        read_workbook(workbook(tmp_path / "b.xlsx", [["附件5标题", "另一个"]], above=title), NOW, reference)


def test_titles_and_notes_survive_the_workbook_of_annexes(
    tmp_path: Path, real: QuarterData, reference: Reference
) -> None:
    from haochaping.outputs.excel.annexes_workbook import write_annexes

    write_annexes(real, "", tmp_path / "annexes.xlsx")
    again = read_workbook(tmp_path / "annexes.xlsx", real.quarter, reference)
    assert again.annexes.equals(real.annexes)
