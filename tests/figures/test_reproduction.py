"""Printed counts beside those of the records."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from haochaping.core.model import CellRef, QuarterData, frame
from haochaping.core.period import Period
from haochaping.core.record_counts import annex_view
from haochaping.figures.reproduction import reproduce
from haochaping.simulate.simulated_quarter import simulate


def with_counts(data: QuarterData, *rows: tuple[str, str, str, str, float]) -> QuarterData:
    columns = ("view", "row", "member", "measure", "value")
    counts = frame("record_counts", [dict(zip(columns, row, strict=True)) for row in rows])
    return replace(data, record_counts=counts)


@pytest.fixture
def quarter() -> QuarterData:
    return simulate(Period(2023, 1), 3)


def test_without_records_there_is_nothing_to_compare(quarter: QuarterData) -> None:
    assert reproduce(quarter) == []


def test_cells_differences_and_the_convention_that_explains_them(quarter: QuarterData) -> None:
    districts: pd.DataFrame = quarter.table("districts")
    first, second = districts["district"][:2]
    printed = int(districts["evaluations"][0])
    view = annex_view("districts")
    data = with_counts(
        quarter,
        (view, first, "", "evaluations", printed - 7),
        (annex_view("districts", "voided"), first, "", "evaluations", printed),
        (annex_view("districts", "late"), first, "", "evaluations", printed - 1),
        (view, second, "", "evaluations", int(districts["evaluations"][1])),
        (view, "无此区", "", "evaluations", 5),
        (view, "也无此区", "", "evaluations", 0),
    )
    [annex] = reproduce(data)
    assert [cell.difference for cell in annex.cells] == [7, 0]
    assert annex.differing[0].explained_by == ("voided",) and annex.explanations == {"voided": 1}
    assert annex.only_counted == (CellRef("districts", "无此区", "evaluations"),)
    assert len(annex.only_printed) == len(districts) - 2  # every other district prints a count that is not 0
