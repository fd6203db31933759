from datetime import date, timedelta
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.core.errors import InputRefused
from haochaping.core.period import HALF_YEAR, KINDS, MONTH, QUARTER, YEAR, Period, kind_name

years = st.integers(1000, 2999)
periods = st.one_of(
    st.builds(Period, years, st.integers(1, number), st.just(kind))
    for kind, number in ((QUARTER, 4), (MONTH, 12), (HALF_YEAR, 2), (YEAR, 1))
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        *(
            (text, Period(2022, 4))
            for text in (
                "2022Q4",
                "2022q4",
                "2022-Q4",
                "2022年第四季度",
                " 2022 年第 4 季度",
                "２０２２Ｑ４",
                "2022年四季度",
            )
        ),
        *(
            (text, Period(2022, 8, MONTH))
            for text in (
                "2022M08",
                "2022M8",
                "2022m08",
                "2022-M08",
                "2022年8月",
                "2022年08月份",
                "2022年八月",
            )
        ),
        *((text, Period(2022, 12, MONTH)) for text in ("2022M12", "2022年12月", "2022年十二月份")),
        *((text, Period(2022, 1, HALF_YEAR)) for text in ("2022H1", "2022h1", "2022年上半年")),
        *((text, Period(2022, 2, HALF_YEAR)) for text in ("2022H2", "2022年下半年", "2022 年 下半年")),
        *((text, Period(2022, 1, YEAR)) for text in ("2022Y", "2022y", "2022年", "2022年度", "2022年全年")),
    ],
)
def test_the_same_period_however_it_is_written(text: str, wanted: Period) -> None:
    assert Period.parse(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2022",
        "2022Q5",
        "2022Q0",
        "22Q4",
        "2022Q44",
        "../../etc",
        "2022Q4; touch x",
        "$(touch x)",
        "第四季度",
        None,
        2022,
        "2022M00",
        "2022M13",
        "2022M123",
        "2022年13月",
        "2022H3",
        "2022H",
        "2022Y1",
        "8月",
        "2022年8月1日",
        "2022年上",
    ],
)
def test_anything_else_is_refused_with_what_was_received_and_what_was_expected(text: object) -> None:
    with pytest.raises(InputRefused) as refusal:
        Period.parse(text)
    assert all(form in str(refusal.value) for form in ("2022Q4", "2022M08", "2022H1", "2022Y"))
    assert str(text) in str(refusal.value)


def test_dates_label_and_neighbours() -> None:
    quarter = Period.parse("2022Q4")
    assert (quarter.start, quarter.end) == (date(2022, 10, 1), date(2022, 12, 31))
    assert (str(quarter.previous), str(quarter.year_ago)) == ("2022Q3", "2021Q4")
    assert str(Period.parse("2023Q1").previous) == "2022Q4"
    assert quarter.label == "2022年第四季度"


@pytest.mark.parametrize(
    ("code", "label", "last", "before", "own"),
    [
        (
            "2022Q4",
            "2022年第四季度",
            date(2022, 12, 31),
            "2022Q3",
            "上季度、本季度、各季度、8 个季度、季度首日",
        ),
        ("2024M02", "2024年2月", date(2024, 2, 29), "2024M01", "上月、本月、各月、8 个月、月份首日"),
        ("2022M01", "2022年1月", date(2022, 1, 31), "2021M12", "上月、本月、各月、8 个月、月份首日"),
        (
            "2022H1",
            "2022年上半年",
            date(2022, 6, 30),
            "2021H2",
            "上个半年、本半年、各半年、8 个半年、半年首日",
        ),
        ("2022Y", "2022年度", date(2022, 12, 31), "2021Y", "上年、本年、各年、8 个年度、年度首日"),
    ],
)
def test_each_kind_has_its_dates_and_words(code: str, label: str, last: date, before: str, own: str) -> None:
    period = Period.parse(code)
    assert (str(period), period.label, period.end, str(period.previous)) == (code, label, last, before)
    assert period.in_own_words("上季度、本季度、各季度、8 个季度、季度首日") == own
    assert kind_name(period.kind) == period.name


def test_only_codes_are_names_of_folders() -> None:
    assert Period.from_code("2022M8") == Period(2022, 8, MONTH)
    assert [Period.from_code(name) for name in ("2022年8月", "2022", "about", "2022Q4.bak")] == [None] * 4


def test_periods_sort_by_start_then_by_length() -> None:
    wanted = ["2021Y", "2021M12", "2022M01", "2022Q1", "2022H1", "2022Y", "2022M02", "2022Q4", "2022M12"]
    in_order = [Period.parse(code) for code in wanted]
    assert sorted({*in_order}) == in_order
    assert all(one < other <= other for one, other in pairwise(in_order))


def test_only_earlier_periods_of_the_same_kind_are_the_past() -> None:
    codes = ("2022M01", "2022M02", "2022Q1", "2022H1", "2022Y", "2021Y")
    followed = {(str(a), str(b)) for a, b in permutations(map(Period.parse, codes), 2) if a.follows(b)}
    assert followed == {("2022M02", "2022M01"), ("2022Y", "2021Y")}


def test_a_quarter_differs_from_the_month_of_the_same_number() -> None:
    assert len({Period(2022, 1, kind) for kind in KINDS}) == len(KINDS)
    with pytest.raises(TypeError):
        assert Period(2022, 1) < "2022Q2"


@given(periods)
def test_laws(period: Period) -> None:
    assert Period.parse(str(period)) == period == Period.parse(period.label)
    assert period.previous < period < period.next
    assert period.previous.next == period == period.next.previous
    assert period.previous.end + timedelta(days=1) == period.start
    assert period.year_ago.next.kind == period.kind
    assert period.year_ago.year == period.year - 1
    earlier = period
    for _ in range(12 // period.months):
        earlier = earlier.previous
    assert earlier == period.year_ago
    assert Period.spanning(period.start, period.end) == period
    assert Period.containing(period.end, period.kind) == period
    assert str(period) == str(period).upper()


@given(periods, periods)
def test_order_is_total(one: Period, other: Period) -> None:
    assert (one < other) + (one == other) + (one > other) == 1


def test_the_last_year_that_there_is_has_an_end() -> None:
    assert Period(9999, 4).end == date(9999, 12, 31)
