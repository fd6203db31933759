"""The analyst's words on the page."""

from __future__ import annotations

from dataclasses import replace

from haochaping.core.model import QuarterData, frame
from haochaping.outputs.page.notes_section import notes_html
from haochaping.store.notes import PARAGRAPH


def with_notes(data: QuarterData, **texts: str) -> QuarterData:
    rows = [
        {"section": section, "kind": PARAGRAPH, "text": words, "line": i}
        for i, (section, words) in enumerate(texts.items())
    ]
    return replace(data, notes=frame("notes", rows))


def test_several_sections_stand_under_their_headings(real: QuarterData) -> None:
    data = with_notes(real, 总体情况="系统升级。", 各区县="张店区停机。", 要点="一。")
    html = notes_html(data, "总体情况", "镇村", "各区县")
    assert html.index("<h4>总体情况</h4>") < html.index("系统升级") < html.index("<h4>各区县</h4>")
    assert "镇村" not in html and "一。" not in html


def test_a_section_that_nobody_wrote_is_blank_or_says_so(real: QuarterData) -> None:
    assert notes_html(real, "要点") == ""
    assert "没有填写。" in notes_html(real, "要点", if_none="没有填写。")
    assert "没有填写" not in notes_html(with_notes(real, 要点="一。"), "要点", if_none="没有填写。")
