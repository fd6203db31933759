import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import replace

import pytest

from haochaping.briefing import charts
from haochaping.briefing.charts import Chart
from haochaping.briefing.style import NARROW, WIDE
from haochaping.cleaning.text import visible
from haochaping.figures import compute_figures
from haochaping.model import QuarterData, frame
from haochaping.quarter import Quarter
from haochaping.statistics.rates import add_rates

DRAW: dict[str, Callable[[QuarterData], object]] = {
    "active rate": lambda q: charts.chart_active_rate(add_rates(q.districts), figures=compute_figures(q)),
    "volume": lambda q: charts.chart_volume_and_active_rate(
        add_rates(q.districts), figures=compute_figures(q)
    ),
    "departments": lambda q: charts.chart_departments(add_rates(q.city_departments), 30, compute_figures(q)),
    "matrix": lambda q: charts.chart_matrix(q.district_departments, compute_figures(q)),
    "tiers": lambda q: charts.chart_tiers(q.towns_and_villages, compute_figures(q)),
    "public services": lambda q: charts.chart_public_services(
        q.public_services, q.districts, compute_figures(q)
    ),
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
    again = ElementTree.fromstring(chart.narrow)
    others = [element.get("id") for element in again.iter() if element.get("id")]
    assert others and not set(ids) & set(others)
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


SMALL = frame(
    "districts",
    [
        {"district": name, "cases": n, "evaluations": n, "active_evaluations": n // 3}
        for name, n in (("甲区", 12), ("乙区", 9000), ("丙区", 700))
    ],
)


@pytest.mark.parametrize("draw", [charts.chart_active_rate, charts.chart_volume_and_active_rate])
def test_a_small_base_is_hollow_and_said(draw: Callable[..., Chart]) -> None:
    plain, marked = draw(add_rates(SMALL)), draw(add_rates(SMALL), 30)
    assert "空心" not in plain.subtitle and "空心" in marked.subtitle and "30 条" in marked.subtitle
    hollow = re.compile(r"fill: #ffffff; stroke: #(1849a9|8a929b)")
    assert not hollow.search(plain.svg)
    assert hollow.search(marked.svg) and hollow.search(marked.narrow)


def test_unreported_is_told_from_zero(real: QuarterData) -> None:
    chart = DRAW["matrix"](real)
    assert isinstance(chart, Chart)
    cells = real.district_departments["evaluations"]
    unreported, zeros = int(cells.isna().sum()), int((cells == 0).sum())
    assert unreported > 0 and zeros > 0
    assert chart.data.eq("未列数").to_numpy().sum() == unreported
    for svg in (chart.svg, chart.narrow):
        texts = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
        assert texts.count("—") == svg.count("fill: #eceff2") == unreported
        [marks] = re.findall(r'<g id="[^"]*PathCollection_1">(.*?)</g>\n</g>', svg, flags=re.DOTALL)
        assert marks.count("<use ") == zeros


@pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW)
def test_no_text_is_smaller_than_the_canvas_says(
    draw: Callable[[QuarterData], Chart], real: QuarterData
) -> None:
    chart = draw(real)
    for svg, canvas in ((chart.svg, WIDE), (chart.narrow, NARROW)):
        sizes = [float(size) for size in re.findall(r"font-size: ([\d.]+)px", svg)]
        assert min(sizes, default=canvas.text) >= canvas.text
        assert f"--width: {canvas.width * 72:g}" in svg or (chart.id == "chart-matrix" and svg == chart.svg)


@pytest.mark.parametrize("table", ["city_departments", "district_departments"])
def test_what_cannot_be_read_narrow_is_drawn_wide_alone(table: str, real: QuarterData) -> None:
    longer = getattr(real, table).copy()
    longer["department"] = longer["department"] + "（原名称很长的一个部门的全称）"
    draw = DRAW["departments" if table == "city_departments" else "matrix"]
    chart = draw(replace(real, **{table: longer}))
    assert isinstance(chart, Chart)
    assert chart.svg and not chart.narrow and "drawing-only" in chart._repr_html_()


def test_names_beside_points_cover_nothing_however_crowded() -> None:
    rows = [
        {
            "district": f"第{n}区",
            "cases": 100_000 + 900 * n,
            "evaluations": 1000,
            "active_evaluations": 50 + n,
        }
        for n in range(9)
    ]
    chart = charts.chart_volume_and_active_rate(add_rates(frame("districts", rows)))
    assert isinstance(chart, Chart)
    places = re.findall(
        r'translate\(([\d.]+) ([\d.]+)\)[^>]*>第\dx?区<|x="([\d.]+)" y="([\d.]+)"[^>]*>第\d区<', chart.svg
    )
    spots = [(float(a or c), float(b or d)) for a, b, c, d in places]
    assert len(spots) == 9
    for i, (x, y) in enumerate(spots):
        assert all(abs(y - v) > 9 or abs(x - u) > 9 for u, v in spots[i + 1 :])


@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW)
@pytest.mark.parametrize("name", ["$\\frac{1}{0}$", 'id="甲', "<b>url(#甲)", "甲\x1b\u202e\ue000", "甲\0乙"])
def test_a_name_is_drawn_as_it_is_written(
    draw: Callable[[QuarterData], Chart], name: str, real: QuarterData
) -> None:
    """No mathematics, no id, no character that nobody sees."""
    frames = {
        table: getattr(real, table).replace(dict.fromkeys(["张店区", "市公安局", "公安"], name))
        for table in (
            "districts",
            "city_departments",
            "district_departments",
            "towns_and_villages",
            "public_services",
        )
    }
    chart = draw(replace(real, **frames))
    for svg in filter(None, (chart.svg, chart.narrow)):
        texts = "".join("".join(ElementTree.fromstring(svg).itertext()).split())
        shown = "".join(visible(name).split())
        downwards = visible(name[::-1])  # one character a line, the lowest first
        assert shown in texts or "".join(downwards.split()) in texts or "…" in texts
