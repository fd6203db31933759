"""Which open matters put a number in doubt: underlined wherever the page shows it, and named beside the paragraph."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress

from haochaping.checks.check_report import CheckReport
from haochaping.checks.finding import Finding
from haochaping.checks.outcome import ALL_ROWS
from haochaping.core.declaration import Declaration
from haochaping.core.labels import column_heading, row_words
from haochaping.core.model import RECORD_TABLE, TEXT_CLAIMS, CellRef, QuarterData
from haochaping.figures.figure import PERCENT, Figure, Figures
from haochaping.figures.unit_name import UnitName
from haochaping.figures.what_if import figures_if
from haochaping.present.html_fragment import Html, text
from haochaping.present.numbered_matters import NumberedMatter, matter_anchor, matter_label, numbered_matters
from haochaping.reference.reference import Reference
from haochaping.store.apply_corrections import CorrectionNotApplicable
from haochaping.store.cell_index import CellIndex

MOST_COMPARED_CELLS = 3
"""Up to this many compared cells are all in doubt where the place of a finding is no cell."""
NEARLY_WHOLE = 0.99
"""Of a rate from here on, what it lacks of 100 % is what it says."""
_COUNTED = ("个", "格")
"""Units of figures that count rows or cells: whatever stands in a cell, it stays one."""


class Doubts:
    """The open matters of a quarter and what each puts in doubt.

    Parameters
    ----------
    figures : Figures
        The quarter's named figures.
    report : CheckReport
        What the checks say.
    """

    def __init__(self, figures: Figures, report: CheckReport):
        self._figures, self._data = figures, figures.data
        self._matters = list(numbered_matters(report)) if figures.data else []
        self._report = report
        self._limit = float(figures.words.get("change_percent", 1)) / 100

    def matters_of_figure(self, name: str) -> list[int]:
        """Numbers of the matters that could change a figure by the city's limit or more."""
        figure = self._figures[name]
        return [m.number for m in self._matters if self._is_material(m, figure)]

    def matters_of_name(self, cells: AbstractSet[CellRef]) -> list[int]:
        """Numbers of the matters about the cells for which a unit is named."""
        return [
            m.number
            for m in self._matters
            if any(
                cells & single_doubtful_cells(finding) or self._is_of_column(cells, finding)
                for finding in m.findings
            )
        ]

    def _is_of_column(self, cells: AbstractSet[CellRef], finding: Finding) -> bool:
        """Whether words about many cells, such as 零 of all negative ratings, are about a column that is in doubt."""
        declaration = self._data.declaration if self._data else None
        is_of_many = len(cells) > MOST_COMPARED_CELLS and ALL_ROWS in finding.at.names
        return is_of_many and len(cells & affected_cells(finding, declaration)) > len(cells) / 2

    def note_html(self, numbers: Iterable[int]) -> Html:
        """The note beside a paragraph: whose figures are in doubt; opened, it names the matters. Blank without any."""
        shown = [m for m in self._matters if m.number in set(numbers)]
        if not shown:
            return Html("")
        labels = "、".join(f"{text(self._label(m))}（{m.number}）" for m in shown)
        lines = "".join(
            f'<li><a href="#{matter_anchor(m.number)}">第 {m.number} 项</a>　{text(m.matter.title)}</li>'
            for m in shown
        )
        return Html(f'<details class="in-doubt"><summary>存疑：{labels}</summary><ul>{lines}</ul></details>')

    def _label(self, matter: NumberedMatter) -> str:
        """A matter in a word or two: the unit, the figure of the text, the column, or how many units."""
        return matter_label(matter.matter, matter.findings, self._data) if self._data else ""

    def _is_material(self, matter: NumberedMatter, figure: Figure) -> bool:
        if self._data is None or figure.unit in _COUNTED:
            return False
        cell_index = self._data.derived(CellIndex)
        doubted = [(f, affected_cells(f, cell_index.declaration) & figure.cells) for f in matter.findings]
        touching = [(finding, cells) for finding, cells in doubted if cells]
        if not touching:
            return False
        if any(cell.table == TEXT_CLAIMS for _, cells in touching for cell in cells):
            return True
        otherwise = self.without_slips(matter.number)
        if otherwise is not None and figure.name in otherwise:
            return self._differs(figure, otherwise[figure.name])
        if all(finding.affected is None for finding, _ in touching):
            return any(self._rests_on(cells, figure, cell_index) for _, cells in touching)
        return any(self._changes_by(touching, column, figure, cell_index) for column in _columns(touching))

    def without_slips(self, number: int) -> Figures | None:
        """The figures without the slips of a matter; None where one of its findings is no located slip."""
        if self._data is None or self._figures.reference is None:
            return None
        return self._data.derived(_figures_without_slips, self._report, self._figures.reference).get(number)

    def _differs(self, figure: Figure, other: Figure) -> bool:
        """Whether two values differ by the city's limit, or one reads as 100 % and the other does not."""
        if figure.value is None or other.value is None:
            return figure.value != other.value
        is_rate = figure.unit == PERCENT
        if is_rate and figure.text != other.text and min(figure.value, other.value) > NEARLY_WHOLE:
            return True
        return abs(float(other.value) - float(figure.value)) >= self._limit * abs(float(figure.value)) > 0

    def _rests_on(self, cells: AbstractSet[CellRef], figure: Figure, cell_index: CellIndex) -> bool:
        """Whether doubtful cells, by how much nobody can say, are all that a figure rests on, or a material share of it."""
        columns = {(cell.table, cell.column) for cell in cells}
        of_columns = {cell for cell in figure.cells if (cell.table, cell.column) in columns}
        if len(cells) > len(of_columns) / 2:
            return True
        base = _sum(of_columns, cell_index)
        return base > 0 and _sum(cells, cell_index) >= self._limit * base

    def _changes_by(
        self,
        touching: Sequence[tuple[Finding, AbstractSet[CellRef]]],
        column: str,
        figure: Figure,
        cell_index: CellIndex,
    ) -> bool:
        """Whether the records in doubt are a material share of a column's sum in a figure.

        Of a rate close to one of what it lacks of one: whether it is 100 % may rest on a single slip.
        """
        change = sum(_change(finding, column) for finding, _ in touching)
        cells = {cell for cell in figure.cells if cell.column == column}
        base = _sum(cells, cell_index)
        if figure.unit == PERCENT and figure.value is not None and NEARLY_WHOLE < figure.value < 1:
            base *= 1 - float(figure.value)
        if base == 0:  # of zeros: by how much nobody can say, so it matters where most of them are in doubt
            return change > 0 and sum(len(doubted) for _, doubted in touching) > len(cells) / 2
        return change >= self._limit * base


def _figures_without_slips(
    data: QuarterData, report: CheckReport, reference: Reference
) -> dict[int, Figures]:
    """The figures with the counts that likely slips replaced, by the number of each matter whose findings are all located."""
    found = {}
    for numbered in numbered_matters(report):
        if all(finding.changes for finding in numbered.findings):
            changes = [change for finding in numbered.findings for change in finding.changes]
            with suppress(CorrectionNotApplicable):  # a cell cannot hold what an explanation says
                found[numbered.number] = figures_if(data, changes, reference)
    return found


def _change(finding: Finding, column: str) -> float:
    """By how many records a finding would change a column: that of its place, or of the counts that are suspect."""
    columns = {finding.at.column, *(cell.column for cell in finding.suspects)}
    return finding.affected or 0.0 if column in columns else 0.0


def _columns(touching: Iterable[tuple[Finding, AbstractSet[CellRef]]]) -> set[str]:
    return {cell.column for _, cells in touching for cell in cells}


def _sum(cells: Iterable[CellRef], cell_index: CellIndex) -> float:
    return sum(
        cell_index.count(cell) or 0
        for cell in cells
        if cell_index.declaration.is_count(cell.table, cell.column)
    )


def largest_doubts(report: CheckReport, cell_index: CellIndex, limit: float, most: int = 3) -> list[UnitName]:
    """Names of the single counts of units that open findings doubt by a material share of their column, largest first.

    Of a finding whose explanations were located only the likeliest cells are named: a total that was added up wrong puts no
    row in doubt. Where any of several rows may be wrong, none is named.
    """
    totals = {(row.table, row.row, row.member) for row in cell_index.total_rows}
    names: dict[UnitName, float] = {}
    for finding in report.findings:
        is_located = finding.severity != "verify" or bool(finding.likeliest)
        for cell in finding.likeliest if is_located else (finding.at,):
            is_single = ALL_ROWS not in cell.names and (cell.table, cell.row, cell.member) not in totals
            if not is_single or not finding.is_open or not finding.affected:
                continue
            if finding.affected < limit * _column_sum(cell, cell_index):
                continue
            name = UnitName(cell_words(cell, cell_index.declaration), [cell])
            names[name] = max(finding.affected, names.get(name, 0.0))
    return sorted(names, key=lambda name: (-names[name], name))[:most]


def _column_sum(cell: CellRef, cell_index: CellIndex) -> float:
    """The sum of a count's column; endless for a cell that is no count of an annex."""
    if not cell_index.declaration.is_count(cell.table, cell.column):
        return float("inf")
    return _sum((row.cell(cell.column) for row in cell_index.rows(cell.table)), cell_index)


def affected_cells(finding: Finding, declaration: Declaration | None) -> set[CellRef]:
    """The cells that a finding puts in doubt: its place, and the suspects or what the likeliest explanation changes.

    Of a finding about a whole column, that column; of one whose place is no cell, the compared cells if they are few. A
    finding about a name (which the declaration tells from a number) puts only the name in doubt.
    """
    spec = declaration.annexes.get(finding.at.table) if declaration else None
    if spec and finding.at.column in (*spec.key, *spec.unit_kinds):
        return {finding.at}
    if finding.suspects:
        return {finding.at, *finding.suspects}
    if ALL_ROWS in finding.at.names:
        return {finding.at, *(cell for cell in finding.cells if cell.column == finding.at.column)}
    if finding.at in finding.cells or len(finding.cells) > MOST_COMPARED_CELLS:
        return {finding.at}
    return {finding.at, *finding.cells}


def single_doubtful_cells(finding: Finding) -> set[CellRef]:
    """The place and suspects of a finding that are single cells of an annex; whole columns are left to section 8."""
    cells = {finding.at, *finding.suspects}
    of_no_table = (TEXT_CLAIMS, RECORD_TABLE)
    return {cell for cell in cells if cell.table not in of_no_table and ALL_ROWS not in cell.names}


def cell_words(cell: CellRef, declaration: Declaration) -> str:
    """A cell in words, as in a sentence: ``高新区评价数``."""
    return f"{row_words(declaration, cell)}{column_heading(declaration, cell.column)}"
