"""The head of the page, on one screen: what must be settled, where to sign, the figures that carry information."""

import re
from dataclasses import replace

from haochaping.checks.check_report import CheckReport
from haochaping.checks.run_rules import run_rules
from haochaping.core.model import CellRef, QuarterData
from haochaping.figures.compute_figures import compute_figures
from haochaping.figures.what_if import figures_if
from haochaping.outputs.page.head import MOST_TO_SETTLE, head_html
from haochaping.present.key_figures import key_figures
from haochaping.reference.reference import Reference


def plain(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)


def head(real: QuarterData, report: CheckReport, reference: Reference) -> str:
    return str(head_html(real, report, compute_figures(real, reference), reference))


def test_what_must_be_settled_is_listed_by_records(
    real: QuarterData, real_report: CheckReport, reference: Reference
) -> None:
    html = head(real, real_report, reference)
    lines = re.findall(r'<li class="matter-\w+"><a href="#matter-(\d+)">(\d+)</a> (.*?)</li>', html)
    assert [number for number, _, _ in lines] == [str(n) for n in range(1, MOST_TO_SETTLE + 1)]
    first, second = plain(lines[0][2]), plain(lines[1][2])
    assert "9,069,695" in first and "2,581,939" in first and "请淄博市政务服务管理办公室：" in first
    assert "高新区" in second and "1,373,402" in second and "请高新区：" in second
    assert all(plain(line).endswith("（未答复）") for _, _, line in lines)


def test_the_others_are_named_with_their_numbers(
    real: QuarterData, real_report: CheckReport, reference: Reference
) -> None:
    """All of them: whoever signs sees on the first page what must be corrected."""
    more = " ".join(re.findall(r'<p class="more">(.*?)</p>', head(real, real_report, reference)))
    numbers = {int(number) for number in re.findall(r'href="#matter-(\d+)"', more)}
    standing = {n for n, matter in enumerate(real_report.matters, start=1) if matter.is_open}
    assert numbers == standing - set(range(1, MOST_TO_SETTLE + 1))
    assert "另有须更正的" in more and "另有需核实的" in more


def test_matters_that_are_answered_need_not_be_settled(
    real: QuarterData, real_report: CheckReport, reference: Reference
) -> None:
    first, *others = real_report.matters
    answered = replace(real_report, matters=(replace(first, status="explained"), *others))
    assert 'href="#matter-1"' not in head(real, answered, reference)
    done = tuple(replace(matter, status="corrected") for matter in real_report.matters)
    assert "没有未解决的事项" in head(real, replace(real_report, matters=done), reference)


def test_three_key_figures_that_carry_information(real: QuarterData, reference: Reference) -> None:
    figures = compute_figures(real, reference)
    assert [name for _, name, _ in key_figures(figures)] == ["cases", "active_rate", "negatives"]


def test_what_a_suspected_slip_would_do_to_them(
    real: QuarterData, real_report: CheckReport, reference: Reference
) -> None:
    """Computed by hand: 6,487,756 − 1,373,402 + 137,340; 343,126 ÷ (6,487,232 − 1,373,402 + 137,340)."""
    shown = plain(head(real, real_report, reference))
    assert (
        "若高新区评价数、办件数实为 137,340（第 2 项的推测），则为 5,251,694。" in shown
        and 6_487_756 - 1_373_402 + 137_340 == 5_251_694
    )
    assert "则为 6.53%。" in shown and round(343_126 / 5_251_170 * 100, 2) == 6.53
    assert "主动评价 34.31万条，没有一条差评" in shown
    calm = plain(head(real, run_rules(real, reference, rules=[]), reference))
    assert "若" not in calm and "没有一条差评" in calm


def test_the_figures_with_other_counts_leave_the_quarter_as_it_is(
    real: QuarterData, reference: Reference
) -> None:
    cell = CellRef("districts", "高新区", "cases")
    other = figures_if(real, [(cell, 137_340)], reference)
    assert other["cases"].value == 5_251_694 and other["evaluations"].value == 6_487_720
    assert compute_figures(real, reference)["cases"].value == 6_487_756


def test_there_is_nothing_to_compare_with(
    real: QuarterData, real_report: CheckReport, reference: Reference
) -> None:
    assert "没有可比的上季度和上年同期数据" in head(real, real_report, reference)
