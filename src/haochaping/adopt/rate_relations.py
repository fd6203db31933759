"""Percentages that are one count over another, and shares of a column's sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from haochaping.adopt import headings
from haochaping.adopt.chance import BoolArray, Fits, FloatArray, IntArray
from haochaping.adopt.evidence import (
    LEAST_SHARE_BY_FIGURES,
    NOTHING_BY_HEADINGS,
    RATE_OF,
    SHARE_OF,
    SUM,
    ColumnRelation,
    Evidence,
    HeadingEvidence,
)
from haochaping.adopt.form_table import FormColumn
from haochaping.adopt.headings import Terms
from haochaping.adopt.table_figures import TableFigures
from haochaping.core.declaration import RATE

_LONGEST_SUM = 6
_MOST_CANDIDATES = 40
"""Of so many that fit most rows the chance is computed."""


def rates(figures: TableFigures, known: Sequence[ColumnRelation]) -> Iterator[list[ColumnRelation]]:
    """For each column of percentages the rates, or shares, that it may be, the best first.

    Parameters
    ----------
    figures : TableFigures
    known : sequence of ColumnRelation
        The sums and bounds known: a rate of all parts of a sum is a rate of the total, and a total with a part of it is
        nothing to divide by.
    """
    for column in figures.table.of_kind(RATE):
        of_columns = _Rate(figures, column, known).relations()
        if headings.is_share(column):
            shares = _shares(figures, column)
            by_figures = [relation for relation in of_columns if relation.evidence.is_by_figures]
            of_rows = bool(by_figures) and not any(relation.evidence.is_by_figures for relation in shares)
            yield [*by_figures, *shares] if of_rows else shares
        else:
            yield of_columns


@dataclass(frozen=True)
class _Candidate:
    share: float
    by_headings: HeadingEvidence
    likeness: float
    numerator: Terms
    denominator: Terms

    @property
    def order(self) -> tuple[float, ...]:
        """Greater for the better one: what headings say strongly, rows that fit, likeness of headings."""
        return float(self.by_headings.is_strong), self.share, self.likeness


class _Rate:
    """The counts that one column of percentages may be the rate of."""

    def __init__(self, figures: TableFigures, rate: FormColumn, known: Sequence[ColumnRelation]):
        self.figures, self.rate, self.known = figures, rate, known
        self.sums = [relation for relation in known if relation.kind == SUM]
        self.printed, self.widths, decimals = figures.percentages(rate)
        self.fits = _is_rounded(decimals)

    def relations(self) -> list[ColumnRelation]:
        candidates = sorted(self._candidates(), key=lambda candidate: candidate.order, reverse=True)
        kept = candidates[:_MOST_CANDIDATES]
        return sorted((self._relation(candidate, len(candidates)) for candidate in kept), key=self._rank)

    def _candidates(self) -> Iterator[_Candidate]:
        counts = self.figures.counts
        runs: list[Terms] = [
            tuple((1, column) for column in counts[start : start + length])
            for length in range(1, min(_LONGEST_SUM, len(counts)) + 1)
            for start in range(len(counts) - length + 1)
        ]
        whole = [terms for terms in runs if self._may_stand_together(terms)]
        said = headings.counts_of_rate(self.rate, counts)
        pairs = [(numerator, denominator) for denominator in whole for numerator in whole]
        pairs += self._differences()
        pairs += [pair for pair in said if pair not in pairs]
        for numerator, denominator in pairs:
            if numerator != denominator:
                is_said = (numerator, denominator) in said
                share = self._share_of_fitting(numerator, denominator)
                if is_said or share:
                    yield self._candidate(numerator, denominator, share, is_said=is_said)

    def _may_stand_together(self, terms: Terms) -> bool:
        """Whether columns are no total with a part of it, nor all parts of one, nor a count with what bounds it."""
        columns = {id(column) for _, column in terms}
        if any(columns == {id(column) for column in relation.columns} for relation in self.sums):
            return False
        within = [(relation.result, column) for relation in self.known for column in relation.columns]
        return not any(id(one) in columns and id(other) in columns for one, other in within)

    def _differences(self) -> Iterator[tuple[Terms, Terms]]:
        """What is left of a total, of the total: （评价数 − 差评数） ÷ 评价数."""
        totals = {id(relation.result) for relation in self.sums}
        for whole in self.figures.counts:
            if id(whole) in totals or headings.sounds_like_total(whole) or headings.is_whole(whole):
                for part in self.figures.counts:
                    if part is not whole:
                        yield ((1, whole), (-1, part)), ((1, whole),)

    def _candidate(self, numerator: Terms, denominator: Terms, share: float, *, is_said: bool) -> _Candidate:
        likeness = headings.likeness_to_rate(
            self.rate, [column for factor, column in numerator if factor > 0]
        )
        by_headings = NOTHING_BY_HEADINGS
        if is_said:
            by_headings = HeadingEvidence(headings.OF_THE_FIELD, is_strong=True)
        elif likeness >= headings.ENOUGH and share >= LEAST_SHARE_BY_FIGURES and len(numerator) == 1:
            by_headings = HeadingEvidence("比率与分子的列名相合")
        return _Candidate(share, by_headings, likeness, numerator, denominator)

    def _share_of_fitting(self, numerator: Terms, denominator: Terms) -> float:
        columns, is_complete = self._figures(numerator, denominator)
        return float(self.fits([c[is_complete] for c in columns]).mean()) if is_complete.any() else 0.0

    def _figures(self, numerator: Terms, denominator: Terms) -> tuple[list[IntArray], BoolArray]:
        values, is_complete = self.figures.together([numerator, denominator])
        return [self.printed, *values, self.widths], is_complete & (self.printed >= 0) & (values[1] > 0)

    def _relation(self, candidate: _Candidate, tried: int) -> ColumnRelation:
        columns, is_complete = self._figures(candidate.numerator, candidate.denominator)
        steps = _possible_steps(self.printed, is_complete)
        evidence = self.figures.evidence(
            columns, is_complete, self.fits, steps, candidate.by_headings, tried, exchangeable=3
        )
        if (
            evidence.by_headings.reason
            and not evidence.by_headings.is_strong
            and not self._is_telling(evidence, candidate)
        ):
            evidence = replace(evidence, by_headings=NOTHING_BY_HEADINGS)
        return ColumnRelation(RATE_OF, self.rate, candidate.numerator, candidate.denominator, evidence)

    def _is_telling(self, evidence: Evidence, candidate: _Candidate) -> bool:
        """Whether likeness of headings is enough: some row tells, or the base is a whole. All rates of 100 % fit anything."""
        base = [column for _, column in candidate.denominator]
        is_of_whole = len(base) == 1 and (headings.sounds_like_total(base[0]) or headings.is_whole(base[0]))
        return evidence.telling_rows > 0 or is_of_whole

    def _rank(self, relation: ColumnRelation) -> tuple[float, ...]:
        """The best first: said by headings, certain by figures, rows that fit, likeness, few columns, near each other."""
        evidence, columns = relation.evidence, self.figures.table.columns
        at = [columns.index(column) for column in (relation.result, *relation.columns)]
        likeness = headings.likeness_to_rate(relation.result, [c for f, c in relation.terms if f > 0])
        size = _size(relation.terms, self.figures.counts) + _size(relation.denominator, self.figures.counts)
        is_said = evidence.by_headings.is_strong and evidence.share >= LEAST_SHARE_BY_FIGURES
        is_certain = evidence.is_by_figures and evidence.share == 1
        return (
            not relation.is_accepted,
            0 if is_said else 1 if is_certain else 2,
            -round(likeness, 2) if is_said else 0,
            -evidence.share,
            -evidence.by_headings.is_strong,
            -round(likeness, 2),
            size,
            max(at) - min(at),
        )


def _size(terms: Terms, counts: Sequence[FormColumn]) -> int:
    """How many columns a term rests on; all columns under one heading are one, a single one of several is two."""
    columns = [column for _, column in terms]
    above = {column.path[:-1] for column in columns}
    siblings = [c for c in counts if len(above) == 1 and c.path[:-1] and c.path[:-1] in above]
    if len(siblings) > 1 and all(factor == 1 for factor, _ in terms):
        return 1 if {*map(id, columns)} == {*map(id, siblings)} else len(columns) + 1
    return len(columns)


def _shares(figures: TableFigures, share: FormColumn) -> list[ColumnRelation]:
    printed, widths, decimals = figures.percentages(share)
    found = []
    for column in figures.counts:
        values, is_complete = figures.together([((1, column),)])
        whole = np.full(len(printed), int(values[0][is_complete].sum()), dtype=np.int64)
        is_complete = is_complete & (printed >= 0) & (whole > 0)
        evidence = figures.evidence(
            [printed, values[0], whole, widths],
            is_complete,
            _is_rounded(decimals),
            _possible_steps(printed, is_complete),
            HeadingEvidence("是占比", is_strong=True),
            len(figures.counts),
            exchangeable=2,
        )
        found.append(ColumnRelation(SHARE_OF, share, ((1, column),), (), evidence))
    at = figures.table.columns.index(share)

    def rank(relation: ColumnRelation) -> tuple[object, ...]:
        column = relation.terms[0][1]
        return (
            not relation.is_accepted,
            -relation.evidence.share,
            relation.evidence.log10_chance,
            not headings.sounds_like_total(column),
            abs(figures.table.columns.index(column) - at),
        )

    return sorted(found, key=rank)


def _possible_steps(printed: IntArray, is_complete: BoolArray) -> FloatArray:
    """How many values a printed percentage of this column could have: as many as lie between its least and largest."""
    chosen = printed[is_complete]
    return np.full(len(printed), float(np.ptp(chosen)) + 1 if len(chosen) else 1.0)


def _is_rounded(decimals: int) -> Fits:
    """Whether percentages in steps of so many decimals are numerator over denominator, each rounded to its own last one.

    A tie may go either way.
    """
    scale = 100 * 10**decimals

    def fits(columns: Sequence[IntArray]) -> BoolArray:
        printed, k, n, width = columns
        return np.asarray((n > 0) & (2 * np.abs(scale * k - printed * n) <= n * width))

    return fits
