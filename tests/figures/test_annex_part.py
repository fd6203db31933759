"""Rates of an annex as an analyst gets them: computed from its counts, missing where a count is missing or nothing."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from haochaping.core.errors import InputRefused
from haochaping.figures.annex_part import annex_parts, with_rates
from haochaping.figures.compute_figures import compute_figures
from tests.declared_city import DeclaredCity
from tests.present.general_quarters import GROUPS, HALLS_ANNEX, OTHERS


def test_rates_follow_the_counts(tmp_path: Path) -> None:
    city = DeclaredCity(tmp_path, GROUPS + HALLS_ANNEX)
    data = city.read("", 各大厅="大厅 办件数 投票总数 投票率\n甲大厅 8 6 75.00%\n乙大厅 0 0 /\n丙大厅 / 5 /")
    frame = with_rates(data, "halls")
    assert (
        frame["voting_rate_computed"].tolist()[:1] == [0.75]
        and frame["voting_rate_computed"][1:].isna().all()
    )
    assert frame["voting_rate"].tolist()[0] == 0.75, "the printed rate keeps its column"
    assert "voting_rate_computed" not in data.table("halls"), "a copy"


def test_a_part_knows_its_counts_and_rates(tmp_path: Path) -> None:
    city = DeclaredCity(tmp_path, GROUPS + HALLS_ANNEX)
    data = city.read("", 各大厅="大厅 投票总数 满意票 不满意票\n甲大厅 90 80 10\n乙大厅 70 70 0")
    [part] = annex_parts(data, data.declaration.annexes["halls"])
    assert [measure.name for measure in part.counts] == ["votes", "good", "bad"]
    assert [measure.name for measure in part.top_level_counts] == ["votes"]
    assert [measure.name for measure in part.rates(data.declaration)] == ["bad_rate"]
    assert part.main_count is not None and part.main_count.name == "votes"
    of_rows = part.rate_of_rows(part.rates(data.declaration)[0])
    assert of_rows["k"].tolist() == [10, 0] and of_rows["n"].tolist() == [90, 70]
    assert of_rows["rate"].tolist() == [10 / 90, 0.0]
    fewer = part.rows.assign(bad=pd.array([None, 0], dtype="Int64"))
    [changed] = annex_parts(data, data.declaration.annexes["halls"], fewer)
    assert changed.rate_of_rows(part.rates(data.declaration)[0])["rate"].isna().tolist() == [True, False]


def test_names_that_would_make_two_figures_one_are_refused(tmp_path: Path) -> None:
    """Annex ``halls`` with a measure ``rows`` would overwrite its number of rows."""
    annexes = (GROUPS + HALLS_ANNEX).replace("[measure.cases]", "[measure.rows]").replace('"cases"', '"rows"')
    city = DeclaredCity(tmp_path, annexes.replace('parts = "good + bad"\n', ""))
    data = city.read("", 各大厅="大厅 办件数\n甲大厅 8\n乙大厅 5")
    with pytest.raises(InputRefused, match="halls_rows"):
        compute_figures(data, city.reference)


def test_an_annex_of_several_groups_is_added_up_as_a_whole_before_its_groups(tmp_path: Path) -> None:
    """Its printed grand total is held against all rows, and a total of a group against its rows."""
    city = DeclaredCity(tmp_path, GROUPS + HALLS_ANNEX + OTHERS, (("office", "丙局"),))
    data = city.read("", 各单位="单位 办件数\n甲大厅 5\n乙大厅 9\n丙局 7\n合计 24")
    figures = compute_figures(data, city.reference)
    whole, *groups = figures.words["parts"]["mixed"]
    assert whole["is_all_groups"] and not whole["chart"] and not whole["behind"]
    assert figures["mixed_cases"].value == 21 and figures["mixed_rows"].value == 3
    [differing] = whole["differing_totals"]
    assert figures[differing["printed"]].value == 24
    assert [part["differing_totals"] for part in groups] == [[]] * len(groups)
    only_halls = city.read("", 各单位="单位 办件数\n甲大厅 5\n乙大厅 9\n合计 15")
    [only] = compute_figures(only_halls, city.reference).words["parts"]["mixed"]
    assert not only["is_all_groups"] and len(only["differing_totals"]) == 1, "its total is the group's"
