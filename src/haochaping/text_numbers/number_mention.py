"""What a sentence says each of its numbers to be: the clause around it, the measure and the groups named before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from haochaping.cleaning.quantities import COUNT, PERCENT, Quantity, quantities
from haochaping.core.model import TIERS

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
"""Words for a measure, the longer before the shorter it contains; blank: one that no annex has."""
GROUPS = {
    "district_departments": "区直|区级部门|区县部门",
    "city_departments": "市直|市级|市属",
    "public_services": "公共服务|水电气热",
    "town": "(?<!城)镇|街道",
    "village": "(?<![农乡])村|社区",
    "districts": "区县|功能区|县区",
}
"""Words for the annex, or the tier of one, that a number is about."""
_MEASURE = re.compile("|".join(MEASURES))
_GROUP = {name: re.compile(words) for name, words in GROUPS.items()}
_WHOLE = re.compile("全[市省县区州盟旗]|总体")
_DEPARTMENTS = re.compile("部门|单位")
_COUNTER = re.compile(r"[余多]?[个家类项]")
_AFTER = re.compile(rf"[件条个]?的?({'|'.join(MEASURES)})")
_SENTENCE_END, _CLAUSE_END = re.compile("[。；;！!？?]"), re.compile(r"[，、：:（）()]|,(?!\d)")
_ASIDE = re.compile(r"[（(][^（）()\d]*[）)]")
_EACH = "分别"
_NOUN = 10
"""Characters after a counter in which the noun that is counted stands."""


def groups_in(text: str) -> frozenset[str]:
    """Annexes and tiers that a text without unit names speaks of."""
    return frozenset(name for name, pattern in _GROUP.items() if pattern.search(text))


def scope_of(text: str) -> frozenset[str]:
    """The groups a number is about: 各区县区直部门 are departments, not districts."""
    groups = groups_in(text)
    below = groups - {"districts", "city_departments"}
    return below or groups


def groups_in_turn(text: str) -> list[str]:
    """The groups in the order of their words; tiers alone where there are tiers (各区县镇、村)."""
    at = {name: found.start() for name, pattern in _GROUP.items() if (found := pattern.search(text))}
    tiers = [name for name in at if name in TIERS]
    return sorted(tiers or at, key=lambda name: at[name])


def measure_in(text: str) -> str | None:
    """The last word for a measure."""
    found = _MEASURE.findall(text)
    return found[-1] if found else None


@dataclass(frozen=True)
class NumberMention:
    """A number of a text: the clause up to it, the sentence up to it, and what follows in its clause."""

    quantity: Quantity
    clause: str
    before: str
    rest: str

    @property
    def words(self) -> str:
        """The clause from its beginning to the end of the number."""
        return self.clause + self.quantity.text

    @property
    def whole_clause(self) -> str:
        """The clause without the number."""
        return self.clause + self.rest

    @property
    def counts_units(self) -> bool:
        """Whether units are counted: 11个区县, 30类区直部门."""
        return self.quantity.kind == COUNT and bool(_COUNTER.match(self.rest))

    @property
    def noun(self) -> str:
        """What is counted."""
        return _COUNTER.sub("", self.rest, count=1)[:_NOUN]

    @property
    def counts_annexes(self) -> bool:
        """Whether annexes are counted."""
        return self.counts_units and self.noun.startswith("附件")

    @property
    def counted(self) -> frozenset[str]:
        """Groups whose units are counted; those named before, or those of either kind, where the noun is 部门 or 单位."""
        groups = groups_in(self.noun) or groups_in(self.clause)
        unsaid = frozenset({"city_departments", "district_departments"})
        return groups or (unsaid if _DEPARTMENTS.search(self.noun) else frozenset())

    @property
    def is_each(self) -> bool:
        """Whether it is one of several numbers that 分别 gives to several subjects."""
        return _EACH in self.before

    @property
    def listed(self) -> str:
        """What stands before 分别: the subjects or measures in turn."""
        return self.before.partition(_EACH)[0]

    @property
    def turn(self) -> int:
        """How many numbers stand between 分别 and this one."""
        return len(quantities(self.before.partition(_EACH)[2]))

    @property
    def measures_in_turn(self) -> bool:
        """Whether 分别 gives the numbers to several measures of one subject."""
        return len(_MEASURE.findall(self.listed)) > 1

    @property
    def is_whole(self) -> bool:
        """Whether the clause speaks of the whole city."""
        return bool(_WHOLE.search(self.clause))

    @property
    def measure(self) -> str | None:
        """The measure that the number is one of; None where the clause names none that fits."""
        if self.counts_units or self.quantity.kind not in (COUNT, PERCENT):
            return None
        if self.is_each:
            words = _MEASURE.findall(self.listed)
            word = words[self.turn] if self.turn < len(words) > 1 else measure_in(self.listed)
        else:
            after = _AFTER.match(self.rest)
            word = measure_in(self.clause) or (after and after.group(1))
        return word if word and fits(self.quantity, word) else None


def fits(quantity: Quantity, measure: str) -> bool:
    """Whether a measure is told in numbers of this kind."""
    return (quantity.kind == PERCENT) == measure.endswith(("率", "占比"))


def extract_mentions(text: str) -> Iterator[NumberMention]:
    """The numbers of a text that :func:`plain_text` made, dates among them."""
    bare = _ASIDE.sub(lambda aside: "·" * len(aside.group()), text)
    for quantity in quantities(text):
        end = quantity.start + len(quantity.text)
        sentence = _after_last(_SENTENCE_END, bare, quantity.start)
        clause = max(sentence, _after_last(_CLAUSE_END, bare, quantity.start))
        ends = [found.start() for mark in (_CLAUSE_END, _SENTENCE_END) if (found := mark.search(bare, end))]
        rest = text[end : min(ends, default=len(text))]
        yield NumberMention(quantity, text[clause : quantity.start], text[sentence : quantity.start], rest)


def clauses(text: str) -> list[str]:
    """The clauses of a sentence."""
    return _CLAUSE_END.split(text)


def _after_last(pattern: re.Pattern[str], text: str, end: int) -> int:
    return max((match.end() for match in pattern.finditer(text, 0, end)), default=0)
