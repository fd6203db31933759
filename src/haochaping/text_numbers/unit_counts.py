"""How many units meet a condition, as sentences count them: 3个市级单位评价率在70%以上."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from haochaping.cleaning.quantities import PERCENT, quantities
from haochaping.core.declaration import Measure
from haochaping.store.cell_index import RowRef
from haochaping.text_numbers.number_mention import NumberMention, extract_mentions
from haochaping.text_numbers.subject_values import CellValue, SubjectValues
from haochaping.text_numbers.vocabulary import Scope

_NOT_ALL = re.compile("(?:[前第近约超多另余外]|至少|不到|超过|新增|增加|其他|其余|以外|全省|全国)$")
"""Words before a number that make it no count of the units of the tables."""
_EVERY = "(?P<every>[均都])?"
_THING = "(?:的?(?:评价|办件|记录|情况|事项))?"
_ABOVE = ("超过", "超", "高于", "大于", "多于")
_BELOW = ("低于", "小于", "不足", "不到", "少于")
_AT_LEAST = ("不低于", "不少于", "不小于", "达到", "至少")
_AT_MOST = ("不高于", "不超过", "不大于", "不多于", "至多")
_EXACTLY = ("为", "是", "均为", "都为")
_OPERATORS = sorted([*_ABOVE, *_BELOW, *_AT_LEAST, *_AT_MOST, *_EXACTLY, "在"], key=len, reverse=True)
_HOLDS: dict[str, Callable[[CellValue, CellValue], bool]] = {
    "=": lambda value, bound: value == bound,
    ">": lambda value, bound: value > bound,
    "<": lambda value, bound: value < bound,
    ">=": lambda value, bound: value >= bound,
    "<=": lambda value, bound: value <= bound,
}


@dataclass(frozen=True)
class _Condition:
    """What the counted units have: a measure that stands in one of several relations to a number."""

    word: str
    relations: tuple[str, ...]
    bound: CellValue
    number: str
    """The number as written; blank where words say it (没有)."""
    is_of_every_unit: bool


@dataclass(frozen=True)
class UnitCount:
    """The right numbers of units, and whether the sentence can mean nothing else."""

    values: frozenset[int]
    is_certain: bool


class UnitCounts:
    """Counts the units of a sentence.

    Parameters
    ----------
    values : SubjectValues
        The period's values by row.
    """

    def __init__(self, values: SubjectValues):
        self._values, self._reader, self._vocabulary = values, values.reader, values.vocabulary
        measure = f"(?P<word>{self._vocabulary.measure_pattern})(?:数|量)?"
        self._none = re.compile(
            f"{_EVERY}(?:仍|还)?(?:没有|无|零|未出现|未发生|未收到|未产生)(?:过|任何)?{measure}{_THING}"
        )
        self._nought = re.compile(f"{measure}{_EVERY}为(?:零|0[条件次]?)")
        self._some = re.compile(f"{_EVERY}(?:出现|发生|产生|存在|收到|有)(?:过|了)?{measure}{_THING}")
        self._bound = re.compile(
            f"{_EVERY}{measure}(?P<each>[均都])?(?P<operator>{'|'.join(_OPERATORS)})?"
            r"(?P<number>\d[\d,]*(?:\.\d+)?%?)[条件次分个]?(?P<suffix>及?以上|及?以下|以内)?"
        )

    def count(self, mention: NumberMention) -> UnitCount | None:
        """The right numbers of the units that a mention counts; None where it counts no units of the tables."""
        scopes = self._reader.counted_scopes(mention) if mention.counts_units else frozenset()
        if not scopes:
            return None
        if condition := self._condition(mention):
            matrix = any(self._values.declaration.annexes[scope.annex].columns_by for scope in scopes)
            found = {n for scope in scopes for n in self._numbers_meeting(condition, scope)}
            if found and not condition.is_of_every_unit:
                return UnitCount(frozenset(found), len(scopes) == 1 and not matrix)
        values = self._values.unit_counts(mention)
        most = max((self._most_units(scope) for scope in scopes), default=0)
        exceeds = mention.quantity.value[0] > most > 0 and self._names_rows_directly(mention)
        if exceeds and not _NOT_ALL.search(mention.clause):
            return UnitCount(frozenset(self._numbers_of_units(scopes)), True)
        return UnitCount(frozenset(values), False)

    def is_bound_met(self, mention: NumberMention) -> bool:
        """Whether a number is the bound of a count of units before it (70% in 3个市级单位评价率在70%以上), and right.

        So many units must meet it; of all units (都, 均), each.
        """
        for counting in extract_mentions(f"{mention.clause}{mention.quantity.text}{mention.rest}"):
            condition = self._condition(counting) if counting.counts_units else None
            if condition is None or condition.number != mention.quantity.text:
                continue
            said = None if condition.is_of_every_unit else counting.quantity.value[0]
            return any(
                number == (self._most_units(scope) if said is None else said)
                for scope in self._reader.counted_scopes(counting)
                for number in self._numbers_meeting(condition, scope)
            )
        return False

    def _condition(self, mention: NumberMention) -> _Condition | None:
        """The condition after the counter and the counted noun, if these words are nothing else."""
        text = self._vocabulary.without_leading_rows(mention.counted_text)
        for pattern, relation in ((self._none, "="), (self._nought, "="), (self._some, ">")):
            if found := pattern.fullmatch(text):
                return _Condition(found["word"], (relation,), 0, "", bool(found["every"]))
        found = self._bound.fullmatch(text)
        relations = _relations(found["operator"] or "", found["suffix"] or "") if found else ()
        if not found or not relations:
            return None
        [quantity] = quantities(found["number"])
        value = quantity.value[0]
        bound: CellValue = Fraction(value) / 100 if quantity.kind == PERCENT else Decimal(value)
        if not self._vocabulary.fits(quantity, found["word"]):
            return None
        is_of_every = bool(found["every"] or found["each"])
        return _Condition(found["word"], relations, bound, found["number"], is_of_every)

    def _numbers_meeting(self, condition: _Condition, scope: Scope) -> Iterator[int]:
        """How many rows meet the condition, by each relation and each measure of its word."""
        rows = self._values.rows(scope)
        for measure in self._vocabulary.measures(condition.word):
            values = [value for row in rows if (value := self._first_value(row, measure)) is not None]
            for relation in condition.relations if values else ():
                yield sum(_HOLDS[relation](value, condition.bound) for value in values)

    def _first_value(self, row: RowRef, measure: Measure) -> CellValue | None:
        return next(iter(self._values.of_row(row, measure)), None)

    def _names_rows_directly(self, mention: NumberMention) -> bool:
        return self._vocabulary.without_leading_rows(mention.counted_text) != mention.counted_text

    def _most_units(self, scope: Scope) -> int:
        return len(self._values.rows(scope))

    def _numbers_of_units(self, scopes: frozenset[Scope]) -> Iterator[int]:
        for scope in scopes:
            yield len({row.row for row in self._values.rows(scope)})


def _relations(operator: str, suffix: str) -> tuple[str, ...]:
    """The relations that words around a number may mean; none where they mean none."""
    if suffix.endswith("以上"):
        return (">=", ">") if not operator or operator in ("在", *_EXACTLY, *_AT_LEAST) else ()
    if suffix:
        return ("<=", "<") if not operator or operator in ("在", *_EXACTLY) else ()
    if operator in _ABOVE:
        return (">",)
    if operator in _BELOW:
        return ("<",)
    if operator in _AT_LEAST:
        return (">=",)
    if operator in _AT_MOST:
        return ("<=",)
    return ("=",) if operator in _EXACTLY else ()
