"""Where people decide and sign."""

import re
from dataclasses import replace
from pathlib import Path

from haochaping.checks.check_report import CheckReport
from haochaping.core.model import CellRef, QuarterData
from haochaping.figures.compute_figures import compute_figures
from haochaping.outputs.page.annex_html import annex_table
from haochaping.outputs.page.appendix import appendix_html
from haochaping.outputs.page.findings_section import verdict_html
from haochaping.store.apply_corrections import Correction, apply_corrections
from tests.checks.small_city import check, city, read_tables


def test_whoever_signs_sees_the_verdict_and_has_a_choice_and_a_date(
    real: QuarterData, real_report: CheckReport
) -> None:
    html = str(appendix_html(real, compute_figures(real), real_report))
    end = html[html.index('id="sign-off"') :]
    assert f"核对结论：{real_report.verdict.value}（须更正 {real_report.counts['correct']} 条" in end
    assert end.count("□") == 3 and end.count("日期：") == end.count('class="signer"') == 3


def test_a_corrected_cell_that_was_blank_is_said_to_have_been(tmp_path: Path) -> None:
    place = city(tmp_path / "reference")
    data = read_tables(place, tmp_path, [["大厅", "办件数", "投票数"], ["甲", 9, 5], ["乙", 8, ""]])
    data = apply_corrections(data, [Correction(CellRef("halls", "乙", "votes"), "", "4")], place)
    report = check(data, place)
    assert "通报列为 空白" in annex_table(data, "halls", report)
    shown = re.search(
        r'<table id="table-corrections".*?</table>',
        appendix_html(data, compute_figures(data, place), report),
        re.DOTALL,
    )
    assert shown and "空白" in shown[0]


def test_the_verdict_says_that_corrections_come_first(real_report: CheckReport) -> None:
    assert "更正以后才能送审" in str(verdict_html(real_report))
    without = replace(
        real_report, findings=tuple(one for one in real_report.findings if one.severity != "correct")
    )
    assert "更正以后才能送审" not in str(verdict_html(without))
