"""Annex 1 over annexes 3 and 4, by district."""

import re
from dataclasses import replace

import pandas as pd
import pytest

from haochaping.checks.check_report import CheckReport
from haochaping.core.model import QuarterData
from haochaping.figures.compute_figures import compute_figures
from haochaping.present.chart_data import district_coverage
from haochaping.present.chart_titles import chart_titles
from haochaping.present.charts.chart import EMPTY
from haochaping.present.charts.district_coverage import chart_district_coverage
from haochaping.present.charts.style import AMBER, BLUE
from haochaping.present.phrase import Phrase
from haochaping.simulate.simulated_quarter import simulate
from haochaping.statistics.robust_spread import FEWEST_PEERS
from tests.present.charts.drawn import all_settled, drawn

ANNEXES = ("districts", "district_departments", "towns_and_villages")


def test_the_ratios_are_those_of_the_rule(real: QuarterData, real_report: CheckReport) -> None:
    coverage = district_coverage(real)
    assert coverage is not None and len(coverage.rows) == len(real.districts)
    told = [f.arithmetic for f in real_report.findings if f.check == "volume_peers"]
    assert told
    for arithmetic in told:
        whole, parts, ratio, median = re.match(
            r"([\d,]+) ÷ ([\d,]+) = ([\d.]+)；.*?中位数 ([\d.]+)", arithmetic
        ).groups()  # type: ignore[union-attr]
        assert median == f"{coverage.median:.2f}"
        row = coverage.rows[coverage.rows["whole"] == int(whole.replace(",", ""))].iloc[0]
        assert row["parts"] == int(parts.replace(",", "")) and f"{row['ratio']:.2f}" == ratio


def test_alternative_text_equals_the_data(real: QuarterData) -> None:
    chart = drawn(chart_district_coverage(real, compute_figures(real)))
    assert len(chart.data) == len(real.districts)
    for _, row in chart.data.iterrows():
        assert f"{row['区县']} {row['比值']}" in chart.alt
        whole, parts = (int(row.iloc[column].replace(",", "")) for column in (1, 2))
        assert f"{whole / parts:.2f}" == row["比值"]


def test_the_title_names_the_districts_outside(real: QuarterData) -> None:
    coverage = district_coverage(real)
    assert coverage is not None
    title = drawn(chart_district_coverage(real, compute_figures(real))).title
    outside = [*coverage.names(coverage.above), *coverage.names(coverage.below)]
    assert outside and all(name in title for name in outside)
    inside = set(coverage.rows["district"]) - set(outside)
    assert inside and not any(name in title for name in inside)
    assert not re.search(r"\d", title), "no named figure holds a ratio"


def test_doubtful_districts_are_amber_others_outside_blue(
    real: QuarterData, real_report: CheckReport
) -> None:
    figures = compute_figures(real)
    asked = drawn(chart_district_coverage(real, figures, real_report))
    settled = drawn(chart_district_coverage(real, figures, all_settled(real_report)))
    assert AMBER.lower() in asked.svg and BLUE.lower() in asked.svg and "※" in asked.subtitle
    assert AMBER.lower() not in settled.svg and "※" not in settled.svg + settled.subtitle


def test_where_all_are_alike_the_title_says_so(real: QuarterData) -> None:
    data = simulate(real.quarter, 5)
    chart = drawn(chart_district_coverage(data, compute_figures(data)))
    assert "相近" in chart.title and "蓝色" not in chart.subtitle


@pytest.mark.parametrize("annex", ANNEXES)
def test_without_one_of_the_annexes_there_is_neither_chart_nor_title(annex: str, real: QuarterData) -> None:
    data = replace(real, cells=real.cells[real.cells["annex"] != annex].reset_index(drop=True))
    assert chart_district_coverage(data, compute_figures(data)) == EMPTY
    assert "chart-district-coverage" not in chart_titles(compute_figures(data))


@pytest.mark.parametrize(("count", "is_drawn"), [(FEWEST_PEERS - 1, False), (FEWEST_PEERS, True)])
def test_a_median_needs_enough_districts(count: int, is_drawn: bool, real: QuarterData) -> None:
    data = real.with_table("districts", real.districts[:count])
    figures = compute_figures(data)
    assert (chart_district_coverage(data, figures) != EMPTY) is is_drawn
    assert ("chart-district-coverage" in chart_titles(figures)) is is_drawn


def test_a_district_without_parts_is_left_out(real: QuarterData) -> None:
    name = real.districts["district"].iloc[0]
    data = real
    for annex in ANNEXES[1:]:
        rows: pd.DataFrame = data.table(annex)
        data = data.with_table(annex, rows[rows["district"] != name])
    chart = drawn(chart_district_coverage(data, compute_figures(data)))
    assert name not in set(chart.data["区县"]) and len(chart.data) == len(real.districts) - 1
    assert name not in Phrase(chart_titles(compute_figures(data))["chart-district-coverage"]).text
