"""Which open findings bear on a number: it is marked wherever the internal page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from haochaping.checks.check_report import CheckReport
from haochaping.checks.finding import Finding
from haochaping.checks.outcome import WHOLE
from haochaping.core.labels import COLUMNS, key_label
from haochaping.core.model import TABLES, TEXT_CLAIMS, CellRef
from haochaping.figures.figure import Figure, Figures
from haochaping.figures.unit_name import UnitName
from haochaping.present.cell_places import finding_anchors
from haochaping.present.html_fragment import Html, single_tab_stop, text
from haochaping.present.html_table import finding_links
from haochaping.store.cell_index import CellIndex

MOST_MARKS = 2
"""So many findings are marked at a name; at a number one is, for its row in the table of figures has all of them."""
MOST_NAMED = 2
"""So many doubtful cells are named; of more the sentence says that there are others."""
MATERIAL = 0.01
"""Share of what a figure adds up from which a doubtful cell is named behind the sentence."""
FEW_CELLS = 3
"""So many compared cells are all in doubt where no suspect is known."""


class Doubts:
    """The open findings of a quarter and what each bears on.

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
        self._open = [(one, cells_in_doubt(one)) for one in report.findings if is_open(one)]
        self._cell_index = figures.data.once(CellIndex) if figures.data else None

    def bearing_on(self, cells: AbstractSet[CellRef]) -> list[str]:
        """Anchors of the findings that bear on `cells`.

        First those about a number of the text among them, which is whole; then 须更正; then by weight, by number of cells.
        """
        bearing = [(one, doubted & cells) for one, doubted in self._open if doubted & cells]
        weights = {
            one.id: (
                any(cell.table == TEXT_CLAIMS for cell in doubted),
                one.severity == "correct",
                self._weight(doubted, cells),
                len(doubted) / len(cells),
            )
            for one, doubted in bearing
        }
        bearing.sort(key=lambda pair: weights[pair[0].id], reverse=True)
        return [self._anchors[one.id] for one, _ in bearing]

    def mark(self, cells: AbstractSet[CellRef], more: str = "") -> Html:
        """The mark behind what rests on `cells`; blank where nothing bears on them. `more` is the id of what lists all."""
        return mark_html(self.bearing_on(cells), more)

    def of_figure(self, name: str) -> Html:
        """The mark behind a figure."""
        return self.mark(self._figures[name].cells, f"figure-{name}")

    def _weight(self, doubted: AbstractSet[CellRef], cells: AbstractSet[CellRef]) -> float:
        cell_index = self._cell_index
        return max((_share(cell, cells, cell_index) for cell in doubted), default=0.0) if cell_index else 0.0


def mark_html(anchors: Sequence[str], more: str = "") -> Html:
    """``※9…``, linked to the finding, the rest to `more`; blank without any."""
    if not anchors:
        return Html("")
    most = 1 if more else MOST_MARKS
    links = finding_links(anchors[:most])
    others = len(anchors) - most
    beyond, words = (more, "其余各条见数字表") if more else (anchors[-1], f"另有 {others} 条，最后一条")
    rest = f'<a href="#{text(beyond)}" aria-label="{words}">…</a>'
    if more:  # the number before it is the stop, and leads to the row that leads to all
        links, rest = (part.replace("<a ", '<a tabindex="-1" ') for part in (links, rest))
        return Html(f'<sup class="doubt">{links}{rest if len(anchors) > most else ""}</sup>')
    return single_tab_stop(f'<sup class="doubt">{links}{rest if len(anchors) > most else ""}</sup>')


def doubt_html(figures: Sequence[Figure], report: CheckReport, cell_index: CellIndex) -> Html:
    """The remark behind a sentence that uses `figures`; blank when nothing that weighs in them is in doubt."""
    anchors = finding_anchors(report)
    weights: dict[str, float] = {}
    links: dict[str, str] = {}
    for finding in report.findings:
        if not is_open(finding):
            continue
        for cell in doubtful_cells(finding):
            weight = max((_weight(cell, figure, cell_index) for figure in figures), default=0.0)
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


def largest_doubts(report: CheckReport, cell_index: CellIndex, most: int = 3) -> list[UnitName]:
    """Names of the open 需核实 cells that weigh most in their columns, heaviest first."""
    weights: dict[UnitName, float] = {}
    for finding in report.findings:
        if is_open(finding) and finding.severity == "verify" and finding.at in doubtful_cells(finding):
            name = UnitName(cell_words(finding.at), [finding.at])
            weights[name] = max(cell_index.weight(finding.at), weights.get(name, 0.0))
    heaviest = sorted(weights, key=lambda name: (-weights[name], name))
    return [name for name in heaviest if weights[name] >= MATERIAL][:most]


def is_open(finding: Finding) -> bool:
    """Whether a 须更正 or 需核实 still waits for an answer."""
    closed = finding.status == "corrected" or (
        finding.status == "explained" and finding.severity != "correct"
    )
    return finding.severity != "note" and not closed


def cells_in_doubt(finding: Finding) -> set[CellRef]:
    """The cells that a finding bears on: its place and the suspects; without suspects also what was compared, if few or a whole column.

    A finding about a name bears on the name alone.
    """
    if finding.at.table in TABLES and finding.at.column in TABLES[finding.at.table].key:
        return {finding.at}
    if finding.suspects:
        return {finding.at, *finding.suspects}
    whole_column = WHOLE in finding.at.names.values()
    compared = finding.cells if whole_column or len(finding.cells) <= FEW_CELLS else ()
    return {finding.at, *compared}


def doubtful_cells(finding: Finding) -> set[CellRef]:
    """The cells that a finding puts in doubt one by one; a whole column in doubt is section 8's matter."""
    cells = {finding.at, *finding.suspects}
    return {cell for cell in cells if cell.table in TABLES and WHOLE not in cell.names.values()}


def cell_words(cell: CellRef) -> str:
    """A cell as a sentence names it: ``高新区评价数``."""
    return f"{key_label(cell.names)}{COLUMNS.get(cell.column, '')}"


def _weight(cell: CellRef, figure: Figure, cell_index: CellIndex) -> float:
    """How much of what a figure adds up from its column a cell makes up; nothing to a number of rows or cells."""
    return 0.0 if figure.unit in ("个", "格") else _share(cell, figure.cells, cell_index)


def _share(cell: CellRef, cells: AbstractSet[CellRef], cell_index: CellIndex) -> float:
    if cell not in cells or cell.table not in TABLES:
        return 0.0
    value = cell_index.count(cell) if cell.column in TABLES[cell.table].counts else None
    whole = sum(cell_index.count(one) or 0 for one in cells if one.column == cell.column)
    return value / whole if value and whole else 0.0
