"""What records come to as tables in words, against the independent recomputation."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pandas as pd
import pytest

from haochaping.core import record_counts as names
from haochaping.core.model import QuarterData
from haochaping.present.charts.record_charts import chart_rating_times
from haochaping.present.record_tables import (
    NOT_SHOWN,
    cases_table,
    flow_table,
    loop_table,
    outside_table,
    places_table,
    ratings_table,
    record_counts,
    record_table,
    share,
)
from haochaping.reference.reference import Reference
from tests.records.exports import Export
from tests.records.oracle import flow, views


def test_the_flow_ends_with_what_was_read(counted: QuarterData, record_export: Export) -> None:
    table = flow_table(record_counts(counted)).set_index("去向")
    for kind, buckets in flow(record_export).items():
        column = table[f"{names.KIND_WORDS[kind]}（条）"].replace("—", "0").str.replace(",", "").astype(int)
        assert column["读入"] == buckets["rows"] == column.drop("读入").sum()
        assert column["计入"] == buckets["counted"]


def test_channels_are_those_of_the_records_or_not_shown(
    counted: QuarterData, record_export: Export, reference: Reference
) -> None:
    right = {str(code): int(count) for code, count in views(record_export)["channel"].items()}
    words = {"1": "PC端", "2": "移动端", "3": "二维码", "4": "政务大厅平板电脑", "5": "政务大厅其他终端"}
    table = ratings_table(record_counts(counted), names.CHANNEL).set_index("渠道")["评价（条）"]
    compared = 0
    for code, count in right.items():
        name = words.get(code, f"渠道代码 {code}")
        if name in table and table[name] != NOT_SHOWN:
            assert int(table[name].replace(",", "")) == count >= reference.threshold("disclosure")
            compared += 1
    assert compared >= 3


def test_hidden_numbers_are_missing_have_no_share_and_are_marked_in_the_chart(counted: QuarterData) -> None:
    counts = counted.record_counts.copy()
    is_hidden = (counts["view"] == names.DELAY) & (counts["row"] == "1 天")
    counts.loc[is_hidden, "value"] = float("nan")
    assert is_hidden.sum() == 1
    data = replace(counted, record_counts=counts)
    table = record_table(data, names.DELAY)
    assert list(table.columns) == ["row", "ratings"] and table["ratings"].isna().sum() == 1
    words = ratings_table(record_counts(data), names.DELAY)
    assert list(words.loc[words["评价（条）"] == NOT_SHOWN, "占比"]) == [NOT_SHOWN]
    assert chart_rating_times(data).svg.count(NOT_SHOWN) == 1  # type: ignore[union-attr]


def test_association_is_evaluated_cases_of_all(counted: QuarterData) -> None:
    table = cases_table(record_counts(counted), names.BY_AREA).set_index("辖区")
    for row in counted.table("districts").to_dict("records"):
        if row["district"] in table.index and row["cases"] >= 10:
            shown = table.loc[row["district"]]
            assert shown["办件（件）"] == f"{row['cases']:,}"
            assert shown["评价关联率"] == f"{row['evaluations'] / row['cases']:.2%}"


def test_the_loop_never_grows_and_its_base_is_what_is_due(counted: QuarterData) -> None:
    table = loop_table(record_counts(counted)).set_index("环节")["办件（件）"]
    numbers = pd.to_numeric(table.where(table != NOT_SHOWN).str.replace(",", ""))
    assert numbers.iloc[0] == numbers.max() > 10
    curve = list(record_counts(counted).view(names.LOOP_DAYS).values())
    assert all(0 <= later <= earlier <= 1 for earlier, later in pairwise(curve))


def test_lists_say_what_is_in_none(counted: QuarterData) -> None:
    table = outside_table(record_counts(counted))
    assert table["不在清单"].str.contains("370399").any() and table["不在清单"].str.contains("部门").any()
    places = places_table(record_counts(counted), {"town": "镇", "village": "村"})
    assert set(places["层级"]) == {"镇", "村"} and list(places.columns)[-1] == "有评价的（个）"


def test_an_unknown_view_and_a_share_of_nothing(counted: QuarterData) -> None:
    with pytest.raises(KeyError):
        record_table(counted, "no such view")
    assert (share(0, 0), share(1, 4), share(float("nan"), 4)) == ("/", "25.00%", NOT_SHOWN)
