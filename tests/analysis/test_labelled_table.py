"""What a table shows of itself, and of what pandas makes of it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import haochaping as hcp
from haochaping.analysis.labelled_table import LabelledTable
from haochaping.core.errors import UnknownName
from haochaping.core.model import QuarterData
from haochaping.statistics.validation import NotApplicable


def test_percentages_of_ones_own_are_shown_drawn_and_written(q: QuarterData, tmp_path: Path) -> None:
    import openpyxl

    own = hcp.table(q, 1)
    own["占全市"] = own["评价数"] / own["评价数"].sum()
    declared = hcp.as_percent(own[["区县", "占全市"]], "占全市")
    assert "17.34%" in declared._repr_html_() and "张店区 17.34%" in hcp.bar(declared).alt
    sheet = openpyxl.load_workbook(hcp.to_excel(declared, tmp_path / "占比.xlsx"))["数据"]
    assert sheet["B2"].number_format == "0.00%"
    assert "17.34%" not in own._repr_html_()  # what was given is left as it was
    with pytest.raises(NotApplicable, match="不是数"):
        hcp.as_percent(own, "区县")
    with pytest.raises(UnknownName, match="没有这个列：占，是不是占全市"):
        hcp.as_percent(own, "占")


def test_what_is_aggregated_has_no_title_of_what_it_was_made_of(q: QuarterData, tmp_path: Path) -> None:
    answer = hcp.table(q, 3)
    for made in (
        answer.groupby("区县")[["评价数"]].sum(),
        answer.groupby("区县", as_index=False)["评价数"].sum(),
        answer.pivot_table(index="部门", columns="区县", values="评价数"),
    ):
        assert answer.attrs["title"] not in hcp.bar(made).title
        written = hcp.to_excel(made, tmp_path / "汇总.xlsx")
        about = pd.read_excel(written, sheet_name=None, header=None, engine="calamine").get("说明")
        assert about is None or about[0].tolist() == ["评价数：单位 条"]
    assert answer.attrs["title"] in answer[answer["评价数"] > 1000]._repr_html_()
    assert hcp.bar(answer.groupby("区县")["评价数"].sum()).data.shape == (11, 2)


def test_the_title_stands_once(q: QuarterData) -> None:
    html = hcp.rates(q, 1)._repr_html_()
    assert html.count("<strong>2022年第四季度 附件1 各区县：主动评价率</strong>") == 1
    assert "<caption><span>2022年" not in html


def test_what_arithmetic_makes_of_counts_is_not_shown_as_counts(q: QuarterData, tmp_path: Path) -> None:
    import openpyxl

    counts = hcp.table(q, 1).set_index("区县")[["办件数", "评价数"]]
    shares = counts / counts.sum()
    assert ">0.173<" in shares._repr_html_() and "附件1" not in shares._repr_html_()
    mean = hcp.table(q, 3).pivot_table(index="区县", values="评价数", aggfunc="mean")
    assert ">14,049.77<" in mean._repr_html_()
    sheet = openpyxl.load_workbook(hcp.to_excel(mean, tmp_path / "平均.xlsx"))["数据"]
    assert sheet["B2"].number_format == "#,##0.00"
    tens = hcp.table(q, 1)
    tens["评价数"] = tens["评价数"] / 10_000
    assert ">108.08<" in tens._repr_html_()


def test_what_is_divided_by_zero_is_shown_and_not_drawn(q: QuarterData, tmp_path: Path) -> None:
    own = hcp.table(q, 2)[["部门", "办件数", "评价数"]]
    own["比"] = 1.0
    own.loc[0, "比"], own.loc[1, "比"] = float("inf"), float("-inf")
    declared = hcp.as_percent(own, "比")
    assert ">∞<" in declared._repr_html_() and ">−∞<" in declared._repr_html_()
    assert len(hcp.bar(declared, "比").data) == len(own) - 2
    read = pd.read_excel(hcp.to_excel(declared, tmp_path / "比.xlsx"), engine="calamine")
    assert read["比"].tolist()[:3] == ["∞", "−∞", 1.0]


def test_what_pandas_makes_of_a_table_still_shows_itself(q: QuarterData) -> None:
    answer = hcp.table(q, "附件1").sort_values("主动评价率")[["区县", "主动评价率"]].head(2)
    assert isinstance(answer, LabelledTable)
    html = answer._repr_html_()
    assert "0.48%" in html and "2.12%" in html and html.count("<svg") == 0
    counted = hcp.table(q, "附件3").pivot_table(index="部门", columns="区县", values="评价数")
    assert "<table" in counted._repr_html_()


def test_a_table_marks_what_is_doubted(q: QuarterData) -> None:
    html = hcp.table(q, "附件1")._repr_html_()
    assert html.count("tint-verify") >= 4 and ">1,373,402<" in html and "条" in html


def test_objects_show_a_short_card_in_chinese(q: QuarterData) -> None:
    assert repr(q) == "<2022年第四季度：5 张附件，677 格>"
    report = hcp.check(q)
    assert repr(report).startswith("<核对意见：建议更正；须更正 5 项")
    assert report._repr_html_().count("<tr>") == len(report.matters) + 1
    assert "hcp.table(q, 1)" in q._repr_html_()


def test_simulated_data_are_called_so(city: Path) -> None:
    now = hcp.load("2022Q4", city)
    tables = [hcp.table(now, 1), hcp.rates(now, 1), hcp.matters(now), hcp.findings(now)]
    tables += [hcp.series("办件数", data=city), hcp.compare("2022Q3", now)]
    assert all("模拟数据" in table.attrs["title"] for table in tables)
