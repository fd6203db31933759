import re

import pandas as pd

from haochaping.core.model import QuarterData
from haochaping.present.html_table import (
    Header,
    TableCell,
    TableRow,
    TableView,
    frame_table,
    in_chinese,
    table_html,
)


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
