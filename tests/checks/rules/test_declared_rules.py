"""Rules whose arithmetic the city declares: parts, bounds, rates of sums, relations; on columns that nobody declared."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.checks.outcome import FAILS, HOLDS, NOT_EVALUABLE, Outcome
from haochaping.cleaning.number_or_missing import percent
from haochaping.core.model import CellRef
from haochaping.reference.reference import Reference
from haochaping.store.cell_index import CellIndex
from tests.checks.small_city import check, city, outcomes, period, read_tables
from tests.shared import with_total

HALL = {"hall": "甲", "cases": 20, "votes": 10, "good": 7, "fair": 2, "bad": 1}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """The small city."""
    return city(tmp_path_factory.mktemp("city"))


def states(found: list[Outcome]) -> list[str]:
    return [outcome.state for outcome in found]


def satisfies(outcome: Outcome, index: CellIndex) -> bool:
    """Whether the printed counts satisfy the linear constraints of an outcome."""
    sums = [
        (sum(factor * (index.count(cell) or 0) for cell, factor in c.terms), c) for c in outcome.constraints
    ]
    return all(c.low - 1e-9 <= value <= c.high + 1e-9 for value, c in sums)


# --- parts and bounds -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "state"),
    [({}, HOLDS), ({"votes": 9}, FAILS), ({"fair": None}, NOT_EVALUABLE), ({"votes": None}, NOT_EVALUABLE)],
)
def test_a_whole_is_the_sum_of_its_parts(place: Reference, change: dict, state: str) -> None:
    [found] = outcomes("parts_sum", period(place, halls=[{**HALL, **change}]), place)
    assert found.state == state
    assert [cell.column for cell in found.cells] == ["votes", "good", "fair", "bad"]
    if state == FAILS:
        assert found.expected == "10" and found.values["difference"] == "1"
        assert found.values["parts"] == "满意票、基本满意票、不满意票"
        assert found.arithmetic == "7 + 2 + 1 = 10；10 − 9 = 1" and found.affected == 1


def test_parts_are_held_in_rows_of_totals_too(place: Reference) -> None:
    data = period(place, halls=[HALL])
    for measure, value in {"votes": 11, "good": 7, "fair": 2, "bad": 1}.items():
        data = with_total(data, "halls", "合计", measure, value)
    assert states(outcomes("parts_sum", data, place)) == [HOLDS, FAILS]


def test_parts_that_the_source_does_not_print_are_no_gap(place: Reference, tmp_path: Path) -> None:
    data = read_tables(place, tmp_path, [["大厅", "办件数", "投票数", "满意票"], ["甲", 20, 10, 9]])
    assert outcomes("parts_sum", data, place) == []


@given(st.lists(st.integers(0, 10**9), min_size=4, max_size=4))
def test_the_constraint_of_parts_is_the_rule(place: Reference, counts: list[int]) -> None:
    names = ["votes", "good", "fair", "bad"]
    data = period(place, halls=[{**HALL, "cases": 10**10, **dict(zip(names, counts, strict=True))}])
    [found] = outcomes("parts_sum", data, place)
    assert (found.state == HOLDS) == (counts[0] == sum(counts[1:]))
    assert satisfies(found, CellIndex(data, place)) == (found.state == HOLDS)


@pytest.mark.parametrize(
    ("cases", "state"), [(10, HOLDS), (9, FAILS), (None, NOT_EVALUABLE), (10**12, HOLDS)]
)
def test_a_part_is_not_larger_than_its_whole(place: Reference, cases: int | None, state: str) -> None:
    data = period(place, halls=[{**HALL, "cases": cases}])
    [found] = outcomes("part_within_whole", data, place)
    assert (found.state, found.at.column) == (state, "votes")
    assert found.affected == {9: 1, None: None}.get(cases, found.affected)
    assert state == NOT_EVALUABLE or satisfies(found, CellIndex(data, place)) == (state == HOLDS)


def test_pairs_of_every_annex_are_held(place: Reference) -> None:
    data = period(place, halls=[HALL], districts=[{"district": "甲区", "cases": 1, "votes": 2}])
    assert states(outcomes("part_within_whole", data, place)) == [HOLDS, FAILS]


# --- rates of sums -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "printed", "state", "words"),
    [
        ("voting_rate", "50%", HOLDS, ("投票数", "办件数")),
        ("voting_rate", "51%", FAILS, ("投票数", "办件数")),
        ("positive_rate", "90.0%", HOLDS, ("（投票数 − 不满意票）", "投票数")),
        ("positive_rate", "91%", FAILS, ("（投票数 − 不满意票）", "投票数")),
        ("poor_rate", "10%", HOLDS, ("不满意票", "（满意票 + 基本满意票 + 不满意票）")),
        ("poor_rate", "1%", FAILS, ("不满意票", "（满意票 + 基本满意票 + 不满意票）")),
    ],
)
def test_a_rate_of_sums(
    place: Reference, rate: str, printed: str, state: str, words: tuple[str, str]
) -> None:
    data = period(place, halls=[{**HALL, rate: printed}])
    [found] = outcomes("rate_recomputed", data, place)
    assert (found.state, found.at.column) == (state, rate)
    assert (found.values["numerator"], found.values["denominator"]) == words
    assert satisfies(found, CellIndex(data, place)) == (state == HOLDS)


def test_a_cell_above_and_below_the_line_stands_once_in_a_constraint(place: Reference) -> None:
    data = period(place, halls=[{**HALL, "positive_rate": "90%"}])
    [found] = outcomes("rate_recomputed", data, place)
    for constraint in found.constraints:
        factors = {cell.column: factor for cell, factor in constraint.terms}
        assert len(factors) == len(constraint.terms) == 2
        assert factors["bad"] == -1 and 0 < factors["votes"] < 0.2
        assert constraint.rate_cell == found.at


def test_a_part_of_a_rate_without_a_number(place: Reference) -> None:
    data = period(place, halls=[{**HALL, "fair": None, "poor_rate": "10%"}])
    [found] = outcomes("rate_recomputed", data, place)
    assert found.state == NOT_EVALUABLE and "基本满意票" in found.reason


@given(st.integers(1, 10**6), st.integers(0, 10**6), st.integers(0, 3), st.sampled_from([0, 0, 1, 7]))
def test_a_rate_rounded_right_satisfies_its_constraints(
    place: Reference, votes: int, bad: int, decimals: int, off: int
) -> None:
    """Localisation may rest on a rate: the counts behind a right one satisfy it, those behind a wrong one do not."""
    bad = min(bad, votes)
    exact = percent(_fraction(votes - bad, votes), decimals)
    shown = exact - off
    if shown < 0 or (shown == 100) != (bad == 0) or (shown == 0) != (bad == votes):
        return  # what may be rounded to 100 % and to 0 % is a convention of its own
    row = {**HALL, "cases": votes, "votes": votes, "good": votes - bad, "fair": 0, "bad": bad}
    data = period(place, halls=[{**row, "positive_rate": f"{shown}%"}])
    [found] = outcomes("rate_recomputed", data, place)
    assert (found.state == HOLDS) == (off == 0)
    assert satisfies(found, CellIndex(data, place)) or off


def _fraction(numerator: int, denominator: int):
    from fractions import Fraction

    return Fraction(numerator, denominator)


def test_no_rate_of_nothing(place: Reference) -> None:
    none = {"hall": "乙", "cases": 0, "votes": 0, "good": 0, "fair": 0, "bad": 0}
    data = period(place, halls=[HALL | {"voting_rate": "50%"}, none | {"voting_rate": "100%"}])
    found = [outcome for outcome in outcomes("rate_undefined", data, place) if outcome.state == FAILS]
    assert [outcome.at for outcome in found] == [CellRef("halls", "乙", "voting_rate")]
    assert not satisfies(found[0], CellIndex(data, place)), "no count makes it right"


@pytest.mark.parametrize(("zeros", "count"), [(0, 0), (1, 1), (3, 3)])
def test_zeros_for_rates_of_nothing_are_one_note(place: Reference, zeros: int, count: int) -> None:
    none = {"cases": 0, "votes": 0, "good": 0, "fair": 0, "bad": 0, "voting_rate": "0%"}
    halls = [{"hall": f"{i}号", **none} for i in range(zeros)]
    data = period(place, halls=[HALL | {"voting_rate": "50%"}, *halls])
    found = outcomes("rate_zero_of_none", data, place)
    assert [outcome.values["count"] for outcome in found] == ([count] if count else [])
    assert all(outcome.values["columns"] == "投票率" for outcome in found)
    assert FAILS not in states(outcomes("rate_undefined", data, place)), "not told twice"


def test_zero_of_something_is_a_rate(place: Reference) -> None:
    data = period(place, halls=[HALL | {"bad": 0, "good": 8, "poor_rate": "0%"}])
    assert outcomes("rate_zero_of_none", data, place) == []
    assert states(outcomes("rate_recomputed", data, place)) == [HOLDS]


# --- relations -----------------------------------------------------------------------------------------------


def test_a_figure_of_the_text_is_held_against_an_annex(place: Reference) -> None:
    halls = [HALL, {**HALL, "hall": "乙", "cases": 5}]
    [found] = outcomes("text_cases", period(place, {"handled": 25}, halls=halls), place)
    assert found.state == HOLDS and found.at == CellRef("headline", "handled", "value")
    [found] = outcomes("text_cases", period(place, {"handled": 26}, halls=halls), place)
    assert found.state == FAILS
    assert found.values["left"] == "正文办结件数 26" and found.values["right"] == "附件1办件数 25"
    assert found.values["difference"] == "1" and found.values["must"] == "相等" and found.affected == 1
    assert len(found.cells) == 3 and found.constraints, "a hard relation feeds the localisation"


def test_an_approximate_figure_is_not_held_to_the_digit(place: Reference) -> None:
    data = period(place, {"handled": 26}, halls=[HALL])
    data.headline["qualifier"] = "余"
    assert outcomes("text_cases", data, place) == []


def test_a_relation_for_each_unit_of_a_group(place: Reference) -> None:
    districts = [{"district": name, "cases": 9, "votes": 5} for name in ("甲区", "乙县", "丙区")]
    towns = [
        {"district": "甲区", "votes": 5},
        {"district": "乙县", "votes": 6},
        {"district": "丁区", "votes": 1},
    ]
    found = outcomes("towns_within_districts", period(place, districts=districts, towns=towns), place)
    assert [(outcome.at.row, outcome.state) for outcome in found] == [("甲区", HOLDS), ("乙县", FAILS)]
    assert found[1].values["must"] == "前者不大于后者"
    assert not found[0].constraints, "not declared hard"


def test_a_relation_of_several_annexes_and_factors(place: Reference) -> None:
    rows = {
        "districts": [{"district": "甲区", "cases": 99, "votes": 12}],
        "towns": [{"district": "甲区", "votes": 8}],
    }
    [found] = outcomes("halls_in_all", period(place, halls=[HALL], **rows), place)
    assert found.state == HOLDS and found.arithmetic.endswith("20 − 20 = 0")
    rows["towns"] = [{"district": "甲区", "votes": 9}]
    [found] = outcomes("halls_in_all", period(place, halls=[HALL], **rows), place)
    assert found.state == FAILS and "相差" not in found.arithmetic
    finding = next(
        f for f in check(period(place, halls=[HALL], **rows), place).findings if f.check == "halls_in_all"
    )
    assert finding.severity == "correct"


def test_a_relation_with_an_absent_annex_or_number(place: Reference) -> None:
    assert outcomes("halls_in_all", period(place, halls=[HALL]), place) == []
    rows = {
        "districts": [{"district": "甲区", "cases": 9, "votes": None}],
        "towns": [{"district": "甲区", "votes": 8}],
    }
    assert states(outcomes("halls_in_all", period(place, halls=[HALL], **rows), place)) == [NOT_EVALUABLE]


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_hard_relation_holds_as_its_constraint_does(place: Reference, said: int, counted: int) -> None:
    data = period(place, {"handled": said}, halls=[{**HALL, "cases": counted}])
    [found] = outcomes("text_cases", data, place)
    assert (found.state == HOLDS) == (said == counted)
    index = CellIndex(data, place)
    assert satisfies(found, index) == (said == counted)
    [constraint] = found.constraints
    assert not math.isinf(constraint.low) and not math.isinf(constraint.high)


# --- columns that nobody declared ---------------------------------------------------------------------------

KNOWN = ["大厅", "办件数", "投票数"]
OWN_RATE = [["甲", 20, 10, "50%"], ["乙", 40, 30, "75%"], ["丙", 8, 2, "25%"], ["丁", 10, 9, "90%"]]


def undeclared(place: Reference, folder: Path, *rows: list[object], heading: str = "参与率") -> list[Outcome]:
    data = read_tables(place, folder, [[*KNOWN, heading], *rows])
    return outcomes("undeclared_rate", data, place)


def test_an_obvious_rate_is_held_in_every_row(place: Reference, tmp_path: Path) -> None:
    assert states(undeclared(place, tmp_path / "right", *OWN_RATE)) == [HOLDS] * 4
    found = undeclared(place, tmp_path / "wrong", *OWN_RATE, ["戊", 10, 5, "55%"])
    assert states(found) == [HOLDS] * 4 + [FAILS]
    assert found[4].at == CellRef("halls", "戊", "参与率") and found[4].expected == "50.00%"
    assert (found[4].values["numerator"], found[4].values["denominator"]) == ("投票数", "办件数")


@pytest.mark.parametrize(
    "rows",
    [
        OWN_RATE[:2],
        [["甲", 20, 10, "50%"], ["乙", 40, 30, "70%"], ["丙", 8, 2, "20%"], ["丁", 10, 9, "80%"]],
        [[name, 20, 20, "100%"] for name in "甲乙丙丁"],
        [["甲", 20, 10, "5"], ["乙", 40, 30, "6"], ["丙", 8, 2, "7"], ["丁", 10, 9, "8"]],
    ],
    ids=["two rows", "holds in one row", "all 100 %", "no percentages"],
)
def test_nothing_is_supposed_without_evidence(place: Reference, tmp_path: Path, rows: list) -> None:
    assert undeclared(place, tmp_path, *rows) == []


def test_an_undeclared_rate_is_a_note_and_a_total_is_no_row(place: Reference, tmp_path: Path) -> None:
    rows = [*OWN_RATE, ["戊", 10, 5, "55%"], ["合计", 88, 56, "1%"]]
    data = read_tables(place, tmp_path, [[*KNOWN, "参与率"], *rows])
    [finding] = [f for f in check(data, place).findings if f.check == "undeclared_rate"]
    assert finding.severity == "note" and "“参与率”列为 55%" in finding.message


# --- shares within a sentence -------------------------------------------------------------------------------

SHARES = {
    "right": ("来信139件，其中住房43件（30.9%）、道路18件（12.9%）。", []),
    "wrong": ("来信139件，其中住房43件（30.2%）、道路18件（12.9%）。", ["43件(30.2%)"]),
    "as a share": ("来信200件，住房50件（占25%），道路20件（占比12%）。", ["20件(占比12%)"]),
    "other units": ("来信139件，涉及22个单位；住房43件（30.2%），道路18件（13%）。", ["43件(30.2%)"]),
    "one alone": ("来信139件，住房43件（30.2%）。", []),
    "no whole": ("住房43件（30.2%），道路18件（13%），共139件。", []),
    "part of another sentence": ("来信139件。住房43件（30.2%），道路18件（13%）。", []),
    "larger than the whole": ("来信10件，住房43件（30.2%），道路5件（50%）。", []),
    "no shares": ("来信139件，住房43件，道路18件。", []),
}


@pytest.mark.parametrize("case", SHARES)
def test_shares_in_brackets(place: Reference, case: str) -> None:
    text, wrong = SHARES[case]
    found = outcomes("text_shares", period(place, text=text, halls=[HALL]), place)
    assert [o.values["printed"] for o in found if o.state == FAILS] == wrong


@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=6), st.integers(0, 2))
def test_right_shares_raise_nothing(place: Reference, counts: list[int], decimals: int) -> None:
    whole = sum(counts)
    shares = [percent(_fraction(count, whole), decimals) for count in counts]
    text = (
        f"来信{whole:,}件，"
        + "，".join(f"甲{c}件（{s}%）" for c, s in zip(counts, shares, strict=True))
        + "。"
    )
    found = outcomes("text_shares", period(place, text=text, halls=[HALL]), place)
    assert len(found) == len(counts)
    assert all(o.state == HOLDS for o, s in zip(found, shares, strict=True) if s not in (0, 100))


@pytest.mark.parametrize(
    ("shares", "state"),
    [
        (("29.23%", "42.50%", "12.31%", "15.96%"), HOLDS),  # 100.00 %
        (("26.33%", "47.27%", "12.39%", "14.00%"), HOLDS),  # 99.99 %
        (("26.33%", "47.27%", "12.39%", "13.99%"), HOLDS),  # 99.98 %
        (("26.33%", "47.27%", "12.39%", "13.96%"), FAILS),
        (("26%", "47%", "12%", "14%"), HOLDS),
        (("26%", "47%", "12%", "12%"), FAILS),
        (("26.33%", "47.27%", "12.39%", "14%"), FAILS),  # not the same decimals
    ],
)
def test_shares_add_up_within_their_rounding(place: Reference, shares: tuple[str, ...], state: str) -> None:
    rows = [{**HALL, "hall": name, "share": share} for name, share in zip("甲乙丙丁", shares, strict=True)]
    assert states(outcomes("share_sum", period(place, halls=rows), place)) == [state]


def test_the_explanation_that_a_share_bears_out_comes_first(place: Reference, tmp_path: Path) -> None:
    """Any of the votes or the total may be one slip off; only the share of 乙 is wrong with the printed votes."""
    votes = {"甲": (6246, "36.55%"), "乙": (3649, "20.77%"), "丙": (7292, "42.68%"), "合计": (17087, "")}
    rows = [[name, 20000, count, share] for name, (count, share) in votes.items()]
    data = read_tables(place, tmp_path, [["大厅", "办件数", "投票数", "占比"], *rows])
    [finding] = [f for f in check(data, place).findings if f.check == "total_sum" and f.at.column == "votes"]
    assert "乙”占比列为 20.77%" in finding.message
    assert finding.hypothesis.startswith("解释一：附件1“乙”投票数 3,649 应为 3,549")  # type: ignore[union-attr]
