"""Error localisation on small systems whose answer can be found by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.checks.localisation.causes import Doubt, group_doubts
from haochaping.checks.localisation.localise import localise
from haochaping.checks.outcome import ALL_ROWS, FAILS, HOLDS, Constraint, Outcome
from haochaping.checks.rule import Rule
from haochaping.cleaning.typing_slips import (
    DOUBLED,
    LOST,
    REPLACED,
    SWAPPED,
    numbers_before_slip,
    slip_between,
)
from haochaping.core.declaration import Declaration
from haochaping.core.model import CellRef, QuarterData
from haochaping.core.period import Period
from haochaping.store.cell_index import CellIndex

DECLARATION = Declaration(groups={}, measures={}, annexes={})


def cell(name: str) -> CellRef:
    return CellRef("districts", name, "cases")


def cell_index(**values: int) -> CellIndex:
    empty = CellIndex(QuarterData(Period(2030, 1), DECLARATION))
    return empty.with_values({cell(name): value for name, value in values.items()})


def outcome(holds: bool, *constraints: Constraint) -> Outcome:
    cells = tuple(c for constraint in constraints for c, _ in constraint.terms)
    return Outcome(cells[0], cells, HOLDS if holds else FAILS, constraints=constraints)


def equality(**coefficients: float) -> Constraint:
    return Constraint(tuple((cell(name), value) for name, value in coefficients.items()), 0, 0)


def explanations(values: CellIndex, *outcomes: Outcome) -> list[list[dict[str, int | None]]]:
    return [
        [{c.row: value for c, value in e.changes} for e in cause.explanations]
        for cause in localise(outcomes, values)
    ]


def test_the_example_of_errorlocate() -> None:
    """profit = turnover − cost, cost ≥ 0.6 turnover: profit 750, cost 125, turnover 200 → profit."""
    values = cell_index(profit=750, cost=125, turnover=200)
    balance = outcome(False, equality(profit=1, turnover=-1, cost=1))
    ratio = outcome(True, Constraint(((cell("cost"), 1.0), (cell("turnover"), -0.6)), 0, math.inf))
    [found] = explanations(values, balance, ratio)
    assert found[0] == {"profit": 75}


def test_rules_that_hold_break_no_explanation() -> None:
    """a + b = total fails; b stands equal in another annex, so b is trusted."""
    values = cell_index(a=10, b=20, total=40, twin=20)
    found = explanations(
        values, outcome(False, equality(a=1, b=1, total=-1)), outcome(True, equality(b=1, twin=-1))
    )
    assert found[0][:2] in ([{"total": 30}, {"a": 20}], [{"a": 20}, {"total": 30}])
    assert not any("b" in one for one in found[0]), "changing it would take its twin along"


def test_a_cell_that_a_slip_would_mend_comes_first() -> None:
    values = cell_index(a=1234, b=500, total=1824)
    found = explanations(values, outcome(False, equality(a=1, b=1, total=-1)))
    assert found[0][0] == {"a": 1324}, "two digits swapped"


def test_separate_causes_are_separate_findings() -> None:
    values = cell_index(a=1, b=2, c=5, d=9)
    found = explanations(values, outcome(False, equality(a=1, b=-1)), outcome(False, equality(c=1, d=-1)))
    assert len(found) == 2


def test_two_slips_that_share_a_total_are_two_causes() -> None:
    """b is printed 30 for 20, so that the total of the column fails; the rate of a fails by itself."""
    values = cell_index(a=10, b=30, total=30, twin=20, base=100)
    rate = cell("rate")
    low, high = 0.195, 0.205  # printed: 20 %
    bounds = ((cell("a"), 1.0), (cell("base"), -low)), ((cell("a"), 1.0), (cell("base"), -high))
    of_rate = outcome(
        False, Constraint(bounds[0], 0, math.inf, rate), Constraint(bounds[1], -math.inf, 0, rate)
    )
    held = outcome(True, equality(base=1, base_again=-1))
    values = cell_index(a=10, b=30, total=30, twin=20, base=100, base_again=100)
    found = localise(
        [outcome(False, equality(a=1, b=1, total=-1)), outcome(False, equality(b=1, twin=-1)), of_rate, held],
        values,
    )
    assert [[o.at for o in cause.outcomes] for cause in found] == [[cell("a"), cell("b")], [cell("a")]]
    assert found[0].explanations[0].changes == ((cell("b"), 20),)
    assert found[1].explanations[0].changes == ((rate, None),)


def test_two_totals_that_one_slip_made_wrong_are_one_cause() -> None:
    """a and b of one row changed places: both totals fail, their rules share no cell, the sum of the row holds."""
    values = cell_index(
        a=900, b=200, sum=1100, a_2=50, b_2=60, sum_2=110, a_total=250, b_total=960, total=1210
    )
    failed = [
        outcome(False, equality(a=1, a_2=1, a_total=-1)),
        outcome(False, equality(b=1, b_2=1, b_total=-1)),
    ]
    held = [
        outcome(True, equality(a=1, b=1, sum=-1)),
        outcome(True, equality(a_2=1, b_2=1, sum_2=-1)),
        outcome(True, equality(a_total=1, b_total=1, total=-1)),
        outcome(True, equality(sum=1, sum_2=1, total=-1)),
    ]
    [found] = explanations(values, *failed, *held)
    assert {"a": 200, "b": 900} in found
    assert {"a_total": 950, "b_total": 260} in found
    assert len({frozenset(one) for one in found}) == len(found), "each explanation once"
    assert all(len(one) == 2 for one in found), "none that mends one of them by two cells more"


def test_a_total_above_its_bound_follows_from_the_row_that_is() -> None:
    values = cell_index(closed=128, cases=120, closed_2=80, cases_2=80, closed_total=208, cases_total=200)
    at_most = [
        outcome(False, Constraint(((cell(small), 1.0), (cell(large), -1.0)), -math.inf, 0))
        for small, large in (("closed", "cases"), ("closed_total", "cases_total"))
    ]
    held = [
        outcome(True, Constraint(((cell("closed_2"), 1.0), (cell("cases_2"), -1.0)), -math.inf, 0)),
        outcome(True, equality(closed=1, closed_2=1, closed_total=-1)),
        outcome(True, equality(cases=1, cases_2=1, cases_total=-1)),
    ]
    [cause] = localise([*at_most, *held], values)
    assert {o.at.row for o in cause.outcomes} == {"closed", "closed_total"}
    assert sorted(sorted(c.row for c in e.cells) for e in cause.explanations) == [
        ["cases", "cases_total"],
        ["closed", "closed_total"],
    ]


def test_slips_in_two_rows_whose_totals_were_computed_stay_two_causes() -> None:
    """Each alone would be mended with the total: that does not make one the consequence of the other."""
    values = cell_index(a=10, b=30, total=40, twin_a=11, twin_b=33)
    found = localise(
        [
            outcome(False, equality(a=1, twin_a=-1)),
            outcome(False, equality(b=1, twin_b=-1)),
            outcome(True, equality(a=1, b=1, total=-1)),
        ],
        values,
    )
    assert len(found) == 2


def rate_of(count: str, base: str, printed: float, rate: str) -> Outcome:
    """A violated rate of two decimals: `count` over `base`."""
    low, high = printed / 100 - 0.00005, printed / 100 + 0.00005
    return outcome(
        False,
        Constraint(((cell(count), 1.0), (cell(base), -low)), 0, math.inf, cell(rate)),
        Constraint(((cell(count), 1.0), (cell(base), -high)), -math.inf, 0, cell(rate)),
    )


def test_two_slips_that_make_a_total_wrong_together_are_two_causes() -> None:
    """61877 written 68177 beside a right rate, and 18 written 28 of 26 cases: the total fits only when both are mended."""
    values = cell_index(a=68177, base_a=86230, b=28, base_b=26, c=130249, total=192144, base_total=86256)
    total = outcome(False, equality(a=1, b=1, c=1, total=-1))
    bound = outcome(False, Constraint(((cell("b"), 1.0), (cell("base_b"), -1.0)), -math.inf, 0))
    held = outcome(True, equality(base_a=1, base_b=1, base_total=-1))
    found = localise([rate_of("a", "base_a", 71.76, "rate"), total, bound, held], values)
    by_rules = {tuple(o.at.row for o in cause.outcomes): cause.explanations[0].changes for cause in found}
    assert by_rules == {("a", "a"): ((cell("a"), 61877),), ("b",): ((cell("b"), 18),)}


def test_a_wrong_total_and_two_cells_exchanged_are_two_causes() -> None:
    """good of the total has two digits swapped; fair and bad of the second row changed places."""
    values = cell_index(
        good_1=6102, fair_1=27, bad_1=13, votes_1=6142, good_2=4210, fair_2=12, bad_2=25, votes_2=4247,
        good_t=10132, fair_t=52, bad_t=25, votes_t=10389,
    )  # fmt: skip
    sums = [equality(**{f"{n}_1": 1, f"{n}_2": 1, f"{n}_t": -1}) for n in ("good", "fair", "bad", "votes")]
    parts = [equality(**{f"good_{i}": 1, f"fair_{i}": 1, f"bad_{i}": 1, f"votes_{i}": -1}) for i in "12t"]
    failed = [*(outcome(False, c) for c in sums[:3]), outcome(False, parts[2])]
    held = [outcome(True, c) for c in (sums[3], *parts[:2])]
    found = localise([*failed, *held], values)
    firsts = [{c.row: value for c, value in cause.explanations[0].changes} for cause in found]
    assert {"good_t": 10312} in firsts and {"fair_2": 25, "bad_2": 12} in firsts
    assert len(found) == 2


def test_values_that_are_proposed_fulfil_the_rules_as_whole_numbers() -> None:
    """Of 31 cases 93.0 % are closed: no whole number of closed cases makes it, so closed alone is no explanation."""
    values = cell_index(closed=28, cases=31, cases_again=31)
    low, high = 0.9295, 0.9305
    rate = cell("rate")
    closed, cases = cell("closed"), cell("cases")
    printed_rate = outcome(
        False,
        Constraint(((closed, 1.0), (cases, -low)), 0, math.inf, rate),
        Constraint(((closed, 1.0), (cases, -high)), -math.inf, 0, rate),
    )
    [found] = explanations(values, printed_rate, outcome(True, equality(cases=1, cases_again=-1)))
    assert found[0] == {"rate": None}
    for changes in found[1:]:
        k, n = changes.get("closed", 28), changes.get("cases", 31)
        assert "rate" in changes or low * n <= k <= high * n


def test_a_missing_value_costs_nothing() -> None:
    values = cell_index(a=10, total=25)
    found = explanations(values, outcome(False, equality(a=1, gap=1, total=-1)))
    assert found == [[]], "the gap explains it: no printed cell need be wrong"


@pytest.mark.parametrize(
    ("printed", "target", "slip"),
    [
        (11237, 11273, SWAPPED),
        (1123, 11123, LOST),
        (11123, 1123, DOUBLED),
        (5, 8, REPLACED),
        (12, 99, None),
        (7, 7, None),
    ],
)
def test_slips(printed: int, target: int, slip: str | None) -> None:
    assert slip_between(printed, target) == slip


@given(st.integers(0, 10**7))
def test_every_intended_number_is_one_slip_away(printed: int) -> None:
    for value, _ in numbers_before_slip(printed):
        assert value != printed and abs(len(str(value)) - len(str(printed))) <= 1


@pytest.mark.parametrize(("row", "follows"), [("a", True), (ALL_ROWS, False)])
def test_a_doubt_about_a_whole_column_is_no_consequence_of_one_cell(row: str, follows: bool) -> None:
    """With the right value of a the other rule would hold; but that a column repeats another is a doubt of its own."""
    values = cell_index(a=10, b=20, total=40)
    hard = outcome(False, equality(a=1, b=1, total=-1))
    soft = Outcome(CellRef("districts", row, "cases"), (cell("a"), cell("b")), FAILS)
    rules = {
        name: Rule(id=name, kind=name, severity="verify", title="", message="", consider="")
        for name in ("hard", "soft")
    }
    kinds = {"soft": lambda _, index: [] if index.count(cell("a")) != 10 else [soft]}
    causes = localise([hard], values)
    groups = group_doubts([Doubt(rules["hard"], hard), Doubt(rules["soft"], soft)], causes, values, kinds)
    assert [len(group.doubts) for group in groups] == ([2] if follows else [1, 1])
