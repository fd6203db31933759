"""Text as it arrives: full-width forms, blanks, control and format characters."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_WHITESPACE = re.compile(r"\s+")
_WHITESPACE_BESIDE_CHINESE = re.compile(r"(?<=[^\x00-\xff])\s+|\s+(?=[^\x00-\xff])")


def remove_whitespace(text: str) -> str:
    """Remove all whitespace, for comparing texts that were wrapped or spaced differently."""
    return _WHITESPACE.sub("", text)


def remove_whitespace_beside_chinese(text: str) -> str:
    """`text` without whitespace next to Chinese characters, which wrapping and justifying leave there."""
    return _WHITESPACE_BESIDE_CHINESE.sub("", text)


@lru_cache(maxsize=4096)  # the same names and cells are compared again and again
def normalize_for_comparison(text: str) -> str:
    """Half-width form (NFKC) without blanks: for comparing, never for showing.

    Names and cells are kept as printed; only comparisons go through here.
    """
    return remove_whitespace(unicodedata.normalize("NFKC", text))


_NUMBER_FORMS = str.maketrans("０１２３４５６７８９，．％", "0123456789,.%")


def plain_number(text: str) -> str:
    """`text` without blanks, with full-width digits, comma, point and percent sign as half-width ones.

    Narrower than :func:`normalize_for_comparison` on purpose: ``2122①`` is a number with a footnote mark, not 21221.
    """
    return remove_whitespace(text).translate(_NUMBER_FORMS)


_FORBIDDEN_IN_XML = re.compile("[\ufffe\uffff]")
_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}


def hidden_characters(text: str) -> list[str]:
    """Control and format characters in `text` (Unicode Cc, Cf, Co, Cs, Zl, Zp), which no reader can see."""
    return [char for char in text if unicodedata.category(char) in _HIDDEN]


def visible(text: str) -> str:
    """`text` with every control and format character written out as ``\\u{…}``.

    Safe for a terminal or a log: no escape sequence and no direction mark gets through.
    Line feeds stay.
    """
    return "".join(
        f"\\u{{{ord(char):04X}}}" if char != "\n" and hidden_characters(char) else char for char in text
    )


def printable(text: str) -> str:
    """`text` on one line as an XML file can hold it: :func:`visible`, with the characters that XML forbids escaped too."""
    return _FORBIDDEN_IN_XML.sub(
        lambda found: f"\\u{{{ord(found[0]):04X}}}", visible(text.replace("\n", " "))
    )


def quoted(text: str, longest: int) -> str:
    """`text` for a message: visible, on one line, and only its beginning with its length where it is longer."""
    shown = text if len(text) <= longest else f"{text[:longest]}……（共 {len(text)} 个字符）"
    return visible(shown).replace("\n", " ")
