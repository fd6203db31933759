"""The page for everyone: by keyboard alone, without scripts, offline, judged by axe-core."""

from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from haochaping_dev.bench.bench_page import keyboard_stops

pytestmark = pytest.mark.slow

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
MOST_STOPS, MOST_IN_A_SECTION, MOST_TO_A_SECTION = 380, 90, 35
"""Stops of the whole page; of one section; from the top to any section, going by its skip links or contents."""


@pytest.fixture
def opened(browser: Any) -> Iterator[Any]:
    """Opens a page in a context of its own and closes it, also after a failure."""
    contexts = []

    def open_page(file: Path, width: int = 1280, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.goto(file.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()


def violations(page: Any) -> list[str]:
    """What axe-core finds against the standards."""
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    # Of what passes only the rule is told, not every element: writing selectors for all cells takes four times as long.
    options = {"runOnly": {"type": "tag", "values": STANDARDS}, "resultTypes": ["violations"]}
    found = page.evaluate("(options) => axe.run(options)", options)
    assert len(found["passes"]) > 15
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found["violations"]]


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("folds", ["closed", "open"])
def test_axe_finds_nothing(briefing: Path, opened: Any, width: int, folds: str) -> None:
    page = opened(briefing, width)
    if folds == "open":
        page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    assert violations(page) == []


def test_axe_sees_what_is_wrong(built: Path, opened: Any) -> None:
    page = opened(built / "briefing.html")
    page.add_style_tag(content=".doubt a, .facts dt { color: #bbb }")
    assert any(one.startswith("color-contrast") for one in violations(page))


@pytest.mark.parametrize("width", [1280, 360])
def test_the_keyboard_reaches_everything(briefing: Path, opened: Any, width: int) -> None:
    page = opened(briefing, width)
    stops = keyboard_stops(page)
    # Sorting buttons of one table are one stop; arrows move among them.
    reachable = page.evaluate("""() => [...document.querySelectorAll("a[href], summary, button, [tabindex='0']")]
        .filter((e) => e.tabIndex >= 0 && e.checkVisibility()).length""")
    assert len(stops) == reachable > 150
    assert all(stop["shown"] for stop in stops)
    assert len(stops) <= MOST_STOPS
    assert max(Counter(stop["part"] for stop in stops).values()) <= MOST_IN_A_SECTION


def test_skip_links_shorten_the_way(briefing: Path, opened: Any) -> None:
    page = opened(briefing)
    pressed, part = 0, ""
    seen = []
    while part != "end":
        page.keyboard.press("Tab")
        pressed += 1
        at = page.evaluate("""() => { const e = document.activeElement, part = e.closest("section, footer");
            return [part ? part.id : "", e.classList.contains("skip"), e.getBoundingClientRect().left >= 0]; }""")
        part, skips, shown = at
        if skips:
            assert shown, "a skip link shows itself when it is reached"
            page.keyboard.press("Enter")
            pressed += 1
        seen.append(part)
        assert pressed <= MOST_TO_A_SECTION
    sections = page.evaluate("[...document.querySelectorAll('main > section')].map((e) => e.id)")
    assert [part for part in seen if part.startswith("section-")] == sections


def test_it_works_without_scripts_and_without_a_network(briefing: Path, opened: Any) -> None:
    page = opened(briefing, java_script_enabled=False, offline=True)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.reload()
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []
    assert page.locator(".verdict").first.is_visible() and page.locator(".key-figures li").count() >= 5
    link = page.locator("#contents a").nth(7)
    link.click()
    heading = page.locator("#section-8-title")
    assert page.url.endswith("#section-8") and 0 <= heading.bounding_box()["y"] < 450
    fold = page.locator("details.code").first
    assert not fold.locator("pre").first.is_visible()
    fold.locator("summary").click()
    assert fold.locator("pre").first.is_visible() and fold.locator(".made").count() >= 1
    assert page.locator("button").count() == 0
    number = page.locator("#section-1 a.figure").first
    number.click()
    assert page.locator("tr:target").is_visible()
    back = page.locator("tr:target a").first
    back.click()
    assert page.locator("main p:target, header :target").is_visible()


def test_the_page_lets_nobody_fetch(built: Path, opened: Any) -> None:
    page = opened(built / "briefing.html")
    page.evaluate("window.refused = [];"
                  "document.addEventListener('securitypolicyviolation', (e) => refused.push(e.violatedDirective));")  # fmt: skip
    page.evaluate("fetch('https://example.org/').catch(() => {})")
    page.evaluate("document.body.append(Object.assign(new Image(), {src: 'https://example.org/a.png'}))")
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: '1'}))")
    page.wait_for_timeout(300)
    assert set(page.evaluate("refused")) == {"connect-src", "img-src", "script-src-elem"}


def test_a_table_is_sorted_by_keyboard_and_back(built: Path, opened: Any) -> None:
    page = opened(built / "briefing.html")
    table = "#table-district_departments"
    names = f"[...document.querySelectorAll('{table} tbody th')].map((e) => e.textContent)"
    column = f"[...document.querySelectorAll('{table} tbody tr')].map((e) => e.cells[2].textContent.replace(/※\\d+ /, ''))"
    printed = page.evaluate(names)
    page.locator(f"{table} .sort").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    heading = page.locator(f"{table} thead th").nth(2)
    assert heading.get_attribute("aria-sort") == "descending"
    values = [int(value.replace(",", "")) for value in page.evaluate(column)]
    assert values == sorted(values, reverse=True) and page.evaluate(names) != printed
    assert page.locator(f"{table} tfoot th").text_content() == "汇总"
    page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") is None and page.evaluate(names) == printed


def test_what_is_no_number_is_sorted_last(built: Path, opened: Any) -> None:
    page = opened(built / "briefing.html")
    button = page.locator("#table-district_departments .sort").first
    for _ in range(2):
        button.click()
        assert (
            page.locator("#table-district_departments tbody tr").last.locator("td").first.text_content()[-2:]
            == "归市"
        )


def test_one_button_opens_all_code(built: Path, opened: Any) -> None:
    page = opened(built / "briefing.html")
    button = page.locator(".all-code")
    open_folds = page.locator("details.code[open]")
    assert button.text_content() == "展开全部代码" and open_folds.count() == 0
    button.click()
    assert button.text_content() == "收起全部代码" and open_folds.count() == 11
    button.click()
    assert open_folds.count() == 0


def test_reasons_for_empty_cells_are_reached_without_a_mouse(built: Path, opened: Any) -> None:
    page = opened(built / "briefing.html")
    cells = page.locator("[aria-describedby]")
    assert cells.count() > 20
    for number in range(cells.count()):
        note = page.locator(f"#{cells.nth(number).get_attribute('aria-describedby')}")
        assert note.is_visible() and "：" in note.text_content()


def test_folds_open_for_print_in_browsers_that_need_the_script(built: Path, opened: Any) -> None:
    page = opened(built / "briefing.html")
    needed = page.locator("details:not(.code):not(.chart-data):not(.effects):not(.long)")
    kept = page.locator("details.code[open], details.chart-data[open], details.long[open]")
    assert needed.count() > 3 and page.locator("details[open]").count() == 0
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert all(needed.nth(number).get_attribute("open") is not None for number in range(needed.count()))
    assert kept.count() == 0
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0
