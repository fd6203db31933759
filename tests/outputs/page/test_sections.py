"""Sections of the page, and what stands in their fold of code."""

import re
from typing import Any

import nbformat

from haochaping.outputs.page.convert import build_page
from haochaping.outputs.page.sections import sections


def code(source: str, html: str = "", tags: tuple[str, ...] = ()) -> Any:
    """A code cell that showed `html`."""
    outputs = [nbformat.v4.new_output("execute_result", {"text/html": html})] if html else []
    return nbformat.v4.new_code_cell(source, outputs=outputs, metadata={"tags": list(tags)})


NOTEBOOK = nbformat.v4.new_notebook(
    cells=[
        code('QUARTER = "x"', tags=("injected-parameters",)),
        code("load()"),
        code("head()", "<h1>题</h1>"),
        nbformat.v4.new_markdown_cell("## 甲\n一句话。"),
        code("words()", "<p>一</p>"),
        code("table()", '<table><caption id="c"><span>附件1 &amp; 表</span></caption></table>'),
        code("a < b", "<figure><figcaption><strong>最大</strong></figcaption><table><caption>数据</caption></table></figure>"),
        nbformat.v4.new_markdown_cell("## 乙"),
        code("wide()", '<div class="table-scroll table-wide" role="region"><table></table></div>'),
    ]
)  # fmt: skip


def test_code_stands_under_what_it_made() -> None:
    head, first, second = sections(NOTEBOOK)
    assert [piece.output_label for piece in head.code] == ["准备数据", "文字"]
    assert [(piece.output_label, piece.source) for piece in first.code] == [
        ("文字", "words()"),
        ("表：附件1 & 表", "table()"),
        ("图：最大", "a < b"),
    ]
    assert (first.title, second.title) == ("1 甲", "2 乙")


def test_one_fold_a_section_at_its_end() -> None:
    page = build_page(NOTEBOOK, "题", {"时间": "今天"}).html
    first, second = re.findall(r'<section[^>]* id="section-\d"[^>]*>.*?</section>', page, flags=re.DOTALL)
    assert first.count('<details class="code">') == 1
    assert first.index("最大</strong>") < first.index('<details class="code">')
    assert "a &lt; b" in first and "QUARTER" not in page
    assert "table-wide" in second


def test_a_heading_under_which_nothing_is_shown_is_left_out() -> None:
    blank = nbformat.v4.new_output("execute_result", {"text/html": "", "text/plain": "<Html, 0 characters>"})
    empty = nbformat.v4.new_code_cell("series()", outputs=[blank])
    cells = [*NOTEBOOK.cells[:3], nbformat.v4.new_markdown_cell("## 空"), empty, *NOTEBOOK.cells[3:]]
    found = sections(nbformat.v4.new_notebook(cells=cells))
    assert [(section.id, section.title) for section in found[1:]] == [
        ("section-1", "1 甲"),
        ("section-2", "2 乙"),
    ]
