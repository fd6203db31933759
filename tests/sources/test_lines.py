"""Lines, tokens and page furniture."""

from __future__ import annotations

import pytest

from haochaping.sources.lines import page_marks, repeated, split_lines, without_digits


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
    assert page_marks(lines(reference, f"甲\n{mark}\n乙")) == {2}


def test_bare_numbers_are_page_marks_only_when_they_count_the_pages(reference):
    assert page_marks(lines(reference, "甲\n1\n乙\n2\n丙\n3")) == {2, 4, 6}
    assert page_marks(lines(reference, "甲\n2\n乙\n3")) == {2, 4}
    assert page_marks(lines(reference, "甲\n12\n月 31 日")) == set()
    assert page_marks(lines(reference, "甲\n7\n乙\n3")) == set()


def test_repeated_texts_may_differ_in_their_digits(reference):
    found = repeated(lines(reference, "季度通报第 1 期\n甲\n季度通报第 2 期\n处\n处"))
    assert found == {without_digits("季度通报第期")}
