"""In how many periods in a row a matter stands."""

from dataclasses import replace
from datetime import date

import pytest

from haochaping.checks.matter_ages import MOST_PERIODS_BACK
from haochaping.checks.memory import PriorQuarter
from haochaping.checks.review import review
from haochaping.core.model import CellRef, QuarterData
from haochaping.reference.reference import Reference
from haochaping.store.apply_corrections import Correction, apply_corrections
from tests.checks.test_matters import of_rule

AS_OF = date(2023, 3, 1)


def earlier(real: QuarterData, steps: int) -> QuarterData:
    """The real quarter as if it were one of `steps` quarters before."""
    quarter = real.quarter
    for _ in range(steps):
        quarter = quarter.previous
    return replace(real, quarter=quarter)


def past_of(real: QuarterData, steps: list[int]) -> list[PriorQuarter]:
    return [PriorQuarter(earlier(real, step), ()) for step in sorted(steps, reverse=True)]


@pytest.mark.parametrize(
    ("steps", "age", "since"),
    [
        ([], 1, "2022年第四季度"),
        ([1], 2, "2022年第三季度"),
        ([1, 2, 3], 4, "2022年第一季度"),
        ([1, 3], 2, "2022年第三季度"),  # a gap ends the row
        ([2], 1, "2022年第四季度"),
    ],
)
def test_periods_in_a_row(
    steps: list[int], age: int, since: str, real: QuarterData, reference: Reference
) -> None:
    report = review(real, [], past_of(real, steps), reference, AS_OF).report
    matter = of_rule(report, "silent_unit")
    assert (matter.age, matter.since) == (age, since)
    assert all(one.age <= age for one in report.matters)


def test_a_row_ends_where_the_matter_did_not_stand(real: QuarterData, reference: Reference) -> None:
    """Two quarters ago the total of annex 5 was right; all else was as it is."""
    right = [
        Correction(cell, printed, corrected)
        for cell, printed, corrected in (
            (_cell("public_services", "总数"), "1989842", "1994198"),
            (_cell("district_departments", "公共服务（水电气热通讯）", "周村区"), "0", "4356"),
            (_cell("district_departments", "汇总", "周村区"), "40934", "45290"),
        )
    ]
    mended = apply_corrections(real, right, reference)
    past = [PriorQuarter(earlier(mended, 2), ()), PriorQuarter(earlier(real, 1), ())]
    report = review(real, [], past, reference, AS_OF).report
    assert of_rule(report, "total_sum").age == 2
    assert of_rule(report, "silent_unit").age == 3


def _cell(table: str, row: str, member: str = "") -> CellRef:
    return CellRef(table, row, "evaluations", member)


def test_ages_look_back_two_years_at_most(real: QuarterData, reference: Reference) -> None:
    past = past_of(real, [*range(1, MOST_PERIODS_BACK + 3)])
    report = review(real, [], past, reference, AS_OF).report
    assert of_rule(report, "silent_unit").age == MOST_PERIODS_BACK + 1


def test_hints_have_no_age(real: QuarterData, reference: Reference) -> None:
    report = review(real, [], past_of(real, [1]), reference, AS_OF).report
    assert of_rule(report, "concentration").age == 1
