"""Numbers in sentences, each with the clause and the sentence around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from haochaping.cleaning.quantities import COUNT, Quantity, quantities

_WHOLE_CITY = re.compile("全[市省县区州盟旗]|总体")
_COUNTER = re.compile(r"[余多]?[个家类项]")
_SENTENCE_END, _CLAUSE_END = re.compile("[。；;！!？?]"), re.compile(r"[，、：:（）()]|,(?!\d)")
_BRACKETED_WORDS = re.compile(r"[（(][^（）()\d]*[）)]")
_RESPECTIVELY = "分别"
_NOUN_LENGTH = 10
"""Characters after a counter in which the counted noun is looked for."""


@dataclass(frozen=True)
class NumberMention:
    """A number in a text, with its context."""

    quantity: Quantity
    clause: str
    """Its clause up to the number."""
    before: str
    """Its sentence up to the number."""
    rest: str
    """Its clause after the number."""

    @property
    def words(self) -> str:
        """The clause up to and including the number."""
        return self.clause + self.quantity.text

    @property
    def clause_without_number(self) -> str:
        """The clause without the number."""
        return self.clause + self.rest

    @property
    def counts_units(self) -> bool:
        """Whether the number counts units: 11个区县, 30类区直部门."""
        return self.quantity.kind == COUNT and bool(_COUNTER.match(self.rest))

    @property
    def counted_noun(self) -> str:
        """The counted noun and what follows it."""
        return self.counted_text[:_NOUN_LENGTH]

    @property
    def counted_text(self) -> str:
        """The clause after the counter."""
        return _COUNTER.sub("", self.rest, count=1)

    @property
    def counts_annexes(self) -> bool:
        """Whether the number counts annexes."""
        return self.counts_units and self.counted_noun.startswith("附件")

    @property
    def is_respective(self) -> bool:
        """Whether it is one of several numbers assigned by 分别 (甲、乙分别为…、…)."""
        return _RESPECTIVELY in self.before

    @property
    def listed(self) -> str:
        """The sentence up to 分别: the subjects or measures to which the numbers belong in turn."""
        return self.before.partition(_RESPECTIVELY)[0]

    @property
    def position(self) -> int:
        """Position of this number among those after 分别, from 0."""
        return len(quantities(self.before.partition(_RESPECTIVELY)[2]))

    @property
    def is_about_whole_city(self) -> bool:
        """Whether the clause is about the whole city."""
        return bool(_WHOLE_CITY.search(self.clause))


def extract_mentions(text: str) -> Iterator[NumberMention]:
    """Extract the numbers, dates included, of a text returned by :func:`plain_text`."""
    masked = _BRACKETED_WORDS.sub(lambda bracket: "·" * len(bracket.group()), text)
    for quantity in quantities(text):
        end = quantity.start + len(quantity.text)
        sentence = _end_of_last(_SENTENCE_END, masked, quantity.start)
        clause = max(sentence, _end_of_last(_CLAUSE_END, masked, quantity.start))
        ends = [found.start() for mark in (_CLAUSE_END, _SENTENCE_END) if (found := mark.search(masked, end))]
        rest = text[end : min(ends, default=len(text))]
        yield NumberMention(quantity, text[clause : quantity.start], text[sentence : quantity.start], rest)


def clauses(text: str) -> list[str]:
    """The clauses of a sentence."""
    return _CLAUSE_END.split(text)


def _end_of_last(pattern: re.Pattern[str], text: str, end: int) -> int:
    return max((match.end() for match in pattern.finditer(text, 0, end)), default=0)
