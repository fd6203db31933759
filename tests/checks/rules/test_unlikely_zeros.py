"""Zeros of a matrix where nearly all other columns have many."""

from __future__ import annotations

import pytest

from haochaping.checks.finding import Finding
from haochaping.checks.run_rules import run_rules
from haochaping.core.model import QuarterData
from haochaping.core.period import Period
from haochaping.reference.reference import Reference
from haochaping.simulate.simulated_quarter import simulate
from tests.checks.rules.test_history import with_cell

ANNEX = "district_departments"


@pytest.fixture(scope="module")
def quarter(reference: Reference) -> QuarterData:
    return simulate(Period(2023, 1), 5)


def found(data: QuarterData, reference: Reference) -> list[Finding]:
    return [f for f in run_rules(data, reference).findings if f.check == "unlikely_zeros"]


def largest_row(data: QuarterData) -> list[int]:
    """Places of the cells of the department with most evaluations, from the largest on; public services left out."""
    frame = data.table(ANNEX)
    own = frame[~frame["department"].str.contains("公共服务")]
    name = own.groupby("department")["evaluations"].sum().idxmax()
    return own[own["department"] == name].sort_values("evaluations", ascending=False).index.tolist()


def test_a_zero_among_large_counts_is_told_with_what_is_expected(
    quarter: QuarterData, reference: Reference
) -> None:
    place = largest_row(quarter)[0]
    row = quarter.table(ANNEX).loc[place]
    [finding] = found(with_cell(quarter, ANNEX, place, evaluations=0), reference)
    assert [(cell.row, cell.member) for cell in finding.cells] == [(row["department"], row["district"])]
    assert f"附件3有 1 格评价数为零，而他处同类单位几乎都有不少：{row['district']}" in finding.message
    assert "只作比较" in finding.arithmetic and (finding.affected or 0) >= 1000


def test_where_many_columns_have_none_nothing_is_unlikely(quarter: QuarterData, reference: Reference) -> None:
    data = quarter
    for place in largest_row(quarter)[:5]:
        data = with_cell(data, ANNEX, place, evaluations=0)
    assert found(data, reference) == []


def test_a_small_zero_is_not_told(quarter: QuarterData, reference: Reference) -> None:
    frame = quarter.table(ANNEX)
    place = frame["evaluations"].astype(float).idxmin()
    assert found(with_cell(quarter, ANNEX, place, evaluations=0), reference) == []


def test_one_very_large_cell_does_not_make_the_others_unlikely(
    quarter: QuarterData, reference: Reference
) -> None:
    frame = quarter.table(ANNEX)
    rows = frame[frame["department"] == frame["department"].iloc[0]].index.tolist()
    data = quarter
    for place in rows:
        data = with_cell(data, ANNEX, place, evaluations=1)
    data = with_cell(data, ANNEX, rows[0], evaluations=900_000)
    assert found(with_cell(data, ANNEX, rows[1], evaluations=0), reference) == []
