"""The sheet 正文与日期 of a quarter's form: figures of the text, dates, titles and notes of the annexes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from haochaping.core.declaration import Declaration
from haochaping.core.labels import bulletin_title
from haochaping.core.text import printable
from haochaping.outputs.excel.workbook_style import Styles, fit_row, set_page, write_text
from haochaping.outputs.form.carried_wording import DateMention
from haochaping.outputs.form.form_style import (
    TO_FILL,
    quotable,
    set_header_and_footer,
    whiten_filled,
    write_headings,
)
from haochaping.outputs.form.known_entries import KnownEntries
from haochaping.read.formats.entries_sheet import DATES, FIGURES, ITEMS, SHEET, annex_items, items_of
from haochaping.reference.reference import Reference

HEADINGS = ("项目", "内容", "说明")
_WIDTHS = (20, 54, 36)
_PERCENTAGE = "照通报正文填写，如 99.9%、99.9%以上、约99.9%；正文没有的留空"
_NUMBER = "照通报正文填写，如 230、约2.3万；正文没有的留空"
_HINTS = {
    "quarter": "请勿改动",
    "period_start": "季度首日，已填",
    "period_end": "季度末日，已填",
    "extraction_date": "从系统提取数据的日期，如 2023-01-05",
    "issue_date": "通报落款日期；尚未印发的留空",
    "issuer": "通报落款单位",
    "records": "照通报正文填写，如 9069695、约907万、900万以上；正文没有的留空",
    "text": "通报正文全文，可以粘贴；没有的留空",
    "planned_work": "通报正文中下一步工作的语句；没有的留空",
}
_TITLE_HINT = "印在该附件上方；留空的由程序写成"
_CARRIED_TITLE_HINT = "上季度的标题，时段已换；可以直接改写"
_CARRIED_HINT = "照上季度填好，有变动的直接改写"
_NOTE_HINT = "数据来源、统计范围、提取时间、符号的含义；留空的由程序按统计期、提取时间写成"
_NOTE_FORMULA_HINT = "上季度的措辞，日期随上面的统计期、提取时间自动改变；可以直接改写"
_CARRIED_NOTE_HINT = "上季度的措辞；可以直接改写"
_MOST_ADDRESSEES = 3
"""How many groups of units the example of addressees names."""
_DATE_VALIDATION = {
    "validate": "date",
    "criteria": ">=",
    "value": date(2000, 1, 1),
    "error_title": "这一格填不了",
    "error_message": "应为日期，如 2023-01-05。",
}


def write_entries(workbook: Any, styles: Styles, known: KnownEntries, reference: Reference) -> None:
    """Add the sheet 正文与日期 to `workbook`."""
    sheet = workbook.add_worksheet(SHEET)
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    write_headings(sheet, styles, 0, HEADINGS)
    items = annex_items(reference.declaration)
    own_items = items_of(known.period, reference.declaration)
    for row, (label, name) in enumerate(own_items.items(), start=1):
        hint = known.period.in_own_words(_hint(name, known, reference))
        _write_entry(sheet, styles, row, (label, known.facts.get(name, ""), hint))
    for row, (label, (table, item)) in enumerate(items.items(), start=len(own_items) + 1):
        if item == "title":
            hint = _CARRIED_TITLE_HINT if table in known.titles else _TITLE_HINT
            entry = label, known.titles.get(table, ""), known.period.in_own_words(hint)
            _write_entry(sheet, styles, row, entry)
        elif table in known.notes:
            _write_note(sheet, styles, row, label, known, table)
        else:
            _write_entry(sheet, styles, row, (label, "", _NOTE_HINT))
    last = len(own_items) + len(items)
    whiten_filled(workbook, sheet, (1, 1), (last, 1))
    # 99.9% is kept as text like 99.9%以上: a number would lose the decimals as printed.
    sheet.ignore_errors({"number_stored_as_text": f"B2:B{last + 1}"})
    sheet.freeze_panes(1, 1)
    set_page(sheet)
    set_header_and_footer(sheet, SHEET, known.period)


def _hint(name: str, known: KnownEntries, reference: Reference) -> str:
    """What is expected of an item of the text; of title and addressees an example made from what the city declares."""
    if name in known.facts and name in ("title", "addressees"):
        return _CARRIED_TITLE_HINT if name == "title" else _CARRIED_HINT
    if name == "title":
        return f"如 {bulletin_title(known.period, reference.declaration)}；留空的由程序照此写成"
    if name == "addressees":
        return (
            f"通报开头的收文单位，如 {_example_of_addressees(reference.declaration)}；留空的，通报中留出空位"
        )
    if name in reference.declaration.text_figures:
        return _NUMBER
    return _HINTS.get(name, _PERCENTAGE if name in FIGURES.values() else "")


def _example_of_addressees(declaration: Declaration) -> str:
    """Addressees by the groups of units that the annexes list: 各区县、各市直部门."""
    groups = [group for spec in declaration.annexes.values() for group in spec.groups]
    registered = [group.word for group in groups if group.is_registered]
    words = list(dict.fromkeys(registered or [group.word for group in groups]))
    return "、".join(f"各{word.removeprefix('各')}" for word in words[:_MOST_ADDRESSEES])


def _write_entry(sheet: Any, styles: Styles, row: int, entry: tuple[str, str | date, str]) -> None:
    """Write one item as (label, known value, hint); a cell for a date accepts only a date."""
    label, value, hint = entry
    _write_label_and_hint(sheet, styles, row, label, value if isinstance(value, str) else "", hint)
    properties = {"border": 1, "bg_color": TO_FILL}
    date_style = styles.get(**properties, num_format="yyyy-mm-dd", align="left")
    if isinstance(value, date):
        sheet.write_datetime(row, 1, datetime(value.year, value.month, value.day), date_style)
    else:
        style = date_style if label in DATES else styles.get(**properties, text_wrap=True, num_format="@")
        write_text(sheet, row, 1, value, style)
    if label in DATES:
        sheet.data_validation(row, 1, row, 1, _DATE_VALIDATION)


def _write_label_and_hint(sheet: Any, styles: Styles, row: int, label: str, text: str, hint: str) -> None:
    fit_row(sheet, row, (label, text, hint), _WIDTHS)
    sheet.write_string(row, 0, label, styles.get(border=1))
    write_text(sheet, row, 2, hint, styles.get(border=1, text_wrap=True))


def _write_note(sheet: Any, styles: Styles, row: int, label: str, known: KnownEntries, table: str) -> None:
    """Write the note of the quarter before: a formula where it has dates, which are taken from the rows above."""
    if all(isinstance(piece, str) for piece in known.notes[table]):
        hint = known.period.in_own_words(_CARRIED_NOTE_HINT)
        _write_entry(sheet, styles, row, (label, printable("".join(map(str, known.notes[table]))), hint))
        return
    row_of = {name: number for number, name in enumerate(ITEMS.values(), start=2)}
    shown_pieces, formulas = [], []
    for piece in known.notes[table]:
        if isinstance(piece, DateMention):
            day = known.facts.get(piece.name)
            shown_pieces.append(piece.text(day if isinstance(day, date) else None))
            formulas.append(piece.formula(f"$B${row_of[piece.name]}"))
        elif piece:
            shown_pieces.append(piece)
            formulas.append(f'"{quotable(piece)}"')
    text = printable("".join(shown_pieces))
    _write_label_and_hint(sheet, styles, row, label, text, known.period.in_own_words(_NOTE_FORMULA_HINT))
    style = styles.get(border=1, bg_color=TO_FILL, text_wrap=True)
    sheet.write_formula(row, 1, f"={'&'.join(formulas)}", style, text)
