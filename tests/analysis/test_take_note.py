"""What an analyst found goes into the period's notes, and nothing that stood there is lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import haochaping as hcp
from haochaping.core.errors import InputRefused, UnknownName, WrongArgument
from haochaping.core.model import QuarterData

ROOT = Path(__file__).parents[2]


@pytest.fixture
def q(tmp_path: Path) -> QuarterData:
    for name in ("reference", "raw"):
        shutil.copytree(ROOT / "data" / name, tmp_path / name)
    return hcp.load("2022Q4", tmp_path)


def notes(q: QuarterData) -> dict[str, list[str]]:
    assert q.data_root is not None
    read = hcp.load("2022Q4", q.data_root).notes
    return {section: rows["text"].tolist() for section, rows in read.groupby("section", sort=False)}


def test_a_note_names_the_table_it_comes_from(q: QuarterData) -> None:
    table = hcp.rates(q, "附件1")
    path = hcp.take_note(q, "附件1", "周村区主动评价率明显高于其他区县。", table)
    assert path.name == "notes.md"
    assert notes(q) == {
        "各区县": ["周村区主动评价率明显高于其他区县。（据表“2022年第四季度 附件1 各区县：主动评价率”）"]
    }


def test_notes_are_added_below_what_is_there(q: QuarterData) -> None:
    assert q.data_root is not None
    path = q.data_root / "raw" / "2022Q4" / "notes.md"
    path.write_text("## 一、要点\n\n第一句。\n\n- 一点\n## 各区县\n第二句。", "utf-8")
    hcp.take_note(q, "要点", "第三句。")
    hcp.take_note(q, "各区县", "第四句。")
    hcp.take_note(q, "问题与建议", "第五句。", hcp.bar(hcp.table(q, 1), "办件数"))
    found = notes(q)
    assert found["要点"] == ["第一句。", "一点", "第三句。"]
    assert found["各区县"] == ["第二句。", "第四句。"]
    assert found["问题与建议"] == ["第五句。（据图“2022年第四季度 附件1 各区县”）"]
    assert path.read_text("utf-8").startswith(
        "## 一、要点\n\n第一句。\n\n- 一点\n\n第三句。\n\n## 各区县\n第二句。"
    )


@pytest.mark.parametrize("text", ["# 标题", "- 一点", "<!-- 不印 -->", "<b>粗</b>\n两行", "1. 第一"])
def test_a_note_stays_one_paragraph(q: QuarterData, text: str) -> None:
    hcp.take_note(q, "要点", text)
    [kept] = notes(q)["要点"]
    assert kept.lstrip("\\").replace("＜", "<").replace("＞", ">") == " ".join(text.split())


def test_a_section_that_is_not_there_is_refused(q: QuarterData) -> None:
    with pytest.raises(UnknownName, match=r"没有这个标题.*要点"):
        hcp.take_note(q, "前言", "一句话。")
    with pytest.raises(WrongArgument, match="应为一段话"):
        hcp.take_note(q, "要点", "  ")


def test_notes_that_cannot_be_read_are_left_alone(q: QuarterData) -> None:
    assert q.data_root is not None
    path = q.data_root / "raw" / "2022Q4" / "notes.md"
    path.write_text("没有标题的文字", "utf-8")
    with pytest.raises(InputRefused):
        hcp.take_note(q, "要点", "一句话。")
    assert path.read_text("utf-8") == "没有标题的文字"
