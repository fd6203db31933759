"""Units far from their peers: by how many records, and what a slip would do to the totals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from haochaping.checks.outcome import FAILS, Outcome
from haochaping.core.model import QuarterData
from haochaping.core.period import Period
from haochaping.reference.reference import Reference
from haochaping.simulate.simulated_quarter import simulate
from tests.checks.rules.test_history import with_cell
from tests.checks.small_city import outcomes


@pytest.fixture(scope="module")
def quarter() -> QuarterData:
    return simulate(Period(2023, 1), 5)


def failed(rule: str, data: QuarterData, reference: Reference) -> Outcome:
    [outcome] = [outcome for outcome in outcomes(rule, data, reference) if outcome.state == FAILS]
    return outcome


def test_a_digit_too_many_says_what_it_does_to_the_totals(quarter: QuarterData, reference: Reference) -> None:
    true = int(quarter.districts.loc[0, "evaluations"])
    data = with_cell(quarter, "districts", 0, evaluations=10 * true, cases=10 * true)
    outcome = failed("volume_peers", data, reference)
    assert outcome.affected == 9 * true and {*outcome.changes.values()} == {true}
    cases = int(data_sum(quarter, "cases")) - int(quarter.districts.loc[0, "cases"])
    claimed = int(quarter.headline.set_index("figure").loc["records", "value"])
    assert (
        f"如按此改，附件1、2办件数合计为 {cases + true:,}（现为 {cases + 10 * true:,}）" in outcome.hypothesis
    )
    assert f"与正文所写 {claimed:,} 相差 {abs(claimed - cases - true):,}" in outcome.hypothesis
    assert "主动评价率为" in outcome.hypothesis


def data_sum(data: QuarterData, column: str) -> int:
    return sum(int(data.table(name)[column].sum()) for name in ("districts", "city_departments"))


def test_evaluations_alone_change_their_own_total(quarter: QuarterData, reference: Reference) -> None:
    true = int(quarter.districts.loc[0, "evaluations"])
    data = with_cell(quarter, "districts", 0, evaluations=10 * true)
    outcome = failed("volume_peers", data, reference)
    total = data_sum(quarter, "evaluations")
    assert f"如按此改，附件1、2评价数合计为 {total:,}（现为 {total + 9 * true:,}）" in outcome.hypothesis


def test_without_a_slip_the_peers_say_how_many_records(quarter: QuarterData, reference: Reference) -> None:
    true = int(quarter.districts.loc[0, "evaluations"])
    data = with_cell(quarter, "districts", 0, evaluations=40 * true)
    outcome = failed("volume_peers", data, reference)
    assert not outcome.hypothesis and outcome.affected == pytest.approx(39 * true, rel=0.02)


def test_a_rate_far_from_its_peers_says_how_many_records(quarter: QuarterData, reference: Reference) -> None:
    base = int(quarter.districts.loc[0, "evaluations"])
    data = with_cell(quarter, "districts", 0, active_evaluations=base)
    outcome = failed("active_rate_peers", data, reference)
    usual = float(str(outcome.values["median"]).rstrip("%")) / 100
    assert outcome.affected == pytest.approx(base * (1 - usual), rel=0.001)
    cases = int(quarter.districts.loc[0, "cases"])
    points = failed(
        "evaluation_rate_peers", with_cell(quarter, "districts", 0, evaluations=cases // 2), reference
    )
    assert points.affected == pytest.approx(cases / 2, rel=0.05)


def test_a_silent_unit_says_how_many_records_it_lacks(quarter: QuarterData, reference: Reference) -> None:
    place = quarter.city_departments["evaluations"].astype(int).idxmax()
    outcome = failed(
        "silent_unit", with_cell(quarter, "city_departments", place, active_evaluations=0), reference
    )
    assert f"约为 {outcome.affected:,} 条" in outcome.arithmetic


def without_negatives(data: QuarterData) -> QuarterData:
    for name in ("districts", "city_departments", "towns_and_villages"):
        for row in range(len(data.table(name))):
            data = with_cell(data, name, row, negative_evaluations=0)
    return data


def test_only_who_rated_could_have_rated_negatively(quarter: QuarterData, reference: Reference) -> None:
    data = without_negatives(quarter)
    assert failed("zero_negatives", data, reference).affected == data_sum(quarter, "active_evaluations")
    cells = data.cells[data.cells["measure"] != "active_evaluations"]
    assert failed("zero_negatives", replace(data, cells=cells), reference).affected is None
