"""Which numbers an open matter puts in doubt: those that it could change materially, and no others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from haochaping.checks.check_report import CheckReport
from haochaping.checks.run_rules import run_rules
from haochaping.core.model import QuarterData
from haochaping.figures.compute_figures import compute_figures
from haochaping.figures.figure import Figures
from haochaping.present.doubts import Doubts, affected_cells, largest_doubts
from haochaping.present.sentences import SUMMARY, write_sentences
from haochaping.reference.reference import Reference
from haochaping.store.cell_index import CellIndex
from tests.checks.small_city import check, city, read_tables
from tests.declared_city import DeclaredCity
from tests.present.general_quarters import GROUPS, HALLS_ANNEX, OTHERS


@pytest.mark.parametrize(
    ("cases", "total", "named"),
    [
        ((4100, 3800, 900), 8080, ""),  # 8,800: one digit of the total, which puts no row in doubt
        ((4100, 3800, 900), 8530, ""),  # of the rows none is one slip off
        ((4100, 380, 900), 8800, "其中乙办件数存疑"),  # 3,800 without its last digit
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
    assert named in told and ("存疑" in told.partition("。")[0]) == bool(named)


def marked(figures: Figures, report: CheckReport, *names: str) -> dict[str, bool]:
    doubts = Doubts(figures, report)
    return {name: bool(doubts.matters_of_figure(name)) for name in names}


def test_the_numbers_of_the_real_quarter_that_a_matter_could_change(
    real: QuarterData, real_report: CheckReport, reference: Reference
) -> None:
    figures = compute_figures(real, reference)
    found = marked(
        figures, real_report, "cases", "active_rate", "negatives", "records", "matrix_cells", "public_first",
        "department_cases", "district_count", "tier_evaluations", "rate",
    )  # fmt: skip
    assert found == {
        "cases": True,  # 1.24 million of 6.49 if one digit is too many
        "active_rate": True,
        "negatives": True,  # not one among 343,126 that rated themselves
        "records": True,
        "matrix_cells": False,  # 329 stay 329
        "public_first": False,
        "department_cases": False,  # 36 of 253,848
        "district_count": False,
        "tier_evaluations": False,  # 3,506 of 410,750 by which the annexes may contradict each other
        "rate": True,  # whether it is 100 % rests on one likely slip
    }
    closed = run_rules(real, reference, rules=[])
    assert not any(marked(figures, closed, *figures).values())


def test_the_largest_doubts_are_named_by_records(real: QuarterData, real_report: CheckReport) -> None:
    cell_index = real.derived(CellIndex)
    assert largest_doubts(real_report, cell_index, 0.01) == [
        "高新区评价数",
        "周村区主动评价数",
        "市公安局主动评价数",
    ]
    assert largest_doubts(real_report, cell_index, 0.5) == []


def test_a_note_beside_a_paragraph_names_the_matters_and_opens_in_place(
    real: QuarterData, real_report: CheckReport, reference: Reference
) -> None:
    page = write_sentences("districts", compute_figures(real, reference), real_report)
    [note] = re.findall(r'<details class="in-doubt">(.*?)</details>', page)
    numbers = re.findall(r"（(\d+)）", note.partition("</summary>")[0])
    assert [f"#matter-{number}" for number in numbers] == re.findall(r'href="([^"]+)"', note)
    assert "高新区（" in note and real_report.matters[int(numbers[0]) - 1].title in note
    assert "<sup" not in page and "※" not in page


def test_a_suspect_of_an_unlocated_doubt_is_the_place_alone(
    real: QuarterData, real_report: CheckReport
) -> None:
    """The cells that a rule compares with are not in doubt for that."""
    finding = next(f for f in real_report.findings if f.check == "empty_tier")
    assert affected_cells(finding, real.declaration) == {finding.at} and len(finding.cells) == 2
    column = next(f for f in real_report.findings if f.check == "zero_negatives")
    assert {cell.column for cell in affected_cells(column, real.declaration)} == {"negative_evaluations"}


def test_a_number_of_cells_is_in_doubt_only_where_one_that_is_counted_is(tmp_path: Path) -> None:
    city = DeclaredCity(
        tmp_path,
        GROUPS + OTHERS,
        (("office", "甲局"), ("office", "乙局"), ("county", "东县"), ("county", "西区")),
    )
    data = city.read(
        "", 部门分县区="部门 东县 西区\n甲局 5 0\n乙局 7 9\n合计 57 9"
    )  # 50 without its last digit
    figures, report = compute_figures(data, city.reference), run_rules(data, city.reference)
    doubted = marked(figures, report, "matrix_cases", "matrix_cells", "matrix_zero_cells")
    assert doubted == {"matrix_cases": True, "matrix_cells": False, "matrix_zero_cells": False}


def test_a_number_of_units_with_few_records_is_not_in_doubt(tmp_path: Path) -> None:
    city = DeclaredCity(tmp_path, GROUPS + HALLS_ANNEX)
    halls = "大厅 办件数 投票总数 投票率\n甲大厅 1000 100 10.00%\n乙大厅 1000 200 20.00%\n小大厅 5 9 20.00%"
    data = city.read("", 各大厅=halls)
    figures, report = compute_figures(data, city.reference), run_rules(data, city.reference)
    assert figures["halls_voting_rate_few"].value == 1
    doubted = marked(figures, report, "halls_votes", "halls_voting_rate_few")
    assert doubted == {"halls_votes": True, "halls_voting_rate_few": False}
