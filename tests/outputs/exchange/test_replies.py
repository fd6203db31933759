"""Rows of returned sheets become answers to the findings that they are about."""

from __future__ import annotations

from haochaping.checks.finding import Finding
from haochaping.core.model import CellRef, QuarterData
from haochaping.outputs.exchange.merge_replies import Merged, merge_replies
from haochaping.outputs.exchange.replies import SheetReader
from haochaping.reference.reference import Reference
from haochaping.store.answers import Answer
from haochaping.store.cell_index import CellIndex

WATER = "市水务集团有限责任公司"
RATE = CellRef("city_departments", WATER, "evaluation_rate")
EVALUATIONS = CellRef("city_departments", WATER, "evaluations")
CASES = CellRef("city_departments", WATER, "cases")
TOTAL = CellRef("public_services", "总数", "evaluations")
OF_RATE = Finding(
    "rate", RATE, "correct", "", "", "", (RATE, CASES, EVALUATIONS), suspects=(EVALUATIONS, CASES)
)
OF_CASES = Finding("peers", CASES, "verify", "", "", "", (CASES,))
OF_TOTAL = Finding("total", TOTAL, "correct", "", "", "", (TOTAL, EVALUATIONS), suspects=(EVALUATIONS,))
FINDINGS = (OF_RATE, OF_CASES, OF_TOTAL)


class Sheet:
    """Rows of one sheet, and what becomes of them."""

    def __init__(self, real: QuarterData, reference: Reference):
        self.cell_index, self.reference = CellIndex(real, reference), reference
        self.rows: list[Answer] = []

    def add(self, finding: Finding, cell: CellRef, value: str, text: str) -> None:
        number, printed = len(self.rows) + 9, self.cell_index.printed(cell)
        self.rows.append(
            Answer(
                f"甲.xlsx 第 {number} 行",
                finding.id,
                cell.path,
                printed,
                "",
                value,
                text,
                "甲",
                "2023-01-12",
                "",
            )
        )

    def merged(self) -> Merged:
        reader = SheetReader(FINDINGS, self.cell_index, self.reference)
        replies = list(reader.replies(self.rows))
        assert reader.left == []
        return merge_replies([], replies)


def test_a_cell_left_as_printed_in_one_row_and_corrected_in_another_is_not_decided(
    real: QuarterData, reference: Reference
) -> None:
    sheet = Sheet(real, reference)
    sheet.add(OF_CASES, CASES, "", "核对系统，无误")
    sheet.add(OF_RATE, CASES, "11300", "系统导出")
    merged = sheet.merged()
    assert merged.taken == ()
    assert "甲.xlsx 第 9 行“核对系统，无误”（原值不改）；甲.xlsx 第 10 行“11300”" in merged.conflicts[0] or (
        "甲.xlsx 第 10 行“11300”；甲.xlsx 第 9 行“核对系统，无误”（原值不改）" in merged.conflicts[0]
    )


def test_a_cell_confirmed_does_not_explain_the_finding_about_another(
    real: QuarterData, reference: Reference
) -> None:
    sheet = Sheet(real, reference)
    sheet.add(OF_TOTAL, EVALUATIONS, "", "无误")
    merged = sheet.merged()
    assert merged.taken == () and merged.conflicts == ()
    [told] = merged.asides
    assert told.startswith("甲.xlsx 第 9 行：“无误”只说明") and "总数" in told and told.endswith("；未采用")


def test_what_another_sheet_settles_is_told_as_needless(real: QuarterData, reference: Reference) -> None:
    confirming, correcting = Sheet(real, reference), Sheet(real, reference)
    confirming.add(OF_TOTAL, EVALUATIONS, "", "无误")
    correcting.add(OF_TOTAL, OF_TOTAL.at, "", "总数另含热线，口径不同")
    reader = SheetReader(FINDINGS, confirming.cell_index, reference)
    merged = merge_replies([], [*reader.replies(confirming.rows), *reader.replies(correcting.rows)])
    [needless] = merged.needless
    assert (
        needless.startswith("甲.xlsx 第 9 行：“无误”只说明")
        and merged.asides == ()
        and len(merged.taken) == 1
    )


def test_a_cell_confirmed_explains_the_finding_about_it(real: QuarterData, reference: Reference) -> None:
    sheet = Sheet(real, reference)
    sheet.add(OF_RATE, CASES, "", "无误")
    sheet.add(OF_RATE, RATE, "", "口径不同")
    [answer] = sheet.merged().taken
    assert (answer.cell, answer.kind, answer.text) == (RATE.path, "说明", "口径不同")
    assert sheet.merged().asides == ()


def test_each_correction_has_its_own_grounds(real: QuarterData, reference: Reference) -> None:
    sheet = Sheet(real, reference)
    sheet.add(OF_RATE, EVALUATIONS, "11273", "系统导出")
    sheet.add(OF_RATE, CASES, "", "无误")
    assert [answer.text for answer in sheet.merged().taken] == ["系统导出"]
    for words in ("无误", "核对系统，无误", "经核实无误。"):
        other = Sheet(real, reference)
        other.add(OF_RATE, EVALUATIONS, "11273", words)
        assert [answer.text for answer in other.merged().taken] == [""]
