"""The index as people open it, with the real quarter and simulated ones beside it."""

import shutil
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pdfplumber
import pytest

from haochaping.core.paths import Locations
from haochaping.core.period import Period
from haochaping.pipeline.update_index import write_index
from haochaping.present.fonts import FAMILY
from tests.end_to_end.test_accessibility import violations
from tests.end_to_end.test_layout import MEASURE, WIDTHS, opened
from tests.pipeline.published_folders import publish, series

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def page_path(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of six simulated quarters and the real one."""
    folder = tmp_path_factory.mktemp("index")
    shutil.copytree(built.parents[1] / "data", folder / "data")
    shutil.copytree(built.parent, folder / "output")
    where = Locations(folder / "data", folder / "output")
    for data in series(Period(2021, 2), 6):
        publish(where, data)
    return write_index(where, lambda _: None).page


def test_a_run_writes_it(built: Path) -> None:
    html = (built.parent / "index.html").read_text(encoding="utf-8")
    assert 'href="2022Q4/briefing.html"' in html and "<strong>建议更正</strong>" in html
    assert "只有一期有，还不能成图" in html


def test_links_arrive_and_nothing_is_requested(page_path: Path, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    trouble: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(page_path.as_uri())
    page.wait_for_function("document.fonts.status === 'loaded'")
    assert trouble == []
    assert [url for url in requests if not url.startswith("data:")] == [page_path.as_uri()]
    families = page.evaluate(
        "[...document.querySelectorAll('svg text')].map(t => getComputedStyle(t).fontFamily)"
    )
    assert families and all(FAMILY in family for family in families)
    links = page.evaluate("[...document.querySelectorAll('#quarters a')].map(a => a.href)")
    assert len(links) > 7 * 8
    for link in links:
        assert Path(unquote(urlsplit(link).path)).exists(), link
    page.click('[id="2022Q4"] h3 a')
    assert page.title() == "2022年第四季度政务服务“好差评”工作简报"
    page.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_overflows_overlaps_or_is_small(page_path: Path, browser: Any, width: int) -> None:
    page = opened(browser, page_path, width)
    found = page.evaluate(MEASURE)
    page.close()
    assert {kind: places[:5] for kind, places in found.items() if places} == {}


@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing(page_path: Path, browser: Any, width: int) -> None:
    page = opened(browser, page_path, width)
    found = violations(page)
    page.close()
    assert found == []


def test_the_browser_itself_refuses_requests(page_path: Path) -> None:
    html = unescape(page_path.read_text(encoding="utf-8"))
    assert "Content-Security-Policy" in html and "default-src 'none'" in html and "<script" not in html


def test_it_can_be_used_with_the_keyboard(page_path: Path, browser: Any) -> None:
    page = browser.new_page()
    page.goto(page_path.as_uri())
    reached = []
    for _ in range(300):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.outerHTML.slice(0, 60)"))
        if page.evaluate("document.activeElement.tagName === 'SUMMARY'"):
            break
    assert 'class="skip"' in reached[0]
    assert any("2022Q4/briefing.html" in one for one in reached)
    assert "<summary>" in reached[-1]
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('details').open")
    page.close()


def test_it_prints_on_a4_without_a_blank_page(page_path: Path, browser: Any, tmp_path: Path) -> None:
    page = browser.new_page()
    page.goto(page_path.as_uri())
    page.pdf(path=str(tmp_path / "index.pdf"), prefer_css_page_size=True)
    page.close()
    with pdfplumber.open(tmp_path / "index.pdf") as printed:
        assert {(round(one.width), round(one.height)) for one in printed.pages} == {(595, 842)}
        assert all(len(one.extract_text()) > 100 for one in printed.pages)
        assert 3 <= len(printed.pages) <= 6
