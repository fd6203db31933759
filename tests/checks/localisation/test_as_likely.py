"""Where two slips explain a wrong sum as well, no unit is named as the likely one."""

from __future__ import annotations

from pathlib import Path

import pytest

from haochaping.checks.run_rules import run_rules
from haochaping.present.doubts import largest_doubts
from haochaping.store.cell_index import CellIndex
from tests.declared_city import DeclaredCity
from tests.present.general_quarters import GROUPS, HALLS_ANNEX


@pytest.mark.parametrize(("second", "named"), [("147", ()), ("150", ("甲大厅",))])
def test_of_two_slips_that_fit_as_well_none_is_named(
    tmp_path: Path, second: str, named: tuple[str, ...]
) -> None:
    """736 for 763 adds the 27 that are missing, and so would 147 for 174."""
    city = DeclaredCity(tmp_path, GROUPS + HALLS_ANNEX)
    total = 736 + int(second) + 2000 + 27
    data = city.read("", 各大厅=f"大厅 办件数\n甲大厅 736\n乙大厅 {second}\n丙大厅 2000\n合计 {total}")
    report = run_rules(data, city.reference)
    [finding] = [f for f in report.findings if f.check == "total_sum"]
    assert {cell.row for cell in finding.suspects} >= {"甲大厅"}
    assert {cell.row for cell in finding.likeliest} == {*named}
    said = "".join(largest_doubts(report, CellIndex(data, city.reference), limit=0.001))
    assert [name for name in ("甲大厅", "乙大厅") if name in said] == [*named]


def test_where_more_explanations_fit_than_are_listed_this_is_said(tmp_path: Path) -> None:
    """Seven halls, of which each may have lost what the total has more."""
    city = DeclaredCity(tmp_path, GROUPS + HALLS_ANNEX)
    names = "甲乙丙丁戊己庚"
    rows = "\n".join(f"{name}大厅 147" for name in names)
    data = city.read("", 各大厅=f"大厅 办件数\n{rows}\n合计 {147 * 7 + 27}")
    [finding] = [f for f in run_rules(data, city.reference).findings if f.check == "total_sum"]
    assert finding.hypothesis and finding.hypothesis.endswith("；只列这些，别的格同样可能有误。")
    few = city.read("", 各大厅="大厅 办件数\n甲大厅 147\n乙大厅 5\n合计 179")
    [other] = [f for f in run_rules(few, city.reference).findings if f.check == "total_sum"]
    assert other.hypothesis and "只列这些" not in other.hypothesis
