"""Only what an open finding puts in doubt is coloured: bars of districts, points of departments, cells of the matrix."""

from collections.abc import Callable

import pandas as pd
import pytest

from haochaping.checks.check_report import CheckReport
from haochaping.core.model import QuarterData
from haochaping.figures.annex_part import with_rates
from haochaping.figures.compute_figures import compute_figures
from haochaping.present.chart_titles import chart_titles
from haochaping.present.charts.active_rate import chart_active_rate, usual_rate
from haochaping.present.charts.chart import EMPTY, Chart
from haochaping.present.charts.departments import chart_departments
from haochaping.present.charts.doubtful_units import doubtful_cells, doubtful_rows
from haochaping.present.charts.matrix import chart_matrix
from haochaping.present.charts.style import AMBER, BLUE
from tests.present.charts.drawn import all_settled, drawn

SMALL = 30
Draw = Callable[[QuarterData, CheckReport | None], object]
CHARTS: dict[str, Draw] = {
    "active rate": lambda q, r: chart_active_rate(with_rates(q, "districts"), SMALL, compute_figures(q), r),
    "departments": lambda q, r: chart_departments(
        with_rates(q, "city_departments"), SMALL, compute_figures(q), r
    ),
    "matrix": lambda q, r: chart_matrix(q.district_departments, compute_figures(q), r),
}


def _charts(draw: Draw, data: QuarterData, report: CheckReport) -> tuple[Chart, list[Chart]]:
    """The chart with its open findings; without any: after all were settled, and without a report."""
    others = [draw(data, all_settled(report)), draw(data, None)]
    return drawn(draw(data, report)), [drawn(other) for other in others]


@pytest.mark.parametrize("draw", CHARTS.values(), ids=CHARTS)
def test_colour_and_remark_come_and_go_with_the_findings(
    draw: Draw, real: QuarterData, real_report: CheckReport
) -> None:
    asked, others = _charts(draw, real, real_report)
    assert AMBER.lower() in asked.svg and AMBER.lower() in asked.narrow
    assert "请核实" in asked.subtitle and "请核实" in asked.alt
    for other in others:
        assert AMBER.lower() not in other.svg + other.narrow
        assert "请核实" not in other.subtitle + other.alt


@pytest.mark.parametrize("name", ["active rate", "departments"])
def test_units_in_doubt_are_marked_and_all_others_grey(
    name: str, real: QuarterData, real_report: CheckReport
) -> None:
    asked, others = _charts(CHARTS[name], real, real_report)
    assert asked.svg.count("※") > 0 and BLUE.lower() not in asked.svg
    assert all("※" not in other.svg for other in others)


def test_as_many_bars_are_marked_as_districts_are_in_doubt(
    real: QuarterData, real_report: CheckReport
) -> None:
    chart = drawn(CHARTS["active rate"](real, real_report))
    doubtful = doubtful_rows(real_report, "districts", ["evaluations", "active_evaluations"])
    assert chart.svg.count("※</text>") == chart.narrow.count("※</text>") == len(doubtful) > 0
    assert all(name in chart.alt.partition("请核实：")[2] for name in doubtful)


def test_the_line_is_the_median_of_the_districts(real: QuarterData) -> None:
    chart = drawn(CHARTS["active rate"](real, None))
    rates = with_rates(real, "districts")["active_rate"]
    assert f"中位数 {rates.median():.2%}" in chart.svg
    assert f"中位数 {rates.median():.2%}" in chart.alt and "合计" not in chart.svg


@pytest.mark.parametrize(
    ("rates", "bases", "median"),
    [
        ([0.1, 0.2, 0.3, 0.4], [100] * 4, None),
        ([0.1, 0.2, 0.3, 0.4, 0.5], [100] * 5, 0.3),
        ([0.1, 0.2, 0.3, 0.4, 0.5, 1.2], [100] * 6, 0.3),  # more than all is no rate
        ([0.1, 0.2, 0.3, 0.4, 0.5, 0.9], [100] * 5 + [2], 0.3),
    ],
)
def test_a_median_needs_enough_rates_that_may_be_compared(
    rates: list[float], bases: list[int], median: float | None
) -> None:
    assert usual_rate(pd.DataFrame({"rate": rates, "base": bases}), SMALL) == median


def test_departments_with_few_cases_are_left_out_and_counted(real: QuarterData) -> None:
    chart = drawn(CHARTS["departments"](real, None))
    cases = real.city_departments.set_index("department")["cases"]
    shown = cases[(cases >= SMALL).fillna(False)]
    assert set(chart.data["部门"]) == set(shown.index)
    assert 0 < len(shown) < len(cases)
    assert f"不足 {SMALL} 件或没有列出的 {len(cases) - len(shown)} 个部门不画" in chart.subtitle
    for _, row in chart.data.iterrows():
        assert f"{row['部门']}办件 {row['办件数（件）']}" in chart.alt


def test_where_all_departments_have_few_cases_there_is_neither_chart_nor_title(real: QuarterData) -> None:
    rows = real.city_departments.copy()
    rows["cases"] = rows["cases"].clip(upper=SMALL - 1)
    data = real.with_table("city_departments", rows)
    assert CHARTS["departments"](data, None) == EMPTY
    assert "chart-departments" not in chart_titles(compute_figures(data))


def test_doubtful_cells_of_the_matrix_are_outlined(real: QuarterData, real_report: CheckReport) -> None:
    asked, (settled, _) = _charts(CHARTS["matrix"], real, real_report)
    names = {(c.row, c.member) for c in doubtful_cells(real_report) if c.table == "district_departments"}
    rows = set(real.district_departments["department"])
    outlined = [one for one in names if one[0] in rows]
    assert outlined and all(f"{member}{row}" in asked.alt for row, member in outlined)
    for svg in (asked.svg, asked.narrow):
        assert svg.count(f"fill: none; stroke: {AMBER.lower()}") == len(outlined)
    assert "橙框" in asked.subtitle and "橙框" not in settled.subtitle
