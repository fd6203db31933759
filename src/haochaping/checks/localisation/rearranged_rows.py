"""Figures in the wrong rows: two rows exchanged, or a run of rows shifted by one.

Proposed where putting the figures back makes every doubt about those rows vanish and violates no hard rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from haochaping.checks.localisation.causes import Doubt, DoubtGroup
from haochaping.checks.outcome import FAILS, RuleKind
from haochaping.checks.rule import Rule
from haochaping.cleaning.number_format import number
from haochaping.core.labels import row_words
from haochaping.core.model import CellRef
from haochaping.store.cell_index import CellIndex

_ROW_KINDS = ("ratio", "same")
"""Kinds of rule that compare a figure with another cell of its row, or with the same row of another annex."""
MAX_ROWS = 12


def merge_rearranged(
    groups: Sequence[DoubtGroup], cell_index: CellIndex, rules: Sequence[Rule], kinds: Mapping[str, RuleKind]
) -> list[DoubtGroup]:
    """Merge groups of doubts that one rearrangement of rows explains into one group with that explanation.

    Parameters
    ----------
    groups : sequence of Group
        Doubts by cause.
    cell_index : CellIndex
        The printed cells.
    rules : sequence of Rule
        The rules with which rearranged figures must agree; only hard ones count.
    kinds : mapping
        Kind of rule to the function that evaluates it.
    """
    hard = [rule for rule in rules if rule.is_hard]
    merged = list(groups)
    for rule in hard:
        if rule.kind not in _ROW_KINDS:
            continue
        doubts = [d for group in merged for d in group.doubts if d.rule.id == rule.id]
        if not 2 <= len(doubts) <= MAX_ROWS:
            continue
        failing_places = _failing_places(hard, cell_index, kinds)
        consistent = [
            candidate
            for candidate in _candidates(doubts, cell_index)
            if _failing_places(hard, cell_index.with_values(candidate.changes), kinds)
            <= failing_places - {(rule.id, doubt.outcome.at) for doubt in candidate.doubts}
        ]
        while consistent:
            # The same rows may be rearranged in one column or in another: both are proposed.
            first = consistent[0].doubts
            merged = _merge_groups(merged, [one for one in consistent if one.doubts == first])
            consistent = [one for one in consistent if not {*map(id, one.doubts)} & {*map(id, first)}]
    return merged


@dataclass(frozen=True)
class _Rearrangement:
    """A rearrangement: the doubts that should vanish, the cells' values then, and the explanation in Chinese."""

    doubts: tuple[Doubt, ...]
    changes: Mapping[CellRef, int]
    explanation: str


def _failing_places(
    rules: Sequence[Rule], cell_index: CellIndex, kinds: Mapping[str, RuleKind]
) -> set[tuple[str, CellRef]]:
    """Rule ids and places where rules fail; rules that cannot run are skipped."""
    found = set()
    for rule in rules:
        try:
            found |= {(rule.id, o.at) for o in kinds[rule.kind](rule, cell_index) if o.state == FAILS}
        except Exception:  # reported as "could not run" by `run_rules`
            continue
    return found


def _merge_groups(groups: Sequence[DoubtGroup], arrangements: Sequence[_Rearrangement]) -> list[DoubtGroup]:
    ids = {id(doubt.outcome) for doubt in arrangements[0].doubts}
    affected = [group for group in groups if any(id(d.outcome) in ids for d in group.doubts)]
    first = replace(
        affected[0],
        doubts=tuple(doubt for group in affected for doubt in group.doubts),
        cause=None,
        rearranged=tuple(dict.fromkeys(cell for arrangement in arrangements for cell in arrangement.changes)),
        explanation=f"可能的解释：{'；或'.join(arrangement.explanation for arrangement in arrangements)}。",
    )
    return [
        first if group is affected[0] else group
        for group in groups
        if group is affected[0] or group not in affected
    ]


def _candidates(doubts: Sequence[Doubt], cell_index: CellIndex) -> Iterator[_Rearrangement]:
    """Yield rearrangements to try: any two rows exchanged, any run of rows shifted up or down by one."""
    for by_row in _columns_with_doubts(doubts, cell_index):
        order = sorted(by_row)
        for pair in combinations(order, 2):
            yield from _rearrange([by_row[i] for i in pair], -1, cell_index)
        for length in range(len(order), 2, -1):
            for start in range(len(order) - length + 1):
                run = order[start : start + length]
                if run[-1] - run[0] == length - 1:
                    for step in (-1, 1):
                        yield from _rearrange([by_row[i] for i in run], step, cell_index)


def _columns_with_doubts(
    doubts: Sequence[Doubt], cell_index: CellIndex
) -> Iterator[dict[int, tuple[Doubt, CellRef]]]:
    """Yield for each table and column of which doubts have exactly one cell: row position to doubt and cell."""
    columns = dict.fromkeys((cell.table, cell.column) for doubt in doubts for cell in doubt.outcome.cells)
    for table, column in columns:
        if not cell_index.declaration.is_count(table, column):
            continue
        positions = {row.cell(column): i for i, row in enumerate(cell_index.rows(table))}
        by_row = {}
        for doubt in doubts:
            cells = [
                c for c in doubt.outcome.cells if (c.table, c.column) == (table, column) and c in positions
            ]
            if len(cells) == 1 and cell_index.count(cells[0]) is not None:
                by_row[positions[cells[0]]] = (doubt, cells[0])
        if len(by_row) > 1:
            yield by_row


def _rearrange(
    rows: Sequence[tuple[Doubt, CellRef]], step: int, cell_index: CellIndex
) -> Iterator[_Rearrangement]:
    """Yield the rearrangement of `rows` by `step`, where all figures differ."""
    cells = [cell for _, cell in rows]
    values = [cell_index.count(cell) or 0 for cell in cells]
    if len(set(values)) < len(values):
        return
    shifted = values[-step:] + values[:-step]
    annex, column = cell_index.annex_words(cells[0].table), cell_index.heading(cells[0].column)
    names = [f"“{row_words(cell_index.declaration, cell)}”" for cell in cells]
    if len(cells) == 2:
        explanation = f"{annex}{names[0]}与{names[1]}的{column}可能互换了位置"
    else:
        explanation = f"{annex}从{names[0]}到{names[-1]}的{column}可能错了一行"
    shown = "、".join(number(value) for value in shifted)
    doubts = tuple(doubt for doubt, _ in rows)
    yield _Rearrangement(doubts, dict(zip(cells, shifted, strict=True)), f"{explanation}，依次应为 {shown}")
