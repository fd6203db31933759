"""Headers of tables in text: columns in any wrapping, or a refusal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from haochaping.read.grid.table_meaning import HeaderUnread, TableEvidence, find_meaning
from haochaping.read.text.lines import split_lines
from haochaping.read.text.text_header import read_header

DISTRICTS = ["青禾区", "石桥县", "高新区"]


@pytest.fixture
def header(reference):
    """Annex and columns (measure or heading, member) of a header; None when refused."""

    def read(text, title="", districts=DISTRICTS):
        try:
            columns = read_header(split_lines(text, reference.no_value), title, reference, districts)
            labels = [(0, ("序号",)), *((at, c.path) for at, c in enumerate(columns, start=1))]
            evidence = TableEvidence((title,), lambda at: ("5" if at > 1 else "?",), districts)
            meaning = find_meaning(labels, reference, evidence)
        except HeaderUnread as refusal:
            assert str(refusal)
            return None
        values = [(c.measure.name if c.measure else c.heading, c.member) for c in meaning.values]
        return meaning.spec.name if meaning.spec else "", values

    return read


def measures(result):
    return result and [name for name, _ in result[1]]


@pytest.mark.parametrize(
    "text",
    [
        "序号 区县 办件数 评价数 评价率 主动评价数 差评数 整改满意率",
        "序号区县办件数评价数评价率主动评价数差评数整改满意率",
        "序号\n区县\n办件数\n评价数\n评价率\n主动评价数\n差评数\n整改满意率",
        "序 号 区 县 办件\n数 评价数 评价率 主动\n评价数 差评数 整改满\n意率",
        "序号 区县 办件 评价 评价率 主动评 差评 整改满\n数 数 价数 数 意率",
        "序号 县（区） 办件量（件） 评价总数(条) 办件评价率(%) 主动评价数（条） 差评量 差评整改满意率",
    ],
)
def test_header_of_annex_1_is_read_in_every_wrapping(header, text):
    result = header(text)
    assert result[0] == "districts"
    assert measures(result) == [
        "cases",
        "evaluations",
        "evaluation_rate",
        "active_evaluations",
        "negative_evaluations",
        "rectification_satisfaction_rate",
    ]


def test_percent_sign_in_the_header_carries_the_unit(reference):
    lines = split_lines("序号 区县 评价数 评价率（%）", reference.no_value)
    columns = read_header(lines, "", reference, DISTRICTS)
    assert [column.in_percent for column in columns] == [False, False, True]
    assert [column.is_percentage for column in columns] == [False, False, True]
    assert [column.is_name for column in columns] == [True, False, False]


@pytest.mark.parametrize("separator", [" ", "\n"])
def test_districts_as_columns(header, separator):
    table, columns = header(separator.join(["序号", "部门", *DISTRICTS, "合计"]))
    assert table == "district_departments"
    assert columns == [("evaluations", name) for name in [*DISTRICTS, "合计"]]


def test_unknown_districts_are_columns_when_they_end_like_districts(header):
    text = "序号 部门 青山区 经济技术\n开发区 云岭旗 长屿岛"
    assert [member for _, member in header(text, districts=[])[1]] == [
        "青山区",
        "经济技术开发区",
        "云岭旗",
        "长屿岛",
    ]


def test_unknown_district_that_ends_like_none_is_a_column_of_its_own_not_joined(header):
    columns = header("序号 部门 青山区 市本级", districts=[])[1]
    assert columns == [("evaluations", "青山区"), ("市本级", "")]


@pytest.mark.parametrize(
    "text",
    [
        "序号 区县 镇级 村级 评价总数 差评数量 评价总数 差评数量",
        "序号 区县\n镇 级 村 级\n评价总数 差评\n数量\n评价总数 差评\n数量",
        "序号 区县 镇级 评价总数 差评数量 村级 评价总数 差评数量",
    ],
)
def test_tiers_above_their_measures(header, text):
    assert header(text) == (
        "towns_and_villages",
        [
            ("evaluations", "town"),
            ("negative_evaluations", "town"),
            ("evaluations", "village"),
            ("negative_evaluations", "village"),
        ],
    )


def test_villages_may_come_before_towns(header):
    assert [member for _, member in header("序号 区县 村级 镇级 评价数 评价数")[1]] == ["village", "town"]


@pytest.mark.parametrize(
    "text",
    [
        "序号 区县",
        "序号 评价数",
        "区县 序号 评价数",
        "序号 区县 部门 评价数",
        "序号 区县 评价数 评价数",
        "序号 区县 评价数 评价数量",
        "序号 区县 镇级 村级 评价数 差评数 评价数",
        "序号 区县 镇级 镇级 评价数 评价数",
        "序号 区县 评价数 镇级 村级 差评数 差评数 差评数",
        "序号 部门 青禾区 青禾区",
        "序号区县办件数平价数",
        "序号 区县 评价\n数 满意程度",
    ],
)
def test_header_without_one_certain_reading_is_refused(header, text):
    assert header(text, districts=["青禾区", "石桥县"]) is None


@pytest.mark.parametrize(
    ("text", "table", "columns"),
    [
        ("序号 区县 评价数 备注", "districts", ["evaluations", "备注"]),
        ("序号 区县 评价数 满意程度", "districts", ["evaluations", "满意程度"]),
        ("序号 部门 评价数 总量占比", "city_departments", ["evaluations", "总量占比"]),
        ("序号 大厅 投票数 投票率", "", ["投票数", "投票率"]),
    ],
)
def test_headings_that_nobody_declared_are_kept_where_one_line_has_them_all(header, text, table, columns):
    found = header(text)
    assert (found[0], measures(found)[-len(columns) :]) == (table, columns)


def test_header_that_contradicts_its_title_is_refused(header):
    assert header("序号 区县 评价数 总量占比", title="市直部门数据通报表") is None
    assert header("序号 部门 办件数 评价数", title="区直部门评价数据通报表") is None
    assert header("序号 部门 办件数", title="市直部门数据通报表") is None, "评价数 is required"


def test_annex_5_without_shares_is_told_by_its_title(header):
    assert header("序号 区县 评价数", title="各区县公共服务领域数据通报表")[0] == "public_services"
    assert header("序号 区县 评价数", title="各区县数据通报表")[0] == "districts"


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        (
            "序号 部门 评价率 办件数 主动 评价数 差评数\n评价数",
            ["evaluation_rate", "cases", "active_evaluations", "evaluations", "negative_evaluations"],
        ),
        (
            "序号 部门 办件数 主动 评价数\n评价数",
            ["cases", "active_evaluations", "evaluations"],
        ),
    ],
)
def test_heading_wrapped_beside_a_like_one_is_never_misread(header, text, columns):
    """Read along the lines, 主动 goes with the next column; printed, its second half stands below it."""
    assert measures(header(text)) in (None, columns)


@pytest.mark.parametrize("filling", ["村", "青禾区 ", "某某情况"])
def test_header_far_too_long_is_refused_without_trying(header, filling):
    assert header("序号 区县 办件数 " + filling * 20_000) is None


def test_of_two_readings_the_one_with_the_blanks_of_the_header_is_right(reference):
    """评价数量 with 差评数: 评价数 and 量差评数, were that a heading, or 评价数量 and 差评数."""
    declaration = reference.declaration
    odd = replace(declaration.measures["cases"], name="odd", heading="量差评数")
    wider = replace(
        reference, declaration=replace(declaration, measures={**declaration.measures, "odd": odd})
    )

    def headings(text):
        columns = read_header(split_lines(text, wider.no_value), "", wider, [])
        return [column.heading for column in columns]

    assert headings("序号 区县 评价数量 差评数") == ["区县", "评价数量", "差评数"]
    assert headings("序号 区县 评价数 量差评数") == ["区县", "评价数", "量差评数"]
    with pytest.raises(HeaderUnread, match="两种读法"):
        headings("序号 区县 评价数量差评数")
