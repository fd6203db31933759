"""The sheet of one annex in a quarter's form: cells to fill in, formulas, and what a cell accepts."""

from __future__ import annotations

from typing import Any

from haochaping.core.declaration import AS_PRINTED, CHANGE, RATE, SCORE, SHARE, Expression, Measure
from haochaping.core.period import Period
from haochaping.outputs.excel.workbook_style import (
    LINE_HEIGHT,
    ROW_HEIGHT,
    Styles,
    display_width,
    lines_needed,
    set_page,
)
from haochaping.outputs.form.form import Form, TotalLine, UnitLine
from haochaping.outputs.form.form_style import (
    TO_FILL,
    column_letter,
    set_header_and_footer,
    whiten_filled,
    write_headings,
)
from haochaping.present.printed_table import PrintedColumn
from haochaping.read.formats.entries_sheet import HELP_SHEET

_NOT_APPLICABLE, _BLANK = '"/"', '""'
"""What a formula writes where a rate has no base: in a unit's row what bulletins print, in a total's nothing."""
NO_RESULT_YET = " "
"""Stored result of a formula over blank cells: a blank text, so that our reader can tell it from a missing result."""
WORDS_DEFINED_NAME = "代替用语"
"""Defined name (in the workbook) of the words that are accepted in place of a number."""
_RATE_FORMAT, _COUNT_FORMAT = "0.00%", "#,##0"
_FORMATS = {SCORE: "0.00", AS_PRINTED: "@"}
_ACCEPTED = {
    RATE: ("{0}>=0", "{0}<=1", " 0 至 100% 的百分数"),
    SHARE: ("{0}>=0", "{0}<=1", " 0 至 100% 的百分数"),
    SCORE: ("{0}>=0", "TRUE", "不小于 0 的数"),
    CHANGE: ("TRUE", "TRUE", "百分数"),
}
"""Two conditions on a cell by kind of measure, and what they say; any other number must be a count."""
_COUNT_ACCEPTED = ("{0}>=0", "{0}=INT({0})", "不小于 0 的整数")
_NARROWEST, _WIDEST_NAME, _WIDEST_HEADING = 12, 34, 24
"""Widths of columns; longer names and headings take more lines."""
_INPUT_STYLE = {"border": 1, "align": "right", "indent": 1, "bg_color": TO_FILL}
_FORMULA_STYLE = {"border": 1, "align": "right", "indent": 1}


def write_annex(workbook: Any, styles: Styles, form: Form, quarter: Period) -> None:
    """Add the sheet of one annex: a header row, one row a unit, totals among them."""
    sheet = workbook.add_worksheet(form.sheet)
    sheet.set_default_row(ROW_HEIGHT)
    widths = _column_widths(form)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    lines = max(lines_needed(text, width - 1) for text, width in zip(form.headings, widths, strict=True))
    sheet.set_row(0, LINE_HEIGHT * max(lines, 2))
    write_headings(sheet, styles, 0, form.headings)
    serial = 0
    for row, (name, line) in enumerate(zip(form.names, form.lines, strict=True), start=1):
        if (lines := lines_needed(name, widths[1] - 2)) > 1:
            sheet.set_row(row, LINE_HEIGHT * lines + 5)
        if isinstance(line, TotalLine):
            _write_total_line(sheet, styles, form, row, line)
        else:
            serial += 1
            _write_unit_line(sheet, styles, form, row, (serial, line))
    for first, last in form.blocks():
        for position in range(len(form.columns)):
            _add_validation(sheet, form, position, (first, last))
            if _formula(form, first, position) is None:
                whiten_filled(workbook, sheet, (first, position + 2), (last, position + 2))
    sheet.freeze_panes(1, 2)
    set_page(sheet, landscape=sum(widths) > 108)
    set_header_and_footer(sheet, form.sheet, quarter)


def _column_widths(form: Form) -> list[float]:
    names = max(display_width(text) for text in (form.key_heading, *form.names))
    return [
        6.0,
        float(min(max(names + 2, _NARROWEST), _WIDEST_NAME)),
        *(
            float(min(max(_NARROWEST, display_width(column.heading) + 2), _WIDEST_HEADING))
            for column in form.columns
        ),
    ]


def _write_unit_line(sheet: Any, styles: Styles, form: Form, row: int, unit: tuple[int, UnitLine]) -> None:
    """Write the row of a unit, given with its serial number; both are blank where no unit is known."""
    number, line = unit
    serial, name = styles.get(border=1, align="center"), styles.get(border=1, num_format="@", text_wrap=True)
    if line.name:
        sheet.write_number(row, 0, number, serial)
        sheet.write_string(row, 1, line.name, name)
    else:
        sheet.write_blank(row, 0, None, serial)
        sheet.write_blank(row, 1, None, name)
    for position in range(len(form.columns)):
        _write_unit_cell(sheet, styles, form, row, position)


def _write_total_line(sheet: Any, styles: Styles, form: Form, row: int, total: TotalLine) -> None:
    """Write a row of totals; it has no serial number."""
    sheet.write_blank(row, 0, None, styles.get(border=1, align="center"))
    sheet.write_string(row, 1, total.label, styles.get(border=1, bold=True, num_format="@", text_wrap=True))
    for position in range(len(form.columns)):
        _write_total_cell(sheet, styles, form, (row, position), total)


def _write_unit_cell(sheet: Any, styles: Styles, form: Form, row: int, position: int) -> None:
    """Write a unit's cell: a formula where the figure is computed from others, else blank."""
    formula = _formula(form, row, position)
    number_format = _number_format(form.measure(position))
    if formula is None:
        sheet.write_blank(row, position + 2, None, styles.get(**_INPUT_STYLE, num_format=number_format))
    else:
        value = 0 if form.columns[position].is_total else NO_RESULT_YET
        sheet.write_formula(
            row, position + 2, formula, styles.get(**_FORMULA_STYLE, num_format=number_format), value
        )


def _number_format(measure: Measure) -> str:
    return _RATE_FORMAT if measure.is_percentage else _FORMATS.get(measure.kind, _COUNT_FORMAT)


def _formula(form: Form, row: int, position: int) -> str | None:
    column = form.columns[position]
    if column.is_total:
        return _row_total_formula(form, row, column)
    if form.measure(position).kind == RATE:
        return _rate_formula(form, row, position)
    if form.measure(position).kind == SHARE:
        return _share_formula(form, row, position)
    return None


def _row_total_formula(form: Form, row: int, total: PrintedColumn) -> str | None:
    """The sum of the columns of the same measure, which stand side by side or apart."""
    parts = [
        i for i, other in enumerate(form.columns) if other.measure == total.measure and not other.is_total
    ]
    if not parts or total.measure not in form.spec.counts:
        return None
    if parts == list(range(parts[0], parts[-1] + 1)):
        return f"=SUM({_address(row, parts[0])}:{_address(row, parts[-1])})"
    return f"=SUM({','.join(_address(row, i) for i in parts)})"


def _rate_formula(form: Form, row: int, position: int, undefined: str = _NOT_APPLICABLE) -> str | None:
    """Numerator over denominator at two decimals of a percentage; less than all is never shown as 100%.

    `undefined` stands where there is no rate, such as 0/0: a text as formulas write it.
    """
    measure = form.measure(position)
    whole, part = (
        _sum(form, expression, row, position) for expression in (measure.denominator, measure.numerator)
    )
    if not whole or not part:
        return None
    addresses = list(
        dict.fromkeys(
            _measure_address(form, name, row, position)
            for _, name in (*measure.denominator, *measure.numerator)
        )
    )
    blank, all_of = ",".join(f'{address}=""' for address in addresses), ",".join(addresses)
    ratio = f"ROUND({part}/{whole},4)"
    ratio = f"IF({part}<{whole},MIN({ratio},0.9999),{ratio})"
    ratio = f"IF({whole}=0,{undefined},{ratio})"
    return f'=IF(OR({blank}),"",IF(COUNT({all_of})<{len(addresses)},{undefined},{ratio}))'


def _sum(form: Form, expression: Expression, row: int, position: int) -> str:
    """Formula of a sum of measures in one row; blank when the annex lacks a column of it."""
    terms: list[str] = []
    for factor, name in expression:
        address = _measure_address(form, name, row, position)
        if not address:
            return ""
        sign = "-" if factor < 0 else "+" if terms else ""
        terms.append(f"{sign}{address}" if abs(factor) == 1 else f"{sign}{abs(factor)}*{address}")
    return "".join(terms) if len(terms) == 1 else f"({''.join(terms)})" if terms else ""


def _share_formula(form: Form, row: int, position: int, undefined: str = _NOT_APPLICABLE) -> str | None:
    """A count over the sum of all units; the totals among them are left out, for they would count units twice."""
    measure = form.measure(position)
    if len(measure.numerator) != 1:
        return None
    [(_, counted)] = measure.numerator
    part = _measure_address(form, counted, row, position)
    if not part:
        return None
    areas = (
        ":".join(_measure_address(form, counted, at, position, "$") for at in block)
        for block in form.blocks()
    )
    whole = f"SUM({','.join(areas)})"
    ratio = f"IF({whole}=0,{undefined},ROUND({part}/{whole},4))"
    return f'=IF({part}="","",IF(NOT(ISNUMBER({part})),{undefined},{ratio}))'


def _write_total_cell(sheet: Any, styles: Styles, form: Form, at: tuple[int, int], total: TotalLine) -> None:
    """Write a cell of a row of totals, at its row and column; blank where the quarter before printed none.

    It is read as printed, like any other cell, so that what it shows must follow from the cells beside it.
    """
    row, position = at
    measure = form.measure(position)
    style = styles.get(**_FORMULA_STYLE, bold=True, num_format=_number_format(measure))
    formula: str | None = None
    value: int | str = NO_RESULT_YET
    is_part = total.group != "" and form.spec.is_mixed
    if measure.kind == RATE:
        formula = _rate_formula(form, row, position, undefined=_BLANK)
    elif measure.kind == SHARE and is_part:
        formula = _share_formula(form, row, position, undefined=_BLANK)
    elif measure.is_count or measure.kind == SHARE:
        formula, value = _total_formula(form, position, total.group), 0
    if position in total.positions and formula:
        sheet.write_formula(row, position + 2, formula, style, value)
    else:
        sheet.write_blank(row, position + 2, None, style)


def _total_formula(form: Form, position: int, group: str) -> str | None:
    """The sum of a column over the units of a group, or of all; None where it has no rows."""
    areas = [f"{_address(first, position)}:{_address(last, position)}" for first, last in form.blocks(group)]
    return f"=SUM({','.join(areas)})" if areas else None


def _add_validation(sheet: Any, form: Form, position: int, rows: tuple[int, int]) -> None:
    """In the rows from first to last, accept a count (or a percentage up to all) or one of the city's words, and nothing else.

    A cell has one validation only: a drop-down of the words would refuse every number.
    """
    measure = form.measure(position)
    if measure.kind == AS_PRINTED:
        return
    first, last = rows
    address = _address(first, position)
    least, condition, expected = (
        text.format(address) for text in _ACCEPTED.get(measure.kind, _COUNT_ACCEPTED)
    )
    sheet.data_validation(
        first,
        position + 2,
        last,
        position + 2,
        {
            "validate": "custom",
            # IF, not AND: Excel works out every part of AND, and words have no INT.
            "value": f"=IF(ISNUMBER({address}),IF({least},{condition},FALSE),SUMPRODUCT(--EXACT({WORDS_DEFINED_NAME},{address}))>0)",
            "error_title": "这一格填不了",
            "error_message": f"应为{expected}，或“{HELP_SHEET}”页所列代替数字的用语。",
        },
    )


def _measure_address(form: Form, measure: str, row: int, beside: int, lock: str = "") -> str:
    """Address of a measure in `row`, under the same district or tier as column `beside`; blank without such a column."""
    member = form.columns[beside].member
    for position, column in enumerate(form.columns):
        if column.measure == measure and column.member == member and not column.is_total:
            return _address(row, position, lock)
    return ""


def _address(row: int, position: int, lock: str = "") -> str:
    return f"{column_letter(position + 2)}{lock}{row + 1}"
