"""How much of what is printed a rule could check, and what that does to the verdict."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from haochaping.checks.check_report import CheckReport
from haochaping.checks.coverage import DEFAULT_LIMIT, TableCoverage, measure_coverage, tied_cells
from haochaping.checks.finding import Finding
from haochaping.checks.outcome import FAILS, HOLDS, NOT_EVALUABLE, Outcome
from haochaping.checks.report_json import dump_report, load_report
from haochaping.checks.rule_kinds import ARITHMETIC, KINDS
from haochaping.checks.verdict import Verdict, verdict
from haochaping.core.model import CellRef, frame
from haochaping.outputs.page.checks_section import coverage_html
from haochaping.outputs.page.decision import verdict_html
from haochaping.read.text.declared_figures import declared_figures
from haochaping.reference.reference import Reference
from haochaping.store.cell_index import CellIndex
from tests.checks.small_city import ANNEXES, check, city, period, read_tables

A, B = CellRef("halls", "甲", "cases"), CellRef("halls", "甲", "votes")


@pytest.fixture
def place(tmp_path: Path) -> Reference:
    return city(tmp_path / "city")


def test_only_what_was_held_against_another_cell_is_tied() -> None:
    assert tied_cells([Outcome(A, (A, B), HOLDS)]) == {A, B}
    assert tied_cells([Outcome(A, (B,), FAILS)]) == {A, B}, "a rule that fails has checked"
    assert tied_cells([Outcome(A, (A, B), NOT_EVALUABLE)]) == set()
    assert tied_cells([Outcome(A, (A,), HOLDS)]) == set()


def test_numbers_without_a_relation_are_not_covered(place: Reference) -> None:
    data = period(
        place,
        districts=[{"district": "甲区", "cases": 5, "votes": 3}],
        towns=[{"district": "甲区", "votes": 2}],
    )
    districts, towns = check(data, place).coverage
    assert (districts.words, districts.printed, districts.covered) == ("附件2", 2, 2)
    assert (towns.words, towns.covered) == ("附件3", 1), "tied to the districts by a declared relation"


def test_rules_of_the_domain_do_not_count(tmp_path: Path) -> None:
    """A rate whose base is not printed lies between 0 and 100 %: that checks nothing."""
    annexes = ANNEXES.replace('numerator = "votes"\ndenominator = "cases"', "base_not_printed = true")
    place = city(tmp_path / "city", annexes)
    data = read_tables(place, tmp_path / "raw", [["大厅", "投票数", "投票率"], ["甲", 10, "99%"]])
    report = check(data, place)
    [bounds] = [result for result in report.results if result.kind == "bounds"]
    assert bounds.held == 1
    [halls] = report.coverage
    assert (halls.printed, halls.covered, halls.unchecked) == (2, 0, ("投票数", "投票率"))
    assert report.verdict is Verdict.NOT_COVERED


def test_only_arithmetic_is_counted() -> None:
    assert set(KINDS) >= ARITHMETIC
    assert not {"bounds", "blank", "previous", "peers_rate", "two_sources", "text_shares"} & ARITHMETIC


def test_an_undeclared_column_counts_as_unchecked(place: Reference, tmp_path: Path) -> None:
    head = ["大厅", "办件数", "投票数", "排队时长", "说明"]
    data = read_tables(place, tmp_path / "raw", [head, ["甲", 20, 10, 7, "无"], ["乙", 5, 5, "", "好"]])
    [halls] = check(data, place).coverage
    assert (halls.printed, halls.covered) == (5, 4), "numbers are counted, texts and blanks are not"
    assert halls.unchecked == ("排队时长",)
    assert "排队时长" in halls.undeclared


HEAD = ["大厅", "办件数", "投票数", "满意票", "基本满意票"]


def test_a_declared_column_under_another_heading_keeps_the_verdict_from_being_ready(
    place: Reference, tmp_path: Path
) -> None:
    """A miscopied heading would take its relations out of the checks without a word."""
    data = read_tables(place, tmp_path / "raw", [[*HEAD, "不满意", "投票率"], ["甲", 20, 10, 5, 4, 2, "50%"]])
    report = check(data, place)
    [halls] = report.coverage
    assert (halls.lacking, halls.undeclared) == (("不满意票",), ("不满意",))
    assert not report.insufficiently_covered and report.verdict is Verdict.NOT_COVERED
    assert (
        "附件1缺少登记过的列：不满意票；用到这些列的关系没有核对。可能是列名" in report.unchecked_remarks[1]
    )
    assert "附件1缺少登记过的列，又有没有登记的列" in verdict_html(report, data)
    assert "不满意票" in coverage_html(report, data)


def test_a_column_that_is_not_there_is_told_but_bars_nothing(place: Reference, tmp_path: Path) -> None:
    data = read_tables(place, tmp_path / "raw", [HEAD, ["甲", 20, 10, 5, 4]])
    report = check(data, place)
    assert report.verdict is Verdict.READY
    assert report.unchecked_remarks == ("未核对：附件1缺少登记过的列：不满意票；用到这些列的关系没有核对",)


@pytest.mark.parametrize(("text", "is_told"), [("处理20件。", True), ("办结20件。", False), ("", False)])
def test_a_declared_figure_that_the_text_does_not_state_is_told(
    place: Reference, text: str, is_told: bool
) -> None:
    data = period(place, halls=[{"hall": "甲", "cases": 20, "votes": 10}])
    about = frame("about", [{"field": "text", "value": text}])
    headline = frame("headline", declared_figures(text, place.declaration))
    report = check(replace(data, about=about, headline=headline), place)
    told = "未核对：正文中没有找到登记过的数：办结件数；用到这些数的关系没有核对"
    assert (told in report.unchecked_remarks) is is_told
    assert load_report(dump_report(report)) == report


def test_an_undeclared_table_is_not_covered(place: Reference, tmp_path: Path) -> None:
    tables = ([["大厅", "办件数", "投票数"], ["甲", 20, 10]], [["窗口", "排队"], ["一号", 3], ["二号", 4]])
    data = read_tables(place, tmp_path / "raw", *tables)
    report = check(data, place)
    halls, other = report.coverage
    assert (halls.share, other.share) == (1, 0)
    assert other.table == "table_2" and other.words == "第2个表"
    assert [table.table for table in report.insufficiently_covered] == ["table_2"]
    assert report.verdict is Verdict.NOT_COVERED


def test_an_undeclared_rate_that_holds_is_covered(place: Reference, tmp_path: Path) -> None:
    rows = [["甲", 20, 10, "50%"], ["乙", 40, 30, "75%"], ["丙", 8, 2, "25%"]]
    data = read_tables(place, tmp_path / "raw", [["窗口", "来客", "办结", "比率"], *rows])
    [table] = check(data, place).coverage
    assert (table.printed, table.covered) == (9, 9)


@pytest.mark.parametrize(
    ("limit", "is_enough"), [(None, False), (0.5, False), (0.4, True), (0, True), (1, False)]
)
def test_the_city_sets_the_limit(tmp_path: Path, limit: float | None, is_enough: bool) -> None:
    """Two of five numbers are covered."""
    place = city(tmp_path / "city", **({} if limit is None else {"coverage": limit}))
    head = ["区县", "办件数", "投票数", "排队", "等候", "座位"]
    report = check(read_tables(place, tmp_path / "raw", [head, ["甲区", 20, 10, 7, 8, 9]]), place)
    assert report.coverage_limit == (DEFAULT_LIMIT if limit is None else limit)
    assert bool(report.insufficiently_covered) is not is_enough
    assert report.verdict is (Verdict.READY if is_enough else Verdict.NOT_COVERED)


def test_a_table_without_numbers_lacks_nothing(place: Reference) -> None:
    assert TableCoverage("halls", "附件1", 0, 0).share == 1
    assert measure_coverage(CellIndex(period(place), place), set()) == ()


# --- the verdict ---------------------------------------------------------------------------------------------

STATUSES = {
    "correct": ("new", "explained", "corrected"),
    "verify": ("new", "explained", "corrected"),
    "note": ("new",),
}


def _finding(severity: str, status: str) -> Finding:
    return replace(Finding("x", A, severity, "", "", "", (A,)), status=status)


def test_the_order_of_verdicts() -> None:
    """Open doubts come first, then coverage, then what was answered."""
    closed, open_one = _finding("correct", "corrected"), _finding("verify", "new")
    assert verdict([open_one], False, is_covered=False) is Verdict.VERIFY_FIRST
    assert verdict([], True, is_covered=False) is Verdict.VERIFY_FIRST
    assert verdict([closed], False, is_covered=False) is Verdict.NOT_COVERED
    assert verdict([closed], False, is_covered=True) is Verdict.WITH_NOTES
    assert verdict([], False, is_covered=True) is Verdict.READY


@pytest.mark.parametrize(("severity", "failed"), list(product(STATUSES, (False, True))))
def test_too_little_coverage_never_makes_a_verdict_better(severity: str, failed: bool) -> None:
    order = [Verdict.READY, Verdict.WITH_NOTES, Verdict.NOT_COVERED, Verdict.VERIFY_FIRST]
    for status in STATUSES[severity]:
        findings = [_finding(severity, status)]
        with_coverage, without = (verdict(findings, failed, is_covered=c) for c in (True, False))
        assert order.index(without) >= max(order.index(with_coverage), order.index(Verdict.NOT_COVERED))


def test_every_verdict_has_a_code_of_its_own() -> None:
    assert [v.code for v in Verdict] == ["ready", "ready_with_notes", "not_covered", "verify_first"]
    assert CheckReport((), ()).verdict is Verdict.READY
