"""Layouts that offices and rating systems have: read, or refused with one clear message; never misread."""

from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from haochaping.core.errors import InputRefused
from haochaping.core.model import QuarterData
from haochaping.core.period import Period
from haochaping.read.raw_folder import read_raw
from haochaping.reference.reference import Reference

FIRST = Period(2023, 1)
Rows = Sequence[Sequence[object]]


@pytest.fixture
def read(tmp_path: Path, reference: Reference):
    """Reads sheets (rows of cells) as a workbook."""

    def read_sheets(*sheets: Rows, names: Sequence[str] = (), merged: Sequence[str] = ()) -> QuarterData:
        workbook = openpyxl.Workbook()
        workbook.remove(workbook.active)
        for i, rows in enumerate(sheets):
            sheet = workbook.create_sheet(names[i] if names else f"Sheet{i + 1}")
            for row in rows:
                sheet.append(list(row))
            for area in merged:
                sheet.merge_cells(area)
        workbook.save(tmp_path / "附件.xlsx")
        return read_raw(tmp_path, FIRST, reference)

    return read_sheets


HEAD = ["序号", "区县", "办件数", "评价数", "评价率"]
BODY = [[1, "甲区", 1000, 990, "99.00%"], [2, "乙县", 20, 20, "100%"]]
PLAIN = ["区县", "评价数"]

# --- read ----------------------------------------------------------------------------------------------

READ: dict[str, Rows] = {
    "two lines of title, unit line": [
        ["附件1"],
        ["各区县政务服务“好差评”情况", None],
        ["单位：件、条"],
        HEAD,
        *BODY,
    ],
    "a unit line that is no scale": [["单位：件、百分比"], ["填报单位：万州区、千山区"], HEAD, *BODY],
    "title and unit in one row": [["各区县情况表", None, None, "单位：件"], HEAD, *BODY],
    "who filled it in, above": [["填报单位：某局", None, "填报日期：2023年4月3日"], HEAD, *BODY],
    "units in headings": [["序号", "区县", "办件数（件）", "评价数(条)", "评价率（%）"], *BODY],
    "blank columns between": [
        ["序号", None, "区县", "办件数", None, "评价数", "评价率"],
        *[[a, None, b, c, None, d, e] for a, b, c, d, e in BODY],
    ],
    "blank rows between": [HEAD, BODY[0], [], [None], BODY[1]],
    "footer with figures": [
        HEAD,
        *BODY,
        ["填表人：张三", None, "审核人：李四", None, "联系电话：0533-2222222"],
        ["单位负责人：", "王五", 13800000000, 2023, 4],
    ],
    "note with figures": [HEAD, *BODY, ["备注：1.甲区含3个镇；2.数据提取时间：2023年4月3日。"]],
    "note over several rows": [HEAD, *BODY, ["注：1.甲区含3个镇。"], ["2.乙县含2个镇。", None, None]],
    "headers and titles at page breaks": [
        ["各区县情况表"],
        HEAD,
        BODY[0],
        ["第1页，共2页"],
        ["各区县情况表"],
        HEAD,
        BODY[1],
        ["第 2 页 共 2 页"],
    ],
    "two header rows": [
        ["序号", "区县", "办理情况", "评价情况", None],
        [None, None, "办件数", "评价数", "评价率"],
        *BODY,
    ],
    "numbers as text, every form": [
        HEAD,
        [1, "甲区", "１，０００", "\xa0990 ", "９９．００％"],
        ["2", "乙县", "20.0", "20", " 100 %"],
    ],
    "thousands and point nought": [HEAD, [1, "甲区", "1,000.0", "990.00", "99.00%"], BODY[1]],
    "trailing blank columns": [[*HEAD, None, " "], *[[*row, None, "\xa0"] for row in BODY]],
    "a column of remarks, empty": [[*HEAD, "备注"], *BODY],
    "columns of a system": [
        [*HEAD, "满意数", "好评率", "主动评价率", "排名"],
        *[[*row, 5, "98.0%", "1%", 3] for row in BODY],
    ],
    "no serial numbers": [HEAD[1:], *[row[1:] for row in BODY]],
}


@pytest.mark.parametrize("layout", READ)
def test_a_layout_that_is_read(read, layout: str) -> None:
    found = read(READ[layout])
    table = found.districts
    assert table["district"].tolist() == ["甲区", "乙县"]
    assert table["cases"].tolist() == [1000, 20]
    assert table["evaluations"].tolist() == [990, 20]
    assert [rate.replace(" ", "") for rate in table["evaluation_rate_printed"]][1] in ("100%", "100")
    assert "张三" not in str(found.annexes.to_dict()) and "2222222" not in str(found.annexes.to_dict())


def test_notes_and_periods_are_kept(read) -> None:
    found = read(
        [
            ["统计时间：2023年1月1日至2023年3月31日"],
            HEAD,
            *BODY,
            ["备注：数据提取时间：2023年4月3日。"],
            ["填表人：张三"],
        ]
    )
    assert found.fact("period_start") == "2023-01-01" and found.fact("extraction_date") == "2023-04-03"


def test_sheets_without_titles_in_any_order(read) -> None:
    found = read(
        [["区县", "评价数", "总量占比"], ["甲区", 5, "100%"]],
        [
            ["序号", "区县", "镇级", None, "村级", None],
            [None, None, *["评价总数", "差评数量"] * 2],
            [1, "甲区", 5, 0, 6, 1],
        ],
        [["部门", "甲区", "乙县"], ["教育局", 5, "归市"]],
        [["部门", "办件数", "评价数"], ["市教育局", 6, 5]],
        [HEAD, *BODY],
    )
    assert not found.absent
    assert found.public_services["evaluations"].tolist() == [5]
    assert found.towns_and_villages["evaluations"].tolist() == [5, 6]
    assert found.district_departments["evaluations"].isna().tolist() == [False, True]


# --- refused ---------------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[Rows, list[str]]] = {
    "subtotal": ([PLAIN, ["甲区", 5], ["小计", 5], ["乙县", 6]], ["第 3 行 A 列", "小计", "words.csv"]),
    "average": ([PLAIN, ["甲区", 5], ["全市平均", 5]], ["全市平均", "没有对应的数据项"]),
    "group heading": ([PLAIN, ["甲区", 5], ["功能区"], ["高新区", 6]], ["第 3 行：功能区", "只有文字"]),
    "short note": ([PLAIN, ["甲区", 5], ["含补录数据"]], ["第 3 行：含补录数据", "备注："]),
    "data after a note": ([PLAIN, ["甲区", 5], ["备注：无"], ["乙县", 6]], ["第 4 行：乙县 6", "备注之后"]),
    "data after a long text": (
        [PLAIN, ["甲区", 5], ["以上数据来自好差评系统，截至本季度末，含补录数据。"], ["乙县", 6]],
        ["第 4 行：乙县 6"],
    ),
    "data after the footer": ([PLAIN, ["甲区", 5], ["填表人：张三"], ["乙县", 6]], ["第 4 行：乙县 6"]),
    "data above the header": (
        [["辖区名", "次数", "率"], ["丙县", 7, 8], PLAIN, ["甲区", 5]],
        ["第 2 行：丙县 7 8", "表头之前"],
    ),
    "in ten thousands": ([["单位：万件"], PLAIN, ["甲区", 5]], ["单位：万件", "以万、千为单位"]),
    "in ten thousands, title": ([["各区县情况（万件）"], PLAIN, ["甲区", 5]], ["万件"]),
    "heading in ten thousands": (
        [["区县", "评价数（万条）"], ["甲区", 5]],
        ["第 1 行：区县 评价数（万条）", "以万、千为单位"],
    ),
    "figure with a unit": ([PLAIN, ["甲区", 5], ["乙县", "1234 件"]], ["第 3 行 B 列", "1234 件", "整数"]),
    "negative": ([PLAIN, ["甲区", 5], ["乙县", "-5"]], ["第 3 行 B 列", "-5"]),
    "exponent": ([PLAIN, ["甲区", 5], ["乙县", "3.0E+05"]], ["第 3 行 B 列", "3.0E+05"]),
    "apostrophe": ([PLAIN, ["甲区", 5], ["乙县", "'12"]], ["第 3 行 B 列", "'12"]),
    "error as text": ([PLAIN, ["甲区", 5], ["乙县", "#REF!"]], ["B3", "#REF!"]),
    "footnote mark": ([PLAIN, ["甲区", 5], ["乙县", "12①"]], ["12①"]),
    "percent or fraction": (
        [["区县", "评价数", "评价率（%）"], ["甲区", 5, 1], ["乙县", 5, 0.99]],
        ["第 2 行 C 列：1", "1% 还是 100%"],
    ),
    "two tables side by side": (
        [["区县", "评价数", None, "部门", "办件数", "评价率"], ["甲区", 5, None, "市教育局", 6, "1%"]],
        ["恰有一列名称", "“区县”“部门”", "并排的两个表请分开"],
    ),
    "folded in two": ([[*PLAIN, *PLAIN], ["甲区", 5, "乙县", 6]], ["重复的列“评价数”"]),
    "one name twice": (
        [PLAIN, ["甲区", 5], ["乙县", 6], ["甲区", 7]],
        ["第 4 行", "甲区", "第 2 行", "保留一行"],
    ),
    "names merged": ([PLAIN, ["甲区", 5], [None, 6]], ["第 3 行 A 列", "应有名称"]),
    "figures without a heading": ([[*PLAIN, None], ["甲区", 5, 6]], ["第 1 行", "C 列有内容而没有列名"]),
    "most columns of an annex, but not the one it must have": (
        [["区县", "办件数", "评价条数", "评价率", "主动评价数", "差评数"], ["甲区", 5, 5, "100%", 5, 0]],
        ["第 1 行：区县 办件数 评价条数", "各区县表应有“评价数”列", "annexes.toml"],
    ),
    "title of another annex": (
        [["市直部门评价情况"], PLAIN, ["甲区", 5]],
        ["第 2 行：区县 评价数", "标题说的是市直部门"],
    ),
    "title of an annex without its column": (
        [["市直部门办件情况"], ["部门", "办件数"], ["市教育局", 5]],
        ["第 2 行：部门 办件数", "市直部门表应有“评价数”列", "annexes.toml"],
    ),
}


@pytest.mark.parametrize("layout", REFUSED)
def test_a_layout_that_is_refused(read, layout: str) -> None:
    rows, said = REFUSED[layout]
    with pytest.raises(InputRefused) as refusal:
        read(rows)
    for text in ["附件.xlsx 工作表“Sheet1”", *said]:
        assert text in refusal.value.message, refusal.value.message


# --- kept as printed -------------------------------------------------------------------------------------


def test_columns_that_nobody_declared_are_kept(read) -> None:
    found = read(
        [["区县", "评价数", "整改说明", "投诉数"], ["甲区", 5, "已整改", 7], ["乙县", 6, None, "8.0"]]
    )
    assert found.districts["evaluations"].tolist() == [5, 6]
    kept = found.undeclared[["annex", "row", "column", "printed"]].to_numpy().tolist()
    assert kept == [
        ["districts", "甲区", "整改说明", "已整改"],
        ["districts", "甲区", "投诉数", "7"],
        ["districts", "乙县", "整改说明", ""],
        ["districts", "乙县", "投诉数", "8.0"],
    ]
    assert found.undeclared["value"].dropna().tolist() == [7, 8]


def test_figures_of_another_quarter_are_not_this_ones(read) -> None:
    upper = ["区县", "本季度", None, "上季度", None]
    lower = [None, "办件数", "评价数", "办件数", "评价数"]
    found = read([upper, lower, ["甲区", 5, 6, 7, 8]])
    assert found.districts[["cases", "evaluations"]].to_numpy().tolist() == [[5, 6]]
    assert found.undeclared["column"].tolist() == ["上季度/办件数", "上季度/评价数"]


def test_figures_of_tiers_are_not_those_of_their_district(read) -> None:
    upper, lower = ["区县", "评价数", "镇级", "村级"], [None, None, "差评数", "差评数"]
    found = read([upper, lower, ["甲区", 5, 6, 7]])
    assert found.districts["evaluations"].tolist() == [5]
    assert found.districts["negative_evaluations"].isna().all()
    assert found.undeclared["column"].tolist() == ["镇级/差评数", "村级/差评数"]


UNDECLARED: dict[str, Rows] = {
    "last quarter alone": [["区县", "本季度", "上季度"], [None, "办件数", "评价数"], ["甲区", 5, 6]],
    "transposed": [["指标", "甲区", "乙县"], ["评价数", 5, 6], ["办件数", 7, 8]],
    "headings unknown": [["辖区名", "次数"], ["甲区", 5], ["乙县", 6], ["丙县", 7]],
    "districts as key of a matrix": [["区县", "甲区", "乙县"], ["甲区", 5, 6]],
    "a matrix of something else": [["部门", "办件数", None], [None, "甲区", "乙县"], ["人社局", 5, 6]],
    "a total without a matrix": [["部门", "案件", None], [None, "总计", "其中热线"], ["人社局", 6, 5]],
}


@pytest.mark.parametrize("layout", UNDECLARED)
def test_a_table_that_fits_no_annex_is_kept(read, layout: str) -> None:
    rows = UNDECLARED[layout]
    found = read(rows, [HEAD, *BODY])
    assert found.annexes["table"].tolist() == ["table_1", "districts"]
    assert found.districts["evaluations"].tolist() == [990, 20]
    kept = found.undeclared[found.undeclared["table"] == 1]
    figures = [cell for row in rows for cell in row if isinstance(cell, int)]
    assert kept["value"].tolist() == figures
    assert set(kept["status"]) == {"as_printed"} and set(kept["annex"]) == {""}


def test_two_tables_that_nobody_declared_on_one_sheet(read) -> None:
    first = [["各窗口", None], ["窗口", "排队", "等候"], ["一号", 3, 4], ["二号", "/", "/"]]
    second = [[], ["各渠道"], ["渠道", "来信"], ["热线", 5], ["信箱", 6]]
    found = read([*first, *second])
    assert found.annexes["title"].tolist() == ["各窗口", "各渠道"]
    assert found.cells[["table", "row", "column", "printed"]].to_numpy().tolist() == [
        [1, "一号", "排队", "3"],
        [1, "一号", "等候", "4"],
        [1, "二号", "排队", "/"],
        [1, "二号", "等候", "/"],
        [2, "热线", "来信", "5"],
        [2, "信箱", "来信", "6"],
    ]


def test_a_second_undeclared_table_may_have_a_header_of_two_rows(read) -> None:
    first = [["窗口", "排队", "等候"], ["一号", 3, 4]]
    second = [[], ["各渠道"], ["渠道", "来信", "本期"], [None, None, "办结"], ["热线", 5, 4], ["信箱", 6, 6]]
    found = read([*first, *second], merged=["A5:A6", "B5:B6"])
    assert found.annexes["table"].tolist() == ["table_1", "table_2"]
    assert found.cells["column"].tolist() == ["排队", "等候", "来信", "本期/办结", "来信", "本期/办结"]


def test_names_with_digits_are_names_wherever_they_stand(read) -> None:
    found = read([["来信", "办结", "渠道"], [5, 4, "12345热线"], [6, 6, "12301热线"]])
    assert found.cells["row"].tolist() == ["12345热线"] * 2 + ["12301热线"] * 2


def test_a_column_of_figures_under_the_heading_of_names_is_refused(read) -> None:
    with pytest.raises(InputRefused, match="表头应恰有一列名称"):
        read([["序号", "区县", "评价数", "区县"], [1, "甲区", 5, "20%"], [2, "乙县", 20, "80%"]])


def test_names_of_an_undeclared_table_may_stand_behind_figures(read) -> None:
    found = read([["编号", "窗口", "分中心", "排队"], [101, "一号", "东区", 3], [102, "二号", "西区", 4]])
    assert found.cells[["row", "column", "printed"]].to_numpy().tolist() == [
        ["一号 / 东区", "编号", "101"],
        ["一号 / 东区", "排队", "3"],
        ["二号 / 西区", "编号", "102"],
        ["二号 / 西区", "排队", "4"],
    ]


def test_totals_of_a_column_of_texts_are_not_taken_for_one(read) -> None:
    head, row = ["区县", "评价数", "情况"], ["甲区", 5, "好"]
    assert len(read([head, ["合计", 5, "好"], row, ["合计", 5, "好"]]).cells) == 4
    with pytest.raises(InputRefused, match="同一合计出现两次而不同"):
        read([head, ["合计", 5, "好"], row, ["合 计", 5, "差"]])


def test_a_text_without_a_heading_is_not_dropped(read) -> None:
    with pytest.raises(InputRefused, match="C 列有内容而没有列名"):
        read([[*PLAIN, None], ["甲区", 5, "已核"], ["乙县", 6, None]])
    noted = [[*PLAIN, None], ["甲区", 5, None], ["备注：均已核对", None, "2023年4月"]]
    assert read(noted).districts["evaluations"].tolist() == [5]


def test_a_total_under_one_heading_twice_keeps_both_cells(read) -> None:
    found = read([["区县", "评价数", "说明", "说明"], ["甲区", 5, 1, 2], ["合计", 5, 1, 1]])
    assert found.undeclared["printed"].tolist() == ["1", "2", "1", "1"]


def test_a_header_again_is_not_taken_for_texts_of_its_columns(read) -> None:
    head = [["窗口", "排队", None], [None, "现场", "网上"]]
    title = ["各窗口", None, None]
    found = read([title, *head, ["一号", 3, 4], [], title, *head, ["二号", 5, 6]])
    assert found.cells[["row", "column", "printed"]].to_numpy().tolist() == [
        ["一号", "排队/现场", "3"],
        ["一号", "排队/网上", "4"],
        ["二号", "排队/现场", "5"],
        ["二号", "排队/网上", "6"],
    ]


def test_columns_that_the_city_does_not_want_are_left_out_with_the_reason(read) -> None:
    found = read([["区县", "评价数", "排名"], ["甲区", 5, 1]])
    assert found.undeclared.empty
    assert found.fact("left_out") == "各区县表“排名”列：名次由各数得出，不单独核对"


def test_an_annex_in_two_tables_is_one(read) -> None:
    found = read([PLAIN, ["甲区", 5]], [PLAIN, ["乙县", 6]])
    assert found.districts["district"].tolist() == ["甲区", "乙县"]
    assert found.annexes["table"].tolist() == ["districts"]
    with pytest.raises(InputRefused, match="同一附件出现两次而内容不同"):
        read([PLAIN, ["甲区", 5]], [PLAIN, ["甲区", 6]])


# --- exports of rating systems ------------------------------------------------------------------------------

LEVELS = ["非常满意", "满意", "基本满意", "不满意", "非常不满意"]
CITY = ["市教育局", "市民政局"]


@pytest.mark.parametrize("suffix", ["", "数", "件数", "（件）"])
def test_five_levels_are_not_added_up(read, suffix: str) -> None:
    header = ["部门", "总评价数", *[level + suffix for level in LEVELS], "好评率"]
    found = read([header, [CITY[0], 10, 4, 3, 1, 1, 1, "80%"]])
    assert found.city_departments["negative_evaluations"].isna().all()
    assert found.city_departments["positive_rate"].tolist() == [0.8]
    assert found.undeclared["column"].tolist() == [level + suffix for level in LEVELS]
    assert found.undeclared["value"].tolist() == [4, 3, 1, 1, 1]


def test_five_levels_with_a_column_of_negatives(read) -> None:
    header = ["部门", "总评价数", *LEVELS, "差评数", "好评率"]
    found = read([header, [CITY[0], 10, 4, 3, 1, 1, 1, 2, "80%"], [CITY[1], 5, 5, 0, 0, 0, 0, 0, "100%"]])
    assert found.city_departments["negative_evaluations"].tolist() == [2, 0]
    assert found.city_departments["evaluations"].tolist() == [10, 5]


@pytest.mark.parametrize("header", [["满意", "不满意"], ["满意数", "不满意数"], ["满意量", "不满意量"]])
def test_two_levels(read, header: list[str]) -> None:
    found = read([["部门", "总评价数", *header, "满意度"], [CITY[0], 10, 8, 2, "80%"]])
    assert found.city_departments["negative_evaluations"].tolist() == [2]


def test_four_levels_are_not_certain(read) -> None:
    """不满意 beside 基本满意 is one of two bad levels, of which the other may be left out."""
    found = read([["部门", "总评价数", *LEVELS[:4]], [CITY[0], 10, 4, 3, 1, 2]])
    assert found.city_departments["negative_evaluations"].isna().all()
    assert found.undeclared["column"].tolist() == LEVELS[:4]


@pytest.mark.parametrize("serial", [True, False])
@pytest.mark.parametrize("key", ["区县", "部门"])
def test_an_export_by_district_or_department(read, serial: bool, key: str) -> None:
    names = ["甲区", "乙县"] if key == "区县" else CITY
    rows = [
        [key, "总评价数", "满意数", "不满意数", "好评率"],
        [names[0], 10, 9, 1, "90%"],
        [names[1], 5, 5, 0, "100%"],
        ["合计", 15, 14, 1, "93.33%"],
    ]
    if serial:
        rows = [["序号", *rows[0]], [1, *rows[1]], [2, *rows[2]], [None, *rows[3]]]
    found = read(rows)
    table = found.districts if key == "区县" else found.city_departments
    assert table["evaluations"].tolist() == [10, 5]
    assert table["negative_evaluations"].tolist() == [1, 0]
    assert found.printed_totals[["column", "value"]].to_numpy().tolist() == [
        ["evaluations", 15],
        ["negative_evaluations", 1],
        ["positive_rate", 0.9333],
    ]


EXPORT = ["部门", "总评价数", "满意数", "不满意数"]


def test_departments_of_which_level_is_not_certain(read, real: QuarterData) -> None:
    """Names that only the districts' departments bear, and nothing that says which table it is."""
    rows = [EXPORT, ["人社局", 10, 9, 1], ["医疗保障局", 5, 5, 0]]
    with pytest.raises(InputRefused) as refusal:
        read(rows)
    for text in ("第 2 行", "人社局、医疗保障局", "登记为区直部门的单位", "写明标题"):
        assert text in refusal.value.message
    assert read([["市直部门评价情况"], *rows]).city_departments["evaluations"].tolist() == [10, 5]
    with pytest.raises(InputRefused, match="标题说的是区直部门"):
        read([["区直部门评价情况"], *rows])


def test_the_heading_or_the_sheet_may_say_which(read) -> None:
    rows = [["人社局", 10], ["医疗保障局", 5]]
    assert len(read([["市直部门", "评价数"], *rows]).city_departments) == 2
    assert len(read([["部门", "评价数"], *rows], names=["市直部门"]).city_departments) == 2
    with pytest.raises(InputRefused, match="区直部门"):
        read([["区直部门", "评价数"], *rows])


def test_districts_among_departments(read, real: QuarterData) -> None:
    district, other = real.districts["district"][:2]
    with pytest.raises(
        InputRefused,
        match=f"第 3 行 A 列：{district}；市直部门的表中有登记为区县的单位.*把区县移到自己的表中",
    ):
        read([EXPORT, [CITY[0], 10, 9, 1], [district, 5, 5, 0]])
    with pytest.raises(InputRefused, match="登记为区县的单位"):
        read([EXPORT, [other, 10, 9, 1], [district, 5, 5, 0]])
    with pytest.raises(InputRefused, match="区县的表中有登记为市直部门的单位"):
        read([["区县", *EXPORT[1:]], [CITY[0], 10, 9, 1], [district, 5, 5, 0]])


def test_an_export_with_department_and_district(read) -> None:
    found = read([["区县", "部门", "总评价数"], ["甲区", "人社局", 5], ["乙县", "人社局", 6]])
    assert found.district_departments["evaluations"].tolist() == [5, 6]
    found = read([["区县", *EXPORT], ["甲区", "人社局", 5, 4, 1], ["乙县", "人社局", 6, 6, 0]])
    assert found.district_departments["evaluations"].tolist() == [5, 6]
    assert found.undeclared[["column", "member", "value"]].to_numpy().tolist() == [
        ["满意数", "甲区", 4],
        ["不满意数", "甲区", 1],
        ["满意数", "乙县", 6],
        ["不满意数", "乙县", 0],
    ]
