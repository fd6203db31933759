"""Rule on zeros of a matrix where its other columns lead one to expect many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from haochaping.checks.outcome import Outcome, state, whole_column
from haochaping.checks.rule import Rule
from haochaping.cleaning.number_format import percent_text
from haochaping.core.model import CellRef
from haochaping.core.text import normalize_for_comparison
from haochaping.statistics.robust_spread import FEWEST_PEERS
from haochaping.store.cell_index import CellIndex

MOST_CELLS_NAMED = 6
WELL_ABOVE_ZERO = 0.1
"""A cell is no exception where it has this part of what is expected in it."""


@dataclass(frozen=True)
class _Zero:
    """A cell printed 0: the usual share of its row in a column, the count that it gives here, and how many have theirs."""

    at: CellRef
    share: Fraction
    expected: float
    peers: int
    others: int


def unlikely_zeros(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """No cell of a matrix is 0 where its column is large and nearly all other columns have counts in that row.

    Expected is the column's total times the median share of the row in the other columns: one very large cell would
    decide a row's total alone. A zero fails where `least` are expected or more, and a `share` of the row's other cells
    have at least a tenth of what is expected in theirs: where many are small or 0, so may this one be. A row that an
    annex of its own counts again is left to :func:`~haochaping.checks.rules.balances.same`.
    """
    for table in rule.tables:
        spec = cell_index.spec(table)
        for measure in spec.counts if spec.columns_by else ():
            counts = _matrix(table, measure, cell_index)
            totals = {head: sum(column.values()) for head, column in counts.items()}
            if sum(total > 0 for total in totals.values()) > FEWEST_PEERS:
                zeros = [
                    zero
                    for zero in _zeros(counts, totals)
                    if _is_unlikely(zero, rule) and not _has_own_annex(zero.at, cell_index)
                ]
                if not zeros:
                    yield Outcome(whole_column(spec, measure), (), state(True))
                for zero in sorted(zeros, key=lambda one: -one.expected):
                    yield _outcome(zero)


_Matrix = Mapping[str, Mapping[CellRef, int]]
"""The listed counts of each column, by its head."""


def _matrix(table: str, measure: str, cell_index: CellIndex) -> _Matrix:
    counts: dict[str, dict[CellRef, int]] = {}
    for row in cell_index.rows(table):
        at = row.cell(measure)
        if (count := cell_index.count(at)) is not None:
            counts.setdefault(row.member, {})[at] = count
    return counts


def _zeros(counts: _Matrix, totals: Mapping[str, int]) -> Iterator[_Zero]:
    """Every cell printed 0 whose row has enough other cells to say what is usual."""
    by_row: dict[str, dict[str, int]] = {}
    for head, column in counts.items():
        for cell, count in column.items():
            by_row.setdefault(cell.row, {})[head] = count
    for head, column in counts.items():
        for at in [cell for cell, count in column.items() if count == 0]:
            others = [h for h in by_row[at.row] if h != head and totals[h]]
            if len(others) < FEWEST_PEERS:
                continue
            shares = [Fraction(by_row[at.row][h], totals[h]) for h in others]
            usual = median(shares)
            peers = sum(share > 0 and share >= usual * Fraction(WELL_ABOVE_ZERO) for share in shares)
            yield _Zero(at, usual, float(usual * totals[head]), peers, len(others))


def _is_unlikely(zero: _Zero, rule: Rule) -> bool:
    return zero.expected >= rule.options["least"] and zero.peers >= rule.options["share"] * zero.others


def _has_own_annex(at: CellRef, cell_index: CellIndex) -> bool:
    """Whether the registry names an annex of this period as the counterpart of a cell's row."""
    row, reference = cell_index.row_of(at), cell_index.reference
    unit = reference.unit(row.group, row.row) if reference and row else None
    annexes = cell_index.declaration.annexes
    return unit is not None and any(
        normalize_for_comparison(unit.counterpart) == f"附件{spec.number}" and cell_index.rows(name)
        for name, spec in annexes.items()
    )


def _outcome(zero: _Zero) -> Outcome:
    expected = f"{zero.expected:,.0f}"
    return Outcome(
        zero.at,
        (zero.at,),
        state(False),
        f"其他 {zero.others} 列中此行所占的中位数为 {percent_text(zero.share)}，按此约为 {expected}"
        f"（{zero.peers} 列的此行都有不少，只作比较，不是应有的数）",
        values={"expected": expected},
        affected=round(zero.expected),
    )
