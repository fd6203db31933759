"""The ordinary questions of an analyst, each answered by one line, on the real quarter and on a simulated city."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import haochaping as hcp
from haochaping.analysis.labelled_table import LabelledTable
from haochaping.analysis.loaded_period import report_of
from haochaping.core.errors import InputRefused, ShownWithoutTraceback, UnknownName, WrongArgument
from haochaping.core.model import QuarterData
from haochaping.core.period import Period
from haochaping.simulate.data_root import write_data_root
from haochaping.statistics.validation import NotApplicable

ROOT = Path(__file__).parents[2]
PERIODS = [Period(2021 + i // 4, i % 4 + 1) for i in range(8)]


@pytest.fixture(scope="module")
def q() -> QuarterData:
    return hcp.load("2022Q4", ROOT / "data")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated city with eight quarters."""
    root = tmp_path_factory.mktemp("city")
    write_data_root(root, PERIODS, 3, ROOT / "data" / "reference")
    return root


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


def test_matters_of_a_unit_and_of_the_office(q: QuarterData) -> None:
    assert 5 in hcp.matters(q, unit="周村区")["项号"].tolist()
    office = q.fact("issuer")
    of_office = hcp.matters(q, unit="编制单位")
    assert set(of_office["请谁核实"]) == {office} and 0 < len(of_office) < len(hcp.matters(q))
    asked = hcp.findings(q, unit="编制单位")
    assert set(asked["请谁核实"]) == {office} and set(asked["项号"]) == set(of_office["项号"])
    for unit in ("经开区", "文昌湖区", "市公安局"):
        of_unit = hcp.matters(q, unit=unit)
        assert set(of_unit["项号"]) == set(hcp.findings(q, unit=unit)["项号"])
        assert f"{unit}，共 {len(of_unit)} 项" in of_unit.attrs["title"]


def test_one_unit_is_ranked_among_all(q: QuarterData) -> None:
    answer = hcp.rates(q, 1, unit="高新区")
    assert answer[["区县", "名次", "名次区间"]].to_numpy().tolist() == [["高新区", 11, "11–11"]]
    nothing = hcp.rates(q, 2, unit="市残联")
    assert nothing["主动评价率"].isna().all() and nothing.chart is None
    with pytest.raises(NotApplicable, match="画不成图"):
        hcp.bar(nothing, "主动评价率")


def test_doubts_that_only_name_a_unit_are_found(q: QuarterData) -> None:
    answer = hcp.findings(q, unit="沂源县")
    assert 22 in set(answer["项号"])
    assert any("沂源县" in message for message in answer["意见"])


def test_two_cities_are_not_compared(q: QuarterData, city: Path) -> None:
    other = hcp.load("2022Q4", city)
    for measure in ("", "评价数"):
        with pytest.raises(NotApplicable, match="没有相同的单位"):
            hcp.compare(q, other, 1, measure)
    same = hcp.compare(other, other, 1, "评价数")
    assert [c for c in same.columns if "2022年" in c] == ["2022年第四季度（前）", "2022年第四季度（后）"]
    named = hcp.compare("2022Q3", other, 1, "评价数")  # read from where the other one is
    assert named["变化"].notna().all()


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


def test_a_cell_without_number_shows_what_is_printed(q: QuarterData) -> None:
    shown = hcp.table(q, 3, unit="张店区")
    row = shown[shown["部门"] == "住房公积金"]
    assert row["评价数"].isna().all() and "归市" in row._repr_html_()


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


def test_what_cannot_be_drawn_or_written_says_so_in_chinese(q: QuarterData, tmp_path: Path) -> None:
    for wrong, why in (
        (hcp.table(q, 1).head(0), "空表"),
        ([1], "不是表"),
        (hcp.table(q, 1)[["区县"]], "没有一列是数"),
    ):
        with pytest.raises(NotApplicable, match=why):
            hcp.bar(wrong)
    with pytest.raises(ValueError, match="应是一张表"):
        hcp.to_excel([1], tmp_path / "表.xlsx")
    for sheet in ("一/二", "", "长" * 32, "'引号'"):
        with pytest.raises(ValueError, match="工作表名称"):
            hcp.to_excel(q.districts, tmp_path / "表.xlsx", sheet=sheet)
    assert not list(tmp_path.iterdir())
    with pytest.raises(InputRefused, match="没有这个资料文件夹"):
        hcp.available(tmp_path / "没有")
    with pytest.raises(InputRefused, match="small_denominator"):
        hcp.threshold("小分母")


def test_a_finding_names_its_annexes_and_who_is_asked(q: QuarterData) -> None:
    answer = hcp.findings(q, annex="正文")
    assert len(answer) and answer["附件"].str.contains("正文").all()
    compared = answer[answer["编号"].str.startswith("headline_records")]
    assert compared["附件"].tolist() == ["正文、附件1、附件2"]
    asked = dict(hcp.matters(q)[["项号", "请谁核实"]].to_numpy().tolist())
    every = hcp.findings(q)
    assert every["请谁核实"].tolist() == [asked[number] for number in every["项号"]]


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


def test_printed_totals_stand_below_the_table(q: QuarterData) -> None:
    assert hcp.table(q, 5).attrs["notes"] == ["原表的合计：附件5“总数”评价数 1989842（核对意见第 7 项）"]
    assert "原表另有 11 个合计：q.printed_totals" in hcp.table(q, 3)._repr_html_()
    assert not hcp.table(q, 5, unit="张店区").attrs["notes"]


def test_a_single_row_is_a_share_of_all(q: QuarterData) -> None:
    answer = hcp.shares(q, 1, "评价数", unit="经开区")
    assert answer["占比"].tolist() == [98_188 / 6_233_908]
    with pytest.raises(NotApplicable, match="合计为 0"):
        hcp.shares(q, 1, "差评数")


def test_a_series_until_an_earlier_period(city: Path) -> None:
    answer = hcp.series("办件数", unit="模拟一区", data=city, until="2022Q2")
    assert answer["时期"].iloc[-1] == "2022年第二季度" and len(answer) == 6
    assert "至2022年第二季度" in answer.attrs["title"]


def test_slips_are_answered_in_one_sentence(q: QuarterData, city: Path, tmp_path: Path) -> None:
    for call, why in (
        (lambda: hcp.table(q, 1, unit=["张店区", "淄川区"]), "单位应写一个名称"),
        (lambda: hcp.findings(q, unit=["张店区"]), "单位应写一个名称"),
        (lambda: hcp.series("办件数", periods="8", data=city), "periods 应为一个正整数"),
        (lambda: hcp.series("办件数", data=q), "各期由函数自己读"),
        (lambda: hcp.series(q, "办件数"), "应写列名"),
        (lambda: hcp.series(["办件数", "评价数"]), "一次一列"),
        (lambda: hcp.table(q, [1, 2]), "附件应写一个号或表名"),
        (lambda: hcp.rates(q, 1, ["主动评价率"]), "列应写一个名称"),
        (lambda: hcp.bar(hcp.table(q, 1), ["办件数"]), "画哪一列应写一个名称"),
        (lambda: hcp.table(1), "第一项应是一期"),
        (lambda: hcp.table(q, 1) / 100, "表中有文字"),
        (lambda: hcp.table(q, 1)["主动率"], "没有这个列：主动率，是不是主动评价率"),
        (lambda: hcp.to_excel("表.xlsx", q.districts), "先写表，后写文件名"),
        (lambda: hcp.to_excel(q.districts, tmp_path / "没有" / "表.xlsx"), "没有文件夹"),
        (lambda: hcp.rates(q, 1, "整改满意率"), "不能由两数相除算出"),
        (lambda: hcp.table(q, 4, unit="镇"), "是不是镇（街道）"),
        (lambda: hcp.load("2022Q4", tmp_path / "没有"), "没有这个资料文件夹"),
        (lambda: hcp.bar(q.districts["cases"]), "没有名称"),
        (lambda: hcp.take_note(q, "各区县", 5), "应为一段话"),
    ):
        with pytest.raises(ShownWithoutTraceback, match=why) as raised:
            call()
        assert raised.value._render_traceback_() == [str(raised.value)]
    with pytest.raises(AttributeError, match="是不是 rates"):
        _ = hcp.rate
    for asked in (hcp.findings, hcp.matters, hcp.funnel):
        assert len(asked("2022Q4"))


def test_a_workbook_that_cannot_be_written_is_left(
    q: QuarterData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("haochaping.analysis.to_excel.atomic_write", denied)
    with pytest.raises(InputRefused, match="没有写成，原有的文件没有动"):
        hcp.to_excel(q.districts, tmp_path / "表.xlsx")


def test_a_period_is_checked_once(q: QuarterData) -> None:
    assert report_of(q) is report_of(q)


def test_what_is_divided_by_zero_is_shown_and_not_drawn(q: QuarterData, tmp_path: Path) -> None:
    own = hcp.table(q, 2)[["部门", "办件数", "评价数"]]
    own["比"] = 1.0
    own.loc[0, "比"], own.loc[1, "比"] = float("inf"), float("-inf")
    declared = hcp.as_percent(own, "比")
    assert ">∞<" in declared._repr_html_() and ">−∞<" in declared._repr_html_()
    assert len(hcp.bar(declared, "比").data) == len(own) - 2
    read = pd.read_excel(hcp.to_excel(declared, tmp_path / "比.xlsx"), engine="calamine")
    assert read["比"].tolist()[:3] == ["∞", "−∞", 1.0]


def test_lists_in_cells_and_repeated_labels_are_no_hindrance(q: QuarterData, tmp_path: Path) -> None:
    listed = pd.DataFrame({"区县": ["张店区"], "各月": [[1, 2, 3]]})
    assert (
        pd.read_excel(hcp.to_excel(listed, tmp_path / "列表.xlsx"), engine="calamine")["各月"][0]
        == "[1, 2, 3]"
    )
    twice = pd.concat([hcp.table(q, 3), hcp.table(q, 3)])
    assert len(hcp.bar(twice, "评价数").data) == 40
    for wrong in ({}, {"一": q.districts, "一 ": q.districts, "A": q.districts, "a": q.districts}):
        with pytest.raises(WrongArgument, match="至少要有一张表"):
            hcp.to_excel(wrong, tmp_path / "几张.xlsx")
    named = hcp.to_excel({"说明": hcp.table(q, 1), "说明2": hcp.table(q, 5)}, tmp_path / "说明.xlsx")
    assert pd.ExcelFile(named, engine="calamine").sheet_names == ["说明", "说明2", "说明3"]


def test_several_tables_stand_in_one_workbook(q: QuarterData, tmp_path: Path) -> None:
    import openpyxl

    path = hcp.to_excel({"各区县": hcp.table(q, 1), "意见": hcp.findings(q)}, tmp_path / "一页.xlsx")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["各区县", "意见", "说明"]
    about = [row[0].value for row in book["说明"].iter_rows()]
    assert {"【各区县】", "【意见】"} < set(about) and not any("hcp." in line for line in about)
    assert book["意见"].row_dimensions[2].height > 30 and book["意见"]["C2"].alignment.wrap_text
    unnamed = hcp.to_excel(hcp.table(q, 3).groupby("区县").size(), tmp_path / "个数.xlsx")
    assert pd.read_excel(unnamed, engine="calamine").columns.tolist() == ["区县", "数"]


def test_rates_name_the_rate_of_all_rows(q: QuarterData) -> None:
    assert hcp.rates(q, 1).attrs["notes"][0].startswith("各行合计 4.56%（284,171 ÷ 6,233,908")
    assert (
        hcp.series("主动评价率", data=ROOT / "data").attrs["title"].startswith("附件1 各区县 合计 主动评价率")
    )


def test_simulated_data_are_called_so(city: Path) -> None:
    now = hcp.load("2022Q4", city)
    tables = [hcp.table(now, 1), hcp.rates(now, 1), hcp.matters(now), hcp.findings(now)]
    tables += [hcp.series("办件数", data=city), hcp.compare("2022Q3", now)]
    assert all("模拟数据" in table.attrs["title"] for table in tables)


def test_shares_of_ones_own_are_drawn(q: QuarterData) -> None:
    wide = hcp.table(q, 4).pivot_table(index="区县", columns="层级", values="评价数", sort=False)
    wide["村占比"] = wide["村（社区）"] / wide.sum(axis=1)
    chart = hcp.bar(wide, "村占比", title="村（社区）占镇村评价数")
    assert chart.title == "村（社区）占镇村评价数" and "张店区 0.588" in chart.alt


def test_a_pivot_to_excel(city: Path, tmp_path: Path) -> None:
    import openpyxl

    t = hcp.tidy(city)
    wide = t[(t["annex"] == "districts") & (t["measure"] == "evaluations")].pivot_table(
        index="unit", columns="period", values="value", sort=False
    )
    by_annex = t.pivot_table(index="unit", columns="annex", values="value", aggfunc="count")
    named = pd.read_excel(hcp.to_excel(by_annex, tmp_path / "各附件.xlsx"), engine="calamine").columns
    assert named[0] == "单位" and "附件1 各区县" in named
    path = hcp.to_excel(t.head(3), tmp_path / "长表.xlsx")
    written = pd.read_excel(path, engine="calamine")
    assert written.columns.tolist()[:3] == ["时期", "附件", "类别"]
    first = written.loc[0, ["附件", "类别", "项目", "状态"]]
    assert first.tolist() == ["附件1 各区县", "区县", "办件数", "有数"]
    formats = [row[0].number_format for row in openpyxl.load_workbook(path)["数据"]["G2:G4"]]
    assert formats == ["#,##0", "#,##0", "0.00%"]
    sheet = openpyxl.load_workbook(hcp.to_excel(wide, tmp_path / "逐期.xlsx"))["数据"]
    assert sheet["A1"].value == "单位" and sheet["B2"].number_format == "#,##0"


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


def test_a_unit_that_only_one_period_has_is_told(city: Path) -> None:
    now = hcp.load("2022Q4", city)
    fewer = now.with_table("districts", now.districts.iloc[1:])
    answer = hcp.compare(fewer, now)
    assert answer.iloc[0]["判断"] == "只有一期有数" and pd.isna(answer.iloc[0]["变化（百分点）"])
    gone = hcp.compare(now, fewer)
    assert gone.iloc[-1]["区县"] == now.districts["district"][0] and gone.iloc[-1]["判断"] == "只有一期有数"


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


def test_a_table_to_excel_with_chinese_heads(q: QuarterData, tmp_path: Path) -> None:
    import openpyxl

    answer = hcp.rates(q, "附件1")
    path = hcp.to_excel(answer, tmp_path / "主动评价率.xlsx")
    read = pd.read_excel(path, engine="calamine")
    assert list(read.columns) == list(answer.columns)
    assert read["主动评价率"].tolist() == pytest.approx(answer["主动评价率"].tolist())
    sheet = openpyxl.load_workbook(path)["数据"]
    assert sheet["D2"].number_format == "0.00%" and sheet["B2"].number_format == "#,##0"
    assert sheet.freeze_panes == "A2"
    plain = hcp.to_excel(q.districts, tmp_path / "原始列.xlsx")
    assert pd.read_excel(plain, engine="calamine").columns[:2].tolist() == ["区县", "办件数"]
    with pytest.raises(ValueError, match=r"\.xlsx"):
        hcp.to_excel(answer, tmp_path / "主动评价率.xls")


def test_missing_numbers_stay_blank_in_excel(q: QuarterData, tmp_path: Path) -> None:
    path = hcp.to_excel(hcp.table(q, "附件3"), tmp_path / "附件3.xlsx")
    read = pd.read_excel(path, engine="calamine")
    assert read["评价数"].isna().sum() == q.district_departments["evaluations"].isna().sum() > 0


def test_one_long_frame_of_all_periods(city: Path) -> None:
    answer = hcp.tidy(city)
    assert set(answer["period"]) == {str(period) for period in PERIODS}
    assert set(answer.columns) == set(answer.attrs["columns"])
    now = answer[
        (answer["period"] == "2022Q4") & (answer["annex"] == "districts") & (answer["measure"] == "cases")
    ]
    assert now["value"].tolist() == hcp.load("2022Q4", city).districts["cases"].tolist()


def test_the_long_frame_marks_doubts_and_keeps_what_is_missing(q: QuarterData) -> None:
    answer = hcp.tidy(ROOT / "data")
    doubtful = answer[
        (answer["unit"] == "高新区") & (answer["annex"] == "districts") & (answer["measure"] == "evaluations")
    ]
    assert doubtful["doubt"].tolist() == ["需核实"] and doubtful["matters"].tolist() == ["2"]
    missing = answer[answer["status"] == "missing"]
    assert len(missing) and missing["value"].isna().all()


@pytest.mark.parametrize("name", ["附件1", 1, "各区县", "区县", "districts", "附表 1"])
def test_an_annex_by_every_name(q: QuarterData, name: str | int) -> None:
    assert q.table(name).equals(q.districts)


def test_unknown_names_list_the_known(q: QuarterData) -> None:
    with pytest.raises(UnknownName, match=r"附件9；可用的有：附件1 各区县（districts）、附件2 市直部门"):
        q.table("附件9")
    with pytest.raises(UnknownName, match=r"好评；可用的有：评价率（evaluation_rate）、主动评价率"):
        hcp.rates(q, 1, "好评")
    with pytest.raises(UnknownName, match=r"没有这个单位.*张店区"):
        hcp.table(q, 1, unit="没有区")
    with pytest.raises(AttributeError, match="附件有：districts"):
        _ = q.district
    with pytest.raises(UnknownName, match="须更正"):
        hcp.findings(q, severity="严重")


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


def test_charts_show_one_drawing_in_a_notebook(q: QuarterData) -> None:
    html = hcp.chart_active_rate(hcp.with_rates(q, "districts"))._repr_html_()
    style = html.partition("</style>")[0]
    assert ".hcp .drawing-narrow { display: none; }" in style
