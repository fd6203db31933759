"""What the key points name as doubtful: the likeliest cells of a finding, not all that might be wrong."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from haochaping.checks.run_rules import run_rules
from haochaping.core.model import CellRef
from haochaping.figures.compute_figures import compute_figures
from haochaping.present.doubts import Doubts
from haochaping.present.sentences import SUMMARY, write_sentences
from tests.checks.small_city import check, city, read_tables
from tests.declared_city import DeclaredCity
from tests.present.general_quarters import GROUPS, HALLS_ANNEX, OTHERS


@pytest.mark.parametrize(
    ("cases", "total", "named"),
    [
        ((4100, 3800, 900), 8080, "所列合计办件数尚待核实"),  # 8,800: one digit of the total
        ((4100, 3800, 900), 8530, "所列合计办件数尚待核实"),  # of the rows none is one slip off
        ((4100, 380, 900), 8800, "其中乙办件数尚待核实"),  # 3,800 without its last digit
    ],
)
def test_the_key_points_name_the_likeliest_cell_alone(
    tmp_path: Path, cases: tuple[int, ...], total: int, named: str
) -> None:
    place = city(tmp_path / "reference")
    rows = [[name, count, count // 2] for name, count in zip("甲乙丙", cases, strict=True)]
    data = read_tables(place, tmp_path, [["大厅", "办件数", "投票数"], *rows, ["合计", total, ""]])
    report = check(data, place)
    assert [finding.check for finding in report.findings if finding.severity == "correct"] == ["total_sum"]
    told = re.sub("<[^>]+>", "", write_sentences(SUMMARY, compute_figures(data, place), report))
    assert f"（{named}）" in told


def test_where_any_row_may_be_wrong_none_is_named(tmp_path: Path) -> None:
    place = city(tmp_path / "reference")
    rows = [[name, count, count // 2] for name, count in zip("甲乙丙", (4100, 3800, 900), strict=True)]
    data = read_tables(place, tmp_path, [["大厅", "办件数", "投票数"], *rows, ["合计", 8530, ""]])
    figures, report = compute_figures(data, place), check(data, place)
    finding = next(f for f in report.findings if f.check == "total_sum")
    suspects = tuple(CellRef("halls", row, "cases") for row in "甲乙丙")
    unlocated = replace(report, findings=(replace(finding, likeliest=(), suspects=suspects),))
    told = re.sub("<[^>]+>", "", write_sentences(SUMMARY, figures, unlocated))
    assert "（其中有数尚待核实）" in told
    in_one_row = replace(report, findings=(replace(finding, likeliest=(), suspects=suspects[:1]),))
    assert "（其中甲办件数尚待核实）" in re.sub("<[^>]+>", "", write_sentences(SUMMARY, figures, in_one_row))


def test_a_number_of_cells_is_in_doubt_only_where_one_that_is_counted_is(tmp_path: Path) -> None:
    city = DeclaredCity(
        tmp_path,
        GROUPS + OTHERS,
        (("office", "甲局"), ("office", "乙局"), ("county", "东县"), ("county", "西区")),
    )
    data = city.read("", 部门分县区="部门 东县 西区\n甲局 5 0\n乙局 7 9\n合计 21 9")
    figures, report = compute_figures(data, city.reference), run_rules(data, city.reference)
    doubts = Doubts(figures, report)
    assert doubts.mark_figure("matrix_cases") and "※" in str(doubts.mark_figure("matrix_cases"))
    assert not doubts.mark_figure("matrix_cells") and not doubts.mark_figure("matrix_zero_cells")


def test_a_number_of_units_with_few_records_is_not_in_doubt(tmp_path: Path) -> None:
    city = DeclaredCity(tmp_path, GROUPS + HALLS_ANNEX)
    halls = "大厅 办件数 投票总数 投票率\n甲大厅 1000 100 10.00%\n乙大厅 1000 200 20.00%\n小大厅 5 9 20.00%"
    data = city.read("", 各大厅=halls)
    figures, report = compute_figures(data, city.reference), run_rules(data, city.reference)
    doubts = Doubts(figures, report)
    assert figures["halls_voting_rate_few"].value == 1
    assert "※" in str(doubts.mark_figure("halls_votes")) and not doubts.mark_figure("halls_voting_rate_few")
