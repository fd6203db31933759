"""The log of changed cells, and what of it is still true."""

from dataclasses import replace
from datetime import date

from haochaping.core.model import QuarterData
from haochaping.store.revisions import add_revisions, net_revisions
from tests.store.changed_cells import with_cell

DAY = date(2023, 2, 1)


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
