"""What is counted of an export's cases and evaluations, as Ibis expressions: each a group-by whose rows are few."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
from ibis import _

from haochaping.core.record_counts import COUNTED, OTHER, UNKNOWN_AREA
from haochaping.records.definitions import UNIT, Conventions, is_worked, with_fate
from haochaping.reference.record_settings import TOWN, VILLAGE

_NIGHT_ENDS, _NIGHT_BEGINS = 6, 22
_SOON_SECONDS = 60
_MONTH_END_DAYS = 3


_SUMS = (
    *("cases", "evaluations", "active", "negative", "ratings", "active_ratings", "negative_ratings"),
    *("before_acceptance", "served"),
)


def unit_counts(groups: ir.Table) -> ir.Table:
    """A row an area, tier and department: what its counted cases come to, but for what was done about negative ones.

    Parameters
    ----------
    groups : Table
        As of :func:`definitions.placed`.
    """
    return (
        groups.filter(_.fate == COUNTED).group_by(list(UNIT)).agg(**{name: _[name].sum() for name in _SUMS})
    )


def rectification_counts(negative: ir.Table, conventions: Conventions) -> ir.Table:
    """A row an area, tier and department with a negative case: what was done about them.

    ``rectified``; ``due`` (rectified, or past the last day at extraction); ``rectified_on_time``; ``visited``;
    ``satisfied``: all are cases. ``rectification_rows``: the records behind them.

    Parameters
    ----------
    negative : Table
        As of :func:`definitions.negative_cases`.
    """
    rectified = negative.is_rectified.fill_null(False)
    on_time = (rectified & (negative.rectified.date() <= negative.due_day)).fill_null(False)
    past = (negative.due_day <= ibis.literal(conventions.extraction_date)).fill_null(False)
    return negative.group_by(list(UNIT)).agg(
        rectified=rectified.sum(),
        due=(rectified | past).sum(),
        rectified_on_time=on_time.sum(),
        visited=negative.visited.fill_null(False).sum(),
        satisfied=negative.satisfied.fill_null(False).sum(),
        rectification_rows=negative.rectification_rows.sum().fill_null(0),
    )


def place_counts(groups: ir.Table) -> ir.Table:
    """A row a town or village (its code): its counted cases, and those with an evaluation."""
    below = groups.filter((_.fate == COUNTED) & _.tier.isin([TOWN, VILLAGE]))
    digits = ibis.ifelse(below.tier == TOWN, 9, 12)
    return below.group_by(code=below.code.substr(0, digits), tier=below.tier).agg(
        cases=_.cases.sum(), evaluations=_.evaluations.sum()
    )


def case_fates(groups: ir.Table) -> ir.Table:
    """A row a fate of cases: how many case numbers, and how many valid evaluations they have."""
    return groups.group_by("fate").agg(rows=_.cases.sum(), ratings=_.ratings.sum())


def evaluation_fates(evaluations: ir.Table, conventions: Conventions) -> ir.Table:
    """A row a fate of evaluations, whatever their cases are: how many."""
    return with_fate(evaluations, conventions).group_by("fate").agg(rows=_.count())


def of_cases(rectifications: ir.Table, cases: ir.Table, key: Sequence[str]) -> ir.IntegerScalar:
    """How many rectifications belong to a case of the export."""
    return rectifications.semi_join(cases, list(key)).count()


def unknown_areas(groups: ir.Table) -> ir.Table:
    """A row an area code in no list: its cases of the period, and those with an evaluation."""
    outside = groups.filter(_.fate == UNKNOWN_AREA)
    return outside.group_by("code").agg(cases=_.cases.sum(), evaluations=_.evaluations.sum())


def item_counts(groups: ir.Table) -> ir.Table:
    """A row an item: its counted cases, and those with an evaluation and with a negative one."""
    counted = groups.filter(_.fate == COUNTED)
    return counted.group_by("item").agg(
        cases=_.cases.sum(), evaluations=_.evaluations.sum(), negative=_.negative.sum()
    )


def evaluation_counts(rated: ir.Table) -> ir.Table:
    """A row a channel, level, day and hour of counted evaluations: how many, and how many are no default."""
    return rated.group_by(
        channel=rated.channel, level=rated.level, day=rated.given.date(), hour=rated.given.hour()
    ).agg(ratings=_.count(), active=_.is_active.sum())


def detail_counts(rated: ir.Table) -> ir.Table:
    """A row a level and detail codes (several are joined by a sign): how many evaluations.

    Anything but codes of three digits leaves the engine as ``OTHER``: it may be a text somebody wrote.
    """
    found = rated.group_by(["level", "detail"]).agg(ratings=_.count())
    is_code = found.detail.re_search(r"^[1-5][0-9]{2}([ ,;|&]+[1-5][0-9]{2})*$")
    detail = ibis.cases((found.detail.isnull(), ibis.null("string")), (is_code, found.detail), else_=OTHER)
    return found.group_by(level=found.level, detail=detail).agg(ratings=_.ratings.sum())


def delay_counts(rated: ir.Table) -> ir.Table:
    """A row a number of whole days from the case's end to the evaluation: how many counted evaluations."""
    seconds = rated.given.epoch_seconds() - rated.finished.epoch_seconds()
    return rated.group_by(days=(seconds / 86_400).floor().cast("int64")).agg(ratings=_.count())


def loop_days(cases: ir.Table) -> ir.Table:
    """A row a combination of whole days from a case's first negative rating to the steps of its loop: how many cases.

    A step that was not reached is missing.

    Parameters
    ----------
    cases : Table
        As of :func:`definitions.negative_cases`.
    """

    def days_to(column: str) -> ir.Value:
        return cases[column].date().epoch_days() - cases.negative_day.epoch_days()

    return cases.group_by(
        negative_day=_.negative_day,
        due_day=_.due_day,
        received=days_to("received"),
        replied=days_to("replied"),
        rectified=days_to("rectified"),
        visited=_.visited.fill_null(False),
        satisfied=_.satisfied.fill_null(False),
    ).agg(cases=_.count())


def rating_signs(rated: ir.Table, units: ir.Table, days: Sequence[date]) -> ir.Table:
    """A row a unit: how many of its counted evaluations have what may ask for a look at how they came about.

    ``same_second``: given in the same second as another one of the unit; ``soon``: within a minute after the case's end;
    ``night``: from ten to six; ``day_off``: on no working day; ``no_detail``: without a detail code; ``month_end``: on the
    last three days of a month.

    Parameters
    ----------
    rated : Table
        With the number of a unit in place of its columns, by which rows are brought together faster.
    units : Table
        A row a number of a unit.
    days : sequence of date
        Days on which evaluations were given.
    """
    is_off = [day for day in days if not is_worked(day)]
    ends = [day for day in days if (day + timedelta(days=_MONTH_END_DAYS)).month != day.month]
    hour, day = rated.given.hour(), rated.given.date()
    seconds = rated.given.epoch_seconds() - rated.finished.epoch_seconds()
    flagged = rated.mutate(
        soon=seconds.between(0, _SOON_SECONDS).fill_null(False),
        night=(hour < _NIGHT_ENDS) | (hour >= _NIGHT_BEGINS),
        day_off=_is_in(day, is_off),
        month_end=_is_in(day, ends),
        no_detail=rated.detail.isnull(),
    )
    names = ("soon", "night", "day_off", "month_end", "no_detail")
    by_second = flagged.group_by(["unit", "given"]).agg(
        ratings=_.count(), **{name: flagged.count(where=flagged[name]) for name in names}
    )
    by_number = by_second.group_by("unit").agg(
        ratings=_.ratings.sum(),
        same_second=_.ratings.sum(where=_.ratings > 1).fill_null(0),
        **{name: by_second[name].sum() for name in names},
    )
    sums = ("ratings", "same_second", *names)
    return (
        by_number.inner_join(units, "unit").group_by(list(UNIT)).agg(**{name: _[name].sum() for name in sums})
    )


def unit_channels(rated: ir.Table, units: ir.Table) -> ir.Table:
    """A row a unit and channel: how many counted evaluations; parameters as of :func:`rating_signs`."""
    by_number = rated.group_by(["unit", "channel"]).agg(ratings=_.count())
    return by_number.inner_join(units, "unit").group_by([*UNIT, "channel"]).agg(ratings=_.ratings.sum())


def _is_in(day: ir.DateColumn, days: Sequence[date]) -> ir.BooleanValue:
    return day.isin(list(days)) if days else ibis.literal(False)
