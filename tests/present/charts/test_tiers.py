"""Towns and villages: shown only as a change."""

from dataclasses import replace

import pytest

from haochaping.core.model import QuarterData
from haochaping.figures.compute_figures import compute_figures
from haochaping.present.chart_titles import chart_titles
from haochaping.present.charts.chart import EMPTY
from haochaping.present.charts.tiers import chart_tiers
from tests.present.charts.drawn import after, drawn, scaled

TABLE = "towns_and_villages"


@pytest.fixture
def changed(real: QuarterData) -> QuarterData:
    """The quarter after one with half as many evaluations."""
    return after(real, scaled(real, TABLE, "evaluations", 2))


def test_without_an_earlier_quarter_there_is_neither_chart_nor_title(real: QuarterData) -> None:
    figures = compute_figures(real)
    assert chart_tiers(real.towns_and_villages, figures) == EMPTY
    assert chart_tiers(real.towns_and_villages) == EMPTY
    assert "chart-tiers" not in chart_titles(figures)


def test_where_nothing_changed_there_is_neither_chart_nor_title(real: QuarterData) -> None:
    data = after(real, real)
    figures = compute_figures(data)
    assert chart_tiers(data.towns_and_villages, figures) == EMPTY
    assert "chart-tiers" not in chart_titles(figures)


def test_the_data_are_the_changes_and_the_alternative_text_says_them(changed: QuarterData) -> None:
    chart = drawn(chart_tiers(changed.towns_and_villages, compute_figures(changed)))
    assert len(chart.data) == len(changed.towns_and_villages)
    before, now = (chart.data.iloc[:, n].str.replace(",", "").astype(int) for n in (2, 3))
    change = chart.data["增减（条）"].str.replace(",", "").str.replace("−", "-").astype(int)
    assert (now - before == change).all() and (change > 0).any()
    for _, row in chart.data.iterrows():
        assert f"{row['区县']}{row['层级']} {row['增减（条）']}" in chart.alt
    assert "环比" in chart.title and changed.quarter.previous.label in chart.subtitle


def test_the_year_before_serves_where_the_quarter_before_is_unknown(changed: QuarterData) -> None:
    [earlier] = changed.history
    data = replace(changed, history=(replace(earlier, quarter=changed.quarter.year_ago),))
    chart = drawn(chart_tiers(data.towns_and_villages, compute_figures(data)))
    assert "同比" in chart.title and data.quarter.year_ago.label in chart.subtitle


def test_districts_listed_in_one_period_only_are_left_out(changed: QuarterData) -> None:
    """Then the sums are of other units, and no figure compares them: the chart stays away."""
    [earlier] = changed.history
    rows = earlier.towns_and_villages
    fewer = earlier.with_table(TABLE, rows[rows["district"] != rows["district"].iloc[0]])
    data = replace(changed, history=(fewer,))
    figures = compute_figures(data)
    is_compared = "town_evaluations_before" in figures
    assert (chart_tiers(data.towns_and_villages, figures) != EMPTY) is is_compared
    assert ("chart-tiers" in chart_titles(figures)) is is_compared
