"""Rates that are not printed: small rows are told apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from haochaping.reference.reference import Reference
from tests.checks.small_city import check, city, read_tables


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    return city(tmp_path_factory.mktemp("city"))


@pytest.mark.parametrize(
    ("cases", "check_id", "severity"),
    [
        (29, "rate_unreported_small", "note"),
        (30, "rate_unreported", "verify"),
        (480, "rate_unreported", "verify"),
    ],
)
def test_a_rate_left_out_weighs_by_its_cases(
    place: Reference, tmp_path: Path, cases: int, check_id: str, severity: str
) -> None:
    rows: list[list[object]] = [
        ["大厅", "办件数", "投票数", "投票率"],
        ["甲", cases, 9, "/"],
        ["乙", 900, 90, "10%"],
    ]
    report = check(read_tables(place, tmp_path, rows), place)
    found = [f for f in report.findings if f.check.startswith("rate_unreported")]
    assert [(f.check, f.severity, f.at.row) for f in found] == [(check_id, severity, "甲")]
    assert {f.matter for f in report.findings if f.check in (check_id, "word_undefined")} == {
        "words_for_numbers"
    }
    assert ("数量很少" in found[0].message) is (severity == "note")
