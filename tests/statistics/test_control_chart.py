import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.statistics.control_chart import RULES, xmr
from haochaping.statistics.validation import NotApplicable
from tests.statistics import wrong

LEAP = [10, 12, 11, 13, 12, 11, 30, 12, 11, 13, 12, 10]
series = st.lists(st.integers(-1000, 1000), min_size=5, max_size=30)


def test_reference_values() -> None:
    chart = xmr(LEAP)
    assert chart.mean_range == pytest.approx(1.4444444, abs=5e-8)
    assert (chart.lower, chart.upper) == pytest.approx((9.2411111, 16.9255556), abs=5e-8)
    assert chart.rule.tolist() == [""] * 6 + ["outside"] + [""] * 5
    unscreened = xmr(LEAP, screen=False)
    assert unscreened.mean_range == pytest.approx(4.5454545, abs=5e-8)
    assert (unscreened.lower, unscreened.upper) == pytest.approx((0.9924242, 25.1742424), abs=5e-8)


def test_a_range_is_screened_from_3_267_times_the_mean_on() -> None:
    steps = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1]
    below, above = [*steps, 5.2], [*steps, 5.5]  # last ranges 3.18 and 3.33 times the mean
    assert xmr(below).mean_range == xmr(below, screen=False).mean_range == pytest.approx(1.32)
    assert xmr(above).mean_range == 1


def test_fewer_than_twelve_points_give_trial_limits() -> None:
    assert not xmr(LEAP).trial
    assert xmr(LEAP[:11]).trial
    assert xmr(LEAP[:8]).trial  # two years of quarters
    assert xmr(LEAP[:5]).trial


def test_fewer_than_five_points_are_refused() -> None:
    with pytest.raises(NotApplicable) as error:
        xmr([1, 2, 3, 4])
    assert error.value.reason == "只有 4 期数据，至少要有 5 期才能计算控制限。"


CALM = [1, -1] * 15  # moving ranges of 2: outer third from about 3.6, limits at about 5.4


def flagged(middle: list[int]) -> list[str]:
    """The rules that flag the points of `middle` within a calm series around 0 (with its mirror image)."""
    mirrored = [-value for value in middle]
    rule = xmr([*CALM, *middle, *mirrored, *CALM]).rule.tolist()
    size = len(middle)
    assert rule[30 : 30 + size] == rule[30 + size : 30 + 2 * size]
    assert set(rule[:30] + rule[-30:]) == {""}
    return rule[30 : 30 + size]


def test_seven_points_that_move_one_way_are_a_trend() -> None:
    back_and_forth = [0, 30, 0, 30, 0, 30]
    for rising in ([11, 12, 13, 14, 15, 16, 17], [0, 1, 2, 4, 8, 16, 29]):
        rule = xmr([*back_and_forth, 29, *rising, 0, 30]).rule
        assert np.flatnonzero(rule == "trend").tolist() == list(range(7, 14))
    falling = xmr([*back_and_forth, 10, 17, 16, 15, 14, 13, 12, 11, 30, 0]).rule
    assert np.flatnonzero(falling == "trend").tolist() == list(range(7, 14))
    for none in ([11, 12, 13, 14, 15, 16], [11, 12, 13, 13, 14, 15, 16], [11, 12, 13, 12, 14, 15, 16]):
        assert "trend" not in xmr([*back_and_forth, 29, *none, 0, 30]).rule


def test_seven_points_on_one_side_of_the_mean() -> None:
    assert flagged([1, 2, 1, 2, 1, 2, 1]) == ["one_side"] * 7
    assert flagged([1, 2, 1, 2, 1, 2]) == [""] * 6
    assert flagged([1, 2, 1, 0, 2, 1, 2]) == [""] * 7  # on the mean is on no side


def test_two_of_three_in_the_outer_third_flag_only_themselves() -> None:
    assert flagged([5, 2, 5]) == ["two_in_three", "", "two_in_three"]
    assert flagged([5, 5, 2]) == ["two_in_three", "two_in_three", ""]
    assert flagged([5, -1, 5]) == ["", "", ""]  # not all three on one side
    assert flagged([5, 1, 1, 5]) == ["", "", "", ""]
    assert flagged([3, 2, 3]) == ["", "", ""]


def test_a_point_outside_is_not_one_of_the_two_in_three() -> None:
    assert flagged([7, 4, 1]) == ["outside", "", ""]
    assert flagged([7, 4, 4]) == ["outside", "two_in_three", "two_in_three"]


def test_the_first_rule_that_applies_is_reported() -> None:
    one, two = "one_side", "two_in_three"
    assert flagged([1, 4, 1, 4, 1, 2, 1]) == [one, two, one, two, one, one, one]
    climbing = xmr(range(20)).rule.tolist()  # all of it is a trend; ten on each side of the mean
    assert climbing == ["outside"] * 7 + ["trend"] * 6 + ["outside"] * 7
    assert RULES == ("outside", "trend", "two_in_three", "one_side")


def test_a_constant_series_has_no_width_and_no_flag() -> None:
    chart = xmr([0.1] * 7)
    assert (chart.lower, chart.upper) == pytest.approx((0.1, 0.1))
    assert chart.rule.tolist() == [""] * 7


@pytest.mark.parametrize(("values", "message"), wrong.NUMBERS)
def test_wrong_values_are_refused(values: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        xmr(values)


def test_one_number_or_a_table_is_no_series() -> None:
    with pytest.raises(ValueError, match="为 0 维，应为一列数"):
        xmr(1)
    with pytest.raises(ValueError, match="为 2 维，应为一列数"):
        xmr([[1, 2, 3], [4, 5, 6]])


@given(series)
def test_a_series_upside_down_is_flagged_alike(values: list[int]) -> None:
    assert xmr([-v for v in values]).rule.tolist() == xmr(values).rule.tolist()


@given(series, st.sampled_from([0.125, 2, 1024]))
def test_the_unit_of_the_values_does_not_matter(values: list[int], unit: float) -> None:
    chart, scaled = xmr(values), xmr([v * unit for v in values])
    assert scaled.rule.tolist() == chart.rule.tolist()
    assert scaled.mean_range == pytest.approx(chart.mean_range * unit, rel=1e-12)


@given(series)
def test_limits_lie_evenly_around_the_mean_and_tell_who_is_outside(values: list[int]) -> None:
    chart = xmr(values)
    assert chart.centre == pytest.approx(np.mean(values))
    assert chart.upper - chart.centre == pytest.approx(2.66 * chart.mean_range, abs=1e-9)
    assert chart.centre - chart.lower == pytest.approx(2.66 * chart.mean_range, abs=1e-9)
    margin = np.maximum(chart.lower - np.array(values), np.array(values) - chart.upper)
    outside = chart.rule == "outside"
    assert (margin[outside] > -1e-9).all()
    assert (margin[~outside] < 1e-9).all()


@given(series)
def test_screening_never_widens_the_limits(values: list[int]) -> None:
    assert xmr(values).mean_range <= xmr(values, screen=False).mean_range + 1e-12
