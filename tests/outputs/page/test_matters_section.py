"""Section 8: one line a matter, its findings behind it."""

import re
from dataclasses import replace

import pytest

from haochaping.checks.check_report import CheckReport
from haochaping.checks.finding import Finding
from haochaping.checks.matters import group_into_matters
from haochaping.core.model import CellRef, QuarterData
from haochaping.figures.compute_figures import compute_figures
from haochaping.figures.figure import Figures
from haochaping.outputs.page.matters_section import matters_html
from haochaping.reference.reference import Reference

TOTAL, ROW = (CellRef("halls", name, "votes") for name in ("合计", "甲大厅"))


def shown(report: CheckReport, real: QuarterData, reference: Reference) -> str:
    return str(matters_html(report, compute_figures(real, reference), reference))


def test_every_matter_has_its_line_and_every_finding_its_arithmetic(
    real: QuarterData, real_report: CheckReport, reference: Reference
) -> None:
    html = shown(real_report, real, reference)
    articles = re.findall(r'<article class="matter matter-(\w+) status-\w+" id="matter-(\d+)">', html)
    assert [number for _, number in articles] == [str(n) for n in range(1, len(real_report.matters) + 1)]
    assert [severity for severity, _ in articles] == [m.severity for m in real_report.matters]
    plain = re.sub(r"<[^>]+>", "", html).replace("&gt;", ">").replace("&#34;", '"')
    for matter in real_report.matters:
        assert matter.title in plain
    for finding in real_report.findings:
        assert finding.arithmetic in plain
    assert html.index("提示 7 项") < html.index('class="matter matter-note')


def test_what_is_asked_of_whom_and_whether_it_is_answered(
    real: QuarterData, real_report: CheckReport, reference: Reference
) -> None:
    html = shown(real_report, real, reference)
    asked = re.findall(r'<p class="ask"><strong>请(.*?)</strong>：(.*?) <span>（(.*?)）</span>', html)
    assert len(asked) == 17 and {state for _, _, state in asked} == {"未答复"}
    who = [name for name, _, _ in asked]
    assert who[:2] == ["淄博市政务服务管理办公室", "高新区"] and "市公安局等 6 个单位" in who
    explained = tuple(
        replace(m, status="explained") if m.severity == "correct" else m for m in real_report.matters
    )
    again = shown(replace(real_report, matters=explained), real, reference)
    assert again.count("（已说明，仍须更正）") == 5


def test_an_age_is_told(real: QuarterData, real_report: CheckReport, reference: Reference) -> None:
    first, *others = real_report.matters
    old = replace(first, age=3, since="2022年第二季度", status="known")
    html = shown(replace(real_report, matters=(old, *others)), real, reference)
    assert "需核实·自2022年第二季度起连续 3 期" in html and html.count("起连续") == 1


def test_a_quarter_without_matters_says_so(real: QuarterData, reference: Reference) -> None:
    html = shown(CheckReport((), ()), real, reference)
    assert html == "<p>没有须更正、需核实的事项。</p>"


@pytest.mark.parametrize(("expected", "said"), [("12", "应为 12（如其他各格无误）。"), ("", "")])
def test_a_single_finding_says_what_its_cell_should_read(
    expected: str, said: str, real: QuarterData, reference: Reference
) -> None:
    finding = Finding(
        "total_sum",
        TOTAL,
        "correct",
        "不符。",
        "5 + 7 = 12",
        "",
        (TOTAL, ROW),
        expected=expected,
        summary="不符。",
        matter="total_sum",
    )
    report = CheckReport((finding,), (), matters=group_into_matters((finding,), real, reference))
    page = re.sub("<[^>]+>", "", matters_html(report, Figures({}, {}), reference))
    assert said in page and ("应为" in page) == bool(expected)
