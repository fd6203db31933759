"""The long frame of all periods."""

from __future__ import annotations

from pathlib import Path

import haochaping as hcp
from haochaping.core.model import QuarterData
from tests.analysis.conftest import PERIODS, ROOT


def test_one_long_frame_of_all_periods(city: Path) -> None:
    answer = hcp.tidy(city)
    assert set(answer["period"]) == {str(period) for period in PERIODS}
    assert set(answer.columns) == set(answer.attrs["columns"])
    now = answer[
        (answer["period"] == "2022Q4") & (answer["annex"] == "districts") & (answer["measure"] == "cases")
    ]
    assert now["value"].tolist() == hcp.load("2022Q4", city).districts["cases"].tolist()


def test_the_long_frame_marks_doubts_and_keeps_what_is_missing(q: QuarterData) -> None:
    answer = hcp.tidy(ROOT / "data")
    doubtful = answer[
        (answer["unit"] == "高新区") & (answer["annex"] == "districts") & (answer["measure"] == "evaluations")
    ]
    assert doubtful["doubt"].tolist() == ["需核实"] and doubtful["matters"].tolist() == ["2"]
    missing = answer[answer["status"] == "missing"]
    assert len(missing) and missing["value"].isna().all()
