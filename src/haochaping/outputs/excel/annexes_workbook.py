"""The annexes as a workbook: cover, contents, one table a sheet, and a sheet of notes, definitions and corrections."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from haochaping.checks.check_report import CheckReport
from haochaping.checks.finding import Finding, Matter
from haochaping.core.annex_numbers import printed_table_names
from haochaping.core.declaration import Group, Measure
from haochaping.core.labels import annex_words
from haochaping.core.measure_words import definition
from haochaping.core.model import CellRef, QuarterData, frame
from haochaping.core.text import printable
from haochaping.outputs.cell_words import BLANK, cell_words
from haochaping.outputs.excel.workbook_style import (
    LINE_HEIGHT,
    ROW_HEIGHT,
    Styles,
    display_width,
    escape_ampersands,
    fit_row,
    lines_needed,
    open_workbook,
    set_page,
    write_lines,
    write_text,
)
from haochaping.outputs.published.file_names import ANNEXES, DRAFT_ANNEXES
from haochaping.present.printed_table import (
    PrintedCell,
    PrintedColumn,
    PrintedRow,
    PrintedTable,
    printed_measures,
    printed_table,
)
from haochaping.read.formats.entries_sheet import SHEET, annex_items, items_of
from haochaping.store.cell_index import cell_of, claim_text

COVER, CONTENTS, REMARKS = "封面", "目录", "说明"
CORRECTED = "〔更正〕"
_SOURCE_KINDS = {
    "published bulletin": "已印发的通报",
    "workbook": "附件表格",
    "csv": "附件表格（CSV）",
    "simulated": "模拟数据，不是实际情况",
    "records": "由单件记录汇总",
}
_NUMBER_ALIGNMENT = {"align": "right", "indent": 1}
_WRONG = {"bg_color": "#F8D7DA"}
"""What must be corrected, as on the page."""
_WIDEST_NAME = 34
_WIDEST_PORTRAIT = 108
_LONGEST_NOTE = 170
"""A page footer holds 255 characters, marks included."""


def annexes_name(report: CheckReport) -> str:
    """``annexes.draft.xlsx`` while something must be corrected, else ``annexes.xlsx``."""
    return DRAFT_ANNEXES if report.uncorrected else ANNEXES


def write_annexes(
    data: QuarterData,
    verdict: str,
    path: Path,
    *,
    internal: bool = True,
    uncorrected: Sequence[Finding] = (),
    to_correct: Sequence[tuple[int, Matter]] = (),
) -> None:
    """Write ``annexes.xlsx``, the copy to be circulated or the one for reviewers.

    While something must be corrected it is a draft: its cover says so, with every finding, and their cells are coloured.

    Every cell is where it was printed: numbers as numbers, percentages with the decimals
    printed, words as printed, blank as blank, totals last under the table. A corrected number is followed
    by 〔更正〕. Annexes that the source does not contain have no sheet.

    Parameters
    ----------
    data : QuarterData
        The quarter, corrections applied.
    verdict : str
        Whether the quarter may be submitted, in words; on the cover of an internal copy only.
    path : Path
        The file to write.
    internal : bool
        Whether this is the copy for reviewers: with verdict, files read, and who corrected what.
    uncorrected : sequence of Finding
        What must still be corrected: the cells are coloured.
    to_correct : sequence
        The matters that these are in, with their numbers: they stand on the cover.
    """
    if not internal and not data.fact("issue_date"):
        # Without an issue date nothing was published yet, so there is no published figure to call corrected.
        data = replace(data, corrections=frame("corrections", []))
    tables = [printed_table(data, name) for name in printed_table_names(data)]
    sheets = _sheet_names(tables)
    wrong = frozenset(cell for finding in uncorrected for cell in (finding.at, *finding.suspects))
    title = f"{data.quarter.label}{data.declaration.subject}数据附件"
    workbook = open_workbook(path, title)
    styles = Styles(workbook)
    facts = [*_draft_facts(to_correct), *_cover_facts(data, verdict, internal)]
    _write_cover(workbook.add_worksheet(COVER), styles, title, facts)
    _write_contents(workbook.add_worksheet(CONTENTS), styles, dict(zip(sheets, tables, strict=True)))
    for name, table in zip(sheets, tables, strict=True):
        _write_annex(workbook.add_worksheet(name), styles, table, wrong)
    _write_entries(workbook.add_worksheet(SHEET), styles, data)
    remarks = list(_remark_rows(data, tables, internal))
    columns = [("类别", 16), ("项目", 30), ("内容", 68)]
    write_lines(workbook.add_worksheet(REMARKS), styles, columns, remarks)
    workbook.close()


def _sheet_names(tables: Sequence[PrintedTable]) -> list[str]:
    """A name for the sheet of each table; those without a title of their own may have the same number."""
    names: list[str] = []
    for table in tables:
        same = sum(name.partition("（")[0] == table.sheet_name for name in names)
        names.append(f"{table.sheet_name}（{same + 1}）" if same else table.sheet_name)
    return names


# --- cover and contents -----------------------------------------------------------------------------


def _draft_facts(to_correct: Sequence[tuple[int, Matter]]) -> list[tuple[str, str]]:
    """The lines of the cover of a draft: that it is one, and what must be corrected, by the numbers of the page."""
    if not to_correct:
        return []
    facts = [("草稿", f"有 {len(to_correct)} 项须更正，不能对外；涉及的格底色为红，更正以后才有 {ANNEXES}")]
    return facts + [(f"须更正，第 {number} 项", matter.title) for number, matter in to_correct]


def _cover_facts(data: QuarterData, verdict: str, internal: bool) -> list[tuple[str, str]]:
    """Label and text of each line of the cover; blank entries are left out."""
    start, end = data.fact("period_start"), data.fact("period_end")
    kind = data.fact("source_kind")
    facts = [
        (data.quarter.name, data.quarter.label),
        ("统计期", f"{start} 至 {end}" if start and end else ""),
        ("来源", _SOURCE_KINDS.get(kind, kind)),
        ("通报标题", data.fact("title")),
        ("印发单位", data.fact("issuer")),
        ("印发日期", data.fact("issue_date")),
        ("数据提取时间", data.fact("extraction_date")),
    ]
    if internal:
        facts += [
            ("用途", "内部审核"),
            ("所读文件", "、".join(data.inputs["file"])),
            ("核对结论", verdict),
        ]
    return [(name, text) for name, text in facts if text]


def _write_cover(sheet: Any, styles: Styles, title: str, facts: Sequence[tuple[str, str]]) -> None:
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 62)
    sheet.write_string(0, 0, title, styles.get(bold=True, font_size=16))
    sheet.set_row(0, 36)
    for row, (name, text) in enumerate(facts, start=2):
        fit_row(sheet, row, (name, text), (16, 62))
        sheet.write_string(row, 0, name, styles.get(bold=True, border=1, valign="top"))
        write_text(sheet, row, 1, text, styles.prose)
    set_page(sheet, header_row=None)


def _write_contents(sheet: Any, styles: Styles, tables: Mapping[str, PrintedTable]) -> None:
    link_style = styles.get(border=1, underline=1, font_color="#1F4E9E")
    text_style = styles.get(border=1, text_wrap=True)
    count_style = styles.get(border=1, num_format="0")
    sheet.set_default_row(ROW_HEIGHT)
    for column, (heading, width) in enumerate((("工作表", 22), ("内容", 58), ("行数（不含合计）", 18))):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, heading, styles.head)
    for row, (name, table) in enumerate(tables.items(), start=1):
        sheet.write_url(row, 0, f"internal:'{name}'!A1", link_style, name)
        write_text(sheet, row, 1, _annex_title(table), text_style)
        sheet.write_number(row, 2, len(table.rows), count_style)
    row = len(tables) + 1
    sheet.write_url(row, 0, f"internal:'{REMARKS}'!A1", link_style, REMARKS)
    write_text(sheet, row, 1, "各附件附注、指标含义、用语含义、更正", text_style)
    sheet.write_blank(row, 2, None, text_style)
    sheet.freeze_panes(1, 0)
    set_page(sheet)


def _annex_fact(data: QuarterData, table: str, column: str) -> str:
    found = data.annexes.loc[data.annexes["table"] == table, column]
    return str(found.iloc[0]) if len(found) else ""


def _annex_title(table: PrintedTable) -> str:
    return table.printed_title or table.title


def _write_entries(sheet: Any, styles: Styles, data: QuarterData) -> None:
    """The sheet 正文与日期: figures of the text, dates, titles and notes, under the labels of the form to fill in."""
    figures = {
        row["figure"]: claim_text(row["printed"], row["qualifier"])
        for row in data.headline.to_dict("records")
    }
    items = annex_items(data.declaration)
    lines = [
        [label, figures.get(name) or data.fact(name)]
        for label, name in items_of(data.quarter, data.declaration).items()
    ]
    lines += [[label, _annex_fact(data, table, name)] for label, (table, name) in items.items()]
    write_lines(sheet, styles, [("项目", 26), ("内容", 88)], [line for line in lines if line[1]])


# --- one annex --------------------------------------------------------------------------------------


def _write_annex(sheet: Any, styles: Styles, table: PrintedTable, wrong: Collection[CellRef]) -> None:
    """Write a sheet; the cells of `wrong` are coloured."""
    sheet.set_default_row(ROW_HEIGHT)
    widths = _column_widths(table)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    # Headings, titles, headers and footers become XML attributes, where the writer does not escape control characters.
    headings = [printable(heading) for heading in table.headings]
    lines = max(lines_needed(text, width - 1) for text, width in zip(headings, widths, strict=True))
    sheet.set_row(0, LINE_HEIGHT * lines + 6)
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading, styles.head)
    for number, row in enumerate(table.rows, start=1):
        sheet.write_number(number, 0, number, styles.get(border=1, align="center"))
        _write_row(sheet, styles, table, number, row, {"border": 1}, wrong)
    last = len(table.rows)
    sheet.add_table(
        0,
        0,
        last,
        len(table.headings) - 1,
        {
            "name": _table_name(table),
            "title": printable(_annex_title(table)),
            "style": None,
            "columns": [{"header": text, "header_format": styles.head} for text in headings],
        },
    )
    # Printed totals are under the table, not in it: sorting and sums over a column leave them out.
    for number, row in enumerate(table.totals, start=last + 1):
        total_properties = {"border": 1, "bold": True, **({"top": 2} if number == last + 1 else {})}
        sheet.write_blank(number, 0, None, styles.get(**total_properties))
        _write_row(sheet, styles, table, number, row, total_properties, wrong)
    sheet.freeze_panes(1, 2)
    landscape = sum(widths) > _WIDEST_PORTRAIT
    set_page(sheet, landscape=landscape)
    _set_header_and_footer(sheet, table, landscape)


def _table_name(table: PrintedTable) -> str:
    """Name under which formulas refer to the table; Excel allows no blanks or signs in it, nor a digit at its beginning."""
    name = re.sub(r"\W", "_", table.spec.title if table.spec else table.words)
    return f"_{name}" if name[:1].isdigit() else name


def _write_row(
    sheet: Any,
    styles: Styles,
    table: PrintedTable,
    number: int,
    row: PrintedRow,
    cell_properties: dict[str, Any],
    wrong: Collection[CellRef],
) -> None:
    lines = lines_needed(row.name, _WIDEST_NAME - 2)
    if lines > 1:
        sheet.set_row(number, LINE_HEIGHT * lines + 5)
    sheet.write_string(number, 1, row.name, styles.get(**cell_properties, text_wrap=True, num_format="@"))
    for at, (column, cell) in enumerate(zip(table.columns, row.cells, strict=True)):
        position = (number, at + 2)
        properties = cell_properties | _NUMBER_ALIGNMENT
        if column.cell(table.name, row.name) in wrong:
            properties |= _WRONG
        if cell.value is None:
            write_text(sheet, *position, cell.text, styles.get(**properties, num_format="@"))
        else:
            number_format = _number_format(column, cell)
            sheet.write_number(*position, cell.value, styles.get(**properties, num_format=number_format))


def _number_format(column: PrintedColumn, cell: PrintedCell) -> str:
    """A number format that shows the decimals printed, and in words that the number was corrected."""
    number_format = "#,##0"
    if cell.decimals is not None:
        number_format = f"0.{'0' * cell.decimals}" if cell.decimals else "0"
        number_format += "%" if column.is_percentage else ""
    return f'{number_format}"{CORRECTED}"' if cell.corrected else number_format


def _column_widths(table: PrintedTable) -> list[float]:
    rows = [*table.rows, *table.totals]
    names = max(display_width(text) for text in (table.key_heading, *(row.name for row in rows)))
    widths: list[float] = [6, min(max(names + 2, 10), _WIDEST_NAME)]
    for number, column in enumerate(table.columns):
        data = max(display_width(_display_text(column, row.cells[number])) for row in rows) + 4
        widths.append(min(max(9, data, display_width(column.heading) + 2), _WIDEST_NAME))
    return widths


def _display_text(column: PrintedColumn, cell: PrintedCell) -> str:
    mark = CORRECTED if cell.corrected else ""
    if cell.value is None:
        return cell.text
    if cell.decimals is None:
        return f"{cell.value:,}{mark}"
    return f"{cell.value:.{cell.decimals}{'%' if column.is_percentage else 'f'}}{mark}"


def _set_header_and_footer(sheet: Any, table: PrintedTable, landscape: bool) -> None:
    """Title, note and page number on every printed page; the sheet itself holds the table only."""
    title = printable(f"{table.words}  {_annex_title(table)}")
    unit = ""
    if columns_are := _group_and_measure_of_columns(table):
        measure = columns_are[1]
        unit = f"&R&10 {measure.heading}，单位：{measure.unit}"
    sheet.set_header(f'&C&"-,Bold"&14 {escape_ampersands(_truncate_for_header(title, 120))}{unit}')
    note = printable(table.note)
    if (shown := _truncate_for_header(note, _LONGEST_NOTE)) != note:
        note = f"{shown}……（全文见“{REMARKS}”）"
    length = 88 if landscape else 60
    lines = [note[start : start + length] for start in range(0, len(note), length)]
    foot = "".join(f" {escape_ampersands(line)}\n" for line in lines)
    # The blank after the size keeps a note that begins with a digit from being read as part of it.
    sheet.set_footer(f"&C&8{foot} 第 &P 页，共 &N 页")


def _group_and_measure_of_columns(table: PrintedTable) -> tuple[Group, Measure] | None:
    """The group and the only measure of an annex whose columns are headed by names alone, such as districts."""
    if table.spec is None or table.spec.columns_by is None or table.spec.columns_by.members:
        return None
    measures = list(table.spec.measures_by_name.values())
    return (table.spec.columns_by, measures[0]) if len(measures) == 1 else None


def _truncate_for_header(text: str, most_characters: int) -> str:
    """The beginning of a text that fits into so many characters of a header, where & counts twice."""
    length = 0
    for at, char in enumerate(text):
        length += len(escape_ampersands(char))
        if length > most_characters:
            return text[:at]
    return text


# --- remarks ------------------------------------------------------------------------------------------


def _remark_rows(data: QuarterData, tables: Sequence[PrintedTable], internal: bool) -> Iterator[list[str]]:
    for table in tables:
        yield ["附件", table.words, _annex_title(table)]
        if table.note:
            yield ["附注", table.words, table.note]
        if columns_are := _group_and_measure_of_columns(table):
            group, measure = columns_are
            yield ["单位", table.words, f"各{group.word}一列为{measure.heading}，单位为{measure.unit}。"]
    for name in data.absent:
        title = data.declaration.annexes[name].title
        yield ["附件", annex_words(data, name), f"本期资料没有此附件（{title}）。"]
    for measure in printed_measures(data):
        yield ["指标含义", measure.heading, f"{definition(measure, data.declaration)}。"]
    yield from _word_rows(data)
    for row in data.corrections.to_dict("records"):
        remark = f"通报列为 {row['printed'] or BLANK}，更正为 {row['corrected']}。依据：{row['basis'] or '未写明'}。"
        corrected_by = "，".join(text for text in (row["by"], row["on"]) if text)
        yield [
            "更正",
            cell_words(data, cell_of(row)),
            f"{remark}经办：{corrected_by}。" if internal and corrected_by else remark,
        ]
    if data.corrections.empty:
        yield ["更正", "", "无。"]
    else:
        yield ["更正", "", f"表中更正过的数，后面注明“{CORRECTED}”；合计仍为通报所列，没有随之改动。"]


def _word_rows(data: QuarterData) -> Iterator[list[str]]:
    """Each word that the source prints in place of a number, with its meaning."""
    word_reasons: dict[tuple[str, str], None] = {}
    for row in data.unreported.itertuples():
        word_reasons[str(row.printed), str(row.reason)] = None
    for printed, reason in word_reasons:
        yield ["代替数字的用语", f"“{printed}”" if printed else BLANK, f"{reason}。"]
