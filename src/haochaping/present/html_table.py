"""The one function that writes every table of the page: caption, scopes, units, aligned digits, marked doubts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from haochaping.core.declaration import Declaration
from haochaping.core.labels import column_heading
from haochaping.core.model import COMPUTED, printed_column
from haochaping.core.paths import find_locations
from haochaping.present.header_tree import Heading, header_rows
from haochaping.present.html_fragment import Html, single_tab_stop_per_target, text
from haochaping.present.numbered_matters import matter_anchor
from haochaping.reference.reference import load_reference


@dataclass(frozen=True)
class Header:
    """A column's heading; the ``unit`` is shown here only.

    A ``group`` spans neighbouring columns of the same group; of several, one above the other, the topmost comes first.
    ``kind`` is how its cells are set: blank for numbers, else :data:`SHORT` or :data:`PROSE`.
    """

    label: str
    unit: str = ""
    group: str | tuple[str, ...] = ""
    kind: str = ""
    id: str = ""

    @property
    def groups(self) -> tuple[str, ...]:
        """The headings above it, topmost first."""
        return tuple(filter(None, [self.group] if isinstance(self.group, str) else self.group))


@dataclass(frozen=True)
class TableCell:
    """A cell as shown: text, why it holds no number, its id; ``tint`` is the severity of what puts it in doubt.

    ``matters`` are the numbers of the matters that it is tinted for.
    """

    text: str
    title: str = ""
    tint: str = ""
    matters: Sequence[int] = ()
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
MOST_SHORT_CHARACTERS, MOST_UPRIGHT_COLUMNS, MOST_UNCUT_ROWS = 12, 6, 16
"""At most: characters of a short text; columns of a table printed upright; rows of one kept on a single page."""
_NUMERIC = re.compile(r"[\d,.%+−–—~至/ ]*|不适用|不显示|未列[出数]")


def table_html(view: TableView) -> Html:
    """The table as HTML: ``<caption>``, ``scope`` on every heading, a region that scrolls by itself, notes under it.

    The reason why a cell holds no number is its tooltip and also a note below, to which the cell refers.
    """
    css_classes = "table-wide" if view.wide else "table-plain"
    css_classes += " table-short" if len(view.rows) <= MOST_UNCUT_ROWS else ""
    reason_ids = _reason_ids(view)
    last = max((at for at, row in enumerate(view.rows, start=1) if not row.is_total), default=0)
    body = "".join(_row_html(row, view, reason_ids) for row in view.rows[:last])
    foot = "".join(_row_html(row, view, reason_ids) for row in view.rows[last:])  # totals are never sorted
    foot = f"<tfoot>{foot}</tfoot>" if foot else ""
    sortable = " data-sortable" if view.sortable else ""
    return Html(
        f'<div class="table-scroll {css_classes}" role="region" aria-labelledby="{view.id}-caption" tabindex="0">'
        f'<table id="{view.id}"{sortable}><caption id="{view.id}-caption"><span>{text(view.caption)}</span></caption>'
        f"{single_tab_stop_per_target(f'<thead>{_head_html(view)}</thead><tbody>{body}</tbody>{foot}')}</table></div>"
        f"{_notes_html(view, reason_ids)}"
    )


def _reason_ids(view: TableView) -> dict[tuple[str, str], str]:
    """Id of the note for every (text in place of a number, reason)."""
    pairs = dict.fromkeys((c.text, c.title) for row in view.rows for c in row.cells if c.title and c.text)
    return {pair: f"{view.id}-reason-{place}" for place, pair in enumerate(pairs, start=1)}


def _notes_html(view: TableView, reason_ids: Mapping[tuple[str, str], str]) -> str:
    items = [f"<li>{note if isinstance(note, Html) else text(note)}</li>" for note in view.notes]
    items += [
        f'<li id="{anchor}">“{text(shown)}”：{text(reason)}。</li>'
        for (shown, reason), anchor in reason_ids.items()
    ]
    return f'<ul class="table-notes">{"".join(items)}</ul>' if items else ""


def _head_html(view: TableView) -> str:
    rows = header_rows([(view.stub,), *((*header.groups, header.label) for header in view.headers)])
    return "".join(
        f"<tr>{''.join(_head_cell_html(heading, view, len(rows) - level) for heading in headings)}</tr>"
        for level, headings in enumerate(rows)
    )


def _head_cell_html(heading: Heading, view: TableView, rows_left: int) -> str:
    """A cell of the header; what spans several columns is a group, what reaches down to the cells a column's heading."""
    if heading.rows < rows_left:
        return f'<th scope="colgroup" colspan="{heading.columns}">{text(heading.text)}</th>'
    span = f' rowspan="{heading.rows}"' if heading.rows > 1 else ""
    if heading.first_column == 0:
        return f'<th scope="col"{span}>{text(view.stub)}</th>'
    header = view.headers[heading.first_column - 1]
    attributes = f"{span}{_id_attribute(header.id)}{_class_attribute(header.kind)}"
    return f'<th scope="col"{attributes}>{_heading_html(header)}</th>'


def _heading_html(header: Header) -> str:
    unit = f' <span class="unit">（{text(header.unit)}）</span>' if header.unit else ""
    return f'<span class="label">{text(header.label)}</span>{unit}'


def _row_html(row: TableRow, view: TableView, reason_ids: Mapping[tuple[str, str], str]) -> str:
    cells = "".join(
        _cell_html(cell, header.kind, reason_ids)
        for cell, header in zip(row.cells, view.headers, strict=True)
    )
    attributes = f"{_id_attribute(row.id)}{_class_attribute('total' if row.is_total else '')}"
    return f'<tr{attributes}><th scope="row">{text(row.name)}</th>{cells}</tr>'


def _cell_html(cell: TableCell, kind: str, reason_ids: Mapping[tuple[str, str], str]) -> str:
    title = f' title="{text(cell.title)}"' if cell.title else ""
    note = reason_ids.get((cell.text, cell.title), "")
    described = f' aria-describedby="{note}"' if note else ""
    shown: str = cell.text if isinstance(cell.text, Html) else text(cell.text)
    # Beside the cell only on narrow screens, where the last column is out of sight.
    numbers = f' data-matters="{"、".join(map(str, cell.matters))}"' if cell.matters else ""
    if not cell.tint:
        return f"<td{_class_attribute(kind)}{_id_attribute(cell.id)}{title}{described}{numbers}>{shown}</td>"

    classes = f"doubtful tint-{cell.tint}"
    return f'<td class="{classes}"{_id_attribute(cell.id)}{title}{described}{numbers}>{shown or "空白"}</td>'


def matter_links(numbers: Sequence[int]) -> Html:
    """``2、4``, each linked to its matter."""
    return Html(
        "、".join(
            f'<a href="#{matter_anchor(number)}" aria-label="数据核对第 {number} 项">{number}</a>'
            for number in numbers
        )
    )


def _id_attribute(name: str) -> str:
    return f' id="{name}"' if name else ""


def _class_attribute(name: str) -> str:
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
    """Any small frame of texts (or of pieces of HTML, in a column of objects) as a table of the page.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row for each row of the table; the first column names the rows.
    caption, table_id : str
        Caption and id of the table.
    row_ids : sequence of str
        Ids of the rows in order, so that numbers can link to them.
    wide : bool, optional
        Printed across; by default where there are many columns.
    note : str
        Text under the table.
    """
    stub, *labels = (str(column) for column in frame.columns)
    rows = [[_cell_text(value) for value in row] for row in frame.itertuples(index=False)]
    columns = list(zip(*rows, strict=True))[1:] if rows else [()] * len(labels)
    view = TableView(
        table_id,
        caption,
        stub,
        [Header(label, kind=column_kind(column)) for label, column in zip(labels, columns, strict=True)],
        [
            TableRow(row[0], [TableCell(cell) for cell in row[1:]], id=row_id)
            for row, row_id in zip(rows, row_ids or [""] * len(rows), strict=True)
        ],
        wide=len(labels) > MOST_UPRIGHT_COLUMNS if wide is None else wide,
        notes=[note] if note else [],
    )
    return table_html(view)


def column_kind(column: Sequence[str]) -> str:
    """How a column of texts is set: as numbers if all texts are numbers, else by its longest text."""
    plain = [re.sub(r"<[^>]*>", "", str(cell)) for cell in column]
    if all(_NUMERIC.fullmatch(cell) for cell in plain):
        return ""
    return SHORT if max(map(len, plain)) <= MOST_SHORT_CHARACTERS else PROSE


def _cell_text(value: object) -> str:
    if isinstance(value, Html):
        return value
    return "" if pd.isna(value) else str(value)


def in_chinese(frame: pd.DataFrame, declaration: Declaration | None = None) -> pd.DataFrame:
    """英文列名换成中文，只供显示；层级的名称也换成中文。

    Parameters
    ----------
    frame : DataFrame
        附件的表，加没加比率都可以。
    declaration : Declaration, optional
        哪个城市的列名；不写的，是本项目的。

    Examples
    --------
    >>> import haochaping as hcp
    >>> hcp.in_chinese(hcp.load("2022Q4").towns_and_villages).iloc[0, :2].tolist()
    ['张店区', '镇（街道）']
    """
    declared = declaration or load_reference(find_locations().reference).declaration
    labels = {name: column_heading(declared, str(name)) for name in frame.columns}
    labels |= {printed_column(name): f"{label}（原文）" for name, label in labels.items()}
    labels |= {f"{m.name}{COMPUTED}": f"{m.heading}（计算）" for m in declared.measures.values()}
    shown = frame.copy()
    for across in {spec.columns_by for spec in declared.annexes.values() if spec.columns_by}:
        if across.members and across.key in shown:
            shown[across.key] = [across.word_of(name) for name in shown[across.key]]
    return shown.rename(columns=labels)
