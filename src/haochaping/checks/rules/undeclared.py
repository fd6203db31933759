"""Columns that nobody declared: an obvious relation to their neighbours that holds in most rows should hold in all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from haochaping.checks.outcome import Outcome, state
from haochaping.checks.rounding import classify_rounding
from haochaping.checks.rule import Rule
from haochaping.cleaning.number_format import number, percent_text
from haochaping.cleaning.number_or_missing import printed_decimals
from haochaping.core.model import CellRef, is_undeclared, undeclared_table
from haochaping.core.text import plain_number
from haochaping.store.cell_index import CellIndex

_LEAST_ROWS = 3
"""A relation is obvious where it holds in this many rows that tell something, and in most of them."""
_LEAST_SHARE = 0.6


@dataclass(frozen=True)
class _Cell:
    ref: CellRef
    heading: str
    printed: str
    value: float | None

    @property
    def count(self) -> int | None:
        """Its whole number; None for percentages and texts."""
        is_whole = self.value is not None and float(self.value).is_integer() and "%" not in self.printed
        return int(self.value) if is_whole and self.value is not None else None


def undeclared_rates(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """A column of percentages that nobody declared is one column over another in every row, if in most."""
    for rows in _tables(cell_index):
        for at in _undeclared_percentages(rows):
            if best := _best_ratio(rows, at):
                k_at, n_at = best
                yield from _compare_rows(rows, at, k_at, n_at)


def _tables(cell_index: CellIndex) -> list[list[list[_Cell | None]]]:
    """Tables with undeclared columns: rows (totals left out) of cells in the order of the columns."""
    if cell_index.data.undeclared.empty:
        return []
    tables: dict[str, dict[str, dict[tuple[str, str], _Cell]]] = {}
    with_undeclared: set[str] = set()
    for cell in cell_index.data.cell_records():
        table = cell["annex"] or undeclared_table(cell["table"])
        if is_undeclared(cell):
            with_undeclared.add(table)
        if cell["is_total"] or cell_index.is_total_label(cell["row"]):
            continue
        column = cell["measure"] or cell["column"]
        ref = CellRef(table, cell["row"], column, cell["member"])
        heading = cell_index.heading(cell["measure"]) if cell["measure"] else cell["column"]
        value = None if cell["value"] != cell["value"] else cell["value"]
        row = tables.setdefault(table, {}).setdefault(cell["row"], {})
        row[column, cell["member"]] = _Cell(ref, heading, cell["printed"], value)
    found = []
    for table in sorted(with_undeclared & tables.keys()):
        columns = list(dict.fromkeys(column for row in tables[table].values() for column in row))
        found.append([[row.get(column) for column in columns] for row in tables[table].values()])
    return found


def _undeclared_percentages(rows: Sequence[Sequence[_Cell | None]]) -> list[int]:
    """Columns (indices) of which most cells are percentages and that are no declared measure."""
    width = len(rows[0]) if rows else 0
    found = []
    for at in range(width):
        cells = [row[at] for row in rows]
        printed = [cell for cell in cells if cell is not None and cell.printed]
        percentages = [cell for cell in printed if plain_number(cell.printed).endswith("%")]
        is_declared = any(cell.ref.column != cell.heading for cell in printed)
        if not is_declared and len(percentages) >= _LEAST_ROWS and len(percentages) * 2 > len(printed):
            found.append(at)
    return found


def _best_ratio(rows: Sequence[Sequence[_Cell | None]], at: int) -> tuple[int, int] | None:
    """The pair of columns whose quotient the percentages are in most rows that tell something."""
    width = len(rows[0])
    best: tuple[int, int, int] | None = None
    for k_at in range(width):
        for n_at in range(width):
            if len({at, k_at, n_at}) < 3:
                continue
            held, told = _count_rows(rows, at, k_at, n_at)
            if held >= _LEAST_ROWS and held >= _LEAST_SHARE * told and (best is None or held > best[0]):
                best = held, k_at, n_at
    return None if best is None else best[1:]


def _count_rows(rows: Sequence[Sequence[_Cell | None]], at: int, k_at: int, n_at: int) -> tuple[int, int]:
    """In how many rows the quotient is the printed percentage, and how many rows tell something: 0 and 100 % do not."""
    held = told = 0
    for row in rows:
        exact = _quotient(row[k_at], row[n_at])
        rate = row[at]
        if exact is None or rate is None or rate.value is None:
            continue
        fits = _fits(rate.printed, exact)
        told += not fits or exact not in (0, 1)
        held += fits and exact not in (0, 1)
    return held, told


def _quotient(k: _Cell | None, n: _Cell | None) -> Fraction | None:
    if k is None or n is None or k.count is None or not n.count:
        return None
    return Fraction(k.count, n.count)


def _fits(printed: str, exact: Fraction) -> bool:
    percentage = Decimal(plain_number(printed).rstrip("%"))
    return classify_rounding(percentage, printed_decimals(printed), exact) == "rounded"


def _compare_rows(rows: Sequence[Sequence[_Cell | None]], at: int, k_at: int, n_at: int) -> Iterator[Outcome]:
    for row in rows:
        rate, k, n = row[at], row[k_at], row[n_at]
        exact = _quotient(k, n)
        if rate is None or rate.value is None or exact is None or k is None or n is None:
            continue
        shown = percent_text(exact, max(2, printed_decimals(rate.printed)))
        yield Outcome(
            rate.ref,
            (rate.ref, k.ref, n.ref),
            state(_fits(rate.printed, exact)),
            f"{number(k.count or 0)} ÷ {number(n.count or 0)} = {shown}",
            values={
                "column": rate.heading,
                "printed": rate.printed,
                "numerator": k.heading,
                "denominator": n.heading,
                "exact": shown,
            },
            suspects=() if _fits(rate.printed, exact) else (rate.ref,),
            expected=shown,
        )
