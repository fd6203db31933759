"""The relations that a city declares between annexes and the text: each is a rule of its own."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from haochaping.checks.outcome import Constraint, Outcome, not_evaluable, state
from haochaping.checks.rule import Rule
from haochaping.cleaning.number_format import number
from haochaping.cleaning.quantities import plain_text, quantities
from haochaping.core.declaration import Relation, RelationTerm
from haochaping.core.labels import after_annex, annex_words
from haochaping.core.model import TEXT_CLAIMS, CellRef
from haochaping.store.cell_index import CellIndex, RowRef, claim_cell

_SIGNS = {"equal": ("=", "≠"), "at most": ("≤", ">")}


def relation(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """The relation of the rule holds: for every unit of its group, or for the annexes' sums."""
    declared: Relation = rule.options["relation"]
    for unit in _units(declared, cell_index):
        left, right = (
            [_Side(term, _cells(term, unit, declared, cell_index)) for term in side]
            for side in (declared.left, declared.right)
        )
        cells = [cell for side in (*left, *right) for cell in side.cells]
        if not all(side.cells for side in (*left, *right)):
            continue  # a unit that one of the annexes does not have, or an annex that this period does not have
        at = left[0].cells[0] if len(left[0].cells) == 1 else right[0].cells[0]
        sums = [[side.value(cell_index) for side in sides] for sides in (left, right)]
        if not declared.by and _lacks_columns([*left, *right], cell_index):
            yield not_evaluable(at, cells, "有的列没有登记")
            continue
        if any(value is None for values in sums for value in values):
            yield not_evaluable(at, cells, "有的数没有列出")
            continue
        yield _compare(declared, unit, at, cells, left, right, cell_index)


@dataclass(frozen=True)
class _Side:
    """One term of a relation with its cells, which are added up."""

    term: RelationTerm
    cells: tuple[CellRef, ...]

    def half_step(self, cell_index: CellIndex) -> float:
        """How far the exact value may lie from the printed one: half a last digit of a figure of the text in 万."""
        if self.term.annex != TEXT_CLAIMS:
            return 0.0
        found = quantities(plain_text(cell_index.printed(self.cells[0])))
        return abs(self.term.factor) * float(found[0].step) / 2 if found else 0.0

    def value(self, cell_index: CellIndex) -> int | None:
        counts = [cell_index.count(cell) for cell in self.cells]
        if any(count is None for count in counts):
            return None
        return self.term.factor * sum(count or 0 for count in counts)

    def words(self, cell_index: CellIndex) -> str:
        """``附件1评价数 1,080,786``."""
        heading = cell_index.heading(self.term.measure)
        if self.term.annex == TEXT_CLAIMS:
            heading = cell_index.row_words(self.cells[0])
        place = annex_words(cell_index.data, self.term.annex)
        return f"{place}{after_annex(heading)} {number(abs(self.value(cell_index) or 0))}"


def _compare(
    declared: Relation,
    unit: str,
    at: CellRef,
    cells: Sequence[CellRef],
    left: Sequence[_Side],
    right: Sequence[_Side],
    cell_index: CellIndex,
) -> Outcome:
    one, two = (sum(side.value(cell_index) or 0 for side in sides) for sides in (left, right))
    slack = sum(side.half_step(cell_index) for side in (*left, *right))
    holds = one - two <= slack and (declared.comparison == "at most" or two - one <= slack)
    sign = "≈" if holds and slack and one != two else _SIGNS[declared.comparison][not holds]
    shown = [" + ".join(side.words(cell_index) for side in sides) for sides in (left, right)]
    terms = [
        (cell, float(factor * side.term.factor))
        for factor, sides in ((1, left), (-1, right))
        for side in sides
        for cell in side.cells
    ]
    low = -slack if declared.comparison == "equal" else -math.inf
    return Outcome(
        at,
        tuple(dict.fromkeys(cells)),
        state(holds),
        f"{shown[0]} {sign} {shown[1]}；{number(one)} − {number(two)} = {number(one - two)}",
        values={
            "unit": unit,
            "left": shown[0],
            "right": shown[1],
            "difference": number(abs(one - two)),
            "must": "相等" if declared.comparison == "equal" else "前者不大于后者",
        },
        constraints=(Constraint(tuple(terms), low, slack),) if declared.is_hard else (),
        affected=abs(one - two),
    )


def _lacks_columns(sides: Sequence[_Side], cell_index: CellIndex) -> bool:
    """Whether the sum of an annex may lack columns that nobody declared."""
    annexes = {side.term.annex for side in sides} - {TEXT_CLAIMS}
    return any(cell_index.lacks_columns(row) for annex in annexes for row in cell_index.rows(annex))


def _units(declared: Relation, cell_index: CellIndex) -> list[str]:
    """The units for which a relation holds one by one, in canonical names; one blank for a relation of sums."""
    if not declared.by:
        return [""]
    names: dict[str, None] = {}
    for term in (*declared.left, *declared.right):
        for row in cell_index.rows(term.annex) if term.annex != TEXT_CLAIMS else ():
            if name := _unit_of(row, declared.by, cell_index):
                names[name] = None
    return list(names)


def _cells(term: RelationTerm, unit: str, declared: Relation, cell_index: CellIndex) -> tuple[CellRef, ...]:
    if term.annex == TEXT_CLAIMS:
        cell = claim_cell(term.measure)
        exact = cell_index.data.figure(term.measure)
        return (cell,) if exact is not None and not exact["qualifier"] else ()
    return tuple(
        row.cell(term.measure)
        for row in cell_index.rows(term.annex)
        if not declared.by or _unit_of(row, declared.by, cell_index) == unit
    )


def _unit_of(row: RowRef, group: str, cell_index: CellIndex) -> str:
    """Canonical name of the unit of `group` that a row (or its member) stands for; blank without one."""
    spec = cell_index.spec(row.table)
    name = row.row if row.group == group else ""
    if spec.columns_by is not None and spec.columns_by.name == group:
        name = row.member
    reference = cell_index.reference
    return reference.canonical(group, name) if reference and name else name
