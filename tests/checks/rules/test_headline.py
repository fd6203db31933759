"""The text's number of records beside sums of the annexes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from haochaping.checks.finding import Finding
from haochaping.checks.run_rules import run_rules
from haochaping.core.model import QuarterData
from haochaping.core.period import Period
from haochaping.reference.reference import Reference
from haochaping.simulate.simulated_quarter import CitySize, simulate


@pytest.fixture(scope="module")
def clean() -> QuarterData:
    return simulate(Period(2023, 1), 3, CitySize(districts=4, city_departments=6, district_departments=4))


def told(data: QuarterData, reference: Reference, records: int) -> Finding:
    headline = data.headline.copy()
    headline.loc[headline["figure"] == "records", ["value", "printed"]] = [float(records), f"{records}条"]
    report = run_rules(replace(data, headline=headline), reference)
    [finding] = [f for f in report.findings if f.check == "headline_records"]
    return finding


def sums(data: QuarterData) -> tuple[int, dict[str, int]]:
    """The cases behind the text, and the evaluations of the other annexes."""
    names = ("district_departments", "towns_and_villages", "public_services")
    cases = int(data.districts["cases"].sum() + data.city_departments["cases"].sum())
    return cases, {name: int(data.table(name)["evaluations"].sum()) for name in names}


def test_a_sum_of_other_annexes_that_is_the_gap_is_named(clean: QuarterData, reference: Reference) -> None:
    cases, others = sums(clean)
    gap = others["towns_and_villages"] + others["public_services"]
    finding = told(clean, reference, cases + gap)
    assert finding.affected == gap
    assert "；差额等于附件4 " in finding.arithmetic and finding.arithmetic.endswith(f" = {gap:,}")
    alone = told(clean, reference, cases + others["public_services"])
    assert alone.arithmetic.endswith(f"；差额等于附件5 {others['public_services']:,}")


def test_else_the_nearest_one_with_what_it_lacks(clean: QuarterData, reference: Reference) -> None:
    cases, others = sums(clean)
    finding = told(clean, reference, cases + others["public_services"] - 7)
    assert "附件3、4、5各自的合计及其相加没有一个等于差额" in finding.arithmetic
    assert f"最接近的是附件5 {others['public_services']:,}，仍相差 7（只作比较" in finding.arithmetic


def test_nothing_explains_a_text_below_its_annexes(clean: QuarterData, reference: Reference) -> None:
    finding = told(clean, reference, sums(clean)[0] - 5000)
    assert "差额" not in finding.arithmetic and finding.affected == 5000
