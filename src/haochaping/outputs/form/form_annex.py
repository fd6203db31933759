"""The sheet of one annex in a quarter's form: cells to fill in, formulas, and what a cell accepts."""

from __future__ import annotations

from typing import Any

from haochaping.outputs.excel.workbook_style import LINE_HEIGHT, ROW_HEIGHT, Styles, display_width, set_page
from haochaping.outputs.form.form import Form
from haochaping.outputs.form.form_style import TO_FILL, column_letter, whiten_filled, write_headings
from haochaping.read.formats.entries_sheet import HELP_SHEET

NO_RESULT_YET = " "
"""Stored result of a formula over blank cells: a blank text, so that our reader can tell it from a missing result."""
WORDS_DEFINED_NAME = "代替用语"
"""Defined name (in the workbook) of the words that are accepted in place of a number."""
_RATE_FORMAT, _COUNT_FORMAT = "0.00%", "#,##0"
_INPUT_STYLE = {"border": 1, "align": "right", "indent": 1, "bg_color": TO_FILL}
_FORMULA_STYLE = {"border": 1, "align": "right", "indent": 1}


def write_annex(workbook: Any, styles: Styles, form: Form) -> None:
    """Add the sheet of one annex: a header row, one row a unit, totals."""
    sheet = workbook.add_worksheet(form.sheet)
    sheet.set_default_row(ROW_HEIGHT)
    widths = _column_widths(form)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.set_row(0, LINE_HEIGHT * 2)
    write_headings(sheet, styles, 0, form.headings)
    serial, name = styles.get(border=1, align="center"), styles.get(border=1, num_format="@", text_wrap=True)
    for row in range(1, form.rows + 1):
        if form.names:
            sheet.write_number(row, 0, row, serial)
            sheet.write_string(row, 1, form.names[row - 1], name)
        else:
            sheet.write_blank(row, 0, None, serial)
            sheet.write_blank(row, 1, None, name)
        for position in range(len(form.columns)):
            _write_unit_cell(sheet, styles, form, row, position)
    for row, (label, positions) in enumerate(form.totals.items(), start=form.rows + 1):
        sheet.write_blank(row, 0, None, serial)
        sheet.write_string(row, 1, label, styles.get(border=1, bold=True, num_format="@"))
        for position in range(len(form.columns)):
            _write_total_cell(sheet, styles, form, row, position, position in positions)
    for position in range(len(form.columns)):
        _add_validation(sheet, form, position)
        if _formula(form, 1, position) is None:
            whiten_filled(workbook, sheet, (1, position + 2), (form.rows, position + 2))
    sheet.freeze_panes(1, 2)
    set_page(sheet, landscape=sum(widths) > 108)
    sheet.set_header(f"&C&14 {form.sheet}")
    sheet.set_footer("&C&9 第 &P 页，共 &N 页")


def _column_widths(form: Form) -> list[float]:
    names = max(display_width(text) for text in (form.key_heading, *form.names, *form.totals))
    return [
        6.0,
        float(min(max(names + 2, 12), 34)),
        *(float(max(12, display_width(column.heading) + 2)) for column in form.columns),
    ]


def _write_unit_cell(sheet: Any, styles: Styles, form: Form, row: int, position: int) -> None:
    """Write a unit's cell: a formula where the figure is computed from others, else blank."""
    formula = _formula(form, row, position)
    number_format = _RATE_FORMAT if form.columns[position].measure in form.spec.rates else _COUNT_FORMAT
    if formula is None:
        sheet.write_blank(row, position + 2, None, styles.get(**_INPUT_STYLE, num_format=number_format))
    else:
        value = 0 if form.columns[position].is_total else NO_RESULT_YET
        sheet.write_formula(
            row, position + 2, formula, styles.get(**_FORMULA_STYLE, num_format=number_format), value
        )


def _formula(form: Form, row: int, position: int) -> str | None:
    column = form.columns[position]
    if column.is_total:
        parts = [i for i, other in enumerate(form.columns) if not other.is_total]
        return f"=SUM({_address(row, parts[0])}:{_address(row, parts[-1])})" if parts else None
    if column.measure == "evaluation_rate":
        return _rate_formula(form, row)
    if column.measure == "share":
        return _share_formula(form, row)
    return None


def _rate_formula(form: Form, row: int) -> str | None:
    """Evaluations over cases at two decimals of a percentage; fewer than all is never shown as 100%, 0/0 as ``/``."""
    cases, evaluations = _measure_address(form, "cases", row), _measure_address(form, "evaluations", row)
    if not cases or not evaluations:
        return None
    ratio = f"ROUND({evaluations}/{cases},4)"
    ratio = f"IF({evaluations}<{cases},MIN({ratio},0.9999),{ratio})"
    return (
        f'=IF(OR({cases}="",{evaluations}=""),"",'
        f'IF(COUNT({cases},{evaluations})<2,"/",IF({cases}=0,"/",{ratio})))'
    )


def _share_formula(form: Form, row: int) -> str | None:
    part, first = _measure_address(form, "evaluations", row), _measure_address(form, "evaluations", 1, "$")
    if not part:
        return None
    whole = f"SUM({first}:{_measure_address(form, 'evaluations', form.rows, '$')})"
    return f'=IF({part}="","",IF(NOT(ISNUMBER({part})),"/",IF({whole}=0,"/",ROUND({part}/{whole},4))))'


def _write_total_cell(
    sheet: Any, styles: Styles, form: Form, row: int, position: int, has_total: bool
) -> None:
    """Write a cell of a total row; blank where the quarter before printed none."""
    column = form.columns[position]
    is_rate = column.measure in form.spec.rates
    style = styles.get(**_FORMULA_STYLE, bold=True, num_format=_RATE_FORMAT if is_rate else _COUNT_FORMAT)
    formula = f"=SUM({_address(1, position)}:{_address(form.rows, position)})"
    value: int | str = 0
    if column.measure == "evaluation_rate":
        formula, value = _rate_formula(form, row) or "", NO_RESULT_YET
    elif column.measure == "rectification_satisfaction_rate":
        formula = ""
    if has_total and formula:
        sheet.write_formula(row, position + 2, formula, style, value)
    else:
        sheet.write_blank(row, position + 2, None, style)


def _add_validation(sheet: Any, form: Form, position: int) -> None:
    """Accept a count (or a percentage up to all) or one of the city's words, and nothing else.

    A cell has one validation only: a drop-down of the words would refuse every number.
    """
    column = form.columns[position]
    address = _address(1, position)
    is_rate = column.measure in form.spec.rates
    condition = f"{address}<=1" if is_rate else f"{address}=INT({address})"
    expected = " 0 至 100% 的百分数" if is_rate else "不小于 0 的整数"
    sheet.data_validation(
        1,
        position + 2,
        form.rows,
        position + 2,
        {
            "validate": "custom",
            # IF, not AND: Excel works out every part of AND, and words have no INT.
            "value": f"=IF(ISNUMBER({address}),IF({address}>=0,{condition},FALSE),SUMPRODUCT(--EXACT({WORDS_DEFINED_NAME},{address}))>0)",
            "error_title": "这一格填不了",
            "error_message": f"应为{expected}，或“{HELP_SHEET}”页所列代替数字的用语。",
        },
    )


def _measure_address(form: Form, measure: str, row: int, lock: str = "") -> str:
    """Address of a measure in `row`; blank when the annex has no such column."""
    for position, column in enumerate(form.columns):
        if column.measure == measure and not column.is_total:
            return _address(row, position, lock)
    return ""


def _address(row: int, position: int, lock: str = "") -> str:
    return f"{column_letter(position + 2)}{lock}{row + 1}"
