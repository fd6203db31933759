"""The ordinary questions of an analyst, each answered by one line, on the real quarter and on a simulated city."""

from __future__ import annotations

from pathlib import Path

import pytest

import haochaping as hcp
from haochaping.core.model import QuarterData
from tests.analysis.conftest import PERIODS


def test_active_rate_by_district_with_interval(q: QuarterData) -> None:
    answer = hcp.rates(q, "附件1", "主动评价率")
    row = answer[answer["区县"] == "周村区"].iloc[0]
    assert (row["主动评价数"], row["评价数"]) == (33_808, 67_199)
    assert row["95%下限"] < row["主动评价率"] == 33_808 / 67_199 < row["95%上限"]
    assert row["95%上限"] - row["95%下限"] == pytest.approx(
        2 * 1.96 * (0.5031 * 0.4969 / 67_199) ** 0.5, rel=0.01
    )
    assert list(answer["名次"]) == list(range(1, 12)) and row["核对意见"] == "4、5"


def test_departments_unlike_their_peers(q: QuarterData) -> None:
    answer = hcp.funnel(q, "附件2")
    # Departments differ so much that no single one stands out; how far each is from the whole is told all the same.
    assert set(answer["判断"]) == {"限内", "基数小，不判断", "没有数"}
    small = answer[answer["评价数"] < 30]
    assert set(small["判断"]) <= {"基数小，不判断", "没有数"} and len(small)
    within = answer[answer["判断"] == "限内"]
    assert (within["主动评价率"] <= within["控制限上限"]).all()
    assert (within["主动评价率"] >= within["控制限下限"]).all()
    assert within["偏离（倍标准差）"].abs().max() < 3.1
    districts = hcp.funnel(q, "附件1").set_index("区县")
    assert districts[districts["判断"] != "限内"].index.tolist() == ["周村区", "高新区"]
    assert (
        districts.loc["周村区", "偏离（倍标准差）"] > 3.1 > -3.1 > districts.loc["高新区", "偏离（倍标准差）"]
    )


def test_top_ten_cells_of_annex_3(q: QuarterData) -> None:
    answer = hcp.table(q, "附件3").nlargest(10, "评价数")
    expected = q.district_departments.dropna().nlargest(10, "evaluations")
    assert answer["评价数"].tolist() == expected["evaluations"].tolist()
    assert answer["部门"].tolist() == expected["department"].tolist()


def test_share_of_public_services_of_one_district(q: QuarterData) -> None:
    answer = hcp.shares(q, "附件5")
    whole = q.public_services["evaluations"].sum()
    of_district = answer.set_index("区县").loc["张店区"]
    assert of_district["占比"] == 625_272 / whole and answer["占比"].sum() == pytest.approx(1)
    of_departments = hcp.shares(q, "附件3", unit="张店区")
    assert set(of_departments["区县"]) == {"张店区"} and of_departments["占比"].sum() == pytest.approx(1)


def test_a_chinese_bar_chart(q: QuarterData) -> None:
    chart = hcp.bar(hcp.table(q, "附件1"), "办件数")
    assert "张店区" in chart.svg and "1,080,786" in chart.svg and chart.subtitle == "办件数（件）"


def test_open_doubts_of_one_unit(q: QuarterData) -> None:
    answer = hcp.findings(q, unit="高新区", severity="需核实")
    asked = answer[answer["涉及单位"] == "高新区"]
    assert asked["位置"].tolist() == ["附件1“高新区”评价数"] and asked["项号"].tolist() == [2]
    behind = hcp.cells(q, asked["编号"].iloc[0])
    assert "1,373,402" in set(behind["原文"].str.replace("1373402", "1,373,402"))
    assert hcp.findings(q, unit="桓台县", severity="须更正").empty


def test_a_funnel_draws_itself(q: QuarterData) -> None:
    answer = hcp.funnel(q, "附件1")
    assert answer.chart is not None and "高新区" in answer.chart.alt
    assert "<svg" in answer._repr_html_() and "控制限" in answer.chart.subtitle
    assert answer[answer["判断"] == "限内"].chart is None  # what is filtered has no chart of everything


def test_two_periods_compared(city: Path) -> None:
    before, now = hcp.load("2022Q3", city), hcp.load("2022Q4", city)
    answer = hcp.compare(before, now, "附件1")
    assert answer["区县"].tolist() == now.districts["district"].tolist()
    first = answer.iloc[0]
    rate = now.districts["active_evaluations"][0] / now.districts["evaluations"][0]
    was = before.districts["active_evaluations"][0] / before.districts["evaluations"][0]
    assert first["变化（百分点）"] == pytest.approx(rate - was)
    assert first["95%下限"] < first["变化（百分点）"] < first["95%上限"]
    assert (answer["最小可辨变化（百分点）"] >= 0.01).all()
    counts = hcp.compare(before, now, "附件4", "评价数", unit=now.districts["district"][0])
    assert counts["层级"].tolist() == ["镇（街道）", "村（社区）"]
    assert (counts["变化"] == counts["2022年第四季度"] - counts["2022年第三季度"]).all()


def test_an_eight_quarter_series_of_a_unit(city: Path) -> None:
    unit = hcp.load("2022Q4", city).districts["district"][2]
    answer = hcp.series("办件数", unit=unit, data=city)
    assert answer["时期"].tolist() == [period.label for period in PERIODS]
    expected = [int(hcp.load(p, city).districts.set_index("district").loc[unit, "cases"]) for p in PERIODS]
    assert answer["办件数"].tolist() == expected
    assert answer.chart is not None and PERIODS[-1].label in answer.chart.title
    limits = hcp.xmr("办件数", unit=unit, data=city)
    assert limits["均值"].notna().all() and abs(limits["均值"].iloc[0] - sum(expected) / 8) <= 0.5
    assert "试算" in " ".join(limits.attrs["notes"])
