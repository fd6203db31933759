"""Sentences that rest on figures in doubt say so, in words, on the internal page only."""

from __future__ import annotations

from collections.abc import Sequence

from haochaping.briefing.annex_table import finding_anchors
from haochaping.briefing.html import Html, text
from haochaping.checks.book import Book
from haochaping.checks.confront import CheckReport
from haochaping.checks.finding import Finding
from haochaping.checks.outcome import WHOLE
from haochaping.figures import Figure
from haochaping.labels import COLUMNS, key_label
from haochaping.model import TABLES, CellRef

MOST_NAMED = 2
"""So many doubtful cells are named; of more the sentence says that there are others."""
MATERIAL = 0.01
"""Share of what a figure adds up from which a doubtful cell matters to it."""


def doubt_html(figures: Sequence[Figure], report: CheckReport, book: Book) -> Html:
    """The remark behind a sentence that uses `figures`; blank when nothing that matters to them is in doubt."""
    anchors = finding_anchors(report)
    weights: dict[str, float] = {}
    links: dict[str, str] = {}
    for finding in report.findings:
        if not is_open(finding):
            continue
        for cell in doubtful_cells(finding):
            weight = max((_weight(cell, figure, book) for figure in figures), default=0.0)
            if weight >= MATERIAL:
                label = cell_words(cell)
                weights[label] = max(weight, weights.get(label, 0.0))
                links.setdefault(label, anchors[finding.id])
    if not weights:
        return Html("")
    heaviest = sorted(weights, key=lambda label: (-weights[label], label))
    named = "、".join(f'<a href="#{links[one]}">{text(one)}</a>' for one in heaviest[:MOST_NAMED])
    others = "等" if len(heaviest) > MOST_NAMED else ""
    return Html(f'<span class="doubt">（其中{named}{others}尚待核实）</span>')


def largest_doubts(report: CheckReport, book: Book, most: int = 3) -> list[str]:
    """Names of the open 需核实 cells that weigh most in their columns, heaviest first."""
    weights: dict[str, float] = {}
    for finding in report.findings:
        if is_open(finding) and finding.severity == "verify" and finding.at in doubtful_cells(finding):
            name = key_label(finding.at.names) + COLUMNS.get(finding.at.column, "")
            weights[name] = max(book.weight(finding.at), weights.get(name, 0.0))
    heaviest = sorted(weights, key=lambda name: (-weights[name], name))
    return [name for name in heaviest if weights[name] >= MATERIAL][:most]


def is_open(finding: Finding) -> bool:
    """Whether a 须更正 or 需核实 still waits for an answer."""
    closed = finding.status == "corrected" or (
        finding.status == "explained" and finding.severity != "correct"
    )
    return finding.severity != "note" and not closed


def doubtful_cells(finding: Finding) -> set[CellRef]:
    """The cells that a finding puts in doubt one by one; a whole column in doubt is section 8's matter."""
    cells = {finding.at, *finding.suspects}
    return {cell for cell in cells if cell.table in TABLES and WHOLE not in cell.names.values()}


def cell_words(cell: CellRef) -> str:
    """A cell as a sentence names it: ``高新区评价数``."""
    return f"{key_label(cell.names)}{COLUMNS.get(cell.column, '')}"


def _weight(cell: CellRef, figure: Figure, book: Book) -> float:
    """How much of what a figure adds up from its column a cell makes up; nothing to a number of rows or cells."""
    if cell not in figure.cells or figure.unit in ("个", "格"):
        return 0.0
    value = book.count(cell) if cell.column in TABLES[cell.table].counts else None
    whole = sum(book.count(one) or 0 for one in figure.cells if one.column == cell.column)
    return value / whole if value and whole else 0.0
