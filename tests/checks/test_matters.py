"""Findings are told as matters: one cause, one question, one addressee."""

import json
from dataclasses import replace

import pytest

from haochaping.checks.check_report import CheckReport
from haochaping.checks.finding import Finding, Matter
from haochaping.checks.matters import OFFICE, group_into_matters, matters_json
from haochaping.checks.run_rules import run_rules
from haochaping.core.model import CellRef, QuarterData
from haochaping.present.addressee import answered_words
from haochaping.reference.reference import Reference
from haochaping.store.apply_corrections import Correction, apply_corrections

MOST_MATTERS = 18


def of_rule(report: CheckReport, rule: str) -> Matter:
    """The matter that the findings of a rule are in."""
    ids = {finding.id for finding in report.findings if finding.check == rule}
    [matter] = [matter for matter in report.matters if ids & {*matter.findings}]
    return matter


def rules_in(report: CheckReport, matter: Matter) -> set[str]:
    return {finding.check for finding in report.findings if finding.id in matter.findings}


def test_the_real_quarter_has_few_matters_and_the_gravest_come_first(real_report: CheckReport) -> None:
    grave = [matter for matter in real_report.matters if matter.severity != "note"]
    assert len(grave) <= MOST_MATTERS < len(real_report.findings)
    assert real_report.matters[: len(grave)] == tuple(grave)
    first, second = grave[:2]
    assert rules_in(real_report, first) == {"headline_records"} and first.records_affected == 2_581_939
    assert rules_in(real_report, second) == {"volume_peers"} and second.records_affected == 1_236_062
    assert second.addressee == "高新区" and not first.addressee
    told = [matter.records_affected for matter in grave]
    known = [count for count in told if count is not None]
    assert known == sorted(known, reverse=True) and told[len(known) :] == [None] * (len(told) - len(known))


@pytest.mark.parametrize(
    ("rules", "rows", "severity"),
    [
        ({"total_sum"}, 1, "correct"),
        ({"rate_recomputed"}, 1, "correct"),
        ({"headline_records"}, 1, "verify"),
        ({"volume_peers"}, 1, "verify"),
        ({"active_rate_peers"}, 1, "verify"),
        ({"headline_rectification"}, 1, "correct"),
        ({"zero_negatives"}, 1, "verify"),
        ({"empty_tier"}, 1, "verify"),
        ({"scope_of_annexes"}, 1, "verify"),
        ({"idle_counterpart"}, 1, "verify"),
        ({"rate_undefined"}, 4, "correct"),
        ({"share_recomputed", "share_sum"}, 2, "correct"),
        ({"silent_unit"}, 6, "verify"),
        ({"rate_unreported", "rate_unreported_small", "word_undefined"}, 6, "verify"),
        ({"rates_all_alike", "extraction_window"}, 3, "verify"),
        ({"claim_unsupported", "claim_without_figure"}, 2, "verify"),
        ({"near_equal_counts"}, 1, "note"),
        ({"unlikely_zeros"}, 2, "verify"),
    ],
)
def test_each_line_of_the_real_quarter(
    rules: set[str], rows: int, severity: str, real_report: CheckReport
) -> None:
    matter = of_rule(real_report, min(rules))
    assert rules_in(real_report, matter) == rules
    assert len(matter.findings) == rows and matter.severity == severity


def test_notes_under_the_annexes_are_the_offices(real_report: CheckReport) -> None:
    """Units say why a number is not listed; what a symbol means stands in a note that none of them wrote."""
    matter = of_rule(real_report, "word_undefined")
    assert matter.needs_office and len(matter.units) == 5 and not matter.addressee
    assert not of_rule(real_report, "silent_unit").needs_office


def test_what_nobody_need_act_on_is_a_hint(real_report: CheckReport) -> None:
    notes = {rule for m in real_report.matters if m.severity == "note" for rule in rules_in(real_report, m)}
    assert notes == {
        "counted_in_city",
        "near_equal_counts",
        "tier_ratio_peers",
        "district_body",
        "unit_alias",
        "concentration",
        "no_cases",
    }


def test_every_finding_is_in_one_matter_and_says_which(real_report: CheckReport, real: QuarterData) -> None:
    listed = [finding for matter in real_report.matters for finding in matter.findings]
    assert sorted(listed) == sorted(finding.id for finding in real_report.findings)
    by_id = {matter.id: matter for matter in real_report.matters}
    for item in real_report.as_json(real):
        assert item["id"] in by_id[item["matter"]].findings


def test_a_slip_that_is_located_is_a_matter_of_its_own(real: QuarterData, reference: Reference) -> None:
    """Two departments with two digits exchanged are two causes; the rate of one is not the other's."""
    two = CellRef("city_departments", "市住房公积金", "evaluations")
    bent = apply_corrections(real, [Correction(two, "16979", "16997")], reference)
    report = run_rules(bent, reference)
    found = [
        m for m in report.matters if rules_in(report, m) & {"rate_recomputed", "evaluations_within_cases"}
    ]
    assert len(found) == 2 and all(len(matter.findings) == 1 for matter in found)
    assert {matter.units for matter in found} == {("市住房公积金",), ("市水务集团有限责任公司",)}
    assert all("可能是相邻两位数字颠倒。" in matter.title for matter in found)


def finding(unit: str, status: str = "new", check: str = "silent_unit", **more: object) -> Finding:
    at = CellRef("city_departments", unit, "active_evaluations")
    values = {"summary": f"{unit}。", "matter": check, "affected": 10.0, **more}
    return replace(Finding(check, at, "verify", f"{unit}。", "1", "查。", (at,), status=status), **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("statuses", "status", "is_open"),
    [
        (("new", "explained"), "new", True),
        (("known", "corrected"), "known", True),
        (("explained", "corrected"), "explained", False),
        (("corrected", "corrected"), "corrected", False),
    ],
)
def test_a_matter_is_open_as_long_as_one_of_its_findings_is(
    statuses: tuple[str, ...], status: str, is_open: bool, real: QuarterData, reference: Reference
) -> None:
    findings = [finding(unit, state) for unit, state in zip(("市公安局", "市教育局"), statuses, strict=True)]
    [matter] = group_into_matters(findings, real, reference)
    assert (matter.status, matter.is_open) == (status, is_open)
    still_asked = {"new-explained": ("市公安局",), "known-corrected": ("市公安局",)}
    assert matter.records_affected == 20
    assert matter.units == still_asked.get("-".join(statuses), ("市公安局", "市教育局"))


def test_several_findings_are_told_in_one_sentence(real: QuarterData, reference: Reference) -> None:
    told = "{{ annex }}有 {{ count }} 个：{{ units }}。"
    pair = [finding(unit, several=told) for unit in ("市公安局", "市教育局")]
    assert group_into_matters(pair, real, reference)[0].title == "附件2有 2 个：市公安局、市教育局。"
    assert group_into_matters(pair[:1], real, reference)[0].title == "市公安局。"
    plain = [replace(one, several="") for one in pair]
    assert group_into_matters(plain, real, reference)[0].title == "市公安局。同类共 2 处。"


def test_an_explanation_does_not_settle_what_must_be_corrected(
    real: QuarterData, reference: Reference
) -> None:
    [matter] = group_into_matters(
        [replace(finding("市公安局", "explained"), severity="correct")], real, reference
    )
    assert matter.is_open and matter.status == "explained"
    [hint] = group_into_matters([replace(finding("市公安局"), severity="note")], real, reference)
    assert not hint.is_open


def test_corrected_matters_come_last_of_those_that_are_no_hints(
    real: QuarterData, reference: Reference
) -> None:
    closed = finding("市公安局", "corrected", check="closed", affected=1e6)
    standing, hint = (
        finding("市教育局", check="standing"),
        replace(finding("市水利局", check="hint"), severity="note"),
    )
    shown = group_into_matters([closed, hint, standing], real, reference)
    assert [matter.id for matter in shown] == ["standing", "closed", "hint"]


def test_matters_for_other_programs(real_report: CheckReport) -> None:
    told = json.loads(matters_json(real_report))
    keys = {
        "id",
        "title",
        "severity",
        "question",
        "addressee",
        "records_affected",
        "age",
        "status",
        "findings",
    }
    assert all(set(item) == keys for item in told) and len(told) == len(real_report.matters)
    assert told[0]["addressee"] == OFFICE and told[1]["addressee"] == "高新区"
    assert all(item["age"] == 1 and item["question"] and item["title"] for item in told)


def test_hints_in_a_matter_ask_for_no_answer(real: QuarterData, reference: Reference) -> None:
    """Verdict, matter and counts agree: who answered all that must be answered is done."""
    grave, hint = finding("市公安局", "explained"), replace(finding("市教育局"), severity="note")
    [matter] = group_into_matters([grave, hint], real, reference)
    assert (matter.severity, matter.status, matter.is_open) == ("verify", "explained", False)
    corrected = replace(grave, severity="correct", status="corrected")
    [closed] = group_into_matters([corrected, hint], real, reference)
    assert (closed.severity, closed.status, closed.is_open) == ("correct", "corrected", False)


def test_a_matter_says_how_many_were_answered_and_asks_the_others(
    real: QuarterData, reference: Reference
) -> None:
    findings = [finding("市公安局", "explained"), finding("市教育局"), finding("市水利局")]
    [matter] = group_into_matters(findings, real, reference)
    assert matter.answered == 1 and matter.units == ("市教育局", "市水利局")
    assert answered_words(matter) == "1 处已答复，其余未答复"
    assert answered_words(replace(matter, answered=0)) == "未答复"


def test_a_matter_that_stood_before_is_known(real: QuarterData, reference: Reference) -> None:
    ages = {"silent_unit": (2, real.quarter.previous)}
    [matter] = group_into_matters([finding("市公安局")], real, reference, ages)
    assert (matter.status, matter.age, matter.since) == ("known", 2, "2022年第三季度")
