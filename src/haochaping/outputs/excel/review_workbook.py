"""The review workbook: one row a finding, matter by matter, with columns for the analyst to fill in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from haochaping.checks.check_report import CheckReport
from haochaping.checks.finding import Finding
from haochaping.checks.review import ReviewResult, cell_label, normalize_place
from haochaping.core.labels import SEVERITIES, STATUSES
from haochaping.core.model import CellRef, QuarterData
from haochaping.outputs.cell_words import cell_words
from haochaping.outputs.excel.workbook_style import Styles, fit_row, open_workbook, set_page, write_text
from haochaping.present.numbered_matters import matter_label
from haochaping.store.answers import CORRECT, EXPLAIN, WITHDRAW, Answer, period_line
from haochaping.store.cell_index import CellIndex, cell_of

FINDINGS, OTHER_CELLS, HELP = "核对意见", "更正其他单元格", "填写说明"
_HELP_WIDTH = 110
_FINDING_COLUMNS = ["事项", "程度", "状态", "位置", "原值", "应为", "意见"]
_ANSWER_COLUMNS = ["处理", "核实值", "说明或依据", "经办人", "日期", "有效至"]
_DETAIL_COLUMNS = ["算式", "可疑单元格", "可能的解释", "建议", "编号", "单元格"]
"""Columns of a finding, columns to fill in, columns to look up; only the first two groups are printed on paper."""
_WIDTHS = {
    "事项": 22,
    "程度": 9,
    "编号": 18,
    "位置": 26,
    "意见": 52,
    "算式": 44,
    "可疑单元格": 34,
    "可能的解释": 44,
    "建议": 30,
    "说明或依据": 34,
}
_OTHER_CELL_COLUMNS = ["状态", "位置", "原值", "核实值", "说明或依据", "经办人", "日期", "编号", "单元格"]
_HELP = [
    "每行一条核对意见，同一事项的各行相邻。填好后把本文件存为 data/raw/<时段>/review.xlsx，再次运行即生效。",
    "处理选“更正”：在核实值填正确的数，写明依据、经办人、日期。更正的是“位置”一栏所指的单元格。",
    "有误的是其他单元格时，到“更正其他单元格”一页，在该单元格一行填核实值。"
    "没有列出的单元格可以加行：照抄编号，位置写作 附件1“单位名称”列名 的样子。",
    "处理选“说明”：在说明或依据写明原因；有效至之前，以后各期出现同一情况时自动沿用，"
    "过期须重新说明；没有写有效至的只用于本期。",
    "核实值一格为灰色的，意见不针对某一个单元格，只能填说明；有单元格要更正的，在“更正其他单元格”一页加行。",
    "以前各期的说明已自动填入；不再适用的，处理选“不再沿用”。事项一栏的序号是网页“数据核对”中的序号。",
    "须更正的意见不能只作说明。合计不会随更正自动改变，会按更正后的数重新核对。",
    "编号、原值、单元格三栏请勿改动：原值与资料不符的答复不会采用，原因写在状态栏。",
]


def write_review(reviewed: ReviewResult, answers: Sequence[Answer], path: Path) -> None:
    """Write the review workbook with every earlier answer filled in.

    Explanations of earlier quarters that are still valid are filled in too; expired ones are quoted in 状态.
    Text never becomes a formula: every cell is written as a string.

    Parameters
    ----------
    reviewed : Reviewed
        The quarter with its answers applied, its check report, and explanations carried from earlier quarters.
    answers : sequence of Answer
        Answers of this quarter, applied or refused.
    path : Path
        The file to write.
    """
    workbook = open_workbook(path, f"{reviewed.data.quarter.label}核对意见答复表")
    styles = Styles(workbook)
    answers = [*answers, *reviewed.carried]
    _findings_sheet(workbook, styles, reviewed, answers)
    _other_cells_sheet(workbook, styles, reviewed, answers)
    sheet = workbook.add_worksheet(HELP)
    sheet.set_column(0, 0, _HELP_WIDTH)
    for row, line in enumerate([period_line(reviewed.data.quarter), *_HELP]):
        fit_row(sheet, row, [line], [_HELP_WIDTH])
        write_text(sheet, row, 0, line, styles.get(text_wrap=True, num_format="@"))
    set_page(sheet, header_row=None)
    workbook.close()


def _findings_sheet(workbook: Any, styles: Styles, reviewed: ReviewResult, answers: Sequence[Answer]) -> None:
    report, cell_index, printed = (
        reviewed.report,
        reviewed.data.derived(CellIndex),
        _printed_before_correction(reviewed.data),
    )
    carried = {answer.finding for answer in reviewed.carried}
    sheet = workbook.add_worksheet(FINDINGS)
    headings = [*_FINDING_COLUMNS, *_ANSWER_COLUMNS, *_DETAIL_COLUMNS]
    _write_headings(sheet, styles, headings)
    answer_of, unplaced = _answers_by_cell(reviewed.data, report, answers)
    by_matter = list(_findings_by_matter(report, reviewed.data))
    last_row = len(by_matter)
    for row, (matter, finding) in enumerate(by_matter, start=1):
        answer = answer_of.get((finding.id, finding.at.path))
        texts = _finding_texts(reviewed.data, finding, printed) | {"事项": matter}
        _write_row(sheet, styles, row, headings, texts | _answer_texts(answer, report))
        if finding.at not in cell_index and not (answer and answer.value):
            sheet.write_blank(row, headings.index("核实值"), None, styles.get(border=1, bg_color="#D9D9D9"))
    for row, answer in enumerate(unplaced, start=last_row + 1):
        given_texts = {
            "编号": answer.finding,
            "状态": "另行填写的答复",
            "位置": answer.cell_words,
            "原值": answer.original,
            "单元格": answer.cell,
        }
        _write_row(sheet, styles, row, headings, given_texts | _answer_texts(answer, report))
    kind_column = headings.index("处理")
    for row, (_, finding) in enumerate(by_matter, start=1):
        choices = [CORRECT, EXPLAIN] if finding.at in cell_index else [EXPLAIN]
        choices += [WITHDRAW] if finding.id in carried else []
        sheet.data_validation(row, kind_column, row, kind_column, {"validate": "list", "source": choices})
    if unplaced:
        rows = (last_row + 1, kind_column, last_row + len(unplaced), kind_column)
        sheet.data_validation(*rows, {"validate": "list", "source": [CORRECT, EXPLAIN]})
    last_row += len(unplaced)
    sheet.freeze_panes(1, 4)
    sheet.autofilter(0, 0, max(last_row, 1), len(headings) - 1)
    set_page(sheet, landscape=True)
    sheet.print_area(0, 0, last_row, len(_FINDING_COLUMNS) + len(_ANSWER_COLUMNS) - 1)


def _findings_by_matter(report: CheckReport, data: QuarterData) -> Iterator[tuple[str, Finding]]:
    """The findings in the order of the page, each with its matter: number, a few words, and how many rows if several."""
    findings = {finding.id: finding for finding in report.findings}
    for number, matter in enumerate(report.matters, start=1):
        members = [findings[name] for name in matter.findings]
        many = f"（共 {len(members)} 行）" if len(members) > 1 else ""
        for finding in members:
            yield f"{number} {matter_label(matter, members, data)}{many}", finding


def _other_cells_sheet(
    workbook: Any, styles: Styles, reviewed: ReviewResult, answers: Sequence[Answer]
) -> None:
    report, printed = reviewed.report, _printed_before_correction(reviewed.data)
    sheet = workbook.add_worksheet(OTHER_CELLS)
    _write_headings(sheet, styles, _OTHER_CELL_COLUMNS)
    answer_of, _ = _answers_by_cell(reviewed.data, report, answers)
    rows: list[dict[str, str]] = []
    for _, finding in _findings_by_matter(report, reviewed.data):
        for cell in finding.suspects:
            if cell != finding.at:
                answer = answer_of.get((finding.id, cell.path))
                rows.append(
                    _other_cell_texts(reviewed.data, finding, cell, printed) | _answer_texts(answer, report)
                )
    for number, cells in enumerate(rows, start=1):
        _write_row(sheet, styles, number, _OTHER_CELL_COLUMNS, cells)
    sheet.freeze_panes(1, 0)
    set_page(sheet, landscape=True)


def _answers_by_cell(
    data: QuarterData, report: CheckReport, answers: Sequence[Answer]
) -> tuple[dict[tuple[str, str], Answer], list[Answer]]:
    """One answer for each (finding id, cell path) that has a row, and the answers that have none.

    Of several answers to one cell an applied one goes before a refused one.
    """
    answer_of: dict[tuple[str, str], Answer] = {}
    for finding in report.findings:
        for cell in dict.fromkeys([finding.at, *finding.suspects]):
            candidates = [
                a for a in answers if a.finding == finding.id and _is_about_cell(data, a, cell, finding)
            ]
            if candidates:
                answer_of[finding.id, cell.path] = next(
                    (a for a in candidates if not _refusal_reason(a, report)), candidates[0]
                )
    used = {id(answer) for answer in answer_of.values()}
    return answer_of, [answer for answer in answers if id(answer) not in used]


def _is_about_cell(data: QuarterData, answer: Answer, cell: CellRef, finding: Finding) -> bool:
    """Whether an answer is about this cell: by path, in words, or by naming none (then it is the finding's own)."""
    if answer.cell or answer.cell_words:
        return answer.cell == cell.path or (
            not answer.cell and normalize_place(answer.cell_words) == cell_label(data, cell)
        )
    return cell == finding.at


def _refusal_reason(answer: Answer, report: CheckReport) -> str:
    """Why an answer was not applied; blank when it was."""
    for remark in report.remarks:
        if remark.startswith(f"{answer.place}：") and "未采用" in remark:
            return remark.removeprefix(f"{answer.place}：")
    return ""


def _answer_texts(answer: Answer | None, report: CheckReport) -> dict[str, str]:
    """What was filled in; a refused answer keeps its own 原值 and gives the reason, so that it is refused again."""
    if answer is None:
        return {}
    reason = _refusal_reason(answer, report)
    refused = {"状态": reason, "原值": answer.original} if reason else {}
    return {name: text for name, text in refused.items() if text} | _entered_texts(answer)


def _write_headings(sheet: Any, styles: Styles, headings: Sequence[str]) -> None:
    for column, heading in enumerate(headings):
        sheet.set_column(column, column, _WIDTHS.get(heading, 12))
        sheet.write_string(0, column, heading, styles.head)


def _write_row(sheet: Any, styles: Styles, row: int, headings: Sequence[str], cells: dict[str, str]) -> None:
    wrapped = [name for name in headings if name not in ("编号", "单元格")]  # ids need not be read whole
    fit_row(
        sheet, row, [cells.get(name, "") for name in wrapped], [_WIDTHS.get(name, 12) for name in wrapped]
    )
    fill = styles.get(text_wrap=True, valign="top", border=1, bg_color="#FFF9E5")
    for column, heading in enumerate(headings):
        style = fill if heading in _ANSWER_COLUMNS else styles.prose
        write_text(sheet, row, column, cells.get(heading, ""), style)


def _printed_before_correction(data: QuarterData) -> dict[CellRef, str]:
    """What corrected cells read before: an answer is compared with what the source prints, at every run."""
    return {cell_of(row): row["printed"] for row in data.corrections.to_dict("records")}


def _finding_texts(data: QuarterData, finding: Finding, printed: Mapping[CellRef, str]) -> dict[str, str]:
    """Texts of a finding by column; an explanation that has expired is quoted after the status."""
    status = data.quarter.in_own_words(STATUSES[finding.state])
    if finding.answer and finding.status in ("new", "known"):
        status += f"；{finding.answer}"
    return {
        "编号": finding.id,
        "程度": SEVERITIES[finding.severity],
        "状态": status,
        "位置": cell_words(data, finding.at),
        "原值": printed.get(finding.at, finding.printed.get(finding.at, "")),
        "应为": finding.expected,
        "意见": finding.message,
        "算式": finding.arithmetic,
        "可疑单元格": "；".join(cell_words(data, cell) for cell in finding.suspects),
        "可能的解释": finding.hypothesis or "",
        "建议": finding.consider,
        "单元格": finding.at.path,
    }


def _other_cell_texts(
    data: QuarterData, finding: Finding, cell: CellRef, printed: Mapping[CellRef, str]
) -> dict[str, str]:
    return {
        "编号": finding.id,
        "位置": cell_words(data, cell),
        "原值": printed.get(cell, finding.printed.get(cell, "")),
        "单元格": cell.path,
    }


def _entered_texts(answer: Answer | None) -> dict[str, str]:
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
