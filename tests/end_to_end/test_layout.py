"""How the page lies on screens of several widths, and on paper."""

import html
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

WIDTHS = [360, 768, 1280, 1920]
SMALLEST_TEXT = 12
MEASURE = """() => {
  const found = {sideways: [], overflowing: [], overlapping: [], small: [], stuck: []};
  const name = (e) => `${e.tagName.toLowerCase()}#${e.id}.${e.getAttribute("class") || ""} ${e.textContent.trim().slice(0, 20)}`;
  const all = (selector, root) => [...(root || document).querySelectorAll(selector)];
  const visible = (e) => e.getClientRects().length > 0;
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) found.sideways.push(document.documentElement.scrollWidth);

  const regions = ".table-scroll, .drawing";
  for (const e of all("body *:not(.skip):not(script)").filter(visible)) {
    if (e.closest("svg") || e.parentElement.closest(regions)) continue;
    const box = e.getBoundingClientRect();
    if (box.left < -1 || box.right > width + 1) found.overflowing.push(name(e));
    const style = getComputedStyle(e);
    if (e.scrollWidth > e.clientWidth + 1 && style.display !== "inline" && !e.matches(regions) && !/^t/i.test(e.tagName))
      found.overflowing.push(name(e));
  }
  for (const e of all("td, th").filter(visible))
    if (e.scrollWidth > e.clientWidth + 1) found.overflowing.push(name(e));
  for (const e of all(regions).filter(visible))
    if (e.scrollWidth > e.clientWidth + 1 && e.tabIndex < 0) found.stuck.push(name(e));

  const inLine = (e) => getComputedStyle(e).display === "inline"; // a line of two has boxes of whole lines
  const within = (a, b, slack) => a.left < b.right - slack && a.top < b.bottom - slack;
  const overlap = (a, b, slack) => within(a, b, slack) && within(b, a, slack);
  const pairs = (boxes, slack) => boxes.forEach(([e, a], i) => boxes.slice(i + 1).forEach(([f, b]) => {
    if (overlap(a, b, slack)) found.overlapping.push(`${name(e)} / ${name(f)}`);
  }));
  for (const e of all("body, header, .hero, main, section, article, dl, ul, li, figure, footer, nav, tr"))
    pairs([...e.children].filter((c) => visible(c) && !inLine(c) && !c.matches(".skip, script, a, span"))
      .map((c) => [c, c.getBoundingClientRect()]), 1);
  for (const svg of all("svg").filter(visible)) {
    const frame = svg.getBoundingClientRect();
    const texts = all("text", svg).map((t) => [t, t.getBoundingClientRect()]);
    pairs(texts, 1.5);
    for (const [t, b] of texts)
      if (b.left < frame.left - 1 || b.right > frame.right + 1 || b.top < frame.top - 1 || b.bottom > frame.bottom + 1)
        found.overflowing.push(name(t));
  }

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !visible(e)) continue;
    const scale = e.getScreenCTM ? Math.hypot(e.getScreenCTM().a, e.getScreenCTM().b) : 1;
    const size = parseFloat(getComputedStyle(e).fontSize) * scale;
    if (size < SMALLEST - .05) found.small.push(`${size.toFixed(1)} ${name(e)}`);
  }
  return found;
}""".replace("SMALLEST", str(SMALLEST_TEXT))

ON_TOP = """(e) => {
  const box = e.getBoundingClientRect();
  return document.elementFromPoint(box.x + 4, box.y + box.height / 2) === e;
}"""


def opened(browser: Any, file: Path, width: int, **options: Any) -> Any:
    """The page with its fonts, all folds open."""
    page = browser.new_page(viewport={"width": width, "height": 900}, **options)
    page.goto(file.as_uri())
    page.evaluate("document.fonts.ready.then(() => true)")
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    page.evaluate("window.dispatchEvent(new Event('resize'))")
    return page


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_overflows_overlaps_or_is_small(briefing: Path, browser: Any, width: int) -> None:
    page = opened(browser, briefing, width)
    found = page.evaluate(MEASURE)
    page.close()
    assert {kind: places[:5] for kind, places in found.items() if places} == {}


@pytest.mark.parametrize(
    ("style", "kind"),
    [
        ("h2 { width: 120vw }", "sideways"),
        (".decide { margin-bottom: -60px }", "overlapping"),
        (".verdict { white-space: nowrap; width: 300px; flex-wrap: nowrap }", "overflowing"),
        ("h2 { margin-bottom: -60px }", "overlapping"),
        (".drawing svg { min-width: 0; width: 300px }", "small"),
        (".table-note, .table-notes { font-size: 11px }", "small"),
    ],
)
def test_the_measure_sees_what_is_wrong(built: Path, browser: Any, style: str, kind: str) -> None:
    page = opened(browser, built / "briefing.html", 1280)
    page.add_style_tag(content=style)
    assert page.evaluate(MEASURE)[kind]
    page.close()


def test_a_wide_table_scrolls_inside_itself_and_keeps_its_names(briefing: Path, browser: Any) -> None:
    page = opened(browser, briefing, 360)
    table = "table-district_departments"
    region = page.locator(f".table-scroll:has(> #{table})")
    assert region.get_attribute("tabindex") == "0" and region.get_attribute("aria-labelledby")
    region.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"() => document.querySelector('#{table}').parentElement.scrollLeft > 0")
    name = page.locator(f"#{table} tbody th").first
    name.evaluate("e => e.scrollIntoView({block: 'center'})")
    region.evaluate("e => { e.scrollLeft = e.scrollWidth; }")
    assert region.evaluate("e => e.scrollLeft") > 300
    assert abs(name.bounding_box()["x"] - region.bounding_box()["x"]) <= 1
    assert name.evaluate(ON_TOP), "cells pass under the names"
    page.close()


def test_a_number_that_is_followed_shows_its_formula_and_source_on_a_phone(
    briefing: Path, browser: Any
) -> None:
    page = opened(browser, briefing, 360)
    link = page.locator("main p a.figure").first
    row = page.locator(link.get_attribute("href"))
    link.click()
    words = page.locator("#table-figures thead th").all_text_contents()
    cells = row.locator("td").all()
    assert len(cells) == len(words) - 1 == 7
    for word, cell in list(zip(words[1:], cells, strict=True))[2:]:
        if cell.text_content():
            assert cell.evaluate("e => getComputedStyle(e, '::before').content") == f'"{word}"'
    for word in ("数值", "算法", "来源"):
        cell = cells[words.index(word) - 1]
        assert cell.text_content()
        box = cell.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 360, word
        assert box["y"] >= 0 and box["y"] + box["height"] <= 900, word
        assert cell.evaluate(
            "e => document.elementFromPoint(e.getBoundingClientRect().right - 4, e.getBoundingClientRect().y + 8) === e"
        )
    page.close()


def test_headings_that_sort_are_marked_and_say_how_the_keyboard_does_it(briefing: Path, browser: Any) -> None:
    page = opened(browser, briefing, 1280)
    buttons = page.locator("#table-districts .sort")
    assert [b.get_attribute("tabindex") for b in buttons.all()] == ["0"] + ["-1"] * (buttons.count() - 1)
    said = "e => getComputedStyle(e, '::after').content"
    caption = page.locator("#table-districts caption span")
    assert caption.evaluate(said) == "none"
    buttons.first.focus()
    page.keyboard.press("ArrowRight")
    assert buttons.nth(1).evaluate("e => e === document.activeElement && e.tabIndex === 0")
    assert "左右键选列" in caption.evaluate(said) and "左右键选列" in buttons.nth(1).get_attribute("title")
    page.keyboard.press("Shift+Tab")
    assert caption.evaluate(said) == "none"
    for shape, edge in (("::before", "borderBottomColor"), ("::after", "borderTopColor")):
        assert buttons.first.evaluate(f"e => getComputedStyle(e, '{shape}').{edge}") == "rgb(87, 96, 106)"
    page.close()


def test_drawings_fit_a_phone_without_scrolling(briefing: Path, browser: Any) -> None:
    page = opened(browser, briefing, 360)
    fits = page.evaluate(
        "[...document.querySelectorAll('.drawing')].filter((e) => e.getClientRects().length)"
        ".map((e) => e.scrollWidth <= e.clientWidth + 1)"
    )
    page.close()
    assert len(fits) >= 5 and all(fits)


def test_digits_of_a_column_stand_in_line_also_where_one_is_doubtful(built: Path, browser: Any) -> None:
    page = opened(browser, built / "briefing.html", 1280)
    doubtful = "#table-city_departments td.doubtful"
    assert page.locator(doubtful).count() > 10
    ends = page.evaluate("""() => [1, 2, 4].map((column) => {
      const cells = [...document.querySelectorAll(`#table-city_departments tbody td:nth-child(${column + 1})`)];
      const ends = cells.map((cell) => {
        const range = document.createRange();
        let end = cell;
        while (end.lastChild) end = end.lastChild;
        range.selectNodeContents(end);
        return range.getBoundingClientRect().right;
      });
      return Math.max(...ends) - Math.min(...ends);
    })""")
    page.close()
    assert max(ends) < 0.5


WIDER = "[...document.querySelectorAll('.table-scroll')].filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.firstChild.id)"


def test_no_table_is_wider_than_a_screen_of_1280_also_when_opened(briefing: Path, browser: Any) -> None:
    page = opened(browser, briefing, 1280)
    folded = page.locator("details.table-fold .table-scroll")
    assert folded.count() >= 1 and all(one.is_visible() for one in folded.all())
    assert page.locator(".table-scroll").count() > 10
    assert page.evaluate(WIDER) == []
    page.add_style_tag(content=".table-wide th, .table-wide td { padding: 4px 24px }")
    assert "table-district_departments" in page.evaluate(WIDER), "the measure sees what is wrong"
    page.close()


def test_the_head_is_one_screen_and_has_the_lines_for_signatures(briefing: Path, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(briefing.as_uri())
    page.evaluate("document.fonts.ready.then(() => true)")
    head = page.locator(".hero")
    box = head.bounding_box()
    assert box["y"] >= 0 and box["y"] + box["height"] <= 900
    assert [
        head.locator(part).count() for part in (".verdict", ".to-settle", "#sign-off", ".key-figures")
    ] == [1] * 4
    assert page.locator(".signers p").all_text_contents()[::2] == ["经办人：", "审核人：", "签发人："]
    page.close()


def test_the_key_points_end_within_two_screens_of_a_phone(briefing: Path, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 400, "height": 900})
    page.goto(briefing.as_uri())
    page.evaluate("document.fonts.ready.then(() => true)")
    assert page.locator("#section-1 h2").text_content() == "1 要点"
    last = page.locator("#section-1 .sentence, #section-1 p:not(.made)").last
    box = last.bounding_box()
    assert last.text_content().endswith("。") and box["y"] + box["height"] <= 1800
    page.close()


def test_running_text_has_no_raised_marks(briefing: Path) -> None:
    source = briefing.read_text(encoding="utf-8")
    running = re.sub(r"<(figure|script|style)\b.*?</\1>", "", source, flags=re.DOTALL)
    assert "核对" in running and "<sup" not in running and "※" not in running


@pytest.mark.parametrize("media", ["screen", "print"])
def test_what_must_be_corrected_is_heavier_than_what_must_be_verified(
    built: Path, browser: Any, media: str
) -> None:
    """Their tints are alike in grey: weight tells them apart, among totals too."""
    page = opened(browser, built / "briefing.html", 1280)
    page.emulate_media(media=media)
    style = "(cells) => [...new Set(cells.map((e) => getComputedStyle(e).STYLE))]".replace
    tints = {kind: page.locator(f"td.tint-{kind}") for kind in ("correct", "verify")}
    assert all(cells.count() > 3 for cells in tints.values())
    assert tints["correct"].evaluate_all(style("STYLE", "fontWeight")) == ["700"]
    assert tints["verify"].evaluate_all(style("STYLE", "fontWeight")) == ["400"]
    page.evaluate("document.querySelector('tfoot td').className = 'doubtful tint-verify'")
    assert tints["verify"].evaluate_all(style("STYLE", "fontWeight")) == ["400"]
    if media == "print":
        adjusted = style("STYLE", "printColorAdjust")
        assert all(cells.evaluate_all(adjusted) == ["exact"] for cells in tints.values())
    page.close()


def test_contents_stay_in_view_on_wide_screens(briefing: Path, browser: Any) -> None:
    page = opened(browser, briefing, 1280)
    page.locator("section").last.scroll_into_view_if_needed()
    page.evaluate("window.scrollTo({top: document.body.scrollHeight - 2000, behavior: 'instant'})")
    box = page.locator("#contents").bounding_box()
    assert box["y"] >= 0 and box["y"] + box["height"] <= 900
    page.close()


# --- paper ---------------------------------------------------------------------------------------------------

A4 = (595, 842)
FEWEST_LINES, MOST_PAGES = 8, 8
FINDINGS_KEPT_TOGETHER = 7
"""A matter of more findings may go on at the next page."""


@pytest.fixture(scope="module", params=[True, False], ids=["scripts", "no scripts"])
def paper(request: pytest.FixtureRequest, briefing: Path, browser: Any, tmp_path_factory: Any) -> Path:
    """The page printed, with and without scripts."""
    return printed(
        browser, briefing, tmp_path_factory.mktemp("paper") / "briefing.pdf", scripts=request.param
    )


def printed(browser: Any, file: Path, target: Path, *, scripts: bool, style: str = "") -> Path:
    """Print a page to `target`, under a rule of style more."""
    if style:
        source = file.read_text(encoding="utf-8").replace("</style>", f"{style}</style>", 1)
        file = target.with_suffix(".html")
        file.write_text(source, encoding="utf-8")
    context = browser.new_context(java_script_enabled=scripts)
    page = context.new_page()
    page.goto(file.as_uri())
    page.pdf(path=str(target), prefer_css_page_size=True)
    context.close()
    return target


@cache
def pages(paper: Path) -> list[list[str]]:
    """Lines of every page; several tests read them."""
    told = subprocess.run(["pdftotext", "-layout", paper, "-"], capture_output=True, text=True, check=True)
    return [
        [line.strip() for line in page.splitlines() if line.strip()] for page in told.stdout.split("\f")[:-1]
    ]


def squeezed(text: str) -> str:
    """Text without blanks and tags."""
    return re.sub(r"<[^>]*>|\s", "", html.unescape(text))


@cache
def texts(paper: Path) -> list[str]:
    """Every page as one line without blanks, in the order of the document."""
    told = subprocess.run(["pdftotext", "-raw", paper, "-"], capture_output=True, text=True, check=True)
    return [squeezed(page) for page in told.stdout.split("\f")[:-1]]


def test_pages_are_few_a4_upright_numbered_and_titled(paper: Path) -> None:
    sheets = pages(paper)
    assert len(sheets) <= MOST_PAGES
    told = subprocess.run(
        ["pdfinfo", "-f", "1", "-l", str(len(sheets)), paper], capture_output=True, text=True, check=True
    )
    sizes = {
        (round(float(w)), round(float(h))) for w, h in re.findall(r"size: +([\d.]+) x ([\d.]+)", told.stdout)
    }
    assert sizes == {A4}
    for number, lines in enumerate(sheets, start=1):
        assert re.sub(r"\s", "", lines[-1]) == f"第{number}页，共{len(sheets)}页"
        assert number == 1 or (lines[0].endswith("内部审核稿") and "工作简报" in lines[0])


def test_no_heading_stands_alone_at_the_end_of_a_page(paper: Path, briefing: Path) -> None:
    source = briefing.read_text(encoding="utf-8")
    headings = re.findall(r"<h[23][^>]*>(.*?)</h", source) + re.findall(
        r"<caption[^>]*><span>(.*?)</span>", source
    )
    headings += re.findall(r"<figcaption><strong>(.*?)</strong>", source)
    plain = {re.sub(r"\s|<[^>]*>", "", heading) for heading in headings}
    assert len(plain) > 20
    for lines in pages(paper):
        assert re.sub(r"\s", "", lines[-2]) not in plain, lines[-2]


def test_folds_on_paper(paper: Path, briefing: Path) -> None:
    """Of what is folded, matters and hints are printed; the rest is for the screen."""
    source, text = briefing.read_text(encoding="utf-8"), "".join(texts(paper))
    [body] = re.findall(r'<summary>通报正文（所读）</summary><p id="bulletin-text">(.{20})', source)
    for words in (
        "hcp.load", "图中数据", "各条规则的核对结果", "怎样核对的", "语句、首页和图题所用数字的算法和来源",
        "威尔逊得分区间", "生成时间", "本节代码", "全表：附件", "回到目录", "点击", squeezed(body),
    ):  # fmt: skip
        assert words in squeezed(source) and words not in text, words
    for words in ("见网页", "可左右滑动", "※附件", "算式、依据、影响", "处，算式"):
        assert words not in text, words
    hints = re.findall(r'<article class="matter matter-note.*?<p class="matter-head">(.*?)</p>', source)
    assert hints and all(squeezed(hint) in text for hint in hints)
    assert all(squeezed(summary) in text for summary in re.findall(r"<summary>(存疑：.*?)</summary>", source))


def test_arithmetic_of_matters_is_printed_also_without_scripts(
    built: Path, browser: Any, tmp_path: Path
) -> None:
    for scripts in (True, False):
        paper = printed(browser, built / "briefing.html", tmp_path / f"{scripts}.pdf", scripts=scripts)
        assert "".join(texts(paper)).count("算式") > 5


PRINTED_MATTERS = """() => [...document.querySelectorAll('.matter')].map((matter) => {
  const words = [...matter.querySelectorAll('p, dd')].filter((e) => e.getClientRects().length > 0);
  return [matter.querySelectorAll('dl').length, words.map((e) => e.textContent)];
})"""


def test_a_matter_stands_on_one_page(paper: Path, briefing: Path, browser: Any) -> None:
    page = browser.new_page()
    page.goto(briefing.as_uri())
    page.emulate_media(media="print")
    matters = page.evaluate(PRINTED_MATTERS)
    page.close()
    assert len(matters) > 2
    for findings, words in matters:
        first, last = squeezed(words[0])[:24], squeezed(words[-1])[-24:]
        if findings - 1 <= FINDINGS_KEPT_TOGETHER:
            assert any(0 <= text.rfind(first) <= text.rfind(last) for text in texts(paper)), (first, last)


def test_a_matter_follows_the_heading_on_its_page(paper: Path) -> None:
    [text] = [text for text in texts(paper) if re.search(r"\d数据核对", text)]
    assert re.search(
        r"\d数据核对(1(须更正|需核实).*(未答复|算式|情形)|没有须更正、需核实的事项。提示\d+项)", text
    )


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_headings_of_a_table_stand_on_each_of_its_pages(
    briefing: Path, browser: Any, tmp_path: Path, scripts: bool
) -> None:
    """Chromium repeats no button. The table of city departments is made longer than a page."""
    style = "#table-city_departments td, #table-city_departments th { padding: 9pt 6pt }"
    paper = printed(browser, briefing, tmp_path / "long.pdf", scripts=scripts, style=style)
    names = [name for name, _ in rows_of("city_departments", briefing) if not name.endswith("*")]
    row = re.compile(rf"({'|'.join(map(re.escape, names))}) +[\d/]")
    parts = [lines for lines in pages(paper) if sum(bool(row.match(line)) for line in lines) > 1]
    assert len(names) > 20 and len(parts) > 1
    for lines in parts:
        assert any(re.match(r"部门 +办件数.* 主动评价数", line) for line in lines), lines[:5]


def test_no_page_is_left_with_a_few_lines(paper: Path) -> None:
    sheets = pages(paper)
    assert [number for number, lines in enumerate(sheets, start=1) if len(lines) < FEWEST_LINES] == []


def test_one_signs_on_the_first_page(paper: Path) -> None:
    first, *others = texts(paper)
    places = [first.index(words) for words in ("复核意见与签字", "经办人：", "审核人：", "签发人：")]
    assert places == sorted(places)
    assert not any("签发人" in text for text in others)


def rows_of(table: str, briefing: Path) -> list[tuple[str, str]]:
    """Name and whole text of every row of an annex."""
    source = briefing.read_text(encoding="utf-8")
    start = source.index(f' id="table-{table}"')
    rows = re.findall(
        r"<tr[^>]*>(<th scope=\"row\">(.*?)</th>.*?)</tr>", source[start : source.index("</table>", start)]
    )
    return [(squeezed(name), squeezed(row)) for row, name in rows]


def test_rows_are_whole(paper: Path, briefing: Path) -> None:
    """Each row of an annex is one line, with all its cells on the page where it begins."""
    lines = [squeezed(line) for lines in pages(paper) for line in lines]
    for table in ("districts", "city_departments", "public_services"):
        rows = rows_of(table, briefing)
        assert len(rows) > 8
        assert [name for name, row in rows if row not in lines] == []


@pytest.fixture(autouse=True)
def _close_pages(browser: Any) -> Iterator[None]:
    """A failed test leaves no page behind."""
    yield
    for context in browser.contexts:
        context.close()
