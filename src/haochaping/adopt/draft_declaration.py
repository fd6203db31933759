"""Draft what a city declares from the tables of its bulletins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from haochaping.adopt.column_relations import FoundRelations, find_column_relations
from haochaping.adopt.cross_relations import AnnexFigures, equal_quantities, text_relations
from haochaping.adopt.draft import Draft, DraftAnnex, GroundedRelation
from haochaping.adopt.draft_measures import MeasureDrafter
from haochaping.adopt.evidence import BOUND, RATE_OF, SHARE_OF, SUM, ColumnRelation, Evidence
from haochaping.adopt.form_table import FormTable
from haochaping.adopt.headings import Terms, sounds_like_total
from haochaping.adopt.row_groups import DraftGroup, GroupFinder, Subtotal, marked_totals
from haochaping.adopt.table_shape import TableShape, table_shape
from haochaping.adopt.title_subjects import table_subjects
from haochaping.core.declaration import COUNT
from haochaping.core.text import normalize_for_comparison
from haochaping.reference.reference import Reference


def draft_declaration(
    draft: Draft, tables: Sequence[FormTable], texts: Mapping[str, str], reference: Reference
) -> Draft:
    """Add to a draft what the tables and texts of the bulletins give.

    Parameters
    ----------
    draft : Draft
        City, office, subject and periods.
    tables : sequence of FormTable
        The tables of all bulletins, those of one annex together.
    texts : mapping
        The bulletins' texts by period.
    reference : Reference
        The words with which they were read.
    """
    marked = [marked_totals(table) for table in tables]
    subjects = table_subjects([table for table, _ in marked], draft.city)
    groups, measures = GroupFinder(), MeasureDrafter()
    names_by_table = [table.names for table, _ in marked]
    parting = sorted(
        range(len(marked)), key=lambda at: not marked[at][1]
    )  # what parts its rows says which groups there are
    rows_by_table = {at: groups.of_rows(marked[at][0], subjects[at], marked[at][1]) for at in parting}
    annexes: list[AnnexFigures] = []
    for at, ((table, subtotals), subject) in enumerate(zip(marked, subjects, strict=True)):
        elsewhere = {name for i, names in enumerate(names_by_table) if i != at for name in names}
        shape = table_shape(table, elsewhere, reference)
        row_groups = rows_by_table[at]
        column_group = groups.of_columns(shape) if shape.members else None
        found = find_column_relations(shape.measured)
        names = measures.add_table(shape.measured, found.accepted)
        annex = _annex(at, shape, subject, row_groups, column_group, names, found, max(texts))
        annex.totals = _totals(subtotals, row_groups)
        draft.total_labels += _new_labels(table, shape, reference, draft.total_labels)
        draft.annexes.append(annex)
        draft.grounds += _grounds(annex.title, table.position, found)
        annexes.append(AnnexFigures(annex, shape, names, row_groups, column_group))
    draft.groups, draft.measures = groups.groups, measures.measures
    _add_relations_between(draft, annexes, texts)
    return draft


def _annex(
    at: int,
    shape: TableShape,
    subject: str,
    row_groups: Sequence[DraftGroup],
    column_group: DraftGroup | None,
    names: Mapping[int, str],
    found: FoundRelations,
    last_period: str,
) -> DraftAnnex:
    table = shape.table
    known_by = [subject.removeprefix("各")] if len(subject.removeprefix("各")) > 1 else []
    words = "、".join(dict.fromkeys(group.word for group in row_groups))
    return DraftAnnex(
        name=f"annex_{at + 1}",
        number=table.number,
        title=subject or f"各{words}",
        known_by=known_by,
        rows=[group.name for group in row_groups],
        measures=[names[id(column)] for column in shape.measured.columns],
        required=_required(shape.measured, names, found),
        columns=column_group.name if column_group else "",
        optional=[names[id(c)] for c in shape.measured.columns if table.absent_in.get(c.path)],
        is_absent_last=max(row.period for row in table.rows) < last_period,
    )


def _required(table: FormTable, names: Mapping[int, str], found: FoundRelations) -> list[str]:
    """The count by which the annex is known: a total of parts, a total by its heading, else the first count."""
    counts = [column for column in table.of_kind(COUNT) if not table.absent_in.get(column.path)]
    totals = {id(relation.result) for relation in found.accepted if relation.kind == SUM}
    evaluations = [column for column in counts if names[id(column)] == "evaluations"]
    ordered = [
        *evaluations,
        *(c for c in counts if id(c) in totals),
        *filter(sounds_like_total, counts),
        *counts,
    ]
    return [names[id(column)] for column in ordered[:1]]


def _totals(subtotals: Sequence[Subtotal], row_groups: Sequence[DraftGroup]) -> dict[str, str]:
    """Labels of subtotals to the group whose units they add up."""
    found = {}
    for subtotal in subtotals:
        group = next((g for g in row_groups if {*subtotal.rows} <= {*g.units}), None)
        if group is not None and len(row_groups) > 1:
            found[normalize_for_comparison(subtotal.label)] = group.name
    return found


def _new_labels(table: FormTable, shape: TableShape, reference: Reference, known: Sequence[str]) -> list[str]:
    """Labels of totals, in rows and above columns, that the usual words do not have."""
    texts = (*(row.name for row in table.rows if row.is_total), *shape.total_headings)
    labels = dict.fromkeys(map(normalize_for_comparison, texts))
    return [label for label in labels if label not in reference.totals and label not in known]


def _add_relations_between(draft: Draft, annexes: Sequence[AnnexFigures], texts: Mapping[str, str]) -> None:
    for relation, evidence in equal_quantities(annexes):
        draft.relations.append(relation)
        draft.grounds.append(GroundedRelation("附件之间", relation.words, evidence, True))
    in_text = text_relations(texts, annexes)
    draft.text_figures = in_text.figures
    for relation, evidence in in_text.relations:
        draft.relations.append(relation)
        draft.grounds.append(GroundedRelation("正文", relation.words, evidence, True))


def _grounds(title: str, position: int, found: FoundRelations) -> Iterator[GroundedRelation]:
    for relations, is_declared in ((found.accepted, True), (found.possible, False)):
        for relation in relations:
            words = relation_words(relation)
            yield GroundedRelation(title, words, relation.evidence, is_declared, relation, position)


def relation_words(relation: ColumnRelation) -> str:
    """A relation in headings: 评价率 = 评价数 ÷ 办件数."""
    result, terms = "/".join(relation.result.path), _words(relation.terms)
    if relation.kind == RATE_OF:
        return f"{result} = {_bracketed(relation.terms)} ÷ {_bracketed(relation.denominator)}"
    if relation.kind == SHARE_OF:
        return f"{result} = {terms} ÷ 各行{terms}之和"
    return f"{result} ≤ {terms}" if relation.kind == BOUND else f"{result} = {terms}"


def _words(terms: Terms) -> str:
    text = "".join(f"{' − ' if factor < 0 else ' + '}{'/'.join(column.path)}" for factor, column in terms)
    return text.removeprefix(" + ")


def _bracketed(terms: Terms) -> str:
    return f"（{_words(terms)}）" if len(terms) > 1 else _words(terms)


def evidence_words(evidence: Evidence) -> str:
    """Evidence in an office's words: ``14 行中 13 行成立，淄川区不同``."""
    if not evidence.rows:
        return "没有可以验算的行"
    differing = "、".join(evidence.differing[:5]) + ("等" if len(evidence.differing) > 5 else "")
    holds = f"{evidence.rows} 行中 {evidence.fitting} 行成立" if differing else f"{evidence.rows} 行都成立"
    return f"{holds}{f'，{differing}不同' if differing else ''}"
