"""Write an invented city as CSV, workbook, Word file or web page; small writers, fast enough for fuzzing."""

from __future__ import annotations

import csv
import html
import io
import zipfile
from dataclasses import dataclass, field, replace
from random import Random

from haochaping_dev.fuzz.bulletin_layout import Layout, arrange, cell_text
from haochaping_dev.fuzz.invented_city import TIER_HEADINGS, InventedCity
from haochaping_dev.fuzz.print_any_layout import print_lines

Area = tuple[int, int, int, int]
"""Merged cells: first row, first column, last row, last column."""
FORMATS = ("csv", "xlsx", "docx", "html")


@dataclass
class SheetContent:
    """One annex as rows of texts: title, header rows, body rows with the total, note; and the merged areas."""

    number: int
    title: list[str]
    header: list[list[str]]
    merged: list[Area]
    body: list[list[str]]
    note: str
    has_total: bool = False
    merged_body: list[Area] = field(default_factory=list)

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.header[0])


def sheet_contents(city: InventedCity, layout: Layout) -> list[SheetContent]:
    """Return every annex that `layout` prints, in that order."""
    arranged = {annex.number: annex for annex in arrange(city, layout).annexes}
    sheets = []
    for number in layout.annexes:
        annex = arranged[number]
        lead = ["序号", annex.key_heading]
        header = [[*lead, *(m.heading for m in annex.measures)]]
        merged: list[Area] = []
        if number == 4:
            tiers = [TIER_HEADINGS[dict(m.key)["tier"]] for m in annex.measures]
            header = [[*lead, *tiers], ["", "", *header[0][2:]]]
            merged = [(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 0, 4), (0, 5, 0, 7)]
        body = [
            [str(n), name, *(cell_text(v, m, layout) for v, m in zip(values, annex.measures, strict=True))]
            for n, (name, values) in enumerate(annex.rows, start=1)
        ]
        total = [cell_text(v, m, layout) for v, m in zip(annex.total, annex.measures, strict=True)]
        if layout.total_label:
            line = ["", layout.total_label, *total]
            body = [line, *body] if layout.total_at == "top" else [*body, line]
        title = [f"附件{number}", annex.title]
        sheets.append(
            SheetContent(number, title, header, merged, body, layout.note, bool(layout.total_label))
        )
    return sheets


def opening_lines(city: InventedCity, layout: Layout) -> list[str]:
    """Return the lines of text before the annexes."""
    return [str(line) for line in print_lines(city, layout) if line.role == "text"]


def write_files(kind: str, sheets: list[SheetContent], text: list[str], random: Random) -> dict[str, bytes]:
    """Write files of one kind (of `FORMATS`) in one of the ways in which offices do; name to content."""
    if kind == "csv":
        return csv_files(sheets, random)
    if kind == "xlsx":
        return {"附件.xlsx": workbook(sheets, random)}
    if kind == "docx":
        return {"通报.docx": word(sheets, text, random)}
    return {"通报.html": webpage(sheets, text, random)}


def _header_without_merging(sheet: SheetContent, spread: bool) -> list[list[str]]:
    """Return header rows without merged cells: an upper heading is in its first column only, or (`spread`) in each."""
    rows = [list(row) for row in sheet.header]
    if not spread:
        for top, left, bottom, right in sheet.merged:
            for r in range(top, bottom + 1):
                for c in range(left, right + 1):
                    if (r, c) != (top, left):
                        rows[r][c] = ""
    return rows


def csv_files(sheets: list[SheetContent], random: Random) -> dict[str, bytes]:
    """Write one CSV file for each annex."""
    delimiter = random.choice(",,,\t;")
    quote_all = random.random() < 0.5
    encoding = random.choice(("utf-8", "utf-8-sig", "gb18030"))
    titled, spread, newline = random.random() < 0.5, random.random() < 0.5, random.choice(("\r\n", "\n"))
    files = {}
    for n, sheet in enumerate(sheets):
        buffer = io.StringIO(newline="")
        writer = csv.writer(
            buffer,
            delimiter=delimiter,
            quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL,
            lineterminator=newline,
        )
        above = [["".join(sheet.title)]] if titled or sheet.number in (2, 3) else []
        below = [[sheet.note]] if sheet.note else []
        writer.writerows([*above, *_header_without_merging(sheet, spread), *sheet.body, *below])
        files[f"附件{sheet.number}-{n}.csv"] = buffer.getvalue().encode(encoding)
    return files


def workbook(sheets: list[SheetContent], random: Random) -> bytes:
    """Write a workbook with one sheet for each annex or for all; figures are numbers or texts."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False}
    )
    formats = {n: book.add_format({"num_format": f"0.{'0' * n}%" if n else "0%"}) for n in range(5)}
    single_sheet, typed, merging = (random.random() < 0.5 for _ in range(3))
    target, top = book.add_worksheet("汇总" if single_sheet else f"表{sheets[0].number}"), 0
    for n, sheet in enumerate(sheets):
        if n and not single_sheet:
            target, top = book.add_worksheet(f"表{sheet.number}-{n}"), 0
        for text in sheet.title:
            target.write_string(top, 0, text)
            top += 1
        rows = [*_header_without_merging(sheet, not merging), *sheet.body]
        for r, row in enumerate(rows):
            for c, text in enumerate(row):
                is_body_number = typed and r >= len(sheet.header)
                is_unsigned_rate = text.isdecimal() and _lowest_heading(sheet, c).endswith(("率", "比"))
                # As a number, a rate without % sign would be read as a fraction, which is another value.
                _write_cell(target, top + r, c, text, is_body_number and not is_unsigned_rate, formats)
        areas = [*(sheet.merged if merging else []), *_shift_down(sheet.merged_body, len(sheet.header))]
        for a, b, c, d in areas:
            target.merge_range(top + a, b, top + c, d, rows[a][b])
        top += len(rows)
        if sheet.note:
            target.write_string(top, 0, sheet.note)
        top += 2
    book.close()
    return buffer.getvalue()


def _lowest_heading(sheet: SheetContent, column: int) -> str:
    return next((row[column] for row in reversed(sheet.header) if "".join(row[column : column + 1])), "")


def _shift_down(areas: list[Area], rows_down: int) -> list[Area]:
    return [(top + rows_down, left, bottom + rows_down, right) for top, left, bottom, right in areas]


def _write_cell(target, row: int, column: int, text: str, typed: bool, formats: dict) -> None:  # type: ignore[no-untyped-def]
    whole, point, decimals = text.removesuffix("%").partition(".")
    is_plain_number = (
        typed
        and bool(point) == bool(decimals)
        and text.isascii()
        and whole.isdecimal()
        and len(whole) < 12
        and str(int(whole)) == whole
    )
    if is_plain_number and text.isdecimal():
        target.write_number(row, column, int(text))
    elif (
        is_plain_number
        and text.endswith("%")
        and (not decimals or (decimals.isdecimal() and len(decimals) < 5))
    ):
        shown = formats[len(decimals)]
        target.write_number(row, column, round(float(text[:-1]) / 100, 9), shown)
    elif text:
        target.write_string(row, column, text)


_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_WORD_PARTS = {
    "[Content_Types].xml": '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    "_rels/.rels": '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>',
}


def word(sheets: list[SheetContent], text: list[str], random: Random) -> bytes:
    """Write a Word file of paragraphs and tables; a table may be split in two, as at the end of a page."""
    split_runs, cut = random.random() < 0.3, random.random() < 0.3
    body = [_paragraph(line) for line in text]
    for sheet in sheets:
        body += [_paragraph(line) for line in sheet.title]
        rows = [*sheet.header, *sheet.body]
        areas = [*sheet.merged, *_shift_down(sheet.merged_body, len(sheet.header))]
        cut_row = (
            random.randrange(len(sheet.header) + 1, len(rows))
            if cut and len(rows) > len(sheet.header) + 1
            else None
        )
        if cut_row is not None and not sheet.merged_body:
            repeated = random.random() < 0.5
            body.append(_word_table(rows[:cut_row], areas, split_runs))
            rows = [*(sheet.header if repeated else []), *rows[cut_row:]]
            areas = sheet.merged if repeated else []
        body += [_word_table(rows, areas, split_runs), *([_paragraph(sheet.note)] if sheet.note else [])]
    document = f'<?xml version="1.0" encoding="UTF-8"?><w:document {_W}><w:body>{"".join(body)}</w:body></w:document>'
    return pack({**_WORD_PARTS, "word/document.xml": document})


def pack(parts: dict[str, str | bytes], level: int = 1) -> bytes:
    """Pack parts (name to content) into a zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _paragraph(text: str, split_runs: bool = False) -> str:
    cut = len(text) // 2 if split_runs else 0
    pieces = (text[:cut], text[cut:]) if cut else (text,)
    runs = "".join(f'<w:r><w:t xml:space="preserve">{_escape_xml(piece)}</w:t></w:r>' for piece in pieces)
    return f"<w:p>{runs}</w:p>"


def _escape_xml(text: str) -> str:
    return html.escape("".join(c if c >= " " or c in "\t\n" else "" for c in text))


def _word_table(rows: list[list[str]], areas: list[Area], split_runs: bool) -> str:
    column_spans = {(a, b): d - b + 1 for a, b, c, d in areas}
    starts = {(a, b) for a, b, c, d in areas if c > a}
    below = {(r, b) for a, b, c, d in areas for r in range(a + 1, c + 1)}
    beside = {(r, x) for a, b, c, d in areas for r in range(a, c + 1) for x in range(b + 1, d + 1)}
    lines = []
    for r, row in enumerate(rows):
        cells = []
        for c, text in enumerate(row):
            if (r, c) in beside:
                continue
            span = f'<w:gridSpan w:val="{column_spans[r, c]}"/>' if column_spans.get((r, c), 1) > 1 else ""
            vertical = (
                '<w:vMerge w:val="restart"/>'
                if (r, c) in starts
                else "<w:vMerge/>"
                if (r, c) in below
                else ""
            )
            shown = "" if (r, c) in below else text
            cells.append(f"<w:tc><w:tcPr>{span}{vertical}</w:tcPr>{_paragraph(shown, split_runs)}</w:tc>")
        lines.append(f"<w:tr>{''.join(cells)}</w:tr>")
    return f"<w:tbl>{''.join(lines)}</w:tbl>"


def webpage(sheets: list[SheetContent], text: list[str], random: Random) -> bytes:
    """Write a saved web page: the article alone or inside a layout table, cells with or without inner tags."""
    is_nested, with_spans, with_blanks = (random.random() < 0.5 for _ in range(3))
    encoding = random.choice(("utf-8", "utf-8", "gb18030"))
    parts = [f"<p>{_escape_html(line)}</p>" for line in text]
    for sheet in sheets:
        parts += [f"<p><b>{_escape_html(line)}</b></p>" for line in sheet.title]
        areas = [*sheet.merged, *_shift_down(sheet.merged_body, len(sheet.header))]
        parts.append(_html_table([*sheet.header, *sheet.body], areas, with_spans, with_blanks))
        parts.append(f"<div>{_escape_html(sheet.note)}</div>" if sheet.note else "")
    body = "".join(parts)
    if is_nested:
        body = f"<table><tr><td>网站首页</td><td>{body}</td></tr></table><script>var a=1;</script>"
    page = f'<!DOCTYPE html><html><head><meta charset="{encoding}"><title>x</title></head><body>{body}</body></html>'
    return page.encode(encoding)


def _escape_html(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")


def _html_table(rows: list[list[str]], areas: list[Area], with_spans: bool, with_blanks: bool) -> str:
    spans = {(a, b): f' rowspan="{c - a + 1}" colspan={d - b + 1}' for a, b, c, d in areas}
    covered = {(r, x) for a, b, c, d in areas for r in range(a, c + 1) for x in range(b, d + 1)} - set(spans)
    lines = []
    for r, row in enumerate(rows):
        cells = []
        for c, text in enumerate(row):
            if (r, c) in covered:
                continue
            shown = f"<span>{_escape_html(text)}</span>" if with_spans else _escape_html(text)
            shown = f"\n   {shown}&nbsp;\n" if with_blanks else shown
            cells.append(f"<td{spans.get((r, c), '')}>{shown}</td>")
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table>{''.join(lines)}</table>"


def without_row(sheet: SheetContent, row: int) -> SheetContent:
    """Return the sheet without one row of its body."""
    return replace(sheet, body=[*sheet.body[:row], *sheet.body[row + 1 :]])
