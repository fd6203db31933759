"""Lines, tokens and page furniture."""

from __future__ import annotations

import pytest

from haochaping.read.text.lines import page_marks, running_heads, split_lines


def lines(reference, text):
    return split_lines(text, reference.no_value)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_keep_their_numbers_and_blank_ones_go(reference, newline):
    found = lines(reference, newline.join(["一", "", "　", "二 \t三"]))
    assert [(line.number, line.text) for line in found] == [(1, "一"), (4, "二 三")]


@pytest.mark.parametrize(
    ("piece", "kind"),
    [
        *((text, "value") for text in ("0", "1,080,786", "１２", "99.9%", "１００．００％", "/", "—", "－", "归市", "无")),
        *((text, "fragment") for text in ("1,080,", ",786", "99.", "%", ".9%", "1,0")),
        *((text, "text") for text in ("张店区", "12345热线", "-5", "1张店区", "5x", "+5", "1e5")),
    ],
)  # fmt: skip
def test_kind_of_a_token(reference, piece, kind):
    assert lines(reference, piece)[0].tokens[0].kind == kind


@pytest.mark.parametrize("mark", ["2122①", "10²", "1⁰"])
def test_number_with_a_footnote_mark_is_no_number(reference, mark):
    """Half-width forms of these are other numbers: 2122① would be 21221."""
    assert lines(reference, mark)[0].tokens[0].kind == "text"


@pytest.mark.parametrize(
    "mark", ["— 3 —", "-3-", "－ 3 －", "第 3 页", "第3页 共9页", "3/9", "Page 3 of 9", "· 3 ·"]
)
def test_decorated_page_numbers_are_page_marks(reference, mark):
    assert page_marks(lines(reference, f"甲\n{mark}\n乙"), 0) == {2}


@pytest.mark.parametrize(
    ("text", "narrative_lines", "marks"),
    [
        ("甲\n1\n乙\n2\n丙\n3", 2, {2, 4, 6}),
        ("甲\n2\n乙\n3", 2, {2, 4}),
        ("甲\n2\n乙\n3", 1, set()),  # the count must begin before the first annex, where no cell can be
        ("甲\n12\n月 31 日", 3, set()),
        ("甲\n7\n乙\n3", 4, set()),
        ("甲\n1\n乙\n2\n丙\n2\n丁\n3", 2, {2, 4, 6, 8}),  # either 2 may be the page
    ],
)
def test_bare_numbers_are_page_marks_only_when_they_count_the_pages(reference, text, narrative_lines, marks):
    assert page_marks(lines(reference, text), narrative_lines) == marks


def test_running_heads_are_titles_or_repeated_texts_with_the_words_of_one(reference):
    text = "季度通报第 1 期\n甲\n季度通报第 2 期\n有限责任公司\n乙\n有限责任公司\n丙市标题\n单次季度通报内容"
    assert running_heads(lines(reference, text), {"丙市标题"}, set()) == {1, 3, 7}
