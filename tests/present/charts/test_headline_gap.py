"""The text's number of records as one bar."""

from dataclasses import replace

import pytest

from haochaping.checks.check_report import CheckReport
from haochaping.core.model import QuarterData
from haochaping.figures.compute_figures import compute_figures
from haochaping.figures.figure import Figures
from haochaping.present.chart_titles import chart_titles
from haochaping.present.charts.chart import EMPTY
from haochaping.present.charts.headline_gap import chart_headline_gap
from haochaping.present.charts.style import AMBER
from tests.present.charts.drawn import all_settled, drawn


def _records(data: QuarterData, value: int) -> QuarterData:
    headline = data.headline.copy()
    headline.loc[headline["figure"] == "records", "value"] = value
    return replace(data, headline=headline)


def _value(figures: Figures, name: str) -> int:
    return int(figures[name].value or 0)


def test_the_parts_are_named_figures_and_add_up_to_the_text_s_number(real: QuarterData) -> None:
    figures = compute_figures(real)
    chart = drawn(chart_headline_gap(real, figures))
    *parts, whole = [int(number.replace(",", "")) for number in chart.data["数"]]
    assert parts == [_value(figures, name) for name in ("district_cases", "department_cases", "records_gap")]
    assert sum(parts) == whole == figures["records"].value
    assert list(chart.data["出处"]) == ["附件1", "附件2", "没有", "正文"]
    assert all(figures[name].text in chart.title for name in ("records", "records_gap"))


def test_alternative_text_equals_the_data(real: QuarterData) -> None:
    chart = drawn(chart_headline_gap(real, compute_figures(real)))
    for _, row in chart.data.iloc[:-1].iterrows():
        assert row["组成"] in chart.alt
        assert f"{row['数']} {row['单位']}，占 {row['占正文所列']}" in chart.alt


def test_every_part_is_labelled_in_both_drawings(real: QuarterData) -> None:
    figures = compute_figures(real)
    chart = drawn(chart_headline_gap(real, figures))
    for svg in (chart.svg, chart.narrow):
        for name in ("records", "district_cases", "department_cases", "records_gap"):
            assert str(figures[name].scaled) in svg
        assert "<pattern" in svg, "what is unexplained is hatched"


def test_it_is_amber_while_the_finding_is_open(real: QuarterData, real_report: CheckReport) -> None:
    figures = compute_figures(real)
    asked = drawn(chart_headline_gap(real, figures, real_report))
    settled = drawn(chart_headline_gap(real, figures, all_settled(real_report)))
    assert AMBER.lower() in asked.svg and "请核实" in asked.subtitle
    assert AMBER.lower() not in settled.svg and "请核实" not in settled.subtitle


@pytest.mark.parametrize("which", ["cases", "evaluations", "less", "unstated", "one annex"])
def test_without_a_gap_there_is_neither_chart_nor_title(which: str, real: QuarterData) -> None:
    figures = compute_figures(real)
    evaluations = real.city_departments.copy()
    evaluations["evaluations"] = evaluations["evaluations"] + 1000
    more = real.with_table("city_departments", evaluations)
    data = {
        "cases": lambda: _records(real, _value(figures, "cases")),
        "evaluations": lambda: _records(more, _value(compute_figures(more), "evaluations")),
        "less": lambda: _records(real, 1),
        "unstated": lambda: replace(real, headline=real.headline[real.headline["figure"] != "records"]),
        "one annex": lambda: replace(real, cells=real.cells[real.cells["annex"] != "city_departments"]),
    }[which]()
    found = compute_figures(data)
    assert chart_headline_gap(data, found) == EMPTY
    assert "chart-headline-gap" not in chart_titles(found)


@pytest.mark.parametrize("records", [7_000_000, 700_000_000])
def test_narrow_parts_are_named_at_a_line(records: int, real: QuarterData) -> None:
    data = _records(real, records)
    figures = compute_figures(data)
    chart = drawn(chart_headline_gap(data, figures))
    assert all(str(figures[name].scaled) in chart.narrow for name in ("district_cases", "records_gap"))
