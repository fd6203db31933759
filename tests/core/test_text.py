"""Texts folded for comparing, and made safe for showing."""

from haochaping.core.text import (
    hidden_characters,
    normalize_for_comparison,
    quoted,
    remove_whitespace,
    visible,
)


def test_fold_is_half_width_without_blanks():
    assert normalize_for_comparison(" １，０８０ ％　（A） ") == "1,080%(A)"


def test_squeeze_keeps_full_width_forms():
    assert remove_whitespace("镇　级 （一）\n") == "镇级（一）"


def test_hidden_characters_are_found_and_written_out():
    text = "甲\u202e乙\x1b[31m\u200b\n丙"
    assert hidden_characters(text) == ["\u202e", "\x1b", "\u200b", "\n"]
    assert visible(text) == "甲\\u{202E}乙\\u{001B}[31m\\u{200B}\n丙"


def test_visible_leaves_ordinary_text_alone():
    assert visible("张店区（10%）—／") == "张店区（10%）—／"


def test_what_begins_a_line_for_some_programs_is_written_out():
    assert visible("甲\u2028乙\u2029丙\x85") == "甲\\u{2028}乙\\u{2029}丙\\u{0085}"


def test_a_quotation_is_short_and_on_one_line():
    assert quoted("甲\n乙\x1b", 9) == "甲 乙\\u{001B}"
    assert quoted("长" * 10_000_000, 5) == "长长长长长……（共 10000000 个字符）"
