import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import replace

import pytest

from haochaping.briefing import charts
from haochaping.briefing.charts import Chart
from haochaping.model import QuarterData, frame
from haochaping.quarter import Quarter
from haochaping.statistics.rates import add_rates

DRAW: dict[str, Callable[[QuarterData], object]] = {
    "active rate": lambda q: charts.chart_active_rate(add_rates(q.districts)),
    "volume": lambda q: charts.chart_volume_and_active_rate(add_rates(q.districts)),
    "departments": lambda q: charts.chart_departments(add_rates(q.city_departments), small=30),
    "matrix": lambda q: charts.chart_matrix(q.district_departments),
    "tiers": lambda q: charts.chart_tiers(q.towns_and_villages),
    "public services": lambda q: charts.chart_public_services(q.public_services, q.districts),
}


@pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW)
def test_a_chart_says_what_it_shows(draw: Callable[[QuarterData], Chart], real: QuarterData) -> None:
    chart = draw(real)
    assert re.search(r"\d", chart.title) and chart.subtitle
    assert len(chart.alt) > 20 and "nan" not in chart.alt
    assert len(chart.data) >= 11
    tree = ElementTree.fromstring(chart.svg)
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert ids and all(str(one).startswith(f"{chart.id}-") for one in ids)
    texts = "".join("".join(element.itertext()) for element in tree.iter("{http://www.w3.org/2000/svg}text"))
    assert re.search(r"[\u4e00-\u9fff]", texts), "text stays text, in Chinese"


def test_the_same_data_give_the_same_bytes(real: QuarterData) -> None:
    assert DRAW["tiers"](real)._repr_html_() == DRAW["tiers"](real)._repr_html_()  # type: ignore[attr-defined]


@pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW)
def test_an_absent_annex_gives_no_chart(draw: Callable[[QuarterData], object]) -> None:
    assert draw(QuarterData(Quarter(2030, 1))) == charts.EMPTY


def test_alternative_text_holds_the_table_s_numbers(real: QuarterData) -> None:
    chart = charts.chart_active_rate(add_rates(real.districts))
    assert isinstance(chart, Chart)
    for _, row in chart.data.iterrows():
        assert f"{row['区县']} {row['主动评价率']}" in chart.alt


def test_a_missing_glyph_is_an_error(real: QuarterData) -> None:
    districts = real.districts.copy()
    districts.loc[0, "district"] = "😀区"
    with pytest.raises(UserWarning, match="missing"):
        charts.chart_active_rate(add_rates(replace(real, districts=districts).districts))


@pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW)
def test_one_unit_and_zeros_are_drawn_or_left_out(draw: Callable[[QuarterData], object]) -> None:
    district = {"district": "甲区", "cases": 0, "evaluations": 0, "active_evaluations": 0}
    data = QuarterData(
        Quarter(2030, 1),
        districts=frame("districts", [district]),
        city_departments=frame("city_departments", [{**district, "department": "市甲局", "cases": 1}]),
        district_departments=frame(
            "district_departments", [{"department": "局", "district": "甲区", "evaluations": 0}]
        ),
        towns_and_villages=frame(
            "towns_and_villages", [{"district": "甲区", "tier": "town", "evaluations": 0}]
        ),
        public_services=frame("public_services", [{"district": "甲区", "evaluations": 1}]),
    )
    drawn = draw(data)
    assert drawn == charts.EMPTY or isinstance(drawn, Chart)
