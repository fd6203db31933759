"""Two periods that cannot be compared in full."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import haochaping as hcp
from haochaping.core.model import QuarterData
from haochaping.statistics.validation import NotApplicable


def test_two_cities_are_not_compared(q: QuarterData, city: Path) -> None:
    other = hcp.load("2022Q4", city)
    for measure in ("", "评价数"):
        with pytest.raises(NotApplicable, match="没有相同的单位"):
            hcp.compare(q, other, 1, measure)
    same = hcp.compare(other, other, 1, "评价数")
    assert [c for c in same.columns if "2022年" in c] == ["2022年第四季度（前）", "2022年第四季度（后）"]
    named = hcp.compare("2022Q3", other, 1, "评价数")  # read from where the other one is
    assert named["变化"].notna().all()


def test_a_unit_that_only_one_period_has_is_told(city: Path) -> None:
    now = hcp.load("2022Q4", city)
    fewer = now.with_table("districts", now.districts.iloc[1:])
    answer = hcp.compare(fewer, now)
    assert answer.iloc[0]["判断"] == "只有一期有数" and pd.isna(answer.iloc[0]["变化（百分点）"])
    gone = hcp.compare(now, fewer)
    assert gone.iloc[-1]["区县"] == now.districts["district"][0] and gone.iloc[-1]["判断"] == "只有一期有数"
