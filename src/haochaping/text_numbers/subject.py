"""Whose number a number of a sentence is: the units, rows and measure that the words before it name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from haochaping.cleaning.quantities import COUNT, PERCENT, plain_text
from haochaping.core.declaration import Measure
from haochaping.store.cell_index import CellIndex
from haochaping.text_numbers.number_mention import NumberMention, clauses
from haochaping.text_numbers.vocabulary import Scopes, Vocabulary

_CONNECTIVES = re.compile("其中|而|和|及|与|则|为|达|有|是|共")
_PRINTED_AS = re.compile("[印列填记]为")
_LIST_END = re.compile("[，：:（）()]")
_TOGETHER = re.compile("共|合计|总计")
_NOT_AFTER_CITY = "(?<![市省])"
"""市统计局 is the city's: not 统计局, a district's department."""


@dataclass(frozen=True)
class Subject:
    """The units, rows and measure that the words before a number name.

    Attributes
    ----------
    names : tuple of str
        Spellings of units.
    is_inherited : bool
        Whether the units are named in an earlier clause of the sentence.
    scopes : frozenset of Scope
        Annexes, groups and members of columns.
    word : str or None
        The word for the measure; None where none is named.
    measures : tuple of Measure
        The declared measures of that word; empty too where no annex has it.
    """

    names: tuple[str, ...]
    is_inherited: bool
    scopes: Scopes
    word: str | None
    measures: tuple[Measure, ...]


class SubjectReader:
    """Reads the subjects of numbers in sentences about a period.

    Parameters
    ----------
    cell_index : CellIndex
        The period's cells; if it has a reference, aliases of units are recognised.
    """

    def __init__(self, cell_index: CellIndex):
        self.cell_index = cell_index
        self.vocabulary = Vocabulary(cell_index.declaration)

    def subject(self, mention: NumberMention) -> Subject:
        """Units, rows and measure named before a number."""
        if mention.is_respective:
            return self._respective_subject(mention)
        names, is_inherited = self._unit_name.findall(mention.clause), False
        scopes = self.vocabulary.scopes_in(self.without_units(mention.clause))
        earlier = self._unit_name.findall(mention.before[: len(mention.before) - len(mention.clause)])
        if not names and not mention.is_about_whole_city and not self._names_a_whole(scopes):
            names, is_inherited = earlier[-1:], bool(earlier)
        elif names and {*names} <= self.inner_spellings:
            outer_before = [name for name in earlier if name not in self.inner_spellings][-1:]
            names, is_inherited = [*outer_before, *names], bool(outer_before)
        if not names and scopes and _TOGETHER.search(mention.clause):
            scopes = self.nearest_scopes(mention.before)
        if not names and not scopes and not mention.is_about_whole_city:
            scopes = self.nearest_scopes(mention.before)
        return self._subject(names, is_inherited, scopes, self._measure_word(mention))

    def subject_of_text(self, text: str) -> Subject:
        """Units and rows that the last clause of a text with any names; a name stands before its rows."""
        for clause in reversed(clauses(text)):
            names = self._unit_name.findall(clause)
            scopes = self.vocabulary.scopes_in(self.without_units(clause))
            if names or scopes:
                return self._subject(names[-1:], False, scopes, None)
        return self._subject([], False, frozenset(), None)

    def counted_scopes(self, mention: NumberMention) -> Scopes:
        """Rows whose units a number counts: those of the noun, else of the clause; 部门 may be of several groups."""
        noun = mention.counted_noun
        return (
            self.vocabulary.scopes_in(noun)
            or self.vocabulary.scopes_in(mention.clause)
            or self.vocabulary.counted_scopes(noun)
        )

    def names_in(self, text: str) -> list[str]:
        """The names of units in a text, as spelt there."""
        return list(self._unit_name.findall(text))

    def without_units(self, text: str) -> str:
        """A text without the names of units."""
        return self._unit_name.sub("", text)

    # --- names ---

    @cached_property
    def printed_by_spelling(self) -> dict[str, tuple[str, ...]]:
        """Every spelling of a unit's name to its names as printed; longest spelling first, so that the pattern prefers it."""
        by_spelling: dict[str, set[str]] = {}
        for name, kind in self._names_and_kinds():
            unit = self.cell_index.reference.unit(kind, name) if self.cell_index.reference else None
            for spelling in {name, *((unit.canonical, *unit.aliases) if unit else ())}:
                by_spelling.setdefault(plain_text(spelling), set()).add(name)
        return {name: tuple(sorted(by_spelling[name])) for name in sorted(by_spelling, key=len, reverse=True)}

    @cached_property
    def inner_spellings(self) -> set[str]:
        """Spellings of units that stand only in rows under columns of other units: departments of districts."""
        annexes = self.cell_index.declaration.annexes
        columns = {group: annexes[scope.annex].columns_by for group, scope in self.vocabulary.leading.items()}
        inner = {group for group, outer in columns.items() if outer is not None and outer.is_registered}
        kinds: dict[str, set[str]] = {}
        for name, kind in self._names_and_kinds():
            kinds.setdefault(name, set()).add(kind)
        inner_names = {name for name, kinds_of_name in kinds.items() if kinds_of_name <= inner}
        return {name for name, printed in self.printed_by_spelling.items() if {*printed} <= inner_names}

    @cached_property
    def _unit_name(self) -> re.Pattern[str]:
        """Pattern of any unit's name."""
        names = (
            f"{_NOT_AFTER_CITY if name in self.inner_spellings else ''}{re.escape(name)}"
            for name in self.printed_by_spelling
        )
        return re.compile("|".join(names) or "(?!)")

    def _names_and_kinds(self) -> Iterator[tuple[str, str]]:
        """Names of the registered units in rows and columns, each with its kind."""
        for table, spec in self.cell_index.declaration.annexes.items():
            registered = {group.name for group in spec.groups if group.is_registered}
            for row in self.cell_index.rows(table):
                if row.group in registered:
                    yield row.row, row.group
                if spec.columns_by and spec.columns_by.is_registered:
                    yield row.member, spec.columns_by.name

    # --- words ---

    def _subject(
        self, names: list[str], is_inherited: bool, scopes: Scopes, measure_word: str | None
    ) -> Subject:
        measures = self.vocabulary.measures(measure_word) if measure_word else ()
        return Subject(tuple(names), is_inherited, scopes, measure_word, measures)

    def _respective_subject(self, mention: NumberMention) -> Subject:
        """Subject of a number after 分别 (甲、乙分别为…、…): the unit or group at the same position."""
        names = self._unit_name.findall(mention.listed)
        scopes = self.vocabulary.scopes_in_order(self.without_units(mention.listed))
        measure_word = self._own_measure_word(mention)
        if len(self.vocabulary.measure_words(mention.listed)) > 1:  # several measures of one subject
            return self._subject(names, True, frozenset(scopes), measure_word)
        at_position = slice(mention.position, mention.position + 1)
        if mention.position < len(names) > 1:
            names = names[at_position]
        elif not names and mention.position < len(scopes) > 1:
            scopes = scopes[at_position]
        return self._subject(names, False, frozenset(scopes), measure_word)

    def _names_a_whole(self, scopes: Scopes) -> bool:
        """Whether scopes are all units of a kind (各区县), which is then not about one unit named before."""
        return any(scope.annex in self.vocabulary.leading_annexes and not scope.member for scope in scopes)

    def nearest_scopes(self, before: str) -> Scopes:
        """The rows of the last clause that mentions any; of an enumeration, all of them."""
        for text in reversed(_LIST_END.split(self.without_units(before))):
            found: Scopes = frozenset()
            for piece in reversed(text.split("、")):
                scopes = self.vocabulary.scopes_in(piece)
                if found and (not scopes or self.vocabulary.measure_in(piece)):
                    break
                found |= scopes
            if found:
                return found
        return frozenset()

    def _measure_word(self, mention: NumberMention) -> str | None:
        return (
            self._own_measure_word(mention)
            or self._earlier_measure_word(mention)
            or self._only_measure_word(mention)
        )

    def _own_measure_word(self, mention: NumberMention) -> str | None:
        """The word for the measure in the clause; None where it names none that fits the number."""
        if mention.counts_units or mention.quantity.kind not in (COUNT, PERCENT):
            return None
        if mention.is_respective:
            words = self.vocabulary.measure_words(mention.listed)
            at_position = mention.position < len(words) > 1
            word = words[mention.position] if at_position else self.vocabulary.measure_in(mention.listed)
        else:
            word = self.vocabulary.measure_in(mention.clause) or self.vocabulary.measure_right_after(
                mention.rest
            )
        return word if word and self.vocabulary.fits(mention.quantity, word) else None

    def _earlier_measure_word(self, mention: NumberMention) -> str | None:
        """The word for the measure of the clauses before.

        Only where this clause is a unit's name alone (办件…件，其中某区…件) or 印为, 列为 and the like.
        """
        other_words = _CONNECTIVES.sub("", self.without_units(mention.clause))
        other_words = self.vocabulary.without_rows(other_words)
        is_name_only = not other_words and bool(mention.clause)
        word = self.vocabulary.measure_in(mention.before)
        if mention.counts_units or not (is_name_only or _PRINTED_AS.fullmatch(mention.clause)):
            return None
        if word is None or not self.vocabulary.fits(mention.quantity, word):
            return None
        return word if self._fits_unit_after(mention.rest, word) else None

    def _only_measure_word(self, mention: NumberMention) -> str | None:
        """The word for the only measure of the tables in which an inner unit stands: 自然资源局在4个县市合计…条."""
        names = self._unit_name.findall(mention.clause)
        if not names or not {*names} <= self.inner_spellings or not _TOGETHER.search(mention.clause):
            return None
        if mention.quantity.kind != COUNT or self.vocabulary.measure_in(mention.clause):
            return None
        printed = {name for spelling in names for name in self.printed_by_spelling[spelling]}
        annexes = self.cell_index.declaration.annexes
        specs = [annexes[t] for t in annexes if any(row.row in printed for row in self.cell_index.rows(t))]
        measures = {measure.name: measure for spec in specs for measure in spec.measures_by_name.values()}
        if len(measures) != 1:
            return None
        [measure] = measures.values()
        word = self.vocabulary.measure_in(plain_text(measure.heading))
        return word if word and self._fits_unit_after(mention.rest, word) else None

    def _fits_unit_after(self, rest: str, word: str) -> bool:
        """Whether the unit after a number, if it is any measure's, is that of the measure: …件 are no evaluations."""
        declared = self.cell_index.declaration.measures.values()
        units = {measure.unit for measure in declared if measure.unit and rest.startswith(measure.unit)}
        return not units or any(measure.unit in units for measure in self.vocabulary.measures(word))
