"""The Chinese font: its file, and the subset of it that is embedded in a page."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

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


@cache
def _preloaded_fonts() -> list[Any]:
    """At most one font opened by :func:`preload_font`; cutting a subset consumes it."""
    return []


def preload_font() -> None:
    """Open and parse the font while something else is awaited; the next :func:`subset_woff` uses it."""
    font = _open_font()
    for table in ("cmap", "CFF ", "GSUB", "GPOS", "hmtx"):
        font[table]
    _preloaded_fonts().append(font)


def _open_font() -> Any:
    from fontTools.ttLib import TTFont

    # line heights stay the whole font's, so that they need not be worked out
    return TTFont(font_path(), recalcTimestamp=False, recalcBBoxes=False)


def subset_woff(characters: Iterable[str]) -> bytes:
    """The font cut down to `characters`, as WOFF.

    Hinting is kept: without it small Chinese text is soft. WOFF2 would be a tenth smaller and take twice as long.
    Same characters, same bytes.
    """
    from fontTools import subset

    options = subset.Options()
    options.flavor = "woff"
    options.hinting = True
    options.layout_features = ["kern", "locl", "tnum"]
    options.notdef_outline = True
    options.recalc_timestamp = False
    options.drop_tables += ["BASE", "VORG", "vhea", "vmtx"]  # vertical writing
    font = _preloaded_fonts().pop() if _preloaded_fonts() else _open_font()
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(sorted(set(characters))))
    subsetter.subset(font)
    font.flavor = "woff"
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()


def font_face(characters: Iterable[str]) -> str:
    """A ``@font-face`` rule that carries the subset.

    Declared as weight 400 only, so that browsers synthesise bold.
    """
    data = base64.b64encode(subset_woff(characters)).decode("ascii")
    return (
        f"@font-face{{font-family:'{FAMILY}';font-style:normal;font-weight:400;"
        f"src:url(data:font/woff;base64,{data}) format('woff')}}"
    )
