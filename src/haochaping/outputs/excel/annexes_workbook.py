"""The annexes as a workbook: cover, contents, one table a sheet, and what the tables do not say."""

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
from haochaping.read.formats.entries_sheet import ANNEX_ITEMS, ITEMS, SHEET
from haochaping.store.cell_index import claim

COVER, CONTENTS, REMARKS = "封面", "目录", "说明"
CORRECTED = "〔更正〕"
_KINDS = {
    "published bulletin": "已印发的通报",
    "workbook": "附件表格",
    "csv": "附件表格（CSV）",
    "simulated": "模拟数据，不是实际情况",
}
_OURS = "通报没有载明算法，本工具按此核对"
_DEFINITIONS = {
    "cases": "本期列入统计的办件数量。口径通报没有载明",
    "evaluations": "本期收到的评价数量。口径通报没有载明",
    "evaluation_rate": f"评价数 ÷ 办件数，办件数为零的不适用。{_OURS}",
    "active_evaluations": "申请人主动作出的评价数量。短信评价是否计入，通报没有载明",
    "negative_evaluations": "评价为“不满意”和“非常不满意”的数量（国办发〔2019〕51号）",
    "rectification_satisfaction_rate": f"回访满意数 ÷ 回访数，没有回访的不适用。{_OURS}",
    "rectified_on_time": "差评中按时完成整改的数量。时限通报没有载明",
    "share": f"该区县评价数 ÷ 各行评价数之和。{_OURS}",
}
_RIGHT = {"align": "right", "indent": 1}
_NAME_WIDTH = 34
_WIDEST_PORTRAIT = 108
_LONGEST_NOTE = 170
"""A page footer holds 255 characters, marks included."""


def write_annexes(data: QuarterData, verdict: str, path: Path, *, internal: bool = True) -> None:
    """Write ``annexes.xlsx``.

    Every printed cell stands where it was printed: numbers as numbers, percentages with the decimals
    printed, words as printed, blank as blank, totals last under the table. A corrected number is followed
    by 〔更正〕. Annexes that the source does not contain have no sheet.

    Parameters
    ----------
    data : QuarterData
        The quarter, corrections applied.
    verdict : str
        May it be submitted; on the cover of an internal copy only.
    path : Path
        The file to write.
    internal : bool
        Whether this is the copy for reviewers: with verdict, files read, and who corrected what.
    """
    if not internal and not data.fact("issue_date"):
        data = replace(
            data, corrections=frame("corrections", [])
        )  # nothing was published that would be corrected
    grids = [lay_out_annex(data, name) for name in TABLES if name not in data.absent]
    title = f"{data.quarter.label}政务服务“好差评”数据附件"
    workbook = open_workbook(path, title)
    styles = Styles(workbook)
    _cover(workbook.add_worksheet(COVER), styles, title, _facts(data, verdict, internal))
    _contents(workbook.add_worksheet(CONTENTS), styles, data, grids)
    for grid in grids:
        _annex(workbook.add_worksheet(sheet_name(grid.spec)), styles, data, grid)
    _entries(workbook.add_worksheet(SHEET), styles, data)
    remarks = list(_remarks(data, grids, internal))
    columns = [("类别", 16), ("项目", 30), ("内容", 68)]
    write_lines(workbook.add_worksheet(REMARKS), styles, columns, remarks)
    workbook.close()


# --- cover and contents -----------------------------------------------------------------------------


def _facts(data: QuarterData, verdict: str, internal: bool) -> list[tuple[str, str]]:
    """What the cover says, in order; blank entries are left out."""
    start, end = data.fact("period_start"), data.fact("period_end")
    kind = data.fact("source_kind")
    facts = [
        ("季度", data.quarter.label),
        ("统计期", f"{start} 至 {end}" if start and end else ""),
        ("来源", _KINDS.get(kind, kind)),
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


def _cover(sheet: Any, styles: Styles, title: str, facts: Sequence[tuple[str, str]]) -> None:
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 62)
    sheet.write_string(0, 0, title, styles.get(bold=True, font_size=16))
    sheet.set_row(0, 36)
    for row, (name, text) in enumerate(facts, start=2):
        fit_row(sheet, row, (name, text), (16, 62))
        sheet.write_string(row, 0, name, styles.get(bold=True, border=1, valign="top"))
        write_text(sheet, row, 1, text, styles.prose)
    set_page(sheet, header_row=None)


def _contents(sheet: Any, styles: Styles, data: QuarterData, grids: Sequence[AnnexLayout]) -> None:
    link = styles.get(border=1, underline=1, font_color="#1F4E9E")
    prose = styles.get(border=1, text_wrap=True)
    whole = styles.get(border=1, num_format="0")
    sheet.set_default_row(ROW_HEIGHT)
    for column, (heading, width) in enumerate((("工作表", 22), ("内容", 58), ("行数（不含合计）", 18))):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, heading, styles.head)
    for row, grid in enumerate(grids, start=1):
        name = sheet_name(grid.spec)
        sheet.write_url(row, 0, f"internal:'{name}'!A1", link, name)
        write_text(sheet, row, 1, _title(data, grid.spec.name), prose)
        sheet.write_number(row, 2, len(grid.rows), whole)
    row = len(grids) + 1
    sheet.write_url(row, 0, f"internal:'{REMARKS}'!A1", link, REMARKS)
    write_text(sheet, row, 1, "各附件附注、指标含义、用语含义、更正", prose)
    sheet.write_blank(row, 2, None, prose)
    sheet.freeze_panes(1, 0)
    set_page(sheet)


def _annex_fact(data: QuarterData, table: str, column: str) -> str:
    found = data.annexes.loc[data.annexes["table"] == table, column]
    return str(found.iloc[0]) if len(found) else ""


def _title(data: QuarterData, table: str) -> str:
    return _annex_fact(data, table, "title") or TABLES[table].title


def _entries(sheet: Any, styles: Styles, data: QuarterData) -> None:
    """Figures of the text, dates, titles and notes, as a workbook to fill in asks for them."""
    figures = {
        row["figure"]: claim(row["printed"], row["qualifier"]) for row in data.headline.to_dict("records")
    }
    lines = [[label, figures.get(name) or data.fact(name)] for label, name in ITEMS.items()]
    lines += [[label, _annex_fact(data, table, name)] for label, (table, name) in ANNEX_ITEMS.items()]
    write_lines(sheet, styles, [("项目", 26), ("内容", 88)], [line for line in lines if line[1]])


# --- one annex --------------------------------------------------------------------------------------


def _annex(sheet: Any, styles: Styles, data: QuarterData, grid: AnnexLayout) -> None:
    sheet.set_default_row(ROW_HEIGHT)
    widths = _widths(grid)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    # Headings, title and what is printed around the sheet stand in attributes, where nothing is escaped for us.
    headings = [printable(heading) for heading in grid.headings]
    lines = max(lines_needed(text, width - 1) for text, width in zip(headings, widths, strict=True))
    sheet.set_row(0, LINE_HEIGHT * lines + 6)
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading, styles.head)
    for number, row in enumerate(grid.rows, start=1):
        sheet.write_number(number, 0, number, styles.get(border=1, align="center"))
        _write_row(sheet, styles, number, row, {"border": 1})
    last = len(grid.rows)
    sheet.add_table(
        0,
        0,
        last,
        len(grid.headings) - 1,
        {
            "name": grid.spec.title,
            "title": printable(_title(data, grid.spec.name)),
            "style": None,
            "columns": [{"header": text, "header_format": styles.head} for text in headings],
        },
    )
    # Printed totals stand under the table, not in it: sorting and sums over a column leave them out.
    for number, row in enumerate(grid.totals, start=last + 1):
        bold = {"border": 1, "bold": True, **({"top": 2} if number == last + 1 else {})}
        sheet.write_blank(number, 0, None, styles.get(**bold))
        _write_row(sheet, styles, number, row, bold)
    sheet.freeze_panes(1, 2)
    landscape = sum(widths) > _WIDEST_PORTRAIT
    set_page(sheet, landscape=landscape)
    _head_and_foot(sheet, data, grid, landscape)


def _write_row(sheet: Any, styles: Styles, number: int, row: LayoutRow, looks: dict[str, Any]) -> None:
    lines = lines_needed(row.name, _NAME_WIDTH - 2)
    if lines > 1:
        sheet.set_row(number, LINE_HEIGHT * lines + 5)
    sheet.write_string(number, 1, row.name, styles.get(**looks, text_wrap=True, num_format="@"))
    for column, cell in enumerate(row.cells):
        at = (number, column + 2)
        if cell.value is None:
            write_text(sheet, *at, cell.text, styles.get(**looks, **_RIGHT, num_format="@"))
        else:
            sheet.write_number(*at, cell.value, styles.get(**looks, **_RIGHT, num_format=_format(cell)))


def _format(cell: LayoutCell) -> str:
    """A number format that shows the decimals printed, and in words that the number was corrected."""
    shown = "#,##0"
    if cell.decimals is not None:
        shown = f"0.{'0' * cell.decimals}%" if cell.decimals else "0%"
    return f'{shown}"{CORRECTED}"' if cell.corrected else shown


def _widths(grid: AnnexLayout) -> list[float]:
    rows = [*grid.rows, *grid.totals]
    names = max(display_width(text) for text in (grid.key_heading, *(row.name for row in rows)))
    widths: list[float] = [6, min(max(names + 2, 10), _NAME_WIDTH)]
    for number, column in enumerate(grid.columns):
        data = max(display_width(_shown(row.cells[number])) for row in rows) + 4
        widths.append(min(max(9, data, display_width(column.heading) + 2), _NAME_WIDTH))
    return widths


def _shown(cell: LayoutCell) -> str:
    mark = CORRECTED if cell.corrected else ""
    if cell.value is None:
        return cell.text
    return (f"{cell.value:,}" if cell.decimals is None else f"{cell.value:.{cell.decimals}%}") + mark


def _head_and_foot(sheet: Any, data: QuarterData, grid: AnnexLayout, landscape: bool) -> None:
    """Title, note and page number on every printed page; the sheet itself is the table and nothing else."""
    title = printable(f"附件{grid.spec.annex}  {_title(data, grid.spec.name)}")
    unit = ""
    if grid.spec.name == "district_departments":
        unit = f"&R&10 {COLUMNS['evaluations']}，单位：{UNITS['evaluations']}"
    sheet.set_header(f'&C&"-,Bold"&14 {_literal(_fitting(title, 120))}{unit}')
    note = printable(_annex_fact(data, grid.spec.name, "note"))
    if (shown := _fitting(note, _LONGEST_NOTE)) != note:
        note = f"{shown}……（全文见“{REMARKS}”）"
    length = 88 if landscape else 60
    lines = [note[start : start + length] for start in range(0, len(note), length)]
    foot = "".join(f" {_literal(line)}\n" for line in lines)
    # The blank after the size keeps a note that begins with a digit from being read as part of it.
    sheet.set_footer(f"&C&8{foot} 第 &P 页，共 &N 页")


def _fitting(text: str, most: int) -> str:
    """As much of a text as fits into so many characters of a header, where & counts twice."""
    length = 0
    for at, char in enumerate(text):
        length += len(_literal(char))
        if length > most:
            return text[:at]
    return text


def _literal(text: str) -> str:
    return text.replace("&", "&&")


# --- what the tables do not say -----------------------------------------------------------------------


def _remarks(data: QuarterData, grids: Sequence[AnnexLayout], internal: bool) -> Iterator[list[str]]:
    for grid in grids:
        name = f"附件{grid.spec.annex}"
        yield ["附件", name, _title(data, grid.spec.name)]
        if note := _annex_fact(data, grid.spec.name, "note"):
            yield ["附注", name, note]
        if grid.spec.name == "district_departments":
            yield [
                "单位",
                name,
                f"各区县一列为{COLUMNS['evaluations']}，单位为{UNITS['evaluations']}。",
            ]
    for name in data.absent:
        yield ["附件", f"附件{TABLES[name].annex}", f"本期资料没有此附件（{TABLES[name].title}）。"]
    shown = {column.measure for grid in grids for column in grid.columns}
    for measure, meaning in _DEFINITIONS.items():
        if measure in shown:
            yield ["指标含义", COLUMNS[measure], f"{meaning}。"]
    yield from _words(data)
    for row in data.corrections.to_dict("records"):
        place_words = place(row["table"], decode_key(row["key"])) + COLUMNS.get(row["column"], "")
        remark = f"通报列为 {row['printed'] or '空白'}，更正为 {row['corrected']}。依据：{row['basis'] or '未写明'}。"
        by = "，".join(text for text in (row["by"], row["on"]) if text)
        yield ["更正", place_words, f"{remark}经办：{by}。" if internal and by else remark]
    if data.corrections.empty:
        yield ["更正", "", "无。"]
    else:
        yield ["更正", "", f"表中更正过的数，后面注明“{CORRECTED}”；合计仍为通报所列，没有随之改动。"]


def _words(data: QuarterData) -> Iterator[list[str]]:
    """What stands in place of numbers, and what it means."""
    rows = data.unreported[data.unreported["table"].isin(TABLES)]
    seen: dict[tuple[str, str], None] = {}
    for row in rows.itertuples():
        seen[str(row.printed), str(row.reason)] = None
    for printed, reason in seen:
        yield ["代替数字的用语", f"“{printed}”" if printed else "空白", f"{reason}。"]
