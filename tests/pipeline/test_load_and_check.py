"""A notebook that is opened by hand: the data root that a period was loaded from is the one it is checked with."""

from pathlib import Path

import haochaping as hcp
from haochaping.present.annex_grid import annex_grids
from tests.declared_city import DeclaredCity

ANNEXES = """\
[group.hall]
word = "大厅"

[measure.votes]
heading = "总票数"

[[annex]]
name = "halls"
title = "各大厅"
rows = ["hall"]
measures = ["votes"]
"""


def test_a_period_of_another_city_is_checked_with_its_own_rules(tmp_path: Path) -> None:
    city = DeclaredCity(tmp_path, ANNEXES)
    city.print("", 各大厅="序号 大厅 总票数\n1 东大厅 5\n2 西大厅 6\n3 合计 12")
    period = hcp.load("2024Q1", data=city.root)
    assert [finding.check for finding in hcp.check(period).findings] == ["total_sum"]


def test_a_table_without_a_number_is_called_as_the_bulletin_numbers_it(tmp_path: Path) -> None:
    city = DeclaredCity(tmp_path, ANNEXES)
    city.print("", 各大厅="序号 大厅 总票数\n1 东大厅 5\n2 西大厅 6\n3 合计 12")
    period = hcp.load("2024Q1", data=city.root)
    report = hcp.check(period)
    figures = hcp.compute_figures(period)
    page = str(hcp.matters_html(report, figures))
    assert report.findings[0].message.startswith("附件1“合计”") and "各大厅表" not in page
    assert [(grid.number, grid.table) for grid in annex_grids(period)] == [(1, "halls")]
    told = "资料没有印附件编号的，按通报中的次序编号：附件1 各大厅"
    assert told in str(hcp.appendix_html(period, figures, report))
    assert "<span>附件1 各大厅</span></caption>" in str(hcp.annex_table(period, "halls", report))
