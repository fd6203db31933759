"""Each kind of rule on small tables: holds, does not hold, cannot be evaluated."""

from typing import Any

import pytest

from haochaping.checks.check_report import CheckReport
from haochaping.checks.run_rules import run_rules
from haochaping.core.model import QuarterData, encode_key, frame
from haochaping.core.period import Period
from haochaping.reference.reference import Reference

ARITHMETIC = {
    "ratio", "ratio_undefined", "ratio_unreported", "bounds", "share", "share_sum", "total", "same", "at_most",
    "headline_sum", "headline_rate", "headline_undefined",
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


def check(reference: Reference, **rows: list[dict[str, Any]]) -> CheckReport:
    return run_rules(
        QuarterData(Period(2030, 1), **{name: frame(name, r) for name, r in rows.items()}), reference
    )


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


def total(value: int, label: str = "合计") -> dict[str, Any]:
    return {
        "table": "public_services",
        "key": encode_key({"district": label}),
        "column": "evaluations",
        "value": value,
        "printed": str(value),
        "label": label,
    }


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
    words = [
        {
            "table": "public_services",
            "key": encode_key({"district": f"{i}区"}),
            "column": "evaluations",
            "printed": "归市",
        }
        for i, value in enumerate(values)
        if value == "归市"
    ]
    report = check(reference, public_services=rows, printed_totals=[total(printed)], unreported=words)
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
    ("evaluations", "shown"), [(98996, "98.996%"), (98_999, "98.999%"), (98_990, "98.99%")]
)
def test_a_rate_of_the_text_is_seen_to_differ(reference: Reference, evaluations: int, shown: str) -> None:
    """Never 正文写 99%以上，按附件合计为 99.00%，不相符."""
    row = {**DISTRICT, "cases": 100_000, "evaluations": evaluations, "evaluation_rate": None}
    department = {"department": "市甲局", "cases": 0, "evaluations": 0}
    claim = {"figure": "evaluation_rate", "value": 0.99, "unit": "%", "printed": "99%", "qualifier": "以上"}
    report = check(reference, districts=[row], city_departments=[department], headline=[claim])
    [finding] = [f for f in report.findings if f.check == "headline_rate"]
    assert f"为 {shown}，不相符" in finding.message and f"= {shown}" in finding.arithmetic
    assert finding.expected == shown


@pytest.mark.parametrize(
    ("printed", "fails"), [("98.12%", False), ("98.13%", False), ("98.1%", False), ("98.11%", True)]
)
def test_a_rate_on_a_tie_is_right_either_way(reference: Reference, printed: str, fails: bool) -> None:
    row = {
        **DISTRICT, "cases": 160, "evaluations": 157, "evaluation_rate": 0.98125, "evaluation_rate_printed": printed
    }  # fmt: skip
    assert ("rate_recomputed" in ids(check(reference, districts=[row]))) is fails


@pytest.mark.parametrize(
    ("printed", "fails"), [("12%", False), ("13%", False), ("12.5%", False), ("11%", True)]
)
def test_a_share_on_a_tie_is_right_either_way(reference: Reference, printed: str, fails: bool) -> None:
    rows = [
        {"district": "甲区", "evaluations": 1, "share": 0.125, "share_printed": printed},
        {"district": "乙区", "evaluations": 7, "share": 0.875, "share_printed": "87.5%"},
    ]
    assert ("share_recomputed" in ids(check(reference, public_services=rows))) is fails


@pytest.mark.parametrize(("printed", "fails"), [("98.12%", False), ("98.13%", False), ("98.11%", True)])
def test_a_rate_of_the_text_on_a_tie_is_right_either_way(
    reference: Reference, printed: str, fails: bool
) -> None:
    row = {
        **DISTRICT, "cases": 80, "evaluations": 78, "evaluation_rate": 0.975, "evaluation_rate_printed": "97.5%"
    }  # fmt: skip
    department = {**row, "department": "市甲局", "evaluations": 79}
    claim = {"figure": "evaluation_rate", "value": 0.98125, "unit": "%", "printed": printed}
    report = check(reference, districts=[row], city_departments=[department], headline=[claim])
    assert ("headline_rate" in ids(report)) is fails


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
