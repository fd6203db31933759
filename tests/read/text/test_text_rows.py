"""Bodies of tables: the rows a person reads with certainty, or a refusal."""

from __future__ import annotations

import pytest

from tests.read.printing import DEPARTMENT_HEAD, DISTRICT_HEAD, MATRIX_HEAD, NARRATIVE, SERVICE_HEAD
from tests.read.reading import rows_or_refusal

LAST = "3 残联 1 1 1\n"


def read_departments(tables, body):
    """Rows of an annex 2 with three columns of counts; None when refused."""
    found = rows_or_refusal(tables, NARRATIVE + DEPARTMENT_HEAD + body)
    return found and found[0]


# --- surely readable ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "row"),
    [
        ("1\n省通信\n行业协会\n10 5 3\n", ("省通信行业协会", "10", "5", "3")),
        ("1 省通信\n行业协会 10\n5 3\n", ("省通信行业协会", "10", "5", "3")),
        ("1\n省通信\n10\n5\n3\n", ("省通信", "10", "5", "3")),
        ("1省通信 10 5 3\n", ("省通信", "10", "5", "3")),
        ("1.省通信 10 5 3\n", ("省通信", "10", "5", "3")),
        ("１ 省通信 １０ 5 3\n", ("省通信", "１０", "5", "3")),
        ("1 省通信 1,080,\n786 5 3\n", ("省通信", "1,080,786", "5", "3")),
        ("1 省通信 1,080\n,786 5 3\n", ("省通信", "1,080,786", "5", "3")),
        ("1 省通信 5 归\n市 3\n", ("省通信", "5", "归市", "3")),
        ("1 公安局（治安、 10 5 3\n交警）\n", ("公安局（治安、交警）", "10", "5", "3")),
        ("1 12345热线 10 5 3\n", ("12345热线", "10", "5", "3")),
    ],
)
def test_row_is_read(tables, body, row):
    assert read_departments(tables, body) == [row]
    more = "2 教育局 1 2 3\n" + LAST
    assert read_departments(tables, body + more) == [row, ("教育局", "1", "2", "3"), ("残联", "1", "1", "1")]


def test_centred_names_are_read(tables):
    body = "1 教育局 1 2 3\n省通信\n2 10 5 3\n行业协会\n" + LAST
    assert read_departments(tables, body)[1] == ("省通信行业协会", "10", "5", "3")


def test_decorated_page_number_between_pieces_of_a_row_is_dropped(tables):
    body = "1 教育局 1 2 3\n2 省通信\n— 7 —\n行业协会 10 5\n第 8 页 共 9 页\n3\n" + LAST
    assert read_departments(tables, body)[1] == ("省通信行业协会", "10", "5", "3")


def test_total_rows_are_read_wherever_they_stand(tables):
    row, total = "1 教育局 1 2 3\n", "全 市： 1 2 3\n"
    wanted = [("教育局", "1", "2", "3"), ("全市", "1", "2", "3")]
    assert read_departments(tables, row + total) == wanted
    assert read_departments(tables, row + "2 合计 1 2 3\n")[1] == ("合计", "1", "2", "3")


def test_total_row_without_its_share_leaves_it_blank(tables):
    found = rows_or_refusal(tables, NARRATIVE + SERVICE_HEAD + "1 青禾区 5 1%\n总数 5\n")
    assert found == [[("青禾区", "5", "1%"), ("总数", "5", None)]]


# --- never another model -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "row"),
    [
        # The first cell is a word broken at the line end.
        ("1 教育局 暂\n无 5 3\n", ("教育局", "暂无", "5", "3")),
        ("1 教育局 归\n市 5 3\n", ("教育局", "归市", "5", "3")),
        # Names that begin with a word for "no value" or with digits.
        ("1 无\n为市教育局 5 5 3\n", ("无为市教育局", "5", "5", "3")),
        ("1\n2号窗口 5 5 5\n", ("2号窗口", "5", "5", "5")),
        ("1 12345\n热线 5 5 5\n", ("12345热线", "5", "5", "5")),
        # A number broken in the middle of its digits.
        ("1 教育局 1080\n786 5 3\n", ("教育局", "1080786", "5", "3")),
        ("1 教育局 5 3 10\n80786\n", ("教育局", "5", "3", "1080786")),
    ],
)
def test_row_that_may_be_refused_is_never_misread(tables, body, row):
    wanted = [row, ("教体局", "1", "2", "3"), ("残联", "1", "1", "1")]
    assert read_departments(tables, body + "2 教体局 1 2 3\n" + LAST) in (None, wanted)


def test_same_name_ending_under_several_rows_is_no_running_head(tables):
    body = "1 市水务集团 10 5 3\n有限责任公司\n2 市热力集团 1 1 1\n有限责任公司\n" + LAST
    wanted = [
        ("市水务集团有限责任公司", "10", "5", "3"),
        ("市热力集团有限责任公司", "1", "1", "1"),
        ("残联", "1", "1", "1"),
    ]
    assert read_departments(tables, body) in (None, wanted)


def test_same_name_beginning_above_several_rows_is_no_running_head(tables):
    body = "1 残联 10 5 3\n市公共资源交易\n2 中心 1 1 1\n市公共资源交易\n3 平台 1 1 1\n"
    wanted = [
        ("残联", "10", "5", "3"),
        ("市公共资源交易中心", "1", "1", "1"),
        ("市公共资源交易平台", "1", "1", "1"),
    ]
    assert read_departments(tables, body) in (None, wanted)


def test_line_of_a_name_that_equals_the_issuer_belongs_to_the_name(tables):
    body = "1 残联 1 1 1\n2 驻\n青禾市政务服务管理局\n纪检组 5 5 5\n3 工会 1 1 1\n"
    wanted = [
        ("残联", "1", "1", "1"),
        ("驻青禾市政务服务管理局纪检组", "5", "5", "5"),
        ("工会", "1", "1", "1"),
    ]
    assert read_departments(tables, body) in (None, wanted)


def test_running_head_inside_a_wrapped_name_is_no_part_of_it(tables):
    head = "市级季度评价情况通报\n"
    body = "1 残联 1 1 1\n" + head + "2 市大数据中心\n" + head + "有限公司 5 5 5\n3 工会 1 1 1\n"
    wanted = [("残联", "1", "1", "1"), ("市大数据中心有限公司", "5", "5", "5"), ("工会", "1", "1", "1")]
    assert read_departments(tables, body) in (None, wanted)


def test_running_head_after_a_row_that_ends_with_its_name_is_no_part_of_it(tables):
    head = "市级季度评价情况通报\n"
    header = "附件1：\n各区县数据通报表\n序号 办件数 评价数 区县\n"
    text = header + "1 5 5 青禾区\n" + head + "2 4 4 石桥县\n" + head + "3 1 1 白沙市\n"
    wanted = [[("青禾区", "5", "5"), ("石桥县", "4", "4"), ("白沙市", "1", "1")]]
    assert rows_or_refusal(tables, NARRATIVE + text) in (None, wanted)


def test_open_bracket_does_not_swallow_the_following_rows(tables):
    body = (
        "1 残联 1 1 1\n2 市公安局（出 5 5 5\n入境、治安）\n3 省通信行 4 4 4\n业协会\n"
        "4 市供水集 3 3 3\n团有限责任公司\n"
    )
    wanted = [
        ("残联", "1", "1", "1"),
        ("市公安局（出入境、治安）", "5", "5", "5"),
        ("省通信行业协会", "4", "4", "4"),
        ("市供水集团有限责任公司", "3", "3", "3"),
    ]
    assert read_departments(tables, body) in (None, wanted)


# --- bare page numbers -------------------------------------------------------------------------------


def test_page_number_does_not_push_out_an_equal_cell(tables):
    """Pages 1 and 2 end here; the 2 among the cells is a cell."""
    body = "1 青禾区 10 5 3\n2 石桥县\n10\n2\n5\n2\n3 白沙市 1 1 1\n"
    wanted = [[("青禾区", "10", "5", "3"), ("石桥县", "10", "2", "5"), ("白沙市", "1", "1", "1")]]
    assert rows_or_refusal(tables, NARRATIVE + "1\n" + DISTRICT_HEAD + body) in (None, wanted)


def test_page_number_does_not_stand_in_for_a_lost_cell(tables):
    body = "1 青禾区 10 5 3\n2\n2 石桥县 10 5\n3\n3 白沙市 1 1 1\n4\n"
    assert rows_or_refusal(tables, NARRATIVE + "1\n" + DISTRICT_HEAD + body) is None


def test_page_number_does_not_stand_in_for_a_lost_cell_of_a_total(tables):
    body = "1 青禾区 10 5 3\n合计 10 5\n2\n"
    totals = [None, [[("青禾区", "10", "5", "3"), ("合计", "10", "5", None)]]]
    assert rows_or_refusal(tables, NARRATIVE + "1\n" + DISTRICT_HEAD + body) in totals


def test_page_number_before_an_equal_glued_serial_is_no_serial(tables):
    body = "1青禾区 10 5 3\n2\n2石桥县 4 4 4\n3\n3白沙市 1 1 1\n4\n"
    wanted = [[("青禾区", "10", "5", "3"), ("石桥县", "4", "4", "4"), ("白沙市", "1", "1", "1")]]
    assert rows_or_refusal(tables, NARRATIVE + "1\n" + DISTRICT_HEAD + body) in (None, wanted)


# --- refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "1 教育局 5 3\n",
        "1 教育局 5 3 1 1\n",
        "1 5 3 1\n",
        "教育局 5 3 1\n",
        "2 教育局 5 3 1\n",
        "1 教育局 5 3 1\n3 残联 1 1 1\n",
        "1 教育局 5 3 1\n残联 1 1 1\n",
        "1 教育局 5 3 1\n1 残联 1 1 1\n",
        "1 教育局 5 3 1\n联系人 张三\n",
        "1 教育局 5 3 1\n小计 5 3 1\n",
        "1 教育局 5 3 1\n合计 5 3 1 1\n",
        "1 教育局 5 3 1\n合计 5 3\n",
        "1 教育局 5 -3 1\n",
        "1 教育局 5 三 1\n",
    ],
)
def test_body_without_one_certain_reading_is_refused(tables, body):
    assert read_departments(tables, body) is None


def test_total_row_of_many_columns_is_settled_without_trying_every_place(tables):
    """Nineteen cells in thirty-six columns: thousands of millions of ways to place them, none needed."""
    names = [f"{first}{second}区" for first in "东西南北中上" for second in "山河湖海林田"]
    row = " ".join(["1 教育局", *["5"] * 36])
    total = " ".join(["合计", *["5"] * 18, "5%"])
    text = NARRATIVE + MATRIX_HEAD.format(" ".join(names)) + row + "\n" + total + "\n"
    assert rows_or_refusal(tables, text) is None


@pytest.mark.parametrize("total", ["合计 36100%", "合计 36 %", "合计 100%", "合计 110.2%"])
def test_total_without_a_count_is_refused_for_two_cells_may_have_run_into_one(tables, total):
    assert rows_or_refusal(tables, NARRATIVE + SERVICE_HEAD + f"1 青禾区 36 100%\n{total}\n") is None


def test_total_without_a_rate_is_read(tables):
    found = rows_or_refusal(tables, NARRATIVE + SERVICE_HEAD + "1 青禾区 36 100%\n合计 36\n")
    assert found == [[("青禾区", "36", "100%"), ("合计", "36", None)]]


def test_serial_number_of_many_digits_is_refused(tables):
    assert read_departments(tables, "1 教育局 1 2 3\n" + "9" * 5000 + " 残联 1 1 1\n") is None
