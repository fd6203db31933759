"""The five annexes as tables of the page: as printed, doubts marked and linked, corrections said."""

from __future__ import annotations

from collections.abc import Sequence

from haochaping.briefing.annex_layout import GridColumn, annex_grid
from haochaping.briefing.html import Html
from haochaping.briefing.tables import Header, TableCell, TableRow, TableView, table_html
from haochaping.checks.book import Book, Row
from haochaping.checks.confront import CheckReport
from haochaping.checks.finding import Finding
from haochaping.labels import COLUMNS, TIER_LABELS, UNITS
from haochaping.model import TABLES, CellRef, QuarterData, TableSpec, encode_key
from haochaping.numbers import number

MOST_MARKS, WIDE = 6, 8


def annex_table(data: QuarterData, name: str, report: CheckReport) -> Html:
    """One annex as printed, with totals, reasons for empty cells and doubts marked.

    Parameters
    ----------
    data : QuarterData
        The quarter.
    name : str
        One of the five tables.
    report : CheckReport
        Findings; the cell at which a finding stands is marked and linked to it.
    """
    if data.table(name).empty:
        return Html(f'<p class="absent">本期资料没有附件{TABLES[name].annex}（{TABLES[name].title}）。</p>')
    return table_html(_Annex(data, name, report).view())


class _Annex:
    """Gathers one annex's cells for :func:`table_html`."""

    def __init__(self, data: QuarterData, name: str, report: CheckReport):
        self.data, self.spec, self.book = data, TABLES[name], Book(data)
        anchors = finding_anchors(report)
        self.reasons = {
            (str(row.key), str(row.column)): str(row.reason)
            for row in data.unreported.itertuples()
            if row.table == name
        }
        self.corrected = {
            (str(row.key), str(row.column)): str(row.printed)
            for row in data.corrections.itertuples()
            if row.table == name
        }
        self.doubts: dict[CellRef, str] = {}
        for finding in reversed(report.findings):
            if finding.status == "corrected":
                continue
            for cell in marked_cells(finding):
                self.doubts[cell] = anchors[finding.id]

    def view(self) -> TableView:
        layout = annex_grid(self.data, self.spec.name)
        annexes = self.data.annexes
        titles = annexes.loc[annexes["table"] == self.spec.name, "title"]
        title = str(titles.iloc[0]) if len(titles) else self.spec.title
        rows = [
            TableRow(row.name, [self._cell(row.name, c) for c in layout.columns], is_total)
            for part, is_total in ((layout.rows, False), (layout.totals, True))
            for row in part
        ]
        return TableView(
            id=f"table-{self.spec.name}",
            caption=f"附件{self.spec.annex} {title}",
            stub=layout.key_heading,
            headers=[_header(column, self.spec) for column in layout.columns],
            rows=rows,
            notes=[note for note in (self._doubts_note(rows), self._printed_note()) if note],
            wide=len(layout.columns) > WIDE,
            sortable=True,
        )

    def _printed_note(self) -> str:
        """The note under the annex, as printed."""
        annexes = self.data.annexes
        notes = annexes.loc[annexes["table"] == self.spec.name, "note"]
        return f"原表附注：{notes.iloc[0].removeprefix('备注：')}" if len(notes) and notes.iloc[0] else ""

    @staticmethod
    def _doubts_note(rows: Sequence[TableRow]) -> str:
        doubted = any(cell.finding for row in rows for cell in row.cells)
        return "※ 存疑，数字为“数据核对”中的序号。" if doubted else ""

    def _cell(self, name: str, column: GridColumn) -> TableCell:
        at = Row(self.spec.name, {self.spec.key[0]: name, **column.rest}).cell(column.measure)
        value = self.book.count(at) if column.measure in self.spec.counts else None
        shown = number(value) if value is not None else self.book.printed(at)
        place = (encode_key(at.names), column.measure)
        reason = self.reasons.get(place, "")
        if place in self.corrected:
            shown, reason = f"{shown}〔更正〕", f"通报列为 {self.corrected[place]}"
        return TableCell(shown, reason, self.doubts.get(at, ""))


def _header(column: GridColumn, spec: TableSpec) -> Header:
    """Heading with its unit; a tier spans its columns, a district stands for itself."""
    if "district" in column.rest:
        return Header(column.rest["district"])
    unit = "" if column.measure in spec.rates else UNITS[column.measure]
    return Header(COLUMNS[column.measure], unit, TIER_LABELS.get(column.rest.get("tier", ""), ""))


def finding_anchors(report: CheckReport) -> dict[str, str]:
    """Finding id to the id of its place on the page."""
    return {finding.id: f"finding-{number}" for number, finding in enumerate(report.findings, start=1)}


def marked_cells(finding: Finding) -> set[CellRef]:
    """The cells of a finding that are marked in the tables.

    The place where it stands, the suspects, and the cells it misses a number in; not every cell it
    compared (a balance over a column would mark the whole column).
    """
    absent = {
        c for c in finding.cells if not finding.printed.get(c, "")[:1].isdigit() and finding.printed.get(c)
    }
    few = absent if len(absent) <= MOST_MARKS else set()
    return {finding.at, *finding.suspects, *few}
