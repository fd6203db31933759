"""Rules on notes and text."""

from dataclasses import replace

import pytest

from haochaping.checks.check_report import CheckReport
from haochaping.checks.run_rules import run_rules
from haochaping.core.model import QuarterData
from haochaping.core.quarter import Quarter
from haochaping.reference.reference import Reference
from haochaping.simulate.simulated_quarter import CitySize, simulate

QUARTER = Quarter(2023, 1)


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
