"""Where tables begin and end: nothing is dropped between, before or after them."""

from __future__ import annotations

import pytest

from tests.read.printing import DEPARTMENT_HEAD, DISTRICT_HEAD, MATRIX_HEAD, NARRATIVE, NOTE, SERVICE_HEAD
from tests.read.reading import assert_read, assert_refused, plain_values, rows_or_refusal

DISTRICT_ROWS = "1 青禾区 10 5 3\n2 石桥县 4 4 0\n"
SERVICE_ROWS = "1 青禾区 5 30%\n2 石桥县 5 70%\n"


def read(tables, *parts):
    return rows_or_refusal(tables, NARRATIVE + "".join(parts))


def test_heading_and_title_may_share_a_line_or_be_absent(tables):
    wanted = [[("青禾区", "10", "5", "3"), ("石桥县", "4", "4", "0")]]
    header = DISTRICT_HEAD.splitlines(keepends=True)[-1]
    for head in (
        DISTRICT_HEAD,
        "附件1.各区县数据通报表\n" + header,
        "附表一：\n各区县\n数据通报表\n单位：件\n" + header,
        "各区县数据通报表\n" + header,
        header,
    ):
        assert read(tables, head, DISTRICT_ROWS, NOTE) == wanted


NAMES_LAST = "附件1：\n各区县数据通报表\n序号 办件数 评价数 区县\n1 10 5 青禾区\n2 4 4 石桥县\n" + NOTE


@pytest.mark.parametrize("annex", [DISTRICT_HEAD + DISTRICT_ROWS + NOTE, NAMES_LAST])
def test_identical_second_printing_counts_once(read, annex):
    assert_read(read, NARRATIVE + annex + annex, plain_values(read(NARRATIVE + annex)))


def test_second_printing_with_another_number_is_refused_when_names_come_last(read):
    assert_refused(read, NARRATIVE + NAMES_LAST + NAMES_LAST.replace("10 5", "10 6"))


def test_row_behind_the_note_is_refused_when_names_come_last(tables):
    rows = "1 10 5 青禾区\n2 4 4 石桥县\n"
    assert read(tables, "附件1：\n序号 办件数 评价数 区县\n", rows, NOTE, "3 1 1 白沙市\n") is None


def test_no_table_is_refused(tables):
    assert read(tables) is None
    assert read(tables, NOTE) is None


def test_header_without_rows_is_refused(tables):
    assert read(tables, DISTRICT_HEAD) is None
    assert read(tables, DISTRICT_HEAD, NOTE, SERVICE_HEAD, SERVICE_ROWS) is None


def test_repeated_header_with_other_columns_is_refused(tables):
    again = "序号 区县 办件数 差评数 评价数\n"
    assert read(tables, DISTRICT_HEAD, "1 青禾区 10 5 3\n", again, "2 石桥县 4 0 4\n") is None


# --- a table whose header is lost or unknown ---------------------------------------------------------

WITHOUT_HEADER = {
    "heading on its own line": "附件5：\n各区县公共服务领域数据通报表\n" + SERVICE_ROWS,
    "heading and title on one line": "附件5：各区县公共服务领域数据通报表\n" + SERVICE_ROWS,
    "each cell on its own line": "附件5：各区县公共服务领域数据通报表\n" + SERVICE_ROWS.replace(" ", "\n"),
    "no serial numbers": "附件1：各区县数据通报表\n区县 办件数 评价数\n青禾区 10 5\n石桥县 4 4\n",
    "no serial numbers, own heading": "附件1：\n各区县数据通报表\n区县 办件数 评价数\n青禾区 10 5\n石桥县 4 4\n",
    "other word for 序号": "附件5：公共服务领域数据通报表\n编号 区县 评价数 总量占比\n" + SERVICE_ROWS,
}


@pytest.mark.parametrize("lost", WITHOUT_HEADER.values(), ids=WITHOUT_HEADER)
@pytest.mark.parametrize("place", ["first", "last"])
def test_table_without_its_header_is_refused_not_dropped(tables, lost, place):
    other = DEPARTMENT_HEAD + "1 残联 10 5 3\n" + NOTE
    parts = (lost, NOTE, other) if place == "first" else (other, lost, NOTE)
    assert read(tables, *parts) is None


# --- what stands behind a note -----------------------------------------------------------------------

BEHIND = {
    "row": "3 白沙市 1 1 1\n",
    "wrapped row": "3\n白沙\n市\n1 1 1\n",
    "row, each cell on its own line": "3\n白沙市\n1\n1\n1\n",
    "row without serial": "白沙市 1 1 1\n",
    "total": "合计 14 9 3\n",
    "total, each cell on its own line": "合计\n14\n9\n3\n",
    "heading": "附件2：\n市直部门数据通报表\n",
}


@pytest.mark.parametrize("behind", BEHIND.values(), ids=BEHIND)
def test_what_stands_behind_a_note_is_refused_not_dropped(tables, behind):
    assert read(tables, DISTRICT_HEAD, DISTRICT_ROWS, NOTE, behind) is None


def test_total_behind_the_note_of_annex_5_is_refused_not_dropped(tables):
    wanted = [[("青禾区", "5", "30%"), ("石桥县", "5", "70%"), ("总数", "10", None)]]
    assert read(tables, SERVICE_HEAD, SERVICE_ROWS, NOTE, "总数 10\n") in (None, wanted)


def test_matrix_of_unknown_districts_is_read_without_other_annexes(tables):
    rows = "1 人社局 5 4\n2 残联 0 归市\n"
    assert read(tables, MATRIX_HEAD.format("云岭旗 南滨新区"), rows) == [
        [("人社局", "5", "4"), ("残联", "0", "归市")]
    ]


@pytest.mark.parametrize(
    "row",
    [
        "3 白沙市 1,000 1,000 0\n",
        "3 公安局（出入境、治安、交警） 1 1 0\n",
        "3 税务家条件局 / 1 0\n",
        "3 白沙市 归市\n",
        "合计 1,000 1,000 3\n",
    ],
)
def test_row_behind_the_note_is_refused_whatever_signs_it_holds(tables, row):
    assert read(tables, DISTRICT_HEAD, DISTRICT_ROWS, NOTE, row) is None
    assert read(tables, DISTRICT_HEAD, DISTRICT_ROWS, NOTE, row, SERVICE_HEAD, SERVICE_ROWS) is None


def test_numbers_of_a_sentence_behind_the_note_are_no_row(tables):
    note = NOTE + "其中，青禾区 3 个镇、石桥县 12 个镇，\n2022 年 10 月 1 日起统计。\n"
    assert read(tables, DISTRICT_HEAD, DISTRICT_ROWS, note) == read(
        tables, DISTRICT_HEAD, DISTRICT_ROWS, NOTE
    )


@pytest.mark.parametrize("line", ["合计 14 9 3\n", "合计： 14\n", "1 青禾区 10 5 3\n"])
def test_total_or_row_above_the_header_is_refused(tables, line):
    *above, header = DISTRICT_HEAD.splitlines(keepends=True)
    assert read(tables, *above, header, DISTRICT_ROWS) is not None
    assert read(tables, *above, line, header, DISTRICT_ROWS) is None


def test_row_between_the_lines_of_a_note_that_every_annex_has_is_refused(tables):
    """The note's first line stands under several annexes, as a running head might; the row behind it is none."""
    note = "备注：数据来源某市政务服务好差评系统，数据统计范围 2022 年 10 月 1 日至 12\n{}月 31 日。\n"
    one, two = DISTRICT_HEAD + DISTRICT_ROWS, SERVICE_HEAD + SERVICE_ROWS
    assert read(tables, one, note.format(""), two, note.format("")) is not None
    assert read(tables, one, note.format("3 白沙市 1 1 0\n"), two, note.format("")) is None
    assert read(tables, one, note.format("合计 14\n"), two, note.format("")) is None
