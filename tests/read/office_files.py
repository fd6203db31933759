"""A quarter in the files an office keeps: Word, web page, workbooks, CSV; in layouts that differ."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from docx import Document

from haochaping.core.declaration import AnnexSpec, Declaration
from haochaping.core.model import QuarterData

Area = tuple[int, int, int, int]


@dataclass
class Sheet:
    """One annex: heading, title, header rows, body rows (totals last), note; merged areas of the header."""

    name: str
    heading: str
    title: str
    header: list[list[str]]
    merged: list[Area]
    body: list[list[str]]
    note: str


def sheets(data: QuarterData) -> list[Sheet]:
    """Every annex of a quarter as an office prints it."""
    return [_sheet(data, annex) for annex in data.annexes.to_dict("records")]


def _sheet(data: QuarterData, annex: dict) -> Sheet:
    spec = data.declaration.annexes[annex["table"]]
    cells = data.cells[(data.cells["annex"] == spec.name) & (data.cells["measure"] != "")].to_dict("records")
    printed = {(cell["row"], cell["member"], cell["measure"]): cell["printed"] for cell in cells}
    columns = list(dict.fromkeys((cell["member"], cell["measure"]) for cell in cells))
    names = list(dict.fromkeys(cell["row"] for cell in cells if not cell["is_total"]))
    totals = [row for row in dict.fromkeys(cell["row"] for cell in cells) if row not in names]
    body = [
        [str(i) if name in names else "", name, *(printed.get((name, *column), "") for column in columns)]
        for i, name in enumerate([*names, *totals], start=1)
    ]
    number = data.annex_number(spec.name)
    header, merged = _header(data.declaration, spec, columns)
    return Sheet(f"附件{number}", f"附件{number}", annex["title"], header, merged, body, annex["note"])


def _header(
    declaration: Declaration, spec: AnnexSpec, columns: Sequence[tuple[str, str]]
) -> tuple[list[list[str]], list[Area]]:
    """The rows of a header and its merged areas; fixed members stand above their measures, others alone."""
    first = ["序号", spec.groups[0].headings[0]]
    measures = [declaration.heading(measure) for _, measure in columns]
    if spec.columns_by is None or not spec.columns_by.members:
        alone = [member or measure for (member, _), measure in zip(columns, measures, strict=True)]
        return [[*first, *alone]], []
    headings = {member.name: member.headings[0] for member in spec.columns_by.members}
    above = [headings[member] for member, _ in columns]
    width = above.count(above[0])
    merged = [(0, 0, 1, 0), (0, 1, 1, 1)]
    merged += [(0, at, 0, at + width - 1) for at in range(2, 2 + len(columns), width)]
    return [[*first, *above], ["", "", *measures]], merged


def narrative(data: QuarterData) -> list[str]:
    """The text before the annexes, one paragraph a line."""
    year, month, day = data.fact("issue_date").split("-")
    return [
        data.fact("title"),
        f"{data.fact('addressees')}：",
        data.fact("text"),
        data.fact("issuer"),
        f"{year}年{int(month)}月{int(day)}日",
    ]


def write_word(data: QuarterData, path: Path) -> None:
    """A Word bulletin: paragraphs and tables, merged headers."""
    document = Document()
    for text in narrative(data):
        document.add_paragraph(text)
    for sheet in sheets(data):
        document.add_page_break()
        document.add_paragraph(sheet.heading)
        document.add_paragraph(sheet.title)
        rows = [*sheet.header, *sheet.body]
        table = document.add_table(len(rows), len(rows[0]))
        for r, row in enumerate(rows):
            for cell, text in zip(table.rows[r].cells, row, strict=True):
                cell.text = text
        for top, left, bottom, right in sheet.merged:
            area = table.cell(top, left).merge(table.cell(bottom, right))
            area.text = rows[top][left]
        document.add_paragraph(sheet.note)
    document.save(str(path))


def write_webpage(data: QuarterData, path: Path, encoding: str = "utf-8") -> None:
    """A saved page: the article inside a layout table, annex tables with colspan and rowspan."""
    parts = [f"<p>&nbsp;&nbsp;{html.escape(text)}</p>" for text in narrative(data)]
    for sheet in sheets(data):
        parts.append(f"<p><b>{sheet.heading}</b></p><p>{html.escape(sheet.title)}</p><table>")
        hidden = {
            (r, c): None
            for top, left, bottom, right in sheet.merged
            for r in range(top, bottom + 1)
            for c in range(left, right + 1)
            if (r, c) != (top, left)
        }
        spans = {
            (top, left): (bottom - top + 1, right - left + 1) for top, left, bottom, right in sheet.merged
        }
        for r, row in enumerate([*sheet.header, *sheet.body]):
            cells = []
            for c, text in enumerate(row):
                if (r, c) in hidden:
                    continue
                down, across = spans.get((r, c), (1, 1))
                cells.append(f'<td rowspan="{down}" colspan={across}><span>{html.escape(text)}</span></td>')
            parts.append(f"<tr>{''.join(cells)}</tr>")
        parts.append(f"</table><div>{html.escape(sheet.note)}</div>")
    body = f"<table><tr><td>网站首页</td><td>{''.join(parts)}</td></tr></table><script>var a=1;</script>"
    page = f'<!DOCTYPE html><html><head><meta charset="{encoding}"><title>x</title></head><body>{body}</body></html>'
    path.write_bytes(page.encode(encoding))


def write_workbook(
    data: QuarterData,
    path: Path,
    *,
    one_sheet: bool = False,
    as_text: bool = False,
    percent_formats: bool = False,
) -> None:
    """An office's workbook: title and unit line above, notes below; all annexes on one sheet if asked.

    With `percent_formats` a rate is a rounded fraction that its cell shows with the decimals as printed.
    """
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    target, at = None, 0
    for sheet in reversed(sheets(data)):
        if target is None or not one_sheet:
            target, at = workbook.create_sheet("汇总" if one_sheet else f"表{sheet.heading[-1]}"), 0
        above = [[f"{sheet.heading} {sheet.title}"], ["单位：件、条"]]
        rows = [*above, *sheet.header, *sheet.body, [sheet.note], []]
        for r, row in enumerate(rows, start=at + 1):
            for c, text in enumerate(row, start=1):
                cell = target.cell(r, c)
                cell.value = _value(text, as_text)
                if percent_formats and text.endswith("%"):
                    cell.number_format = f"0{text[:-1].partition('.')[2] and '.' + '0' * _decimals(text)}%"
        top = at + len(above) + 1
        for a, b, c, d in [*sheet.merged]:
            target.merge_cells(start_row=top + a, start_column=b + 1, end_row=top + c, end_column=d + 1)
        target.merge_cells(start_row=at + 1, start_column=1, end_row=at + 1, end_column=len(sheet.header[0]))
        at += len(rows)
    workbook.save(path)


def _decimals(text: str) -> int:
    return len(text[:-1].partition(".")[2])


def _value(text: str, as_text: bool) -> object:
    if text == "" or as_text:
        return text or None
    if text.isdecimal():
        return int(text)
    if text.endswith("%"):
        return round(float(text[:-1]) / 100, 6)
    return text


def write_csv_files(data: QuarterData, folder: Path, encoding: str = "utf-8-sig") -> None:
    """One CSV an annex; two-level headers leave blanks beside the upper heading."""
    for sheet in sheets(data):
        header = [list(row) for row in sheet.header]
        for top, left, bottom, right in sheet.merged:
            for r in range(top, bottom + 1):
                for c in range(left, right + 1):
                    if (r, c) != (top, left):
                        header[r][c] = "" if r == 0 or bottom > top else header[r][c]
        buffer = io.StringIO(newline="")
        csv.writer(buffer).writerows([[sheet.title], *header, *sheet.body, [sheet.note]])
        (folder / f"{sheet.heading}.csv").write_bytes(buffer.getvalue().encode(encoding))
