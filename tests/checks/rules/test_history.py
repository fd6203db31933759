from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haochaping.checks.finding import Finding
from haochaping.checks.outcome import FAILS
from haochaping.checks.rule import load_rules
from haochaping.checks.rule_kinds import KINDS
from haochaping.checks.run_rules import run_rules
from haochaping.core.model import QuarterData, encode_key, frame
from haochaping.core.period import Period
from haochaping.reference.reference import Reference
from haochaping.simulate.simulated_quarter import PUBLIC_SERVICES, CitySize, simulate
from haochaping.store.cell_index import CellIndex

Q1, Q2 = Period(2023, 1), Period(2023, 2)


@pytest.fixture(scope="module")
def before(reference: Reference) -> QuarterData:
    return simulate(Q1, 5)


@pytest.fixture(scope="module")
def now(reference: Reference) -> QuarterData:
    return simulate(Q2, 5)


def found(data: QuarterData, reference: Reference, *checks: str, history: Any = ()) -> list[Finding]:
    report = run_rules(data, reference, history=history)
    assert [result.error for result in report.results if result.error] == []
    return [finding for finding in report.findings if finding.check in checks]


def with_cell(data: QuarterData, table: str, row: int, **values: Any) -> QuarterData:
    content = data.table(table).copy()
    for column, value in values.items():
        content.loc[row, column] = value
    return replace(data, **{table: content})


def test_two_honest_quarters_raise_nothing(
    now: QuarterData, before: QuarterData, reference: Reference
) -> None:
    new = {"previous_quarter", "copied_from_before", "annex_gone", "cells_blank", "evaluation_rate_peers"}
    assert found(now, reference, *new, history=(before,)) == []


def test_a_count_ten_times_the_quarter_before(
    now: QuarterData, before: QuarterData, reference: Reference
) -> None:
    cases = int(now.districts.loc[0, "cases"])
    wrong = with_cell(now, "districts", 0, cases=30 * cases)
    doubt = f"办件数 {30 * cases:,}，上一期为"
    assert doubt in all_messages(wrong, reference, before) and doubt not in all_messages(wrong, reference)
    assert "其他单位中位数" in all_messages(wrong, reference), "its own rate is far from the others'"


def all_messages(data: QuarterData, reference: Reference, *history: QuarterData) -> str:
    """All messages in one text; a finding may contain several doubts of one cause."""
    return "".join(finding.message for finding in run_rules(data, reference, history=history).findings)


def test_an_annex_copied_from_the_quarter_before_is_reported_once(
    now: QuarterData, before: QuarterData, reference: Reference
) -> None:
    pasted = replace(now, towns_and_villages=before.towns_and_villages)
    [finding] = found(pasted, reference, "copied_from_before", history=(before,))
    assert "附件4各行的数与2023年第一季度几乎全部相同" in finding.message


def test_a_row_copied_from_the_quarter_before(
    now: QuarterData, before: QuarterData, reference: Reference
) -> None:
    columns = ["cases", "evaluations", "active_evaluations", "negative_evaluations"]
    old = {column: before.districts.loc[2, column] for column in columns}
    report = run_rules(with_cell(now, "districts", 2, **old), reference, history=(before,))
    copied = [f for f in report.findings if "有一行与2023年第一季度逐格相同" in f.message]
    assert len(copied) == 1, "alone, or with the rate that no longer fits"
    assert copied[0].at.names == {"district": before.districts.loc[2, "district"]}


def with_old(
    now: QuarterData, before: QuarterData, table: str, rows: range | list[int], *columns: str
) -> QuarterData:
    """This quarter with the figures of the one before in some rows and columns."""
    for row in rows:
        old = {column: before.table(table).loc[row, column] for column in columns}
        now = with_cell(now, table, row, **old)
    return now


def copied_places(data: QuarterData, reference: Reference, before: QuarterData) -> list[str]:
    """Where the rule finds something, before findings of one cause are joined."""
    rule = next(rule for rule in load_rules(reference.folder, KINDS) if rule.id == "copied_from_before")
    outcomes = KINDS["copied"](rule, CellIndex(data, reference, (before,)))
    return [outcome.at.path for outcome in outcomes if outcome.state == FAILS]


def test_one_equal_figure_is_no_copied_row(
    now: QuarterData, before: QuarterData, reference: Reference
) -> None:
    for table, columns in (
        ("district_departments", ["evaluations"]),
        ("public_services", ["evaluations"]),
        ("districts", ["evaluations"]),
        ("towns_and_villages", ["evaluations", "negative_evaluations", "rectified_on_time"]),
    ):
        assert copied_places(with_old(now, before, table, [1], *columns), reference, before) == [], table


def test_figures_tied_to_each_other_count_once(
    now: QuarterData, before: QuarterData, reference: Reference
) -> None:
    """办件数 = 评价数 is one figure printed twice; with the active evaluations there are two."""
    same = {"cases": 54321, "evaluations": 54321, "negative_evaluations": 0}
    then = with_cell(before, "districts", 2, **same, active_evaluations=50)
    again = with_cell(now, "districts", 2, **same, active_evaluations=50)
    assert copied_places(again, reference, then) == []
    then, again = (with_cell(data, "districts", 2, active_evaluations=1234) for data in (then, again))
    name = now.districts.loc[2, "district"]
    assert copied_places(again, reference, then) == [f"districts/{name}/cases"]


def test_a_line_of_a_matrix_and_both_tiers_of_a_district_are_lines(
    now: QuarterData, before: QuarterData, reference: Reference
) -> None:
    department = PUBLIC_SERVICES
    rows = list(now.district_departments.index[now.district_departments["department"] == department])
    again = with_old(now, before, "district_departments", rows, "evaluations")
    first = now.district_departments.loc[0, "district"]
    assert copied_places(again, reference, before) == [
        f"district_departments/{department}/{first}/evaluations"
    ]
    columns = ("evaluations", "negative_evaluations", "rectified_on_time")
    district = now.towns_and_villages.loc[0, "district"]
    again = with_old(now, before, "towns_and_villages", [0, 1], *columns)
    assert copied_places(again, reference, before) == [f"towns_and_villages/{district}/town/evaluations"]


def test_a_copied_column_is_told_once_and_named(
    now: QuarterData, before: QuarterData, reference: Reference
) -> None:
    rows = range(len(now.districts))
    again = with_old(now, before, "districts", rows, "active_evaluations")
    [finding] = found(again, reference, "copied_from_before", history=(before,))
    assert "附件1主动评价数整列与2023年第一季度几乎全部相同" in finding.message
    assert finding.id == "copied_from_before/districts/全部/active_evaluations"
    again = with_old(now, before, "districts", rows, "cases", "evaluations")
    assert copied_places(again, reference, before) == ["districts/全部/cases"]


def test_a_column_of_a_district_or_a_tier_is_named_with_it(
    now: QuarterData, before: QuarterData, reference: Reference
) -> None:
    district = str(now.districts.loc[3, "district"])
    matrix = now.district_departments
    again = with_old(
        now, before, "district_departments", list(matrix.index[matrix["district"] == district]), "evaluations"
    )
    assert copied_places(again, reference, before) == [f"district_departments/全部/{district}/evaluations"]
    assert f"附件3{district}评价数整列与" in all_messages(again, reference, before)
    villages = list(now.towns_and_villages.index[now.towns_and_villages["tier"] == "village"])
    again = with_old(now, before, "towns_and_villages", villages, "evaluations")
    assert copied_places(again, reference, before) == ["towns_and_villages/全部/village/evaluations"]


@pytest.mark.parametrize(("kept", "told"), [(9, True), (8, False)])
def test_a_column_is_copied_from_the_rules_share_on(
    now: QuarterData, before: QuarterData, reference: Reference, kept: int, told: bool
) -> None:
    """Eleven districts, a share of four fifths."""
    again = with_old(now, before, "districts", range(kept), "active_evaluations")
    assert bool(copied_places(again, reference, before)) is told


@given(random=st.randoms(use_true_random=False), seed=st.integers(1, 50))
@settings(max_examples=25, deadline=None)
def test_single_equal_cells_are_never_told(reference: Reference, random: Random, seed: int) -> None:
    """At most one large cell in a line and one in a column: whatever table it stands in."""
    size = CitySize(districts=5, city_departments=8, district_departments=5)
    before, now = simulate(Q1, seed, size), simulate(Q2, seed, size)
    for table in ("districts", "city_departments", "district_departments", "public_services"):
        row = random.randrange(len(now.table(table)))
        now = with_old(now, before, table, [row], "evaluations")
    assert copied_places(now, reference, before) == []


def test_an_annex_that_is_gone(now: QuarterData, before: QuarterData, reference: Reference) -> None:
    short = replace(now, towns_and_villages=frame("towns_and_villages", []))
    [finding] = found(short, reference, "annex_gone", history=(before,))
    assert finding.severity == "verify" and "附件4（镇村）" in finding.message
    assert found(short, reference, "annex_gone", history=(short,)) == []


def test_blank_cells_are_reported_a_row_at_a_time_and_keep_the_bulletin_a_draft(
    now: QuarterData, reference: Reference
) -> None:
    import pandas as pd

    name = str(now.districts.loc[1, "district"])
    rows = [
        {
            "table": "districts",
            "key": encode_key({"district": name}),
            "column": column,
            "printed": "",
            "reason": "空白",
        }
        for column in ("cases", "evaluation_rate")
    ]
    blank = with_cell(
        now, "districts", 1, cases=pd.NA, evaluation_rate=float("nan"), evaluation_rate_printed=""
    )
    blank = replace(blank, unreported=frame("unreported", [*now.unreported.to_dict("records"), *rows]))
    [finding] = found(blank, reference, "cells_blank")
    assert finding.severity == "correct" and finding.message == f"附件1“{name}”办件数、评价率空白。"
    assert len(finding.suspects) == 2


def test_a_column_left_blank_is_reported_once(now: QuarterData, reference: Reference) -> None:
    import pandas as pd

    content = now.districts.copy()
    content["active_evaluations"] = pd.array([pd.NA] * len(content), dtype="Int64")
    rows = [
        {
            "table": "districts",
            "key": encode_key({"district": name}),
            "column": "active_evaluations",
            "reason": "空白",
        }
        for name in content["district"]
    ]
    data = replace(
        now, districts=content, unreported=frame("unreported", [*now.unreported.to_dict("records"), *rows])
    )
    [finding] = found(data, reference, "cells_blank")
    assert finding.message == "附件1主动评价数整列空白。"


@pytest.mark.parametrize(
    ("negatives", "printed", "check"),
    [
        (0, "100%", "satisfaction_of_none"),
        (5, "97.5%", "satisfaction_possible"),
        (40, "97.5%", ""),
        (3, "67%", ""),
        (3, "66.67%", ""),
        (3, "66.6%", ""),
        (2, "66.67%", "satisfaction_possible"),
        (1, "100%", ""),
        (7, "0%", ""),
    ],
)
def test_a_satisfaction_that_whole_numbers_can_give(
    now: QuarterData, reference: Reference, negatives: int, printed: str, check: str
) -> None:
    value = float(printed.rstrip("%")) / 100
    data = with_cell(
        now,
        "districts",
        0,
        negative_evaluations=negatives,
        rectification_satisfaction_rate=value,
        rectification_satisfaction_rate_printed=printed,
    )
    name = str(now.districts.loc[0, "district"])
    findings = found(data, reference, "satisfaction_of_none", "satisfaction_possible")
    assert [one.check for one in findings if one.at.names == {"district": name}] == ([check] if check else [])


def test_extraction_before_the_end_of_the_quarter(now: QuarterData, reference: Reference) -> None:
    about = now.about.copy()
    about.loc[about["field"] == "extraction_date", "value"] = "2022-07-05"
    [finding] = found(replace(now, about=about), reference, "extraction_early")
    assert finding.severity == "correct" and "2023-06-30" in finding.message


def test_a_doubt_about_other_cells_does_not_follow(real: QuarterData, reference: Reference) -> None:
    """A slip in one district must not swallow what was found about another."""
    usual = {finding.id for finding in run_rules(real, reference).findings}
    for table, row, column in (
        ("public_services", 1, "evaluations"),
        ("district_departments", 0, "evaluations"),
    ):
        value = int(real.table(table).loc[row, column])
        slipped = with_cell(real, table, row, **{column: value * 10 + 1})
        report = run_rules(slipped, reference)
        lost = usual - {finding.id for finding in report.findings}
        about = {finding for finding in lost if not finding.startswith(("share_", table, "same_", "total_"))}
        assert not about, f"{table}: {about}"
