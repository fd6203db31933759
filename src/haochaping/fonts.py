"""The Chinese font: where it comes from, and the subset of it that a page carries."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from functools import cache
from pathlib import Path

FAMILY = "Noto Sans SC"
"""Family name in charts, style sheet and embedded font alike: where they differ, charts become boxes."""


def font_path() -> Path:
    """The font file (OpenType, OFL). It comes with a dependency; another source can take its place here."""
    import pylopdf_fonts_zh_cn

    return Path(pylopdf_fonts_zh_cn.sans_path())


@cache
def known_characters() -> frozenset[int]:
    """Code points that the font has a glyph for."""
    from fontTools.ttLib import TTFont

    with TTFont(font_path(), lazy=True) as font:
        return frozenset(font.getBestCmap())


def missing_glyphs(text: str) -> list[str]:
    """Visible characters of `text` that the font cannot show, in order of first use."""
    return [
        char for char in dict.fromkeys(text) if not char.isspace() and ord(char) not in known_characters()
    ]


def subset_woff2(characters: Iterable[str]) -> bytes:
    """The font cut down to `characters`, as WOFF2.

    Hinting is kept: without it small Chinese text is soft. Same characters, same bytes.
    """
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options()
    options.flavor = "woff2"
    options.hinting = True
    options.layout_features = ["kern", "locl", "tnum"]
    options.notdef_outline = True
    options.recalc_timestamp = False
    options.drop_tables += ["BASE", "VORG", "vhea", "vmtx"]  # vertical writing
    font = TTFont(
        font_path(), recalcTimestamp=False, recalcBBoxes=False
    )  # line heights stay the whole font's
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(sorted(set(characters))))
    subsetter.subset(font)
    font.flavor = "woff2"
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()


def font_face(characters: Iterable[str]) -> str:
    """A ``@font-face`` rule that carries the subset.

    Declared as weight 400 only, so that browsers synthesise bold.
    """
    data = base64.b64encode(subset_woff2(characters)).decode("ascii")
    return (
        f"@font-face{{font-family:'{FAMILY}';font-style:normal;font-weight:400;"
        f"src:url(data:font/woff2;base64,{data}) format('woff2')}}"
    )
