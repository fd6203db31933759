"""What the key points name as doubtful: the likeliest cells of a finding, not all that might be wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from haochaping.figures.compute_figures import compute_figures
from haochaping.present.sentences import SUMMARY, write_sentences
from tests.checks.small_city import check, city, read_tables


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
