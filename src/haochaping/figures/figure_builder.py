"""Collects named figures while they are computed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

import pandas as pd

from haochaping.cleaning.number_format import percent_text
from haochaping.core.declaration import AnnexSpec
from haochaping.core.errors import refuse
from haochaping.core.labels import annex_words
from haochaping.core.model import CellRef, QuarterData
from haochaping.figures.annex_content import annex_content
from haochaping.figures.figure import PER_TEN_THOUSAND, Figure
from haochaping.figures.unit_name import UnitName
from haochaping.statistics.rates import wilson
from haochaping.store.cell_index import cell_of

TEN_THOUSAND = 10_000
MOST_ROWS_NAMED = 3
"""Most rows of a sum, or left out of it, that the formula names."""


class FigureBuilder:
    """Collects figures while they are computed."""

    def __init__(self, data: QuarterData, words: dict[str, Any]):
        self.data, self.words = data, words
        self.figures: dict[str, Figure] = {}
        self.compared_counts: list[str] = []
        """Counts, rates of rare events, and rates (with numerator and denominator) to be compared with earlier periods."""
        self.compared_per_ten_thousand: list[str] = []
        self.compared_rates: dict[str, tuple[str, str]] = {}
        self.units_of: dict[str, frozenset[tuple[str, ...]]] = {}
        """Whose numbers a figure holds, where that may differ between periods."""
        self._corrected = {cell_of(row) for row in data.corrections.to_dict("records")}

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

        Raises
        ------
        InputRefused
            There is a figure of this name: the names of an annex and its measures, joined, are those of another.
        """
        if name in self.figures:
            expected = "附件、组和列的 name 用下划线连起来不应相同，请在 annexes.toml 中换一个"
            raise refuse("annexes.toml", name, expected)
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
        """The cells of `columns`, in the given rows or in all rows of the table; none where it is not declared."""
        spec = self.data.declaration.annexes.get(table)
        if spec is None:
            return []
        content = self.data.table(table) if rows is None else rows
        return [
            CellRef(table, row, column, member)
            for row, member in _rows_and_members(spec, content)
            for column in columns
        ]

    def unit_names(self, table: str, rows: pd.DataFrame, *columns: str) -> list[UnitName]:
        """The distinct units of `rows`, each with its cells in `columns`."""
        spec = self.data.declaration.annexes.get(table)
        found: dict[str, set[CellRef]] = {}
        for row, member in _rows_and_members(spec, rows) if spec else ():
            cells = found.setdefault(row, set())
            cells.update(CellRef(table, row, column, member) for column in columns)
        return [UnitName(name, cells) for name, cells in found.items()]

    def add_per_ten_thousand(
        self, name: str, label: str, k: str, n: str, unit: str = PER_TEN_THOUSAND
    ) -> None:
        """Add figure `k` per ten thousand of figure `n`."""
        numerator, denominator = self.figures[k], self.figures[n]
        whole = int(denominator.value or 0)
        value = Fraction(TEN_THOUSAND * int(numerator.value or 0), whole) if whole else None
        formula = f"{numerator.label} ÷ {denominator.label} × 10,000"
        self.add(name, label, value, unit, formula, numerator.source, self.cells_of(k, n), of=(k, n))

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
        content = annex_content(self.data, table, column) if rows is None else rows
        value = int(content[column].sum())
        declaration = self.data.declaration
        source = f"{self.annex(table)} {self._single_tier(table, content)}{declaration.heading(column)}列"
        unit = declaration.unit(column)
        formula = which or self._describe_sum(table, content)
        self.add(name, label, value, unit, formula, source, self.cells(table, column, rows=content))

    def annex(self, table: str) -> str:
        """An annex in words: ``附件2``, by the number printed."""
        return annex_words(self.data, table)

    def _single_tier(self, table: str, rows: pd.DataFrame) -> str:
        """The word for the tier (or other fixed member) whose rows these are; blank where there are several."""
        spec = self.data.declaration.annexes.get(table)
        if spec is None or spec.columns_by is None or not spec.columns_by.members:
            return ""
        members = rows[spec.columns_by.key].unique()
        return spec.columns_by.word_of(members[0]) if len(members) == 1 else ""

    def _describe_sum(self, table: str, rows: pd.DataFrame) -> str:
        """Which rows of a table are added up, in Chinese: by name where few are included or few left out."""
        spec = self.data.declaration.annexes.get(table)
        if spec is None or len(spec.key) > 1 or len(rows) == len(self.data.table(table)):
            return "各行所列数相加"
        whole, first = self.data.table(table), spec.row_key
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


def _rows_and_members(spec: AnnexSpec, rows: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """The name of each row of a frame, and whom in the columns it is about."""
    if rows.empty:  # perhaps of an annex that is declared otherwise than expected
        return iter(())
    members = rows[spec.columns_by.key] if spec.columns_by else [""] * len(rows)
    return zip(rows[spec.row_key], members, strict=True)


NO_INTERVAL_OF_SHARE = "构成比，不列区间"


def interval_text(k: int, n: int) -> str:
    """The 95 % Wilson interval of k/n in Chinese, or the reason why there is none."""
    if n == 0:
        return "分母为零，不适用"
    if not 0 <= k <= n:
        return "分子大于分母，不是比例"
    low, high = wilson(k, n)
    return f"{percent_text(Fraction(low))} 至 {percent_text(Fraction(high))}"
