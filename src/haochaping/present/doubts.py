"""Which open findings put a number in doubt: it is marked wherever the internal page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from haochaping.checks.check_report import CheckReport
from haochaping.checks.finding import Finding
from haochaping.checks.outcome import ALL_ROWS
from haochaping.core.declaration import Declaration
from haochaping.core.labels import column_heading, row_words
from haochaping.core.model import TEXT_CLAIMS, CellRef
from haochaping.figures.figure import Figure, Figures
from haochaping.figures.unit_name import UnitName
from haochaping.present.cell_places import finding_anchors
from haochaping.present.html_fragment import Html, single_tab_stop, text
from haochaping.present.html_table import finding_links
from haochaping.store.cell_index import CellIndex

MOST_MARKED_FINDINGS = 2
"""Up to this many findings are marked at a name; at a number only one, as its row in the table of figures has all."""
MOST_NAMED_CELLS = 2
"""Up to this many doubtful cells are named behind a sentence; 等 says that there are more."""
LEAST_MATERIAL_SHARE = 0.01
"""A doubtful cell that makes up at least this share of a figure's sum is named behind the sentence."""
_SOME_NUMBER = "有数"
"""In place of the names of cells any of which may be the wrong one."""
_PRINTED_TOTAL = "所列"
"""Before the words of a total, so that no reader takes it for a part of the sum."""
MOST_COMPARED_CELLS = 3
"""Up to this many compared cells are all in doubt where no suspect is known."""


class Doubts:
    """The open findings of a quarter and the cells each puts in doubt.

    Parameters
    ----------
    figures : Figures
        The quarter's named figures.
    report : CheckReport
        What the checks say.
    """

    def __init__(self, figures: Figures, report: CheckReport):
        self._figures = figures
        self._anchors = finding_anchors(report)
        declaration = figures.data.declaration if figures.data else None
        self._open_findings = [
            (finding, affected_cells(finding, declaration)) for finding in report.findings if is_open(finding)
        ]
        self._cell_index = figures.data.derived(CellIndex) if figures.data else None

    def anchors_for(self, cells: AbstractSet[CellRef]) -> list[str]:
        """Anchors of the open findings that put any of `cells` in doubt, most important first.

        First findings about a number stated in the text, which as a whole is in doubt; then 须更正; then by the largest
        share of a doubtful cell in its column; then by the share of `cells` in doubt.
        """
        affecting = [
            (finding, affected & cells) for finding, affected in self._open_findings if affected & cells
        ]
        weights = {
            finding.id: (
                any(cell.table == TEXT_CLAIMS for cell in affected),
                finding.severity == "correct",
                self._weight(affected, cells),
                len(affected) / len(cells),
            )
            for finding, affected in affecting
        }
        affecting.sort(key=lambda pair: weights[pair[0].id], reverse=True)
        return [self._anchors[finding.id] for finding, _ in affecting]

    def mark(self, cells: AbstractSet[CellRef], more: str = "") -> Html:
        """The mark behind a number or name that rests on `cells`; blank without doubt. `more` is the id of a full list."""
        return mark_html(self.anchors_for(cells), more)

    def mark_figure(self, name: str) -> Html:
        """The mark behind a figure."""
        return self.mark(self._figures[name].cells, f"figure-{name}")

    def _weight(self, affected: AbstractSet[CellRef], cells: AbstractSet[CellRef]) -> float:
        cell_index = self._cell_index
        return max((_share(cell, cells, cell_index) for cell in affected), default=0.0) if cell_index else 0.0


def mark_html(anchors: Sequence[str], more: str = "") -> Html:
    """``※9…``: the first findings linked, the ellipsis linked to `more` or to the last finding; blank without any."""
    if not anchors:
        return Html("")
    most_links = 1 if more else MOST_MARKED_FINDINGS
    links = finding_links(anchors[:most_links])
    hidden_count = len(anchors) - most_links
    target, aria_label = (
        (more, "其余各条见数字表") if more else (anchors[-1], f"另有 {hidden_count} 条，最后一条")
    )
    ellipsis = f'<a href="#{text(target)}" aria-label="{aria_label}">…</a>'
    if more:  # the keyboard stops at the number before, which links to the row with all findings
        links, ellipsis = (part.replace("<a ", '<a tabindex="-1" ') for part in (links, ellipsis))
        return Html(f'<sup class="doubt">{links}{ellipsis if len(anchors) > most_links else ""}</sup>')
    return single_tab_stop(f'<sup class="doubt">{links}{ellipsis if len(anchors) > most_links else ""}</sup>')


def doubt_html(figures: Sequence[Figure], report: CheckReport, cell_index: CellIndex) -> Html:
    """The remark behind a sentence that uses `figures`; blank when no material part of them is in doubt.

    Of a finding whose explanations were located only the likeliest is named: a total that was added up wrong puts no row
    in doubt. Where any of several rows may be wrong, none is named.
    """
    anchors = finding_anchors(report)
    weights: dict[str, float] = {}
    links: dict[str, str] = {}
    for finding in report.findings:
        if not is_open(finding):
            continue
        for label, weight in _named_doubts(finding, figures, cell_index).items():
            weights[label] = max(weight, weights.get(label, 0.0))
            links.setdefault(label, anchors[finding.id])
    if not weights:
        return Html("")
    labels = sorted(weights, key=lambda label: (label == _SOME_NUMBER, -weights[label], label))
    if labels[0] != _SOME_NUMBER:
        labels = [label for label in labels if label != _SOME_NUMBER]
    named = "、".join(f'<a href="#{links[label]}">{text(label)}</a>' for label in labels[:MOST_NAMED_CELLS])
    others = "等" if len(labels) > MOST_NAMED_CELLS else ""
    among = "" if labels[0].startswith(_PRINTED_TOTAL) else "其中"
    return Html(f'<span class="doubt">（{among}{named}{others}尚待核实）</span>')


def _named_doubts(finding: Finding, figures: Sequence[Figure], cell_index: CellIndex) -> dict[str, float]:
    """The doubtful cells of a finding to be named behind a sentence, in words, with their share of its figures."""
    shares = {
        cell: max((_weight(cell, figure, cell_index) for figure in figures), default=0.0)
        for cell in single_doubtful_cells(finding)
    }
    material = {cell: share for cell, share in shares.items() if share >= LEAST_MATERIAL_SHARE}
    if not material:
        return {}
    declaration = cell_index.declaration
    totals = {(row.table, row.row, row.member) for row in cell_index.total_rows}
    if finding.likeliest and all((cell.table, cell.row, cell.member) in totals for cell in finding.likeliest):
        return {
            f"{_PRINTED_TOTAL}{cell_words(cell, declaration)}": max(material.values())
            for cell in finding.likeliest
        }
    named = {cell: share for cell, share in material.items() if cell in finding.likeliest}
    if not named and not finding.likeliest and len({(cell.table, cell.row) for cell in material}) == 1:
        named = material
    return {cell_words(cell, declaration): share for cell, share in named.items()} or {
        _SOME_NUMBER: max(material.values())
    }


def largest_doubts(report: CheckReport, cell_index: CellIndex, most: int = 3) -> list[UnitName]:
    """Names of the open 需核实 cells with the largest share of their columns, largest first; a total is no share of its own."""
    totals = {(row.table, row.row, row.member) for row in cell_index.total_rows}
    weights: dict[UnitName, float] = {}
    for finding in report.findings:
        at = finding.at
        if (at.table, at.row, at.member) in totals:
            continue
        if is_open(finding) and finding.severity == "verify" and at in single_doubtful_cells(finding):
            name = UnitName(cell_words(finding.at, cell_index.declaration), [finding.at])
            weights[name] = max(cell_index.weight(finding.at), weights.get(name, 0.0))
    heaviest = sorted(weights, key=lambda name: (-weights[name], name))
    return [name for name in heaviest if weights[name] >= LEAST_MATERIAL_SHARE][:most]


def is_open(finding: Finding) -> bool:
    """Whether a 须更正 or 需核实 has not been settled; an explanation does not settle a 须更正."""
    is_closed = finding.status == "corrected" or (
        finding.status == "explained" and finding.severity != "correct"
    )
    return finding.severity != "note" and not is_closed


def affected_cells(finding: Finding, declaration: Declaration | None) -> set[CellRef]:
    """The cells that a finding puts in doubt: its place and the suspects.

    Without suspects also the compared cells, if they are few or the finding is about a whole column. A finding about
    a name (which the declaration tells from a number) puts only the name in doubt.
    """
    spec = declaration.annexes.get(finding.at.table) if declaration else None
    if spec and finding.at.column in (*spec.key, *spec.unit_kinds):
        return {finding.at}
    if finding.suspects:
        return {finding.at, *finding.suspects}
    whole_column = ALL_ROWS in finding.at.names
    compared = finding.cells if whole_column or len(finding.cells) <= MOST_COMPARED_CELLS else ()
    return {finding.at, *compared}


def single_doubtful_cells(finding: Finding) -> set[CellRef]:
    """The place and suspects of a finding that are single cells of an annex; whole columns are left to section 8."""
    cells = {finding.at, *finding.suspects}
    return {cell for cell in cells if cell.table != TEXT_CLAIMS and ALL_ROWS not in cell.names}


def cell_words(cell: CellRef, declaration: Declaration) -> str:
    """A cell in words, as in a sentence: ``高新区评价数``."""
    return f"{row_words(declaration, cell)}{column_heading(declaration, cell.column)}"


def _weight(cell: CellRef, figure: Figure, cell_index: CellIndex) -> float:
    """Share of a cell in the sum of its column's cells in a figure; zero for a figure that counts rows or cells."""
    return 0.0 if figure.unit in ("个", "格") else _share(cell, figure.cells, cell_index)


def _share(cell: CellRef, cells: AbstractSet[CellRef], cell_index: CellIndex) -> float:
    if cell not in cells or not cell_index.declaration.is_count(cell.table, cell.column):
        return 0.0
    value = cell_index.count(cell)
    total = sum(cell_index.count(other) or 0 for other in cells if other.column == cell.column)
    return value / total if value and total else 0.0
