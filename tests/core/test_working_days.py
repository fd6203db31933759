"""Chinese working days, by hand."""

from datetime import date

import pytest

from haochaping.core.working_days import add_working_days, is_working_day, last_working_day


def test_new_year_of_2023_with_its_worked_weekend() -> None:
    assert not is_working_day(date(2023, 1, 27)) and is_working_day(date(2023, 1, 28))
    assert add_working_days(date(2023, 1, 18), 5) == date(2023, 1, 30)
    assert add_working_days(date(2023, 1, 18), 0) == date(2023, 1, 18)
    assert last_working_day(date(2023, 1, 27)) == date(2023, 1, 20)


def test_a_year_without_a_calendar_is_not_guessed() -> None:
    with pytest.raises(NotImplementedError):
        is_working_day(date(2062, 1, 2))
