"""The words of a declaration as sentences use them: words for measures, and words for rows of annexes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from haochaping.cleaning.quantities import COUNT, PERCENT, Quantity, plain_text
from haochaping.core.declaration import RATE, AnnexSpec, Declaration, Group, Measure

_UNDECLARED_RATES = ("按时整改率", "差评整改率", "差评率", "好评率", "满意率", "未评率")
"""Rates of the field that texts speak of; where a city declares none of this name, no annex has them."""
_ENDING_OF_COUNTS = re.compile("(?:总数量|数量|总数|总量|数|量)$")
"""评价数 is 评价 in a sentence: 张店区评价1269866条."""
_LEAST_STEM_LENGTH = 2
_ENDING_OF_TABLES = re.compile("(?:情况)?(?:统计)?表$|情况$")
_PIECES = re.compile(r"[（(）)、]")
_NOT_AFTER = "(?<![城农乡])"
"""城镇, 农村居民 and 乡村 are no 镇, no 村居 and no 村."""


@dataclass(frozen=True, order=True)
class Scope:
    """Rows that a word stands for: an annex, or in it the rows of one group or one member of its columns."""

    annex: str
    group: str = ""
    member: str = ""

    @property
    def is_whole_annex(self) -> bool:
        """Whether it is all rows of the annex."""
        return not self.group and not self.member

    def overlaps(self, other: Scope) -> bool:
        """Whether both may stand for the same rows."""
        is_within = self == other or self.is_whole_annex or other.is_whole_annex
        return self.annex == other.annex and is_within


Scopes = frozenset[Scope]


class Vocabulary:
    """Finds words for measures and for rows in texts returned by :func:`plain_text`.

    Parameters
    ----------
    declaration : Declaration
        Its headings, titles and words of groups are the vocabulary.
    """

    def __init__(self, declaration: Declaration):
        self.declaration = declaration

    # --- measures ---

    @cached_property
    def _measures_by_word(self) -> dict[str, tuple[Measure, ...]]:
        """Words to the measures they name, longest first; to none for a rate that no annex has."""
        found: dict[str, list[Measure]] = {word: [] for word in _UNDECLARED_RATES}
        for measure in self.declaration.measures.values():
            for word in dict.fromkeys(_words_of_measure(measure)):
                found.setdefault(word, []).append(measure)
        for word, rates in self._rates_of_parts().items():
            if len(rates) == 1 and not found.get(word):
                found[word] = rates
        return {word: tuple(found[word]) for word in _longest_first(found)}

    def _rates_of_parts(self) -> dict[str, list[Measure]]:
        """Words for rates that no annex prints: a count's word and 率 for its share of the count that it is at most.

        按期整改率, and 整改率 for short, is 按期整改数 of 不满意量.
        """
        found: dict[str, list[Measure]] = defaultdict(list)
        for measure in self.declaration.measures.values():
            whole = measure.at_most[0] if measure.is_count and len(measure.at_most) == 1 else ""
            if not whole:
                continue
            rate = Measure(f"{measure.name}/{whole}", measure.heading, RATE, "%")
            rate = replace(rate, numerator=((1, measure.name),), denominator=((1, whole),))
            stems = {_ENDING_OF_COUNTS.sub("", word) for word in _words_of_measure(measure)}
            for ending in {s[at:] for s in stems for at in range(len(s) - _LEAST_STEM_LENGTH + 1)}:
                found[f"{ending}率"].append(rate)
        return found

    @cached_property
    def _measure(self) -> re.Pattern[str]:
        return _any_of(self._measures_by_word)

    @cached_property
    def _measure_after_number(self) -> re.Pattern[str]:
        units = sorted({measure.unit for measure in self.declaration.measures.values() if measure.unit})
        return re.compile(f"(?:{'|'.join(map(re.escape, units)) or '件'}|个)?的?({self._measure.pattern})")

    @property
    def measure_pattern(self) -> str:
        """Pattern of any word for a measure."""
        return self._measure.pattern

    def measures(self, word: str) -> tuple[Measure, ...]:
        """The declared measures that a word names."""
        return self._measures_by_word.get(word, ())

    def measure_words(self, text: str) -> list[str]:
        """The words for measures in a text, in order."""
        return self._measure.findall(text)

    def measure_in(self, text: str) -> str | None:
        """The last word for a measure in a text; None without one."""
        return next(reversed(self.measure_words(text)), None)

    def measure_right_after(self, rest: str) -> str | None:
        """The word for a measure right after a number: 6233908条评价."""
        found = self._measure_after_number.match(rest)
        return found.group(1) if found else None

    def fits(self, quantity: Quantity, word: str) -> bool:
        """Whether the kind of a number fits the measure that a word names: percentages for rates, else counts."""
        measures = self.measures(word)
        is_percentage = any(measure.is_percentage for measure in measures) if measures else True
        return quantity.kind == (PERCENT if is_percentage else COUNT)

    # --- rows ---

    @cached_property
    def leading(self) -> dict[str, Scope]:
        """Groups to the rows that their name alone stands for: where they stand one by one, in the first such annex.

        区县 are the rows of 各区县, not those of a table of public services by 区县; a table by units and columns comes last.
        """
        annexes = sorted(self.declaration.annexes.values(), key=lambda spec: spec.columns_by is not None)
        found: dict[str, Scope] = {}
        for spec in annexes:
            for group in spec.groups:
                found.setdefault(group.name, Scope(spec.name, group.name if spec.is_mixed else ""))
        return found

    @cached_property
    def leading_annexes(self) -> tuple[str, ...]:
        """Annexes whose rows together are the whole: those that a group's name stands for, without columns by unit."""
        names = {scope.annex for scope in self.leading.values()}
        return tuple(
            spec.name
            for spec in self.declaration.annexes.values()
            if spec.name in names and not spec.columns_by
        )

    @cached_property
    def _scopes_by_word(self) -> dict[str, Scopes]:
        """All words for rows to what they may stand for; 部门 is each group whose word ends so."""
        found: dict[str, set[Scope]] = defaultdict(set)
        for word, scope in self._words_and_scopes():
            found[word].add(scope)
        of_headings: dict[str, set[Scope]] = defaultdict(set)
        for group in self.declaration.groups.values():
            for heading in map(plain_text, group.headings):
                if group.name in self.leading and heading not in found:
                    of_headings[heading].add(self.leading[group.name])
        found |= of_headings
        return {
            word: frozenset(
                scope for other, scopes in found.items() if other.endswith(word) for scope in scopes
            )
            for word in found
        }

    def _words_and_scopes(self) -> Iterator[tuple[str, Scope]]:
        """What the declaration calls annexes, groups and members, each with the rows it stands for."""
        for spec in self.declaration.annexes.values():
            for title in map(plain_text, (spec.title, *spec.known_by)):
                yield _without_each(_ENDING_OF_TABLES.sub("", title)), Scope(spec.name)
            for member in spec.columns_by.members if spec.columns_by else ():
                for word in (*_pieces(member.word), *map(plain_text, member.headings)):
                    yield word, Scope(spec.name, member=member.name)
        for name, scope in self.leading.items():
            group = self.declaration.groups[name]
            for word in (*_pieces(group.word), *_pieces(group.long_word)):
                yield word, scope

    @cached_property
    def _scope_by_word(self) -> dict[str, Scope]:
        """The words that stand for one thing only, to that."""
        single = {word: _single_scope(scopes) for word, scopes in self._scopes_by_word.items()}
        return {word: scope for word, scope in single.items() if scope is not None}

    @cached_property
    def _rows(self) -> re.Pattern[str]:
        return _any_of(self._scope_by_word, _NOT_AFTER)

    @cached_property
    def _rows_or_counted(self) -> re.Pattern[str]:
        return _any_of(self._scopes_by_word, _NOT_AFTER)

    @cached_property
    def row_words(self) -> frozenset[str]:
        """All words for rows of more than one character that stand for one thing only."""
        return frozenset(word for word in self._scope_by_word if len(word) > 1)

    def scopes_in(self, text: str) -> Scopes:
        """The most specific rows that a text (without its unit names) mentions."""
        return frozenset(self.scopes_in_order(text))

    def scopes_in_order(self, text: str) -> list[Scope]:
        """The same in the order of the text, each once: 各区县区直部门 are departments, 各区县镇、村 towns, then villages."""
        found = list(dict.fromkeys(self._scope_by_word[word] for word in self._rows.findall(text)))
        return [scope for scope in found if not any(self._is_detailed_by(scope, other) for other in found)]

    def counted_scopes(self, noun: str) -> Scopes:
        """Rows whose units a counted noun may stand for: 部门 may be those of the city and those of districts."""
        found = self._rows_or_counted.findall(noun)
        return self._scopes_by_word[found[0]] if found else frozenset()

    def without_rows(self, text: str) -> str:
        """A text without its words for rows: 网上 may be a column of a table."""
        return self._rows.sub("", text)

    def without_leading_rows(self, text: str) -> str:
        """A text without the word for rows with which it begins."""
        found = self._rows_or_counted.match(text)
        return text[found.end() :] if found else text

    def _is_detailed_by(self, scope: Scope, other: Scope) -> bool:
        """Whether `other` is a part of a scope, or another annex that has the scope's units in its rows or columns."""
        if scope.annex == other.annex:
            return scope.is_whole_annex and not other.is_whole_annex
        groups = {name for name, leading in self.leading.items() if leading == scope}
        return bool(groups & {group.name for group in _groups(self.declaration.annexes[other.annex])})


def _words_of_measure(measure: Measure) -> Iterator[str]:
    """A measure in sentences: its headings without levels, counts also without 数 and 量."""
    for heading in (measure.heading, *measure.aliases):
        if "/" in heading:
            continue
        word = plain_text(heading)
        yield word
        stem = _ENDING_OF_COUNTS.sub("", word)
        if measure.is_count and len(stem) >= _LEAST_STEM_LENGTH:
            yield stem


def _groups(spec: AnnexSpec) -> tuple[Group, ...]:
    return (*spec.groups, *((spec.columns_by,) if spec.columns_by else ()))


def _pieces(word: str) -> Iterator[str]:
    """A word, and its parts where it has brackets: 镇（街道） is also 镇 and 街道; none of no word."""
    whole = plain_text(word)
    yield from filter(None, dict.fromkeys((whole, *_PIECES.split(whole))))


def _without_each(title: str) -> str:
    return title.removeprefix("各")


def _single_scope(scopes: Scopes) -> Scope | None:
    """The one thing that a word of these meanings stands for; None where it may stand for several.

    A part of an annex goes before the annex (乡镇 in 乡镇村居), the annex before several of its parts.
    """
    parts = [scope for scope in scopes if not scope.is_whole_annex]
    annexes = {scope.annex for scope in scopes}
    if len(annexes) > 1:
        return None
    if len(parts) == 1:
        return parts[0]
    return next((scope for scope in scopes if scope.is_whole_annex), None)


def _longest_first(words: Iterable[str]) -> list[str]:
    return sorted(words, key=len, reverse=True)


def _any_of(words: Iterable[str], before: str = "") -> re.Pattern[str]:
    """A pattern of any of the words, each after `before`; the longest first, to be found before a word in it."""
    alternatives = "|".join(map(re.escape, _longest_first(words)))
    return re.compile(f"{before}(?:{alternatives})" if alternatives else "(?!)")
