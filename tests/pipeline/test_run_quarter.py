"""What a run says when it is interrupted: the truth about what is new already."""

from pathlib import Path

import pytest

from haochaping.core.paths import Locations
from haochaping.core.period import Period
from haochaping.files.swap_folder import stage_and_swap_in
from haochaping.pipeline.run_quarter import report_replaced_quarters

FIRST, SECOND = Period(2024, 1), Period(2024, 2)


def publish(where: Locations, quarter: Period) -> None:
    with stage_and_swap_in(where.published(quarter)) as aside:
        (aside / "briefing.html").write_text("")


@pytest.fixture
def where(tmp_path: Path) -> Locations:
    where = Locations(tmp_path / "data", tmp_path / "output")
    publish(where, FIRST)
    return where


def interrupted(where: Locations, *published: Period, failing: bool = False) -> str:
    with pytest.raises(KeyboardInterrupt) as stopped, report_replaced_quarters(where, [FIRST, SECOND]):
        for quarter in published:
            publish(where, quarter)
        if failing:
            with stage_and_swap_in(where.published(SECOND)):
                raise KeyboardInterrupt
        raise KeyboardInterrupt
    return str(stopped.value)


def test_before_the_swap_nothing_has_changed(where: Locations) -> None:
    assert interrupted(where) == ""
    assert interrupted(where, failing=True) == ""


@pytest.mark.parametrize("quarter", [FIRST, SECOND])
def test_after_the_swap_the_new_output_is_named(where: Locations, quarter: Period) -> None:
    """Replaced or there for the first time."""
    told = interrupted(where, quarter, failing=quarter is FIRST)
    assert f"{quarter} 的新输出已经写好，其余各期没有改动" in told and "再运行一次" in told


def test_all_that_are_new_are_named(where: Locations) -> None:
    told = interrupted(where, FIRST, SECOND)
    assert "2024Q1、2024Q2 的新输出已经写好；" in told and "其余" not in told
