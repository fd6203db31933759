"""Pair the sentences of two texts, even if paragraphs were moved, joined or split."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from haochaping.cleaning.quantities import plain_text, quantities, without_quantities

_SENTENCE_END = re.compile(r"(?<=[。；;！!？?])")
LEAST_LIKENESS = 0.55
"""Sentences less alike than this are different sentences."""
_SHARED_NUMBERS = 0.2
"""What common numbers add to the likeness of the words."""


@dataclass(frozen=True)
class Passage:
    """A sentence and the index of its paragraph."""

    paragraph: int
    text: str


def split_passages(paragraphs: Sequence[str]) -> list[Passage]:
    """The sentences of paragraphs, without blanks."""
    return [
        Passage(number, sentence)
        for number, paragraph in enumerate(paragraphs)
        for sentence in _SENTENCE_END.split(plain_text(paragraph))
        if sentence
    ]


def pair_passages(ours: Sequence[Passage], theirs: Sequence[Passage]) -> dict[int, int]:
    """Index of each sentence of `theirs` to the index of the one of `ours` it comes from, best pairs first."""
    pairs: dict[int, int] = {}
    free = dict(enumerate(ours))
    for j, passage in enumerate(theirs):
        same = [i for i, own in free.items() if own.text == passage.text]
        if same:
            pairs[j] = min(same, key=lambda i: abs(i - j))
            del free[pairs[j]]
    unpaired = [(j, passage) for j, passage in enumerate(theirs) if j not in pairs]
    scored = [
        (-likeness(own.text, passage.text), abs(i - j), i, j)
        for i, own in free.items()
        for j, passage in unpaired
    ]
    for score, _, i, j in sorted(scored):
        if -score >= LEAST_LIKENESS and i in free and j not in pairs:
            pairs[j] = i
            del free[i]
    return pairs


def likeness(own: str, other: str) -> float:
    """Likeness of two sentences: ratio of common words, plus a little for numbers that occur in both."""
    words = SequenceMatcher(None, without_quantities(own), without_quantities(other), autojunk=False)
    if words.real_quick_ratio() + _SHARED_NUMBERS < LEAST_LIKENESS:
        return 0.0
    values = {(quantity.kind, quantity.value) for quantity in quantities(own)}
    shared = values & {(quantity.kind, quantity.value) for quantity in quantities(other)}
    return words.ratio() + (_SHARED_NUMBERS * len(shared) / len(values) if values else 0.0)
