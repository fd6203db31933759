"""An empty quarter to fill in: ``annexes.xlsx`` and ``notes.md`` in ``data/raw/<quarter>/``."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from haochaping.briefing.annex_layout import (
    SERIAL,
    GridColumn,
    annex_grid,
    sheet_name,
    standard_columns,
)
from haochaping.cleaning.text import fold
from haochaping.errors import InputRefused, Problem
from haochaping.labels import COLUMNS
from haochaping.model import TABLES, QuarterData, TableSpec
from haochaping.notes import NOTES, template
from haochaping.publish.workbook import (
    LINE_HEIGHT,
    ROW_HEIGHT,
    Styles,
    display_width,
    fit_row,
    open_workbook,
    set_page,
    write_text,
)
from haochaping.quarter import Quarter
from haochaping.reference import Reference
from haochaping.sources.entries import DATES, FIGURES, HELP_SHEET, ITEMS, SHEET

ANNEXES = "annexes.xlsx"
HEADLINE_HEADINGS = ("项目", "内容", "说明")
TOTAL_LABEL = "合计"
_TOTALS_BY_DEFAULT = ("district_departments", "public_services")
NO_RESULT_YET = " "
"""Stored result of a formula over blank cells: a blank text, so that a reader can tell it from no result at all."""
_BLANK_ROWS = 20
_WORDS = "代替用语"
_RATE, _WHOLE = "0.00%", "#,##0"
_INPUT = {"border": 1, "align": "right", "indent": 1, "bg_color": "#FFF9E5"}
_TOLD = {"border": 1, "align": "right", "indent": 1}


def write_new(
    folder: Path, quarter: Quarter, reference: Reference, previous: QuarterData | None
) -> list[Path]:
    """Lay out the folder of a quarter.

    Parameters
    ----------
    folder : Path
        ``data/raw/<quarter>/``; made if need be.
    quarter : Quarter
        The quarter to be filled in.
    reference : Reference
        The city's units and words.
    previous : QuarterData or None
        The quarter before: its units, columns, totals and issuer are taken over, its figures are not.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    InputRefused
        One of the files is there already; then nothing is written.
    """
    there = [path for name in (ANNEXES, NOTES) if (path := folder / name).exists()]
    if there:
        raise InputRefused(
            Problem(str(path), "已有此文件", "不覆盖填写过的内容；确要重做的，请先移走") for path in there
        )
    folder.mkdir(parents=True, exist_ok=True)
    contents = {
        ANNEXES: _workbook(quarter, reference, previous),
        NOTES: template(quarter.label).encode("utf-8"),
    }
    for name, content in contents.items():
        with (folder / name).open("xb") as file:
            file.write(content)
    return [folder / name for name in contents]


# --- what is to be filled in --------------------------------------------------------------------------


@dataclass(frozen=True)
class _Form:
    """One annex to fill in: its columns, names, and where totals are asked for."""

    spec: TableSpec
    key_heading: str
    columns: Sequence[GridColumn]
    names: Sequence[str]
    totals: dict[str, set[int]]
    """Label to the positions of columns that have a total."""

    @property
    def rows(self) -> int:
        """Rows to fill in; some blank ones where no unit is known."""
        return len(self.names) or _BLANK_ROWS

    @property
    def headings(self) -> list[str]:
        return [SERIAL, self.key_heading, *(column.heading for column in self.columns)]


def _form(name: str, quarter: Quarter, reference: Reference, previous: QuarterData | None) -> _Form:
    """From the quarter before where it has the annex, else from the units registry."""
    spec = TABLES[name]
    heading = COLUMNS[spec.key[0]]
    if previous is not None and not previous.table(name).empty:
        grid = annex_grid(previous, name)
        totals = {
            row.name: {i for i, cell in enumerate(row.cells) if cell.value is not None} for row in grid.totals
        }
        return _Form(spec, heading, grid.columns, [row.name for row in grid.rows], totals)
    districts = _units("district", quarter, reference)
    columns = standard_columns(spec, districts)
    counted = {i for i, column in enumerate(columns) if column.measure in spec.counts}
    totals = {TOTAL_LABEL: counted} if name in _TOTALS_BY_DEFAULT else {}
    names = _units(spec.unit_kinds[spec.key[0]], quarter, reference)
    return _Form(spec, heading, columns, names, totals)


def _units(kind: str, quarter: Quarter, reference: Reference) -> list[str]:
    """Names of the units that exist at the end of the quarter, in official order; those without a place last."""
    units = [unit for unit in reference.units if unit.kind == kind and unit.valid_on(quarter.end)]
    return [
        u.canonical for u in sorted(units, key=lambda unit: (unit.official_order == 0, unit.official_order))
    ]


# --- the workbook -------------------------------------------------------------------------------------


def _workbook(quarter: Quarter, reference: Reference, previous: QuarterData | None) -> bytes:
    buffer = io.BytesIO()
    workbook = open_workbook(buffer, f"{quarter.label}政务服务“好差评”数据附件（待填）")
    styles = Styles(workbook)
    forms = [_form(name, quarter, reference, previous) for name in TABLES]
    words = [word for word in reference.no_value if fold(word)]
    _help(workbook, styles, quarter, forms, {word: reference.no_value[word] for word in words})
    _headline(workbook.add_worksheet(SHEET), styles, quarter, reference, previous)
    for form in forms:
        _annex(workbook.add_worksheet(sheet_name(form.spec)), styles, form)
    workbook.close()
    return buffer.getvalue()


_STEPS = (
    "每个附件一页，第一行是表头。黄色格填写，白色格是公式，填好后自动算出；列的名称和次序请勿改动。",
    "单位名称按上季度（没有上季度的，按单位名录）列出，有增减、改名的直接改，序号从 1 起连续编。"
    "增加单位请在合计行以上、已有各行之间插入行。",
    "没有数的格不要填 0，填下列“代替数字的用语”之一；确实为零的填 0；不知道的留空，核对时会列出。",
    "从别处粘贴时选“只粘贴数值”，以免带走格式和公式。粘贴的内容不受输入限制，请看下面的填写检查。",
    "评价率、总量占比、合计是公式，可以直接改写为要印发的数；运行时一律重新核算，不一致的会指出。",
    "本期没有的附件，把该页整页删除。“正文与日期”一页填通报正文里的数和日期。",
    "填好后存盘，运行 make quarter。简报各节的文字说明写在同一文件夹的 notes.md 里。",
)


def _help(
    workbook: Any, styles: Styles, quarter: Quarter, forms: Sequence[_Form], words: dict[str, str]
) -> None:
    sheet = workbook.add_worksheet(HELP_SHEET)
    widths = (22, 66, 16)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.set_row(0, 30)
    sheet.write_string(0, 0, f"{quarter.label}数据附件填写说明", styles.get(bold=True, font_size=14))
    row = 1
    for number, step in enumerate(_STEPS, start=1):
        fit_row(sheet, row, ("", step), widths[:2])
        sheet.write_string(row, 0, f"说明 {number}", styles.prose)
        sheet.write_string(row, 1, step, styles.prose)
        row += 1
    row = _checks(sheet, styles, forms, row + 1)
    _heads(sheet, styles, row + 1, ("代替数字的用语", "含义"))
    first = row + 2
    for number, (word, meaning) in enumerate(words.items(), start=first):
        sheet.write_string(number, 0, word, styles.prose)
        sheet.write_string(number, 1, meaning or "没有固定含义，请在附件备注中写明", styles.prose)
    last = max(first, first + len(words) - 1)
    workbook.define_name(_WORDS, f"='{HELP_SHEET}'!$A${first + 1}:$A${last + 1}")
    set_page(sheet, header_row=None)


def _checks(sheet: Any, styles: Styles, forms: Sequence[_Form], row: int) -> int:
    """For each annex how many cells are blank and how many hold what is neither a number nor a known word.

    Pasting goes round the validation of cells, so it is counted here as well.
    """
    _heads(sheet, styles, row, ("填写检查", "空白格数", "不认识的格数"))
    for form in forms:
        row += 1
        sheet.write_string(row, 0, sheet_name(form.spec), styles.prose)
        if not form.columns:
            sheet.write_string(row, 1, "没有列", styles.prose)
            continue
        area = f"'{sheet_name(form.spec)}'!$C$2:${_letter(len(form.columns) + 1)}${form.rows + 1}"
        blank = form.rows * sum(not column.is_total for column in form.columns)
        known = f'COUNTIF({area},">=0")-SUMPRODUCT(COUNTIF({area},"="&{_WORDS}))'
        counted = styles.get(border=1, align="left", num_format="0")
        sheet.write_formula(row, 1, f"=COUNTBLANK({area})", counted, blank)
        sheet.write_formula(row, 2, f"=SUMPRODUCT(--(LEN({area})>0))-{known}", counted, 0)
    return row + 1


def _heads(sheet: Any, styles: Styles, row: int, headings: Sequence[str]) -> None:
    for column, heading in enumerate(headings):
        sheet.write_string(row, column, heading, styles.head)


def _annex(sheet: Any, styles: Styles, form: _Form) -> None:
    sheet.set_default_row(ROW_HEIGHT)
    widths = _widths(form)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.set_row(0, LINE_HEIGHT * 2)
    _heads(sheet, styles, 0, form.headings)
    serial, name = styles.get(border=1, align="center"), styles.get(border=1, num_format="@", text_wrap=True)
    for row in range(1, form.rows + 1):
        if form.names:
            sheet.write_number(row, 0, row, serial)
            sheet.write_string(row, 1, form.names[row - 1], name)
        else:
            sheet.write_blank(row, 0, None, serial)
            sheet.write_blank(row, 1, None, name)
        for position in range(len(form.columns)):
            _fill(sheet, styles, form, row, position)
    for row, (label, positions) in enumerate(form.totals.items(), start=form.rows + 1):
        sheet.write_blank(row, 0, None, serial)
        sheet.write_string(row, 1, label, styles.get(border=1, bold=True, num_format="@"))
        for position in range(len(form.columns)):
            _total(sheet, styles, form, row, position, position in positions)
    for position in range(len(form.columns)):
        _validate(sheet, form, position)
    sheet.freeze_panes(1, 2)
    set_page(sheet, landscape=sum(widths) > 108)
    sheet.set_header(f"&C&14 {sheet_name(form.spec)}")
    sheet.set_footer("&C&9 第 &P 页，共 &N 页")


def _widths(form: _Form) -> list[float]:
    names = max(display_width(text) for text in (form.key_heading, *form.names, *form.totals))
    return [
        6.0,
        float(min(max(names + 2, 12), 34)),
        *(float(max(12, display_width(column.heading) + 2)) for column in form.columns),
    ]


def _fill(sheet: Any, styles: Styles, form: _Form, row: int, position: int) -> None:
    """A cell of a unit: a formula where the figure follows from others, else blank."""
    formula = _formula(form, row, position)
    shown = _RATE if form.columns[position].measure in form.spec.rates else _WHOLE
    if formula is None:
        sheet.write_blank(row, position + 2, None, styles.get(**_INPUT, num_format=shown))
    else:
        value = 0 if form.columns[position].is_total else NO_RESULT_YET
        sheet.write_formula(row, position + 2, formula, styles.get(**_TOLD, num_format=shown), value)


def _formula(form: _Form, row: int, position: int) -> str | None:
    column = form.columns[position]
    if column.is_total:
        parts = [i for i, other in enumerate(form.columns) if not other.is_total]
        return f"=SUM({_at(row, parts[0])}:{_at(row, parts[-1])})" if parts else None
    if column.measure == "evaluation_rate":
        return _rate_formula(form, row)
    if column.measure == "share":
        return _share_formula(form, row)
    return None


def _rate_formula(form: _Form, row: int) -> str | None:
    """Evaluations over cases at two decimals; short of all never shown as 100%, nothing over nothing as ``/``."""
    cases, evaluations = _cell(form, "cases", row), _cell(form, "evaluations", row)
    if not cases or not evaluations:
        return None
    ratio = f"ROUND({evaluations}/{cases},4)"
    ratio = f"IF({evaluations}<{cases},MIN({ratio},0.9999),{ratio})"
    return (
        f'=IF(OR({cases}="",{evaluations}=""),"",'
        f'IF(COUNT({cases},{evaluations})<2,"/",IF({cases}=0,"/",{ratio})))'
    )


def _share_formula(form: _Form, row: int) -> str | None:
    part, first = _cell(form, "evaluations", row), _cell(form, "evaluations", 1, "$")
    if not part:
        return None
    whole = f"SUM({first}:{_cell(form, 'evaluations', form.rows, '$')})"
    return f'=IF({part}="","",IF(NOT(ISNUMBER({part})),"/",IF({whole}=0,"/",ROUND({part}/{whole},4))))'


def _total(sheet: Any, styles: Styles, form: _Form, row: int, position: int, wanted: bool) -> None:
    """A cell of a total row; blank where the quarter before printed none."""
    column = form.columns[position]
    is_rate = column.measure in form.spec.rates
    style = styles.get(**_TOLD, bold=True, num_format=_RATE if is_rate else _WHOLE)
    formula = f"=SUM({_at(1, position)}:{_at(form.rows, position)})"
    value: int | str = 0
    if column.measure == "evaluation_rate":
        formula, value = _rate_formula(form, row) or "", NO_RESULT_YET
    elif column.measure == "rectification_satisfaction_rate":
        formula = ""
    if wanted and formula:
        sheet.write_formula(row, position + 2, formula, style, value)
    else:
        sheet.write_blank(row, position + 2, None, style)


def _validate(sheet: Any, form: _Form, position: int) -> None:
    """Accept a count (or a percentage up to all) or one of the city's words, and nothing else.

    A cell has one validation only: a drop-down of the words would refuse every number.
    """
    column = form.columns[position]
    at = _at(1, position)
    rate = column.measure in form.spec.rates
    number = f"{at}<=1" if rate else f"{at}=INT({at})"
    wanted = " 0 至 100% 的百分数" if rate else "不小于 0 的整数"
    sheet.data_validation(
        1,
        position + 2,
        form.rows,
        position + 2,
        {
            "validate": "custom",
            # IF, not AND: Excel works out every part of AND, and words have no INT.
            "value": f"=IF(ISNUMBER({at}),IF({at}>=0,{number},FALSE),SUMPRODUCT(--EXACT({_WORDS},{at}))>0)",
            "error_title": "这一格填不了",
            "error_message": f"应为{wanted}，或“{HELP_SHEET}”页所列代替数字的用语。",
        },
    )


def _cell(form: _Form, measure: str, row: int, lock: str = "") -> str:
    """Address of a measure in `row`; blank when the annex has no such column."""
    for position, column in enumerate(form.columns):
        if column.measure == measure and not column.is_total:
            return _at(row, position, lock)
    return ""


def _at(row: int, position: int, lock: str = "") -> str:
    return f"{_letter(position + 2)}{lock}{row + 1}"


def _letter(column: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(column))


# --- text and dates -----------------------------------------------------------------------------------

_AS_PRINTED = "照通报正文填写，如 99.9%以上；正文没有的留空"
_HINTS = {
    "quarter": "请勿改动",
    "period_start": "季度首日，已填",
    "period_end": "季度末日，已填",
    "extraction_date": "从系统提取数据的日期，如 2023-01-05",
    "issue_date": "通报落款日期；尚未印发的留空",
    "issuer": "通报落款单位",
    "records": "照通报正文填写，如 9069695 或 约907万；正文没有的留空",
    "text": "通报正文全文，可以粘贴；没有的留空",
    "planned_work": "通报正文中下一步工作的语句；没有的留空",
}


def _headline(
    sheet: Any, styles: Styles, quarter: Quarter, reference: Reference, previous: QuarterData | None
) -> None:
    for column, width in enumerate((22, 56, 44)):
        sheet.set_column(column, column, width)
    _heads(sheet, styles, 0, HEADLINE_HEADINGS)
    filled = _prefilled(quarter, reference, previous)
    text = styles.get(border=1, text_wrap=True, num_format="@", bg_color="#FFF9E5")
    day = styles.get(border=1, num_format="yyyy-mm-dd", align="left", bg_color="#FFF9E5")
    for row, (label, name) in enumerate(ITEMS.items(), start=1):
        value = filled.get(name, "")
        hint = _HINTS.get(name, _AS_PRINTED if name in FIGURES.values() else "")
        fit_row(sheet, row, (label, value if isinstance(value, str) else "", hint), (22, 56, 44))
        sheet.write_string(row, 0, label, styles.get(border=1))
        if isinstance(value, date):
            sheet.write_datetime(row, 1, datetime(value.year, value.month, value.day), day)
        else:
            write_text(sheet, row, 1, value, day if name in DATES.values() else text)
        write_text(sheet, row, 2, hint, styles.get(border=1, text_wrap=True))
        if name in DATES.values():
            sheet.data_validation(
                row,
                1,
                row,
                1,
                {
                    "validate": "date",
                    "criteria": ">=",
                    "value": date(2000, 1, 1),
                    "error_title": "这一格填不了",
                    "error_message": "应为日期，如 2023-01-05。",
                },
            )
    # 99.9%以上 is text, and so is 99.9%: a number would lose the decimals as printed.
    sheet.ignore_errors({"number_stored_as_text": f"B2:B{len(ITEMS) + 1}"})
    sheet.freeze_panes(1, 1)
    set_page(sheet)


def _prefilled(quarter: Quarter, reference: Reference, previous: QuarterData | None) -> dict[str, str | date]:
    """What is known beforehand: the quarter and its dates; issuer, addressees and title as the quarter before."""
    facts: dict[str, str | date] = {
        "quarter": str(quarter),
        "period_start": quarter.start,
        "period_end": quarter.end,
        "issuer": str(reference.city.get("office", "")),
    }
    if previous is None:
        return facts
    for name in ("issuer", "addressees"):
        if fact := previous.fact(name):
            facts[name] = fact
    title = previous.fact("title")
    if previous.quarter.label in title:
        facts["title"] = title.replace(previous.quarter.label, quarter.label)
    return facts
