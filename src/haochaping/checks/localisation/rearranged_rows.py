"""Figures in the wrong rows: two rows exchanged, or a run of rows shifted by one.

NumberMention where putting the figures back makes every doubt about those rows vanish and breaks no hard rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from haochaping.checks.localisation.causes import Doubt, Group
from haochaping.checks.outcome import FAILS, Kind
from haochaping.checks.rule import Rule
from haochaping.cleaning.number_format import number
from haochaping.core.labels import COLUMNS, key_label
from haochaping.core.model import TABLES, CellRef
from haochaping.store.cell_index import CellIndex

_KINDS = ("ratio", "same")
"""Kinds of rule that tie one row's figure to another cell of the same row or of another annex."""
MOST_ROWS = 12


def merge_rearranged(
    groups: Sequence[Group], cell_index: CellIndex, rules: Sequence[Rule], kinds: Mapping[str, Kind]
) -> list[Group]:
    """Groups of doubts that one rearrangement of rows explains become one group that says so.

    Parameters
    ----------
    groups : sequence of Group
        Doubts by cause.
    book : CellIndex
        The printed cells.
    rules : sequence of Rule
        Those the rearranged figures are held against; only hard ones count.
    kinds : mapping
        Kind of rule to the function that evaluates it.
    """
    hard = [rule for rule in rules if rule.hard]
    merged = list(groups)
    for rule in hard:
        if rule.kind not in _KINDS:
            continue
        doubts = [d for group in merged for d in group.doubts if d.rule.id == rule.id]
        if not 2 <= len(doubts) <= MOST_ROWS:
            continue
        failing = _failing(hard, cell_index, kinds)
        good = [
            one
            for one in _candidates(doubts, cell_index)
            if _failing(hard, cell_index.with_values(one.changes), kinds)
            <= failing - {(rule.id, doubt.outcome.at) for doubt in one.doubts}
        ]
        if good:
            # The same rows, put right in one column or in another: both are told.
            merged = _merged(merged, [one for one in good if one.doubts == good[0].doubts])
    return merged


@dataclass(frozen=True)
class _Arrangement:
    """Figures put back: the doubts that should vanish, the cells' values then, and what happened in words."""

    doubts: tuple[Doubt, ...]
    changes: Mapping[CellRef, int]
    explanation: str


def _failing(
    rules: Sequence[Rule], cell_index: CellIndex, kinds: Mapping[str, Kind]
) -> set[tuple[str, CellRef]]:
    """Where the rules do not hold; a rule that cannot run is no evidence either way."""
    found = set()
    for rule in rules:
        try:
            found |= {(rule.id, o.at) for o in kinds[rule.kind](rule, cell_index) if o.state == FAILS}
        except Exception:  # told as "could not run" by the caller
            continue
    return found


def _merged(groups: Sequence[Group], arrangements: Sequence[_Arrangement]) -> list[Group]:
    ids = {id(doubt.outcome) for doubt in arrangements[0].doubts}
    hit = [group for group in groups if any(id(d.outcome) in ids for d in group.doubts)]
    first = replace(
        hit[0],
        doubts=tuple(doubt for group in hit for doubt in group.doubts),
        cause=None,
        moved=tuple(dict.fromkeys(cell for one in arrangements for cell in one.changes)),
        explanation=f"可能的解释：{'；或'.join(one.explanation for one in arrangements)}。",
    )
    return [first if group is hit[0] else group for group in groups if group is hit[0] or group not in hit]


def _candidates(doubts: Sequence[Doubt], cell_index: CellIndex) -> Iterator[_Arrangement]:
    """Rearrangements to try: any two rows exchanged, any run of rows shifted up or down by one."""
    for by_row in _columns(doubts, cell_index):
        order = sorted(by_row)
        for pair in combinations(order, 2):
            yield from _arrangement([by_row[i] for i in pair], -1, cell_index)
        for length in range(len(order), 2, -1):
            for start in range(len(order) - length + 1):
                run = order[start : start + length]
                if run[-1] - run[0] == length - 1:
                    for step in (-1, 1):
                        yield from _arrangement([by_row[i] for i in run], step, cell_index)


def _columns(doubts: Sequence[Doubt], cell_index: CellIndex) -> Iterator[dict[int, tuple[Doubt, CellRef]]]:
    """For each table and column that every doubt has one figure of: the doubts by the place of their row."""
    first = doubts[0].outcome
    for table, column in dict.fromkeys((cell.table, cell.column) for cell in first.cells):
        if column not in TABLES[table].counts:
            continue
        places = {row.cell(column): i for i, row in enumerate(cell_index.rows(table))}
        by_row = {}
        for doubt in doubts:
            cells = [c for c in doubt.outcome.cells if (c.table, c.column) == (table, column) and c in places]
            if len(cells) == 1 and cell_index.count(cells[0]) is not None:
                by_row[places[cells[0]]] = (doubt, cells[0])
        if len(by_row) > 1:
            yield by_row


def _arrangement(
    rows: Sequence[tuple[Doubt, CellRef]], step: int, cell_index: CellIndex
) -> Iterator[_Arrangement]:
    """One rearrangement, where all the figures differ."""
    cells = [cell for _, cell in rows]
    values = [cell_index.count(cell) or 0 for cell in cells]
    if len(set(values)) < len(values):
        return
    moved = values[-step:] + values[:-step]
    annex, column = TABLES[cells[0].table].annex, COLUMNS[cells[0].column]
    names = [f"“{key_label(cell.names)}”" for cell in cells]
    if len(cells) == 2:
        explanation = f"附件{annex}{names[0]}与{names[1]}的{column}可能互换了位置"
    else:
        explanation = f"附件{annex}从{names[0]}到{names[-1]}的{column}可能错了一行"
    shown = "、".join(number(value) for value in moved)
    doubts = tuple(doubt for doubt, _ in rows)
    yield _Arrangement(doubts, dict(zip(cells, moved, strict=True)), f"{explanation}，依次应为 {shown}")
