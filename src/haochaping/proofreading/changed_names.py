"""Compare the unit names of an edited sentence with those of our sentence it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from haochaping.proofreading.difference import NAME, SUSPECTED, Difference
from haochaping.text_numbers.vocabulary import Scope, Vocabulary

_LEAST_LIKENESS = 0.5
_MOST_SHORT_CHARACTERS = 4
_CHINESE = re.compile("[\u4e00-\u9fff]")
_MOST_ADDED_CHARACTERS = 4
"""A phrase longer than a group's word by more than this is no other word for it."""
_LEVEL = re.compile("[省市区县旗盟州镇乡](?:直|属|级)(?:属|各)?$")
"""A level of government that, put before a word for units, makes other units of them: 市直部门."""
_BEFORE_NAMES = "和与及在对由如是以市将把向为有中"
"""Characters after which a name may begin."""


class NameChecker:
    """Finds misspelt and confused names, given the names that a text may use.

    Words for groups of units count too: one in place of another is an error, another word of the city for the group is
    none, and any other word in its place is suspected.
    """

    def __init__(self, names: Iterable[str], vocabulary: Vocabulary):
        self._names = frozenset(name for name in names if len(name) > 1)
        self._vocabulary = vocabulary
        longest_first = sorted({*self._names, *vocabulary.row_words}, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def changed(self, own: str, other: str, place: str) -> list[Difference]:
        """Names of our sentence `own` that are replaced by another name or misspelt in the edited sentence `other`."""
        if own == other:
            return []
        found = []
        blocks = SequenceMatcher(None, own, other, autojunk=False).get_opcodes()
        for match in self._pattern.finditer(own):
            name = match.group()
            replacement = _counterpart(blocks, match.start(), match.end(), own, other)
            is_gone = own.count(name) > other.count(name)
            if replacement != name and (
                _is_last_character_doubled(name, replacement)
                or (is_gone and self._is_confused(name, replacement))
            ):
                found.append(Difference(place, replacement, name, NAME))
            elif name in self._vocabulary.row_words and name not in self._names:
                word = _word_in_place(blocks, match.start(), match.end(), own, other)
                if self._is_foreign_word(name, word, is_gone=is_gone):
                    found.append(Difference(place, word, name, SUSPECTED))
        return found

    def _is_foreign_word(self, name: str, word: str, *, is_gone: bool) -> bool:
        """Whether `word`, which stands in place of the group's word `name`, is none of the city's words for the group."""
        if word.endswith(name):
            return bool(_LEVEL.search(word.removesuffix(name))) and word not in self._vocabulary.row_words
        is_short = 1 < len(word) <= len(name) + _MOST_ADDED_CHARACTERS
        if not is_gone or not is_short or any(unit in word for unit in self._names):
            return False
        found, scopes = self._vocabulary.scopes_in(word), self._vocabulary.scopes_in(name)
        return not found or not found <= scopes | {Scope(scope.annex) for scope in scopes}

    def suspected(self, text: str, own: str, place: str) -> list[Difference]:
        """Words of `text` that differ from a name by one character and do not occur in our sentence `own`."""
        known_positions = {at for match in self._pattern.finditer(text) for at in range(*match.span())}
        found: dict[int, Difference] = {}
        for name in sorted(self._names, key=len, reverse=True):
            for start in range(len(text) - len(name) + 1):
                word = text[start : start + len(name)]
                at = _single_difference(name, word)
                if (
                    at is None
                    or start + at in known_positions
                    or word in own
                    or not _is_likely_misspelling(name, at, text, start)
                ):
                    continue
                found.setdefault(start + at, Difference(place, word, name, SUSPECTED))
        return list(found.values())

    def _is_confused(self, name: str, replacement: str) -> bool:
        """Whether `replacement` is another known name (or group) or similar to `name`, not just a rewording."""
        if name in self._vocabulary.row_words:
            others = self._vocabulary.scopes_in(replacement)
            return bool(others) and not any(
                scope.overlaps(other) for scope in self._vocabulary.scopes_in(name) for other in others
            )
        alike = SequenceMatcher(None, name, replacement, autojunk=False).ratio() >= _LEAST_LIKENESS
        return bool(replacement) and (replacement in self._names or alike)


def _single_difference(name: str, word: str) -> int | None:
    """Position of the only character in which two words of the same length differ; None if there is no such."""
    differing = [at for at, (one, two) in enumerate(zip(name, word, strict=True)) if one != two]
    return differing[0] if len(differing) == 1 and _CHINESE.match(word[differing[0]]) else None


def _is_likely_misspelling(name: str, at: int, text: str, start: int) -> bool:
    """Whether a word that differs from `name` at one place is likely that name: a long name, or an area's at a boundary.

    `at` is the differing position in the name, `start` the position of the word in `text`.
    """
    if len(name) > _MOST_SHORT_CHARACTERS:
        return at > 0
    is_area = len(name) > 2 and name.endswith(tuple("区县市旗")) and at < len(name) - 1
    return is_area and (start == 0 or not _CHINESE.match(text[start - 1]) or text[start - 1] in _BEFORE_NAMES)


def _word_in_place(
    blocks: Sequence[tuple[str, int, int, int, int]], start: int, end: int, own: str, other: str
) -> str:
    """The Chinese word in `other` in place of ``own[start:end]``, what was put in at its ends included.

    Blank where the text beside it was rewritten too, so that no word is known to stand for it.
    """
    touching = [block for block in blocks if block[1] <= end and block[2] >= start]
    inside = [block for block in touching if block[0] == "insert" or (block[1] < end and block[2] > start)]
    kept = [block for block in inside if block[0] == "equal"]
    if any(block[0] in ("replace", "delete") and (block[1] < start or block[2] > end) for block in inside):
        return ""
    left = min(j1 + max(start - i1, 0) if kind == "equal" else j1 for kind, i1, _, j1, _ in inside)
    right = max(j2 - max(i2 - end, 0) if kind == "equal" else j2 for kind, _, i2, _, j2 in inside)
    word = other[left:right]
    return word if len(kept) < len(blocks) and word and all(map(_CHINESE.match, word)) else ""


def _is_last_character_doubled(name: str, replacement: str) -> bool:
    """Whether `replacement` is `name` with its last character doubled."""
    return replacement == name + name[-1]


def _counterpart(
    blocks: Sequence[tuple[str, int, int, int, int]], start: int, end: int, own: str, other: str
) -> str:
    """The text in `other` in place of ``own[start:end]``; `blocks` are the opcodes of a SequenceMatcher."""
    left, right = -1, -1
    for kind, i1, i2, j1, j2 in blocks:
        if kind == "insert" or i2 <= start or i1 >= end:
            continue
        equal = kind == "equal"
        if left < 0:
            left = j1 + (start - i1 if equal else 0)
        right = j1 + (end - i1) if equal and end < i2 else j2
    if right >= len(other) or right <= 0 or end >= len(own):
        return other[left:right]
    is_doubled = other[right] == own[end - 1] and own[end] != other[right]
    return other[left : right + is_doubled]
