"""Annexes, rates and shares beyond the ordinary questions."""

from __future__ import annotations

import pytest

import haochaping as hcp
from haochaping.core.model import QuarterData
from haochaping.statistics.validation import NotApplicable
from tests.analysis.conftest import ROOT


def test_one_unit_is_ranked_among_all(q: QuarterData) -> None:
    answer = hcp.rates(q, 1, unit="高新区")
    assert answer[["区县", "名次", "名次区间"]].to_numpy().tolist() == [["高新区", 11, "11–11"]]
    nothing = hcp.rates(q, 2, unit="市残联")
    assert nothing["主动评价率"].isna().all() and nothing.chart is None
    with pytest.raises(NotApplicable, match="画不成图"):
        hcp.bar(nothing, "主动评价率")


def test_a_cell_without_number_shows_what_is_printed(q: QuarterData) -> None:
    shown = hcp.table(q, 3, unit="张店区")
    row = shown[shown["部门"] == "住房公积金"]
    assert row["评价数"].isna().all() and "归市" in row._repr_html_()


def test_printed_totals_stand_below_the_table(q: QuarterData) -> None:
    assert hcp.table(q, 5).attrs["notes"] == ["原表的合计：附件5“总数”评价数 1989842（核对意见第 7 项）"]
    assert "原表另有 11 个合计：q.printed_totals" in hcp.table(q, 3)._repr_html_()
    assert not hcp.table(q, 5, unit="张店区").attrs["notes"]


def test_a_single_row_is_a_share_of_all(q: QuarterData) -> None:
    answer = hcp.shares(q, 1, "评价数", unit="经开区")
    assert answer["占比"].tolist() == [98_188 / 6_233_908]
    with pytest.raises(NotApplicable, match="合计为 0"):
        hcp.shares(q, 1, "差评数")


def test_rates_name_the_rate_of_all_rows(q: QuarterData) -> None:
    assert hcp.rates(q, 1).attrs["notes"][0].startswith("各行合计 4.56%（284,171 ÷ 6,233,908")
    assert (
        hcp.series("主动评价率", data=ROOT / "data").attrs["title"].startswith("附件1 各区县 合计 主动评价率")
    )
