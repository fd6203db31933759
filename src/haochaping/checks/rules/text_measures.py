"""Rule on the text: a total that it states with a declared measure's name is that of the annexes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from haochaping.checks.outcome import Outcome, state
from haochaping.checks.rule import Rule
from haochaping.cleaning.number_format import number, percent_text_beside
from haochaping.cleaning.period_mentions import period_mentions
from haochaping.cleaning.quantities import COUNT, PERCENT, plain_text
from haochaping.cleaning.typing_slips import slip_between
from haochaping.store.cell_index import CellIndex, claim_cell

if TYPE_CHECKING:
    from haochaping.text_numbers.number_mention import NumberMention
    from haochaping.text_numbers.subject import Subject, SubjectReader
    from haochaping.text_numbers.subject_values import CellValue, SubjectValues

_SENTENCE = re.compile(r"[^。；;！!？?]+")
_OTHER_TIMES = re.compile(
    "去年|上年|往年|前年|上[一个]?[季期月]|上半年|下半年|同期|累计|截[至止]|以来|同比|环比|计划|目标|力争|争取|预计|[将拟要]|抽查|抽取|例如|较|比"
)
"""Words with which a sentence is about another time, a plan or a sample."""
_FILLING = re.compile(
    r"全[市省县区州盟旗]|20\d\d年|第?[一二三四]季度|\d{1,2}月?(?:-|至)\d{1,2}月份?|\d{1,2}月份?|本[期季月](?:度)?|其中|各级|各|共计|总计|合计|收到|共|总|为|达到|达|是|有|的|和|及|,|，|、|:|："
)
"""Words that leave a clause about the whole of what it names."""
_NEAR = Fraction(1, 10)


def text_measures(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """A number of the text right after a declared measure's name is the total of the group named before it, or a unit's figure.

    Only plain statements count: no word is left in the clause beside the measure, the group and its unit, the sentence
    speaks of no other time, and the figure of the annexes is a slip or less than a tenth away.
    """
    text = plain_text(cell_index.data.fact("text"))
    if not text:
        return
    from haochaping.figures.figure import Figures
    from haochaping.text_numbers.number_mention import extract_mentions
    from haochaping.text_numbers.subject import SubjectReader
    from haochaping.text_numbers.subject_values import SubjectValues

    reader = SubjectReader(cell_index)
    values = SubjectValues(cell_index, Figures({}, {}), reader)
    found: dict[str, list[_Statement]] = {}
    for sentence in _SENTENCE.findall(text):
        if _OTHER_TIMES.search(sentence) or _names_another_period(sentence, cell_index):
            continue
        for mention in extract_mentions(sentence):
            if (statement := _statement(mention, reader, values, cell_index)) is not None:
                found.setdefault(statement.place, []).append(statement)
    for place, statements in found.items():
        wrong = [statement for statement in statements if statement.right]
        shown = wrong or statements
        right = "、".join(dict.fromkeys(one.right for one in wrong))
        yield Outcome(
            claim_cell(f"claim:{place}"),
            (),
            state(not wrong),
            "；".join(
                f"正文：“{one.words}”{f'，{one.annexes}：{one.right}' if one.right else ''}" for one in shown
            ),
            values={
                "printed": "”“".join(dict.fromkeys(one.words for one in shown)),
                "annexes": shown[0].annexes,
                "right": right,
            },
            expected=right,
            affected=max((one.difference for one in wrong if one.difference is not None), default=None),
        )


@dataclass(frozen=True)
class _Statement:
    """A number of the text that can be held against the annexes; ``right`` is blank where it is theirs."""

    place: str
    annexes: str
    words: str
    right: str
    difference: int | None = None
    """By how many records it is off; None where it is right or no count."""


def _names_another_period(sentence: str, cell_index: CellIndex) -> bool:
    quarter = cell_index.data.quarter
    return any(
        not (mention.is_of(quarter) or (mention.is_bare_year and mention.start.year == quarter.year))
        for mention in period_mentions(sentence, quarter.year)
    )


def _statement(
    mention: NumberMention, reader: SubjectReader, values: SubjectValues, cell_index: CellIndex
) -> _Statement | None:
    """What a number states, if that is certain and the annexes have a figure near it."""
    from haochaping.text_numbers.known_numbers import equals_value

    quantity = mention.quantity
    if (
        quantity.kind not in (COUNT, PERCENT)
        or quantity.step
        or mention.is_respective
        or mention.counts_units
    ):
        return None
    subject = reader.subject(mention)
    if not subject.measures or len(subject.scopes) > 1 or not _is_plain(mention, subject, reader):
        return None
    if subject.names:
        candidates = values.of_units(subject)
    else:
        is_whole = not subject.scopes
        candidates = values.of_measure(subject, is_about_whole_city=is_whole, may_be_any_unit=False)
        totals = [value for m in subject.measures for value in values.totals(subject.scopes, m)]
        if any(equals_value(quantity, value) for value in totals):
            candidates = totals
    place = "".join(
        [*subject.names, *(s.annex + s.group + s.member for s in subject.scopes), subject.word or ""]
    )
    annexes = cell_index.annexes_words([scope.annex for scope in subject.scopes]) or "附件"
    if any(equals_value(quantity, value) for value in candidates):
        return _Statement(place, annexes, mention.words, "")
    near = list(dict.fromkeys(value for value in candidates if _is_near(mention, value)))
    if not near:
        return None
    right = " 或 ".join(_text(value, mention) for value in near)
    return _Statement(place, annexes, _quoted(mention), right, _difference(mention, near))


def _is_plain(mention: NumberMention, subject: Subject, reader: SubjectReader) -> bool:
    """Whether the clause says nothing beside the measure, whose it is, and the measure's unit after the number."""
    vocabulary = reader.vocabulary
    left = vocabulary.without_rows(reader.without_units(mention.clause))
    rest = mention.rest
    for word in vocabulary.measure_words(left)[-1:]:
        left = left.replace(word, "", 1)
    if mention.quantity.kind == COUNT:
        own = {measure.unit for measure in subject.measures} - {""}
        units = own or {m.unit for m in reader.cell_index.declaration.measures.values()} - {""}
        unit = next((unit for unit in units if rest.startswith(unit)), None)
        if unit is None and own:
            return False
        rest = rest.removeprefix(unit or "")
    after = vocabulary.measure_words(rest)
    rest = rest.removeprefix("的").removeprefix(after[0]) if after else rest
    return not _FILLING.sub("", left) and not rest


def _is_near(mention: NumberMention, value: CellValue) -> bool:
    written = Fraction(mention.quantity.value[0])
    if mention.quantity.kind == PERCENT:
        written /= 100
    elif isinstance(value, int) and written == int(written) and slip_between(int(written), value):
        return True
    return bool(value) and abs(written - Fraction(value)) < _NEAR * Fraction(value)


def _difference(mention: NumberMention, near: list[CellValue]) -> int | None:
    """By how much a written count is off the nearest figure; None for percentages."""
    written = Fraction(mention.quantity.value[0])
    if mention.quantity.kind != COUNT or written != int(written):
        return None
    return min((abs(int(written) - value) for value in near if isinstance(value, int)), default=None)


def _text(value: CellValue, mention: NumberMention) -> str:
    if isinstance(value, Fraction) and mention.quantity.kind == PERCENT:
        return percent_text_beside(value, mention.quantity.value[0])
    return number(value) if isinstance(value, int) else f"{value}"


def _quoted(mention: NumberMention) -> str:
    """The clause with its number and the word for the unit after it."""
    return mention.words + mention.rest
