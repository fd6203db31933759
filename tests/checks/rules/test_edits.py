"""Each kind of rule on small tables: holds, does not hold, cannot be evaluated."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from haochaping.checks.check_report import CheckReport
from haochaping.checks.run_rules import run_rules
from haochaping.core.model import MISSING, QuarterData, annex_frame, frame
from haochaping.core.period import Period
from haochaping.reference.reference import Reference

ARITHMETIC = {
    "ratio", "ratio_undefined", "ratio_unreported", "bounds", "share", "share_sum", "total", "same", "at_most",
    "headline_records", "headline_rate", "headline_undefined",
}  # fmt: skip
DISTRICT = {
    "district": "甲区",
    "cases": 200,
    "evaluations": 100,
    "evaluation_rate": 0.5,
    "evaluation_rate_printed": "50%",
    "active_evaluations": 10,
    "negative_evaluations": 1,
}


def check(
    reference: Reference, headline: Sequence[dict[str, Any]] = (), **rows: list[dict[str, Any]]
) -> CheckReport:
    return run_rules(quarter(reference, headline, **rows), reference)


def quarter(
    reference: Reference, headline: Sequence[dict[str, Any]] = (), **rows: list[dict[str, Any]]
) -> QuarterData:
    """A quarter with these rows of annexes and figures of the text."""
    declared = reference.declaration
    data = QuarterData(Period(2030, 1), declared, headline=frame("headline", headline))
    for name, content in rows.items():
        data = data.with_table(name, annex_frame(declared.annexes[name], content))
    return data


def ids(report: CheckReport) -> set[str]:
    """Arithmetic rules that fail somewhere."""
    return {r.id for r in report.results if r.failed and r.kind in ARITHMETIC}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, set()),
        ({"evaluation_rate_printed": "50.1%", "evaluation_rate": 0.501}, {"rate_recomputed"}),
        ({"evaluations": 201}, {"rate_recomputed", "evaluations_within_cases"}),
        ({"active_evaluations": 101}, {"active_within_evaluations"}),
        ({"negative_evaluations": 101}, {"negatives_within_evaluations"}),
        (
            {"evaluation_rate_printed": "101%", "evaluation_rate": 1.01},
            {"rate_recomputed", "rate_within_bounds"},
        ),
        (
            {"cases": 0, "evaluations": 0, "active_evaluations": 0, "negative_evaluations": 0},
            {"rate_undefined"},
        ),
    ],
)
def test_a_district_row(reference: Reference, change: dict[str, Any], expected: set[str]) -> None:
    assert ids(check(reference, districts=[{**DISTRICT, **change}])) == expected


def test_a_missing_count_is_not_zero(reference: Reference) -> None:
    report = check(reference, districts=[{**DISTRICT, "cases": None}])
    rate = next(r for r in report.results if r.id == "rate_recomputed")
    assert rate.state == "not applicable" and rate.not_evaluable == 1
    assert not ids(report)


@pytest.mark.parametrize(
    ("values", "printed", "outcome"),
    [
        ([1, 2], 3, (1, 0, 0)),
        ([1, 2], 4, (0, 1, 0)),
        ([1, None], 4, (0, 0, 1)),
        ([5, None], 4, (0, 1, 0)),
        ([4, None], 4, (1, 0, 0)),
        ([1, "归市"], 4, (0, 1, 0)),
    ],
)
def test_totals(reference: Reference, values: list, printed: int, outcome: tuple[int, int, int]) -> None:
    numbers = [None if value == "归市" else value for value in values]
    rows = [{"district": f"{i}区", "evaluations": value} for i, value in enumerate(numbers)]
    data = quarter(reference, public_services=[*rows, {"district": "合计", "evaluations": printed}])
    cells = data.cells[data.cells["measure"] == "evaluations"].copy()
    cells.loc[cells["row"] == "合计", ["group", "is_total"]] = ["", True]
    cells.loc[cells["status"] == MISSING, "printed"] = ["归市" if "归市" in values else "/"]
    report = run_rules(replace(data, cells=cells), reference)
    result = next(r for r in report.results if r.id == "total_sum")
    assert (result.held, result.failed, result.not_evaluable) == outcome


@pytest.mark.parametrize(
    ("printed", "qualifier", "holds"),
    [
        ("50%", "", True),
        ("49.9%", "以上", True),
        ("50.1%", "以上", False),
        ("51%", "以下", True),
        ("60%", "", False),
    ],
)
def test_headline_rate_with_its_qualifier(
    reference: Reference, printed: str, qualifier: str, holds: bool
) -> None:
    report = check(
        reference,
        districts=[DISTRICT],
        city_departments=[{**DISTRICT, "department": "市甲局"}],
        headline=[
            {
                "figure": "evaluation_rate",
                "value": 0.5,
                "unit": "%",
                "printed": printed,
                "qualifier": qualifier,
            }
        ],
    )
    assert ("headline_rate" in ids(report)) is not holds


@pytest.mark.parametrize(
    ("printed", "value", "holds"),
    [
        ("400条", 400, True),
        ("200条", 200, True),
        ("401条", 401, False),
        ("0.04万条", 400, True),
        ("0.05万条", 500, False),
    ],
)
def test_headline_records_at_their_precision(
    reference: Reference, printed: str, value: int, holds: bool
) -> None:
    report = check(
        reference,
        districts=[DISTRICT],
        city_departments=[{**DISTRICT, "department": "市甲局"}],
        headline=[{"figure": "records", "value": value, "unit": "条", "printed": printed}],
    )
    assert ("headline_records" in ids(report)) is not holds


def test_shares_of_a_consistent_table_raise_nothing(reference: Reference) -> None:
    rows = [
        {"district": "甲区", "evaluations": 1, "share": 0.333, "share_printed": "33.3%"},
        {"district": "乙区", "evaluations": 2, "share": 0.667, "share_printed": "66.7%"},
    ]
    assert not ids(check(reference, public_services=rows))


def test_an_absent_annex_is_never_a_pass(reference: Reference) -> None:
    report = check(reference, districts=[DISTRICT])
    assert {r.state for r in report.results if r.id in ("share_recomputed", "total_sum")} == {
        "not applicable"
    }
