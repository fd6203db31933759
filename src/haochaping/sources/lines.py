"""A text file as numbered lines of tokens, and which of its lines are only page furniture."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from haochaping.cleaning.cells import is_number
from haochaping.cleaning.text import fold

_FRAGMENT = re.compile(r"(?=.*[\d%])[\d,.]*%?")
_PAGE_MARKS = re.compile(
    r"[-—–·•~]+\d{1,3}[-—–·•~]+|第?\d{1,3}/(?:共)?\d{1,3}页?|(?:第\d{1,3}页[,/|]?)?(?:共\d{1,3}页)|第\d{1,3}页|page\d{1,3}(?:of\d{1,3})?",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
SHORTEST_RUNNING_HEAD = 6
"""A repeated shorter text can be the end of a wrapped name (限公司, 处)."""


@dataclass(frozen=True)
class Token:
    """A run of characters without blanks.

    ``kind`` is ``value`` (a whole cell: a number or a word for "no value"), ``fragment`` (a piece of
    a number that was broken over two lines) or ``text``.
    """

    text: str
    line: int
    starts_line: bool
    kind: str


@dataclass(frozen=True)
class Line:
    """A line that is not blank, with its number in the file (from 1)."""

    number: int
    text: str
    tokens: tuple[Token, ...]

    @property
    def folded(self) -> str:
        """Half-width text without blanks, for comparing."""
        return fold(self.text)

    @property
    def is_text(self) -> bool:
        """Whether the line holds no whole cell."""
        return all(token.kind == "text" for token in self.tokens)


def split_lines(text: str, no_value: Mapping[str, str]) -> list[Line]:
    """Lines of `text` that are not blank; `no_value` are the words that stand for "no value"."""
    rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [make_line(number, row, no_value) for number, row in enumerate(rows, start=1) if row.split()]


def make_line(number: int, row: str, no_value: Mapping[str, str]) -> Line:
    """One line with its tokens classified."""
    pieces = row.split()
    tokens = tuple(
        Token(piece, number, index == 0, _kind(piece, no_value)) for index, piece in enumerate(pieces)
    )
    return Line(number, " ".join(pieces), tokens)


def _kind(piece: str, no_value: Mapping[str, str]) -> str:
    if is_number(piece) or fold(piece) in no_value:
        return "value"
    return "fragment" if _FRAGMENT.fullmatch(fold(piece)) else "text"


def page_marks(lines: Iterable[Line]) -> set[int]:
    """Numbers of lines that look like page numbers.

    A decorated number (``— 3 —``, ``第 3 页 共 9 页``) is one by its form. A bare number is one only
    when the bare numbers of the file count the pages 1, 2, 3 … or 2, 3, 4 …: a bare number alone
    could as well be a piece of a cell.
    """
    lines = list(lines)
    marks = {line.number for line in lines if _PAGE_MARKS.fullmatch(line.folded)}
    bare = [line for line in lines if line.folded.isdecimal() and len(line.folded) <= 3]
    for first in (1, 2):
        chain: list[int] = []
        for line in bare:
            if int(line.folded) == first + len(chain):
                chain.append(line.number)
        if len(chain) > 1:
            marks.update(chain)
    return marks


def without_digits(text: str) -> str:
    """`text` with every run of digits taken out: a running head differs only in its page number."""
    return _DIGITS.sub("", fold(text))


def repeated(lines: Iterable[Line]) -> set[str]:
    """Texts (without digits) that stand alone on more than one line: running heads, perhaps."""
    counts = Counter(without_digits(line.text) for line in lines)
    return {text for text, count in counts.items() if count > 1 and len(text) >= SHORTEST_RUNNING_HEAD}


def drop(lines: Iterable[Line], numbers: Collection[int]) -> list[Line]:
    """`lines` without those whose number is in `numbers`."""
    return [line for line in lines if line.number not in numbers]
