"""The five annexes as tables of the page: as printed, doubtful cells marked and linked, corrections noted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from haochaping.checks.check_report import CheckReport
from haochaping.cleaning.number_format import number
from haochaping.core.labels import COLUMNS, TIER_LABELS, UNITS
from haochaping.core.model import TABLES, QuarterData, TableSpec, encode_key
from haochaping.present.annex_layout import LayoutColumn, lay_out_annex
from haochaping.present.cell_places import CellPlaces, grid_cell
from haochaping.present.html_fragment import Html
from haochaping.present.html_table import Header, TableCell, TableRow, TableView, table_html
from haochaping.store.cell_index import CellIndex

MOST_UPRIGHT_COLUMNS = 8


def annex_table(data: QuarterData, name: str, report: CheckReport) -> Html:
    """One annex as printed, with totals, reasons for empty cells and doubts marked.

    Parameters
    ----------
    data : QuarterData
        The quarter.
    name : str
        One of the five tables.
    report : CheckReport
        Findings; every cell that one names is marked and linked to it.
    """
    if data.table(name).empty:
        return Html(f'<p class="absent">本期资料没有附件{TABLES[name].annex}（{TABLES[name].title}）。</p>')
    return table_html(_AnnexView(data, name, report).view())


class _AnnexView:
    """Gathers one annex's cells for :func:`table_html`."""

    def __init__(self, data: QuarterData, name: str, report: CheckReport):
        self.data, self.spec, self.cell_index = data, TABLES[name], data.derived(CellIndex)
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
        self.places = data.derived(CellPlaces, report)

    def view(self) -> TableView:
        layout = lay_out_annex(self.data, self.spec.name)
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
            headers=[self._header(column) for column in layout.columns],
            rows=rows,
            notes=[note for note in (self._doubts_note(rows), self._printed_note()) if note],
            wide=len(layout.columns) > MOST_UPRIGHT_COLUMNS,
            sortable=True,
        )

    def _printed_note(self) -> str:
        """The note under the annex, as printed."""
        annexes = self.data.annexes
        notes = annexes.loc[annexes["table"] == self.spec.name, "note"]
        return f"原表附注：{notes.iloc[0].removeprefix('备注：')}" if len(notes) and notes.iloc[0] else ""

    def _doubts_note(self, rows: Sequence[TableRow]) -> str:
        notes = []
        if any(cell.findings for row in rows for cell in row.cells):
            notes.append("※ 存疑，其后为“数据核对”中的序号")
        if any(column[0] == self.spec.name for column in self.places.findings_of_column):
            notes.append("列名上的 ※ 指该条核对涉及本列多格或全列，逐格不再标注")
        return "；".join(notes) + "。" if notes else ""

    def _cell(self, name: str, column: LayoutColumn) -> TableCell:
        cell = grid_cell(self.spec.name, name, column)
        value = self.cell_index.count(cell) if column.measure in self.spec.counts else None
        shown = number(value) if value is not None else self.cell_index.printed(cell)
        key_and_column = (encode_key(cell.names), column.measure)
        reason = self.reasons.get(key_and_column, "")
        if key_and_column in self.corrected:
            shown, reason = f"{shown}〔更正〕", f"通报列为 {self.corrected[key_and_column]}"
        return TableCell(shown, reason, self.places.findings_of_cell.get(cell, ()), self.places.cell_id(cell))

    def _header(self, column: LayoutColumn) -> Header:
        """Heading with its unit and its marks; a tier spans its columns, a district is its own heading."""
        column_ref = (self.spec.name, column.measure, tuple(column.key_part.items()))
        header = _heading(column, self.spec)
        return replace(
            header,
            findings=self.places.findings_of_column.get(column_ref, ()),
            id=self.places.column_id(column_ref),
        )


def _heading(column: LayoutColumn, spec: TableSpec) -> Header:
    if "district" in column.key_part:
        return Header(column.key_part["district"])
    unit = "" if column.measure in spec.rates else UNITS[column.measure]
    return Header(COLUMNS[column.measure], unit, TIER_LABELS.get(column.key_part.get("tier", ""), ""))
