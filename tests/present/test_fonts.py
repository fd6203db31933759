import io

from fontTools.ttLib import TTFont

from haochaping.present.fonts import FAMILY, font_face, missing_glyphs, preload_font, subset_woff


def test_the_subset_holds_the_characters_and_little_else() -> None:
    font = TTFont(io.BytesIO(subset_woff("政务好差评0123")))
    assert {ord(c) for c in "政务好差评0123"} <= set(font.getBestCmap())
    assert len(font.getBestCmap()) < 20


def test_same_characters_same_bytes() -> None:
    assert font_face("评价") == font_face("价评价")
    assert FAMILY in font_face("评")


def test_missing_glyphs_are_named() -> None:
    assert missing_glyphs("政务 \n服务“好差评”—％①") == []
    assert missing_glyphs("好\U000e0041评") == ["\U000e0041"]


def test_a_font_opened_ahead_gives_the_same_bytes_and_is_used_once() -> None:
    plain = subset_woff("政务服务")
    preload_font()
    assert subset_woff("政务服务") == plain == subset_woff("政务服务")
