import re
from dataclasses import replace

import pandas as pd

from haochaping.checks.check_report import CheckReport
from haochaping.core.model import QuarterData
from haochaping.outputs.page.annex_html import annex_table
from haochaping.present.html_table import (
    Header,
    TableCell,
    TableRow,
    TableView,
    frame_table,
    in_chinese,
    table_html,
)
from tests.present.small_quarters import without_annexes


def cells(html: str) -> list[list[str]]:
    """Texts of a table's rows."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", html, flags=re.DOTALL)
    return [
        [
            re.sub(r"<sup>.*?</sup> |<[^>]*>", "", cell)
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)
        ]
        for row in rows
    ]


def test_caption_scopes_and_ids(real: QuarterData, real_report: CheckReport) -> None:
    for name in real.declaration.annexes:
        html = str(annex_table(real, name, real_report))
        assert f'<table id="table-{name}" data-sortable>' in html
        assert re.search(r"<caption[^>]*><span>附件\d ", html)
        assert not re.search(r"<th(?![^>]*scope=)", html.replace("<thead", "<_head"))


def test_a_header_of_any_depth() -> None:
    headers = [
        Header("件数", group=("评价", "主动"), id="n"),
        Header("占比", group=("评价", "主动")),
        Header("被动", "件", "评价"),
        Header("备注", kind="prose"),
    ]
    html = str(
        table_html(TableView("t", "题", "区", headers, [TableRow("甲", [TableCell(x) for x in "1234"])]))
    )
    [head] = re.findall(r"<thead>(.*)</thead>", html)
    assert re.sub(r'<span class="label">(.*?)</span>', r"\1", head) == (
        '<tr><th scope="col" rowspan="3">区</th><th scope="colgroup" colspan="3">评价</th>'
        '<th scope="col" rowspan="3" class="prose">备注</th></tr>'
        '<tr><th scope="colgroup" colspan="2">主动</th>'
        '<th scope="col" rowspan="2">被动 <span class="unit">（件）</span></th></tr>'
        '<tr><th scope="col" id="n">件数</th><th scope="col">占比</th></tr>'
    )


def test_printed_text_stays_with_its_reason(real: QuarterData, real_report: CheckReport) -> None:
    html = str(annex_table(real, "district_departments", real_report))
    assert re.search(r'title="数据归市级部门统计"[^>]*>(?:<a [^>]*><sup>※\d+</sup> )?归市', html)
    rows = {row[0]: row for row in cells(html)}
    assert rows["汇总"][1:5] == ["768,240", "881,307", "239,379", "40,934"]
    assert len(rows["人社局"]) == 12


def test_doubtful_cells_link_to_their_finding(real: QuarterData, real_report: CheckReport) -> None:
    html = str(annex_table(real, "public_services", real_report))
    doubted = re.findall(
        r'<td class="doubtful"[^>]*><a (?:tabindex="-1" )?href="#(finding-\d+)"[^>]*><sup>※\d+</sup> ([^<]*)</a>',
        html,
    )
    assert {"6%", "1,989,842"} <= {text for _, text in doubted}
    ids = {f"finding-{i}" for i in range(1, len(real_report.findings) + 1)}
    assert {anchor for anchor, _ in doubted} <= ids
    clean = replace(real_report, findings=())
    assert "※" not in str(annex_table(real, "districts", clean))


def test_a_reason_is_reached_without_pointing(real: QuarterData, real_report: CheckReport) -> None:
    html = str(annex_table(real, "district_departments", real_report))
    [(note, word)] = set(
        re.findall(r'aria-describedby="([^"]+)"[^>]*>(?:<sup>※\d+</sup> )?([^<]*归市)', html)
    )
    assert f'<li id="{note}">“{word}”：数据归市级部门统计。</li>' in html


def test_numbers_words_and_sentences_are_set_apart() -> None:
    rows = pd.DataFrame(
        {
            "名": ["甲", "乙"],
            "数": ["1,234", "不适用"],
            "区间": ["1.20%–2.30%", ""],
            "单位": ["件", "条"],
            "算法": ["一" * 30, ""],
            "日期": ["2024-01-05", "2024-01-06"],
        }
    )
    html = str(frame_table(rows, "题", "t", row_ids=["one", "two"]))
    kinds = re.findall(r'<th scope="col"(?: class="(\w+)")?><span class="label">([^<]+)</span>', html)
    assert kinds == [("", "数"), ("", "区间"), ("short", "单位"), ("prose", "算法"), ("short", "日期")]
    assert re.findall(r'<tr id="(\w+)"><th scope="row">(.)', html) == [("one", "甲"), ("two", "乙")]
    assert "table-plain" in html
    assert "table-wide" in frame_table(rows.assign(甲="", 乙="", 丙=""), "题", "t")
    assert "table-wide" not in frame_table(rows.iloc[:0], "题", "t")


def test_an_absent_annex_is_said(real: QuarterData, real_report: CheckReport) -> None:
    without = without_annexes(real, "public_services")
    assert "本期资料没有附件5" in annex_table(without, "public_services", real_report)


def test_text_from_data_is_escaped_and_hidden_characters_are_shown() -> None:
    html = str(frame_table(pd.DataFrame({"a": ["<b>\u202e"], "b": ['"onerror=']}), "<i>", "t"))
    assert "<b>" not in html and "<i>" not in html and "\\u{202E}" in html and '"onerror' not in html


def test_chinese_labels_on_demand(real: QuarterData) -> None:
    assert list(in_chinese(real.public_services)) == ["区县", "评价数", "总量占比", "总量占比（原文）"]


def test_subtotals_stay_among_their_rows_and_the_last_totals_are_the_foot() -> None:
    names = {"甲": False, "小计": True, "乙": False, "合计": True, "平均": True}
    rows = [TableRow(name, [TableCell("1")], is_total) for name, is_total in names.items()]
    html = str(table_html(TableView("t", "题", "区", [Header("数")], rows)))
    body, foot = html.partition("<tbody>")[2].split("<tfoot>")
    assert re.findall("甲|小计|乙|合计|平均", body) == ["甲", "小计", "乙"]
    assert re.findall("甲|小计|乙|合计|平均", foot) == ["合计", "平均"]
