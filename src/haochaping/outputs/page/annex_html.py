"""The annexes as tables of the page: as printed, doubtful cells marked and linked, corrections noted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from haochaping.checks.check_report import CheckReport
from haochaping.cleaning.number_format import number
from haochaping.core.annex_numbers import printed_table_names
from haochaping.core.labels import annex_words
from haochaping.core.model import QuarterData
from haochaping.outputs.cell_words import BLANK
from haochaping.present.cell_places import CellPlaces, column_of
from haochaping.present.html_fragment import Html
from haochaping.present.html_table import Header, TableCell, TableRow, TableView, table_html
from haochaping.present.printed_table import (
    PrintedCell,
    PrintedColumn,
    PrintedTable,
    printed_table,
)
from haochaping.store.cell_index import cell_of

MOST_UPRIGHT_COLUMNS = 8


def annex_table(data: QuarterData, name: str, report: CheckReport) -> Html:
    """One annex as printed, with totals, reasons for empty cells and doubts marked.

    Parameters
    ----------
    data : QuarterData
        The quarter.
    name : str
        Name of an annex; blank is returned for one that the city does not have.
    report : CheckReport
        Findings; every cell that one names is marked and linked to it.
    """
    if name in printed_table_names(data):
        return table_html(_AnnexView(data, name, report).view())
    spec = data.declaration.annexes.get(name)
    if spec is None:
        return Html("")
    return Html(f'<p class="absent">本期资料没有{annex_words(data, name)}（{spec.title}）。</p>')


def other_tables(data: QuarterData, report: CheckReport, shown: Sequence[str] = ()) -> Html:
    """The printed tables that the page shows nowhere else, undeclared ones among them.

    Parameters
    ----------
    data : QuarterData
        The period.
    report : CheckReport
        Findings, marked as in :func:`annex_table`.
    shown : sequence of str
        Names of the annexes that have a place of their own.
    """
    names = [name for name in printed_table_names(data) if name not in shown]
    return Html("".join(annex_table(data, name, report) for name in names))


class _AnnexView:
    """Gathers one annex's cells for :func:`table_html`."""

    def __init__(self, data: QuarterData, name: str, report: CheckReport):
        self.table: PrintedTable = printed_table(data, name)
        self.printed_before = {
            cell_of(row): str(row["printed"]) for row in data.corrections.to_dict("records")
        }
        self.places = data.derived(CellPlaces, report)

    def view(self) -> TableView:
        table = self.table
        rows = [
            TableRow(
                row.name,
                [
                    self._cell(row.name, column, cell)
                    for column, cell in zip(table.columns, row.cells, strict=True)
                ],
                row.is_total,
            )
            for row in table.lines
        ]
        return TableView(
            id=f"table-{table.name}",
            caption=_caption(table),
            stub=table.key_heading,
            headers=[self._header(column) for column in table.columns],
            rows=rows,
            notes=[note for note in (self._doubts_note(rows), self._printed_note()) if note],
            wide=len(table.columns) > MOST_UPRIGHT_COLUMNS,
            sortable=not any(row.is_total for row in table.lines[: len(table.rows)]),
        )

    def _printed_note(self) -> str:
        """The note under the annex, as printed."""
        return f"原表附注：{self.table.note.removeprefix('备注：')}" if self.table.note else ""

    def _doubts_note(self, rows: Sequence[TableRow]) -> str:
        notes = []
        if any(cell.findings for row in rows for cell in row.cells):
            notes.append("※ 存疑，其后为“数据核对”中的序号")
        if any(column[0] == self.table.name for column in self.places.findings_of_column):
            notes.append("列名上的 ※ 指该条核对涉及本列多格或全列，逐格不再标注")
        return "；".join(notes) + "。" if notes else ""

    def _cell(self, name: str, column: PrintedColumn, cell: PrintedCell) -> TableCell:
        ref, reason = column.cell(self.table.name, name), cell.reason
        shown = number(cell.value) if isinstance(cell.value, int) else cell.text
        if ref in self.printed_before:
            shown, reason = f"{shown}〔更正〕", f"通报列为 {self.printed_before[ref] or BLANK}"
        return TableCell(shown, reason, self.places.findings_of_cell.get(ref, ()), self.places.cell_id(ref))

    def _header(self, column: PrintedColumn) -> Header:
        """Heading with its unit and its marks; what several columns have in common, such as a tier, spans them."""
        column_ref = column_of(column.cell(self.table.name, ""))
        *shared, heading = [level for word in column.words for level in word.split("/")]
        return replace(
            Header(heading, column.unit, tuple(shared)),
            findings=self.places.findings_of_column.get(column_ref, ()),
            id=self.places.column_id(column_ref),
        )


def _caption(table: PrintedTable) -> str:
    """``附件1 各区县…通报表``."""
    return f"{table.words} {table.printed_title or table.title}"
