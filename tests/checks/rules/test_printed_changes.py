"""Printed changes beside those that the earlier period gives."""

from pathlib import Path

import pytest

from haochaping.checks.finding import Finding
from haochaping.checks.run_rules import run_rules
from haochaping.core.period import Period
from tests.declared_city import QUARTER, DeclaredCity

ANNEXES = """\
[group.county]
word = "县区"
headings = ["县区"]
registered = true

[measure.cases]
heading = "办件数"
unit = "件"

[measure.done]
heading = "办结率"
kind = "rate"
base_not_printed = true

[measure.growth]
heading = "{heading}"
kind = "change"
of = "cases"
against = "{against}"

[measure.done_growth]
heading = "办结率变动"
kind = "change"
of = "done"
against = "{against}"

[[annex]]
name = "counties"
title = "各县区"
known_by = ["各县区"]
rows = ["county"]
measures = ["cases", "done", "growth", "done_growth"]
required = ["cases"]
"""
HEAD = "县区 办件数 办结率 {heading} 办结率变动\n"
BEFORE = HEAD + "甲县 200 95.0% / /\n乙县 300 90.0% / /\n丙县 0 / / /\n丁县 / / / /"
UNITS = tuple(("county", name) for name in ("甲县", "乙县", "丙县", "丁县"))


def findings(folder: Path, rows: str, *, against: str, before: Period) -> list[Finding]:
    heading = "环比" if against == "previous" else "同比"
    city = DeclaredCity(folder, ANNEXES.format(heading=heading, against=against), UNITS)
    earlier = city.read("", period=before, 附件1各县区=BEFORE.format(heading=heading))
    now = city.read("", 附件1各县区=HEAD.format(heading=heading) + rows)
    report = run_rules(now, city.reference, history=(earlier,))
    return [finding for finding in report.findings if finding.check == "change_recomputed"]


RIGHT = "甲县 230 95.5% 15.0% 0.5%\n乙县 200 89.0% -33.33% 下降1.0%\n丙县 5 80.0% 100% /\n丁县 7 80.0% 3% /"


@pytest.mark.parametrize(
    ("against", "before"), [("previous", QUARTER.previous), ("year_ago", QUARTER.year_ago)]
)
def test_right_changes_and_those_that_cannot_be_computed_are_silent(
    tmp_path: Path, against: str, before: Period
) -> None:
    assert findings(tmp_path, RIGHT, against=against, before=before) == []


def test_a_wrong_change_is_told_with_both_figures(tmp_path: Path) -> None:
    [finding] = findings(
        tmp_path, RIGHT.replace("15.0%", "51.0%"), against="previous", before=QUARTER.previous
    )
    assert finding.expected == "15.0%"
    assert "200" in finding.message and "230" in finding.message and "51.0%" in finding.message
    assert finding.arithmetic == "230 − 200 = 30；30 ÷ 200 = 15.0%"


def test_a_change_told_the_wrong_way_round_is_wrong(tmp_path: Path) -> None:
    [finding] = findings(
        tmp_path, RIGHT.replace("下降1.0%", "1.0%"), against="previous", before=QUARTER.previous
    )
    assert finding.expected == "-1.0%"
    assert finding.arithmetic == "89.00% − 90.00% = -1.0个百分点"


def test_another_period_is_no_base(tmp_path: Path) -> None:
    wrong = RIGHT.replace("15.0%", "51.0%")
    assert findings(tmp_path, wrong, against="year_ago", before=QUARTER.previous) == []
