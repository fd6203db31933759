"""How much the figures of a sentence's subject changed against another period."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from haochaping.cleaning.number_format import number, percent_text, percent_text_beside
from haochaping.cleaning.quantities import COUNT, PERCENT, POINTS
from haochaping.core.declaration import Measure
from haochaping.core.model import QuarterData
from haochaping.figures.figure import Figures
from haochaping.store.cell_index import CellIndex
from haochaping.text_numbers.known_numbers import equals_value
from haochaping.text_numbers.number_mention import NumberMention
from haochaping.text_numbers.subject import Subject, SubjectReader
from haochaping.text_numbers.subject_values import CellValue, SubjectValues

RISE_WORDS = ("增长", "提高", "上升", "增加", "升高", "回升", "上涨")
FALL_WORDS = ("下降", "减少", "降低", "回落", "下滑")
_CHANGE_WORD = re.compile(f"({'|'.join((*RISE_WORDS, *FALL_WORDS))})(?:了|约|近)?$")
_STARTS_AT = re.compile("[由从]$")
_CHANGES_TO = re.compile(f"(?:{'|'.join((*RISE_WORDS, *FALL_WORDS))}|升|降|增|减)[到至为]")
_YEAR_AGO = "同比|[去上]年同期"
_BEFORE = "环比|[上前][一个]{0,2}(?:季度?|月|期)(?!同期)"


def direction(mention: NumberMention) -> int:
    """1 where a word for a rise is right before the number, -1 for a fall, else 0."""
    found = _CHANGE_WORD.search(mention.clause)
    return 0 if found is None else 1 if found.group(1) in RISE_WORDS else -1


@dataclass(frozen=True)
class Change:
    """What a changed figure should read: whether the number is right, and the right text where it is not."""

    is_right: bool
    text: str


class Changes:
    """Compares the changes that a sentence tells with those between two periods.

    Parameters
    ----------
    cell_index : CellIndex
        The period; earlier ones are its history, or that of its data.
    figures : Figures
        Its named figures.
    values : SubjectValues
        Its values by row.
    """

    def __init__(self, cell_index: CellIndex, figures: Figures, values: SubjectValues):
        self._values, self._reader, self._figures = values, values.reader, figures
        self._quarter = cell_index.data.quarter
        earlier = {data.quarter: data for data in (*cell_index.data.history, *cell_index.history)}
        self._before, self._year_ago = (
            earlier.get(self._quarter.previous),
            earlier.get(self._quarter.year_ago),
        )
        label = re.escape(self._quarter.previous.label_in_year.removeprefix("第"))
        self._against = re.compile(
            f"(?P<year>{_YEAR_AGO})|(?P<before>{_BEFORE}|[比较](?:[^，]{{0,5}}年)?第?{label})"
        )
        self._values_by_period: dict[str, SubjectValues] = {}

    def change(self, mention: NumberMention) -> Change | None:
        """Whether a change, or the value from which it starts, is right; None where nothing is there to compare with."""
        if _STARTS_AT.search(mention.clause) and _CHANGES_TO.search(mention.rest):
            return self._start(mention)
        if not direction(mention):
            return None
        found = next(reversed(list(self._against.finditer(mention.before))), None)
        earlier = (self._year_ago if found["year"] else self._before) if found else None
        if earlier is None:
            return None
        right = list(dict.fromkeys(self._changes(mention, earlier)))
        if not right:
            return None
        size = mention.quantity if mention.quantity.kind == COUNT else replace(mention.quantity, kind=PERCENT)
        is_right = any(
            change * direction(mention) >= 0 and equals_value(size, _size(change)) for change in right
        )
        return Change(is_right, " 或 ".join(dict.fromkeys(_text(change, mention) for change in right)))

    def _start(self, mention: NumberMention) -> Change | None:
        """The value before, from which a figure rose or fell."""
        found = next(reversed(list(self._against.finditer(mention.before))), None)
        earlier = self._year_ago if found and found["year"] else self._before
        subject = self._subject(mention)
        if earlier is None or not subject.names:
            return None
        values = list(self._keyed(earlier, subject).values())
        right = any(equals_value(mention.quantity, value) for value in values)
        texts = [
            percent_text(v) if isinstance(v, Fraction) else f"{v:f}" if isinstance(v, Decimal) else number(v)
            for v in values
        ]
        return Change(right, " 或 ".join(dict.fromkeys(texts))) if values else None

    def _changes(self, mention: NumberMention, earlier: QuarterData) -> Iterator[int | Fraction]:
        """Every change of the subject, a count's also relative to before, as the kind of the number asks for."""
        subject = self._subject(mention)
        now, before = self._values.keyed(subject), self._keyed(earlier, subject)
        for key in (key for key in now if key in before):
            new, old = now[key], before[key]
            if isinstance(new, int) and isinstance(old, int):
                if mention.quantity.kind == COUNT:
                    yield new - old
                elif mention.quantity.kind == PERCENT and old:
                    yield Fraction(new - old, old)
            elif isinstance(new, Fraction) and isinstance(old, Fraction) and mention.quantity.kind == POINTS:
                yield new - old

    def _keyed(self, earlier: QuarterData, subject: Subject) -> dict[tuple[str, ...], CellValue]:
        name = str(earlier.quarter)
        if name not in self._values_by_period:
            cell_index = CellIndex(earlier, self._values.cell_index.reference)
            self._values_by_period[name] = SubjectValues(cell_index, self._figures, SubjectReader(cell_index))
        return self._values_by_period[name].keyed(subject)

    def _subject(self, mention: NumberMention) -> Subject:
        """The subject of the sentence up to the number: its measure may be of another kind than the change."""
        subject = self._reader.subject(mention)
        word = self._reader.vocabulary.measure_in(mention.clause) or self._reader.vocabulary.measure_in(
            mention.before
        )
        measures: tuple[Measure, ...] = self._reader.vocabulary.measures(word) if word else ()
        return replace(subject, word=word, measures=measures)


def _size(change: int | Fraction) -> int | Fraction:
    return -change if change < 0 else change


def _text(change: int | Fraction, mention: NumberMention) -> str:
    """A change as text; with its direction where the sentence tells the other one."""
    size = _size(change)
    if isinstance(size, int):
        text = number(size)
    elif mention.quantity.kind == POINTS:
        text = f"{percent_text(size).removesuffix('%')}个百分点"
    elif equals_value(mention.quantity, size):
        text = percent_text(size)
    else:
        text = percent_text_beside(size, mention.quantity.value[0])
    if not change or change * direction(mention) > 0:
        return text
    return f"{'增长（提高）' if change > 0 else '下降'}{text}"
