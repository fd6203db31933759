"""A text file as numbered lines of tokens; recognition of page numbers and running heads."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from haochaping.cleaning.number_or_missing import is_number
from haochaping.core.text import normalize_for_comparison, plain_number

_FRAGMENT = re.compile(r"(?=.*[0-9%])[0-9,.]*%?")
_PAGE_MARKS = re.compile(
    r"[-—–·•~]+\d{1,3}[-—–·•~]+|第?\d{1,3}/(?:共)?\d{1,3}页?|(?:第\d{1,3}页[,/|]?)?(?:共\d{1,3}页)|第\d{1,3}页|page\d{1,3}(?:of\d{1,3})?",
    re.IGNORECASE,
)
_NUMBER_OR_SIGN = re.compile(r"\d{1,3}|[-—–·•~/]+")
_SPACED_PAGE = re.compile(
    r"(?P<left>[-—–·•~]+) (?P<page>\d{1,3}) (?P<right>[-—–·•~]+)|(?P<of>\d{1,3}) / (?P<pages>\d{1,3})"
)
_SENTENCE_GOES_ON = re.compile(r"[年月日条件个家项次万亿,。;、:]")
_SENTENCE_BEGUN = re.compile(r"[至年月为达约共,、]$|(?:数据|信息|时间|日期):?$")
_TITLE_WORDS = re.compile(r"好差评|通报|简报|季度|统计表|情况表|报表")
_DIGITS = re.compile(r"\d+")
SHORTEST_RUNNING_HEAD = 6
"""Characters; a repeated shorter text can be the end of a wrapped name (限公司, 处)."""


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

    @cached_property
    def folded(self) -> str:
        """Half-width text without blanks, for comparing."""
        return normalize_for_comparison(self.text)

    @property
    def is_text(self) -> bool:
        """Whether the line holds no whole cell."""
        return all(token.kind == "text" for token in self.tokens)


def split_lines(text: str, no_value: Mapping[str, str]) -> list[Line]:
    """Split `text` into the lines that are not blank; `no_value` are the words for "no value"."""
    rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [make_line(number, row, no_value) for number, row in enumerate(rows, start=1) if row.split()]


def make_line(number: int, row: str, no_value: Mapping[str, str]) -> Line:
    """Make a line with classified tokens."""
    pieces = row.split()
    tokens = tuple(
        Token(piece, number, index == 0, _kind(piece, no_value)) for index, piece in enumerate(pieces)
    )
    return Line(number, " ".join(pieces), tokens)


def _kind(piece: str, no_value: Mapping[str, str]) -> str:
    if is_number(piece) or normalize_for_comparison(piece) in no_value:
        return "value"
    return "fragment" if _FRAGMENT.fullmatch(plain_number(piece)) else "text"


def is_decorated_mark(line: Line) -> bool:
    """Whether the line is a page number by its form: ``— 3 —``, ``第 3 页 共 9 页``.

    Blanks do not count, except between numbers and signs alone: ``0 0 / 0 0`` are the cells of a row and not page 00
    of 00.
    """
    return bool(_PAGE_MARKS.fullmatch(line.folded)) and (
        not _could_be_cells(line) or _spaced_page(line) is not None
    )


def _could_be_cells(line: Line) -> bool:
    """Whether the line is several numbers and signs set apart by blanks, as small and missing figures are."""
    return len(line.tokens) > 1 and all(
        _NUMBER_OR_SIGN.fullmatch(normalize_for_comparison(token.text)) for token in line.tokens
    )


def _spaced_page(line: Line) -> tuple[str, int] | None:
    """Form and page of ``— 3 —`` or ``3 / 9``, where it could be cells; None where it cannot be a page number.

    There is no page 0, none after the last, and nothing needs to be told apart in a file of one page.
    """
    match = _SPACED_PAGE.fullmatch(" ".join(normalize_for_comparison(token.text) for token in line.tokens))
    if match is None:
        return None
    page = int(match["page"] or match["of"])
    if page == 0 or (match["pages"] and int(match["pages"]) < max(page, 2)):
        return None
    return (f"/{match['pages']}" if match["pages"] else match["left"] + match["right"]), page


def doubtful_marks(lines: Sequence[Line]) -> set[int]:
    """Return the numbers of lines that have the form of a page number and could be cells: ``3 / 9``.

    Only those whose like do not count pages through the file; where they do, all are page numbers, for nobody could
    tell a cell among them.
    """
    by_form: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for line in lines:
        if _could_be_cells(line) and (found := _spaced_page(line)):
            by_form[found[0]].append((found[1], line.number))
    return {
        number
        for group in by_form.values()
        if any(later < earlier for (earlier, _), (later, _) in pairwise(group))
        for _, number in group
    }


def page_marks(lines: Sequence[Line], narrative_lines: int) -> set[int]:
    """Return the numbers of lines that are page numbers.

    A decorated number is one by its form (but see :func:`doubtful_marks`). Bare numbers are page numbers only when they count the
    pages (1, 2, 3 … or 2, 3, 4 …) and the count begins in the text before the first annex, where no
    cell can be (its first `narrative_lines` lines). Every line that could take a place in the count
    is then a page mark: which of two equal numbers is the cell cannot be known.
    """
    marks = {line.number for line in lines if is_decorated_mark(line)} - doubtful_marks(lines)
    bare = [
        (i, int(line.folded), line)
        for i, line in enumerate(lines)
        if len(line.tokens) == 1
        and line.folded.isascii()
        and line.folded.isdecimal()
        and len(line.folded) <= 3
        and not in_sentence(lines, i)
    ]
    for first in (1, 2):
        chain: list[int] = []
        for i, number, _ in bare:
            if number == first + len(chain) and (chain or i < narrative_lines):
                chain.append(i)
        if len(chain) > 1 and chain[0] < narrative_lines:
            bounds = [-1, *chain, len(lines)]
            for i, number, line in bare:
                at = number - first
                if (
                    0 <= at < len(chain)
                    and bounds[at] < i
                    and (at + 1 >= len(chain) or i < _last(bare, number + 1))
                ):
                    marks.add(line.number)
    return marks


def _last(bare: Sequence[tuple[int, int, Line]], number: int) -> int:
    return max((i for i, value, _ in bare if value == number), default=-1)


def in_sentence(lines: Sequence[Line], i: int) -> bool:
    """Whether line `i` is a piece of a sentence that was wrapped: ``12`` before ``月 31 日``."""
    before = lines[i - 1].folded if i else ""
    after = lines[i + 1].folded if i + 1 < len(lines) else ""
    return bool(_SENTENCE_GOES_ON.match(after) or _SENTENCE_BEGUN.search(before))


def without_digits(text: str) -> str:
    """Return `text` without digits, since repeated running heads differ only in the page number."""
    return _DIGITS.sub("", normalize_for_comparison(text))


def running_heads(lines: Sequence[Line], titles: Set[str], marks: Collection[int]) -> set[int]:
    """Return the numbers of lines that may be running heads.

    A line that says what one of the file's own `titles` says (given with or without digits); or a text that stands
    alone on several lines and has the words of a title or a page number beside it. A repeated text
    alone is none: it can be the end of several names (有限责任公司).
    """
    counts = Counter(
        without_digits(line.text) for line in lines if line.is_text or _TITLE_WORDS.search(line.folded)
    )
    found = set()
    for i, line in enumerate(lines):
        text = without_digits(line.text)
        beside = {other.number for other in lines[max(0, i - 1) : i + 2]} & set(marks)
        if not titles.isdisjoint((text, line.folded)) or (
            counts[text] > 1 and len(text) >= SHORTEST_RUNNING_HEAD and (_TITLE_WORDS.search(text) or beside)
        ):
            found.add(line.number)
    return found


def without_lines(lines: Iterable[Line], numbers: Collection[int]) -> list[Line]:
    """Return `lines` without those whose number is in `numbers`."""
    return [line for line in lines if line.number not in numbers]
