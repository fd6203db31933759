"""Rule on near-equal counts of unrelated units in one column: entered by quota or in a batch, perhaps."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import stdev

import numpy as np
import numpy.typing as npt

from haochaping.checks.outcome import ALL_ROWS, Outcome, state
from haochaping.checks.rule import Rule
from haochaping.cleaning.number_format import number
from haochaping.core.labels import after_annex
from haochaping.core.model import CellRef
from haochaping.statistics.robust_spread import FEWEST_PEERS
from haochaping.store.cell_index import CellIndex

MOST_UNITS_NAMED = 8
_ROUNDING = 1e-12
"""Logs of equal whole numbers may differ by this much."""
_NORMAL_QUARTILES = 1.349
"""Distance between the quartiles of normal values with a standard deviation of one."""


@dataclass(frozen=True)
class _Column:
    """The counts of one printed column that are not zero, from the smallest on."""

    head: CellRef
    cells: tuple[CellRef, ...]
    counts: tuple[int, ...]

    @property
    def logs(self) -> npt.NDArray[np.float64]:
        return np.log(np.array(self.counts, dtype=float))

    def large(self, least: float) -> int:
        return sum(count >= least for count in self.counts)


@dataclass(frozen=True)
class _Cluster:
    """Counts of a column that lie close together: from which place to before which, how many were expected, and the chance."""

    start: int
    end: int
    expected: float
    chance: float


def near_equal_counts(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """No column has more counts within a `factor` of each other than chance would put there.

    Every count of `least` or more opens a window up to `factor` times itself, which fails with `units` counts where that
    many are too improbable. The counts of a column are taken as drawn from a smooth density of their logs; a cluster
    raises that density itself, which makes the rule less ready to fail. Of the others how many fall into the window is
    binomial, and the tail is multiplied by the number of windows of all columns (Bonferroni) before it is held against
    `chance`.
    """
    least, units = rule.options["least"], int(rule.options["units"])
    columns = [column for column in _columns(rule, cell_index) if column.large(least) >= units]
    windows = sum(column.large(least) for column in columns)
    told: set[tuple[str, str, frozenset[str]]] = set()
    for column in columns:
        clusters = _clusters(rule, column, windows)
        if not clusters:
            yield Outcome(column.head, (), state(True))
        for cluster in clusters:
            cells = column.cells[cluster.start : cluster.end]
            rows = (column.head.table, column.head.member, frozenset(cell.row for cell in cells))
            if rows not in told:  # cases and evaluations of the same units are one cluster printed twice
                told.add(rows)
                yield _outcome(column, cluster, windows, cell_index)


def _columns(rule: Rule, cell_index: CellIndex) -> Iterator[_Column]:
    """Every column of counts as printed: in a matrix one for each of its heads."""
    for table in rule.tables:
        rows = cell_index.rows(table)
        for measure in cell_index.spec(table).counts:
            for member in dict.fromkeys(row.member for row in rows):
                cells = [row.cell(measure) for row in rows if row.member == member]
                known = [(n, cell) for cell in cells if (n := cell_index.count(cell))]
                known.sort(key=lambda pair: pair[0])
                head = CellRef(table, ALL_ROWS, measure, member)
                yield _Column(head, tuple(cell for _, cell in known), tuple(n for n, _ in known))


def _clusters(rule: Rule, column: _Column, windows: int) -> list[_Cluster]:
    """The improbable clusters of a column that do not overlap, from the least probable on."""
    logs = column.logs
    width = _bandwidth(logs)
    if not width:
        return []
    found = []
    for start, count in enumerate(column.counts):
        if count < rule.options["least"]:
            continue
        high = logs[start] + math.log(rule.options["factor"]) + _ROUNDING
        end = int(np.searchsorted(logs, high, side="right"))
        if end - start >= rule.options["units"]:
            found.append(_cluster(logs, start, end, high, width, windows))
    kept: list[_Cluster] = []
    for cluster in sorted(found, key=lambda one: (one.chance, one.start)):
        is_apart = all(cluster.end <= other.start or other.end <= cluster.start for other in kept)
        if cluster.chance < rule.options["chance"] and is_apart:
            kept.append(cluster)
    return kept


def _cluster(
    logs: npt.NDArray[np.float64], start: int, end: int, high: float, width: float, windows: int
) -> _Cluster:
    """A window with its chance: at least as many of the other counts in it, at the column's smooth density."""
    from scipy import special  # here: slow to load

    share = float(np.mean(special.ndtr((high - logs) / width) - special.ndtr((logs[start] - logs) / width)))
    others = len(logs) - 1
    tail = float(special.bdtrc(end - start - 2, others, share))
    return _Cluster(start, end, others * share, min(1.0, windows * tail))


def _bandwidth(logs: Sequence[float] | npt.NDArray[np.float64]) -> float:
    """The width of the normal kernel whose sum is the density: the usual rule of thumb; 0 where it has none.

    Source: Silverman (1986), Density Estimation for Statistics and Data Analysis, equation 3.31.
    """
    if len(logs) < FEWEST_PEERS:
        return 0.0
    low, high = np.percentile(logs, [25, 75])
    spread = stdev([float(value) for value in logs])
    robust = float(high - low) / _NORMAL_QUARTILES
    return 0.9 * (min(spread, robust) if robust else spread) * len(logs) ** -0.2


def _outcome(column: _Column, cluster: _Cluster, windows: int, cell_index: CellIndex) -> Outcome:
    cells = column.cells[cluster.start : cluster.end]
    counts = column.counts[cluster.start : cluster.end]
    names = [f"{cell.row} {number(count)}" for cell, count in zip(cells, counts, strict=True)]
    low, high = number(counts[0]), number(counts[-1])
    head = cell_index.declaration.word_of(column.head.member)
    return Outcome(
        column.head,
        cells,
        state(False),
        f"{'、'.join(names)}；按本列 {len(column.counts)} 个非零数的散布，这样窄的范围内除最小的一个外约有 "
        f"{cluster.expected:.1f} 个，实有 {len(cells) - 1} 个；各列共比较 {number(windows)} 次，出于偶然的概率不超过 {cluster.chance:.1g}",
        values={
            "annex": cell_index.annex_words(column.head.table),
            "column": after_annex(head),
            "measure": cell_index.heading(column.head.column),
            "count": len(cells),
            "low": low,
            "high": high,
            "cells": "、".join(names[:MOST_UNITS_NAMED]) + ("等" if len(names) > MOST_UNITS_NAMED else ""),
        },
        suspects=cells,
    )
