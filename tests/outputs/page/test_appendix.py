"""Where people decide and sign."""

from dataclasses import replace

from haochaping.checks.check_report import CheckReport
from haochaping.core.model import QuarterData
from haochaping.figures.compute_figures import compute_figures
from haochaping.outputs.page.appendix import appendix_html
from haochaping.outputs.page.findings_section import verdict_html


def test_whoever_signs_sees_the_verdict_and_has_a_choice_and_a_date(
    real: QuarterData, real_report: CheckReport
) -> None:
    html = str(appendix_html(real, compute_figures(real), real_report))
    end = html[html.index('id="sign-off"') :]
    assert f"核对结论：{real_report.verdict.value}（须更正 {real_report.counts['correct']} 条" in end
    assert end.count("□") == 3 and end.count("日期：") == end.count('class="signer"') == 3


def test_the_verdict_says_that_corrections_come_first(real_report: CheckReport) -> None:
    assert "更正以后才能送审" in str(verdict_html(real_report))
    without = replace(
        real_report, findings=tuple(one for one in real_report.findings if one.severity != "correct")
    )
    assert "更正以后才能送审" not in str(verdict_html(without))
