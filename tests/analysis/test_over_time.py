"""Series of a measure: what is missing, where they end, what is no series."""

from __future__ import annotations

from pathlib import Path

import pytest

import haochaping as hcp
from haochaping.core.errors import InputRefused, UnknownName
from haochaping.core.model import QuarterData
from haochaping.statistics.validation import NotApplicable
from tests.analysis.conftest import ROOT


def test_a_cell_of_annex_3_over_the_periods(city: Path) -> None:
    now = hcp.load("2022Q4", city)
    row = now.district_departments.dropna().iloc[0]
    answer = hcp.series("评价数", unit=f"{row['department']} {row['district']}", annex=3, data=city)
    assert answer["评价数"].iloc[-1] == row["evaluations"]


def test_a_misspelt_unit_is_no_series(city: Path) -> None:
    with pytest.raises(UnknownName, match=r"没有这个单位.*模拟一区"):
        hcp.series("评价数", unit="模拟一", data=city)
    with pytest.raises(
        UnknownName, match=r"没有这个列：办件，是不是办件数（cases）；可用的有：办件数.*主动评价率"
    ):
        hcp.series("办件", data=city)
    with pytest.raises(NotApplicable, match="附件3 区直部门没有能由两数相除算出的比率"):
        hcp.rates(hcp.load("2022Q4", city), 3)
    with pytest.raises(InputRefused, match="没有任何一期"):
        hcp.series("办件数", data=city / "reference")


def test_a_series_until_an_earlier_period(city: Path) -> None:
    answer = hcp.series("办件数", unit="模拟一区", data=city, until="2022Q2")
    assert answer["时期"].iloc[-1] == "2022年第二季度" and len(answer) == 6
    assert "至2022年第二季度" in answer.attrs["title"]


def test_a_period_that_lacks_the_unit_is_missing_and_not_zero(city: Path) -> None:
    answer = hcp.series("办件数", unit="模拟一区", data=city, periods=12)
    assert len(answer) == 8
    with pytest.raises(UnknownName, match="没有这个单位"):
        hcp.findings(hcp.load("2022Q4", city), unit="没有区")


def test_rows_without_a_count_are_in_no_sum(q: QuarterData) -> None:
    answer = hcp.series("主动评价率", annex=2, data=ROOT / "data")
    rows = q.city_departments.dropna(subset=["evaluations", "active_evaluations"])
    lacking = len(q.city_departments) - len(rows)
    assert answer["主动评价率"].iloc[0] == rows["active_evaluations"].sum() / rows["evaluations"].sum()
    assert answer["状态"].iloc[0] == f"有数，另有 {lacking} 行没有" and lacking > 0
    assert rows["evaluations"].sum() < q.city_departments["evaluations"].sum()


def test_too_short_a_series_has_no_limits(q: QuarterData) -> None:
    with pytest.raises(NotApplicable, match="至少要有 5 期"):
        hcp.xmr("办件数", data=ROOT / "data")
    with pytest.raises(NotApplicable, match="100%"):
        hcp.funnel(q, "附件1", "评价率")
