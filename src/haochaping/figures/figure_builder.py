"""Collects named figures while they are computed."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import pandas as pd

from haochaping.cleaning.number_format import percent_text
from haochaping.core.labels import COLUMNS, TIER_LABELS
from haochaping.core.model import TABLES, CellRef, QuarterData, decode_key
from haochaping.figures.figure import PER_TEN_THOUSAND, Figure
from haochaping.figures.unit_name import UnitName
from haochaping.statistics.rates import wilson

TEN_THOUSAND = 10_000
MOST_ROWS_NAMED = 3
"""Most rows of a sum, or left out of it, that the formula names."""


class FigureBuilder:
    """Collects figures while they are computed."""

    def __init__(self, data: QuarterData, words: dict[str, Any]):
        self.data, self.words = data, words
        self.figures: dict[str, Figure] = {}
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
        """Add one figure.

        It counts as corrected when one of its `cells` is. `of` are the names of the figures it is computed from.
        """
        cell_set = frozenset(cells)
        corrected = bool(cell_set & self._corrected)
        self.figures[name] = Figure(
            name,
            label,
            value,
            unit,
            formula,
            source,
            cell_set,
            corrected,
            interval,
            "" if corrected else printed,
            of,
        )

    def cells(self, table: str, *columns: str, rows: pd.DataFrame | None = None) -> list[CellRef]:
        """The cells of `columns`, in the given rows or in all rows of the table."""
        content = self.data.table(table) if rows is None else rows
        keys = content[list(TABLES[table].key)].to_dict("records")
        return [CellRef.of(table, key, column) for key in keys for column in columns]

    def unit_names(self, table: str, rows: pd.DataFrame, *columns: str) -> list[UnitName]:
        """The distinct units of `rows`, each with its cells in `columns`."""
        first = TABLES[table].key[0]
        found: dict[str, set[CellRef]] = {}
        for key in rows[list(TABLES[table].key)].to_dict("records"):
            cells = found.setdefault(str(key[first]), set())
            cells.update(CellRef.of(table, key, column) for column in columns)
        return [UnitName(name, cells) for name, cells in found.items()]

    def add_per_ten_thousand(self, name: str, label: str, k: str, n: str) -> None:
        """Add figure `k` per ten thousand of figure `n`."""
        numerator, denominator = self.figures[k], self.figures[n]
        whole = int(denominator.value or 0)
        value = Fraction(TEN_THOUSAND * int(numerator.value or 0), whole) if whole else None
        formula = f"{numerator.label} ÷ {denominator.label} × 10,000"
        self.add(
            name, label, value, PER_TEN_THOUSAND, formula, numerator.source, self.cells_of(k, n), of=(k, n)
        )

    def cells_of(self, *names: str) -> frozenset[CellRef]:
        """The cells of several figures together."""
        return frozenset().union(*(self.figures[name].cells for name in names))

    def add_total(
        self,
        table: str,
        column: str,
        name: str,
        label: str,
        rows: pd.DataFrame | None = None,
        which: str = "",
    ) -> None:
        """Add the sum of a column over the given rows or all; `which` describes the rows in place of the generated words."""
        content = self.data.table(table) if rows is None else rows
        value = int(content[column].sum())
        tiers = content["tier"].unique() if "tier" in content else []
        tier = TIER_LABELS[tiers[0]] if len(tiers) == 1 else ""
        source = f"附件{TABLES[table].annex} {tier}{COLUMNS[column]}列"
        unit = "条" if "evaluations" in column else "件"
        formula = which or self._describe_sum(table, content)
        self.add(name, label, value, unit, formula, source, self.cells(table, column, rows=content))

    def _describe_sum(self, table: str, rows: pd.DataFrame) -> str:
        """Which rows of a table are added up, in Chinese: by name where few are included or few left out."""
        whole, first = self.data.table(table), TABLES[table].key[0]
        if len(rows) == len(whole) or len(TABLES[table].key) > 1:
            return "各行所列数相加"
        names = [str(name) for name in rows[first]]
        others = [str(name) for name in whole[first] if str(name) not in names]
        if len(names) <= MOST_ROWS_NAMED:
            return "、".join(names) + ("所列数相加" if len(names) > 1 else "所列数")
        if len(others) <= MOST_ROWS_NAMED:
            return f"各行所列数相加，不含{'、'.join(others)}"
        return f"其中 {len(names)} 行所列数相加，其余 {len(others)} 行不计"

    def add_rate(self, name: str, label: str, k: str, n: str, *, share: bool = False) -> None:
        """Add figure `k` over figure `n` with its Wilson interval.

        A `share` of a total has no interval: it is a composition, not a sample.
        """
        numerator, denominator = self.figures[k], self.figures[n]
        part, whole = int(numerator.value or 0), int(denominator.value or 0)
        value = Fraction(part, whole) if whole else None
        self.add(
            name,
            label,
            value,
            "%",
            f"{numerator.label} ÷ {denominator.label}",
            "；".join(dict.fromkeys(f"{numerator.source}；{denominator.source}".split("；"))),
            self.cells_of(k, n),
            NO_INTERVAL_OF_SHARE if share else interval_text(part, whole),
            of=(k, n),
        )


NO_INTERVAL_OF_SHARE = "构成比，不列区间"


def interval_text(k: int, n: int) -> str:
    """The 95 % Wilson interval of k/n in Chinese, or the reason why there is none."""
    if n == 0:
        return "分母为零，不适用"
    if not 0 <= k <= n:
        return "分子大于分母，不是比例"
    low, high = wilson(k, n)
    return f"{percent_text(Fraction(low))} 至 {percent_text(Fraction(high))}"
