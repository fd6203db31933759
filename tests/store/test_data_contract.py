from dataclasses import replace
from typing import Any

import pytest

from haochaping.cleaning.number_or_missing import LONGEST_CELL
from haochaping.core.errors import InputRefused
from haochaping.core.model import AS_PRINTED, MISSING, QuarterData
from haochaping.store.data_contract import validate
from tests.store.changed_cells import with_cell

CASES = ("districts", "张店区", "cases")
RATE = ("districts", "张店区", "evaluation_rate")
TOWNS = ("towns_and_villages", "张店区", "evaluations")


def test_the_real_quarter_satisfies_the_contract(real: QuarterData) -> None:
    assert validate(real) is real


def test_all_violations_of_all_tables_at_once(real: QuarterData) -> None:
    wrong = with_cell(real, CASES, value=-5.0)
    wrong = with_cell(wrong, ("districts", "淄川区", "evaluations"), row="博山区")
    wrong = with_cell(wrong, TOWNS, member="hamlet")
    with pytest.raises(InputRefused) as refusal:
        validate(wrong)
    message = str(refusal.value)
    assert "附件1" in message and "张店区 办件数：-5" in message
    assert "博山区；同一名称只应出现一次" in message
    assert "hamlet；应为 town 或 village" in message


@pytest.mark.parametrize("columns", [["printed"], ["table", "annex"]])
def test_a_missing_column_is_a_violation(real: QuarterData, columns: list[str]) -> None:
    with pytest.raises(InputRefused, match="列应依次为"):
        validate(replace(real, cells=real.cells.drop(columns=columns)))
    with pytest.raises(InputRefused, match="列应依次为"):
        validate(replace(real, cells=real.cells[real.cells.columns[::-1]]))


def test_a_rate_above_all_is_printed_and_wrong_not_a_violation(real: QuarterData) -> None:
    assert validate(with_cell(real, RATE, value=1.2)).districts.loc[0, "evaluation_rate"] == 1.2


@pytest.mark.parametrize(
    ("place", "values"),
    [
        (CASES, {"value": -1.0}),
        (CASES, {"value": 1.5}),
        (CASES, {"value": float("nan")}),
        (CASES, {"value": float("inf")}),
        (CASES, {"status": MISSING}),
        (CASES, {"status": "?"}),
        (CASES, {"row": ""}),
        (CASES, {"row": None}),
        (CASES, {"row": "长" * (LONGEST_CELL + 1)}),
        (CASES, {"row": "博山区"}),
        (CASES, {"group": ""}),
        (CASES, {"group": "hall"}),
        (CASES, {"measure": "letters"}),
        (CASES, {"annex": "halls"}),
        (RATE, {"value": -0.1}),
        (TOWNS, {"member": ""}),
        (TOWNS, {"member": "village"}),
        (("district_departments", "汇总", "evaluations"), {"member": "张店区"}),
    ],
)
def test_each_kind_of_violation(
    real: QuarterData, place: tuple[str, str, str], values: dict[str, Any]
) -> None:
    with pytest.raises(InputRefused):
        validate(with_cell(real, place, **values))


@pytest.mark.parametrize(
    ("place", "values"),
    [
        (CASES, {"value": float("nan"), "status": MISSING, "printed": "/"}),
        (CASES, {"row": "长" * LONGEST_CELL}),
        (CASES, {"measure": "", "column": "幸福指数", "status": AS_PRINTED, "value": -3.5}),
        (TOWNS, {"member": "合计", "is_total": True, "measure": "", "status": AS_PRINTED}),
    ],
)
def test_what_is_no_violation(real: QuarterData, place: tuple[str, str, str], values: dict[str, Any]) -> None:
    assert validate(with_cell(real, place, **values))
