"""Sentences that say which unit has the highest or lowest figure: 西陵市评价率最低."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from haochaping.core.declaration import Measure
from haochaping.store.cell_index import RowRef
from haochaping.text_numbers.number_mention import clauses
from haochaping.text_numbers.subject_values import CellValue, SubjectValues
from haochaping.text_numbers.vocabulary import Scopes

_SENTENCE_END = re.compile("[。；;！!？?]")
_MOST = re.compile("最(?:(?P<high>[高多大])|[低少小])(?P<tail>的[^，]{0,8}?[是为])?")
_NOT_ALONE = re.compile(
    "之一|并列|其次|第[二三四五]|[均都]|历史|历年|以来|同期|[降升增减]幅|变化|前[两二三四五]|后[两二三四五]"
)
"""Words by which more than one unit, or another figure than the period's, is meant."""


@dataclass(frozen=True)
class WrongSuperlative:
    """A clause that names a unit as first or last, and the units that are."""

    clause: str
    right: tuple[str, ...]


class Superlatives:
    """Checks which unit of a table has the highest or lowest figure.

    Parameters
    ----------
    values : SubjectValues
        The period's values by row.
    """

    def __init__(self, values: SubjectValues):
        self._values, self._reader, self._vocabulary = values, values.reader, values.vocabulary

    def wrong(self, text: str) -> Iterator[WrongSuperlative]:
        """The clauses of a text (of :func:`plain_text`) that name another unit than the tables do."""
        for sentence in _SENTENCE_END.split(text):
            before = ""
            for clause in clauses(sentence):
                if right := self._right_units(clause, before):
                    yield WrongSuperlative(clause, right)
                before += f"{clause}，"

    def _right_units(self, clause: str, before: str) -> tuple[str, ...]:
        """The units of which a clause should speak; none where it is right or not certain to be understood."""
        found = list(_MOST.finditer(clause))
        if len(found) != 1 or _NOT_ALONE.search(clause):
            return ()
        [most] = found
        is_named_after = most["tail"] is not None
        if not is_named_after and clause[most.end() :]:
            return ()
        named = clause[most.end() :] if is_named_after else clause[: most.start()]
        names = self._reader.names_in(named) or ([] if is_named_after else self._reader.names_in(before)[-1:])
        words = self._vocabulary.measure_words(clause[: most.start()])
        word = words[-1] if words else self._vocabulary.measure_in(before)
        if len(names) != 1 or word is None or len(words) > 1:
            return ()
        scopes = self._vocabulary.scopes_in(self._reader.without_units(clause))
        scopes = scopes or self._reader.nearest_scopes(before)
        answers = [
            answer
            for measure in self._vocabulary.measures(word)
            for answer in self._answers(names[0], scopes, measure, is_high=bool(most["high"]))
        ]
        printed = {*self._reader.printed_by_spelling[names[0]]}
        return () if any(printed & {*answer} for answer in answers) else next(iter(answers), ())

    def _answers(
        self, name: str, scopes: Scopes, measure: Measure, *, is_high: bool
    ) -> Iterator[tuple[str, ...]]:
        """The first or last units among the unit's peers: the rows of its group, and all rows of its table."""
        printed = {*self._reader.printed_by_spelling[name]}
        for rows in self._values.rows_by_scope(scopes):
            own = [row for row in rows if self._values.unit_names(row) <= printed]
            for row in own:
                alike = [peer for peer in rows if peer.member == row.member]
                for peers in ([peer for peer in alike if peer.group == row.group], alike):
                    values = [(v, p.row) for p in peers if (v := self._first_value(p, measure)) is not None]
                    if len(values) > 1 and self._first_value(row, measure) is not None:
                        best = max(values)[0] if is_high else min(values)[0]
                        yield tuple(unit for value, unit in values if value == best)

    def _first_value(self, row: RowRef, measure: Measure) -> CellValue | None:
        return next(iter(self._values.of_row(row, measure)), None)
