import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from haochaping.core.model import QuarterData, annex_frame
from haochaping.core.period import Period
from haochaping.core.text import visible
from haochaping.figures.annex_part import with_rates
from haochaping.figures.compute_figures import compute_figures
from haochaping.present.charts.active_rate import chart_active_rate, draw_rate_bars
from haochaping.present.charts.chart import EMPTY, Chart
from haochaping.present.charts.departments import chart_departments
from haochaping.present.charts.matrix import chart_matrix
from haochaping.present.charts.public_services import chart_public_services
from haochaping.present.charts.style import NARROW, WIDE, Canvas
from haochaping.present.charts.svg import lay_out_once
from haochaping.present.charts.tiers import chart_tiers
from haochaping.present.charts.volume import chart_volume_and_active_rate, draw_volume
from haochaping.reference.reference import Reference

DRAW: dict[str, Callable[[QuarterData], object]] = {
    "active rate": lambda q: chart_active_rate(with_rates(q, "districts"), figures=compute_figures(q)),
    "volume": lambda q: chart_volume_and_active_rate(with_rates(q, "districts"), figures=compute_figures(q)),
    "departments": lambda q: chart_departments(with_rates(q, "city_departments"), 30, compute_figures(q)),
    "matrix": lambda q: chart_matrix(q.district_departments, compute_figures(q)),
    "tiers": lambda q: chart_tiers(q.towns_and_villages, compute_figures(q)),
    "public services": lambda q: chart_public_services(q.public_services, q.districts, compute_figures(q)),
}


@pytest.mark.slow
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
def test_an_absent_annex_gives_no_chart(draw: Callable[[QuarterData], object], reference: Reference) -> None:
    assert draw(QuarterData(Period(2030, 1), reference.declaration)) == EMPTY


@pytest.mark.parametrize(
    "draw",
    [
        chart_active_rate,
        chart_volume_and_active_rate,
        lambda rows: chart_departments(rows, 30),
        chart_matrix,
        chart_tiers,
        lambda rows: chart_public_services(rows, rows),
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
@pytest.mark.parametrize("draw", [chart_active_rate, chart_volume_and_active_rate])
def test_a_small_base_is_hollow_and_said(draw: Callable[..., Chart]) -> None:
    plain, marked = draw(SMALL), draw(SMALL, 30)
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


@pytest.mark.parametrize("table", ["city_departments", "district_departments"])
def test_what_cannot_be_read_narrow_is_drawn_wide_alone(table: str, real: QuarterData) -> None:
    longer = getattr(real, table).copy()
    longer["department"] = longer["department"] + "（原名称很长的一个部门的全称）"
    draw = DRAW["departments" if table == "city_departments" else "matrix"]
    chart = draw(real.with_table(table, longer))
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
    rows = pd.DataFrame({"name": names, "rate": rates, "base": 1000})
    figure = draw_rate_bars(rows, 0.4, 30, "合计 40.00%", canvas)
    lay_out_once(figure)
    [axes], renderer = figure.axes, figure.canvas.get_renderer()  # type: ignore[attr-defined]
    ends = [text.get_window_extent(renderer).x1 for text in axes.texts]
    plt.close(figure)
    assert max(ends) <= figure.bbox.width


def _crowd(kind: str) -> pd.DataFrame:
    """Points as the chart draws them: cases, rate in percent, name."""
    random = np.random.default_rng(sum(map(ord, kind)))
    steps = np.arange(12)
    cases, rates = {
        "in a row": (100_000 + 900.0 * steps, 5 + steps / 10),
        "one far above": (
            np.append(np.exp(random.normal(12, 0.5, 11)), 5e4),
            np.append(random.uniform(2, 8, 11), 50),
        ),
        "spread": (np.exp(random.uniform(9, 14, 16)), random.uniform(0, 90, 16)),
        "pairs": (
            np.repeat(np.exp(random.uniform(9, 14, 6)), 2) * np.tile([1, 1.04], 6),
            np.repeat(steps[:6] * 9.0, 2),
        ),
        "all equal": (np.full(6, 5e4), np.full(6, 5.0)),
        "equal but two": (np.append(np.full(8, 5e4), [1e4, 9e5]), np.append(np.full(8, 5.0), [40, 1])),
        "a dense heap": (
            np.append(np.exp(random.normal(12, 0.1, 20)), 1e4),
            np.append(random.normal(5, 0.4, 20), 60),
        ),
        "all zero": (np.exp(random.uniform(9, 14, 12)), np.zeros(12)),
    }[kind]
    names = [f"第{n}区" if n % 3 else f"某某第{n}功能区" for n in range(len(cases))]
    return pd.DataFrame({"cases": cases, "rate": rates, "district": names, "hollow": False})


CROWDS = [
    "in a row",
    "one far above",
    "spread",
    "pairs",
    "all equal",
    "equal but two",
    "a dense heap",
    "all zero",
]
PLAINLY, DOT = 1.5, 4.0
MOST_UNNAMED = {"a dense heap": 12, "all zero": 2}


def _nearest(box: Bbox, spots: NDArray[np.float64]) -> NDArray[np.float64]:
    """From a box to each spot."""
    return np.hypot(*(np.clip(spots, box.min, box.max) - spots).T)


@pytest.mark.slow
@pytest.mark.parametrize("canvas", [(WIDE, 3.9), (NARROW, 5.2)], ids=["wide", "narrow"])
@pytest.mark.parametrize("kind", ["the real quarter", *CROWDS])
def test_a_name_can_be_read_as_one_point_s_alone(
    kind: str, canvas: tuple[Canvas, float], real: QuarterData
) -> None:
    """Nearest to its own by far, or joined to it by a line that meets no other point, name or line."""
    points = _crowd(kind) if kind in CROWDS else _points(real)
    drawing, unnamed = draw_volume(points, *canvas)
    drawing.canvas.draw()
    plt.close(drawing)
    [axes] = drawing.axes
    spots = axes.transData.transform(points[["cases", "rate"]])
    places = {name: place for place, name in enumerate(points["district"])}
    labels = {places[label.get_text()]: label for label in axes.texts}
    boxes = {n: Text.get_window_extent(label) for n, label in labels.items()}
    lines = {}
    for n, label in labels.items():
        box, away = boxes[n], _nearest(boxes[n], spots)
        others = np.delete(away, n)
        assert axes.bbox.x0 <= box.x0 and box.x1 <= axes.bbox.x1 and axes.bbox.y0 <= box.y0
        assert not any(box.overlaps(boxes[other]) for other in labels if other != n)
        assert others.min(initial=np.inf) > DOT, "a name on a point"
        if label.arrow_patch is None:
            assert away[n] * PLAINLY < others.min(initial=np.inf), (label.get_text(), away[n], others.min())
            continue
        ends = label.arrow_patch.get_transform().transform(label.arrow_patch.get_path().vertices)
        lines[n] = np.linspace(ends[0], spots[n], 400)
        assert np.hypot(*(ends[0] - np.clip(ends[0], box.min, box.max))) < 6, "the line begins at the name"
        assert np.hypot(*(ends[-1] - spots[n])) < 2 * DOT, "and ends at the point"
        between = np.hypot(*(spots - spots[n]).T)
        clear = np.hypot(*(lines[n][:, None] - spots).transpose(2, 0, 1)).min(axis=0)
        assert (np.delete(clear - np.minimum(between * 0.7, DOT), n) >= 0).all(), (
            "the line passes another point"
        )
    for n, line in lines.items():
        assert not any(boxes[other].contains(*spot) for other in labels if other != n for spot in line)
        path = Path(line[[0, -20]])
        assert not any(path.intersects_path(Path(lines[m][[0, -20]])) for m in lines if m < n)
    assert set(unnamed) == set(places) - {label.get_text() for label in axes.texts}
    assert len(unnamed) <= MOST_UNNAMED.get(kind, 0)


def _points(real: QuarterData) -> pd.DataFrame:
    rows = with_rates(real, "districts")
    return pd.DataFrame(
        {
            "cases": rows["cases"].astype(float),
            "rate": rows["active_rate"].astype(float) * 100,
            "district": rows["district"],
            "hollow": False,
        }
    )


@pytest.mark.slow
def test_points_too_close_to_be_named_are_said_and_stand_in_the_table() -> None:
    crowd = _crowd("a dense heap")
    rows = [
        {
            "district": p.district,
            "cases": int(p.cases),
            "evaluations": 10**6,
            "active_rate": p.rate / 100,
        }
        for p in crowd.itertuples()
    ]
    chart = chart_volume_and_active_rate(pd.DataFrame(rows))
    assert isinstance(chart, Chart)
    left_out = [name for name in crowd["district"] if f">{name}<" not in chart.narrow]
    assert left_out and "不标名，见图中数据" in chart.subtitle
    assert set(left_out) <= set(chart.data["单位"]) and all(name in chart.alt for name in left_out)
    few = chart_volume_and_active_rate(SMALL)
    assert isinstance(few, Chart) and "不标名" not in few.subtitle


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
    for svg in filter(None, (chart.svg, chart.narrow)):
        texts = "".join("".join(ElementTree.fromstring(svg).itertext()).split())
        shown = "".join(visible(name).split())
        downwards = visible(name[::-1])  # one character a line, the lowest first
        assert shown in texts or "".join(downwards.split()) in texts or "…" in texts
