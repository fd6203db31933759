"""Which units of a chart an open finding puts in doubt: they are coloured and marked, all others are grey."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from haochaping.core.model import CellRef
from haochaping.present.doubts import single_doubtful_cells

if TYPE_CHECKING:
    from haochaping.checks.check_report import CheckReport

MARK = "※"
"""Behind the number or name of a unit in doubt, as on the page: it remains in grey print."""
DOUBT_REMARK = f"；橙色、标“{MARK}”的，所用的数请核实"


def doubtful_cells(report: CheckReport | None) -> set[CellRef]:
    """Single cells that open findings put in doubt; none without the checks."""
    findings = report.findings if report else ()
    return {cell for finding in findings if finding.is_open for cell in single_doubtful_cells(finding)}


def doubtful_rows(report: CheckReport | None, table: str, columns: Iterable[str]) -> set[str]:
    """Rows of an annex with a doubtful cell in one of the columns that a chart draws."""
    drawn = set(columns)
    return {cell.row for cell in doubtful_cells(report) if cell.table == table and cell.column in drawn}


def marked(label: str, *, is_doubtful: bool) -> str:
    """A label, with the mark where its unit is in doubt."""
    return f"{label} {MARK}" if is_doubtful else label
