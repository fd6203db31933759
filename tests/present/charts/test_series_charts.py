import itertools
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from fractions import Fraction

import pytest

from haochaping.core.model import QuarterData
from haochaping.core.period import Period
from haochaping.figures.compute_figures import compute_figures
from haochaping.figures.figure import PERCENT, Figure
from haochaping.figures.series import Series, series
from haochaping.present.charts.chart import EMPTY
from haochaping.present.charts.series_charts import LABELS, chart_series, series_chart
from haochaping.present.charts.style import NARROW
from haochaping.reference.reference import Reference
from haochaping.simulate.simulated_quarter import simulate
from haochaping.statistics.control_chart import xmr
from tests.present.small_quarters import without_annexes

QUARTERS = [Period(2021 + i // 4, i % 4 + 1) for i in range(13)]
SHARP = [10, 11, 10, 11, 10, 11, 10, 11, 10, 11, 10, 40]


@pytest.fixture(scope="module")
def city() -> list[QuarterData]:
    return [simulate(quarter, 5) for quarter in QUARTERS[:6]]


def counts(values: list[int | None], name: str = "evaluations") -> Series:
    made = {
        quarter: None if value is None else Figure(name, "", value, "条", "", "")
        for quarter, value in zip(QUARTERS, values, strict=False)
    }
    return series(name, "条", made)


def rates(values: list[Fraction | None]) -> Series:
    made = {
        quarter: Figure("active_rate", "", value, PERCENT, "", "")
        for quarter, value in zip(QUARTERS, values, strict=False)
    }
    return series("active_rate", PERCENT, made)


# --- the series ---------------------------------------------------------------------------------------


def test_quarters_that_are_not_there_become_gaps_and_ends_without_numbers_are_left_out() -> None:
    back = counts([None, 5, None, 7, None])
    assert [(str(point.quarter), point.value) for point in back.points] == [
        ("2021Q2", 5),
        ("2021Q3", None),
        ("2021Q4", 7),
    ]
    assert [point.value for point in back.unbroken] == [7]


def test_a_rate_above_all_is_a_gap_that_shows_its_text() -> None:
    back = rates([Fraction(1, 4), Fraction(5, 4), Fraction(1, 5), None])
    assert [(point.value, point.text) for point in back.points] == [
        (Fraction(1, 4), "25.00%"),
        (None, "125.00%"),
        (Fraction(1, 5), "20.00%"),
    ]


def test_limits_are_those_of_the_statistics_over_the_last_unbroken_quarters() -> None:
    back = counts([500, None, 10, 12, 11, 13, 10, 12])
    limits = back.limits
    assert limits is not None
    expected = xmr([10, 12, 11, 13, 10, 12])
    assert (limits.centre, limits.upper, limits.size) == (expected.centre, expected.upper, 6)


@pytest.mark.parametrize(
    ("size", "has_limits", "is_trial"),
    [(4, False, None), (5, True, True), (11, True, True), (12, True, False)],
)
def test_no_limits_under_five_quarters_and_trial_limits_under_twelve(
    size: int, has_limits: bool, is_trial: bool | None
) -> None:
    whole = counts([10, 12] * 6)
    found = replace(whole, points=whole.points[:size]).limits
    assert (found is not None) is has_limits
    if found is not None:
        assert found.trial is is_trial


def test_limits_rest_on_twelve_quarters_at_most() -> None:
    limits = counts([500] + [10, 12] * 6).limits
    assert limits is not None and limits.size == 12
    assert limits.centre == 11 and not any(limits.rules)


def test_limits_stay_where_the_measure_can_be() -> None:
    few = counts([0, 9, 0, 9, 0]).limits
    much = rates([Fraction(n, 100) for n in (99, 80, 99, 80, 99)]).limits
    assert few is not None and few.lower == 0
    assert much is not None and much.upper == 1


# --- what a chart says --------------------------------------------------------------------------------


def test_a_chart_without_limits_says_why() -> None:
    chart = series_chart(counts([10, 12, 11, 13]))
    assert "连续有数的只有 4 个季度，至少要有 5 个" in chart.subtitle
    assert list(chart.data.columns) == ["季度", "评价数（条）"]
    assert "均值" not in chart.svg and chart.title.endswith("4 个季度在 10 至 13 之间")


def test_trial_limits_are_called_so_and_settled_ones_are_not() -> None:
    trial, settled = series_chart(counts([10, 12] * 3)), series_chart(counts([10, 12] * 6))
    assert "试算" in trial.title and "试算" in trial.subtitle and "试算" in trial.alt
    assert "试算" not in settled.title + settled.subtitle + settled.alt
    assert settled.title.endswith("在控制限内，属通常波动")


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (SHARP, "高于上控制限"),
        ([50 - value for value in SHARP], "低于下控制限"),
        ([2, 9, 1, 3, 4, 5, 6, 7, 8, 9], "连续七个季度同向变动"),
    ],
)
def test_a_signal_is_told_in_words(values: list[int | None], told: str) -> None:
    chart = series_chart(counts(values))
    assert told in chart.title and told in chart.alt
    assert told in chart.data["变化信号"].iloc[-1]


def test_a_signal_of_an_earlier_quarter_is_not_told_of_the_last() -> None:
    chart = series_chart(counts([10, 20, 10, 20, 15, 80, 20, 10, 20, 10, 20, 10]))
    assert "在控制限内" in chart.title and "此前有 1 个季度发出变化信号" in chart.title
    assert "2022年第二季度高于上控制限" in chart.alt


def test_the_table_has_every_quarter_and_limits_only_where_they_hold() -> None:
    chart = series_chart(counts([500, None, 10, 12, 11, 13, 10, 12]))
    assert list(chart.data["评价数（条）"])[:3] == ["500", "没有数", "10"]
    assert list(chart.data["上控制限"])[:2] == ["", ""] and chart.data["上控制限"].iloc[2]


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 2, 5, 13])
@pytest.mark.parametrize("name", LABELS)
def test_a_drawing_is_svg_with_text_and_the_same_every_time(name: str, size: int) -> None:
    values: list[int | None] = [10 + i % 3 for i in range(size)]
    back = replace(counts(values, name), unit="条")
    chart, again = series_chart(back), series_chart(back)
    assert chart._repr_html_() == again._repr_html_()
    texts = "".join(
        "".join(element.itertext())
        for element in ElementTree.fromstring(chart.svg).iter("{http://www.w3.org/2000/svg}text")
    )
    assert "2021年" in texts and "nan" not in chart.svg.lower()


def test_a_long_series_keeps_its_labels_apart() -> None:
    figure = Figure("evaluations", "", 10, "条", "", "")
    many = {Period(2000 + i // 4, i % 4 + 1): replace(figure, value=10 + i % 3) for i in range(60)}
    svg = series_chart(series("evaluations", "条", many)).svg
    years = re.findall(r"(\d{4})年", svg)
    assert 3 <= len(years) <= 8 and years == sorted(set(years))


def test_limits_close_together_are_named_apart() -> None:
    svg = series_chart(counts([100_000 * i + (i % 2) for i in range(12)])).svg
    places = re.findall(
        r'<text [^>]*y="([\d.]+)"[^>]*>(?:上限|均值|下限)|translate\([\d.]+ ([\d.]+)\)[^>]*>(?:上限|均值|下限)',
        svg,
    )
    heights = sorted(float(one or other) for one, other in places)
    assert len(heights) == 3
    assert all(low - high >= NARROW.text for high, low in itertools.pairwise(heights))


# --- on the briefing ----------------------------------------------------------------------------------


@pytest.mark.parametrize("earlier", [0, 1])
def test_with_fewer_than_two_earlier_quarters_there_is_no_chart(
    city: list[QuarterData], reference: Reference, earlier: int
) -> None:
    assert chart_series(replace(city[earlier], history=tuple(city[:earlier])), reference) == EMPTY


def test_the_briefing_shows_rate_and_number_with_the_limits_of_its_sentences(
    city: list[QuarterData], reference: Reference
) -> None:
    data = replace(city[-1], history=tuple(city[:-1]))
    html = chart_series(data, reference)
    figures = compute_figures(data, reference)
    assert html.count('<figure class="chart"') == html.count('role="img"') == html.count("<caption") == 2
    assert html.index('id="chart-series-active-rate"') < html.index('id="chart-series-evaluations"')
    for name in ("active_rate", "active_rate_lower", "active_rate_upper", "evaluations"):
        assert figures[name].text in html


def test_a_figure_that_this_quarter_lacks_is_not_drawn(city: list[QuarterData], reference: Reference) -> None:
    silent = replace(without_annexes(city[-1], "districts"), history=tuple(city[:-1]))
    assert chart_series(silent, reference) == EMPTY
