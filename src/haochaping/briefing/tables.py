"""One function makes every table of the page: caption, scopes, units, aligned digits, marked doubts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from haochaping.briefing.html import Html, text
from haochaping.checks.arithmetic import number
from haochaping.checks.book import Book, Row
from haochaping.checks.confront import CheckReport
from haochaping.checks.finding import CellRef, Finding
from haochaping.labels import COLUMNS, TIER_LABELS, UNITS
from haochaping.model import TABLES, TIERS, QuarterData, encode_key

MOST_MARKS = 6


@dataclass(frozen=True)
class Header:
    """A column's heading; ``unit`` is said once, here. ``group`` spans neighbours of the same group."""

    label: str
    unit: str = ""
    group: str = ""


@dataclass(frozen=True)
class TableCell:
    """A cell as shown: text, why it holds no number, and the finding that doubts it."""

    text: str
    title: str = ""
    finding: str = ""


@dataclass(frozen=True)
class TableRow:
    """A row: its name, its cells, and whether it is a total."""

    name: str
    cells: Sequence[TableCell]
    is_total: bool = False


@dataclass(frozen=True)
class TableView:
    """Everything a table needs to be drawn."""

    id: str
    caption: str
    stub: str
    headers: Sequence[Header]
    rows: Sequence[TableRow]
    note: str = ""
    wide: bool = field(default=False)


def table_html(view: TableView) -> Html:
    """The table as HTML: ``<caption>``, ``scope`` on every heading, a container that scrolls by itself."""
    kind = "table-wide" if view.wide else "table-plain"
    body = "".join(_row(row) for row in view.rows if not row.is_total)
    foot = "".join(_row(row) for row in view.rows if row.is_total)
    foot = f"<tfoot>{foot}</tfoot>" if foot else ""
    note = f'<p class="table-note">{text(view.note)}</p>' if view.note else ""
    return Html(
        f'<div class="table-scroll {kind}" role="region" aria-labelledby="{view.id}-caption" tabindex="0">'
        f'<table id="{view.id}"><caption id="{view.id}-caption">{text(view.caption)}</caption>'
        f"<thead>{_head(view)}</thead><tbody>{body}</tbody>{foot}</table></div>{note}"
    )


def _head(view: TableView) -> str:
    grouped = any(header.group for header in view.headers)
    span = ' rowspan="2"' if grouped else ""
    stub = f'<th scope="col"{span}>{text(view.stub)}</th>'
    leaves = "".join(
        f'<th scope="col">{text(h.label)}{f" <span class=unit>（{text(h.unit)}）</span>" if h.unit else ""}</th>'
        for h in view.headers
    )
    if not grouped:
        return f"<tr>{stub}{leaves}</tr>"
    groups: list[list[str | int]] = []
    for header in view.headers:
        if groups and groups[-1][0] == header.group:
            groups[-1][1] = int(groups[-1][1]) + 1
        else:
            groups.append([header.group, 1])
    top = "".join(f'<th scope="colgroup" colspan="{size}">{text(name)}</th>' for name, size in groups)
    return f"<tr>{stub}{top}</tr><tr>{leaves}</tr>"


def _row(row: TableRow) -> str:
    cells = "".join(_cell(cell) for cell in row.cells)
    kind = ' class="total"' if row.is_total else ""
    return f'<tr{kind}><th scope="row">{text(row.name)}</th>{cells}</tr>'


def _cell(cell: TableCell) -> str:
    title = f' title="{text(cell.title)}"' if cell.title else ""
    if cell.finding:
        return (
            f'<td class="doubtful"{title}><a href="#{cell.finding}" aria-label="{text(cell.text or "空白")}，存疑，见核对意见">'
            f"{text(cell.text or '空白')}<sup>※{cell.finding.rpartition('-')[2]}</sup></a></td>"
        )
    return f"<td{title}>{text(cell.text)}</td>"


# --- the five annex tables ------------------------------------------------------------------------------


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
        annexes = self.data.annexes
        titles = annexes.loc[annexes["table"] == self.spec.name, "title"]
        columns, headers = self._columns()
        names = list(dict.fromkeys(row.key[self.spec.key[0]] for row in self.book.rows(self.spec.name)))
        totals = list(
            dict.fromkeys(
                row.key[self.spec.key[0]]
                for row in self.book.totals(self.spec.name)
                if row.key[self.spec.key[0]] == row.label
            )
        )
        rows = [TableRow(name, [self._cell(name, *column) for column in columns]) for name in names]
        rows += [TableRow(name, [self._cell(name, *column) for column in columns], True) for name in totals]
        title = str(titles.iloc[0]) if len(titles) else self.spec.title
        return TableView(
            id=f"table-{self.spec.name}",
            caption=f"附件{self.spec.annex} {title}",
            stub=COLUMNS[self.spec.key[0]],
            headers=headers,
            rows=rows,
            note=self._note(rows) + self._printed_note(),
            wide=len(columns) > 8,
        )

    def _printed_note(self) -> str:
        """The note under the annex, as printed."""
        annexes = self.data.annexes
        notes = annexes.loc[annexes["table"] == self.spec.name, "note"]
        return f"原表附注：{notes.iloc[0]}" if len(notes) and notes.iloc[0] else ""

    @staticmethod
    def _note(rows: Sequence[TableRow]) -> str:
        cells = [cell for row in rows for cell in row.cells]
        notes = ["※ 存疑，数字为“数据核对”中的序号。"] if any(cell.finding for cell in cells) else []
        words = dict.fromkeys(f"“{cell.text}”：{cell.title}" for cell in cells if cell.title and cell.text)
        notes += [f"{word}。" for word in words]
        return "".join(notes)

    def _columns(self) -> tuple[list[tuple[dict[str, str], str]], list[Header]]:
        """For each shown column: the rest of its key and its measure; and its heading."""
        if self.spec.name == "district_departments":
            districts = list(dict.fromkeys(self.data.district_departments["district"]))
            districts += [
                row.key["district"]
                for row in self.book.totals(self.spec.name)
                if row.key["district"] == row.label and row.key["district"] not in districts
            ][:1]
            return [({"district": d}, "evaluations") for d in districts], [Header(d) for d in districts]
        if self.spec.name == "towns_and_villages":
            tiers = [tier for tier in TIERS if (self.data.towns_and_villages["tier"] == tier).any()]
            pairs = [(tier, column) for tier in tiers for column in self.spec.measures]
            return (
                [({"tier": tier}, column) for tier, column in pairs],
                [Header(COLUMNS[column], UNITS[column], TIER_LABELS[tier]) for tier, column in pairs],
            )
        order = [column for column in self.spec.columns if column in self.spec.measures]
        return [({}, column) for column in order], [
            Header(COLUMNS[column], "" if column in self.spec.rates else UNITS[column]) for column in order
        ]

    def _cell(self, name: str, rest: dict[str, str], column: str) -> TableCell:
        row = Row(self.spec.name, {self.spec.key[0]: name, **rest})
        at = row.cell(column)
        value = self.book.count(at) if column in self.spec.counts else None
        shown = number(value) if value is not None else self.book.printed(at)
        place = (encode_key(at.names), column)
        reason = self.reasons.get(place, "")
        if place in self.corrected:
            shown, reason = f"{shown}〔更正〕", f"通报列为 {self.corrected[place]}"
        return TableCell(shown, reason, self.doubts.get(at, ""))


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


def frame_table(
    frame: pd.DataFrame, caption: str, table_id: str, *, row_ids: Sequence[str] = (), wide: bool = False
) -> Html:
    """Any small frame of texts as a table; its first column names the rows.

    `row_ids`, where given, become the ids of the row headings, so that numbers can link to them.
    """
    stub, *headers = (str(column) for column in frame.columns)
    view = TableView(
        table_id,
        caption,
        stub,
        [Header(header) for header in headers],
        [
            TableRow(str(row[0]), [TableCell("" if pd.isna(value) else str(value)) for value in row[1:]])
            for row in frame.itertuples(index=False)
        ],
        wide=wide,
    )
    html = str(table_html(view))
    for row_id in row_ids:
        html = html.replace('<tr><th scope="row">', f'<tr id="{row_id}"><th scope="row">', 1)
    return Html(html)


def in_chinese(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with Chinese column labels, for looking at; the columns of the contract stay English."""
    printed = {f"{name}_printed": f"{label}（原文）" for name, label in COLUMNS.items()}
    return frame.rename(columns={**COLUMNS, **printed})
