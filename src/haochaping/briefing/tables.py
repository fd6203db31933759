"""One function makes every table of the page: caption, scopes, units, aligned digits, marked doubts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from haochaping.briefing.html import Html, text
from haochaping.labels import COLUMNS


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
    shown = cell.text if isinstance(cell.text, Html) else text(cell.text)
    return f"<td{title}>{shown}</td>"


def frame_table(
    frame: pd.DataFrame,
    caption: str,
    table_id: str,
    *,
    row_ids: Sequence[str] = (),
    wide: bool = False,
    note: str = "",
) -> Html:
    """Any small frame of texts (or of pieces of HTML, in a column of objects) as a table; its first column names the rows.

    `row_ids`, where given, become the ids of the row headings, so that numbers can link to them.
    """
    stub, *headers = (str(column) for column in frame.columns)
    view = TableView(
        table_id,
        caption,
        stub,
        [Header(header) for header in headers],
        [
            TableRow(str(row[0]), [TableCell(_shown(value)) for value in row[1:]])
            for row in frame.itertuples(index=False)
        ],
        wide=wide,
        note=note,
    )
    html = str(table_html(view))
    for row_id in row_ids:
        html = html.replace('<tr><th scope="row">', f'<tr id="{row_id}"><th scope="row">', 1)
    return Html(html)


def _shown(value: object) -> str:
    if isinstance(value, Html):
        return value
    return "" if pd.isna(value) else str(value)


def in_chinese(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with Chinese column labels, for looking at; the columns of the contract stay English."""
    printed = {f"{name}_printed": f"{label}（原文）" for name, label in COLUMNS.items()}
    return frame.rename(columns={**COLUMNS, **printed})
