"""Bar charts of any table."""

from __future__ import annotations

import haochaping as hcp
from haochaping.core.model import QuarterData


def test_bars_below_zero_are_drawn(q: QuarterData) -> None:
    own = hcp.table(q, 1)[["区县", "评价数"]]
    own["差"] = own["评价数"] - 500_000
    own["相差率"] = own["差"] / 500_000
    for column, declared in (("差", own), ("相差率", hcp.as_percent(own, "相差率"))):
        chart = hcp.bar(declared, column)
        for name, shown in chart.data.itertuples(index=False):
            assert f">{name}<" in chart.svg and f">{shown}<" in chart.svg
        assert any(text.startswith("−") for text in chart.data.iloc[:, 1]) and "中位数" not in chart.subtitle
    assert "（%）" in chart.subtitle


def test_of_many_rows_the_largest_are_drawn(q: QuarterData) -> None:
    chart = hcp.bar(hcp.table(q, 3), "评价数")
    largest = hcp.table(q, 3).nlargest(40, "评价数")
    assert chart.data.iloc[:, 1].tolist() == [f"{value:,}" for value in largest["评价数"]]
    assert "只画最大的 40 条" in chart.subtitle


def test_shares_of_ones_own_are_drawn(q: QuarterData) -> None:
    wide = hcp.table(q, 4).pivot_table(index="区县", columns="层级", values="评价数", sort=False)
    wide["村占比"] = wide["村（社区）"] / wide.sum(axis=1)
    chart = hcp.bar(wide, "村占比", title="村（社区）占镇村评价数")
    assert chart.title == "村（社区）占镇村评价数" and "张店区 0.588" in chart.alt


def test_charts_show_one_drawing_in_a_notebook(q: QuarterData) -> None:
    html = hcp.chart_active_rate(hcp.with_rates(q, "districts"))._repr_html_()
    style = html.partition("</style>")[0]
    assert ".hcp .drawing-narrow { display: none; }" in style
