"""Unit names of an edited sentence against those of the sentence it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from haochaping.proofreading.difference import NAME, SUSPECTED, Difference

GROUPS = ("市直", "区直", "区县", "镇（街道）", "村（社区）", "公共服务")
"""Groups of units; one in the place of another is a slip, other words for one are not."""
_ALIKE = 0.5
_SHORT = 4
_CHINESE = re.compile("[\u4e00-\u9fff]")
_BEFORE = "和与及在对由如是以市将把向为有中"
"""Characters after which a name begins."""


class Names:
    """The names that a text may use."""

    def __init__(self, names: Iterable[str]):
        self._names = frozenset(name for name in names if len(name) > 1)
        longest_first = sorted({*self._names, *GROUPS}, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def changed(self, own: str, other: str, place: str) -> list[Difference]:
        """Names of `own` in whose place another or a misspelt one stands in `other`."""
        if own == other:
            return []
        found = []
        blocks = SequenceMatcher(None, own, other, autojunk=False).get_opcodes()
        for match in self._pattern.finditer(own):
            name = match.group()
            instead = _counterpart(blocks, match.start(), match.end(), own, other)
            is_gone = own.count(name) > other.count(name)
            if instead != name and (_doubled(name, instead) or (is_gone and self._is_slip(name, instead))):
                found.append(Difference(place, instead, name, NAME))
        return found

    def suspected(self, text: str, own: str, place: str) -> list[Difference]:
        """Words of `text`, none of `own`, that are one character off a name."""
        taken = {at for match in self._pattern.finditer(text) for at in range(*match.span())}
        found: dict[int, Difference] = {}
        for name in sorted(self._names, key=len, reverse=True):
            for start in range(len(text) - len(name) + 1):
                word = text[start : start + len(name)]
                at = _only_difference(name, word)
                if at is None or start + at in taken or word in own or not _is_telling(name, at, text, start):
                    continue
                found.setdefault(start + at, Difference(place, word, name, SUSPECTED))
        return list(found.values())

    def _is_slip(self, name: str, instead: str) -> bool:
        if name in GROUPS:
            return any(group in instead for group in GROUPS)
        alike = SequenceMatcher(None, name, instead, autojunk=False).ratio() >= _ALIKE
        return bool(instead) and (instead in self._names or alike)


def _only_difference(name: str, word: str) -> int | None:
    """Where the only character stands in which two words of the same length differ."""
    apart = [at for at, (one, two) in enumerate(zip(name, word, strict=True)) if one != two]
    return apart[0] if len(apart) == 1 and _CHINESE.match(word[apart[0]]) else None


def _is_telling(name: str, at: int, text: str, start: int) -> bool:
    """Whether a word that differs from a name at one place is likely that name: long, or an area's after a boundary."""
    if len(name) > _SHORT:
        return at > 0
    is_area = len(name) > 2 and name.endswith(tuple("区县市旗")) and at < len(name) - 1
    return is_area and (start == 0 or not _CHINESE.match(text[start - 1]) or text[start - 1] in _BEFORE)


def _doubled(name: str, instead: str) -> bool:
    """Whether only the last character stands twice."""
    return instead == name + name[-1]


def _counterpart(
    blocks: Sequence[tuple[str, int, int, int, int]], start: int, end: int, own: str, other: str
) -> str:
    """What stands in `other` in the place of ``own[start:end]``."""
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
