"""What records have that needs a look, as findings; printed tables held against records."""

from __future__ import annotations

from dataclasses import replace

import pytest

from haochaping.checks.finding import Finding
from haochaping.checks.rules.record_checks import LISTS, PARTS
from haochaping.checks.run_rules import run_rules
from haochaping.core import record_counts as names
from haochaping.core.model import QuarterData, frame
from haochaping.core.period import Period
from haochaping.core.record_counts import annex_view
from haochaping.reference.reference import Reference
from haochaping.simulate.simulated_quarter import simulate

Row = tuple[str, str, str, str, float]
FLOW: list[Row] = [
    (names.FLOW, kind, bucket, "rows", 100 if bucket == names.COUNTED else 0)
    for kind, buckets in names.BUCKETS.items()
    for bucket in buckets
]


@pytest.fixture(scope="module")
def quarter() -> QuarterData:
    return simulate(Period(2023, 1), 4)


def with_counts(data: QuarterData, *rows: Row) -> QuarterData:
    columns = ("view", "row", "member", "measure", "value")
    counts = frame("record_counts", [dict(zip(columns, row, strict=True)) for row in (*FLOW, *rows)])
    return replace(data, record_counts=counts)


def found(data: QuarterData, reference: Reference) -> dict[str, Finding]:
    return {f.check: f for f in run_rules(data, reference).findings if f.check.startswith("records_")}


def test_a_period_without_records_is_not_asked(quarter: QuarterData, reference: Reference) -> None:
    results = {r.id: r.state for r in run_rules(quarter, reference).results if r.id.startswith("records_")}
    assert len(results) == len(PARTS) + len(LISTS) + 2 and set(results.values()) == {"not applicable"}


def test_clean_records_give_no_finding(quarter: QuarterData, reference: Reference) -> None:
    assert found(with_counts(quarter), reference) == {}
    results = {r.id: r.state for r in run_rules(with_counts(quarter), reference).results}
    assert results["records_no_case"] == "passed"


@pytest.mark.parametrize("check", PARTS)
def test_each_kind_of_record_is_told_with_its_number(
    check: str, quarter: QuarterData, reference: Reference
) -> None:
    view, row, member, measure = PARTS[check][0]
    findings = found(with_counts(quarter, (view, row, member, measure, 1234)), reference)
    assert [*findings] == [f"records_{check}"]
    finding = findings[f"records_{check}"]
    assert "1,234" in finding.message and "共读入" in finding.arithmetic
    assert finding.affected == 1234


def test_names_in_no_list_are_named(quarter: QuarterData, reference: Reference) -> None:
    rows: list[Row] = [
        (names.OUTSIDE, "370399", "", "cases", 3),
        (names.OUTSIDE, "370399", "", "evaluations", 2),
        (names.UNLISTED, "某某办公室", "", "cases", 9),
    ]
    findings = found(with_counts(quarter, *rows), reference)
    assert "370399（3 件）" in findings["records_unknown_area"].message
    assert "某某办公室（9 件）" in findings["records_unlisted_department"].message


def test_a_table_that_differs_from_the_records_is_told_with_what_would_explain_it(
    quarter: QuarterData, reference: Reference
) -> None:
    districts = quarter.table("districts")
    view = annex_view("districts")
    rows: list[Row] = [
        (view, name, "", "evaluations", int(value))
        for name, value in zip(districts["district"], districts["evaluations"], strict=True)
    ]
    assert "records_reproduced" not in found(with_counts(quarter, *rows), reference)
    first = rows[0]
    changed = [(*first[:4], first[4] - 11), *rows[1:], (annex_view("districts", "voided"), *first[1:])]
    finding = found(with_counts(quarter, *changed), reference)["records_reproduced"]
    assert "11 格中，1 格" in finding.message and "无效评价也计入时，其中 1 格" in finding.message
    assert "+11" in finding.arithmetic and finding.affected == 11


def test_another_day_of_extraction_than_the_bulletin_s_is_told(
    quarter: QuarterData, reference: Reference
) -> None:
    printed = quarter.fact("extraction_date")
    for day, is_told in ((printed, False), ("2023-04-01", True)):
        fact = {"field": "record_extraction", "value": day}
        about = frame("about", [*quarter.about.to_dict("records"), fact])
        findings = found(replace(with_counts(quarter), about=about), reference)
        assert ("records_extraction" in findings) is is_told
        assert not is_told or printed in findings["records_extraction"].message


def test_numbers_that_the_records_give_count_as_checked(quarter: QuarterData, reference: Reference) -> None:
    frame_ = quarter.table("district_departments").dropna(subset=["evaluations"])
    view = annex_view("district_departments")
    rows: list[Row] = [
        (view, r.department, r.district, "evaluations", int(r.evaluations)) for r in frame_.itertuples()
    ]
    before, after = (
        {table.words: table.covered for table in run_rules(data, reference).coverage}
        for data in (quarter, with_counts(quarter, *rows))
    )
    assert after["附件3"] >= len(frame_) and after["附件3"] >= before["附件3"]
