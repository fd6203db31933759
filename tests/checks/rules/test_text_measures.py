"""Totals that the text states with a declared measure's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from haochaping.checks.outcome import FAILS, HOLDS
from haochaping.reference.reference import Reference
from tests.checks.small_city import check, city, outcomes, period
from tests.shared import with_total

HALLS = [
    {"hall": "甲厅", "cases": 2000, "votes": 1000, "good": 700, "fair": 200, "bad": 38},
    {"hall": "乙厅", "cases": 234, "votes": 110, "good": 70, "fair": 20, "bad": 8},
]
DISTRICTS = [
    {"district": "东区", "cases": 5000, "votes": 3000},
    {"district": "西区", "cases": 6000, "votes": 3100},
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    return city(tmp_path_factory.mktemp("city"))


@pytest.mark.parametrize(
    ("text", "printed", "right"),
    [
        ("2030年第一季度，各大厅办件数2243件。", "各大厅办件数2243件", "2,234"),
        ("2030年第一季度，各大厅办件数2234件，不满意票64票。", "不满意票64票", "46"),
        ("一季度，各区县投票数6010票，办件数11000件。", "各区县投票数6010票", "6,100"),
        ("1-3月，各区县共收到投票6101票。", "各区县共收到投票6101票", "6,100"),
        ("全市办件数13324件。", "全市办件数13324件", "13,234"),
        ("各区县办件数11900件。", "各区县办件数11900件", "11,000"),
    ],
)
def test_a_total_that_is_not_the_annexs_is_told(
    place: Reference, text: str, printed: str, right: str
) -> None:
    data = period(place, text=text, halls=HALLS, districts=DISTRICTS)
    [finding] = [f for f in check(data, place).findings if f.check == "text_measures"]
    assert finding.message.startswith(f"正文写“{printed}”，按附件")
    assert finding.message.endswith(f"为 {right}，不相符。") and finding.severity == "verify"
    assert not any(sign.isdigit() for sign in finding.id)


@pytest.mark.parametrize(
    ("text", "affected"),
    [("各大厅办件数2243件。", 9), ("各大厅办件数2244件，各大厅办件数2243件。", 10)],
)
def test_by_how_many_records_a_total_is_off(place: Reference, text: str, affected: int) -> None:
    found = outcomes("text_measures", period(place, text=text, halls=HALLS), place)
    assert [o.affected for o in found if o.state == FAILS] == [affected]


@pytest.mark.parametrize(
    "text",
    [
        "2030年第一季度，各大厅办件数2234件，不满意票46票；各区县办件数11000件。",
        "全市办件数13234件，投票数7210票。",
        "各区县办件数1.1万件。",
    ],
)
def test_right_totals_hold(place: Reference, text: str) -> None:
    data = period(place, text=text, halls=HALLS, districts=DISTRICTS)
    assert {o.state for o in outcomes("text_measures", data, place)} <= {HOLDS}


@pytest.mark.parametrize(
    "text",
    [
        "上季度，各区县办件数11900件。",
        "2029年第四季度，各区县办件数11900件。",
        "去年同期各区县办件数11900件。",
        "1-3月累计，各区县办件数11900件。",
        "各区县网上办件数11900件。",
        "各区县办件数约11900件。",
        "各区县办件数11900余件。",
        "各区县办件数50000件。",
        "各区县办件数11900人次。",
        "各区县办件数比上季度多11900件。",
        "下一步，各区县办件数要达到11900件。",
        "各区县和各大厅办件数11900件。",
        "各区县投票数、办件数分别为6010票、11900件。",
        "归集并上传办件评价数据13324条。",
    ],
)
def test_what_is_not_plainly_a_total_is_not_held_against_them(place: Reference, text: str) -> None:
    data = period(place, text=text, halls=HALLS, districts=DISTRICTS)
    assert outcomes("text_measures", data, place) == []


def test_the_sum_and_the_printed_total_are_both_right(place: Reference) -> None:
    """Which of two that differ is wrong is another rule's matter."""
    data = with_total(
        period(place, text="各区县办件数11000件。", halls=HALLS, districts=DISTRICTS),
        "districts", "合计", "cases", 11900,
    )  # fmt: skip
    assert FAILS not in {o.state for o in outcomes("text_measures", data, place)}


def test_a_unit_named_before_is_held_against_its_own_figure(tmp_path: Path) -> None:
    annexes = (
        '[group.hall]\nword = "大厅"\nregistered = true\n[measure.votes]\nheading = "投票数"\nunit = "票"\n'
        '[[annex]]\nname = "halls"\ntitle = "各大厅"\nrows = ["hall"]\nmeasures = ["votes"]\nrequired = ["votes"]\n'
    )
    own = city(tmp_path, annexes)
    rows = [{"hall": "甲厅", "votes": 1234}, {"hall": "乙厅", "votes": 2000}]
    [found] = outcomes("text_measures", period(own, text="甲厅投票数1243票。", halls=rows), own)
    assert found.state == FAILS and found.expected == "1,234"
