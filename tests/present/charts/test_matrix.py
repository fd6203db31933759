"""The heat map that stands for the table of annex 3."""

import re

import pandas as pd
import pytest

from haochaping.cleaning.number_format import number
from haochaping.core.model import QuarterData
from haochaping.figures.compute_figures import compute_figures
from haochaping.present.charts.chart import EMPTY, Chart
from haochaping.present.charts.matrix import chart_matrix
from haochaping.present.charts.style import INK
from tests.outputs.page.test_style_sheet import contrast
from tests.present.charts.drawn import drawn

SCREEN_POINTS = 976 / 1.334
"""Points of the page's column at 1280 pixels, at the least scale of its style sheet."""


def _texts(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def _width(svg: str) -> float:
    return float(re.search(r"--width: ([\d.]+)", svg)[1])  # type: ignore[index]


def _chart(districts: int, departments: int, name: str = "某部门", value: int = 654_321) -> Chart:
    cells = [
        {
            "department": f"{name}{row}",
            "district": f"第{column}区",
            "evaluations": value // (row + column + 1),
        }
        for row in range(departments)
        for column in range(districts)
    ]
    return drawn(chart_matrix(pd.DataFrame(cells)))


def test_every_number_and_every_name_stands_in_the_wide_drawing(real: QuarterData) -> None:
    chart = drawn(chart_matrix(real.district_departments, compute_figures(real)))
    texts = _texts(chart.svg)
    cells = real.district_departments
    assert {*cells["department"], *cells["district"]} <= {*texts}
    shown = [number(int(value)) for value in cells["evaluations"].dropna() if value > 0]
    assert sorted(text for text in texts if re.fullmatch(r"[\d,]+", text)) == sorted(shown)
    assert _width(chart.svg) <= SCREEN_POINTS


def test_every_name_stands_in_the_narrow_drawing(real: QuarterData) -> None:
    chart = drawn(chart_matrix(real.district_departments, compute_figures(real)))
    joined = "".join(_texts(chart.narrow))
    assert all(name in joined for name in real.district_departments["department"])
    assert all(name[::-1] in joined for name in real.district_departments["district"]), "downwards"


def test_alternative_text_and_data_agree(real: QuarterData) -> None:
    chart = drawn(chart_matrix(real.district_departments, compute_figures(real)))
    cells = chart.data.drop(columns="部门")
    assert f"{int((cells != '未列数').to_numpy().sum())} 格有数" in chart.alt
    assert f"其中 {int((cells == '0').to_numpy().sum())} 格为零" in chart.alt


@pytest.mark.parametrize(("districts", "has_numbers"), [(2, True), (11, True), (18, False), (40, False)])
def test_numbers_give_way_to_a_colour_scale_where_columns_are_many(districts: int, has_numbers: bool) -> None:
    chart = _chart(districts, 8)
    assert (number(654_321) in _texts(chart.svg)) is has_numbers
    assert ("评价数（条，对数刻度）" in chart.svg) is not has_numbers
    assert _width(chart.svg) <= SCREEN_POINTS


def test_long_names_are_broken_into_lines() -> None:
    name = "一个名称特别长得出奇的县级办事部门（原名称同样很长）"
    chart = _chart(11, 4, name)
    for svg in (chart.svg, chart.narrow):
        joined = "".join(_texts(svg))
        assert all(f"{name}{row}" in joined for row in range(4))
    assert _width(chart.svg) <= SCREEN_POINTS


def test_too_many_columns_for_a_phone_leave_the_wide_drawing() -> None:
    chart = _chart(28, 4)
    assert chart.svg and not chart.narrow and "drawing-only" in chart._repr_html_()


def test_only_the_marks_that_there_are_are_explained() -> None:
    chart = _chart(3, 3)
    assert "为零" not in chart.subtitle and "没有列数" not in chart.subtitle


def test_zeros_alone_give_no_chart() -> None:
    cells = pd.DataFrame({"department": ["甲局"], "district": ["东区"], "evaluations": [0]})
    assert chart_matrix(cells) == EMPTY


def test_numbers_stand_off_from_their_cells(real: QuarterData) -> None:
    """The darkest cell behind dark text has the contrast that text needs."""
    chart = drawn(chart_matrix(real.district_departments, compute_figures(real)))
    [mesh] = re.findall(r'<g id="[^"]*QuadMesh_1">(.*?)</g>', chart.svg, flags=re.DOTALL)
    grounds = {f"#{colour}" for colour in re.findall(r"fill: #([0-9a-f]{6})", mesh)}
    assert len(grounds) > 20
    assert min(contrast(INK, ground) for ground in grounds) >= 4.5
