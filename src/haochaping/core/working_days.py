"""Chinese working days: weekdays but for holidays, and the Saturdays and Sundays that are worked instead."""

from __future__ import annotations

from datetime import date, timedelta


def is_working_day(day: date) -> bool:
    """Whether `day` is worked.

    Raises
    ------
    NotImplementedError
        The calendar of holidays, which is decided year by year, does not have that year.
    """
    from chinese_calendar import is_workday  # takes a while to import

    return bool(is_workday(day))


def add_working_days(day: date, count: int) -> date:
    """The last of `count` working days after `day`, which itself does not count; raises as :func:`is_working_day`."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def last_working_day(day: date) -> date:
    """`day`, or the last working day before it; raises as :func:`is_working_day`."""
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day
