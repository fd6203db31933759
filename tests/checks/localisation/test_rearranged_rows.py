"""Rows that changed places: told once, with the figures put back."""

from pathlib import Path

import pytest

from haochaping.checks.finding import Finding
from haochaping.checks.run_rules import run_rules
from haochaping.core.model import CellRef, QuarterData
from haochaping.reference.reference import Reference
from tests.checks.small_city import ANNEXES, check, city, read_tables


def moved(real: QuarterData, table: str, column: str, rows: list[int], new: list[int]) -> QuarterData:
    frame = real.table(table).copy()
    frame.loc[rows, column] = real.table(table).loc[new, column].to_numpy()
    return real.with_table(table, frame)


def about(data: QuarterData, reference: Reference, words: str) -> list[Finding]:
    return [f for f in run_rules(data, reference).findings if words in (f.hypothesis or "")]


def test_two_rows_of_a_column_exchanged(real: QuarterData, reference: Reference) -> None:
    data = moved(real, "districts", "evaluations", [1, 4], [4, 1])
    first, second = (real.districts.loc[i, "district"] for i in (1, 4))
    found = about(data, reference, f"附件1“{first}”与“{second}”的评价数可能互换了位置")
    assert len(found) == 1, "two rows, one cause, one finding"
    assert {cell.row for cell in found[0].suspects} == {first, second}
    assert f"依次应为 {real.districts.loc[1, 'evaluations']:,}、" in (found[0].hypothesis or "")


@pytest.mark.parametrize("new", [[2, 3, 4, 1], [4, 1, 2, 3]])
def test_a_run_of_rows_shifted_by_one(real: QuarterData, reference: Reference, new: list[int]) -> None:
    data = moved(real, "districts", "cases", [1, 2, 3, 4], new)
    found = about(data, reference, "的办件数可能错了一行")
    assert len(found) == 1
    shown = "、".join(f"{real.districts.loc[i, 'cases']:,}" for i in (1, 2, 3, 4))
    assert f"依次应为 {shown}" in (found[0].hypothesis or "")


def test_rows_of_one_annex_exchanged_against_another(real: QuarterData, reference: Reference) -> None:
    """The real bulletin's own contradiction in the same rule does not hide it."""
    data = real.public_services.copy()
    data.loc[[1, 2], "district"] = data.loc[[2, 1], "district"].to_numpy()
    found = about(real.with_table("public_services", data), reference, "互换了位置")
    assert len(found) == 1 and len(found[0].suspects) == 2


def test_nothing_is_said_where_moving_would_break_a_rule(real: QuarterData, reference: Reference) -> None:
    data = moved(real, "districts", "evaluations", [1], [4])
    assert not about(data, reference, "互换") and not about(data, reference, "错了一行")
    assert not about(real, reference, "互换")


def test_the_suspects_are_cells_of_the_model(real: QuarterData, reference: Reference) -> None:
    data = moved(real, "city_departments", "cases", [0, 1], [1, 0])
    (found,) = about(data, reference, "互换")
    names = [real.city_departments.loc[i, "department"] for i in (0, 1)]
    both = [CellRef("city_departments", n, c) for c in ("evaluations", "cases") for n in names]
    assert found.suspects == tuple(both), "cases or evaluations: the rates cannot say which"


def test_rows_exchanged_beside_another_wrong_rate(tmp_path: Path) -> None:
    """The first doubt about a rate is of another table; that does not hide the two rows."""
    place = city(
        tmp_path,
        ANNEXES.replace('measures = ["cases", "votes"]', 'measures = ["cases", "votes", "voting_rate"]'),
    )
    head = ["办件数", "投票数", "投票率"]
    halls = [["大厅", *head], ["甲", 1000, 500, "51.00%"], ["乙", 2000, 800, "40.00%"]]
    districts = [
        ["区县", *head],
        ["东区", 54209, 25340, "58.80%"],
        ["西区", 30112, 31876, "84.15%"],
        ["南区", 98341, 72115, "73.33%"],
    ]
    report = check(read_tables(place, tmp_path / "in", halls, districts), place)
    [found] = [f for f in report.findings if "互换了位置" in (f.hypothesis or "")]
    assert "“东区”与“西区”的投票数可能互换了位置，依次应为 31,876、25,340" in (found.hypothesis or "")
    assert "西区”投票数 31,876 大于办件数 30,112" in found.message
