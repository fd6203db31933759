from dataclasses import replace
from pathlib import Path

import pytest

from haochaping.checks import rule_kinds as kinds
from haochaping.checks.finding import Finding
from haochaping.checks.rule import load_rules
from haochaping.checks.rule_kinds import KINDS
from haochaping.checks.run_rules import run_rules
from haochaping.checks.verdict import Verdict, verdict
from haochaping.core.errors import InputRefused
from haochaping.core.model import CellRef, QuarterData
from haochaping.reference.reference import Reference


def test_a_rule_that_raises_could_not_run_and_blocks(
    real: QuarterData, reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(rule: object, cell_index: object) -> None:
        raise ZeroDivisionError("boom")

    monkeypatch.setitem(kinds.KINDS, "bounds", broken)
    rules = [rule for rule in load_rules(reference, KINDS) if rule.kind == "bounds"]
    report = run_rules(real, reference, rules)
    assert [result.state for result in report.results] == ["could not run"]
    assert "boom" in report.results[0].error
    assert not report.findings and report.verdict is Verdict.VERIFY_FIRST


def test_every_rule_message_and_advice_holds_no_figure_of_its_own(reference: Reference) -> None:
    import re

    for rule in load_rules(reference, KINDS):
        outside = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", rule.message + rule.consider + rule.title)
        assert not re.search(r"\d", outside), rule.id


def _finding(severity: str, status: str = "new") -> Finding:
    at = CellRef("districts", "甲区", "cases")
    return replace(Finding("x", at, severity, "", "", "", (at,)), status=status)


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ([], Verdict.READY),
        ([_finding("note")], Verdict.READY),
        ([_finding("verify")], Verdict.VERIFY_FIRST),
        ([_finding("correct")], Verdict.VERIFY_FIRST),
        ([_finding("correct", "explained")], Verdict.VERIFY_FIRST),
        ([_finding("correct", "corrected")], Verdict.WITH_NOTES),
        ([_finding("verify", "explained")], Verdict.WITH_NOTES),
        ([_finding("verify", "explained"), _finding("verify")], Verdict.VERIFY_FIRST),
    ],
)
def test_verdict_by_the_written_rule(findings: list[Finding], expected: Verdict) -> None:
    assert verdict(findings, some_check_failed_to_run=False) is expected


@pytest.mark.parametrize(
    "message",
    ["{{ ().__class__.__mro__[1].__subclasses__() }}", "{{ place.__init__.__globals__ }}", "{{ nothing }}"],
)
def test_a_rule_s_sentence_reaches_nothing_of_python(
    message: str, real: QuarterData, reference: Reference
) -> None:
    """The rules of another city are data too: such a rule could not run, which is never green."""
    rules = [replace(rule, message=message) for rule in load_rules(reference, KINDS)]
    report = run_rules(real, reference, rules)
    assert {result.state for result in report.results if result.error} == {"could not run"}
    assert report.verdict is Verdict.VERIFY_FIRST and report.findings == ()


def test_wrong_rules_are_all_named(tmp_path: Path, reference: Reference) -> None:
    (tmp_path / "rules.toml").write_text(
        '[[rule]]\nid = "a"\nkind = "nonesuch"\nseverity = "correct"\ntitle = ""\nmessage = ""\nconsider = ""\n'
        '[[rule]]\nid = "b"\nkind = "total"\nseverity = "fatal"\ntitle = ""\nmessage = ""\nconsider = ""\n'
        '[[rule]]\nid = "c"\n',
        encoding="utf-8",
    )
    with pytest.raises(InputRefused) as refusal:
        load_rules(replace(reference, folder=tmp_path), KINDS)
    places = {problem.place.rpartition(" ")[2] for problem in refusal.value.problems}
    assert {"rule.1.kind", "rule.2.severity", "rule.3.id"} <= places


def test_ids_hold_no_figures_and_are_unique(real: QuarterData, reference: Reference) -> None:
    found = [finding.id for finding in run_rules(real, reference).findings]
    assert len(found) == len(set(found))
    assert not any("1989842" in one or "4356" in one for one in found)


def test_published_rates_are_compared_only_when_switched_on(
    real: QuarterData, reference: Reference, tmp_path: Path
) -> None:
    import shutil

    assert "published_rates" not in {rule.id for rule in load_rules(reference, KINDS)}
    folder = Path(shutil.copytree(reference.folder, tmp_path / "reference"))
    text = (folder / "rules.toml").read_text(encoding="utf-8").replace("enabled = false", "enabled = true")
    (folder / "rules.toml").write_text(text, encoding="utf-8")
    found = [
        f for f in run_rules(real, replace(reference, folder=folder)).findings if f.check == "published_rates"
    ]
    arithmetic = next(f.arithmetic for f in found if "2021年1月" in f.id)
    assert "每百万 148.9 条" in arithmetic and "51.1 条" in arithmetic
    assert all("出处" not in f.message and f.severity == "note" for f in found)
