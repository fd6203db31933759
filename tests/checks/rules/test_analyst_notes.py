from dataclasses import replace

import pytest

from haochaping.checks.finding import Finding
from haochaping.checks.run_rules import run_rules
from haochaping.core.model import QuarterData, frame
from haochaping.core.period import Period
from haochaping.figures.compute_figures import compute_figures
from haochaping.reference.reference import Reference
from haochaping.simulate.simulated_quarter import simulate


def found(data: QuarterData, reference: Reference, text: str, section: str = "各区县") -> list[Finding]:
    """The findings about notes that hold one paragraph."""
    rows = [{"section": section, "kind": "paragraph", "text": text, "line": 7}]
    report = run_rules(replace(data, notes=frame("notes", rows)), reference)
    assert not any(result.error for result in report.results)
    return [finding for finding in report.findings if finding.check.startswith("notes_")]


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "张店区办件 1,080,786 件、评价 1080786 条，评价率 100%。",
        "张店区办件约108万件，周村区主动评价率50.31%、50.3%。",
        "市水务集团有限责任公司评价率 99.68%（印为 100%）。",
        "沂源县医疗保障局评价 197126 条；经开区镇级评价 25466 条，村级评价 0 条。",
        "周村区主动评价 33808 条，占其评价 67199 条的一半以上。",
        "全市归集 9069695 条；区县合计办件 6233908 件。",
        "2022年10月1日至12月31日，第四季度。",
        "**张店区**办件**1080786**件",
        "1. 张店区办件 1080786 件",
    ],
)
def test_what_the_quarter_says_is_not_doubted(real: QuarterData, reference: Reference, text: str) -> None:
    assert found(real, reference, text) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("张店区办件 1148827 件", "1,080,786"),
        ("张店区评价平稳；淄川区办件 1080786 件", "1,148,827"),
        ("博山区主动评价率 9.89%", "7.89%"),
        ("沂源县医疗保障局评价 197216 条", "197,126"),
        ("全市办件 6233980 件", "6,233,908"),
        ("经开区村级评价 25466 条", "0"),
        ("张店区人社局评价 5 条", "36,428"),
        ("市人社局评价率99%", "100.00%"),
    ],
)
def test_a_number_that_is_another_units_or_a_slip(
    real: QuarterData, reference: Reference, text: str, expected: str
) -> None:
    [finding] = found(real, reference, text)
    assert (finding.check, finding.severity) == ("notes_figures", "verify")
    assert expected in finding.expected.split(" 或 ") and "notes.md 第 7 行" in finding.message


def test_what_cannot_be_placed_is_reported_and_does_not_block(
    real: QuarterData, reference: Reference
) -> None:
    [finding] = found(real, reference, "新增终端 987 台，张店区办件比上季度增加 4321 件。")
    assert (finding.check, finding.severity) == ("notes_unplaced", "note")
    assert "987" in finding.message and "4321" in finding.message and "2 个数" in finding.message
    assert finding.arithmetic == "", "which would only repeat the message"
    [finding] = found(real, reference, "新增终端 987 台，新增终端 987 台。")
    assert finding.message.count("987") == 1 and "1 个数" in finding.message


@pytest.mark.slow
def test_a_unit_that_is_not_the_last_is_told_with_the_one_that_is(
    real: QuarterData, reference: Reference
) -> None:
    [finding] = found(real, reference, "周村区办件量最多。")
    assert finding.check == "notes_figures" and finding.expected == "高新区"
    assert "周村区办件量最多" in finding.message and finding.arithmetic == ""


@pytest.mark.slow
def test_names_in_what_is_circulated(real: QuarterData, reference: Reference) -> None:
    text = "个别部门进展不快，如市司法局。"
    [finding] = found(real, reference, text, "通报·存在问题")
    assert finding.check == "notes_names" and "市司法局" in finding.message
    assert found(real, reference, text, "问题与建议") == []
    allowed = replace(reference, city={**reference.city, "bulletin": {"name_units": True}})
    assert found(real, allowed, text, "通报·存在问题") == []


@pytest.mark.slow
def test_ids_hold_no_figures(real: QuarterData, reference: Reference) -> None:
    first, second = (found(real, reference, f"张店区办件 {number} 件")[0].id for number in (5, 7))
    assert first == second and not any(char.isdigit() for char in first)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("办件环比增长{size}。", ""),
        ("办件环比下降{size}。", "增长（提高）"),
        ("办件同比减少了{size}。", ""),
        ("办件比上季度下降{size}。", "增长（提高）"),
    ],
)
def test_a_change_told_the_wrong_way_round(reference: Reference, text: str, right: str) -> None:
    quarter = Period(2023, 2)
    now, before = simulate(quarter, 5), simulate(quarter.previous, 5)
    figures = compute_figures(replace(now, history=(before,)), reference)
    size = figures["cases_before"].size.text
    assert not figures["cases_before"].text.startswith("−")
    rows = [{"section": "要点", "kind": "paragraph", "text": text.format(size=size), "line": 3}]
    data = replace(now, history=(before,), notes=frame("notes", rows))
    report = run_rules(data, reference, history=(before,))
    found = [f.expected for f in report.findings if f.check == "notes_figures"]
    assert found == ([f"{right}{size}"] if right else [])
