"""Columns that are the sum of others of their table, and columns that are part of another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from haochaping.adopt import headings
from haochaping.adopt.chance import BoolArray, IntArray
from haochaping.adopt.evidence import BOUND, NOTHING_BY_HEADINGS, SUM, ColumnRelation, HeadingEvidence
from haochaping.adopt.form_table import FormColumn
from haochaping.adopt.table_figures import TableFigures

_LONGEST_SUM, _MOST_FOR_PAIRS = 10, 14


def sums(figures: TableFigures) -> Iterator[list[ColumnRelation]]:
    """For each column of counts the sums of others that it may be, the best first."""
    for result in figures.counts:
        possible = list(_possible_parts(result, figures.counts))
        relations = (_sum(figures, result, parts, len(possible)) for parts in possible)
        yield sorted((r for r in relations if r.evidence.fitting), key=lambda r: _rank(r, figures.counts))


def bounds(figures: TableFigures) -> Iterator[ColumnRelation]:
    """Counts that cannot exceed another one, by their headings."""
    for smaller in figures.counts:
        larger = headings.larger_by_headings(smaller, figures.counts)
        if larger is not None:
            terms = ((1, smaller),), ((1, larger),)
            values, is_complete = figures.together(terms)
            reason = HeadingEvidence("是部分与全部", is_strong=True)
            evidence = figures.evidence(values, is_complete, _is_within, np.ones(len(values[0])), reason)
            yield ColumnRelation(BOUND, smaller, terms[1], (), evidence)


def _possible_parts(result: FormColumn, counts: Sequence[FormColumn]) -> Iterator[list[FormColumn]]:
    """Columns that the headings make its parts, neighbouring ones, and any two of a table with few columns."""
    others = [column for column in counts if column is not result]
    found: dict[tuple[int, ...], list[FormColumn]] = {}
    by_headings, _ = headings.parts_by_headings(result, counts)
    runs = [
        others[start : start + length]
        for length in range(2, min(_LONGEST_SUM, len(others)) + 1)
        for start in range(len(others) - length + 1)
    ]
    pairs = map(list, combinations(others, 2)) if len(others) <= _MOST_FOR_PAIRS else ()
    for parts in (by_headings, *runs, *pairs):
        if parts:
            found.setdefault(tuple(map(id, parts)), parts)
    yield from found.values()


def _sum(
    figures: TableFigures, result: FormColumn, parts: Sequence[FormColumn], tried: int
) -> ColumnRelation:
    terms = tuple((1, part) for part in parts)
    values, is_complete = figures.together([((1, result),), *((term,) for term in terms)])
    by_headings = _by_headings(result, parts, figures.counts)
    evidence = figures.evidence(
        values, is_complete, _adds_up, values[0].astype(float) + 1, by_headings, tried
    )
    return ColumnRelation(SUM, result, terms, (), evidence)


def _by_headings(
    result: FormColumn, parts: Sequence[FormColumn], counts: Sequence[FormColumn]
) -> HeadingEvidence:
    expected, reason = headings.parts_by_headings(result, counts)
    if [*map(id, parts)] == [*map(id, expected)]:
        return HeadingEvidence(reason, is_strong=True)
    if headings.sounds_like_total(result) and headings.stand_beside(result, parts, counts):
        return HeadingEvidence("是总数与紧接的各列")
    return NOTHING_BY_HEADINGS


def _rank(relation: ColumnRelation, counts: Sequence[FormColumn]) -> tuple[object, ...]:
    """The best first: by what headings say, then rows that fit, then figures, then a total with all columns beside it."""
    evidence = relation.evidence
    score = _heading_score(relation, counts)
    is_row_of_parts = score == _TOTAL_AND_NEIGHBOURS and not _has_bounded_zeros(relation)
    return (
        not relation.is_accepted,
        -score,
        -evidence.share,
        -len(relation.terms) if is_row_of_parts else 0,
        evidence.log10_chance,
        len(relation.terms),
    )


_SAID_AND_BESIDE, _TOTAL_AND_NEIGHBOURS, _SAID, _NOT_SAID = 3, 2, 1, 0


def _heading_score(relation: ColumnRelation, counts: Sequence[FormColumn]) -> int:
    by_headings, parts = relation.evidence.by_headings, [column for _, column in relation.terms]
    if by_headings.is_strong:
        is_of_header = by_headings.reason != headings.OF_THE_FIELD
        is_beside = headings.stand_beside(relation.result, parts, counts)
        return _SAID_AND_BESIDE if is_of_header or is_beside else _SAID
    return _TOTAL_AND_NEIGHBOURS if by_headings.reason and not relation.evidence.differing else _NOT_SAID


def _has_bounded_zeros(relation: ColumnRelation) -> bool:
    """Whether a part is zero throughout and known to be a part of another count: 差评数 beside 各渠道评价数."""
    for _, column in relation.terms:
        measure = headings.field_measure(column)
        if measure is not None and measure.at_most and not any(column.counts):
            return True
    return False


def _adds_up(columns: Sequence[IntArray]) -> BoolArray:
    return np.asarray(columns[0] == sum(columns[1:]))


def _is_within(columns: Sequence[IntArray]) -> BoolArray:
    return np.asarray(columns[0] <= columns[1])
