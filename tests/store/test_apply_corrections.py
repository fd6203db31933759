"""One row of cells is changed, and what was printed comes back when the correction is undone."""

from dataclasses import replace

import pytest

from haochaping.core.model import AS_PRINTED, MISSING, NUMBER, CellRef, QuarterData
from haochaping.reference.reference import Reference
from haochaping.store.apply_corrections import (
    Correction,
    CorrectionNotApplicable,
    apply_corrections,
    is_rate,
    undo_corrections,
    with_cell_text,
)
from haochaping.store.cell_index import CellIndex
from tests.store.changed_cells import with_cell

CASES = CellRef("districts", "张店区", "cases")


def corrected(data: QuarterData, reference: Reference, cell: CellRef, text: str) -> QuarterData:
    printed = CellIndex(data, reference).printed(cell)
    return apply_corrections(data, [Correction(cell, printed, text)], reference)


@pytest.mark.parametrize(
    ("cell", "text", "value"),
    [
        (CASES, "1,080,787", 1080787),
        (CASES, "/", None),
        (CellRef("districts", "张店区", "evaluation_rate"), "99.9%", 0.999),
        (CellRef("district_departments", "人社局", "evaluations", "张店区"), "5", 5),
        (CellRef("towns_and_villages", "张店区", "evaluations", "village"), "5", 5),
        (CellRef("public_services", "总数", "evaluations"), "5", 5),
        (CellRef("public_services", "总数", "share"), "100%", 1),
        (CellRef("headline", "records", "value"), "12", 12),
        (CellRef("headline", "evaluation_rate", "value"), "99.7%", 0.997),
    ],
)
def test_a_correction_and_back(
    real: QuarterData, reference: Reference, cell: CellRef, text: str, value: float | None
) -> None:
    """The total's share is blank, the rate in the text has 以上: both come back as they were."""
    changed = corrected(real, reference, cell, text)
    assert CellIndex(changed, reference).value(cell) == value and changed != real
    other = changed.cells["printed"] != real.cells["printed"]
    assert other.sum() <= 1, "no other cell"
    back = undo_corrections(changed, reference)
    assert back == real and back.cells.equals(real.cells) and back.corrections.empty


def test_the_frame_of_the_annex_and_what_is_without_number_follow(
    real: QuarterData, reference: Reference
) -> None:
    changed = corrected(real, reference, CASES, "/")
    assert changed.districts["cases"].isna().to_list() == [True] + [False] * (len(real.districts) - 1)
    assert len(changed.unreported) == len(real.unreported) + 1
    assert "更正为“/”" in set(changed.unreported["reason"])


def test_a_percentage_whose_sign_is_in_the_heading_comes_back(
    real: QuarterData, reference: Reference
) -> None:
    rate = CellRef("districts", "张店区", "evaluation_rate")
    printed = with_cell(
        real, ("districts", "张店区", "evaluation_rate"), printed="99.5", value=0.995, column="评价率（%）"
    )
    changed = corrected(printed, reference, rate, "99.6%")
    assert undo_corrections(changed, reference).cells.equals(printed.cells)


def test_a_column_that_nobody_declared_holds_any_text(real: QuarterData, reference: Reference) -> None:
    place = ("districts", "张店区", "cases")
    data = with_cell(
        real, place, measure="", column="幸福指数", status=AS_PRINTED, printed="高", value=float("nan")
    )
    cell = CellRef("districts", "张店区", "幸福指数")
    changed = corrected(data, reference, cell, "较高")
    row = changed.cells[changed.cells["column"] == "幸福指数"].iloc[0]
    assert (row["printed"], row["status"]) == ("较高", AS_PRINTED)
    assert undo_corrections(changed, reference).cells.equals(data.cells)


def test_a_cell_of_a_table_that_nobody_declared(real: QuarterData, reference: Reference) -> None:
    cells = real.cells.copy()
    cells.loc[0, ["table", "annex", "group", "measure", "status"]] = [9, "", "", "", AS_PRINTED]
    data = replace(real, cells=cells)
    changed = corrected(data, reference, CellRef("table_9", "张店区", "办件数"), "7")
    assert changed.cells.loc[0, "printed"] == "7" and changed.cells.loc[1:].equals(data.cells.loc[1:])


@pytest.mark.parametrize(
    ("cell", "text", "why"),
    [
        (CASES, "many", "应为整数"),
        (CASES, "1 080", "数字中间不应有空格"),
        (CellRef("districts", "张店区", "evaluation_rate"), "0.5", "应为百分数"),
        (CellRef("districts", "张店区", "evaluation_rate"), "-5%", "应为百分数"),
        (CellRef("districts", "无此区", "cases"), "5", "没有这样一格"),
        (CellRef("districts", "张店区", "positive_rate"), "5%", "没有这样一格"),
        (CellRef("headline", "positive_rate", "value"), "5%", "正文没有这样一个数"),
        (CellRef("halls", "备注", "title"), "x", "没有这个附件"),
    ],
)
def test_what_cannot_be_applied(
    real: QuarterData, reference: Reference, cell: CellRef, text: str, why: str
) -> None:
    with pytest.raises(CorrectionNotApplicable, match=why):
        with_cell_text(real, cell, text, reference)


def test_status_follows_the_number(real: QuarterData, reference: Reference) -> None:
    cell = CellRef("districts", "张店区", "rectification_satisfaction_rate")
    assert CellIndex(real, reference).printed(cell) == "/"
    for text, status in (("98%", NUMBER), ("/", MISSING)):
        cells = with_cell_text(real, cell, text, reference).cells
        assert cells.loc[cells["measure"] == cell.column, "status"].iloc[0] == status


def test_which_cells_hold_percentages(reference: Reference) -> None:
    declared = reference.declaration
    assert is_rate(CellRef("districts", "x", "evaluation_rate"), declared)
    assert is_rate(CellRef("headline", "evaluation_rate", "value"), declared)
    assert not is_rate(CellRef("headline", "records", "value"), declared)
    assert not is_rate(CASES, declared) and not is_rate(CellRef("table_3", "x", "率"), declared)
