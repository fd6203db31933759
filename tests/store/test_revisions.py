"""The log of changed cells, and what of it is still true."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from haochaping.core.cell_texts import cell_texts
from haochaping.core.model import QuarterData, frame
from haochaping.store.revisions import add_revisions, net_revisions
from tests.checks.small_city import ANNEXES, city, read_tables
from tests.store.changed_cells import with_cell

DAY = date(2023, 2, 1)
REQUIRED, CASES_ONLY = 'required = ["votes"]\noptional', 'required = ["cases"]\noptional'


def with_cases(real: QuarterData, value: int) -> QuarterData:
    return with_cell(real, ("districts", "张店区", "cases"), printed=str(value), value=float(value))


def test_texts_as_printed_are_remembered(real: QuarterData) -> None:
    headline = real.headline.copy()
    headline.loc[headline["figure"] == "records", "printed"] = "9069696条"
    new = with_cell(replace(real, headline=headline), ("public_services", "总数", "evaluations"), printed="1")
    new = with_cell(new, ("districts", "张店区", "evaluation_rate"), printed="99%", value=0.99)
    rows = add_revisions(real, new, DAY).revisions
    changed = dict(
        zip(rows["column"] + rows["table"], zip(rows["before"], rows["after"], strict=True), strict=True)
    )
    assert changed["evaluation_ratedistricts"] == ("100%", "99%"), "as printed, not 1.0 and 0.99"
    assert changed["valueheadline"] == ("9069695条", "9069696条")
    assert changed["evaluationspublic_services"] == ("1989842", "1")
    assert len(rows) == 3 and set(rows["on"]) == {"2023-02-01"}


def test_a_trial_that_was_undone_is_not_told(real: QuarterData) -> None:
    once = add_revisions(real, with_cases(real, 5), DAY)
    back = add_revisions(once, real, DAY)
    assert len(back.revisions) == 2, "the log keeps both steps"
    assert net_revisions(back).empty


def test_two_changes_of_one_cell_are_reported_once(real: QuarterData) -> None:
    first = str(real.districts.loc[0, "cases"])
    twice = add_revisions(add_revisions(real, with_cases(real, 5), DAY), with_cases(real, 6), DAY)
    assert net_revisions(twice)[["before", "after"]].to_numpy().tolist() == [[first, "6"]]


HALLS = [["大厅", "来访数"], ["甲", 20], ["乙", 7]]


def test_what_is_only_declared_otherwise_is_no_revision(tmp_path: Path) -> None:
    """An analyst who corrects the declaration changes the names of cells, not what is printed."""
    renamed = ANNEXES.replace('heading = "办件数"', 'heading = "来访数"', 1)
    before = read_tables(city(tmp_path / "a"), tmp_path / "raw", HALLS)
    after = read_tables(city(tmp_path / "b", renamed.replace(REQUIRED, CASES_ONLY)), tmp_path / "raw2", HALLS)
    assert {ref.table for ref in cell_texts(before)} != {ref.table for ref in cell_texts(after)}
    assert add_revisions(before, after, DAY).revisions.empty
    assert add_revisions(after, before, DAY).revisions.empty


def test_a_changed_number_is_a_revision_whatever_is_declared_since(tmp_path: Path) -> None:
    renamed = ANNEXES.replace('heading = "办件数"', 'heading = "来访数"', 1)
    before = read_tables(city(tmp_path / "a"), tmp_path / "raw", HALLS)
    changed = [*HALLS[:2], ["乙", 8]]
    after = read_tables(
        city(tmp_path / "b", renamed.replace(REQUIRED, CASES_ONLY)), tmp_path / "raw2", changed
    )
    revisions = add_revisions(before, after, DAY).revisions
    assert revisions[["row", "before", "after"]].to_numpy().tolist() == [["乙", "7", ""], ["乙", "", "8"]]


@pytest.mark.parametrize(("text", "count"), [("办结20件。", 0), ("共办结20件。", 1)])
def test_a_figure_of_the_text_that_is_declared_since_is_no_revision(
    real: QuarterData, text: str, count: int
) -> None:
    figure = {"figure": "handled", "value": 20.0, "unit": "件", "printed": "20件"}
    old = replace(real, about=frame("about", [{"field": "text", "value": "办结20件。"}]))
    headline = pd.concat([real.headline, frame("headline", [figure])], ignore_index=True)
    new = replace(old, headline=headline, about=frame("about", [{"field": "text", "value": text}]))
    assert len(add_revisions(old, new, DAY).revisions) == count
