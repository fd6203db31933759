"""The relations of one table that belong into a declaration, and those that are only possible."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from haochaping.adopt.evidence import BOUND, SUM, ColumnRelation
from haochaping.adopt.form_table import FormTable
from haochaping.adopt.rate_relations import rates
from haochaping.adopt.sum_relations import bounds, sums
from haochaping.adopt.table_figures import TableFigures

_LEAST_SHARE_OF_POSSIBLE = 0.9
_MOST_POSSIBLE = 3
"""Possible relations that are listed for one column."""


@dataclass(frozen=True)
class FoundRelations:
    """The relations of a table: one for each result in the declaration, others that fit nearly as well."""

    accepted: list[ColumnRelation]
    possible: list[ColumnRelation]


def find_column_relations(table: FormTable) -> FoundRelations:
    """Find the relations between the columns of a table.

    Columns add up to one total, unless the header has them under several: where two columns have the same parts, the one
    whose headings and figures speak more for it is the total. No sum may lead back to itself, nor add a count to what it is
    a part of.
    """
    figures = TableFigures(table)
    bounded = list(bounds(figures))
    accepted = [bound for bound in bounded if bound.is_accepted]
    possible: list[ColumnRelation] = []
    for relations in sorted(sums(figures), key=_strength_of_best):
        _choose(relations, accepted, possible)
    for relations in rates(figures, list(accepted)):
        _choose(relations, accepted, possible)
    return FoundRelations([r for r in accepted if not _is_implied(r, accepted)], possible)


def _choose(
    relations: Sequence[ColumnRelation], accepted: list[ColumnRelation], possible: list[ColumnRelation]
) -> None:
    """Of the relations of one result, the best first, take one; list a few others."""
    best = next((r for r in relations if r.is_accepted and _may_join(r, accepted)), None)
    if best is not None:
        accepted.append(best)
    others = [relation for relation in relations if relation is not best and _is_worth_listing(relation)]
    possible += others[:_MOST_POSSIBLE]


def _is_implied(relation: ColumnRelation, accepted: Iterable[ColumnRelation]) -> bool:
    """Whether a bound follows from a sum: a part is never more than its total."""
    return relation.kind == BOUND and any(
        other.kind == SUM
        and other.result is relation.columns[0]
        and any(column is relation.result for column in other.columns)
        for other in accepted
    )


def _strength_of_best(relations: list[ColumnRelation]) -> tuple[object, ...]:
    if not relations:
        return (True,)
    evidence = relations[0].evidence
    return (
        not relations[0].is_accepted,
        not evidence.by_headings.is_strong,
        not evidence.by_headings.reason,
        evidence.log10_chance,
    )


def _may_join(relation: ColumnRelation, accepted: Iterable[ColumnRelation]) -> bool:
    """Whether its parts are not those of another total, and its result is no part, nearer or farther, of them."""
    if relation.kind != SUM:
        return True
    known = [other for other in accepted if other.kind == SUM]
    parts = {id(column) for column in relation.columns}
    taken = [{id(column) for column in other.columns} for other in known]
    is_of_header = relation.evidence.by_headings.is_strong
    within = [(id(bound.result), id(bound.columns[0])) for bound in accepted if bound.kind == BOUND]
    if any(smaller in parts and larger in parts for smaller, larger in within):
        return False
    if any(other == parts or (other & parts and not is_of_header) for other in taken):
        return False
    return id(relation.result) not in _parts_below(parts, known)


def _parts_below(parts: set[int], sums_known: list[ColumnRelation]) -> set[int]:
    found, new = set(parts), set(parts)
    while new:
        new = {id(c) for other in sums_known if id(other.result) in new for c in other.columns} - found
        found |= new
    return found


def _is_worth_listing(relation: ColumnRelation) -> bool:
    """Whether a relation that is not declared is worth a person's look: it holds nearly always, and not of zeros alone."""
    evidence = relation.evidence
    return evidence.rows > 1 and evidence.share >= _LEAST_SHARE_OF_POSSIBLE and evidence.telling_rows > 1
