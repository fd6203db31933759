import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import replace

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from haochaping.core.model import QuarterData, annex_frame
from haochaping.core.period import Period
from haochaping.core.text import visible
from haochaping.figures.annex_part import with_rates
from haochaping.figures.compute_figures import compute_figures
from haochaping.present.charts.active_rate import chart_active_rate, draw_rate_bars
from haochaping.present.charts.chart import EMPTY, Chart
from haochaping.present.charts.departments import chart_departments
from haochaping.present.charts.district_coverage import chart_district_coverage
from haochaping.present.charts.headline_gap import chart_headline_gap
from haochaping.present.charts.matrix import chart_matrix
from haochaping.present.charts.style import NARROW, WIDE, Canvas
from haochaping.present.charts.svg import lay_out_once
from haochaping.present.charts.tiers import chart_tiers
from haochaping.reference.reference import Reference

DRAW: dict[str, Callable[[QuarterData], object]] = {
    "headline gap": lambda q: chart_headline_gap(q, compute_figures(q)),
    "active rate": lambda q: chart_active_rate(with_rates(q, "districts"), figures=compute_figures(q)),
    "district coverage": lambda q: chart_district_coverage(q, compute_figures(q)),
    "departments": lambda q: chart_departments(with_rates(q, "city_departments"), 30, compute_figures(q)),
    "matrix": lambda q: chart_matrix(q.district_departments, compute_figures(q)),
    "tiers": lambda q: chart_tiers(q.towns_and_villages, compute_figures(_after_another(q))),
}


def _after_another(data: QuarterData) -> QuarterData:
    """The quarter, after one with half as many evaluations of towns and villages."""
    rows = data.towns_and_villages.copy()
    if rows.empty:
        return data
    rows["evaluations"] = rows["evaluations"] // 2
    earlier = replace(data.with_table("towns_and_villages", rows), quarter=data.quarter.previous)
    return replace(data, history=(earlier,))


@pytest.mark.slow
@pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW)
def test_a_chart_says_what_it_shows(draw: Callable[[QuarterData], Chart], real: QuarterData) -> None:
    chart = draw(real)
    assert chart.title and chart.subtitle
    assert len(chart.alt) > 20 and "nan" not in chart.alt
    assert len(chart.data) >= (4 if chart.id == "chart-headline-gap" else 11)
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
def test_an_absent_annex_gives_no_chart(draw: Callable[[QuarterData], object], reference: Reference) -> None:
    assert draw(QuarterData(Period(2030, 1), reference.declaration)) == EMPTY


@pytest.mark.parametrize(
    "draw",
    [
        chart_active_rate,
        lambda rows: chart_departments(rows, 30),
        chart_matrix,
        chart_tiers,
    ],
)
def test_a_frame_without_the_columns_gives_no_chart(draw: Callable[[pd.DataFrame], object]) -> None:
    assert draw(pd.DataFrame({"hall": ["甲大厅"], "score": [98.5]})) == EMPTY


def test_alternative_text_holds_the_table_s_numbers(real: QuarterData) -> None:
    chart = chart_active_rate(with_rates(real, "districts"))
    assert isinstance(chart, Chart)
    for _, row in chart.data.iterrows():
        assert f"{row['单位']} {row['主动评价率']}" in chart.alt


def test_a_missing_glyph_is_an_error(real: QuarterData) -> None:
    districts = real.districts.copy()
    districts.loc[0, "district"] = "😀区"
    with pytest.raises(UserWarning, match="missing"):
        chart_active_rate(with_rates(real.with_table("districts", districts), "districts"))


@pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW)
def test_one_unit_and_zeros_are_drawn_or_left_out(
    draw: Callable[[QuarterData], object], reference: Reference
) -> None:
    district = {"district": "甲区", "cases": 0, "evaluations": 0, "active_evaluations": 0}
    rows = {
        "districts": district,
        "city_departments": {**district, "department": "市甲局", "cases": 1},
        "district_departments": {"department": "局", "district": "甲区", "evaluations": 0},
        "towns_and_villages": {"district": "甲区", "tier": "town", "evaluations": 0},
        "public_services": {"district": "甲区", "evaluations": 1},
    }
    data = QuarterData(Period(2030, 1), reference.declaration)
    for name, row in rows.items():
        data = data.with_table(name, annex_frame(reference.declaration.annexes[name], [row]))
    drawn = draw(data)
    assert drawn == EMPTY or isinstance(drawn, Chart)


SMALL = pd.DataFrame(
    [
        {
            "district": name,
            "cases": n,
            "evaluations": n,
            "active_evaluations": n // 3,
            "active_rate": n // 3 / n,
        }
        for name, n in (("甲区", 12), ("乙区", 9000), ("丙区", 700))
    ]
)


@pytest.mark.slow
def test_a_small_base_is_hollow_and_said() -> None:
    plain, marked = chart_active_rate(SMALL), chart_active_rate(SMALL, 30)
    assert isinstance(plain, Chart) and isinstance(marked, Chart)
    assert "空心" not in plain.subtitle and "空心" in marked.subtitle and "30 条" in marked.subtitle
    hollow = re.compile(r"fill: #ffffff; stroke: #8a929b")
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


@pytest.mark.slow
@pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW)
def test_no_text_is_smaller_than_the_canvas_says(
    draw: Callable[[QuarterData], Chart], real: QuarterData
) -> None:
    chart = draw(real)
    for svg, canvas in ((chart.svg, WIDE), (chart.narrow, NARROW)):
        sizes = [float(size) for size in re.findall(r"font-size: ([\d.]+)px", svg)]
        assert min(sizes, default=canvas.text) >= canvas.text
        assert f"--width: {canvas.width * 72:g}" in svg or (chart.id == "chart-matrix" and svg == chart.svg)


def test_what_cannot_be_read_narrow_is_drawn_wide_alone(real: QuarterData) -> None:
    longer = real.city_departments.copy()
    longer["department"] = longer["department"] + "（原名称很长的一个部门的全称）"
    chart = DRAW["departments"](real.with_table("city_departments", longer))
    assert isinstance(chart, Chart)
    assert chart.svg and not chart.narrow and "drawing-only" in chart._repr_html_()


@pytest.mark.parametrize("canvas", [WIDE, NARROW])
@pytest.mark.parametrize(
    ("names", "rates"),
    [
        (("县政务大厅", "婚姻登记厅", "不动产登记厅"), (1.0059, 1.0, 0.99)),
        (("周村区", "高新区"), (0.5031, 0.0048)),
        (("一个名称很长的办事服务大厅", "乙"), (1.0, 0.5)),
        (("一个名称特别长得出奇的市级办事服务大厅", "乙"), (1.0, 0.5)),
    ],
)
def test_no_label_is_cut_at_the_edge(
    canvas: Canvas, names: tuple[str, ...], rates: tuple[float, ...]
) -> None:
    rows = pd.DataFrame({"name": names, "rate": rates, "base": 1000, "is_doubtful": True})
    figure = draw_rate_bars(rows, 0.4, 30, canvas)
    lay_out_once(figure)
    [axes], renderer = figure.axes, figure.canvas.get_renderer()  # type: ignore[attr-defined]
    ends = [text.get_window_extent(renderer).x1 for text in axes.texts]
    plt.close(figure)
    assert max(ends) <= figure.bbox.width


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW)
@pytest.mark.parametrize("name", ["$\\frac{1}{0}$", 'id="甲', "<b>url(#甲)", "甲\x1b\u202e\ue000", "甲\0乙"])
def test_a_name_is_drawn_as_it_is_written(
    draw: Callable[[QuarterData], Chart], name: str, real: QuarterData
) -> None:
    """No mathematics, no id, no character that nobody sees."""
    renamed = dict.fromkeys(["张店区", "市公安局", "公安"], name)
    cells = real.cells.replace({"row": renamed, "member": renamed})
    chart = draw(replace(real, cells=cells))
    if chart.id == "chart-headline-gap":
        return  # names no unit
    for svg in filter(None, (chart.svg, chart.narrow)):
        texts = "".join("".join(ElementTree.fromstring(svg).itertext()).split())
        shown = "".join(visible(name).split())
        downwards = visible(name[::-1])  # one character a line, the lowest first
        assert shown in texts or "".join(downwards.split()) in texts or "…" in texts
