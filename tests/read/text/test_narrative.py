"""The text of a bulletin: quarter, dates, names and claimed figures, never a wrong one."""

from __future__ import annotations

import pytest

from haochaping.cleaning.period_mentions import period_mentions
from haochaping.core.errors import InputRefused
from haochaping.core.period import Period
from haochaping.read.text.lines import split_lines
from haochaping.read.text.narrative import read_narrative, read_note
from tests.read.printing import DISTRICT_HEAD, NARRATIVE
from tests.read.reading import read_or_refusal

TITLE = "青禾市政务服务管理局\n关于2022年第四季度工作情况的通报\n各区县：\n"


def narrative(text):
    return read_narrative(split_lines(text, {}), "bulletin.txt")


def figures(text):
    return {row["figure"]: (row["value"], row["qualifier"]) for row in narrative(TITLE + text).headline}


# --- claimed figures ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("10-12月，全市归集并上传平台办件评价数据9069695条，好。", {"records": (9069695.0, "")}),
        ("全市归集\n办件评价\n数据 9,069,\n695 条。", {"records": (9069695.0, "")}),
        ("全市归集办件评价数据９０６条。", {"records": (906.0, "")}),
        ("全市上传评价数据907万条以上。", {"records": (9070000.0, "以上")}),
        ("各地认真工作，评价率 99.9%以上，差评整改率 100%。", {
            "evaluation_rate": (0.999, "以上"), "rectification_rate": (1.0, ""),
        }),
        ("各地认真工作，评价率达到９９．９％，整改满意率为98.5%。", {
            "evaluation_rate": (0.999, ""), "rectification_satisfaction_rate": (0.985, ""),
        }),
        ("各地认真工作，评价率进一步提高。", {}),
    ],
)  # fmt: skip
def test_figures_of_the_text(text, wanted):
    assert figures(text) == wanted


@pytest.mark.parametrize(
    "claim",
    ["数据约907万条", "数据近907万条", "数据超过907万条", "数据907万余条", "数据907余万条", "数据907多万条"],
)
def test_rough_figure_is_never_taken_for_an_exact_one(claim):
    """Whether kept with its word or left out: not 9,070,000 without a qualifier."""
    assert figures(f"全市归集并上传评价{claim}。").get("records", ("", "left out"))[1]


@pytest.mark.parametrize(
    "plan",
    [
        "下一步，继续推进工作，评价率保持在99%以上。",
        "2023年，全市将扎实开展工作，评价率达到99%以上。",
    ],
)
def test_plan_is_no_claim(plan):
    assert figures("各项工作有序推进。" + plan) == {}


@pytest.mark.parametrize(
    "text",
    [
        "上传评价信息，条块结合推进工作。",
        "归集办件评价数据,条件成熟。",
        "归集评价数据,,条。",
        "归集评价数据条。",
        "归集评价数据" + "9" * 5000 + "条，评价率" + "9" * 5000 + "%。",
    ],
)
def test_text_that_only_looks_like_a_claim_breaks_nothing(text):
    try:
        found = figures(text)
    except InputRefused:
        return
    assert "records" not in found or found["records"][0] < float("inf")


def test_number_with_misplaced_commas_is_no_claim():
    try:
        assert "records" not in figures("归集评价数据9,06,9695条。")
    except InputRefused as refusal:
        assert refusal.problems


def test_two_different_claims_are_refused():
    with pytest.raises(InputRefused):
        figures("归集评价数据100条。再次上传评价数据200条。")


def test_footnote_mark_is_no_digit():
    assert figures("归集评价数据9069695①条。") in ({}, {"records": (9069695.0, "")})


@pytest.mark.slow
@pytest.mark.parametrize("mark", ["{}", "— {} —", "第 {} 页"])
def test_page_number_anywhere_in_the_text_changes_no_claim(read, mark):
    """A page may end between any two lines, also in the middle of a claim."""
    claim = NARRATIVE.replace("评价数据900条，评价率99.9%", "评价\n数据\n900条，评价率\n99.9%").split("\n")
    rest = mark.format(2) + "\n" + DISTRICT_HEAD + "1 青禾区 10 5 3\n" + mark.format(3) + "\n2 石桥县 4 4 0\n"
    for i in range(1, len(claim)):
        found = read_or_refusal(read, "\n".join([*claim[:i], mark.format(1), *claim[i:]]) + rest)
        if not isinstance(found, InputRefused):
            assert found["headline"] == {
                "records": (900.0, "条", "900条", ""),
                "evaluation_rate": (0.999, "%", "99.9%", "以上"),
            }, i


# --- which bulletin it is ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "title", ["2022年第四季度", "2022 年 四季度", "２０２２年第４季度", "2022年第\n四季度"]
)
def test_heading_of_the_title(title):
    heading = narrative(TITLE.replace("2022年第四季度", title) + "好。").heading
    assert [mention.period for mention in period_mentions(heading)] == [Period(2022, 4)]


def test_periods_mentioned_in_the_text_are_no_part_of_the_heading():
    heading = narrative(TITLE + "与2022年第三季度相比，工作有序推进。").heading
    assert "第三季度" not in heading


@pytest.mark.parametrize(
    ("opening", "wanted"),
    [
        (
            "关于政务服务情况的通报\n（2022年第三季度）\n各区县：\n一季度，好。",
            "关于政务服务情况的通报 （2022年第三季度）",
        ),
        ("关于政务服务情况\n的通报（2022年10月）\n各区县：\n好。", "关于政务服务情况 的通报（2022年10月）"),
        ("2022年10月数据\n各区县：\n9月，好。", "2022年10月数据"),
        ("2022年4月份热线留言办理情况\n4月份受理2877件，比3月份多。", "2022年4月份热线留言办理情况"),
        ("2022年4月热线留言统计\n4月份受理2877件，\n比3月份多。", "2022年4月热线留言统计"),
    ],
)
def test_heading_is_the_title_with_what_belongs_to_it(opening, wanted):
    assert narrative(opening).heading.replace("\n", " ") == wanted


@pytest.mark.parametrize(
    "day", ["2023 年 1 月 18 日", "2023-1-18", "2023.01.18", "二〇二三年一月十八日", "二○二三年一月十八日"]
)
def test_signature(day):
    facts = narrative(f"{TITLE}工作有序推进。\n青禾市政务服务管理局\n{day}\n").facts
    assert (facts["issue_date"], facts["issuer"]) == ("2023-01-18", "青禾市政务服务管理局")


@pytest.mark.parametrize("day", ["2023年2月30日", "2023年13月1日", "二〇二三年一二月三日"])
def test_day_that_does_not_exist_is_refused(day):
    with pytest.raises(InputRefused):
        narrative(f"{TITLE}工作有序推进。\n青禾市政务服务管理局\n{day}\n")


def test_addressees_are_the_paragraph_before_the_colon():
    text = "青禾市政务服务管理局\n关于2022年第四季度工作情况的通报\n各区县局，高新\n区局：\n正文。"
    assert narrative(text).facts["addressees"] == "各区县局，高新区局"


# --- notes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "note",
    [
        "备注：数据统计范围 2022 年 10 月 1 日至 12 月 31 日，数据提取时间：2023 年 1 月 5 日。",
        "备注：数据统计范围2022年10月1日至2022年12月31日，数据提取时间为2023年1月5日。",
        "注：统计范围２０２２年１０月１日—１２月３１日，导出时间2023-01-05",
    ],
)
def test_note_gives_period_and_extraction_date(note):
    assert read_note(note, "") == ("2022-10-01", "2022-12-31", "2023-01-05")


@pytest.mark.parametrize(
    ("written", "extracted"),
    [
        ("1月5日", "2023-01-05"),
        ("2023 年 元月 5 日", "2023-01-05"),
        ("2023年1月", ""),
        ("1月上旬", ""),
        ("11月5日", ""),
    ],
)
def test_extraction_date_in_parts_is_read_only_where_it_is_certain(written, extracted):
    note = f"备注：数据统计范围2022年10月1日至12月31日，数据提取时间：{written}。"
    assert read_note(note, "") == ("2022-10-01", "2022-12-31", extracted)


def test_note_that_says_nothing_gives_blanks():
    assert read_note("备注：数据来源市政务服务好差评系统。", "") == ("", "", "")


def test_note_with_an_impossible_day_is_refused():
    with pytest.raises(InputRefused):
        read_note("统计范围2022年10月1日至12月32日", "")


@pytest.mark.parametrize("added", ["（送审稿）", "(模拟数据)", "（第 3 期）"])
def test_what_stands_in_brackets_behind_a_title_belongs_to_it(added):
    text = f"关于2022年第四季度政务服务“好差评”工作情况的通报{added}\n各区县局：\n情况如下。\n"
    facts = narrative(text).facts
    assert facts["addressees"] == "各区县局"
    assert facts["title"].endswith(added.replace(" ", ""))


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("某市2024年第一季度情况通报", "某市2024年第一季度情况通报"),
        ("某市政务服务管理局\n关于一季度的通报（送审稿）", "某市政务服务管理局关于一季度的通报（送审稿）"),
        ("某市一季度好差评", "某市一季度好差评"),
    ],
)
def test_a_title_without_addressees_ends_before_the_text(title: str, shown: str) -> None:
    text = "2024年第一季度，全市共收到评价11440票。现将有关情况通报如下。"
    facts = narrative(f"{title}\n{text}\n").facts
    assert (facts["title"], facts["text"]) == (shown, text)
