"""Every printed count beside what the records come to, and which other convention would give the printed one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from haochaping.core.model import CellRef, QuarterData
from haochaping.core.record_counts import RecordCounts, annex_view
from haochaping.core.text import normalize_for_comparison
from haochaping.store.cell_index import CellIndex

VARIATION_WORDS = {
    "ratings": "评价数数评价，不数办件",
    "voided": "无效评价也计入",
    "late": "提取日以后的评价也计入",
    "repeated": "重复的记录各计一次",
    "unknown_levels": "满意度不在五级之内的也计入",
    "other_time": "按另一时间（受理或办结）归入本期",
    "rated_cases": "办件只数有评价的",
    "own_codes": "区县只数六位代码的办件",
    "with_below": "连同镇、村的办件",
    "with_city": "连同市本级和镇、村的办件",
}
"""Other conventions that are tried, in the words of the page."""


@dataclass(frozen=True)
class ReproducedCell:
    """A printed count and the records' count; ``explained_by`` are variations that give what is printed."""

    at: CellRef
    printed: int
    counted: int
    explained_by: tuple[str, ...] = ()

    @property
    def difference(self) -> int:
        """Printed less counted."""
        return self.printed - self.counted


@dataclass(frozen=True)
class ReproducedAnnex:
    """An annex held against the records.

    Attributes
    ----------
    cells : tuple of ReproducedCell
        Counts that both have, in printed order.
    only_printed, only_counted : tuple of CellRef
        Counts other than 0 that the other side does not have.
    """

    table: str
    cells: tuple[ReproducedCell, ...]
    only_printed: tuple[CellRef, ...] = ()
    only_counted: tuple[CellRef, ...] = ()

    @property
    def differing(self) -> list[ReproducedCell]:
        """Cells in which the two differ, the largest difference first."""
        found = [cell for cell in self.cells if cell.difference]
        return sorted(found, key=lambda cell: -abs(cell.difference))

    @property
    def explanations(self) -> dict[str, int]:
        """How many of the differing cells each variation gives as printed, the most first."""
        counts = pd.Series([name for cell in self.differing for name in cell.explained_by], dtype="str")
        return {str(name): int(count) for name, count in counts.value_counts(sort=True).items()}


def reproduce(data: QuarterData) -> list[ReproducedAnnex]:
    """Hold every count of a period's tables against its records; empty where it has none."""
    return data.derived(_reproduce)


def _reproduce(data: QuarterData) -> list[ReproducedAnnex]:
    counts = RecordCounts(data.record_counts)
    if not counts:
        return []
    index = CellIndex(data)
    annexes = [_annex(table, counts, index) for table in data.declaration.annexes]
    return [annex for annex in annexes if annex.cells or annex.only_printed or annex.only_counted]


def _annex(table: str, counts: RecordCounts, index: CellIndex) -> ReproducedAnnex:
    own = _by_name(counts.view(annex_view(table)), table)
    if not own:
        return ReproducedAnnex(table, ())
    varied = {name: _by_name(counts.view(annex_view(table, name)), table) for name in VARIATION_WORDS}
    spec = index.declaration.annexes[table]
    measures = {cell.column for cell in own.values()}
    printed = {
        _key(cell): cell
        for row in index.rows(table)
        for measure in spec.measures_by_name
        if measure in measures and index.count(cell := row.cell(measure)) is not None
    }
    values = counts.view(annex_view(table))
    cells, only_printed = [], []
    for key, cell in printed.items():
        count = index.count(cell) or 0
        if key not in own:
            only_printed += [cell] if count else []
            continue
        counted = int(values[_record_key(own[key])])
        explained = tuple(
            name
            for name, others in varied.items()
            if count != counted
            and key in others
            and counts.view(annex_view(table, name))[_record_key(others[key])] == count
        )
        cells.append(ReproducedCell(cell, count, counted, explained))
    only_counted = [cell for key, cell in own.items() if key not in printed and values[_record_key(cell)]]
    return ReproducedAnnex(table, tuple(cells), tuple(only_printed), tuple(only_counted))


def _by_name(view: Mapping[tuple[str, str, str], float], table: str) -> dict[tuple[str, ...], CellRef]:
    """The cells of a view by their names, normalised as a person compares them."""
    cells = (CellRef(table, row, measure, member) for row, member, measure in view)
    return {_key(cell): cell for cell in cells}


def _key(cell: CellRef) -> tuple[str, ...]:
    return normalize_for_comparison(cell.row), normalize_for_comparison(cell.member), cell.column


def _record_key(cell: CellRef) -> tuple[str, str, str]:
    return cell.row, cell.member, cell.column
