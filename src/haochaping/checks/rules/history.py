"""Rules on a quarter against earlier ones: a unit's own past, copied figures, annexes that vanished."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from haochaping.checks.outcome import ALL_ROWS, FAILS, Outcome, state, whole_column
from haochaping.checks.rule import Rule
from haochaping.cleaning.number_format import number
from haochaping.core.labels import after_annex, annex_words, row_words
from haochaping.core.model import CellRef
from haochaping.statistics.robust_spread import robust_spread
from haochaping.store.cell_index import CellIndex

MOST_TOLD_ALONE = 4
"""More failing cells of one column than this are told as one, by a rule that is about all columns."""


def history(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """A unit's count is not far from its own earlier quarters, on the log scale; needs `quarters` of them.

    Far means more than `score` robust standard deviations from the median of the earlier quarters *and* more than a
    factor of `factor` from it. Where both count and median are below `least` the rule holds. A rule that names no
    `column` is about every declared count that no other rule of this kind names.
    """
    if len(cell_index.history) < rule.options["quarters"]:
        return
    earlier = [CellIndex(data, cell_index.reference) for data in cell_index.history]
    for table, column in _columns(rule, cell_index):
        found = []
        for row in cell_index.rows(table):
            at = row.cell(column)
            now = cell_index.count(at)
            past = [value for past_quarter in earlier if (value := past_quarter.count(at)) is not None]
            if now is None or len(past) < rule.options["quarters"]:
                continue
            logs = np.log(np.array(past, dtype=float) + 0.5)
            middle = float(np.median(logs))
            spread = robust_spread(logs)
            distance = abs(math.log(now + 0.5) - middle)
            is_far = distance > max(rule.options["score"] * spread, math.log(rule.options["factor"]))
            is_small = max(now, math.exp(middle)) < rule.options["least"]
            affected = round(abs(now - math.exp(middle)))
            values = {"printed": number(now), "median": f"{math.exp(middle):,.0f}"}
            shown = f"{number(now)}；以前 {len(past)} {cell_index.data.quarter.counted}中位数 {math.exp(middle):,.0f}"
            holds = state(not is_far or is_small)
            found.append(Outcome(at, (at,), holds, shown, values=values, affected=affected))
        yield from _together_where_many(rule, table, column, found, cell_index)


def previous(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """A unit's count is not far from the quarter before, while there are too few quarters for :func:`history`."""
    if not 0 < len(cell_index.history) < rule.options["quarters"]:
        return
    before = CellIndex(cell_index.history[-1], cell_index.reference)
    if rule.options.get("at_once"):
        yield from _all_cells_at_once(rule, cell_index, before)
        return
    if _names_columns(rule):
        for table in rule.tables:
            for row in cell_index.rows(table):
                for column in rule.options["columns"]:
                    if cell_index.declaration.is_count(table, column):
                        yield from _against_before(rule, row.cell(column), cell_index, before)
        return
    for table, column in _columns(rule, cell_index):
        cells = [row.cell(column) for row in cell_index.rows(table)]
        found = [outcome for cell in cells for outcome in _against_before(rule, cell, cell_index, before)]
        yield from _together_where_many(rule, table, column, found, cell_index)


def _against_before(rule: Rule, at: CellRef, cell_index: CellIndex, before: CellIndex) -> Iterator[Outcome]:
    """The outcome for one count; none where it or the one before is not listed."""
    now, then = cell_index.count(at), before.count(at)
    if now is None or then is None:
        return
    is_far = abs(math.log((now + 0.5) / (then + 0.5))) > math.log(rule.options["factor"])
    yield Outcome(
        at,
        (at,),
        state(not is_far or max(now, then) < rule.options["least"]),
        f"{number(now)}；{before.data.quarter.label} {number(then)}",
        values={
            "column": cell_index.heading(at.column),
            "printed": number(now),
            "before": number(then),
            "period": before.data.quarter.label,
        },
        affected=abs(now - then),
    )


def _names_columns(rule: Rule) -> bool:
    return bool({"column", "columns"} & {*rule.options})


def _columns(rule: Rule, cell_index: CellIndex) -> list[tuple[str, str]]:
    """Tables with the columns that a rule is about: the one that it names, else all counts that no other rule names."""
    if _names_columns(rule):
        return [(table, rule.options["column"]) for table in rule.tables]
    named = rule.options.get("except", ())
    pairs = ((table, column) for table in rule.tables for column in cell_index.spec(table).counts)
    return [pair for pair in pairs if pair not in named]


def _together_where_many(
    rule: Rule, table: str, column: str, outcomes: Sequence[Outcome], cell_index: CellIndex
) -> Iterator[Outcome]:
    """The outcomes; one for the column in place of many that fail, by a rule that is about all columns."""
    if _names_columns(rule):
        yield from outcomes
        return
    failed = [outcome for outcome in outcomes if outcome.state == FAILS]
    is_many = len(failed) > MOST_TOLD_ALONE
    shown = [
        f"{row_words(cell_index.declaration, outcome.at)} {outcome.values['printed']}" for outcome in failed
    ]
    values = {
        "annex": cell_index.annex_words(table),
        "column": cell_index.heading(column),
        "count": len(failed),
        "cells": "、".join(shown[:MOST_TOLD_ALONE]) if is_many else "",
    }
    for outcome in outcomes:
        if not is_many or outcome.state != FAILS:
            yield replace(outcome, values=values | outcome.values)
    if is_many:
        cells = tuple(outcome.at for outcome in failed)
        at = whole_column(cell_index.spec(table), column)
        words = "；".join(
            f"{row_words(cell_index.declaration, outcome.at)} {outcome.arithmetic}" for outcome in failed
        )
        affected = sum(outcome.affected or 0 for outcome in failed)
        yield Outcome(at, cells, state(False), words, values=values, affected=affected)


def _all_cells_at_once(rule: Rule, cell_index: CellIndex, before: CellIndex) -> Iterator[Outcome]:
    """One outcome for all cells of a table that changed by more than `factor`: annex 3 has many, and they vary."""
    for table in rule.tables:
        changed: list[tuple[CellRef, int, int]] = []
        for row in cell_index.rows(table):
            at = row.cell(rule.options["columns"][0])
            now, then = cell_index.count(at), before.count(at)
            if now is None or then is None or max(now, then) < rule.options["least"]:
                continue
            if abs(math.log((now + 0.5) / (then + 0.5))) > math.log(rule.options["factor"]):
                changed.append((at, now, then))
        changed.sort(key=lambda item: -max(item[1:]))
        shown = "；".join(
            f"{row_words(cell_index.declaration, at)} {number(then)} → {number(now)}"
            for at, now, then in changed
        )
        values = {
            "annex": cell_index.annex_words(table),
            "count": len(changed),
            "cells": "、".join(row_words(cell_index.declaration, at) for at, _, _ in changed[:6]),
            "more": len(changed) > 6,
        }
        at = whole_column(cell_index.spec(table), rule.options["columns"][0])
        yield Outcome(
            at,
            tuple(cell for cell, _, _ in changed),
            state(not changed),
            shown,
            values=values,
            affected=sum(abs(now - then) for _, now, then in changed),
        )


def copied(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """No annex, no column of it and no printed line has the figures of the quarter before.

    An annex or column is copied when `share` of its large figures (`least` or more, in a column `least_other`) are
    equal: at least two rows in an annex, three figures in a column. A line is when all its figures are equal and enough
    of them do not follow from each other (one of `least` and another of `least_other`, or three of these): one figure may
    repeat by chance, and 办件数 (nearly) equal to 评价数 is one figure printed twice.
    """
    if not cell_index.history:
        return
    before = CellIndex(cell_index.history[-1], cell_index.reference)
    for table, spec in cell_index.declaration.annexes.items():
        pairs = {
            cell: (now, then)
            for row in cell_index.rows(table)
            for column in spec.counts
            if (now := cell_index.count(cell := row.cell(column))) is not None
            and (then := before.count(cell)) is not None
        }
        if any(now >= max(rule.options["least"], 1) for now, _ in pairs.values()):
            values = {"annex": cell_index.annex_words(table), "before": before.data.quarter.label}
            yield from _copied_in_table(rule, table, pairs, values, cell_index)


_Pairs = dict[CellRef, tuple[int, int]]
"""Cells with their figure in this quarter and in the one before."""
FEWEST_IN_ANNEX, FEWEST_IN_COLUMN = 2, 3
TIED = 0.01
"""Figures of a line that differ by no more than this part are one figure printed twice: 办件数 and 评价数."""


def _copied_in_table(
    rule: Rule, table: str, pairs: _Pairs, values: dict[str, Any], cell_index: CellIndex
) -> Iterator[Outcome]:
    """The outcome for an annex as a whole or, where it is not copied, one for each copied column and line."""
    at = whole_column(cell_index.spec(table), "evaluations")
    rows = _grouped(pairs, lambda cell: cell.names)
    large = [row for row in rows if any(pairs[cell][0] >= max(rule.options["least"], 1) for cell in row)]
    same = [row for row in large if _is_same(row, pairs)]
    telling = [row for row in same if any(pairs[cell][0] >= _least_other(rule) for cell in row)]
    is_whole = len(same) >= rule.options["share"] * len(large) and len(telling) >= FEWEST_IN_ANNEX
    shown = f"{len(same)} 行，共 {len(large)} 行"
    if is_whole:
        cells = tuple(cell for row in same for cell in row)
        yield Outcome(at, cells, state(False), shown, values=values | {"whole": True})
        return
    columns = _copied_columns(rule, pairs)
    in_columns = {cell for column in columns for cell in column}
    by_place = _grouped([column[0] for column in columns], lambda cell: cell.member)
    found = [_columns_outcome(heads, columns, pairs, values, cell_index) for heads in by_place]
    rest = {cell: pair for cell, pair in pairs.items() if cell not in in_columns}
    for line in _grouped(rest, lambda cell: cell.row):
        if _is_same(line, pairs) and _has_enough_figures(rule, [pairs[cell][0] for cell in line]):
            shown_line = "、".join(_figure_text(cell, pairs[cell][0], cell_index) for cell in line)
            line_values = values | {"whole": False, "columns": "", "shown": shown_line}
            found.append(Outcome(line[0], tuple(line), state(False), shown_line, values=line_values))
    yield from found or [Outcome(at, (), state(True), shown, values=values)]


def _grouped(cells: Iterable[CellRef], key: Callable[[CellRef], Any]) -> list[list[CellRef]]:
    """The cells with equal `key` together, in their order."""
    groups: dict[Any, list[CellRef]] = {}
    for cell in cells:
        groups.setdefault(key(cell), []).append(cell)
    return list(groups.values())


def _is_same(cells: Sequence[CellRef], pairs: _Pairs) -> bool:
    return all(now == then for now, then in (pairs[cell] for cell in cells))


def _has_enough_figures(rule: Rule, figures: Iterable[int]) -> bool:
    """Whether two different figures of a line are large, or three not small; (nearly) equal ones are tied by arithmetic.

    Where nearly every case is rated, cases that repeat by chance bring the evaluations with them.
    """
    different: list[int] = []
    for figure in sorted(figures, reverse=True):
        if figure >= max(_least_other(rule), 1) and (not different or figure < different[-1] * (1 - TIED)):
            different.append(figure)
    return len(different) >= FEWEST_IN_COLUMN or (
        len(different) > 1 and different[0] >= rule.options["least"]
    )


def _least_other(rule: Rule) -> int:
    """`least_other` of the rule, which the settings of a city may lack."""
    return int(rule.options.get("least_other", rule.options["least"]))


def _copied_columns(rule: Rule, pairs: _Pairs) -> list[list[CellRef]]:
    """Printed columns, most of whose figures that are not small are equal; each as its equal cells."""
    found = []
    for column in _grouped(pairs, lambda cell: (cell.member, cell.column)):
        large = [cell for cell in column if pairs[cell][0] >= max(_least_other(rule), 1)]
        same = [cell for cell in large if _is_same([cell], pairs)]
        if len(same) >= FEWEST_IN_COLUMN and len(same) >= rule.options["share"] * len(large):
            found.append([cell for cell in column if _is_same([cell], pairs)])
    return found


def _columns_outcome(
    heads: Sequence[CellRef],
    columns: Sequence[list[CellRef]],
    pairs: _Pairs,
    values: dict[str, Any],
    cell_index: CellIndex,
) -> Outcome:
    """One outcome for the copied columns of one district or tier (or of the annex); `heads` are their first cells."""
    mine = [column for column in columns if column[0] in heads]
    member = cell_index.declaration.word_of(heads[0].member)
    names = member + "、".join(cell_index.heading(cell.column) for cell in heads)
    shown = "；".join(
        f"{cell_index.heading(column[0].column)} {len(column)} 格相同，共 {_length(column[0], pairs)} 格"
        for column in mine
    )
    return Outcome(
        replace(heads[0], row=ALL_ROWS),
        tuple(cell for column in mine for cell in column),
        state(False),
        shown,
        values=values | {"whole": False, "columns": after_annex(names)},
    )


def _length(head: CellRef, pairs: _Pairs) -> int:
    """How many cells of a printed column can be compared."""
    return sum(cell.column == head.column and cell.member == head.member for cell in pairs)


def _figure_text(cell: CellRef, figure: int, cell_index: CellIndex) -> str:
    """A figure of a line with its heading: ``办件数 1,080``, ``张店区评价数 1,080``."""
    return f"{cell_index.declaration.word_of(cell.member)}{cell_index.heading(cell.column)} {number(figure)}"


def annexes_kept(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """Every annex of the quarter before is there."""
    if not cell_index.history:
        return
    before = cell_index.history[-1]
    for name, spec in cell_index.declaration.annexes.items():
        if name not in before.absent:
            values = {"annex": annex_words(before, name), "title": spec.title, "before": before.quarter.label}
            there = name not in cell_index.data.absent
            yield Outcome(
                whole_column(spec, (spec.counts or spec.measures)[-1]), (), state(there), "", values=values
            )
