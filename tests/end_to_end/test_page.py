"""The page as a reviewer opens it."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from haochaping.files.file_hash import sha256_by_name
from haochaping.present.fonts import FAMILY, missing_glyphs
from tests.end_to_end.conftest import ROOT, build, copy_data
from tests.pipeline.run_in_new_kernel import run_in_new_kernel

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def html(built: Path) -> str:
    return (built / "briefing.html").read_text(encoding="utf-8")


def test_what_comes_out(built: Path) -> None:
    manifest = json.loads((built / "manifest.json").read_text(encoding="utf-8"))
    names = {path.name for path in built.iterdir()}
    assert names == {
        "briefing.html", "briefing.ipynb", "findings.csv", "findings.json", "matters.json", "manifest.json", "review.xlsx",
        "annexes.draft.xlsx", "annexes.internal.xlsx", "bulletin.draft.docx", "data", "sentences.csv", "sheets", "run.log",
    }  # fmt: skip
    files = [
        path for path in built.rglob("*") if path.is_file() and path.name not in ("manifest.json", "run.log")
    ]
    assert manifest["outputs"] == sha256_by_name(files, built)
    assert (built / "briefing.html").stat().st_size < 1_500_000


def test_the_page_is_one_file_without_any_request(html: str) -> None:
    assert not re.findall(r"<(?:script[^>]|link|iframe|object|embed)\b", html)
    assert "default-src 'none'" in html and html.count("<script>") == 1
    assert not re.findall(r"""(?:src|srcset|@import|action)\s*[=(]\s*["']?\s*https?:""", html)
    assert {address[:5] for address in re.findall(r"url\(([^)]*)\)", html)} <= {"data:", "#char"}
    assert 'lang="zh-CN"' in html


def test_links_inside_the_page_all_arrive(html: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)


def test_every_visible_character_has_a_glyph(html: str) -> None:
    text = re.sub(r"<(style|script)>.*?</\1>", "", html, flags=re.DOTALL)
    assert missing_glyphs(re.sub(r"<[^>]*>", "", text)) == []


def test_contents_tables_charts_and_findings_are_there(html: str) -> None:
    for section in (
        "1 要点",
        "2 总体情况",
        "3 各区县",
        "4 市直部门",
        "5 区直部门",
        "6 镇村",
        "7 公共服务",
        "8 数据核对",
    ):
        assert f">{section}</a>" in html and f">{section}</h2>" in html
    assert html.count("<figure") == 5 and html.count("<caption") >= 5 + 5
    assert "已印发，建议更正" in html and "1,994,198 − 1,989,842 = 4,356" in html
    assert 'QUARTER = "2022Q4"' not in html and "Traceback" not in html


def test_the_browser_finds_nothing_wrong(built: Path, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    trouble: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("requestfailed", lambda request: trouble.append(request.url))
    page.on("request", lambda request: requests.append(request.url))
    page.goto((built / "briefing.html").as_uri())
    assert trouble == []
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []
    page.evaluate("document.fonts.ready.then(() => true)")
    assert page.evaluate(f"document.fonts.check('16px \"{FAMILY}\"', '政务服务')")
    charts = page.evaluate(
        "[...document.querySelectorAll('svg text')].map(t => getComputedStyle(t).fontFamily)"
    )
    assert charts and all(FAMILY in family for family in charts)
    page.close()


def test_same_in_same_out(built: Path, html: str, tmp_path: Path) -> None:
    result = build(copy_data(tmp_path / "data"), tmp_path / "output")
    assert result.returncode == 0, result.stderr
    again = tmp_path / "output" / "2022Q4"

    def without_run(text: str) -> str:
        return re.sub(r"<!--run-->.*?<!--/run-->", "", text, flags=re.DOTALL)

    assert without_run((again / "briefing.html").read_text(encoding="utf-8")) == without_run(html)
    for name in ("findings.csv", "findings.json", "matters.json"):
        assert (again / name).read_bytes() == (built / name).read_bytes()


def test_an_unchanged_quarter_is_not_built_again(built: Path, tmp_path: Path) -> None:
    shutil.copytree(built.parents[1], tmp_path, dirs_exist_ok=True)
    manifest = tmp_path / "output" / "2022Q4" / "manifest.json"
    before = manifest.stat().st_mtime_ns
    result = build(tmp_path / "data", tmp_path / "output")
    assert result.returncode == 0 and "没有变化" in result.stderr
    assert manifest.stat().st_mtime_ns == before


def test_a_missing_annex_is_said_on_the_page(tmp_path: Path) -> None:
    data = copy_data(tmp_path / "data")
    path = data / "raw" / "2022Q4" / "bulletin.txt"
    text = path.read_text(encoding="utf-8")
    start, stop = text.index(" 附件 3："), text.index(" 附件 4：")
    path.write_text(text[:start] + text[stop:], encoding="utf-8")
    result = build(data, tmp_path / "output")
    assert result.returncode == 0, result.stderr
    page = (tmp_path / "output" / "2022Q4" / "briefing.html").read_text(encoding="utf-8")
    assert "本期资料没有附件3（区直部门）" in page and page.count("<figure") == 3


def test_a_failed_notebook_leaves_the_last_output(built: Path, tmp_path: Path, monkeypatch: Any) -> None:
    import nbformat

    from haochaping.core.paths import Locations
    from haochaping.core.period import Period
    from haochaping.pipeline import build_quarter as build
    from haochaping.pipeline import run_quarter as run
    from haochaping.pipeline.run_notebook import NotebookFailed

    project = tmp_path / "project"
    shutil.copytree(ROOT / "notebooks", project / "notebooks")
    path = project / "notebooks" / "briefing.ipynb"
    path.write_text(
        path.read_text(encoding="utf-8").replace("hcp.chart_tiers(", "hcp.chart_nothing("), encoding="utf-8"
    )
    monkeypatch.setattr(build, "project_root", lambda: project)
    data, output = shutil.copytree(built.parents[1] / "data", tmp_path / "data"), tmp_path / "output"
    shutil.copytree(built, output / "2022Q4")
    (output / "2022Q4" / "manifest.json").write_text("{}")
    before = {path: path.read_bytes() for path in (output / "2022Q4").rglob("*") if path.is_file()}
    with pytest.raises(NotebookFailed, match="镇村"):
        run.run_quarter(Locations(data, output), Period(2022, 4), lambda _: None)
    after = {path: path.read_bytes() for path in (output / "2022Q4").rglob("*") if path.is_file()}
    assert after == before
    assert sorted(path.name for path in output.iterdir() if path.suffix != ".lock") == [
        "2022Q4",
        "2022Q4.failed.ipynb",
        "2022Q4.failed.log",
    ]
    kept = nbformat.read(output / "2022Q4.failed.ipynb", as_version=4)
    assert any(out.output_type == "error" for cell in kept.cells for out in cell.get("outputs", []))
    log = (output / "2022Q4.failed.log").read_text(encoding="utf-8")
    assert "镇村" in log and "chart_nothing" in log


def test_the_exploration_notebook_runs_by_hand(tmp_path: Path) -> None:
    executed = run_in_new_kernel(
        ROOT / "notebooks" / "explore.ipynb", tmp_path / "explore.ipynb", {}, tmp_path
    )
    assert all(output.output_type != "error" for cell in executed.cells for output in cell.get("outputs", []))
