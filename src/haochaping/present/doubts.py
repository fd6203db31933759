"""Which open matters put a number in doubt: underlined wherever the page shows it, and named beside the paragraph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from haochaping.checks.check_report import CheckReport
from haochaping.checks.finding import Finding, Matter
from haochaping.checks.outcome import ALL_ROWS
from haochaping.core.declaration import Declaration
from haochaping.core.labels import annex_words, column_heading, row_words
from haochaping.core.model import TEXT_CLAIMS, CellRef, QuarterData
from haochaping.figures.figure import PERCENT, Figure, Figures
from haochaping.figures.unit_name import UnitName
from haochaping.present.html_fragment import Html, text
from haochaping.store.cell_index import CellIndex

MOST_COMPARED_CELLS = 3
"""Up to this many compared cells are all in doubt where the place of a finding is no cell."""
_COUNTED = ("个", "格")
"""Units of figures that count rows or cells: whatever stands in a cell, it stays one."""


@dataclass(frozen=True)
class NumberedMatter:
    """A matter with its number on the page and its findings that are still open."""

    number: int
    matter: Matter
    findings: tuple[Finding, ...]


def matter_anchor(number: int) -> str:
    """The HTML id of a matter on the page."""
    return f"matter-{number}"


def matter_numbers(report: CheckReport) -> dict[str, int]:
    """Finding id to the number of its matter: matters are numbered in the order in which they are shown."""
    return {
        finding: number
        for number, matter in enumerate(report.matters, start=1)
        for finding in matter.findings
    }


def numbered_matters(report: CheckReport) -> Iterator[NumberedMatter]:
    """The matters that must still be settled."""
    findings = {finding.id: finding for finding in report.findings}
    for number, matter in enumerate(report.matters, start=1):
        if matter.is_open:
            members = tuple(findings[name] for name in matter.findings if findings[name].is_open)
            yield NumberedMatter(number, matter, members)


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
            if any(cells & single_doubtful_cells(finding) for finding in m.findings)
        ]

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
        if all(finding.affected is None and not finding.changes for finding, _ in touching):
            return any(self._rests_on(cells, figure, cell_index) for _, cells in touching)
        return any(self._changes_by(touching, column, figure, cell_index) for column in _columns(touching))

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

        Of a rate close to one also of what it lacks of one: whether it is 100 % may rest on a single slip.
        """
        change = sum(_change(finding, column, figure, cell_index) for finding, _ in touching)
        base: float = _sum({cell for cell in figure.cells if cell.column == column}, cell_index)
        if figure.unit == PERCENT and figure.value is not None and 0.5 < figure.value < 1:
            base *= 1 - float(figure.value)
        return change > 0 and change >= self._limit * base


def _change(finding: Finding, column: str, figure: Figure, cell_index: CellIndex) -> float:
    """By how many records a finding would change the cells of a column that a figure rests on."""
    if finding.changes:
        return sum(
            abs(value - (cell_index.count(cell) or 0))
            for cell, value in finding.changes
            if cell in figure.cells and cell.column == column
        )
    return finding.affected or 0.0 if column == finding.at.column else 0.0


def _columns(touching: Iterable[tuple[Finding, AbstractSet[CellRef]]]) -> set[str]:
    return {cell.column for _, cells in touching for cell in cells}


def _sum(cells: Iterable[CellRef], cell_index: CellIndex) -> float:
    return sum(
        cell_index.count(cell) or 0
        for cell in cells
        if cell_index.declaration.is_count(cell.table, cell.column)
    )


MOST_LABEL_UNITS = 2


def matter_label(matter: Matter, findings: Sequence[Finding], data: QuarterData) -> str:
    """A matter in a word or two: ``高新区``, ``市公安局等 6 个单位``, ``正文归集上传数据``, ``差评数``."""
    lead = findings[0].at if findings else None
    if lead and lead.table == TEXT_CLAIMS:
        return f"正文{row_words(data.declaration, lead)}"
    if matter.units and not (lead and ALL_ROWS in lead.names):
        first, *others = matter.units
        if len(matter.units) <= MOST_LABEL_UNITS:
            return "、".join(matter.units)
        return f"{first}等 {len(others) + 1} 个单位"
    if lead and lead.table in data.declaration.annexes:
        return f"{annex_words(data, lead.table)}{column_heading(data.declaration, lead.column)}"
    return annex_words(data, lead.table) if lead else ""


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
    return {cell for cell in cells if cell.table != TEXT_CLAIMS and ALL_ROWS not in cell.names}


def is_open(finding: Finding) -> bool:
    """Whether a 须更正 or 需核实 has not been settled."""
    return finding.is_open


def cell_words(cell: CellRef, declaration: Declaration) -> str:
    """A cell in words, as in a sentence: ``高新区评价数``."""
    return f"{row_words(declaration, cell)}{column_heading(declaration, cell.column)}"
