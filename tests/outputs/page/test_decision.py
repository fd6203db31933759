"""The verdict, and where people decide and sign: one vocabulary, before and after issue."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from haochaping.checks.check_report import CheckReport
from haochaping.checks.review import review
from haochaping.checks.verdict import DECISIONS, Verdict
from haochaping.core.model import CellRef, QuarterData
from haochaping.outputs.page.decision import signature_html, verdict_html
from haochaping.reference.reference import Reference
from haochaping.store.apply_corrections import Correction, apply_corrections


def test_whoever_signs_has_a_choice_and_a_date(real_report: CheckReport) -> None:
    html = str(signature_html(real_report))
    assert html.count("□") == 3 and html.count("日期：") == 3
    assert all(f"{who}：" in html for who in ("经办人", "审核人", "签发人"))


@pytest.mark.parametrize("is_issued", [False, True])
def test_verdict_and_choices_are_in_one_vocabulary(is_issued: bool) -> None:
    """What the checks advise can be ticked, 建议 aside; too little covered is nothing that one may decide."""
    advised = {
        v.words(is_issued=is_issued).removeprefix("建议") for v in Verdict if v is not Verdict.NOT_COVERED
    }
    assert {words.replace("未见须更正", "不更正") for words in advised} == set(DECISIONS[is_issued])
    for verdict in Verdict:
        assert Verdict.of_words(verdict.words(is_issued=is_issued)) is verdict
    assert Verdict.of_words("通过") is None


@pytest.mark.parametrize(
    ("as_of", "words", "subject"),
    [
        (date(2023, 1, 17), "<strong>建议核实后送审</strong>", "所审通报尚未印发"),
        (date(2023, 1, 18), "<strong>已印发，建议更正</strong>", "所审为 2023-01-18 印发的通报"),
    ],
)
def test_a_bulletin_that_was_issued_can_only_be_corrected(
    as_of: date, words: str, subject: str, real: QuarterData, reference: Reference
) -> None:
    report = review(real, [], [], reference, as_of).report
    html = str(verdict_html(report, real))
    assert words in html and subject in html
    assert report.counts_words in html and "由人决定" in html
    signed = str(signature_html(report))
    assert ("核实后送审" in signed) != report.is_issued and ("□ 更正" in signed) == report.is_issued


def test_what_was_issued_keeps_its_numbers(real: QuarterData, reference: Reference) -> None:
    cell = CellRef("city_departments", "市水务集团有限责任公司", "evaluations")
    corrected = apply_corrections(real, [Correction(cell, "11237", "11273")], reference)
    report = review(real, [], [], reference, date(2023, 2, 1)).report
    assert "已采用更正 1 处，印发的通报仍是原数" in verdict_html(report, corrected)
    assert "须另行印发更正" not in verdict_html(report, real)


def test_what_qualifies_the_verdict_is_said(real: QuarterData, real_report: CheckReport) -> None:
    refused = replace(real_report, remarks=("review.csv 第 2 行：未采用，原样保留",))
    assert "1 条答复未采用" in verdict_html(refused, real)
    assert "未采用" not in verdict_html(real_report, real)


def test_the_path_is_text(tmp_path: Path, real: QuarterData, real_report: CheckReport) -> None:
    about = real.about.copy()
    about.loc[about["field"] == "issue_date", "value"] = "<b>2023"
    bent = replace(real, about=about)
    assert "&lt;b&gt;" in verdict_html(replace(real_report, is_issued=True), bent)
