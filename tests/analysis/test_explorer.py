"""The choices of the notebook: every choice answers, and the line it shows gives the same answer."""

from __future__ import annotations

import re
import shutil
from html import unescape
from pathlib import Path

import pandas as pd
import pytest

import haochaping as hcp
from haochaping.analysis.explorer import BAR, COMPARE, FINDINGS, FUNNEL, SERIES, TABLE, Explorer
from haochaping.core.period import Period
from haochaping.simulate.data_root import write_data_root

ROOT = Path(__file__).parents[2]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name in ("reference", "raw"):
        shutil.copytree(ROOT / "data" / name, tmp_path / name)
    return tmp_path


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("city")
    write_data_root(root, [Period(2022, 3), Period(2022, 4)], 4, ROOT / "data" / "reference")
    return root


def line(explorer: Explorer) -> str:
    return unescape(re.sub("<[^>]*>", "", explorer.line.value))


def answer_of_line(text: str) -> object:
    """What the shown lines give when they are run."""
    names: dict[str, object] = {"hcp": hcp}
    loading, question = text.splitlines()
    exec(loading, names)
    names["answer"] = None
    exec(f"answer = {question}", names)
    return names["answer"]


@pytest.mark.parametrize("view", list(Explorer.VIEWS))
def test_every_view_shows_the_line_that_gives_it(view: str, city: Path) -> None:
    explorer = Explorer(city)
    explorer.view.value = view
    shown, again = explorer.shown, answer_of_line(line(explorer))
    if isinstance(shown, pd.DataFrame):
        pd.testing.assert_frame_equal(pd.DataFrame(shown), pd.DataFrame(again))
    else:
        assert shown.svg == again.svg  # type: ignore[attr-defined]


def test_choices_follow_one_another(data: Path) -> None:
    explorer = Explorer(data)
    assert line(explorer).endswith('hcp.table(q, "附件1")')
    explorer.view.value = BAR
    explorer.measure.value = "办件数"
    assert 'hcp.bar(hcp.table(q, "附件1"), "办件数")' in line(explorer)
    explorer.annex.value = "附件3"
    assert explorer.measure.value == "评价数"  # 附件3 has no 办件数
    explorer.unit.value = "张店区"
    assert line(explorer).endswith('hcp.bar(hcp.table(q, "附件3", unit="张店区"), "评价数")')
    explorer.view.value = TABLE
    assert set(explorer.shown["区县"]) == {"张店区"}


def test_what_cannot_be_answered_says_why(data: Path) -> None:
    explorer = Explorer(data)
    explorer.view.value = COMPARE
    assert explorer.shown is None and explorer.line.value == ""
    explorer.view.value = FUNNEL
    explorer.measure.value = "评价率"
    assert explorer.shown is None
    explorer.view.value = SERIES
    assert explorer.shown is not None


def test_a_period_that_cannot_be_read_says_why_and_leaves_no_old_answer(data: Path) -> None:
    shutil.copytree(data / "raw" / "2022Q4", data / "raw" / "2023Q1")
    explorer = Explorer(data)  # the newest is the text of another quarter
    assert explorer.shown is None and explorer.line.value == ""
    explorer.period.value = Period(2022, 4)
    assert explorer.shown is not None
    explorer.period.value = Period(2023, 1)
    assert explorer.shown is None and explorer.line.value == ""


def test_a_finding_opens_to_its_cells(data: Path) -> None:
    explorer = Explorer(data)
    explorer.view.value = FINDINGS
    number = next(name for text, name in explorer.finding.options if text.startswith("第 2 项"))
    explorer.finding.value = number
    assert f'hcp.cells(q, "{number}")' in unescape(explorer.finding_line.value)
    assert "1373402" in {text.replace(",", "") for text in explorer.opened["原文"]}


def test_the_findings_of_a_unit_are_offered(data: Path) -> None:
    explorer = Explorer(data)
    every = len(explorer.finding.options)
    explorer.unit.value = "高新区"
    offered = [name for _, name in explorer.finding.options if name]
    assert offered == hcp.findings(explorer.q, unit="高新区")["编号"].tolist() and len(offered) < every - 1
    explorer.annex.value = "附件2"  # which has no such unit
    assert explorer.unit.value == "" and len(explorer.finding.options) == every


def test_a_note_is_written_with_the_name_of_what_is_shown(data: Path) -> None:
    explorer = Explorer(data)
    explorer.section.value = "各区县"
    explorer.words.value = "高新区的评价数请核实。"
    explorer.take.click()
    assert "已写入 notes.md" in explorer.taken.value
    kept = (data / "raw" / "2022Q4" / "notes.md").read_text("utf-8")
    assert "高新区的评价数请核实。（据表“2022年第四季度 附件1 各区县”）" in kept
    explorer.take.click()  # nothing is written twice: the words are gone
    assert "应为一段话" in explorer.taken.value
