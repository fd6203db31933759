"""General rules on counts against earlier periods, for the columns that a city's own rules do not name."""

from __future__ import annotations

from pathlib import Path

import pytest

from haochaping.checks.finding import Finding
from haochaping.checks.rule import load_rules
from haochaping.checks.rule_kinds import KINDS
from haochaping.checks.run_rules import run_rules
from haochaping.core.model import QuarterData
from haochaping.reference.reference import Reference
from tests.checks.small_city import city, period

OWN_RULE = """
[[rule]]
id = "own"
kind = "previous"
severity = "note"
title = "投票数与上季度相近"
tables = ["districts"]
columns = ["votes"]
quarters = 4
factor = 2
least = 1
message = "{{ place }}"
consider = "请核实。"
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    return city(tmp_path_factory.mktemp("city"))


def districts(reference: Reference, **cases: int | None) -> QuarterData:
    """A period of districts with as many cases, and half as many votes."""
    rows = [
        {"district": name, "cases": count, "votes": None if count is None else count // 2}
        for name, count in cases.items()
    ]
    return period(reference, districts=rows)


def told(data: QuarterData, reference: Reference, *past: QuarterData) -> list[Finding]:
    report = run_rules(data, reference, history=past)
    assert not [result for result in report.results if result.error]
    return [
        finding for finding in report.findings if finding.check in ("counts_before", "counts_past", "own")
    ]


@pytest.mark.parametrize(
    ("before", "now", "is_told"),
    [
        (4120, 41200, True),
        (4120, 412, True),
        (4120, 0, True),
        (4120, 12000, False),
        (4120, 4210, False),
        (40, 400, True),
        (10, 100, False),
        (4120, None, False),
    ],
)
def test_a_count_ten_times_or_a_tenth_of_the_one_before_is_told(
    place: Reference, before: int, now: int | None, is_told: bool
) -> None:
    past = districts(place, 甲区=before, 乙区=5000)
    found = [f for f in told(districts(place, 甲区=now, 乙区=5100), place, past) if f.at.column == "cases"]
    assert [f.id for f in found] == (["counts_before/districts/甲区/cases"] if is_told else [])
    if is_told:
        assert found[0].severity == "verify"
        assert found[0].message.startswith(f"附件2“甲区”办件数 {now:,}，2030年第一季度为 {before:,}，")
        assert now is not None and found[0].affected == abs(now - before)


def test_many_cells_of_a_column_are_told_as_one(place: Reference) -> None:
    counts = {f"{name}区": 1000 for name in "甲乙丙丁戊"}
    now = districts(place, **{name: 10 * count for name, count in counts.items()})
    found = told(now, place, districts(place, **counts))
    assert [f.id for f in found] == [f"counts_before/districts/全部/{c}" for c in ("cases", "votes")]
    assert "附件2办件数有 5 格与上一期相比成倍增减，现为：甲区 10,000、" in found[0].message
    assert len(found[0].cells) == 5 and found[0].affected == 5 * 9000


def test_from_four_periods_on_a_count_is_held_against_its_own_past(place: Reference) -> None:
    past = [districts(place, 甲区=n, 乙区=5000) for n in (900, 1100, 1000, 950)]
    found = told(districts(place, 甲区=10000, 乙区=5000), place, *past)
    assert [f.id for f in found] == [f"counts_past/districts/甲区/{c}" for c in ("cases", "votes")]
    assert "附件2“甲区”办件数 10,000，与本单位以往各季度（中位数 975）" in found[0].message
    assert found[0].affected == 10_000 - 975
    jumping = [districts(place, 甲区=n, 乙区=5000) for n in (100, 9000, 300, 5000)]
    assert told(districts(place, 甲区=10000, 乙区=5000), place, *jumping) == []


def test_columns_of_the_citys_own_rules_are_left_to_them(tmp_path: Path) -> None:
    own = city(tmp_path, rules=OWN_RULE)
    found = told(districts(own, 甲区=40000), own, districts(own, 甲区=4000))
    assert {f.id for f in found} == {"counts_before/districts/甲区/cases", "own/districts/甲区/votes"}
    past = [districts(own, 甲区=n) for n in (900, 1100, 1000, 950)]
    found = told(districts(own, 甲区=40000), own, *past)
    assert [f.id for f in found] == ["counts_past/districts/甲区/cases"]


def test_a_city_may_change_a_general_rule_without_naming_columns(tmp_path: Path) -> None:
    changed = city(tmp_path, rules='[[rule]]\nid = "counts_before"\nleast = 50000\n')
    [rule] = [rule for rule in load_rules(changed, KINDS) if rule.id == "counts_before"]
    assert rule.options["least"] == 50000
    assert told(districts(changed, 甲区=40000), changed, districts(changed, 甲区=4000)) == []
