"""Print a form of another place as a workbook, CSV, Word file, web page or plain text."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from haochaping_dev.fuzz.declared_form import TOTAL_LABELS, Form, FormTable
from haochaping_dev.fuzz.office_files import Area, SheetContent, write_files

TEXT = "text"
FILE_FORMATS = ("csv", "xlsx", "docx", "html", TEXT)


def formats_of(form: Form) -> tuple[str, ...]:
    """The formats in which a form can be printed: as text only a header of one level."""
    if any(table.depth > 1 for table in form.tables):
        return tuple(kind for kind in FILE_FORMATS if kind != TEXT)
    return FILE_FORMATS


def form_files(form: Form, file_format: str, random: Random) -> dict[str, bytes]:
    """The files of a form in one of ``FILE_FORMATS``, in one of the ways in which offices write them; name to content."""
    text = [form.title, *form.sentences]
    if file_format == TEXT:
        return {"bulletin.txt": "\n".join([*text, *_text_lines(form)]).encode("utf-8")}
    return write_files(file_format, sheets_of(form), text, random)


def sheets_of(form: Form) -> list[SheetContent]:
    """Every table with its header as rows of cells, drawn together where one heading stands above several columns."""
    return [_sheet(number, table) for number, table in enumerate(form.tables, start=1)]


def _sheet(number: int, table: FormTable) -> SheetContent:
    lead = [("序号",)] if table.has_serials else []
    header, merged = header_rows([*lead, (table.names,), *table.columns])
    return SheetContent(number, list(table.titles), header, merged, body_rows(table), "")


def header_rows(paths: Sequence[Sequence[str]]) -> tuple[list[list[str]], list[Area]]:
    """The rows of a header from the paths of its headings, and its merged areas.

    A heading that stands above nothing goes down to the last row; one that neighbouring columns share spans them.
    """
    depth = max(map(len, paths))
    rows = [[path[level] if level < len(path) else "" for path in paths] for level in range(depth)]
    merged: list[Area] = []
    for at, path in enumerate(paths):
        if len(path) < depth:
            merged.append((len(path) - 1, at, depth - 1, at))
        for level in range(len(path) - 1):
            upper = path[: level + 1]
            if at and tuple(paths[at - 1][: level + 1]) == tuple(upper) and len(paths[at - 1]) > level + 1:
                continue  # the column before opened the area
            right = at
            while right + 1 < len(paths) and _is_below(paths[right + 1], upper):
                right += 1
            if right > at:
                merged.append((level, at, level, right))
            for beside in range(at, right + 1):
                rows[level][beside] = upper[-1]
    return rows, merged


def _is_below(path: Sequence[str], upper: Sequence[str]) -> bool:
    return len(path) > len(upper) and tuple(path[: len(upper)]) == tuple(upper)


def body_rows(table: FormTable) -> list[list[str]]:
    """The rows below the header; totals have no serial number."""
    rows, serial = [], 0
    for name, cells in table.rows:
        is_total = name in TOTAL_LABELS
        serial += not is_total
        rows.append([*([str(serial) if not is_total else ""] if table.has_serials else []), name, *cells])
    return rows


def _text_lines(form: Form) -> list[str]:
    """The tables as lines of text; a text has serial numbers, and no label with a blank inside."""
    lines = []
    for table in form.tables:
        lines += [*table.titles, " ".join(["序号", table.names, *(path[-1] for path in table.columns)])]
        serial = 0
        for name, cells in table.rows:
            is_total = name in TOTAL_LABELS
            serial += not is_total
            shown = "".join(name.split()) if is_total else name
            lines.append(" ".join([*([] if is_total else [str(serial)]), shown, *cells]))
    return lines
