"""Sentences that rest on figures in doubt say so, in words, on the internal page only."""

from __future__ import annotations

from collections.abc import Sequence

from haochaping.briefing.annex_table import finding_anchors
from haochaping.briefing.html import Html, text
from haochaping.checks.confront import CheckReport
from haochaping.checks.finding import Finding
from haochaping.checks.outcome import WHOLE
from haochaping.figures import Figure
from haochaping.labels import COLUMNS, key_label
from haochaping.model import TABLES, CellRef

MOST_NAMED = 2
"""So many doubtful cells are named; of more the sentence says that there are several."""


def doubt_html(figures: Sequence[Figure], report: CheckReport) -> Html:
    """The remark behind a sentence that uses `figures`; blank when nothing they rest on is in doubt."""
    cells = frozenset().union(*(figure.cells for figure in figures)) if figures else frozenset()
    anchors = finding_anchors(report)
    doubts: dict[str, str] = {}
    for finding in report.findings:
        if is_open(finding):
            for cell in _named(finding) & cells:
                doubts.setdefault(_label(cell), anchors[finding.id])
    if not doubts:
        return Html("")
    if len(doubts) > MOST_NAMED:
        first = next(iter(doubts.values()))
        return Html(f'<span class="doubt">（<a href="#{first}">所据有多处</a>尚待核实）</span>')
    named = "、".join(f'<a href="#{anchor}">{text(label)}</a>' for label, anchor in sorted(doubts.items()))
    return Html(f'<span class="doubt">（其中{named}尚待核实）</span>')


def is_open(finding: Finding) -> bool:
    """Whether a 须更正 or 需核实 still waits for an answer."""
    closed = finding.status == "corrected" or (
        finding.status == "explained" and finding.severity != "correct"
    )
    return finding.severity != "note" and not closed


def _named(finding: Finding) -> set[CellRef]:
    """The cells that a finding puts in doubt one by one; a whole column in doubt is section 8's matter."""
    cells = {finding.at, *finding.suspects}
    return {cell for cell in cells if cell.table in TABLES and WHOLE not in cell.names.values()}


def _label(cell: CellRef) -> str:
    return f"{key_label(cell.names)}{COLUMNS.get(cell.column, '')}"
