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
    """Those that tell of such a zero, on their own or with the total that it breaks."""
    return [f for f in run_rules(data, reference).findings if "几乎都有不少" in f.message]


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
    assert (row["department"], row["district"]) in {(cell.row, cell.member) for cell in finding.cells}
    assert f"“{row['department']} {row['district']}”列为零，而其他各列的此行几乎都有不少" in finding.message
    assert "只作比较" in finding.arithmetic


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
