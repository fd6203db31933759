from dataclasses import replace
from typing import Any

import pytest

from haochaping.checks.finding import Finding
from haochaping.checks.rule import load_rules
from haochaping.checks.rule_kinds import KINDS
from haochaping.checks.run_rules import run_rules
from haochaping.core.model import MISSING, NUMBER, QuarterData, printed_column
from haochaping.core.period import Period
from haochaping.reference.reference import Reference
from haochaping.simulate.simulated_quarter import simulate
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
    """`data` with other values in a row of an annex; words in place of a number stay as they are."""
    spec, content = data.declaration.annexes[table], data.table(table)
    rows = (data.cells["annex"] == table) & (data.cells["row"] == content.loc[row, spec.row_key])
    if spec.columns_by:
        rows &= data.cells["member"] == content.loc[row, spec.columns_by.key]
    cells = data.cells.copy()
    for measure in [name for name in values if name in spec.measures_by_name]:
        printed = values.get(printed_column(measure), str(values[measure]))
        selected = rows & (cells["measure"] == measure)
        cells.loc[selected, ["printed", "value", "status"]] = [printed, float(values[measure]), NUMBER]
    return replace(data, cells=cells)


def with_blanks(data: QuarterData, table: str, *columns: str, rows: list[str]) -> QuarterData:
    """`data` with nothing printed in some cells."""
    cells = data.cells.copy()
    selected = (cells["annex"] == table) & cells["row"].isin(rows) & cells["measure"].isin(columns)
    cells.loc[selected, ["printed", "value", "status", "reason"]] = ["", float("nan"), MISSING, "原表空白"]
    return replace(data, cells=cells)


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


def test_cells_told_at_once_add_up(now: QuarterData, before: QuarterData, reference: Reference) -> None:
    annex, data = "district_departments", before
    places = before.table(annex)["evaluations"].astype(float).nlargest(2).index
    for place in places:
        data = with_cell(
            data, annex, place, evaluations=9 * int(before.table(annex).loc[place, "evaluations"])
        )
    [rule] = [rule for rule in load_rules(reference, KINDS) if rule.id == "previous_quarter_cells"]
    [outcome] = KINDS[rule.kind](rule, CellIndex(data, reference, (before,)))
    assert outcome.affected == 8 * sum(int(before.table(annex).loc[p, "evaluations"]) for p in places)


def all_messages(data: QuarterData, reference: Reference, *history: QuarterData) -> str:
    """All messages in one text; a finding may contain several doubts of one cause."""
    return "".join(finding.message for finding in run_rules(data, reference, history=history).findings)


def test_an_annex_copied_from_the_quarter_before_is_reported_once(
    now: QuarterData, before: QuarterData, reference: Reference
) -> None:
    pasted = now.with_table("towns_and_villages", before.towns_and_villages)
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
    assert copied[0].at.row == before.districts.loc[2, "district"]


@pytest.mark.parametrize(("active", "is_told"), [(0, False), (7, False), (900, True)])
def test_cases_that_repeat_by_chance_bring_their_evaluations_with_them(
    now: QuarterData, before: QuarterData, reference: Reference, active: int, is_told: bool
) -> None:
    """Where nearly all is rated, 办件数 and 评价数 are one figure printed twice; small ones repeat anyway."""
    row = {"cases": 5010, "evaluations": 5000, "active_evaluations": active, "negative_evaluations": 0}
    then = with_cell(before, "districts", 2, **row)
    report = run_rules(with_cell(now, "districts", 2, **row), reference, history=(then,))
    assert any("有一行与2023年第一季度逐格相同" in f.message for f in report.findings) is is_told


@pytest.mark.parametrize(
    ("least_other", "same", "is_told"), [(100, 2, True), (100, 1, False), (9000, 2, False)]
)
def test_one_equal_row_makes_no_copied_annex(
    now: QuarterData, before: QuarterData, reference: Reference, least_other: int, same: int, is_told: bool
) -> None:
    """Not even where the city asks for half of two rows."""
    rows = range(len(now.public_services))
    there, then = now, before
    for row in rows:
        value = 5000 + row if row < 2 else 3
        there = with_cell(there, "public_services", row, evaluations=value)
        then = with_cell(then, "public_services", row, evaluations=value if row < same else 9 * value)
    [rule] = [rule for rule in load_rules(reference, KINDS) if rule.id == "copied_from_before"]
    options = {**rule.options, "share": 0.5, "least_other": least_other}
    found = KINDS[rule.kind](replace(rule, options=options), CellIndex(there, reference, (then,)))
    assert any(o.values.get("whole") for o in found if o.at.table == "public_services") is is_told


def test_an_annex_that_is_gone(now: QuarterData, before: QuarterData, reference: Reference) -> None:
    short = replace(now, cells=now.cells[now.cells["annex"] != "towns_and_villages"])
    [finding] = found(short, reference, "annex_gone", history=(before,))
    assert finding.severity == "verify" and "附件4（镇村）" in finding.message
    assert found(short, reference, "annex_gone", history=(short,)) == []


def test_blank_cells_are_reported_a_row_at_a_time_and_keep_the_bulletin_a_draft(
    now: QuarterData, reference: Reference
) -> None:
    name = str(now.districts.loc[1, "district"])
    blank = with_blanks(now, "districts", "cases", "evaluation_rate", rows=[name])
    [finding] = found(blank, reference, "cells_blank")
    assert finding.severity == "correct" and finding.message == f"附件1“{name}”办件数、评价率空白。"
    assert len(finding.suspects) == 2


def test_a_column_left_blank_is_reported_once(now: QuarterData, reference: Reference) -> None:
    data = with_blanks(now, "districts", "active_evaluations", rows=[*now.districts["district"]])
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
    assert [one.check for one in findings if one.at.row == name] == ([check] if check else [])


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
