"""One function makes every table of the page: caption, scopes, units, aligned digits, marked doubts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import pandas as pd

from haochaping.core.labels import COLUMNS
from haochaping.present.html_fragment import Html, single_tab_stop, single_tab_stop_per_target, text


@dataclass(frozen=True)
class Header:
    """A column's heading; ``unit`` is said once, here. ``group`` spans neighbours of the same group.

    ``kind`` is how its cells are set: blank for numbers, else :data:`SHORT` or :data:`PROSE`. ``findings`` are the
    anchors of the findings that are about the column.
    """

    label: str
    unit: str = ""
    group: str = ""
    kind: str = ""
    findings: Sequence[str] = ()
    id: str = ""


@dataclass(frozen=True)
class TableCell:
    """A cell as shown: text, why it holds no number, the anchors of the findings that name it, and its own id."""

    text: str
    title: str = ""
    findings: Sequence[str] = ()
    id: str = ""


@dataclass(frozen=True)
class TableRow:
    """A row: its name, its cells, whether it is a total, and an id that numbers may link to."""

    name: str
    cells: Sequence[TableCell]
    is_total: bool = False
    id: str = ""


@dataclass(frozen=True)
class TableView:
    """Everything a table needs to be drawn.

    ``wide`` tables are printed across; ``sortable`` ones get buttons in their headings where scripts run.
    """

    id: str
    caption: str
    stub: str
    headers: Sequence[Header]
    rows: Sequence[TableRow]
    notes: Sequence[str] = ()
    wide: bool = False
    sortable: bool = False


SHORT, PROSE = "short", "prose"
"""Kinds of text columns: words on one line; sentences that wrap."""
MOST_SHORT, MOST_UPRIGHT, MOST_UNCUT = 12, 6, 16
"""Characters of a short text; columns of a table that is printed upright; rows of one that paper never cuts."""
_NUMERIC = re.compile(r"[\d,.%+−–—~至/ ]*|不适用|未列[出数]")


def table_html(view: TableView) -> Html:
    """The table as HTML: ``<caption>``, ``scope`` on every heading, a region that scrolls by itself, notes under it.

    Why a cell holds no number is shown on pointing and stands in a note below, to which the cell refers.
    """
    kind = "table-wide" if view.wide else "table-plain"
    kind += " table-short" if len(view.rows) <= MOST_UNCUT else ""
    reasons = _reasons(view)
    body = "".join(_row(row, view, reasons) for row in view.rows if not row.is_total)
    foot = "".join(_row(row, view, reasons) for row in view.rows if row.is_total)
    foot = f"<tfoot>{foot}</tfoot>" if foot else ""
    sortable = " data-sortable" if view.sortable else ""
    return Html(
        f'<div class="table-scroll {kind}" role="region" aria-labelledby="{view.id}-caption" tabindex="0">'
        f'<table id="{view.id}"{sortable}><caption id="{view.id}-caption"><span>{text(view.caption)}</span></caption>'
        f"{single_tab_stop_per_target(f'<thead>{_head(view)}</thead><tbody>{body}</tbody>{foot}')}</table></div>{_notes(view, reasons)}"
    )


def _reasons(view: TableView) -> dict[tuple[str, str], str]:
    """Every text that stands for a number with its reason, and the id of the note that says so."""
    pairs = dict.fromkeys((c.text, c.title) for row in view.rows for c in row.cells if c.title and c.text)
    return {pair: f"{view.id}-reason-{place}" for place, pair in enumerate(pairs, start=1)}


def _notes(view: TableView, reasons: Mapping[tuple[str, str], str]) -> str:
    items = [f"<li>{text(note)}</li>" for note in view.notes]
    items += [
        f'<li id="{anchor}">“{text(shown)}”：{text(why)}。</li>' for (shown, why), anchor in reasons.items()
    ]
    return f'<ul class="table-notes">{"".join(items)}</ul>' if items else ""


def _head(view: TableView) -> str:
    grouped = any(header.group for header in view.headers)
    span = ' rowspan="2"' if grouped else ""
    stub = f'<th scope="col"{span}>{text(view.stub)}</th>'
    leaves = "".join(f'<th scope="col"{_id(h.id)}{_class(h.kind)}>{_heading(h)}</th>' for h in view.headers)
    if not grouped:
        return f"<tr>{stub}{leaves}</tr>"
    groups = [(name, len(list(of_group))) for name, of_group in groupby(view.headers, lambda h: h.group)]
    top = "".join(f'<th scope="colgroup" colspan="{size}">{text(name)}</th>' for name, size in groups)
    return f"<tr>{stub}{top}</tr><tr>{leaves}</tr>"


def _heading(header: Header) -> str:
    unit = f' <span class="unit">（{text(header.unit)}）</span>' if header.unit else ""
    marks = f'<sup class="doubt">{finding_links(header.findings)}</sup>' if header.findings else ""
    return f'{marks}<span class="label">{text(header.label)}</span>{unit}'


def _row(row: TableRow, view: TableView, reasons: Mapping[tuple[str, str], str]) -> str:
    cells = "".join(
        _cell(cell, header.kind, reasons) for cell, header in zip(row.cells, view.headers, strict=True)
    )
    return f'<tr{_id(row.id)}{_class("total" if row.is_total else "")}><th scope="row">{text(row.name)}</th>{cells}</tr>'


def _cell(cell: TableCell, kind: str, reasons: Mapping[tuple[str, str], str]) -> str:
    title = f' title="{text(cell.title)}"' if cell.title else ""
    note = reasons.get((cell.text, cell.title), "")
    described = f' aria-describedby="{note}"' if note else ""
    shown: str = cell.text if isinstance(cell.text, Html) else text(cell.text)
    if not cell.findings:
        return f"<td{_class(kind)}{title}{described}>{shown}</td>"
    shown = shown or "空白"
    if len(cell.findings) > 1:
        marked = f"<sup>{single_tab_stop(finding_links(cell.findings))}</sup> {shown}"
        return f'<td class="doubtful"{_id(cell.id)}{title}{described}>{marked}</td>'
    mark = f"※{cell.findings[0].rpartition('-')[2]}"
    return (
        f'<td class="doubtful"{_id(cell.id)}{title}><a href="#{cell.findings[0]}"{described} '
        f'aria-label="{shown}{mark}，存疑，见数据核对"><sup>{mark}</sup> {shown}</a></td>'
    )


def finding_links(anchors: Sequence[str]) -> str:
    """``※9、2``, each linked to its finding."""
    numbers = [anchor.rpartition("-")[2] for anchor in anchors]
    return "、".join(
        f'<a href="#{anchor}" aria-label="存疑，见数据核对第 {number} 条">{"※" * (not place)}{number}</a>'
        for place, (anchor, number) in enumerate(zip(anchors, numbers, strict=True))
    )


def _id(name: str) -> str:
    return f' id="{name}"' if name else ""


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""


def frame_table(
    frame: pd.DataFrame,
    caption: str,
    table_id: str,
    *,
    row_ids: Sequence[str] = (),
    wide: bool | None = None,
    note: str = "",
) -> Html:
    """Any small frame of texts (or of pieces of HTML, in a column of objects) as a table; its first column names the rows.

    Parameters
    ----------
    frame : pandas.DataFrame
        What is shown.
    caption, table_id : str
        Caption and id of the table.
    row_ids : sequence of str
        Ids of the rows in order, so that numbers can link to them.
    wide : bool, optional
        Printed across; by default where there are many columns.
    note : str
        Stands under the table.
    """
    stub, *labels = (str(column) for column in frame.columns)
    rows = [[_shown(value) for value in row] for row in frame.itertuples(index=False)]
    columns = list(zip(*rows, strict=True))[1:] if rows else [()] * len(labels)
    view = TableView(
        table_id,
        caption,
        stub,
        [Header(label, kind=_kind(column)) for label, column in zip(labels, columns, strict=True)],
        [
            TableRow(row[0], [TableCell(cell) for cell in row[1:]], id=row_id)
            for row, row_id in zip(rows, row_ids or [""] * len(rows), strict=True)
        ],
        wide=len(labels) > MOST_UPRIGHT if wide is None else wide,
        notes=[note] if note else [],
    )
    return table_html(view)


def _kind(column: Sequence[str]) -> str:
    """How a column of texts is set: as numbers where all of them are, else by its longest text."""
    plain = [re.sub(r"<[^>]*>", "", str(cell)) for cell in column]
    if all(_NUMERIC.fullmatch(cell) for cell in plain):
        return ""
    return SHORT if max(map(len, plain)) <= MOST_SHORT else PROSE


def _shown(value: object) -> str:
    if isinstance(value, Html):
        return value
    return "" if pd.isna(value) else str(value)


def in_chinese(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with Chinese column labels, for looking at; the columns of the contract stay English."""
    printed = {f"{name}_printed": f"{label}（原文）" for name, label in COLUMNS.items()}
    return frame.rename(columns={**COLUMNS, **printed})
