"""Where records say what a cell should read, findings say that and guess nothing."""

from __future__ import annotations

from haochaping.checks.run_rules import run_rules
from haochaping.core.model import CellRef, QuarterData
from haochaping.reference.reference import Reference


def test_a_doubtful_cell_is_told_with_what_the_records_come_to(
    beside_bulletin: QuarterData, counted: QuarterData, reference: Reference
) -> None:
    report = run_rules(beside_bulletin, reference)
    district = counted.table("districts")["district"][0]
    cell = CellRef("districts", district, "cases")
    right = int(counted.table("districts")["cases"][0])
    told = [f for f in report.findings if cell in f.suspects]
    assert told, "the rate does not fit the number of cases any more"
    for finding in told:
        assert "按单件记录" in finding.message and f"{right:,}" in finding.message
        assert dict(finding.changes)[cell] == right and "颠倒" not in finding.message


def test_a_text_is_not_asked_to_follow_a_table_that_the_records_deny(
    beside_bulletin: QuarterData, reference: Reference
) -> None:
    for finding in run_rules(beside_bulletin, reference).findings:
        if finding.at.table == "headline" and finding.changes:
            assert finding.expected == ""


def test_without_records_explanations_are_looked_for(real: QuarterData, reference: Reference) -> None:
    findings = run_rules(real, reference).findings
    assert any("颠倒" in finding.message for finding in findings)
    assert not any("按单件记录" in finding.message for finding in findings)
