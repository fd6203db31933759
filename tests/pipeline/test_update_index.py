"""The index of all published quarters, from folders as runs leave them."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from haochaping.commands.command_line import main
from haochaping.core.errors import InputRefused
from haochaping.core.paths import Locations
from haochaping.core.period import Period
from haochaping.figures.compute_figures import compute_figures
from haochaping.outputs.published.file_names import MANIFEST
from haochaping.outputs.published.run_summary import read_summary, summarise
from haochaping.pipeline import update_index as index
from haochaping.pipeline.update_index import refresh_index, write_index
from haochaping.present.fonts import missing_glyphs
from haochaping.reference.reference import Reference
from haochaping.store.tidy_tables import write_tidy
from tests.pipeline.published_folders import PAPERS, publish, root, series
from tests.shared import without_annexes

FIRST = Period(2022, 3)


@pytest.fixture
def where(tmp_path: Path) -> Locations:
    return root(tmp_path)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two published quarters, to be copied."""
    folder = tmp_path_factory.mktemp("published")
    where = root(folder)
    for data in series(FIRST, 2):
        publish(where, data)
    return folder


@pytest.fixture
def two(published: Path, where: Locations) -> Locations:
    for name in ("data", "output"):
        shutil.copytree(published / name, where.data.parent / name, dirs_exist_ok=True)
    return where


def silent(_: str) -> None:
    """Nobody listens."""


def html_of(where: Locations) -> str:
    return write_index(where, silent).page.read_text(encoding="utf-8")


def card(html: str, quarter: str) -> str:
    found = re.search(rf'<article class="card" id="{quarter}".*?</article>', html, re.DOTALL)
    assert found, quarter
    return found.group(0)


# --- what it shows ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_every_published_quarter_newest_first_with_what_its_run_ended_in(
    where: Locations, reference: Reference
) -> None:
    first, second = series(FIRST, 2)
    publish(where, first, verdict="建议核实后送审", matters={"correct": 1, "verify": 12, "note": 3})
    publish(where, second, written="2023-02-01 08:00")
    html = html_of(where)
    assert re.findall(r'<article class="card" id="(\w+)"', html) == ["2022Q4", "2022Q3"]
    old, new = card(html, "2022Q3"), card(html, "2022Q4")
    assert "verdict-verify-first" in old and "须更正 1 项、需核实 12 项、提示 3 项" in old
    assert "verdict-ready" in new and "2023-02-01 08:00" in new and "2023-01-20 09:30" in old
    figures = compute_figures(second, reference)
    for name in ("cases", "evaluations", "rate", "active_rate"):
        assert f"<strong>{figures[name].text}</strong>" in new
        assert figures[f"{name}_before"].text in new
    assert new.count("环比 ") == 4 and "同比 " not in new
    assert "环比 " not in old and "没有可比的上季度和上年同期数据" in old


@pytest.mark.slow
def test_links_lead_to_everything_beside_the_page(two: Locations) -> None:
    (two.published(FIRST) / "briefing.pdf").write_bytes(b"%PDF-")
    (two.published(FIRST) / "领导批示 1%.txt").write_text("x", encoding="utf-8")
    (two.published(FIRST) / "~$view.xlsx").write_text("x", encoding="utf-8")
    html = html_of(two)
    links = [unquote(one) for one in re.findall(r'href="([^"#]+)"', card(html, "2022Q3"))]
    beside = {f"2022Q3/{name}" for name in PAPERS if "/" not in name}
    assert set(links) == beside | {
        "2022Q3/briefing.html", "2022Q3/briefing.pdf", "2022Q3/sheets/", "2022Q3/data/", "2022Q3/领导批示 1%.txt",
    }  # fmt: skip
    assert all((two.output / link).exists() for link in links)
    assert quote("2022Q3/领导批示 1%.txt") in html
    assert "核实单</a>（1 份）" in card(html, "2022Q3")


def test_papers_that_people_edited_are_told(two: Locations) -> None:
    folder = two.published(FIRST)
    (folder / "bulletin.docx").write_text("edited", encoding="utf-8")
    (folder / "bulletin.new.docx").write_text("new", encoding="utf-8")
    (folder / "sheets" / "市甲局.xlsx").write_text("filled in", encoding="utf-8")
    shown = card(html_of(two), "2022Q3")
    assert "通报（Word）</a>（改动过）" in shown and "核实单</a>（1 份，1 份改动过）" in shown
    assert "bulletin.new.docx</a>" in shown and "答复表</a>（" not in shown


def test_a_manifest_of_an_earlier_version_is_listed_without_figures(two: Locations) -> None:
    path = two.published(FIRST) / MANIFEST
    path.write_text(json.dumps({"quarter": "2022Q3", "verdict": "可送审", "outputs": {}}), encoding="utf-8")
    shown = card(html_of(two), "2022Q3")
    assert "可送审" in shown and "由以前的版本生成" in shown and "key-figures" not in shown


@pytest.mark.slow
def test_tables_that_changed_since_a_page_was_made_are_told(two: Locations) -> None:
    assert "有改动" not in html_of(two)
    changed = series(FIRST, 1)[0]
    districts = changed.districts.copy()
    districts.loc[0, "cases"] += 1000
    write_tidy(changed.with_table("districts", districts), two.tidy(FIRST))
    html = html_of(two)
    assert "data/tidy 中的数有改动（办件 " in card(html, "2022Q3") and "make quarter Q=2022Q3" in html
    assert "有改动" not in card(html, "2022Q4")


@pytest.mark.slow
def test_made_up_quarters_are_told_from_real_ones(where: Locations) -> None:
    first, second = series(FIRST, 2)
    about = second.about[~second.about["field"].isin(["source_kind", "title"])].reset_index(drop=True)
    publish(where, first)
    html = html_of(where)
    assert "（模拟数据）" in card(html, "2022Q3") and "全部为模拟数据" in html
    publish(where, replace(second, about=about))
    html = html_of(where)
    assert "（模拟数据）" in card(html, "2022Q3") and "模拟数据" not in card(html, "2022Q4")
    assert "其中 1 个季度为模拟数据：2022年第三季度。" in html


def test_nothing_in_a_folder_or_manifest_becomes_markup(where: Locations) -> None:
    folder = publish(where, series(FIRST, 1)[0], verdict="<script>alert(1)</script>", written='"><img src=x>')
    (folder / '"><img src=x onerror=alert(1)>.txt').write_text("x", encoding="utf-8")
    html = html_of(where)
    assert "<script" not in html and "<img" not in html
    assert "&lt;script&gt;" in html and "&lt;img src=x" in html


# --- the back series ----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "charts", "told"),
    [
        (1, 0, "只有一期有，还不能成图"),
        (2, 5, "连续有数的只有 2 个季度，至少要有 5 个"),
        (5, 5, "为试算：只据最近连续 5 个季度"),
    ],
)
def test_the_back_series_and_how_far_it_bears_limits(
    where: Locations, size: int, charts: int, told: str
) -> None:
    *earlier, last = series(FIRST, size)
    for data in earlier:
        write_tidy(data, where.tidy(data.quarter))
    publish(where, last)
    html = html_of(where)
    assert html.count("<figure") == charts and told in html
    assert html.count('role="img" aria-label="折线图') == html.count("<summary>图中数据") == charts
    assert (f"{size - 1} 个没有简报的季度" in html) is (size > 1)


@pytest.mark.slow
def test_a_quarter_without_tidy_tables_is_drawn_as_published(two: Locations) -> None:
    before = re.findall(r'aria-label="(折线图[^"]*)"', html_of(two))
    shutil.rmtree(two.tidy(FIRST))
    assert re.findall(r'aria-label="(折线图[^"]*)"', html_of(two)) == before


@pytest.mark.slow
def test_tidy_tables_that_cannot_be_read_are_told(two: Locations) -> None:
    write_tidy(series(FIRST, 3)[2], two.tidy(Period(2023, 1)))
    (two.tidy(Period(2023, 1)) / "cells.csv").write_text("x\n1\n", encoding="utf-8")
    said: list[str] = []
    write_index(two, said.append)
    assert len(said) == 1 and "没有用 2023年第一季度的数" in said[0] and "cells.csv" in said[0]


def test_quarters_without_both_annexes_are_listed_and_told(where: Locations) -> None:
    publish(where, without_annexes(series(FIRST, 1)[0], "districts"))
    html = html_of(where)
    assert "资料不全，没有关键数" in card(html, "2022Q3") and "<figure" not in html


# --- one file, the same every time --------------------------------------------------------------------


@pytest.mark.slow
def test_the_page_is_one_file_without_any_request_or_script(two: Locations) -> None:
    html = html_of(two)
    assert 'lang="zh-CN"' in html
    assert not re.findall(r"<(?:script|link|iframe|object|embed|img)\b", html)
    assert "http:" not in re.sub(r'xmlns(:xlink)?="[^"]*"', "", html) and "https:" not in html
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids)) and set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)
    visible = re.sub(r"<[^>]*>", "", re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL))
    assert missing_glyphs(visible) == [] and "font/woff" in html


@pytest.mark.slow
def test_equal_inputs_give_equal_bytes(two: Locations, tmp_path: Path) -> None:
    other = Locations(tmp_path / "elsewhere" / "data", tmp_path / "elsewhere" / "output")
    shutil.copytree(two.data, other.data)
    shutil.copytree(two.output, other.output)
    assert write_index(two, silent).page.read_bytes() == write_index(other, silent).page.read_bytes()


def _new_run(where: Locations) -> None:
    publish(where, series(FIRST, 1)[0], written="2024-01-01 00:00")


CHANGES: dict[str, Callable[[Locations], object]] = {
    "a new run": _new_run,
    "another quarter": lambda w: publish(w, series(FIRST, 3)[2]),
    "a quarter less": lambda w: shutil.rmtree(w.published(FIRST)),
    "a PDF": lambda w: (w.published(FIRST) / "briefing.pdf").write_bytes(b"%PDF-"),
    "an edited paper": lambda w: (w.published(FIRST) / "review.xlsx").write_bytes(b"filled in"),
    "tidy tables": lambda w: write_tidy(series(FIRST, 3)[2], w.tidy(Period(2023, 1))),
    "no index": lambda w: (w.output / "index.html").unlink(),
    "half an index": lambda w: (w.output / "index.html").write_bytes(b"<!doctype html>"),
}


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_it_is_written_again_only_when_something_changed(
    two: Locations, change: Callable[[Locations], object]
) -> None:
    assert not write_index(two, silent).unchanged
    before = (two.output / "index.html").stat().st_mtime_ns
    assert write_index(two, silent).unchanged
    assert (two.output / "index.html").stat().st_mtime_ns == before
    change(two)
    assert not write_index(two, silent).unchanged
    assert [path.name for path in two.output.iterdir() if path.name.endswith(".part")] == []


# --- what is left out ---------------------------------------------------------------------------------


def test_folders_that_are_no_published_quarter_are_left_out_and_told(two: Locations) -> None:
    shutil.copytree(two.published(FIRST), two.output / "备份")
    shutil.copytree(two.published(FIRST), two.output / "2022-Q3")
    shutil.copytree(two.published(FIRST), two.output / ".2022Q3-x1y2")
    shutil.copytree(two.published(FIRST), two.output / "2021Q1")
    shutil.copytree(two.published(FIRST), two.output / "2021Q2")
    (two.output / "2021Q2" / MANIFEST).unlink()
    shutil.copytree(two.published(FIRST), two.output / "2021Q3")
    (two.output / "2021Q3" / "briefing.html").unlink()
    for name, content in (("2020Q1", "{"), ("2020Q2", "[]"), ("2020Q3", '{"quarter": "2020Q3"}')):
        shutil.copytree(two.published(FIRST), two.output / name)
        (two.output / name / MANIFEST).write_text(content, encoding="utf-8")
    (two.output / "说明.txt").write_text("x", encoding="utf-8")
    said: list[str] = []
    outcome = write_index(two, said.append)
    assert outcome.quarters == 2
    told = {Path(line.partition("：")[0].rpartition(" ")[2]).name: line.partition("：")[2] for line in said}
    assert set(told) == {
        "备份", "2022-Q3", ".2022Q3-x1y2", "2021Q1", "2021Q2", "2021Q3", "2020Q1", "2020Q2", "2020Q3",
    }  # fmt: skip
    assert "属于 2022Q3" in told["2021Q1"]
    assert "没有 manifest.json" in told["2021Q2"] and "没有 briefing.html" in told["2021Q3"]
    assert all("不完整" in told[name] for name in ("2020Q1", "2020Q2", "2020Q3"))
    assert "不是一期的文件夹" in told["备份"] and "没有写完" in told[".2022Q3-x1y2"]
    html = outcome.page.read_text(encoding="utf-8")
    assert "2021" not in "".join(re.findall(r'href="([^"]*)"', html))


def test_without_a_published_quarter_it_is_refused_and_nothing_written(where: Locations) -> None:
    with pytest.raises(InputRefused, match="make quarter"):
        write_index(where, silent)
    assert not where.output.exists()


def test_what_was_published_stands_when_the_index_cannot_be_written(
    two: Locations, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("磁盘已满")

    monkeypatch.setattr(index, "atomic_write", full)
    said: list[str] = []
    refresh_index(two, said.append)
    assert len(said) == 1 and "目录没有更新（磁盘已满）" in said[0] and "make index" in said[0]


# --- the command, and what the manifest keeps -----------------------------------------------------------


def test_the_command(two: Locations, capsys: pytest.CaptureFixture[str]) -> None:
    roots = ["--data", str(two.data), "--output", str(two.output), "--as-of", "2023-01-20"]
    assert main(["index", *roots]) == 0
    said = capsys.readouterr()
    assert said.out == "" and "目录已更新" in said.err and "2 个季度" in said.err
    assert main(["index", *roots]) == 0
    assert "目录没有变化" in capsys.readouterr().err
    shutil.rmtree(two.output)
    assert main(["index", *roots]) == 2
    assert "还没有生成过简报" in capsys.readouterr().err


def test_the_manifest_gives_back_what_was_summarised(reference: Reference) -> None:
    from haochaping.checks.run_rules import run_rules

    data = series(FIRST, 2)[1]
    figures, report = compute_figures(data, reference), run_rules(data, reference)
    kept = read_summary(json.loads(json.dumps(summarise(data, report, figures))))
    assert (
        kept.simulated and kept.verdict == report.verdict.value and dict(kept.matters) == report.matter_counts
    )
    for name, figure in kept.figures.items():
        assert (figure.value, figure.text) == (figures[name].value, figures[name].text)
        assert type(figure.value) is type(figures[name].value)


def test_two_that_write_the_index_at_once_wait_for_each_other(two: Locations) -> None:
    command = [sys.executable, "-m", "haochaping", "index", "--data", two.data, "--output", two.output]
    for _ in range(3):
        (two.output / "index.html").unlink(missing_ok=True)
        runs = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
        said = [run.communicate()[1] for run in runs]
        assert [run.returncode for run in runs] == [0, 0, 0], said
    assert not [path.name for path in two.output.iterdir() if path.name.endswith(".part")]
