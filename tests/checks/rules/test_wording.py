"""Rules on notes and text."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.checks.check_report import CheckReport
from haochaping.checks.outcome import FAILS
from haochaping.checks.rule import Rule
from haochaping.checks.rule_kinds import KINDS
from haochaping.checks.run_rules import run_rules
from haochaping.core.model import QuarterData, frame
from haochaping.core.period import Period
from haochaping.core.text import normalize_for_comparison
from haochaping.reference.reference import Reference
from haochaping.simulate.simulated_quarter import CitySize, simulate
from haochaping.store.cell_index import CellIndex
from tests.checks.small_city import city, outcomes, read_tables

QUARTER = Period(2023, 1)


@pytest.fixture(scope="module")
def clean() -> QuarterData:
    return simulate(QUARTER, 3, CitySize(districts=4, city_departments=6, district_departments=4))


def messages(report: CheckReport, check: str) -> list[str]:
    return [finding.message for finding in report.findings if finding.check == check]


# --- extraction ---


def with_extraction(data: QuarterData, written: dict[int, str]) -> QuarterData:
    """The quarter with other words for the extraction in the notes of some annexes, and no day read from them."""
    annexes = data.annexes.copy()
    for annex, words in written.items():
        at = annexes["annex"] == annex
        annexes.loc[at, "note"] = f"备注：数据提取时间：{words}。"
        annexes.loc[at, "extraction_date"] = ""
    return replace(data, annexes=annexes)


def test_an_extraction_day_is_there(clean: QuarterData, reference: Reference) -> None:
    report = run_rules(clean, reference)
    result = next(result for result in report.results if result.id == "extraction_day")
    assert messages(report, "extraction_day") == [] and result.state == "passed"


def test_annexes_without_an_extraction_day_are_told_once(clean: QuarterData, reference: Reference) -> None:
    data = with_extraction(clean, {1: "2023年4月", 3: "4月上旬", 4: "2023年4月"})
    report = run_rules(data, reference)
    [message] = messages(report, "extraction_day")
    assert "附件1、4“2023年4月”；附件3“4月上旬”" in message
    assert [f.severity for f in report.findings if f.check == "extraction_day"] == ["note"]


def test_notes_that_do_not_speak_of_it_are_no_matter_of_this_rule(
    clean: QuarterData, reference: Reference
) -> None:
    annexes = clean.annexes.assign(note="备注：无", extraction_date="")
    report = run_rules(replace(clean, annexes=annexes), reference)
    result = next(result for result in report.results if result.id == "extraction_day")
    assert result.state == "not applicable"


def with_facts(data: QuarterData, **facts: str) -> QuarterData:
    """The quarter with other dates in ``about``."""
    about = data.about[~data.about["field"].isin(facts)]
    rows = [{"field": name, "value": value} for name, value in facts.items()]
    return replace(data, about=frame("about", [*about.to_dict("records"), *rows]))


def test_an_annex_extracted_before_the_end_is_told(clean: QuarterData, reference: Reference) -> None:
    annexes = clean.annexes.copy()
    annexes.loc[2, "extraction_date"] = "2023-03-08"
    report = run_rules(replace(clean, annexes=annexes), reference)
    [message] = messages(report, "extraction_early")
    assert message.startswith("数据提取时间为 2023-03-08（附件3备注），早于统计期末 2023-03-31")
    assert len(messages(report, "extraction_same_day")) == 1


def test_a_form_that_gives_another_day_than_its_notes_is_told(
    clean: QuarterData, reference: Reference
) -> None:
    own = clean.fact("extraction_date")
    annexes = clean.annexes.copy()
    annexes.loc[1:, "extraction_date"] = ""
    report = run_rules(with_facts(replace(clean, annexes=annexes), extraction_date="2023-05-20"), reference)
    [message] = messages(report, "extraction_same_day")
    assert f"附件1 {own}、填报表所填 2023-05-20" in message
    assert messages(run_rules(replace(clean, annexes=annexes), reference), "extraction_same_day") == []


@pytest.mark.parametrize(
    ("issued", "later"),
    [
        ("2023-03-20", "统计期末 2023-03-31、数据提取时间 2023-04-26"),
        ("2023-04-10", "数据提取时间 2023-04-26"),
        ("2023-04-26", ""),
        ("", ""),
    ],
)
def test_a_bulletin_issued_before_its_data_is_told(
    clean: QuarterData, reference: Reference, issued: str, later: str
) -> None:
    annexes = clean.annexes.assign(extraction_date="2023-04-26")
    data = with_facts(replace(clean, annexes=annexes), issue_date=issued, extraction_date="2023-04-26")
    told = messages(run_rules(data, reference), "issue_early")
    assert told == ([f"印发日期为 {issued}，早于{later}。"] if later else [])


# --- words in place of numbers; another source ---


def word_arithmetic(place: Reference, folder: Path, rows: list[list[object]]) -> str:
    data = read_tables(place, folder, [["大厅", "办件数", "投票数", "投票率"], *rows])
    [outcome] = outcomes("word_undefined", data, place)
    assert outcome.state == FAILS
    return outcome.arithmetic


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            [["甲", 0, 0, "/"], ["乙", 4, 2, "/"], ["丙", 4, 1, "25%"], ["丁", 9, 9, "100%"]],
            "附件1投票率列为“/”的各行办件数为 0、4，而办件数同为 4 的丙列出了数",
        ),
        (
            [["甲", 480, 3, "/"], ["乙", 4, 1, "25%"], ["丙", 5, 1, "20%"], ["丁", 4, 4, "100%"]],
            "附件1投票率列为“/”的各行办件数为 480，而办件数为 4 的乙等 2 行、为 5 的丙列出了数",
        ),
        ([["甲", 0, 0, "/"], ["乙", 4, 1, "/"], ["丙", 5, 1, "20%"]], ""),
        ([["甲", 0, 0, "/"], ["乙", 4, 1, "25%"]], ""),
    ],
)
def test_a_word_that_the_size_of_the_row_does_not_explain(
    tmp_path: Path, rows: list[list[object]], said: str
) -> None:
    found = word_arithmetic(city(tmp_path / "reference"), tmp_path, rows)
    assert found.partition("；")[2] == said


def test_of_many_words_only_some_are_listed(tmp_path: Path) -> None:
    rows: list[list[object]] = [[f"第{n}厅", n, n, "/"] for n in range(1, 30)]
    found = word_arithmetic(city(tmp_path / "reference"), tmp_path, [*rows, ["甲", 29, 29, "100%"]])
    assert "办件数为 1、2、3、4、5、6、7、29，而办件数同为 29 的甲列出了数" in found


@pytest.mark.parametrize(
    ("column", "printed", "affected"),
    [("cases", "1,000", "counted"), ("cases", "/", None), ("evaluation_rate", "1%", None)],
)
def test_by_how_many_records_two_sources_differ(
    clean: QuarterData, reference: Reference, column: str, printed: str, affected: str | None
) -> None:
    district = str(clean.districts.loc[0, "district"])
    row = {"table": "districts", "row": district, "member": "", "column": column, "printed": printed}
    data = replace(clean, second=frame("second", [{**row, "file": "另一份.xlsx"}]))
    [outcome] = [o for o in outcomes("two_sources", data, reference) if o.state == FAILS]
    expected = abs(int(clean.districts.loc[0, "cases"]) - 1000) if affected else None
    assert outcome.affected == expected


# --- the period in the notes ---


def with_note(data: QuarterData, words: str) -> QuarterData:
    """The quarter with other words in the note of the first annex, and no dates read from it."""
    annexes = data.annexes.copy()
    annexes.loc[0, ["note", "period_start", "period_end"]] = [words, "", ""]
    return replace(data, annexes=annexes)


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        ("数据来源：某评价系统，统计范围为2022年10月至12月。", "2022年10月至12月"),
        ("2022年第四季度数据", "2022年第四季度"),
        ("统计时段：2022年四季度", "2022年四季度"),
        ("统计期为2023年第2季度。数据提取时间：2023年4月6日。", "2023年第2季度"),
        ("数据为2023年1月至2月。", "2023年1月至2月"),
        ("2023年2月份数据", "2023年2月份"),
        ("2022年第一季度", "2022年第一季度"),
        ("备注：统计范围为10-12月", "10-12月"),
        ("统计范围为全市2022年第四季度办件。", "2022年第四季度"),
        ("数据来源：某系统。\n统计周期：2022年12月", "2022年12月"),
    ],
)
def test_another_period_in_words_in_a_note_is_told(
    clean: QuarterData, reference: Reference, words: str, printed: str
) -> None:
    report = run_rules(with_note(clean, words), reference)
    [finding] = [f for f in report.findings if f.check == "period_of_quarter"]
    assert f"备注的统计范围为 {printed}，本季度应为" in finding.message and finding.severity == "correct"
    assert finding.expected == "2023-01-01 至 2023-03-31"


@pytest.mark.parametrize(
    "words",
    [
        "统计范围为2023年第一季度。",
        "统计时段：2023年1-3月；数据提取时间：2023年4月6日。",
        "2023年1月、2月、3月数据",
        "统计范围为2023年第一季度，2022年第四季度数据供对照。",
        "数据截至2023年4月。",
        "数据提取时间：2023年4月。",
        "统计范围为2022年1-12月累计数。",
        "同期数据为2022年第一季度。",
        "2022年第四季度数据未纳入。",
        "2022年第四季度起，评价数含短信评价。",
        "增减幅度为与2022年第四季度相比。",
        "较2022年第四季度数据有调整。",
        "数据来自2022年12月上线的平台。",
        "某局自2023年2月起归市统计。",
        "2023年2月，某局撤销。",
        "评价期为5个工作日。",
        "本表2022年12月印发。",
    ],
)
def test_other_periods_in_a_note_are_not(clean: QuarterData, reference: Reference, words: str) -> None:
    assert messages(run_rules(with_note(clean, words), reference), "period_of_quarter") == []


def test_a_months_note_that_names_the_quarter_is_told(clean: QuarterData, reference: Reference) -> None:
    data = replace(with_note(clean, "2023年第一季度"), quarter=Period.parse("2023M03"))
    messages_of_first = messages(run_rules(data, reference), "period_of_quarter")
    assert "备注的统计范围为 2023年第一季度，本月应为 2023-03-01 至 2023-03-31。" in messages_of_first[0]


# --- the period in the text ---

FIGURES = "全市归集并上传省政务服务“好差评”平台办件评价数据1425698条，评价率98%以上。"


def with_text(data: QuarterData, text: str) -> QuarterData:
    about = data.about.copy()
    about.loc[about["field"] == "text", "value"] = text
    return replace(data, about=about)


@pytest.mark.parametrize(
    "text",
    [
        f"10-12月，{FIGURES}",
        f"10 - 12 月，{FIGURES}",
        f"10月至12月，{FIGURES}",
        f"10－12月份{FIGURES}",
        f"2022年10月1日至12月31日，{FIGURES}",
        f"2022年第四季度，{FIGURES}",
        f"四季度，{FIGURES}",
        f"2022年第一季度，{FIGURES}",
        f"2022年1-3月，{FIGURES}",
        f"今年4-6月，{FIGURES}",
        f"据统计，10-12月，{FIGURES}",
        f"一、总体情况10-12月，{FIGURES}",
        f"2023年第一季度，各级窗口认真工作。10-12月，{FIGURES}",
        f"10-12月，{FIGURES[:-1]}，同比增长5%，环比下降3%。",
        f"10-12月，全市累计{FIGURES[2:]}",
        f"1-6月，{FIGURES}",
        f"2022年第四季度，各级窗口认真工作。1-3月，{FIGURES}",
    ],
)
def test_another_period_before_the_figures_is_told(
    clean: QuarterData, reference: Reference, text: str
) -> None:
    report = run_rules(with_text(clean, text), reference)
    [message] = messages(report, "text_of_quarter")
    assert "本期应为2023年第一季度（1-3 月）" in message
    [finding] = [f for f in report.findings if f.check == "text_of_quarter"]
    assert finding.severity == "correct" and finding.id == "text_of_quarter/headline/period/value"
    quoted = finding.arithmetic.partition("“")[2].partition("”")[0]
    assert normalize_for_comparison(quoted) in normalize_for_comparison(text)


@pytest.mark.parametrize(
    "text",
    [
        f"1-3月，{FIGURES}",
        f"1至3月，{FIGURES}",
        f"2023年第一季度，{FIGURES}",
        f"一季度，{FIGURES}",
        f"2023年1月1日至3月31日，{FIGURES}",
        f"2月1日至2月20日，{FIGURES}",
        FIGURES,
        f"全市{FIGURES}",
        f"1-3月，{FIGURES}去年同期归集800000条。",
        f"1-3月，{FIGURES}上季度归集800000条。",
        f"1-3月，{FIGURES}2022年第四季度归集800000条，本季度增长。",
        f"1-3月，{FIGURES}10-12月归集评价数据800000条，1-3月增长78%。",
        f"1-3月，{FIGURES}截至4月20日，已整改差评10条。",
        f"1-3月，{FIGURES}1-9月累计归集评价数据8000000条。",
        f"1-3月，{FIGURES}今年以来归集评价数据8000000条。",
        f"1-3月，{FIGURES}2022年第四季度以来，评价率达98%。",
        f"1-3月，{FIGURES}二季度将继续推进，评价率达到99%。",
        f"1-3月，{FIGURES}下一步，4-6月评价率要达到99%。",
        f"1-3月，{FIGURES}4-6月，各单位要做到评价率99%以上。",
        f"1-3月，{FIGURES}2022年第四季度通报的问题已整改。",
        f"1-3月，{FIGURES}2023年4月20日",
        f"1-3月，{FIGURES}数据提取时间2023年4月6日，共1425698条评价。",
        "",
    ],
)
def test_other_mentions_of_time_are_not(clean: QuarterData, reference: Reference, text: str) -> None:
    assert messages(run_rules(with_text(clean, text), reference), "text_of_quarter") == []


@given(
    st.builds(Period, st.integers(2015, 2030), st.integers(1, 4)),
    st.builds(Period, st.integers(2015, 2030), st.integers(1, 4)),
    st.sampled_from(["{label}", "{year}年{first}-{last}月", "{year}年{first}月1日至{last}月30日"]),
)
def test_a_period_is_told_exactly_when_it_is_not_the_quarters(
    clean: QuarterData, here: Period, written: Period, form: str
) -> None:
    words = form.format(
        label=written.label, year=written.year, first=written.start.month, last=written.end.month
    )
    data = replace(with_text(clean, f"{words}，{FIGURES}"), quarter=here)
    rule = Rule("text_of_quarter", "text_of_quarter", "correct", "", "", "")
    [outcome] = KINDS["text_of_quarter"](rule, CellIndex(data))
    assert (outcome.state == FAILS) is (here != written)
