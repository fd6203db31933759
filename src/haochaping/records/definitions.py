"""What a record counts as: the one definition, as Ibis expressions over named tables, for every engine.

Nothing here reads a file or knows an engine; nothing but aggregates leaves an expression. Conventions are those of
:class:`~haochaping.reference.record_settings.RecordSettings`; ``docs/records.md`` says them in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import ibis
import ibis.expr.types as ir
from ibis import _

from haochaping.core.period import Period
from haochaping.core.record_counts import (
    COUNTED,
    LATE,
    NO_TIME,
    OTHER,
    OTHER_PERIOD,
    UNKNOWN_AREA,
    UNKNOWN_LEVEL,
    VOIDED,
)
from haochaping.core.working_days import is_working_day
from haochaping.records.row_keys import comparable
from haochaping.reference.record_settings import CITY, DISTRICT, TOWN, VILLAGE, RecordSettings

UNIT = ("area", "tier", "department")
"""Columns by which cases are counted: first six digits of the code, tier, department as recorded."""
_AREA_CODE = r"^([0-9]{6}|[0-9]{9}|[0-9]{12})$"
MARK = ("channel", "level", "detail")
"""What an evaluation says."""
VALID = "valid"


@dataclass(frozen=True)
class Conventions:
    """What is counted, beyond a city's settings: the variations by which a printed figure may be explained.

    Attributes
    ----------
    period : Period
        Cases whose time (``settings.period_by``) lies in it count.
    extraction_date : date
        Evaluations until the end of this day count.
    counts_voided, counts_late, counts_repeated, counts_unknown_levels : bool
        Whether what is left out by the definition counts all the same.
    """

    settings: RecordSettings
    period: Period
    extraction_date: date
    counts_voided: bool = False
    counts_late: bool = False
    counts_repeated: bool = False
    counts_unknown_levels: bool = False

    def varied(self, **changes: object) -> Conventions:
        """The same but for some conventions; those of the settings by their names."""
        own = {name: value for name, value in changes.items() if name in self.__dataclass_fields__}
        settings = replace(self.settings, **{n: v for n, v in changes.items() if n not in own})  # type: ignore[arg-type]
        return replace(self, settings=settings, **own)  # type: ignore[arg-type]


def places(cases: ir.Table, settings: RecordSettings) -> ir.Table:
    """A row an area code as it stands in the records: where it is.

    ``area_code`` (blank where missing), ``code`` (the same, ``OTHER`` in place of what is no code), ``area`` (first six
    digits), ``tier``, ``is_known``.
    """
    codes = cases.select(area_code=cases.area.fill_null("")).distinct()
    padded = (codes.area_code + "000000000000").substr(0, 12)
    area = padded.substr(0, 6)
    tier = ibis.cases(
        (area == settings.city_area, CITY),
        (padded.substr(9, 3) != "000", VILLAGE),
        (padded.substr(6, 3) != "000", TOWN),
        else_=DISTRICT,
    )
    is_code = codes.area_code.re_search(_AREA_CODE)
    code = ibis.cases(
        (codes.area_code == "", ibis.null("string")),
        (is_code, codes.area_code),
        else_=OTHER,
    )
    is_known = is_code & area.isin([settings.city_area, *settings.areas])
    return codes.mutate(code=code, area=area, tier=tier, is_known=is_known)


def timed(cases: ir.Table, conventions: Conventions) -> ir.Table:
    """Cases with ``area_code`` and ``fate``: whether their time lets them count, wherever they are."""
    at = cases[conventions.settings.period_by]
    fate = ibis.cases((at.isnull(), NO_TIME), (_is_in_period(at, conventions), COUNTED), else_=OTHER_PERIOD)
    return cases.mutate(area_code=cases.area.fill_null(""), fate=fate).drop("area")


def in_period(cases: ir.Table, conventions: Conventions) -> ir.Table:
    """The cases whose time lets them count, with ``area_code``."""
    is_in_period = _is_in_period(cases[conventions.settings.period_by], conventions)
    return cases.filter(is_in_period).mutate(area_code=_.area.fill_null("")).drop("area")


def _is_in_period(at: ir.TimestampColumn, conventions: Conventions) -> ir.BooleanValue:
    period = conventions.period
    return (at >= _day_start(period.start)) & (at < _day_start(period.end + timedelta(days=1)))


def with_fate(evaluations: ir.Table, conventions: Conventions) -> ir.Table:
    """Evaluations with ``fate``: ``VALID``, or why one does not count whatever its case is."""
    reasons = [(is_so, reason) for reason, is_so in _reasons(evaluations, conventions).items()]
    return evaluations.mutate(fate=ibis.cases(*reasons, else_=VALID))


def valid(evaluations: ir.Table, conventions: Conventions) -> ir.Table:
    """The evaluations that count if their case does, with ``is_active`` and ``is_negative``."""
    settings = conventions.settings
    is_default = _is_one_of(evaluations.is_default, settings.default_flags)
    if settings.default_channels:
        is_default = is_default | _is_one_of(evaluations.channel, settings.default_channels)
    is_negative = _is_one_of(evaluations.level, settings.negative_levels)
    left_out = [~reason for reason in _reasons(evaluations, conventions).values()]
    return evaluations.mutate(is_active=~is_default, is_negative=is_negative).filter(*left_out)


def changes_evaluation(
    evaluations: ir.Table, conventions: Conventions, varied: Conventions
) -> ir.BooleanValue:
    """Whether an evaluation of a counted case counts under `varied` and not under the other, which leaves out more."""
    counts_now = [~reason for reason in _reasons(evaluations, varied).values()]
    return ibis.and_(*counts_now, ibis.or_(*_reasons(evaluations, conventions).values()))


def changes_case(cases: ir.Table, conventions: Conventions, varied: Conventions) -> ir.BooleanValue:
    """Whether the time of a case lets it count under one of two conventions alone."""
    counts, counts_now = (
        _is_in_period(cases[each.settings.period_by], each).fill_null(False) for each in (conventions, varied)
    )
    return counts != counts_now


def _reasons(evaluations: ir.Table, conventions: Conventions) -> dict[str, ir.BooleanValue]:
    """Why an evaluation does not count, in the order in which it is decided; never missing."""
    settings = conventions.settings
    reasons = {
        VOIDED: ~_is_one_of(evaluations.is_valid, settings.valid_flags),
        NO_TIME: evaluations.given.isnull(),
        LATE: evaluations.given >= _day_start(conventions.extraction_date + timedelta(days=1)),
        UNKNOWN_LEVEL: ~_is_one_of(evaluations.level, settings.levels),
    }
    counts_too = {
        VOIDED: conventions.counts_voided or not settings.valid_flags,
        LATE: conventions.counts_late,
        UNKNOWN_LEVEL: conventions.counts_unknown_levels,
    }
    reasons[LATE] = reasons[LATE].fill_null(False)
    return {reason: is_so for reason, is_so in reasons.items() if not counts_too.get(reason)}


def _is_one_of(column: ir.StringColumn, values: Sequence[str]) -> ir.BooleanValue:
    return column.isin(list(values)).fill_null(False) if values else ibis.literal(False)


def ratings_by_case(evaluations: ir.Table, key: Sequence[str], conventions: Conventions) -> ir.Table:
    """A row a case (its key) with a valid evaluation: ``ratings``, ``active``, ``negative`` (how many), ``first_given``."""
    return (
        valid(evaluations, conventions)
        .group_by(list(key))
        .agg(
            ratings=_.count(),
            active=_.count(where=_.is_active),
            negative=_.count(where=_.is_negative),
            first_given=_.given.min(),
        )
    )


def case_groups(
    cases: ir.Table,
    by_case: ir.Table,
    services: ir.Table | None,
    key: Sequence[str],
    conventions: Conventions,
) -> ir.Table:
    """A row an area code, department, item and fate by time: what its cases come to.

    ``cases``; ``evaluations``, ``active``, ``negative``: those with at least one such evaluation; ``ratings``,
    ``active_ratings``, ``negative_ratings``: the evaluations themselves; ``before_acceptance``: cases evaluated before they
    were accepted; ``served``: cases with a service, missing where the export has none.

    Parameters
    ----------
    cases, services : Table
        A row a key (or a row of the export, where repeated ones count), with the columns of `key`.
    by_case : Table
        As of :func:`ratings_by_case`.
    key : sequence of str
        Columns that are equal where the case is the same.
    """
    rows = timed(cases, conventions).left_join(by_case, list(key))
    served = ibis.null("int64")
    if services is not None:
        with_service = services.select(*key).distinct().mutate(is_served=1)
        rows = rows.drop([f"{name}_right" for name in key]).left_join(with_service, list(key))
        served = rows.is_served.sum()
    return rows.group_by(["area_code", "department", "item", "fate"]).agg(
        cases=_.count(),
        evaluations=_.ratings.count(),
        active=_count_if(_.active > 0),
        negative=_count_if(_.negative > 0),
        ratings=_.ratings.sum().fill_null(0),
        active_ratings=_.active.sum().fill_null(0),
        negative_ratings=_.negative.sum().fill_null(0),
        before_acceptance=_count_if(_.first_given < _.accepted),
        served=served,
    )


def _count_if(condition: ir.BooleanValue) -> ir.IntegerScalar:
    """How many rows fulfil a condition; where it is missing, they do not: one engine would make the whole count missing."""
    return _.count(where=condition.fill_null(False))


def placed(groups: ir.Table, places: ir.Table) -> ir.Table:
    """Groups of cases with ``area``, ``tier``, ``code``; one that time lets count has the fate that its place gives it."""
    rows = groups.inner_join(places, "area_code")
    fate = ibis.ifelse((rows.fate == COUNTED) & ~rows.is_known, UNKNOWN_AREA, rows.fate)
    return rows.mutate(fate=fate).drop("is_known")


def numbered(table: ir.Table, columns: Sequence[str], number: str) -> ir.Table:
    """A row a combination of values of some columns, with a number: short to keep, where many rows have few of them."""
    return (
        table.select(*columns)
        .distinct()
        .mutate(**{number: ibis.row_number().over(order_by=list(columns)).cast("int32")})
    )


def with_number(table: ir.Table, numbers: ir.Table, columns: Sequence[str], number: str) -> ir.Table:
    """The rows whose combination is among `numbers`, with its number."""
    keys = list(comparable(table, columns))
    right = numbers.mutate(**comparable(numbers, columns)).select(*keys, number)
    return table.mutate(**comparable(table, columns)).inner_join(right, keys).drop(keys)


def rated_cases(
    cases: ir.Table,
    evaluations: ir.Table,
    units: ir.Table,
    marks: ir.Table,
    key: Sequence[str],
    conventions: Conventions,
) -> ir.Table:
    """A row a counted evaluation: ``unit`` and ``mark`` (numbers), ``is_active``, ``given``, and when its case was ``finished``.

    Parameters
    ----------
    units, marks : Table
        As of :func:`numbered`: counted area codes and departments; what evaluations say (:data:`MARK`).
    """
    here = with_number(in_period(cases, conventions), units, ("area_code", "department"), "unit").select(
        *key, "unit", "finished"
    )
    rated = with_number(valid(evaluations, conventions), marks, MARK, "mark")
    return rated.select(*key, "mark", "is_active", "given").inner_join(here, list(key)).drop(*key)


def negative_cases(
    cases: ir.Table,
    evaluations: ir.Table,
    rectifications: ir.Table | None,
    places: ir.Table,
    key: Sequence[str],
    conventions: Conventions,
) -> ir.Table:
    """A row a counted case with a negative evaluation: its unit, when it was first rated so, what was done and when.

    ``negative_day``, ``due_day`` (by whose end it must be rectified); ``received``, ``replied``, ``rectified``,
    ``visited_at`` (times), ``is_rectified``, ``visited``, ``satisfied``, ``rectification_rows``: missing where the export
    has no rectification of the case.
    """
    settings = conventions.settings
    negative = valid(evaluations, conventions).filter(_.is_negative)
    first = negative.group_by(list(key)).agg(negative_day=_.given.min().date())
    counted = in_period(cases, conventions).inner_join(first, list(key))
    found = counted.inner_join(places.filter(_.is_known), "area_code").select(*key, *UNIT, "negative_day")
    found = found.mutate(due_day=_due_day(found.negative_day, conventions))
    if rectifications is None:
        times = {name: ibis.null("timestamp") for name in ("received", "replied", "rectified", "visited_at")}
        flags = {name: ibis.null("boolean") for name in ("is_rectified", "visited", "satisfied")}
        return found.mutate(**times, **flags, rectification_rows=ibis.null("int64"))
    done = _is_one_of(rectifications.is_rectified, settings.rectified_flags)
    is_satisfied = _is_one_of(rectifications.is_satisfied, settings.satisfied_flags)
    steps = rectifications.group_by(list(key)).agg(
        received=_.received.min(),
        replied=_.replied.min(),
        is_rectified=done.any(),
        rectified=rectifications.rectified.min(where=done),
        visited_at=_.visited.min(),
        visited=_.is_satisfied.notnull().any(),
        satisfied=is_satisfied.any(),
        rectification_rows=_.count(),
    )
    return found.left_join(steps, list(key)).drop([f"{name}_right" for name in key])


def _due_day(day: ir.DateColumn, conventions: Conventions) -> ir.DateValue:
    """The last of so many working days after each day; days that are due equally late are told together."""
    first = conventions.period.start - timedelta(days=366)
    days = [first + timedelta(days=i) for i in range((conventions.extraction_date - first).days + 1)]
    count = conventions.settings.rectification_working_days
    by_wait: dict[int, list[date]] = {}
    for each in days:
        by_wait.setdefault((deadline(each, count) - each).days, []).append(each)
    cases = [(day.isin(alike), day + ibis.interval(days=wait)) for wait, alike in by_wait.items()]
    return ibis.cases(*cases).cast("date")


def deadline(day: date, working_days: int) -> date:
    """The last of some working days after `day`; Monday to Friday where the holidays of the year are not known."""
    while working_days > 0:
        day += timedelta(days=1)
        working_days -= is_worked(day)
    return day


def is_worked(day: date) -> bool:
    """Whether `day` is a Chinese working day; Monday to Friday where the holidays of its year are not known."""
    try:
        return is_working_day(day)
    except NotImplementedError:
        return day.weekday() < 5


def _day_start(day: date) -> ir.TimestampScalar:
    return ibis.literal(datetime(day.year, day.month, day.day))
