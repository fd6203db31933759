from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.core.errors import InputRefused
from haochaping.core.paths import find_locations
from haochaping.reference.reference import load_reference
from haochaping.store.notes import (
    markdown_to_html,
    markdown_to_text,
    note_sections,
    notes_template,
    read_notes,
)

DECLARATION = load_reference(find_locations().reference).declaration


def notes(folder: Path, text: str) -> list[tuple[str, str, str, int]]:
    path = folder / "notes.md"
    path.write_text(text, encoding="utf-8")
    return list(read_notes(path, DECLARATION).itertuples(index=False, name=None))


def test_an_empty_form_says_nothing(tmp_path: Path) -> None:
    assert notes(tmp_path, notes_template("2023年第一季度", DECLARATION)) == []
    assert read_notes(tmp_path / "no such file", DECLARATION).empty


def test_pieces_by_section_with_their_lines(tmp_path: Path) -> None:
    text = "## 要点\n\n第一段\n接着写。\n\n- 甲\n- 乙\n\n### 小标题\n## 镇村\n1. 丙\n2. 丁\n"
    assert notes(tmp_path, text) == [
        ("要点", "paragraph", "第一段接着写。", 3),
        ("要点", "item", "甲", 6),
        ("要点", "item", "乙", 7),
        ("要点", "heading", "小标题", 9),
        ("镇村", "item", "1. 丙", 11),
        ("镇村", "item", "2. 丁", 12),
    ]


@pytest.mark.parametrize(
    "heading",
    ["# 镇村", "##镇村", "## 6 镇村", "## 六、镇村", "＃＃ 镇 村", "## 镇村：", "### 镇村", "## **镇村** ##"],
)
def test_headings_as_people_write_them(tmp_path: Path, heading: str) -> None:
    assert [row[0] for row in notes(tmp_path, f"{heading}\n\n文字")] == ["镇村"]


def test_every_heading_that_is_unknown_is_reported_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        notes(tmp_path, "开头的文字\n\n## 结论\n\n甲\n\n## 镇村\n\n乙\n\n## 镇村\n\n## 建议\n")
    message = refused.value.message
    assert "notes.md 第 1 行" in message and "第 3 行：结论" in message and "第 13 行：建议" in message
    assert "第 7 行已有" in message and "第 5 行" not in message
    assert all(section in message for section in note_sections(DECLARATION))


def test_hints_are_left_out_and_lines_still_count(tmp_path: Path) -> None:
    assert notes(tmp_path, "<!-- 一\n二 -->\n## 要点\n<!-- ## 不算 -->\n文字<!-- 尾 -->\n") == [
        ("要点", "paragraph", "文字", 5)
    ]


def test_other_encodings(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_bytes("## 要点\r\n\r\n文字\r\n".encode("gb18030"))
    assert list(read_notes(tmp_path / "notes.md", DECLARATION)["text"]) == ["文字"]


def test_of_inline_markdown_only_emphasis_counts() -> None:
    text = '**重** <img src=x onerror="alert(1)"> [链接](javascript:x) ![图](http://x/y.png) `码` <http://x>'
    shown = markdown_to_html(text)
    assert shown.startswith("<strong>重</strong> &lt;img")
    assert "<a" not in shown and "<img" not in shown and "<code" not in shown
    assert markdown_to_text("**重** *要* \\*") == "重 要 *"


@pytest.mark.slow
@given(st.text(max_size=200))
def test_no_tag_but_emphasis_comes_out(text: str) -> None:
    import re

    tags = set(re.findall(r"<[^>]*>", markdown_to_html(text.replace("\n", " "))))
    assert tags <= {"<strong>", "</strong>", "<em>", "</em>", "<br>", "<br />"}


def test_a_comment_that_is_not_closed_is_refused_where_it_begins(tmp_path: Path) -> None:
    """It would swallow everything after it."""
    (tmp_path / "notes.md").write_text(
        "## 要点\n\n一。<!-- 记 -->\n\n<!-- 待核\n\n## 总体情况\n\n二。\n", encoding="utf-8"
    )
    with pytest.raises(InputRefused, match=r"notes\.md 第 5 行.*注释没有写完"):
        read_notes(tmp_path / "notes.md", DECLARATION)


def test_notes_under_other_capitals_are_refused(tmp_path: Path) -> None:
    (tmp_path / "Notes.MD").write_text("## 要点\n\n一。\n", encoding="utf-8")
    if not (tmp_path / "notes.md").exists():  # else the file system knows no capitals
        with pytest.raises(InputRefused, match=r"应为 notes\.md，请改名"):
            read_notes(tmp_path / "notes.md", DECLARATION)
