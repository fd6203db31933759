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
MOST_STOPS, MOST_IN_A_SECTION, MOST_TO_A_SECTION = 120, 25, 30
"""Stops of the whole page; of one section; keys from the top to any section, going by the contents."""


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
    page.add_style_tag(content=".in-doubt summary, .facts dt { color: #bbb }")
    assert any(one.startswith("color-contrast") for one in violations(page))


@pytest.mark.parametrize("width", [1280, 360])
def test_the_keyboard_reaches_everything(briefing: Path, opened: Any, width: int) -> None:
    page = opened(briefing, width)
    stops = keyboard_stops(page)
    # Sorting buttons of one table are one stop; arrows move among them.
    reachable = page.evaluate("""() => [...document.querySelectorAll("a[href], summary, button, [tabindex='0']")]
        .filter((e) => e.tabIndex >= 0 && e.checkVisibility()).length""")
    assert len(stops) == reachable > 50
    assert all(stop["shown"] for stop in stops)
    assert len(stops) <= MOST_STOPS
    assert max(Counter(stop["part"] for stop in stops).values()) <= MOST_IN_A_SECTION


def test_the_first_stop_leads_past_the_head(briefing: Path, opened: Any) -> None:
    page = opened(briefing)
    page.keyboard.press("Tab")
    skip = page.locator(".skip:focus")
    assert skip.text_content() == "跳到正文" and skip.bounding_box()["x"] >= 0, (
        "it shows itself when it is reached"
    )
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#content > section').id") == "section-1"


def test_the_contents_shorten_the_way(briefing: Path, opened: Any) -> None:
    page = opened(briefing)
    sections = page.evaluate("[...document.querySelectorAll('main > section')].map((e) => e.id)")
    stops = [stop["part"] for stop in keyboard_stops(page)]
    links = stops.index("contents") + 1  # after the line that folds them
    assert len(sections) >= 10 and links + len(sections) + 1 <= MOST_TO_A_SECTION
    for place, section in enumerate(sections):
        link = page.locator("#contents a").nth(place)
        link.focus()
        page.keyboard.press("Enter")
        page.wait_for_function("(id) => location.hash === '#' + id", arg=section)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('section, footer').id") == section


def test_what_is_folded_opens_in_place_by_keyboard(briefing: Path, opened: Any) -> None:
    page = opened(briefing)
    for fold in page.locator("details").all():
        summary = fold.locator("> summary")
        if not summary.is_visible():  # inside another fold
            continue
        was_open = fold.evaluate("e => e.open")
        summary.focus()
        before = summary.bounding_box()["y"]
        for opens in (not was_open, was_open):
            page.keyboard.press("Enter")
            assert fold.evaluate("e => e.open") == opens
            assert summary.evaluate("e => e === document.activeElement")
            assert abs(summary.bounding_box()["y"] - before) < 2, "it opens where it stands"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize(
    ("target", "fold"),
    [
        ("#all-figures tbody tr[id]", "#all-figures"),
        (".hints .matter[id]", ".hints"),
        (".table-fold td[id]", ".table-fold"),
    ],
)
def test_a_link_opens_the_fold_that_it_leads_into(
    built: Path, opened: Any, target: str, fold: str, scripts: bool
) -> None:
    page = opened(built / "briefing.html", java_script_enabled=scripts)
    place = page.locator(target).last
    identity = place.get_attribute("id")
    assert page.locator(f"{fold}[open]").count() == 0

    def is_shown() -> bool:
        box = place.bounding_box()
        return page.locator(f"{fold}[open]").count() == 1 and 0 <= box["y"] < 900

    page.goto(f"{page.url}#{identity}")
    page.wait_for_timeout(100)
    assert is_shown(), "with the address"
    page.locator(f"{fold} > summary").click()
    page.evaluate("(id) => { const link = document.createElement('a'); link.href = '#' + id; document.body.append(link);"
                  " link.click(); }", identity)  # fmt: skip
    page.wait_for_timeout(100)
    assert is_shown(), "again, after it was closed"


def test_the_script_opens_folds_for_browsers_that_do_not(built: Path, opened: Any) -> None:
    page = opened(built / "briefing.html")
    page.evaluate("addEventListener('click', (event) => event.preventDefault(), true)")
    page.locator("main p a.figure").first.click()
    assert page.locator("#all-figures[open]").count() == 1 and page.url.endswith("briefing.html")


def test_it_works_without_scripts_and_without_a_network(briefing: Path, opened: Any) -> None:
    page = opened(briefing, java_script_enabled=False, offline=True)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.reload()
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []
    assert page.locator(".verdict").first.is_visible() and page.locator(".key-figures li").count() >= 3
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
    page.locator(".table-fold > summary").focus()
    page.keyboard.press("Enter")
    table = "#table-district_departments"
    names = f"[...document.querySelectorAll('{table} tbody th')].map((e) => e.textContent)"
    column = f"[...document.querySelectorAll('{table} tbody tr')].map((e) => e.cells[2].textContent)"
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
    page.locator(".table-fold > summary").click()
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
    page.locator(".table-fold > summary").focus()
    page.keyboard.press("Enter")
    cells = page.locator("[aria-describedby]")
    assert cells.count() > 10
    for number in range(cells.count()):
        note = page.locator(f"#{cells.nth(number).get_attribute('aria-describedby')}")
        assert note.is_visible() and "：" in note.text_content()


def test_folds_open_for_print_in_browsers_that_need_the_script(built: Path, opened: Any) -> None:
    page = opened(built / "briefing.html")
    needed = page.locator(".matter > details, details.hints")
    before = page.locator("details[open]").count()
    assert needed.count() > 3 and before == 1, "only the contents are open"
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert all(needed.nth(number).get_attribute("open") is not None for number in range(needed.count()))
    assert page.locator("details[open]").count() == needed.count() + before
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == before
