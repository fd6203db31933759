"""What records say of the cells in a finding: where they are known, no explanation is guessed."""

from __future__ import annotations

from dataclasses import replace

from haochaping.checks.finding import Finding
from haochaping.cleaning.number_format import number
from haochaping.core.model import RECORD_TABLE, CellRef, QuarterData
from haochaping.figures.reproduction import reproduce
from haochaping.store.cell_index import CellIndex

MOST_NAMED = 3


def with_recorded_values(finding: Finding, cell_index: CellIndex) -> Finding:
    """A finding whose cells differ from the records, with the records' counts in place of its explanations.

    A finding about records themselves, or one in which no cell differs from them, stays as it is.
    """
    if finding.at.table == RECORD_TABLE:
        return finding
    known = cell_index.data.derived(_differing)
    recorded = {
        cell: known[cell]
        for cell in dict.fromkeys((finding.at, *finding.suspects, *finding.cells))
        if cell in known
    }
    if not recorded:
        return finding
    said = [
        f"{cell_index.place(cell)}{cell_index.heading(cell.column)} {number(count)}"
        for cell, count in recorded.items()
    ]
    more = f" 等 {len(said)} 格" if len(said) > MOST_NAMED else ""
    remark = f"按单件记录，{'、'.join(said[:MOST_NAMED])}{more}。"
    return replace(
        finding,
        message=finding.message + remark,
        summary=finding.summary + remark,
        hypothesis=f"单件记录汇总：{'；'.join(said)}。",
        suspects=tuple(recorded),
        likeliest=tuple(recorded),
        changes=tuple(recorded.items()),
        expected=str(recorded[finding.at]) if finding.at in recorded else "",
        printed={**finding.printed, **{cell: cell_index.printed(cell) for cell in recorded}},
        affected=max(abs((cell_index.count(cell) or 0) - count) for cell, count in recorded.items()),
    )


def _differing(data: QuarterData) -> dict[CellRef, int]:
    """The records' count of every printed cell that differs from it."""
    return {cell.at: cell.counted for annex in reproduce(data) for cell in annex.differing}
