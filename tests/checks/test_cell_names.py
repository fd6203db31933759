"""What cells are called for people and programs, in a table of one group, a matrix, and one of several groups."""

from pathlib import Path

import pytest

from haochaping.checks.cell_names import cell_words, name_in, named_key
from haochaping.checks.owners import Owners
from haochaping.checks.run_rules import run_rules
from haochaping.core.model import AS_PRINTED, NOTE, CellRef, QuarterData, annex_frame, cell_rows, frame
from haochaping.core.period import Period
from haochaping.reference.reference import Reference, load_reference
from haochaping.store.cell_index import CellIndex, RowRef
from haochaping.store.data_contract import validate
from haochaping.store.tidy_tables import read_tidy, write_tidy

FORMS = Path(__file__).parents[1] / "forms"


@pytest.fixture(scope="module")
def mixed_reference() -> Reference:
    """A city whose only annex has districts and departments in one table."""
    return load_reference(FORMS / "tongchuan-2025Q1" / "reference")


@pytest.fixture(scope="module")
def mixed(mixed_reference: Reference) -> QuarterData:
    """Two districts, a department and their total; beside it a column and a table that nobody declared."""
    spec = mixed_reference.declaration.annexes["offices"]
    measure = spec.measures[0]
    rows = [
        {"group": group, "unit": name, measure: value}
        for group, name, value in (
            ("district", "甲区", 4),
            ("district", "乙县", 5),
            ("department", "市丙局", 6),
            ("district", "合计", 15),
        )
    ]
    cells = cell_rows(spec, annex_frame(spec, rows), 1)
    for cell in cells:
        if cell["row"] == "合计":
            cell |= {"group": "", "is_total": True}
    kept = {"printed": "高", "status": AS_PRINTED, "column": "幸福指数"}
    cells.append({**kept, "table": 1, "annex": "offices", "group": "district", "row": "甲区"})
    cells.append({**kept, "table": 2, "row": "甲区"})
    annexes = [{"table": "offices", "position": 1, "title": "通报"}, {"table": "table_2", "position": 2}]
    return QuarterData(
        Period(2025, 1),
        mixed_reference.declaration,
        cells=frame("cells", cells),
        annexes=frame("annexes", annexes),
        about=frame("about", [{"field": "quarter", "value": "2025Q1"}]),
    )


def test_names_of_a_matrix_and_of_notes(real: QuarterData) -> None:
    cell_index = CellIndex(real)
    there = CellRef("district_departments", "人社局", "evaluations", "张店区")
    assert named_key(cell_index, there) == {"department": "人社局", "district": "张店区"}
    assert cell_words(real, there) == "附件3“人社局 张店区”评价数"
    note = CellRef("district_departments", NOTE, "title")
    assert named_key(cell_index, note) == {"department": NOTE}
    claim = CellRef("headline", "evaluation_rate", "value")
    assert named_key(cell_index, claim) == {"figure": "evaluation_rate"}
    assert cell_words(real, claim) == "正文“评价率”", "a figure of the text has no column"
    spec = cell_index.spec("district_departments")
    row = RowRef("district_departments", "人社局", "张店区", group="district_department")
    assert [name_in(spec, row, key) for key in ("district", "department", "tier")] == ["张店区", "人社局", ""]


def test_names_of_a_table_of_several_groups(mixed: QuarterData, mixed_reference: Reference) -> None:
    cell_index = CellIndex(mixed, mixed_reference)
    spec = cell_index.spec("offices")
    column = spec.measures[0]
    keys = {group.name: group.key for group in spec.groups}
    assert named_key(cell_index, CellRef("offices", "甲区", column)) == {keys["district"]: "甲区"}
    assert named_key(cell_index, CellRef("offices", "市丙局", column)) == {keys["department"]: "市丙局"}
    assert named_key(cell_index, CellRef("offices", "合计", column)) == {"unit": "合计"}
    assert named_key(cell_index, CellRef("table_2", "甲区", "幸福指数")) == {"row": "甲区"}


def test_each_row_belongs_to_its_unit(mixed: QuarterData, mixed_reference: Reference) -> None:
    owners = Owners(CellIndex(mixed, mixed_reference), mixed_reference)
    column = mixed.declaration.annexes["offices"].measures[0]
    assert {name for _, name in owners.cells} == {"甲区", "乙县", "市丙局"}
    assert owners.of(CellRef("offices", "合计", column)) is None
    assert owners.of(CellRef("table_2", "甲区", "幸福指数")) is None


def test_any_declared_table_is_checked_kept_and_read_back(
    mixed: QuarterData, mixed_reference: Reference, tmp_path: Path
) -> None:
    report = run_rules(validate(mixed), mixed_reference, history=(mixed,))
    assert [result.error for result in report.results if result.error] == []
    assert report.as_json(mixed)
    write_tidy(mixed, tmp_path / "tidy")
    back = read_tidy(tmp_path / "tidy", mixed.quarter, mixed_reference)
    assert back == mixed and back.cells.equals(mixed.cells)
