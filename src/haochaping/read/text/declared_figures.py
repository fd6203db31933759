"""Figures of the text that a city declares: a word before a number and its unit (交办230件)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from haochaping.core.declaration import Declaration, TextFigure
from haochaping.core.text import normalize_for_comparison

_LINK = r"(?:了|共计|总计|共|计|为|达到|达|是|:)*"
_BEFORE = r"(约|近|超过|超|逾)?"
_NUMBER = r"([0-9][0-9,]*(?:\.[0-9]+)?)(万|亿)?"
_AFTER = r"([余多]?)"
_SCALE = {None: 1, "万": 10_000, "亿": 100_000_000}


def declared_figures(text: str, declaration: Declaration) -> list[dict[str, Any]]:
    """Rows of frame ``headline`` for the declared figures that a text states, each at its first place.

    Parameters
    ----------
    text : str
        The text of the bulletin.
    declaration : Declaration
        Its ``text_figures``.
    """
    folded = normalize_for_comparison(text)
    rows = (_find(figure, folded) for figure in declaration.text_figures.values())
    return [row for row in rows if row is not None]


def _find(figure: TextFigure, text: str) -> dict[str, Any] | None:
    words = "|".join(re.escape(normalize_for_comparison(word)) for word in figure.words_before)
    unit = re.escape(figure.unit)
    match = re.search(rf"(?:{words}){_LINK}{_BEFORE}{_NUMBER}{_AFTER}{unit}(以上|左右)?", text)
    if match is None:
        return None
    before, digits, scale, rough, after = match.groups()
    start = text.rfind("。", 0, match.start()) + 1
    end = text.find("。", match.end())
    return {
        "figure": figure.name,
        "value": float(Decimal(digits.replace(",", "")) * _SCALE[scale]),
        "unit": figure.unit,
        "printed": digits + (scale or "") + figure.unit,
        "qualifier": before or rough or after or "",
        "sentence": text[start : end + 1 if end >= 0 else len(text)],
    }
