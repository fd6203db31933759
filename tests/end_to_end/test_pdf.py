"""The real page, printed."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pdfplumber
import pytest

from haochaping.outputs.page.print_pdf import find_browser
from haochaping.outputs.published.edited_papers import edited_papers
from tests.end_to_end.conftest import NO_CHROMIUM, ROOT, build

A4 = (595, 842)
MOST_PAGES = 8

pytestmark = [pytest.mark.slow, pytest.mark.skipif(find_browser() is None, reason=NO_CHROMIUM)]


@pytest.fixture(scope="module")
def output(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the output root with the PDF printed."""
    root = tmp_path_factory.mktemp("printed")
    shutil.copytree(built.parents[1], root, dirs_exist_ok=True)
    folder = root / "output"
    command = [sys.executable, "-m", "haochaping", "pdf", "2022Q4", "--output", folder]
    command += ["--data", root / "data"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout == "" and "briefing.pdf" in result.stderr
    return folder


def test_every_page_is_a4_with_text_and_its_number(output: Path) -> None:
    with pdfplumber.open(output / "2022Q4" / "briefing.pdf") as printed:
        pages = printed.pages
        assert 4 <= len(pages) <= MOST_PAGES
        assert {(round(page.width), round(page.height)) for page in pages} == {A4}, "all upright"
        texts = [page.extract_text() or "" for page in pages]
        for number, (page, text) in enumerate(zip(pages, texts, strict=True), start=1):
            foot = page.crop((0, page.height - 57, page.width, page.height)).extract_text()
            assert "".join(foot.split()).endswith(f"第{number}页，共{len(pages)}页")
            assert len(text) > 40
    whole = "".join(texts)
    for words in (
        "2022年第四季度政务服务“好差评”工作简报",
        "已印发，建议更正",
        "8 数据核对",
        "附录",
        "1,994,198",
    ):
        assert words in whole
    assert "file:" not in whole, "the browser's own head and foot are off"
    for who in ("经办人：", "审核人：", "签发人："):
        assert who in texts[0] and whole.count(who) == 1
    assert not any(words in whole for words in ("点击", "见网页")), "nobody clicks on paper"


def test_text_is_no_smaller_than_eight_points_on_paper(output: Path) -> None:
    """Only the heat map, a drawing of more columns than fit, is a little smaller: one page, few of all characters."""
    with pdfplumber.open(output / "2022Q4" / "briefing.pdf") as printed:
        sizes = [[char["size"] for char in page.chars] for page in printed.pages]
        texts = [page.extract_text() for page in printed.pages]
    small = [sum(size < 7.95 for size in of_page) for of_page in sizes]
    assert min(map(min, sizes)) >= 7.2
    [place] = [number for number, count in enumerate(small) if count]
    assert "格为零；最大的一格是" in texts[place] and small[place] < sum(map(len, sizes)) / 10


def test_the_pdf_neither_makes_the_quarter_stale_nor_counts_as_edited(output: Path) -> None:
    folder = output / "2022Q4"
    assert edited_papers(folder) == []
    assert "briefing.pdf" not in json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["outputs"]
    before = (folder / "briefing.pdf").read_bytes()
    result = build(output.parent / "data", output)
    assert result.returncode == 0 and "没有变化" in result.stderr and "改动过" not in result.stderr
    assert (folder / "briefing.pdf").read_bytes() == before


def test_the_index_leads_to_it(output: Path) -> None:
    assert 'href="2022Q4/briefing.pdf"' in (output / "index.html").read_text(encoding="utf-8")


def test_a_new_page_takes_the_old_pdf_away_and_says_so(output: Path, tmp_path: Path) -> None:
    shutil.copytree(output, tmp_path / "output")
    path = tmp_path / "output" / "2022Q4" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"key": "another"}), encoding="utf-8")
    result = build(output.parent / "data", tmp_path / "output")
    assert result.returncode == 0 and "make pdf Q=2022Q4" in result.stderr
    assert not list((tmp_path / "output" / "2022Q4").rglob("briefing.pdf"))
    assert "briefing.pdf" not in (tmp_path / "output" / "index.html").read_text(encoding="utf-8")
