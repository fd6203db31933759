from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.core.errors import InputRefused
from haochaping.core.period import Period

quarters = st.builds(Period, st.integers(1000, 2999), st.integers(1, 4))


@pytest.mark.parametrize(
    "text",
    ["2022Q4", "2022q4", "2022-Q4", "2022年第四季度", " 2022 年第 4 季度", "２０２２Ｑ４", "2022年四季度"],
)
def test_the_same_quarter_however_it_is_written(text: str) -> None:
    assert Period.parse(text) == Period(2022, 4)


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
    ],
)
def test_anything_else_is_refused_with_what_was_received_and_what_was_expected(text: object) -> None:
    with pytest.raises(InputRefused) as refusal:
        Period.parse(text)
    assert "2022Q4" in str(refusal.value)
    assert str(text) in str(refusal.value)


def test_dates_label_and_neighbours() -> None:
    quarter = Period.parse("2022Q4")
    assert (quarter.start, quarter.end) == (date(2022, 10, 1), date(2022, 12, 31))
    assert (str(quarter.previous), str(quarter.year_ago)) == ("2022Q3", "2021Q4")
    assert str(Period.parse("2023Q1").previous) == "2022Q4"
    assert quarter.label == "2022年第四季度"


@given(quarters)
def test_laws(quarter: Period) -> None:
    assert Period.parse(str(quarter)) == quarter == Period.parse(quarter.label)
    assert quarter.previous < quarter
    assert quarter.previous.end + timedelta(days=1) == quarter.start
    assert quarter.year_ago == quarter.previous.previous.previous.previous
