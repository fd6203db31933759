"""Counts of one column that lie closer together than chance puts them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from haochaping.checks.outcome import FAILS, Outcome
from haochaping.checks.run_rules import run_rules
from haochaping.core.period import Period
from haochaping.reference.reference import Reference
from haochaping.simulate.simulated_quarter import CitySize, simulate
from tests.checks.small_city import city, outcomes, period

SPREAD = [130, 290, 420, 610, 980, 1450, 2300, 3100, 5200, 8800, 14000, 31000, 52000, 96000]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    return city(tmp_path_factory.mktemp("place"))


def failing(
    reference: Reference, votes: Sequence[int], cases: Sequence[int | None] | None = None
) -> list[Outcome]:
    rows = [
        {"district": f"第{at}区", "votes": count, "cases": cases[at] if cases else None}
        for at, count in enumerate(votes)
    ]
    return [
        outcome
        for outcome in outcomes("near_equal_counts", period(reference, districts=rows), reference)
        if outcome.state == FAILS
    ]


def test_a_quota_is_told_with_its_units(place: Reference) -> None:
    [outcome] = failing(place, [*SPREAD, 700, 705, 711, 720, 726, 731])
    assert outcome.values["count"] == len(outcome.cells) == 6
    assert (outcome.values["low"], outcome.values["high"]) == ("700", "731")
    assert "第14区 700、第15区 705" in outcome.values["cells"] and outcome.affected is None


@pytest.mark.parametrize(
    "counts",
    [
        SPREAD,
        [*SPREAD, 700, 705, 711, 720],  # four
        [*SPREAD, 70, 70, 71, 72, 72, 73],  # small
        [700, 705, 711, 720, 726, 731],  # units of one size, as far as anyone can tell
        [*range(900, 1100, 10)],
    ],
)
def test_few_small_and_alike_units_are_not_told(place: Reference, counts: list[int]) -> None:
    assert failing(place, counts) == []


def test_the_same_units_in_two_columns_are_told_once(place: Reference) -> None:
    votes = [*SPREAD, 700, 705, 711, 720, 726, 731]
    assert len(failing(place, votes, votes)) == 1
    assert len(failing(place, votes, [*votes[6:], *votes[:6]])) == 2, "other units are another cluster"


def test_chance_alone_rarely_puts_counts_so_near(place: Reference) -> None:
    random = np.random.default_rng(1)
    columns = (random.lognormal(6.5, 2, 30).astype(int).tolist() for _ in range(100))
    assert sum(bool(failing(place, counts)) for counts in columns) <= 1


@pytest.mark.parametrize("size", [CitySize(), CitySize(3, 8, 6)])
def test_simulated_quarters_are_quiet(reference: Reference, size: CitySize) -> None:
    for seed in range(4):
        report = run_rules(simulate(Period(2023, 1), seed, size), reference)
        assert not [f for f in report.findings if f.check in ("near_equal_counts", "unlikely_zeros")]


def test_a_city_may_set_how_near(tmp_path: Path) -> None:
    rules = '[[rule]]\nid = "near_equal_counts"\nfactor = 1.01\n'
    place = city(tmp_path / "city", rules=rules)
    assert failing(place, [*SPREAD, 700, 705, 711, 720, 726, 731]) == []
