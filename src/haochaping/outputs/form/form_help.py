"""The first sheet of a quarter's form: how to fill it in, what is still blank, names that differ from the registry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from haochaping.core.declaration import AS_PRINTED, CHANGE
from haochaping.core.period import Period
from haochaping.core.text import printable
from haochaping.outputs.excel.workbook_style import Styles, fit_row, set_page, write_text
from haochaping.outputs.form.form import Form
from haochaping.outputs.form.form_annex import WORDS_DEFINED_NAME
from haochaping.outputs.form.form_style import column_letter, quotable, set_header_and_footer, write_headings
from haochaping.read.formats.entries_sheet import HELP_SHEET, SHEET

STEPS = (
    "每个附件一页，第一行是表头。黄色格填写，填好后变白；其余是公式，自动算出。列的名称和次序请勿改动。",
    "单位名称按上季度（没有上季度的，按单位名录）列出，有增减、改名的直接改，序号从 1 起连续编。"
    "增加单位请在该组的小计或合计行以上、已有各行之间插入行。",
    "没有数的格不要填 0，填下列“代替数字的用语”之一；确实为零的填 0；不知道的留空，核对时会列出。",
    "从别处粘贴时选“只粘贴数值”，以免带走格式和公式。粘贴的内容不受输入限制，请看下面的填写检查。",
    "比率、占比、小计、合计是公式，可以直接改写为要印发的数；运行时一律重新核算，不一致的会指出。",
    f"本期没有的附件，把该页整页删除。“{SHEET}”一页填通报正文里的数和日期，以及各附件的标题和备注。",
    "填好后存盘，运行 make quarter。文字说明写在同一文件夹的 notes.md 里：各节都显示在简报网页上，"
    "其中“通报·”开头的三节还写入通报；提示不会印出。",
)
_WIDTHS = (24, 66, 12, 14)
_LENIENT = (CHANGE, AS_PRINTED)
"""Kinds of measure that accept more than numbers from zero up."""
_BLANKS = "COUNTBLANK({0})"
_UNRECOGNISED = f'SUMPRODUCT(--(LEN({{0}})>0))-{{1}}-SUMPRODUCT(COUNTIF({{0}},"="&{WORDS_DEFINED_NAME}))'
_NUMBERS, _NUMBERS_FROM_ZERO = "COUNT({0})", 'COUNTIF({0},">=0")'
"""Formulas over an area: its blank cells, and those with neither a number nor a word in place of one."""


@dataclass(frozen=True)
class Help:
    """Content of the sheet: the annexes, words in place of numbers with their meaning, differing names by sheet."""

    quarter: Period
    forms: Sequence[Form]
    words: dict[str, str]
    names: dict[str, list[str]]


def write_help(workbook: Any, styles: Styles, content: Help) -> None:
    """Add the sheet 填写说明 to `workbook`."""
    sheet = workbook.add_worksheet(HELP_SHEET)
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.set_row(0, 30)
    title = f"{content.quarter.label}数据附件填写说明"
    sheet.write_string(0, 0, title, styles.get(bold=True, font_size=14))
    steps = [
        (f"说明 {number}", content.quarter.in_own_words(step)) for number, step in enumerate(STEPS, start=1)
    ]
    row = _write_lines(sheet, styles, 1, steps)
    row = _write_checks(sheet, styles, content.forms, row + 1)
    if count := sum(map(len, content.names.values())):
        write_headings(
            sheet,
            styles,
            row + 1,
            (
                "与名录不同的名称",
                f"共 {count} 个，照{content.quarter.before}所印列出；请决定改名称，还是在 units.csv 登记",
            ),
        )
        row = _write_lines(
            sheet,
            styles,
            row + 2,
            [(area, "、".join(names)) for area, names in content.names.items() if names],
        )
    write_headings(sheet, styles, row + 1, ("代替数字的用语", "含义"))
    first = row + 2
    no_meaning = f"没有固定含义，请在“{SHEET}”页该附件的备注中写明"
    row_after = _write_lines(
        sheet, styles, first, [(word, meaning or no_meaning) for word, meaning in content.words.items()]
    )
    workbook.define_name(WORDS_DEFINED_NAME, f"='{HELP_SHEET}'!$A${first + 1}:$A${max(first + 1, row_after)}")
    set_page(sheet, header_row=None)
    set_header_and_footer(sheet, "", content.quarter)


def _write_lines(sheet: Any, styles: Styles, row: int, lines: Sequence[tuple[str, str]]) -> int:
    """Write label and text in rows high enough; return the row after them."""
    for label, text in lines:
        fit_row(sheet, row, (label, text), _WIDTHS[:2])
        write_text(sheet, row, 0, label, styles.prose)
        write_text(sheet, row, 1, text, styles.prose)
        row += 1
    return row


def _write_checks(sheet: Any, styles: Styles, forms: Sequence[Form], row: int) -> int:
    """Write one row for each annex: columns with blank cells, their number, cells with neither number nor known word.

    Returns the row after them. Pasting circumvents the validation of cells, so invalid cells are counted here too.
    """
    write_headings(sheet, styles, row, ("填写检查", "哪些列有空白格", "空白格数", "不认识的格数"))
    count_style = styles.get(border=1, align="left", valign="top", num_format="0")
    for form in forms:
        row += 1
        sheet.write_string(row, 0, form.sheet, styles.prose)
        if not form.columns:
            sheet.write_string(row, 1, "没有列", styles.prose)
            continue
        columns = [i for i, column in enumerate(form.columns) if not column.is_total]
        units = sum(last - first + 1 for first, last in form.blocks())
        initial_text = printable("".join(f"{form.columns[i].heading} {units} 格；" for i in columns))
        fit_row(sheet, row, (form.sheet, initial_text), _WIDTHS[:2])
        areas = _unit_areas(form, 0, len(form.columns) - 1)
        sheet.write_formula(
            row, 1, f"={'&'.join(_blank_count_formula(form, i) for i in columns)}", styles.prose, initial_text
        )
        sheet.write_formula(row, 2, f"={_sum_over(areas, _BLANKS)}", count_style, units * len(columns))
        sheet.write_formula(row, 3, f"={_unrecognised_formula(form)}", count_style, 0)
    return row + 1


def _unrecognised_formula(form: Form) -> str:
    """Formula for the number of cells that hold nothing acceptable: any text is in a column of text, a change may fall."""
    terms = ["0"]
    kinds = [form.measure(position).kind for position in range(len(form.columns))]
    for kind, run in groupby(enumerate(kinds), key=lambda item: item[1] if item[1] in _LENIENT else ""):
        positions = [position for position, _ in run]
        numbers = _NUMBERS if kind == CHANGE else _NUMBERS_FROM_ZERO
        areas = _unit_areas(form, positions[0], positions[-1]) if kind != AS_PRINTED else []
        terms += [_UNRECOGNISED.format(area, numbers.format(area)) for area in areas]
    return "+".join(terms[1:] or terms)


def _unit_areas(form: Form, first: int, last: int) -> list[str]:
    """The cells of units in the columns from first to last: an area for each run of rows between totals."""
    left, right = column_letter(first + 2), column_letter(last + 2)
    return [f"'{form.sheet}'!${left}${top + 1}:${right}${bottom + 1}" for top, bottom in form.blocks()]


def _sum_over(areas: Sequence[str], formula: str) -> str:
    """The sum of a formula over areas, for functions that take only one."""
    return "+".join(formula.format(area) for area in areas)


def _blank_count_formula(form: Form, position: int) -> str:
    """Formula for the heading of a column with the number of its blank cells; blank text where it has none."""
    heading = quotable(form.columns[position].heading)
    blanks = _sum_over(_unit_areas(form, position, position), _BLANKS)
    return f'IF({blanks}=0,"","{heading} "&({blanks})&" 格；")'
