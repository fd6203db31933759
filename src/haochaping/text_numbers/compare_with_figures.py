"""Compare numbers in free sentences with the figures that the words before them name: unit, group and measure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from haochaping.cleaning.number_format import number, percent_text, percent_text_beside
from haochaping.cleaning.quantities import COUNT, PERCENT
from haochaping.core.declaration import SCORE, SHARE
from haochaping.figures.figure import PER_TEN_THOUSAND, POINTS, Figures
from haochaping.figures.figure import PERCENT as PERCENT_UNIT
from haochaping.store.cell_index import CellIndex
from haochaping.text_numbers.changes import Changes, direction
from haochaping.text_numbers.derived_numbers import DerivedNumbers
from haochaping.text_numbers.known_numbers import KnownNumbers, equals_value, printed_tables
from haochaping.text_numbers.number_mention import NumberMention
from haochaping.text_numbers.subject import Subject, SubjectReader
from haochaping.text_numbers.subject_values import CellValue, SubjectValues
from haochaping.text_numbers.unit_counts import UnitCounts

_QUARTER_ON_QUARTER, _YEAR_ON_YEAR = re.compile("环比|上[一个]?[季期月]"), re.compile("同比|上年|去年")
SMALL_COUNT = 1000
"""Counts below this, and whole percentages, occur in every quarter: that one is known proves nothing."""
_QUALIFYING_WORDS = re.compile(
    "比|较|增|减|升|降|高于|低于|多|少|超|近|约|余|以上|以下|左右|至"
    "|去年|上年|上季|上半年|同期|往年|累计|日均|月均|平均|人均|网上|线上|线下|现场|一次"
)
"""Words after which a number need not be the figure of the unit and measure named before it (比去年, 累计 …)."""
_UNNAMED_UNIT = re.compile("最[多高大少低小]|某|个别|有的|其中|之一|前[一二两三四五]")
"""Words that let a number be the figure of one unit that is not named (最多, 个别 …)."""


def is_opposite_direction(first: NumberMention, second: NumberMention) -> bool:
    """Whether one mention is of a rise and the other of a fall."""
    return direction(first) * direction(second) < 0


class FigureComparison:
    """Compares mentions of numbers with the figures of a quarter.

    Parameters
    ----------
    cell_index : CellIndex
        The quarter's cells; if it has a reference, aliases of units are recognised.
    figures : Figures
        The quarter's named figures.
    own_texts : iterable of str
        Our own sentences, whose numbers count as known.
    """

    def __init__(self, cell_index: CellIndex, figures: Figures, own_texts: Iterable[str] = ()):
        self.cell_index, self.figures = cell_index, figures
        self.known_numbers = KnownNumbers(cell_index.data, figures, own_texts)
        self.subject_reader = SubjectReader(cell_index)
        self.values = SubjectValues(cell_index, figures, self.subject_reader)
        self.unit_counts = UnitCounts(self.values)
        self.changes = Changes(cell_index, figures, self.values)
        self.derived_numbers = DerivedNumbers(self.values)

    def expected_text(self, mention: NumberMention) -> str:
        """The text that would be right; blank where the number is right or cannot be assigned to a figure with certainty."""
        if change := self.changes.change(mention):
            return "" if change.is_right or self.derived_numbers.is_derived(mention) else change.text
        if right_direction := self._right_direction(mention):
            return right_direction
        if share := self.derived_numbers.share(mention):
            is_wrong = share.is_certain and not self._equals_any(mention, share.values)
            return share.text if is_wrong and not self.is_explained(mention) else ""
        if counted := self.unit_counts.count(mention):
            is_wrong = counted.is_certain and mention.quantity.value[0] not in counted.values
            return " 或 ".join(map(str, sorted(counted.values))) if is_wrong else ""
        words = self.subject_reader.vocabulary.without_rows(mention.clause_without_number)
        if _QUALIFYING_WORDS.search(words) or mention.quantity.kind not in (COUNT, PERCENT):
            return ""
        subject = self.subject_reader.subject(mention)
        values = self.values.of_units(subject)
        if values:
            is_right = self._equals_any(mention, values) or (
                subject.is_inherited and self.is_explained(mention)
            )
            return "" if is_right else _values_text(values, mention)
        if mention.quantity.kind == COUNT and not self.known_numbers.contains(mention.quantity):
            intended = self.known_numbers.one_slip_away(mention.quantity)
            return number(intended) if intended is not None else ""
        return ""

    def _right_direction(self, mention: NumberMention) -> str:
        """The right text of a change where changes of this size exist but all went the other way; else blank."""
        direction_said = direction(mention)
        comparison = (
            "before"
            if _QUARTER_ON_QUARTER.search(mention.clause)
            else "year"
            if _YEAR_ON_YEAR.search(mention.clause)
            else ""
        )
        if not direction_said or not comparison:
            return ""
        same_size = [
            figure
            for name, figure in self.figures.items()
            if name.endswith(f"_{comparison}")
            and figure.unit in (PERCENT_UNIT, POINTS)
            and figure.size.text.rstrip("%")
            == mention.quantity.text.rstrip("%").removesuffix("个百分点").strip()
        ]
        directions = {(float(figure.value or 0) > 0) for figure in same_size}
        if not same_size or (direction_said > 0) in directions:
            return ""
        return f"{'增长（提高）' if direction_said < 0 else '下降'}{same_size[0].size}"

    def is_explained(self, mention: NumberMention) -> bool:
        """Whether a figure of the quarter has this number and fits the words around it."""
        quantity = mention.quantity
        if quantity.kind not in (COUNT, PERCENT) or quantity.label.endswith("附件"):
            return self.known_numbers.contains(quantity) or self._is_derived(mention)
        if _is_list_number(mention):
            return True
        subject = self.subject_reader.subject(mention)
        is_score = any(measure.kind == SCORE for measure in subject.measures)
        if (
            quantity.kind == COUNT and quantity.value[0] % 1 and not is_score
        ):  # no count: so many in ten thousand
            return any(f.unit == PER_TEN_THOUSAND and f.text == quantity.text for f in self.figures.values())
        if mention.counts_annexes:
            return quantity.value[0] == len(printed_tables(self.cell_index.data))
        if counted := self.unit_counts.count(mention):
            return quantity.value[0] in counted.values
        if self._is_derived(mention):
            return True
        is_share = any(measure.kind == SHARE for measure in subject.measures)
        if subject.word is None or (is_share and not subject.names):
            return not _is_small(mention) and self.known_numbers.contains(quantity)
        values = self.values.of_units(subject)
        if subject.is_inherited or not subject.names:
            values = [*values, *self._values_of_rows(subject, mention)]
        return self._equals_any(mention, values)

    def _is_derived(self, mention: NumberMention) -> bool:
        """Whether the number is the bound of a count, a change, a share, a sum or a difference, and right."""
        change = self.changes.change(mention)
        share = self.derived_numbers.share(mention)
        return (
            (change is not None and change.is_right)
            or (share is not None and self._equals_any(mention, share.values))
            or self.derived_numbers.is_derived(mention)
            or self.unit_counts.is_bound_met(mention)
        )

    def expected_values_text(self, mention: NumberMention) -> str:
        """The figures that the words before a number name, as text; blank where they name none."""
        subject = self.subject_reader.subject(mention)
        values = self.values.of_units(subject)
        if not values and subject.scopes:
            values = [v for m in subject.measures for v in self.values.totals(subject.scopes, m)]
        return _values_text(list(dict.fromkeys(values)), mention)

    def have_different_subjects(self, mine: NumberMention, theirs: NumberMention) -> bool:
        """Whether two mentions of one number name different units, groups or measures."""
        my_subject, their_subject = self.subject_reader.subject(mine), self.subject_reader.subject(theirs)
        other_name = (
            bool(their_subject.names)
            and not their_subject.is_inherited
            and set(my_subject.names) != set(their_subject.names)
        )
        other_measure = bool(my_subject.word and their_subject.word) and my_subject.word != their_subject.word
        scopes = [
            self.subject_reader.counted_scopes(mention) if mention.counts_units else subject.scopes
            for mention, subject in ((mine, my_subject), (theirs, their_subject))
        ]
        return other_name or other_measure or (all(scopes) and not scopes[0] & scopes[1])

    def _values_of_rows(self, subject: Subject, mention: NumberMention) -> list[CellValue]:
        return self.values.of_measure(
            subject,
            is_about_whole_city=mention.is_about_whole_city,
            may_be_any_unit=bool(_UNNAMED_UNIT.search(mention.before)),
        )

    @staticmethod
    def _equals_any(mention: NumberMention, values: Iterable[CellValue]) -> bool:
        return any(equals_value(mention.quantity, value) for value in values)


def _is_small(mention: NumberMention) -> bool:
    value = mention.quantity.value[0]
    return "." not in mention.quantity.text and (mention.quantity.kind == PERCENT or value < SMALL_COUNT)


def _is_list_number(mention: NumberMention) -> bool:
    """Whether the number is only the number of a list item."""
    opens = not mention.before.strip("（(") and bool(re.match(r"[.．]|$", mention.rest))
    return opens and mention.quantity.value[0] < SMALL_COUNT


def _values_text(values: Sequence[CellValue], mention: NumberMention) -> str:
    """The right values as text; percentages with the decimals in which they differ from the one that is mentioned."""

    def text(value: CellValue) -> str:
        if isinstance(value, Decimal):
            return f"{value:f}"
        if not isinstance(value, Fraction):
            return number(value)
        if mention.quantity.kind != PERCENT or equals_value(mention.quantity, value):
            return percent_text(value)
        return percent_text_beside(value, mention.quantity.value[0])

    return " 或 ".join(dict.fromkeys(map(text, values)))
