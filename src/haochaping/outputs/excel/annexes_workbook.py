"""The annexes as a workbook: cover, contents, one table a sheet, and a sheet of notes, definitions and corrections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from haochaping.core.labels import COLUMNS, UNITS, place
from haochaping.core.model import TABLES, QuarterData, decode_key, frame
from haochaping.core.text import printable
from haochaping.outputs.excel.workbook_style import (
    LINE_HEIGHT,
    ROW_HEIGHT,
    Styles,
    display_width,
    fit_row,
    lines_needed,
    open_workbook,
    set_page,
    write_lines,
    write_text,
)
from haochaping.present.annex_layout import AnnexLayout, LayoutCell, LayoutRow, lay_out_annex, sheet_name
from haochaping.read.formats.entries_sheet import ANNEX_ITEMS, SHEET, items_of
from haochaping.store.cell_index import claim_text

COVER, CONTENTS, REMARKS = "封面", "目录", "说明"
CORRECTED = "〔更正〕"
_SOURCE_KINDS = {
    "published bulletin": "已印发的通报",
    "workbook": "附件表格",
    "csv": "附件表格（CSV）",
    "simulated": "模拟数据，不是实际情况",
}
_OWN_FORMULA = "通报没有载明算法，本工具按此核对"
_DEFINITIONS = {
    "cases": "本期列入统计的办件数量。口径通报没有载明",
    "evaluations": "本期收到的评价数量。口径通报没有载明",
    "evaluation_rate": f"评价数 ÷ 办件数，办件数为零的不适用。{_OWN_FORMULA}",
    "active_evaluations": "申请人主动作出的评价数量。短信评价是否计入，通报没有载明",
    "negative_evaluations": "评价为“不满意”和“非常不满意”的数量（国办发〔2019〕51号）",
    "rectification_satisfaction_rate": f"回访满意数 ÷ 回访数，没有回访的不适用。{_OWN_FORMULA}",
    "rectified_on_time": "差评中按时完成整改的数量。时限通报没有载明",
    "share": f"该区县评价数 ÷ 各行评价数之和。{_OWN_FORMULA}",
}
_NUMBER_ALIGNMENT = {"align": "right", "indent": 1}
_WIDEST_NAME = 34
_WIDEST_PORTRAIT = 108
_LONGEST_NOTE = 170
"""A page footer holds 255 characters, marks included."""


def write_annexes(data: QuarterData, verdict: str, path: Path, *, internal: bool = True) -> None:
    """Write ``annexes.xlsx``, the copy to be circulated or the one for reviewers.

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
    """
    if not internal and not data.fact("issue_date"):
        # Without an issue date nothing was published yet, so there is no published figure to call corrected.
        data = replace(data, corrections=frame("corrections", []))
    layouts = [lay_out_annex(data, name) for name in TABLES if name not in data.absent]
    title = f"{data.quarter.label}政务服务“好差评”数据附件"
    workbook = open_workbook(path, title)
    styles = Styles(workbook)
    _write_cover(workbook.add_worksheet(COVER), styles, title, _cover_facts(data, verdict, internal))
    _write_contents(workbook.add_worksheet(CONTENTS), styles, data, layouts)
    for layout in layouts:
        _write_annex(workbook.add_worksheet(sheet_name(layout.spec)), styles, data, layout)
    _write_entries(workbook.add_worksheet(SHEET), styles, data)
    remarks = list(_remark_rows(data, layouts, internal))
    columns = [("类别", 16), ("项目", 30), ("内容", 68)]
    write_lines(workbook.add_worksheet(REMARKS), styles, columns, remarks)
    workbook.close()


# --- cover and contents -----------------------------------------------------------------------------


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


def _write_contents(sheet: Any, styles: Styles, data: QuarterData, layouts: Sequence[AnnexLayout]) -> None:
    link_style = styles.get(border=1, underline=1, font_color="#1F4E9E")
    text_style = styles.get(border=1, text_wrap=True)
    count_style = styles.get(border=1, num_format="0")
    sheet.set_default_row(ROW_HEIGHT)
    for column, (heading, width) in enumerate((("工作表", 22), ("内容", 58), ("行数（不含合计）", 18))):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, heading, styles.head)
    for row, layout in enumerate(layouts, start=1):
        name = sheet_name(layout.spec)
        sheet.write_url(row, 0, f"internal:'{name}'!A1", link_style, name)
        write_text(sheet, row, 1, _annex_title(data, layout.spec.name), text_style)
        sheet.write_number(row, 2, len(layout.rows), count_style)
    row = len(layouts) + 1
    sheet.write_url(row, 0, f"internal:'{REMARKS}'!A1", link_style, REMARKS)
    write_text(sheet, row, 1, "各附件附注、指标含义、用语含义、更正", text_style)
    sheet.write_blank(row, 2, None, text_style)
    sheet.freeze_panes(1, 0)
    set_page(sheet)


def _annex_fact(data: QuarterData, table: str, column: str) -> str:
    found = data.annexes.loc[data.annexes["table"] == table, column]
    return str(found.iloc[0]) if len(found) else ""


def _annex_title(data: QuarterData, table: str) -> str:
    return _annex_fact(data, table, "title") or TABLES[table].title


def _write_entries(sheet: Any, styles: Styles, data: QuarterData) -> None:
    """The sheet 正文与日期: figures of the text, dates, titles and notes, under the labels of the form to fill in."""
    figures = {
        row["figure"]: claim_text(row["printed"], row["qualifier"])
        for row in data.headline.to_dict("records")
    }
    lines = [[label, figures.get(name) or data.fact(name)] for label, name in items_of(data.quarter).items()]
    lines += [[label, _annex_fact(data, table, name)] for label, (table, name) in ANNEX_ITEMS.items()]
    write_lines(sheet, styles, [("项目", 26), ("内容", 88)], [line for line in lines if line[1]])


# --- one annex --------------------------------------------------------------------------------------


def _write_annex(sheet: Any, styles: Styles, data: QuarterData, layout: AnnexLayout) -> None:
    sheet.set_default_row(ROW_HEIGHT)
    widths = _column_widths(layout)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    # Headings, titles, headers and footers become XML attributes, where the writer does not escape control characters.
    headings = [printable(heading) for heading in layout.headings]
    lines = max(lines_needed(text, width - 1) for text, width in zip(headings, widths, strict=True))
    sheet.set_row(0, LINE_HEIGHT * lines + 6)
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading, styles.head)
    for number, row in enumerate(layout.rows, start=1):
        sheet.write_number(number, 0, number, styles.get(border=1, align="center"))
        _write_row(sheet, styles, number, row, {"border": 1})
    last = len(layout.rows)
    sheet.add_table(
        0,
        0,
        last,
        len(layout.headings) - 1,
        {
            "name": layout.spec.title,
            "title": printable(_annex_title(data, layout.spec.name)),
            "style": None,
            "columns": [{"header": text, "header_format": styles.head} for text in headings],
        },
    )
    # Printed totals are under the table, not in it: sorting and sums over a column leave them out.
    for number, row in enumerate(layout.totals, start=last + 1):
        total_properties = {"border": 1, "bold": True, **({"top": 2} if number == last + 1 else {})}
        sheet.write_blank(number, 0, None, styles.get(**total_properties))
        _write_row(sheet, styles, number, row, total_properties)
    sheet.freeze_panes(1, 2)
    landscape = sum(widths) > _WIDEST_PORTRAIT
    set_page(sheet, landscape=landscape)
    _set_header_and_footer(sheet, data, layout, landscape)


def _write_row(
    sheet: Any, styles: Styles, number: int, row: LayoutRow, cell_properties: dict[str, Any]
) -> None:
    lines = lines_needed(row.name, _WIDEST_NAME - 2)
    if lines > 1:
        sheet.set_row(number, LINE_HEIGHT * lines + 5)
    sheet.write_string(number, 1, row.name, styles.get(**cell_properties, text_wrap=True, num_format="@"))
    for column, cell in enumerate(row.cells):
        position = (number, column + 2)
        if cell.value is None:
            write_text(
                sheet,
                *position,
                cell.text,
                styles.get(**cell_properties, **_NUMBER_ALIGNMENT, num_format="@"),
            )
        else:
            sheet.write_number(
                *position,
                cell.value,
                styles.get(**cell_properties, **_NUMBER_ALIGNMENT, num_format=_number_format(cell)),
            )


def _number_format(cell: LayoutCell) -> str:
    """A number format that shows the decimals printed, and in words that the number was corrected."""
    number_format = "#,##0"
    if cell.decimals is not None:
        number_format = f"0.{'0' * cell.decimals}%" if cell.decimals else "0%"
    return f'{number_format}"{CORRECTED}"' if cell.corrected else number_format


def _column_widths(layout: AnnexLayout) -> list[float]:
    rows = [*layout.rows, *layout.totals]
    names = max(display_width(text) for text in (layout.key_heading, *(row.name for row in rows)))
    widths: list[float] = [6, min(max(names + 2, 10), _WIDEST_NAME)]
    for number, column in enumerate(layout.columns):
        data = max(display_width(_display_text(row.cells[number])) for row in rows) + 4
        widths.append(min(max(9, data, display_width(column.heading) + 2), _WIDEST_NAME))
    return widths


def _display_text(cell: LayoutCell) -> str:
    mark = CORRECTED if cell.corrected else ""
    if cell.value is None:
        return cell.text
    return (f"{cell.value:,}" if cell.decimals is None else f"{cell.value:.{cell.decimals}%}") + mark


def _set_header_and_footer(sheet: Any, data: QuarterData, layout: AnnexLayout, landscape: bool) -> None:
    """Title, note and page number on every printed page; the sheet itself holds the table only."""
    title = printable(f"附件{layout.spec.annex}  {_annex_title(data, layout.spec.name)}")
    unit = ""
    if layout.spec.name == "district_departments":
        unit = f"&R&10 {COLUMNS['evaluations']}，单位：{UNITS['evaluations']}"
    sheet.set_header(f'&C&"-,Bold"&14 {_escape_ampersands(_truncate_for_header(title, 120))}{unit}')
    note = printable(_annex_fact(data, layout.spec.name, "note"))
    if (shown := _truncate_for_header(note, _LONGEST_NOTE)) != note:
        note = f"{shown}……（全文见“{REMARKS}”）"
    length = 88 if landscape else 60
    lines = [note[start : start + length] for start in range(0, len(note), length)]
    foot = "".join(f" {_escape_ampersands(line)}\n" for line in lines)
    # The blank after the size keeps a note that begins with a digit from being read as part of it.
    sheet.set_footer(f"&C&8{foot} 第 &P 页，共 &N 页")


def _truncate_for_header(text: str, most_characters: int) -> str:
    """The beginning of a text that fits into so many characters of a header, where & counts twice."""
    length = 0
    for at, char in enumerate(text):
        length += len(_escape_ampersands(char))
        if length > most_characters:
            return text[:at]
    return text


def _escape_ampersands(text: str) -> str:
    return text.replace("&", "&&")


# --- remarks ------------------------------------------------------------------------------------------


def _remark_rows(data: QuarterData, layouts: Sequence[AnnexLayout], internal: bool) -> Iterator[list[str]]:
    for layout in layouts:
        name = f"附件{layout.spec.annex}"
        yield ["附件", name, _annex_title(data, layout.spec.name)]
        if note := _annex_fact(data, layout.spec.name, "note"):
            yield ["附注", name, note]
        if layout.spec.name == "district_departments":
            yield [
                "单位",
                name,
                f"各区县一列为{COLUMNS['evaluations']}，单位为{UNITS['evaluations']}。",
            ]
    for name in data.absent:
        yield ["附件", f"附件{TABLES[name].annex}", f"本期资料没有此附件（{TABLES[name].title}）。"]
    measures = {column.measure for layout in layouts for column in layout.columns}
    for measure, meaning in _DEFINITIONS.items():
        if measure in measures:
            yield ["指标含义", COLUMNS[measure], f"{meaning}。"]
    yield from _word_rows(data)
    for row in data.corrections.to_dict("records"):
        place_words = place(row["table"], decode_key(row["key"])) + COLUMNS.get(row["column"], "")
        remark = f"通报列为 {row['printed'] or '空白'}，更正为 {row['corrected']}。依据：{row['basis'] or '未写明'}。"
        corrected_by = "，".join(text for text in (row["by"], row["on"]) if text)
        yield [
            "更正",
            place_words,
            f"{remark}经办：{corrected_by}。" if internal and corrected_by else remark,
        ]
    if data.corrections.empty:
        yield ["更正", "", "无。"]
    else:
        yield ["更正", "", f"表中更正过的数，后面注明“{CORRECTED}”；合计仍为通报所列，没有随之改动。"]


def _word_rows(data: QuarterData) -> Iterator[list[str]]:
    """Each word that the source prints in place of a number, with its meaning."""
    rows = data.unreported[data.unreported["table"].isin(TABLES)]
    word_reasons: dict[tuple[str, str], None] = {}
    for row in rows.itertuples():
        word_reasons[str(row.printed), str(row.reason)] = None
    for printed, reason in word_reasons:
        yield ["代替数字的用语", f"“{printed}”" if printed else "空白", f"{reason}。"]
