"""Totals, relations and coverage of a city whose annexes are its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from haochaping.checks.check_report import CheckReport
from haochaping.checks.run_rules import RuleResult
from tests.declared_city import DeclaredCity

ANNEXES = """\
[group.county]
word = "县区"
headings = ["县区", "单位"]
registered = true

[group.channel]
word = "渠道"

[measure.evaluations]
heading = "评价数"
unit = "条"

[measure.received]
heading = "12345热线/受理件数"
aliases = ["受理件数"]
unit = "件"

[measure.remark]
heading = "说明"
kind = "as_printed"

[text_figure.received]
word = "热线受理件数"
words_before = ["热线受理"]
unit = "件"

[[annex]]
name = "counties"
title = "各县区"
known_by = ["各县区"]
rows = ["county"]
measures = ["evaluations", "remark"]
required = ["evaluations"]
optional = ["remark"]

[[annex]]
name = "channels"
title = "分渠道"
known_by = ["渠道"]
rows = ["channel"]
columns = "county"
measures = ["evaluations"]
required = ["evaluations"]

[[annex]]
name = "hotline"
title = "热线"
number = 3
known_by = ["热线"]
rows = ["county"]
measures = ["received"]
required = ["received"]

[[relation]]
id = "hotline_of_text"
holds = "text.received = hotline.received"
severity = "correct"
words = "正文的热线受理件数等于附件各县区之和"

[[relation]]
id = "within"
holds = "channels.evaluations <= counties.evaluations"
by = "county"
words = "各渠道之和不大于该县区评价数"
"""
UNITS = (("county", "东山县"), ("county", "西河县"))
COUNTIES = "序号 县区 评价数\n1 东山县 300\n2 西河县 200"
HOTLINE = "序号 县区 受理件数\n1 东山县 13000\n2 西河县 104"

Check = Callable[..., CheckReport]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    return DeclaredCity(tmp_path, ANNEXES, UNITS).check


def rule(report: CheckReport, name: str) -> RuleResult:
    return next(result for result in report.results if result.id == name)


# --- a matrix with a column that nobody declared -----------------------------------------------------------


def matrix(total: int) -> str:
    head = "序号 渠道 东山县 西河县 南城 合计"
    return f"{head}\n1 短信 100 50 40 {total}\n2 合计 100 50 40 {total}"


def test_a_total_whose_columns_are_not_all_read_is_not_doubted(check: Check) -> None:
    report = check("", 各县区=COUNTIES, 分渠道=matrix(190))
    result = rule(report, "total_sum")
    assert (result.failed, result.reasons) == (0, ("有的列没有登记",))


def test_a_total_below_the_columns_that_are_read_is_wrong(check: Check) -> None:
    report = check("", 各县区=COUNTIES, 分渠道=matrix(149))
    assert rule(report, "total_sum").failed


def test_a_total_of_a_declared_column_is_checked_beside_one_that_is_not(check: Check) -> None:
    report = check("", 各县区=COUNTIES, 分渠道=matrix(190).replace("合计 100 50", "合计 100 60"))
    assert [finding.at.member for finding in report.findings if finding.check == "total_sum"] == ["西河县"]


# --- relations ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("written", "fails"), [("1.3万", 0), ("1.4万", 1), ("13104", 0), ("13100", 1)])
def test_a_figure_in_ten_thousands_is_compared_as_precisely_as_it_is_printed(
    check: Check, written: str, fails: int
) -> None:
    report = check(f"热线受理{written}件。", 热线情况=HOTLINE)
    result = rule(report, "hotline_of_text")
    assert (result.held, result.failed) == (1 - fails, fails)


# --- coverage ----------------------------------------------------------------------------------------------


def test_a_column_declared_as_text_is_declared(check: Check) -> None:
    remarks = "序号 县区 评价数 说明 人口\n1 东山县 300 升级 7\n2 西河县 200 停电 8"
    report = check("", 各县区=remarks)
    assert [table.undeclared for table in report.coverage] == [("人口",)]


# --- words -------------------------------------------------------------------------------------------------


def test_an_annex_without_a_number_has_the_next_free_one(check: Check) -> None:
    report = check("", 各县区=COUNTIES + "\n3 北山县 5", 热线情况=HOTLINE + "\n3 北山县 5")
    messages = [finding.message for finding in report.findings if finding.check == "unit_unknown"]
    assert messages == ["附件4“北山县”不在县区名录中。", "附件3“北山县”不在县区名录中。"]


def test_a_relation_for_every_unit_says_which(check: Check) -> None:
    matrix_alone = "序号 渠道 东山县 西河县\n1 短信 100 210"
    report = check("", 各县区=COUNTIES, 分渠道=matrix_alone)
    messages = [finding.message for finding in report.findings if finding.check == "within"]
    assert len(messages) == 1 and messages[0].startswith("各渠道之和不大于该县区评价数（西河县）：")


def test_a_number_of_an_annex_does_not_run_into_a_heading(check: Check) -> None:
    report = check("热线受理13100件。", 热线情况=HOTLINE)
    messages = [finding.message for finding in report.findings if finding.check == "hotline_of_text"]
    assert len(messages) == 1 and "附件3的12345热线/受理件数 13,104" in messages[0]
