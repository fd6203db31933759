"""Collects named figures while they are computed."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import pandas as pd

from haochaping.figures.figure import PER, Figure
from haochaping.figures.named import Named
from haochaping.labels import COLUMNS
from haochaping.model import TABLES, CellRef, QuarterData, decode_key
from haochaping.numbers import percent_text
from haochaping.statistics.proportions import wilson

TEN_THOUSAND = 10_000


class Maker:
    """Collects figures while they are computed."""

    def __init__(self, data: QuarterData, words: dict[str, Any]):
        self.data, self.words = data, words
        self.made: dict[str, Figure] = {}
        self._corrected = {
            CellRef.of(row["table"], decode_key(row["key"]), row["column"])
            for row in data.corrections.to_dict("records")
        }

    def add(
        self,
        name: str,
        label: str,
        value: Any,
        unit: str,
        formula: str,
        source: str,
        cells: Iterable[CellRef] = (),
        interval: str = "",
        printed: str = "",
        of: tuple[str, ...] = (),
    ) -> None:
        """Add one figure; it is corrected when a cell that it rests on is. `of` are the figures it is computed from."""
        rests_on = frozenset(cells)
        corrected = bool(rests_on & self._corrected)
        self.made[name] = Figure(
            name,
            label,
            value,
            unit,
            formula,
            source,
            rests_on,
            corrected,
            interval,
            "" if corrected else printed,
            of,
        )

    def cells(self, table: str, *columns: str, rows: pd.DataFrame | None = None) -> list[CellRef]:
        """The cells of some columns, in the given rows or in all."""
        content = self.data.table(table) if rows is None else rows
        keys = content[list(TABLES[table].key)].to_dict("records")
        return [CellRef.of(table, key, column) for key in keys for column in columns]

    def names(self, table: str, rows: pd.DataFrame, *columns: str) -> list[Named]:
        """The units of `rows`, each once, with the cells of some columns for which they are named."""
        first = TABLES[table].key[0]
        found: dict[str, set[CellRef]] = {}
        for key in rows[list(TABLES[table].key)].to_dict("records"):
            cells = found.setdefault(str(key[first]), set())
            cells.update(CellRef.of(table, key, column) for column in columns)
        return [Named(name, cells) for name, cells in found.items()]

    def per(self, name: str, label: str, k: str, n: str) -> None:
        """Add how many of one figure there are in ten thousand of another."""
        numerator, denominator = self.made[k], self.made[n]
        whole = int(denominator.value or 0)
        value = Fraction(TEN_THOUSAND * int(numerator.value or 0), whole) if whole else None
        formula = f"{numerator.label} ÷ {denominator.label} × 10,000"
        self.add(name, label, value, PER, formula, numerator.source, self.rests_on(k, n), of=(k, n))

    def rests_on(self, *names: str) -> frozenset[CellRef]:
        """The cells of some figures together."""
        return frozenset().union(*(self.made[name].cells for name in names))

    def total(self, table: str, column: str, name: str, label: str, rows: pd.DataFrame | None = None) -> None:
        """Add the sum of a column over the given rows or all."""
        content = self.data.table(table) if rows is None else rows
        value = int(content[column].sum())
        annex = f"附件{TABLES[table].annex} {COLUMNS[column]}列"
        unit = "条" if "evaluations" in column else "件"
        self.add(name, label, value, unit, "各行所列数相加", annex, self.cells(table, column, rows=content))

    def rate(self, name: str, label: str, k: str, n: str, *, share: bool = False) -> None:
        """Add one figure over another, with its Wilson interval; a `share` of a total has none, for nothing is left to chance."""
        numerator, denominator = self.made[k], self.made[n]
        part, whole = int(numerator.value or 0), int(denominator.value or 0)
        value = Fraction(part, whole) if whole else None
        self.add(
            name,
            label,
            value,
            "%",
            f"{numerator.label} ÷ {denominator.label}",
            f"{numerator.source}；{denominator.source}",
            self.rests_on(k, n),
            OF_A_TOTAL if share else interval_text(part, whole),
            of=(k, n),
        )


OF_A_TOTAL = "构成比，不列区间"


def interval_text(k: int, n: int) -> str:
    """The 95 % Wilson interval of k/n in words; why there is none where there is none."""
    if n == 0:
        return "分母为零，不适用"
    if not 0 <= k <= n:
        return "分子大于分母，不是比例"
    low, high = wilson(k, n)
    return f"{percent_text(Fraction(low))} 至 {percent_text(Fraction(high))}"
