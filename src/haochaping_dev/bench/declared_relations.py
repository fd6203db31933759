"""The relations that a declaration has for the columns of one period, by the headings printed: to compare two declarations."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from haochaping.core.declaration import RATE, SHARE, Expression, Measure
from haochaping.core.model import QuarterData

Columns = frozenset[str]
Relation = tuple[str, int, Columns, tuple[tuple[Columns, int], ...], tuple[tuple[Columns, int], ...]]
"""Kind, number of the table, columns of the result, and the terms with factors of numerator and denominator."""


def declared_relations(data: QuarterData) -> set[Relation]:
    """Sums, rates, shares and bounds of the measures that a period prints.

    A total in a rate counts as its parts, so that 评价总数 − 不满意 is 满意 + 基本满意.
    """
    found: set[Relation] = set()
    printed: dict[tuple[int, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for cell in data.cells.to_dict("records"):
        if cell["annex"] and cell["measure"]:
            printed[cell["table"], cell["annex"]][cell["measure"]].add(cell["column"])
    for (table, annex), columns in printed.items():
        measures = data.declaration.annexes[annex].measures_by_name
        in_columns = {name: frozenset(found) for name, found in columns.items()}
        for name in in_columns:
            found |= set(_of_measure(measures[name], table, measures, in_columns))
    return found


def _of_measure(
    measure: Measure, table: int, measures: Mapping[str, Measure], columns: Mapping[str, Columns]
) -> list[Relation]:
    def terms(expression: Expression, *, in_parts: bool = True) -> tuple[tuple[Columns, int], ...]:
        """The terms in printed columns; empty where one is not printed."""
        counted: Counter[str] = Counter()
        for factor, name in expression:
            parts = measures[name].parts if name in measures and in_parts else ()
            if parts and all(part in columns for _, part in parts):
                counted.update({part: factor * f for f, part in parts})
            else:
                counted[name] += factor
        if not all(name in columns for name in counted):
            return ()
        return tuple(sorted(((columns[n], f) for n, f in counted.items() if f), key=str))

    result = columns[measure.name]
    found: list[Relation] = []
    if measure.parts and (parts := terms(measure.parts, in_parts=False)):
        found.append(("列相加", table, result, parts, ()))
    if measure.kind == RATE and (numerator := terms(measure.numerator)):
        found.append(("比率", table, result, numerator, terms(measure.denominator)))
    if measure.kind == SHARE and (numerator := terms(measure.numerator)):
        found.append(("占比", table, result, numerator, ()))
    for larger in measure.at_most:
        if larger in columns:
            found.append(("不大于", table, result, ((columns[larger], 1),), ()))
    return found


def is_implied(relation: Relation, known: set[Relation]) -> bool:
    """Whether a bound follows from known sums and bounds: a part of a part is never more than the whole."""
    kind, table, result, terms, _ = relation
    if kind != "不大于":
        return False
    wider: set[Columns] = {result}
    while True:
        new = {
            total
            for other, at, whole, parts, _ in known
            if at == table
            for part, total in (
                [(columns, whole) for columns, _ in parts] if other == "列相加" else [(whole, parts[0][0])]
            )
            if other in ("列相加", "不大于") and part in wider
        } - wider
        if not new:
            return terms[0][0] in wider
        wider |= new


def relation_words(relation: Relation) -> str:
    """A relation in headings."""
    kind, table, result, terms, denominator = relation

    def words(part: tuple[tuple[Columns, int], ...]) -> str:
        return " ".join(
            f"{'−' if factor < 0 else '+'}{'、'.join(sorted(columns))}" for columns, factor in part
        )

    base = f" ÷ {words(denominator)}" if denominator else ""
    return f"表{table} {kind} {'、'.join(sorted(result))}：{words(terms)}{base}"
