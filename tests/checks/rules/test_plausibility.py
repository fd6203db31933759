"""A unit against its own past, and against the registry's dates."""

from dataclasses import replace

import pytest

from haochaping.checks.run_rules import run_rules
from haochaping.core.model import QuarterData
from haochaping.core.period import Period
from haochaping.reference.reference import Reference
from haochaping.simulate.simulated_quarter import simulate

QUARTERS = [Period(2022 + i // 4, i % 4 + 1) for i in range(7)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rule", "table", "column", "times"),
    [
        ("own_history", "towns_and_villages", "evaluations", 30),
        ("own_history_active", "districts", "active_evaluations", 20),
        ("own_history_negatives", "towns_and_villages", "negative_evaluations", 200),
    ],
)
def test_a_figure_far_from_its_own_past(
    reference: Reference, rule: str, table: str, column: str, times: int
) -> None:
    *earlier, now = (simulate(quarter, 5) for quarter in QUARTERS)

    def found(data: QuarterData, history: list[QuarterData]) -> int:
        return sum(f.check == rule for f in run_rules(data, reference, history=history).findings)

    changed = now.table(table).copy()
    place = changed[column].idxmax()
    changed.loc[place, column] = changed.loc[place, column] * times
    assert found(now, earlier) == 0
    assert found(now.with_table(table, changed), earlier) == 1
    assert found(now.with_table(table, changed), earlier[:3]) == 0, "too few quarters say nothing"


def test_a_unit_outside_its_time(real: QuarterData, reference: Reference) -> None:
    def outdated(**dates: str) -> list[str]:
        units = tuple(replace(u, **dates) if u.canonical == "市体育局" else u for u in reference.units)
        report = run_rules(real, replace(reference, units=units))
        return [f.message for f in report.findings if f.check == "unit_outdated"]

    assert outdated(valid_to="2022-06-30") == [
        "附件2“市体育局”在名录中的有效期为 …… 至 2022-06-30，与本季度不合。"
    ]
    assert outdated(valid_from="2023-01-01") and not outdated(valid_from="2022-11-01")
    assert not outdated()
