"""The review workbook: one row a finding, with columns for the analyst to fill in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from haochaping.answers import CORRECT, EXPLAIN, Answer
from haochaping.checks.confront import CheckReport
from haochaping.checks.finding import CellRef, Finding
from haochaping.labels import COLUMNS, SEVERITIES, STATUSES, place

FINDINGS, OTHER_CELLS, HELP = "核对意见", "更正其他单元格", "填写说明"
_TOLD = ["编号", "程度", "状态", "位置", "原值", "意见", "算式", "可疑单元格", "可能的解释", "建议"]
_FILLED = ["处理", "核实值", "说明或依据", "经办人", "日期", "有效至"]
_WIDTHS = {
    "编号": 18,
    "位置": 26,
    "意见": 52,
    "算式": 44,
    "可疑单元格": 34,
    "可能的解释": 44,
    "建议": 30,
    "说明或依据": 34,
}
_OTHER = ["编号", "位置", "原值", "核实值", "说明或依据", "经办人", "日期", "单元格"]
_HELP = [
    "每行一条核对意见。填好后把本文件存为 data/raw/<季度>/review.xlsx，再次运行即生效。",
    "处理选“更正”：在核实值填正确的数，写明依据、经办人、日期。更正的是“位置”一栏所指的单元格。",
    "有误的是其他单元格时，到“更正其他单元格”一页，在该单元格一行填核实值；没有列出的单元格可以照样加行。",
    "处理选“说明”：在说明或依据写明原因；有效至之前，以后各季度出现同一情况时自动沿用，过期须重新说明。",
    "须更正的意见不能只作说明。合计不会随更正自动改变，会按更正后的数重新核对。",
    "编号、原值、单元格三栏请勿改动：原值与资料不符的答复不会采用。",
]


def write_review(report: CheckReport, answers: Sequence[Answer], path: Path) -> None:
    """Write the workbook; what was answered before is filled in already, nothing of it is lost.

    Text never becomes a formula: every cell is written as a string.
    """
    import xlsxwriter

    workbook = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties({"created": datetime(2000, 1, 1)})
    formats = {
        "head": workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
        "text": workbook.add_format({"text_wrap": True, "valign": "top", "num_format": "@"}),
        "fill": workbook.add_format({"text_wrap": True, "valign": "top", "bg_color": "#FFF9E5", "border": 1}),
    }
    _findings_sheet(workbook, formats, report, answers)
    _other_cells_sheet(workbook, formats, report, answers)
    sheet = workbook.add_worksheet(HELP)
    sheet.set_column(0, 0, 110)
    for row, line in enumerate(_HELP):
        sheet.write_string(row, 0, line, formats["text"])
    workbook.close()


def _findings_sheet(
    workbook: Any, formats: dict[str, Any], report: CheckReport, answers: Sequence[Answer]
) -> None:
    sheet = workbook.add_worksheet(FINDINGS)
    headings = [*_TOLD, *_FILLED, "单元格"]
    _head(sheet, formats, headings)
    last = len(report.findings)
    shown = {f.id for f in report.findings}
    for row, finding in enumerate(report.findings, start=1):
        own = [a for a in answers if a.finding == finding.id and a.cell in ("", finding.at.path)]
        _write(sheet, formats, row, headings, _told(finding) | _filled(own[-1] if own else None))
    lost = [a for a in answers if a.finding not in shown]
    for row, answer in enumerate(lost, start=last + 1):
        told = {
            "编号": answer.finding,
            "状态": "本期没有此条",
            "原值": answer.original,
            "单元格": answer.cell,
        }
        _write(sheet, formats, row, headings, told | _filled(answer))
    kind = headings.index("处理")
    last += len(lost)
    if last:
        sheet.data_validation(1, kind, last, kind, {"validate": "list", "source": [CORRECT, EXPLAIN]})
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(last, 1), len(headings) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _other_cells_sheet(
    workbook: Any, formats: dict[str, Any], report: CheckReport, answers: Sequence[Answer]
) -> None:
    sheet = workbook.add_worksheet(OTHER_CELLS)
    _head(sheet, formats, _OTHER)
    rows: list[dict[str, str]] = []
    for finding in report.findings:
        given = {
            a.cell: a for a in answers if a.finding == finding.id and a.cell not in ("", finding.at.path)
        }
        for cell in finding.suspects:
            if cell != finding.at:
                told = _cell_row(finding, cell)
                rows.append(told | _filled(given.pop(cell.path, None)))
        rows += [
            {"编号": finding.id, "单元格": a.cell, "原值": a.original} | _filled(a) for a in given.values()
        ]
    for number, cells in enumerate(rows, start=1):
        _write(sheet, formats, number, _OTHER, cells)
    sheet.freeze_panes(1, 1)


def _head(sheet: Any, formats: dict[str, Any], headings: Sequence[str]) -> None:
    for column, heading in enumerate(headings):
        sheet.set_column(column, column, _WIDTHS.get(heading, 12))
        sheet.write_string(0, column, heading, formats["head"])


def _write(
    sheet: Any, formats: dict[str, Any], row: int, headings: Sequence[str], cells: dict[str, str]
) -> None:
    for column, heading in enumerate(headings):
        style = formats["fill"] if heading in _FILLED else formats["text"]
        text = cells.get(heading, "")
        if text:
            sheet.write_string(row, column, text[:32_000], style)
        else:
            sheet.write_blank(row, column, None, style)


def _told(finding: Finding) -> dict[str, str]:
    return {
        "编号": finding.id,
        "程度": SEVERITIES[finding.severity],
        "状态": STATUSES[finding.status],
        "位置": place(finding.at.table, finding.at.names) + COLUMNS.get(finding.at.column, ""),
        "原值": finding.printed.get(finding.at, ""),
        "意见": finding.message,
        "算式": finding.arithmetic,
        "可疑单元格": "；".join(
            place(cell.table, cell.names) + COLUMNS.get(cell.column, "") for cell in finding.suspects
        ),
        "可能的解释": finding.hypothesis or "",
        "建议": finding.consider,
        "单元格": finding.at.path,
    }


def _cell_row(finding: Finding, cell: CellRef) -> dict[str, str]:
    return {
        "编号": finding.id,
        "位置": place(cell.table, cell.names) + COLUMNS.get(cell.column, ""),
        "原值": finding.printed.get(cell, ""),
        "单元格": cell.path,
    }


def _filled(answer: Answer | None) -> dict[str, str]:
    if answer is None:
        return {}
    return {
        "处理": answer.kind,
        "核实值": answer.value,
        "说明或依据": answer.text,
        "经办人": answer.by,
        "日期": answer.on,
        "有效至": answer.until,
    }
