"""What an analyst writes wrongly is answered in one sentence of Chinese."""

from __future__ import annotations

from pathlib import Path

import pytest

import haochaping as hcp
from haochaping.core.errors import InputRefused, ShownWithoutTraceback, UnknownName
from haochaping.core.model import QuarterData
from haochaping.statistics.validation import NotApplicable


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
