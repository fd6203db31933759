"""Numbers in sentences with their context: the clause around each, the measure and the groups named before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from haochaping.cleaning.quantities import COUNT, PERCENT, Quantity, quantities
from haochaping.figures.annex_content import TIERS

MEASURES = {
    "主动评价率": "active_rate",
    "主动评价": "active_evaluations",
    "整改满意率": "rectification_satisfaction_rate",
    "按时整改率": "",
    "按时整改": "rectified_on_time",
    "差评整改率": "",
    "差评率": "",
    "差评": "negative_evaluations",
    "好评率": "",
    "满意率": "",
    "评价率": "evaluation_rate",
    "未评率": "",
    "评价": "evaluations",
    "办件": "cases",
    "占比": "share",
}
"""Words for a measure to its column, longer words before those they contain; blank where no annex has the measure."""
GROUPS = {
    "district_departments": "区直|区级部门|区县部门",
    "city_departments": "市直|市级|市属",
    "public_services": "公共服务|水电气热",
    "town": "(?<!城)镇|街道",
    "village": "(?<![农乡])村|社区",
    "districts": "区县|功能区|县区",
}
"""Patterns of words for an annex or, in annex 4, a tier."""
_MEASURE = re.compile("|".join(MEASURES))
_GROUP = {name: re.compile(words) for name, words in GROUPS.items()}
_WHOLE_CITY = re.compile("全[市省县区州盟旗]|总体")
_DEPARTMENTS = re.compile("部门|单位")
_COUNTER = re.compile(r"[余多]?[个家类项]")
_MEASURE_AFTER_NUMBER = re.compile(rf"[件条个]?的?({'|'.join(MEASURES)})")
_SENTENCE_END, _CLAUSE_END = re.compile("[。；;！!？?]"), re.compile(r"[，、：:（）()]|,(?!\d)")
_BRACKETED_WORDS = re.compile(r"[（(][^（）()\d]*[）)]")
_RESPECTIVELY = "分别"
_NOUN_LENGTH = 10
"""Characters after a counter in which the counted noun is looked for."""


def groups_in(text: str) -> frozenset[str]:
    """Annexes and tiers that a text (without its unit names) mentions."""
    return frozenset(name for name, pattern in _GROUP.items() if pattern.search(text))


def most_specific_groups(text: str) -> frozenset[str]:
    """The most specific groups that a text mentions: 各区县区直部门 are departments, not districts."""
    groups = groups_in(text)
    specific = groups - {"districts", "city_departments"}
    return specific or groups


def groups_in_order(text: str) -> list[str]:
    """The groups in the order in which a text mentions them; only tiers where there are any (各区县镇、村)."""
    at = {name: found.start() for name, pattern in _GROUP.items() if (found := pattern.search(text))}
    tiers = [name for name in at if name in TIERS]
    return sorted(tiers or at, key=lambda name: at[name])


def measure_in(text: str) -> str | None:
    """The last word for a measure in a text; None without one."""
    found = _MEASURE.findall(text)
    return found[-1] if found else None


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
        return _COUNTER.sub("", self.rest, count=1)[:_NOUN_LENGTH]

    @property
    def counts_annexes(self) -> bool:
        """Whether the number counts annexes."""
        return self.counts_units and self.counted_noun.startswith("附件")

    @property
    def counted_groups(self) -> frozenset[str]:
        """Groups whose units are counted.

        For the nouns 部门 and 单位 those that the clause mentions, else departments of both kinds.
        """
        groups = groups_in(self.counted_noun) or groups_in(self.clause)
        departments_of_both_kinds = frozenset({"city_departments", "district_departments"})
        return groups or (
            departments_of_both_kinds if _DEPARTMENTS.search(self.counted_noun) else frozenset()
        )

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
    def assigns_measures(self) -> bool:
        """Whether 分别 assigns the numbers to several measures of one subject."""
        return len(_MEASURE.findall(self.listed)) > 1

    @property
    def is_about_whole_city(self) -> bool:
        """Whether the clause is about the whole city."""
        return bool(_WHOLE_CITY.search(self.clause))

    @property
    def measure(self) -> str | None:
        """The measure of the number; None where the clause names none that fits the number."""
        if self.counts_units or self.quantity.kind not in (COUNT, PERCENT):
            return None
        if self.is_respective:
            words = _MEASURE.findall(self.listed)
            word = words[self.position] if self.position < len(words) > 1 else measure_in(self.listed)
        else:
            after = _MEASURE_AFTER_NUMBER.match(self.rest)
            word = measure_in(self.clause) or (after and after.group(1))
        return word if word and fits_measure(self.quantity, word) else None


def fits_measure(quantity: Quantity, measure: str) -> bool:
    """Whether the kind of a number fits a measure: percentages for rates and shares, counts for all others."""
    return (quantity.kind == PERCENT) == measure.endswith(("率", "占比"))


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
