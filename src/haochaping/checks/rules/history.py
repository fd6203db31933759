"""Rules on a quarter against earlier ones: a unit's own past, copied figures, annexes that vanished."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from haochaping.checks.outcome import ALL_ROWS, Outcome, state, whole_column
from haochaping.checks.rule import Rule
from haochaping.cleaning.number_format import number
from haochaping.core.labels import COLUMNS, key_label
from haochaping.core.model import TABLES, CellRef
from haochaping.statistics.robust_spread import robust_spread
from haochaping.store.cell_index import CellIndex, RowRef


def history(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """A unit's count is not far from its own earlier quarters, on the log scale; needs `quarters` of them.

    Far means more than `score` robust standard deviations from the median of the earlier quarters *and* more than a
    factor of `factor` from it. Where both count and median are below `least` the rule holds.
    """
    if len(cell_index.history) < rule.options["quarters"]:
        return
    earlier = [CellIndex(data, cell_index.reference) for data in cell_index.history]
    for table in rule.tables:
        for row in cell_index.rows(table):
            at = row.cell(rule.options["column"])
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
            yield Outcome(
                at,
                (at,),
                state(not is_far or is_small),
                f"{number(now)}；以前 {len(past)} {cell_index.data.quarter.counted}中位数 {math.exp(middle):,.0f}",
                values={"printed": number(now), "median": f"{math.exp(middle):,.0f}"},
            )


def previous(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """A unit's count is not far from the quarter before, while there are too few quarters for :func:`history`."""
    if not 0 < len(cell_index.history) < rule.options["quarters"]:
        return
    before = CellIndex(cell_index.history[-1], cell_index.reference)
    if rule.options.get("at_once"):
        yield from _all_cells_at_once(rule, cell_index, before)
        return
    for table in rule.tables:
        for row in cell_index.rows(table):
            for column in rule.options["columns"]:
                if column not in TABLES[table].counts:
                    continue
                at = row.cell(column)
                now, then = cell_index.count(at), before.count(at)
                if now is None or then is None:
                    continue
                is_far = abs(math.log((now + 0.5) / (then + 0.5))) > math.log(rule.options["factor"])
                yield Outcome(
                    at,
                    (at,),
                    state(not is_far or max(now, then) < rule.options["least"]),
                    f"{number(now)}；{before.data.quarter.label} {number(then)}",
                    values={"column": COLUMNS[column], "printed": number(now), "before": number(then)},
                )


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
            f"{key_label(at.names)} {number(then)} → {number(now)}" for at, now, then in changed
        )
        values = {
            "annex": TABLES[table].annex,
            "count": len(changed),
            "cells": "、".join(key_label(at.names) for at, _, _ in changed[:6]),
            "more": len(changed) > 6,
        }
        at = whole_column(table, rule.options["columns"][0])
        yield Outcome(at, tuple(cell for cell, _, _ in changed), state(not changed), shown, values=values)


def copied(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """No annex, and no row of it, has exactly the figures of the quarter before.

    Rows without a count of `least` or more are skipped: small numbers repeat by chance.
    """
    if not cell_index.history:
        return
    before = CellIndex(cell_index.history[-1], cell_index.reference)
    for table in TABLES:
        rows = [
            (row, _cells_if_large(row, table, cell_index, rule.options["least"]))
            for row in cell_index.rows(table)
        ]
        rows = [(row, cells) for row, cells in rows if cells]
        if not rows:
            continue
        same = [
            row for row, cells in rows if all(cell_index.count(cell) == before.count(cell) for cell in cells)
        ]
        whole = len(same) >= rule.options["share"] * len(rows) and len(rows) > 1
        values = {"annex": TABLES[table].annex, "before": before.data.quarter.label, "whole": whole}
        compared = tuple(cell for row in same for cell in _cells_if_large(row, table, cell_index, 0))
        at = CellRef.of(table, dict.fromkeys(TABLES[table].key, ALL_ROWS), "evaluations")
        if whole or not same:
            yield Outcome(at, compared, state(not whole), f"{len(same)} 行，共 {len(rows)} 行", values=values)
            continue
        for row in same:
            cells = tuple(_cells_if_large(row, table, cell_index, 0))
            shown = "、".join(
                f"{COLUMNS[cell.column]} {number(cell_index.count(cell) or 0)}" for cell in cells
            )
            yield Outcome(cells[0], cells, state(False), shown, values=values | {"shown": shown})


def _cells_if_large(row: RowRef, table: str, cell_index: CellIndex, least: int) -> list[CellRef]:
    """The cells of a row's counts if one of them is `least` or more, else none."""
    cells = [
        cell for column in TABLES[table].counts if cell_index.count(cell := row.cell(column)) is not None
    ]
    return cells if any((cell_index.count(cell) or 0) >= max(least, 1) for cell in cells) else []


def annexes_kept(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """Every annex of the quarter before is there."""
    if not cell_index.history:
        return
    before = cell_index.history[-1]
    for name, spec in TABLES.items():
        if name not in before.absent:
            values = {"annex": spec.annex, "title": spec.title, "before": before.quarter.label}
            there = name not in cell_index.data.absent
            yield Outcome(whole_column(name, spec.counts[-1]), (), state(there), "", values=values)


KINDS = {"history": history, "previous": previous, "copied": copied, "annexes_kept": annexes_kept}
