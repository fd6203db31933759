"""Text tables without serial numbers: read where every row is one whole line, refused otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from haochaping.core.errors import InputRefused
from haochaping.core.period import Period
from haochaping.read.formats.text_file import read_text
from haochaping.reference.reference import Reference, load_reference

FOLDER = Path(__file__).parents[2] / "forms" / "weinan-2024Q2" / "reference"
PERIOD = Period.parse("2024Q2")
TEXT = """2024年第二季度来信办理情况
各县区办理情况
承办县区 总件数 处理中 已办结 办结率
甲区 5 1 4 80%
乙县 / / / /
合计 5 1 4 80%
各部门办理情况
承办部门 总件数 处理中 已办结 办结率
市教育局 3 0 3 100%
"""


@pytest.fixture(scope="module")
def letters() -> Reference:
    """A city whose tables have no serial numbers."""
    return load_reference(FOLDER)


def test_rows_and_totals_of_two_tables(letters: Reference) -> None:
    data = read_text(TEXT, PERIOD, letters, "来信.txt")
    assert data.districts[["district", "letters"]].to_numpy(dtype=object, na_value=None).tolist() == [
        ["甲区", 5],
        ["乙县", None],
    ]
    assert data.departments["closing_rate_printed"].tolist() == ["100%"]
    assert data.printed_totals[["row", "column", "value"]].to_numpy().tolist() == [
        ["合计", "letters", 5.0],
        ["合计", "handling", 1.0],
        ["合计", "closed", 4.0],
        ["合计", "closing_rate", 0.8],
    ]
    assert data.cells["place"].iloc[0] == "来信.txt 第 4 行"


@pytest.mark.parametrize(
    "damaged",
    [
        TEXT.replace("甲区 5 1 4 80%", "甲区 5 1 4"),
        TEXT.replace("乙县 / / / /", "乙\n县 / / / /"),
        TEXT.replace("甲区 5", "甲区 5 5"),
        TEXT.replace("甲区 ", ""),
    ],
)
def test_a_row_that_is_not_one_whole_line_is_refused(letters: Reference, damaged: str) -> None:
    with pytest.raises(InputRefused) as refusal:
        read_text(damaged, PERIOD, letters, "来信.txt")
    assert "来信.txt" in refusal.value.message


def test_a_bulletin_with_serial_numbers_stays_as_it_is(real, reference: Reference) -> None:
    root = Path(__file__).parents[3]
    text = (root / "data" / "raw" / "2022Q4" / "bulletin.txt").read_text(encoding="utf-8")
    assert read_text(text, real.quarter, reference, "bulletin.txt") == real
