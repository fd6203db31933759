"""Numbers that a sentence derives: shares of a whole, differences of rates, sums of the numbers before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate

from haochaping.cleaning.number_format import percent_text
from haochaping.cleaning.quantities import COUNT, PERCENT, POINTS
from haochaping.core.declaration import Measure
from haochaping.text_numbers.changes import direction
from haochaping.text_numbers.known_numbers import equals_value
from haochaping.text_numbers.number_mention import NumberMention, extract_mentions
from haochaping.text_numbers.subject import Subject
from haochaping.text_numbers.subject_values import CellValue, SubjectValues

_SHARE = re.compile("占(?P<of>[^占]{0,12})$")
_OF_THE_WHOLE = re.compile("(?:比|比为|比达|全部的?|总[数量]的?|[^，]{0,6}总[数量]的?)?")
_DIFFERENCE = re.compile("(?P<word>低于|高于|落后于?|领先于?)(?P<other>[^低高]*)$")
_BELOW = ("低于", "落后")
_TOGETHER = re.compile("(?:[两三四五]者|[两二三四五]项)?(?:共计|合计|总计|累计|共)(?:为|达)?")


@dataclass(frozen=True)
class Share:
    """The right shares, and whether the words can mean no other."""

    values: tuple[Fraction, ...]
    is_certain: bool

    @property
    def text(self) -> str:
        """The right shares as text."""
        return " 或 ".join(dict.fromkeys(map(percent_text, self.values)))


class DerivedNumbers:
    """Computes what sentences derive from the figures of a period.

    Parameters
    ----------
    values : SubjectValues
        The period's values by row.
    """

    def __init__(self, values: SubjectValues):
        self._values, self._reader, self._vocabulary = values, values.reader, values.vocabulary

    def share(self, mention: NumberMention) -> Share | None:
        """The share of the subject's count in that of all rows of its table; None where the number is no such share."""
        found = _SHARE.search(mention.clause) if mention.quantity.kind == PERCENT else None
        if found is None or mention.is_respective:
            return None
        subject = self._reader.subject(mention)
        scopes = subject.scopes or self._reader.nearest_scopes(mention.before)
        subject = replace(subject, scopes=scopes)
        word = self._vocabulary.measure_in(mention.before)
        measures = [measure for measure in self._vocabulary.measures(word or "") if measure.is_count]
        if not subject.names or not measures:
            return None
        values = tuple(value for measure in measures for value in self._shares(subject, measure))
        names_own = not subject.is_inherited and len(subject.names) == 1
        is_certain = names_own and bool(subject.scopes) and bool(_OF_THE_WHOLE.fullmatch(found["of"]))
        return Share(values, is_certain) if values else None

    def _shares(self, subject: Subject, measure: Measure) -> Iterator[Fraction]:
        names = [{*self._reader.printed_by_spelling[name]} for name in subject.names]
        for rows in self._values.rows_by_scope(subject.scopes):
            counts = [(row, count) for row in rows if (count := self._values.count(row, measure)) is not None]
            own = [
                count for row, count in counts if all(name & self._values.unit_names(row) for name in names)
            ]
            if own and (whole := sum(count for _, count in counts)):
                yield Fraction(sum(own), whole)

    def is_derived(self, mention: NumberMention) -> bool:
        """Whether the sentence derives the number: as a sum, as a difference of two rates, as a difference of subjects."""
        if mention.quantity.kind == COUNT:
            return bool(_TOGETHER.fullmatch(mention.clause)) and self._is_sum_of_numbers_before(mention)
        if mention.quantity.kind != POINTS:
            return False
        return self._is_difference_of_rates_before(mention) or self._is_difference_of_subjects(mention)

    @staticmethod
    def _is_sum_of_numbers_before(mention: NumberMention) -> bool:
        before = [m.quantity for m in extract_mentions(mention.before) if not m.counts_units]
        counts = [quantity.value[0] for quantity in before if quantity.kind == COUNT]
        return mention.quantity.value[0] in [*accumulate(reversed(counts))][1:]

    @staticmethod
    def _is_difference_of_rates_before(mention: NumberMention) -> bool:
        """由58.80%上升到74.21%，提高15.41个百分点."""
        rates = [m.quantity for m in extract_mentions(mention.before) if m.quantity.kind == PERCENT]
        if len(rates) < 2 or not direction(mention):
            return False
        change = rates[-1].value[0] - rates[-2].value[0]
        return change * direction(mention) == mention.quantity.value[0]

    def _is_difference_of_subjects(self, mention: NumberMention) -> bool:
        """岚河县评价率58.80%，低于全市各县市平均水平14.67个百分点."""
        found = _DIFFERENCE.search(mention.clause)
        word = self._vocabulary.measure_in(mention.clause) or self._vocabulary.measure_in(mention.before)
        measures = tuple(m for m in self._vocabulary.measures(word or "") if m.is_percentage)
        if not found or not measures:
            return False
        at = len(mention.before) - len(found.group())
        own = replace(self._reader.subject_of_text(mention.before[:at]), measures=measures)
        other = replace(self._reader.subject_of_text(found["other"]), measures=measures)
        sign = -1 if found["word"].startswith(_BELOW) else 1
        points = replace(mention.quantity, kind=PERCENT)
        return any(
            sign * (mine - theirs) > 0 and equals_value(points, abs(mine - theirs))
            for mine in self._rates(own)
            for theirs in self._rates(other)
        )

    def _rates(self, subject: Subject) -> Iterable[Fraction]:
        """The rates of a subject, exact and as printed with two decimals."""
        values: list[CellValue] = self._values.of_units(subject)
        if not subject.names:
            values = [
                value
                for measure in subject.measures
                for value in self._values.totals(subject.scopes, measure)
            ]
        for value in values:
            if isinstance(value, Fraction):
                yield value
                yield Fraction(Decimal(percent_text(value).removesuffix("%"))) / 100
