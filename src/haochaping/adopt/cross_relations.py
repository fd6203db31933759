"""Equal quantities in two tables, and figures of the text that are totals of tables or sums of each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from haochaping.adopt.chance import BoolArray, IntArray, chance_of_accident
from haochaping.adopt.draft import Draft, DraftAnnex, DraftRelation, DraftTextFigure
from haochaping.adopt.evidence import Evidence, HeadingEvidence
from haochaping.adopt.form_table import FormColumn, FormRow
from haochaping.adopt.row_groups import DraftGroup
from haochaping.adopt.table_shape import TableShape
from haochaping.cleaning.quantities import COUNT as COUNT_QUANTITY
from haochaping.cleaning.quantities import Quantity, plain_text, quantities
from haochaping.core.declaration import COUNT, Declaration, TextFigure
from haochaping.read.text.declared_figures import declared_figures

_LEAST_UNITS = 3
_LEAST_FIGURE = 10
"""Smaller numbers of a text equal something in every table."""
_LEAST_WORDS = 2
_MOST_PARTS = 5
_LONGEST_LABEL = 8
_SENTENCE_END = re.compile("[。；;！!\n]")
_CHINESE = re.compile("[\u4e00-\u9fff]")
UnitKey = tuple[str, str]
"""Period and name of a unit."""


@dataclass(frozen=True)
class AnnexFigures:
    """An annex of the draft with its figures: the names of its measures by column, its groups of rows and columns."""

    annex: DraftAnnex
    shape: TableShape
    names: Mapping[int, str]
    row_groups: Sequence[DraftGroup]
    column_group: DraftGroup | None

    def counts(self) -> Iterator[tuple[str, FormColumn]]:
        """Its counts by the names of their measures."""
        for column in self.shape.measured.of_kind(COUNT):
            yield self.names[id(column)], column

    def by_unit(self, column: FormColumn) -> Iterator[tuple[str, dict[UnitKey, int]]]:
        """For each group of units the sums of a column by unit; units with a figure missing are left out."""
        for group in self.row_groups:
            units = {*group.units}
            yield group.name, self._sums(column, lambda row: row.name, units)
        if self.column_group is not None and self.shape.are_units:
            yield (
                self.column_group.name,
                self._sums(column, lambda row: row.member, {*self.column_group.units}),
            )

    def total(self, column: FormColumn, period: str) -> int | None:
        """The sum over all rows of a period; None where no row has a figure."""
        rows = self.shape.measured.rows
        found = [
            value
            for row, value in zip(rows, column.counts, strict=True)
            if not row.is_total and row.period == period and value is not None
        ]
        return sum(found) if found else None

    def _sums(self, column: FormColumn, key: Callable[[FormRow], str], units: set[str]) -> dict[UnitKey, int]:
        sums: dict[UnitKey, int] = {}
        incomplete: set[UnitKey] = set()
        for row, value in zip(self.shape.measured.rows, column.counts, strict=True):
            if row.is_total or key(row) not in units:
                continue
            at = (row.period, key(row))
            sums[at] = sums.get(at, 0) + (value or 0)
            if value is None and not self.shape.members:
                incomplete.add(at)
        return {at: value for at, value in sums.items() if at not in incomplete}


def equal_quantities(annexes: Sequence[AnnexFigures]) -> Iterator[tuple[DraftRelation, Evidence]]:
    """Measures of two annexes that are equal unit by unit, with their evidence; some rows may differ."""
    for first, second in combinations(annexes, 2):
        for (name_1, column_1), (name_2, column_2) in (
            (a, b) for a in first.counts() for b in second.counts()
        ):
            for group_1, sums_1 in first.by_unit(column_1):
                for group_2, sums_2 in second.by_unit(column_2):
                    evidence = _equal(sums_1, sums_2) if group_1 == group_2 else None
                    if evidence is not None and evidence.is_by_figures:
                        names = f"{first.annex.name}_{name_1}_{second.annex.name}_{name_2}_{group_1}"
                        holds = f"{first.annex.name}.{name_1} = {second.annex.name}.{name_2}"
                        words = f"{first.annex.title}与{second.annex.title}的同一数量"
                        yield DraftRelation(f"same_{names}", holds, words, group_1), evidence


def _equal(first: Mapping[UnitKey, int], second: Mapping[UnitKey, int]) -> Evidence | None:
    units = [unit for unit in first if unit in second]
    if len(units) < _LEAST_UNITS:
        return None
    columns = [np.array([sums[unit] for unit in units], dtype=np.int64) for sums in (first, second)]
    is_right = _are_equal(columns)
    chance = chance_of_accident(columns, _are_equal, columns[0].astype(float) + 1, len(units))
    differing = tuple(name for (_, name), right in zip(units, is_right, strict=True) if not right)
    return Evidence(len(units), differing, chance.log10, chance.telling_rows)


def _are_equal(columns: Sequence[IntArray]) -> BoolArray:
    return np.asarray(columns[0] == columns[1])


# --- the text ---------------------------------------------------------------------------------------------


@dataclass
class TextRelations:
    """Figures of the text and what they are equal to."""

    figures: list[DraftTextFigure]
    relations: list[tuple[DraftRelation, Evidence]]


def text_relations(texts: Mapping[str, str], annexes: Sequence[AnnexFigures]) -> TextRelations:
    """Figures of the text that are totals of annexes, or sums of the figures after them in their sentence.

    Parameters
    ----------
    texts : mapping
        The bulletin's text by period; a relation must hold in each whose text has the figure.
    """
    found = TextRelations([], [])
    period = max(texts, default="")
    for sentence in _SENTENCE_END.split(plain_text(texts.get(period, ""))):
        numbers = [q for q in quantities(sentence) if _is_figure(q)]
        for at, number in enumerate(numbers):
            parts = _parts(numbers, at)
            if parts:
                names = [_figure(found, q, sentence) for q in (number, *parts)]
                holds = f"text.{names[0]} = {' + '.join(f'text.{name}' for name in names[1:])}"
                _add(found, names[0], holds, f"“{number.label}”是其后各数之和")
            for total, words in _totals(annexes, period):
                if number.value[0] == _value_of(annexes, total, period):
                    name = _figure(found, number, sentence)
                    _add(found, name, f"text.{name} = {total}", f"“{number.label}”与{words}")
                    break
    return found


def without_misread_figures(draft: Draft, text: str) -> Draft:
    """A draft without the figures of the text that its own words find elsewhere, or not at all, and their relations."""
    figures = {f.name: TextFigure(f.name, f.word, (f.word,), f.unit) for f in draft.text_figures}
    declaration = Declaration({}, {}, {}, text_figures=figures)
    read = {str(row["figure"]): row["value"] for row in declared_figures(text, declaration)}
    wrong = {f.name for f in draft.text_figures if read.get(f.name) != f.value}
    in_wrong = [r for r in draft.relations if any(re.search(rf"\btext\.{name}\b", r.holds) for name in wrong)]
    draft.text_figures = [figure for figure in draft.text_figures if figure.name not in wrong]
    draft.relations = [relation for relation in draft.relations if relation not in in_wrong]
    words = {relation.words for relation in in_wrong}
    draft.grounds = [g for g in draft.grounds if not (g.annex == "正文" and g.words in words)]
    return draft


def _is_figure(quantity: Quantity) -> bool:
    value = quantity.value[0]
    is_exact_count = quantity.kind == COUNT_QUANTITY and not quantity.step and value == int(value)
    return is_exact_count and value >= _LEAST_FIGURE and len(quantity.label) >= _LEAST_WORDS


def _parts(numbers: Sequence[Quantity], at: int) -> Sequence[Quantity]:
    """The figures right after one that add up to it; empty without."""
    for count in range(2, min(_MOST_PARTS, len(numbers) - at - 1) + 1):
        following = numbers[at + 1 : at + 1 + count]
        if sum(q.value[0] for q in following) == numbers[at].value[0]:
            return following
    return ()


def _totals(annexes: Sequence[AnnexFigures], period: str) -> Iterator[tuple[str, str]]:
    """Totals that a figure of the text may be: of one annex, then of a measure in several."""
    names = [(annex, name) for annex in annexes for name, _ in annex.counts()]
    for annex, name in names:
        yield f"{annex.annex.name}.{name}", f"{annex.annex.title}合计相等"
    for measure in dict.fromkeys(name for _, name in names):
        having = [annex for annex, name in names if name == measure]
        for count in range(2, len(having) + 1):
            for chosen in combinations(having, count):
                terms = " + ".join(f"{annex.annex.name}.{measure}" for annex in chosen)
                yield terms, f"{'、'.join(annex.annex.title for annex in chosen)}合计之和相等"


def _value_of(annexes: Sequence[AnnexFigures], terms: str, period: str) -> int | None:
    by_name = {annex.annex.name: annex for annex in annexes}
    total = 0
    for term in terms.split(" + "):
        annex_name, _, measure = term.partition(".")
        annex = by_name[annex_name]
        value = annex.total(next(c for name, c in annex.counts() if name == measure), period)
        if value is None:
            return None
        total += value
    return total


def _figure(found: TextRelations, quantity: Quantity, sentence: str) -> str:
    """The name of a figure of the text, which is declared when it is first used."""
    label = _label(quantity, sentence)
    known = next((figure for figure in found.figures if figure.word == label), None)
    if known is not None:
        return known.name
    rest = sentence[quantity.start + len(quantity.text) :]
    unit = rest[:1] if _CHINESE.match(rest) else "件"
    figure = DraftTextFigure(f"figure_{len(found.figures) + 1}", label, unit, int(quantity.value[0]))
    found.figures.append(figure)
    return figure.name


def _label(quantity: Quantity, sentence: str) -> str:
    """The words before a figure, so many that they stand before no other figure of the sentence: 非常满意, not 满意."""
    words = re.search("[\u4e00-\u9fff]+$", sentence[: quantity.start])
    before = words.group() if words else quantity.label
    others = [s.start() for s in re.finditer(re.escape(quantity.label), sentence) if s.end() < quantity.start]
    return before[-_LONGEST_LABEL:] if others else quantity.label


def _add(found: TextRelations, name: str, holds: str, words: str) -> None:
    if all(relation.holds != holds for relation, _ in found.relations):
        relation = DraftRelation(f"text_{len(found.relations) + 1}_{name}", holds, words)
        evidence = Evidence(1, (), 0.0, 1, HeadingEvidence("正文各数相合"))
        found.relations.append((replace(relation), evidence))
