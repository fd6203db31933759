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
import pandas as pd
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
from haochaping.reference.record_settings import CITY, DISTRICT, TOWN, VILLAGE, RecordSettings

PART = "part"
"""Column of every table of records: in which file a row stands."""
UNIT = ("area", "tier", "department")
"""Columns by which cases are counted: first six digits of the code, tier, department as recorded."""
_AREA_CODE = r"^([0-9]{6}|[0-9]{9}|[0-9]{12})$"
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


@dataclass(frozen=True)
class RecordExpressions:
    """Named tables of an export under some conventions, as expressions.

    Attributes
    ----------
    cases : Table
        A row a case number: ``area`` (first six digits), ``tier``, ``department``, ``item``, ``accepted``, ``finished``,
        ``fate`` (``COUNTED`` or the bucket it goes to).
    evaluations : Table
        A row an evaluation (case number and number), with ``fate`` (``valid``, or why it does not count whatever its case
        is), ``is_active``, ``is_negative``.
    by_case : Table
        A row a case number of either: the columns of `cases`, of its evaluations and rectifications.
    """

    cases: ir.Table
    evaluations: ir.Table
    by_case: ir.Table


def latest_rows(table: ir.Table, key: Sequence[str], latest_by: str) -> ir.Table:
    """One row a key: the one with the latest time; of equal times the first in order of all columns."""
    others = [name for name in table.columns if name not in (*key, latest_by)]
    order = [table[latest_by].desc(), *(table[name].asc() for name in others)]
    ranked = table.mutate(rank=ibis.row_number().over(group_by=list(key), order_by=order))
    return ranked.filter(_.rank == 0).drop("rank")


def repeated_keys(table: ir.Table, key: Sequence[str]) -> ir.Table:
    """One row: how many rows have no case number, how many keys there are, in how many parts a key stands at most."""
    keyed = table.filter(_.case_no.notnull())
    keys = (
        keyed.group_by(list(key))
        .agg(parts=_[PART].nunique())
        .agg(keys=_.count(), overlaps=(_.parts > 1).sum())
    )
    return keys.cross_join(table.agg(rows=_.count(), no_case_no=_.case_no.isnull().sum()))


def contradicting_keys(table: ir.Table, key: Sequence[str]) -> ir.IntegerScalar:
    """How many keys stand in rows with different contents."""
    contents = table.filter(_.case_no.notnull()).drop(PART).distinct()
    return contents.group_by(list(key)).agg(contents=_.count()).filter(_.contents > 1).count()


def common_names(table: ir.Table, column: str, known: Sequence[str], least: int) -> ir.Table:
    """A row a name in a column that is known, or that as many rows have as may be shown."""
    counts = table.filter(table[column].notnull()).group_by(name=table[column]).agg(rows=_.count())
    is_known = _.name.isin(list(known)) if known else ibis.literal(False)
    return counts.filter((_.rows >= least) | is_known)


def with_names(table: ir.Table, column: str, names: Sequence[str]) -> ir.Table:
    """The table with every other name in a column replaced by ``OTHER``; missing ones stay missing."""
    is_named = table[column].isin(list(names)) if names else ibis.literal(False)
    name = ibis.cases((table[column].isnull(), ibis.null("string")), (is_named, table[column]), else_=OTHER)
    return table.mutate(**{column: name})


def express(
    cases: ir.Table,
    evaluations: ir.Table,
    rectifications: ir.Table | None,
    services: ir.Table | None,
    conventions: Conventions,
) -> RecordExpressions:
    """The tables of an export under some conventions.

    Parameters
    ----------
    cases, evaluations, rectifications, services : Table
        A row a key (or a row of the export, where repeated ones count), with the fields of ``record_fields.toml``.
    """
    placed = _with_fate(cases, conventions)
    rated = _with_rating(evaluations, conventions)
    by_case = placed.outer_join(_rating_by_case(rated), "case_no")
    by_case = _one_key(by_case)
    if rectifications is not None:
        joined = by_case.outer_join(_rectification_by_case(rectifications, conventions.settings), "case_no")
        by_case = _one_key(joined)
    else:
        by_case = by_case.mutate(
            **{name: ibis.null("timestamp") for name in ("received", "replied", "rectified", "visited_at")},
            is_rectified=ibis.null("boolean"),
            visited=ibis.null("boolean"),
            satisfied=ibis.null("boolean"),
            rectification_rows=ibis.null("int64"),
        )
    by_case = _with_deadline(_with_services(by_case, services), conventions)
    return RecordExpressions(placed, rated, by_case)


def _with_services(by_case: ir.Table, services: ir.Table | None) -> ir.Table:
    """With whether a service record of the case is there; missing where the export has no services."""
    if services is None:
        return by_case.mutate(is_served=ibis.null("boolean"))
    served = services.select(served_case="case_no").distinct()
    joined = by_case.left_join(served, by_case.case_no == served.served_case)
    return joined.mutate(is_served=joined.served_case.notnull()).drop("served_case")


def _one_key(joined: ir.Table) -> ir.Table:
    """An outer join by case number with one column of it."""
    merged = joined.mutate(case_no=ibis.coalesce(joined.case_no, joined.case_no_right))
    return merged.drop("case_no_right")


def _with_fate(cases: ir.Table, conventions: Conventions) -> ir.Table:
    settings, period = conventions.settings, conventions.period
    code = (cases.area + "000000000000").substr(0, 12)
    area = code.substr(0, 6)
    tier = ibis.cases(
        (area == settings.city_area, CITY),
        (code.substr(9, 3) != "000", VILLAGE),
        (code.substr(6, 3) != "000", TOWN),
        else_=DISTRICT,
    )
    at = cases[settings.period_by]
    start, end = _day_start(period.start), _day_start(period.end + timedelta(days=1))
    is_code = cases.area.re_search(_AREA_CODE)
    known = is_code & area.isin([settings.city_area, *settings.areas])
    fate = ibis.cases(
        (at.isnull(), NO_TIME),
        ((at < start) | (at >= end), OTHER_PERIOD),
        (known.fill_null(False), COUNTED),
        else_=UNKNOWN_AREA,
    )
    return cases.select(
        "case_no",
        area=area,
        code=ibis.cases(
            (cases.area.isnull(), ibis.null("string")),
            (is_code, cases.area),
            else_=OTHER,
        ),
        tier=tier,
        department=cases.department,
        item=cases.item,
        accepted=cases.accepted,
        finished=cases.finished,
        fate=fate,
    )


def _with_rating(evaluations: ir.Table, conventions: Conventions) -> ir.Table:
    settings = conventions.settings
    never = ibis.literal(False)
    voided = ~evaluations.is_valid.isin(list(settings.valid_flags)).fill_null(False)
    if conventions.counts_voided or not settings.valid_flags:
        voided = never
    late = evaluations.given >= _day_start(conventions.extraction_date + timedelta(days=1))
    unknown = ~evaluations.level.isin(list(settings.levels)).fill_null(False)
    fate = ibis.cases(
        (voided, VOIDED),
        (evaluations.given.isnull(), NO_TIME),
        (never if conventions.counts_late else late, LATE),
        (never if conventions.counts_unknown_levels else unknown, UNKNOWN_LEVEL),
        else_=VALID,
    )
    is_default = evaluations.is_default.isin(list(settings.default_flags)).fill_null(False)
    if settings.default_channels:
        is_default = is_default | evaluations.channel.isin(list(settings.default_channels)).fill_null(False)
    return evaluations.mutate(
        fate=fate,
        is_active=~is_default,
        is_negative=evaluations.level.isin(list(settings.negative_levels)).fill_null(False),
    )


def _rating_by_case(rated: ir.Table) -> ir.Table:
    """A row a case number: how many of its evaluations are valid, active, negative, and why the others do not count."""
    valid = rated.fate == VALID
    dropped = {
        f"evaluations_{fate}": (rated.fate == fate).sum() for fate in (VOIDED, NO_TIME, LATE, UNKNOWN_LEVEL)
    }
    return rated.group_by("case_no").agg(
        ratings=valid.sum(),
        active=(valid & rated.is_active).sum(),
        negative=(valid & rated.is_negative).sum(),
        first_given=rated.given.min(where=valid),
        first_negative=rated.given.min(where=valid & rated.is_negative),
        **dropped,
    )


def _rectification_by_case(rectifications: ir.Table, settings: RecordSettings) -> ir.Table:
    done = rectifications.is_rectified.isin(list(settings.rectified_flags)).fill_null(False)
    return rectifications.group_by("case_no").agg(
        received=_.received.min(),
        replied=_.replied.min(),
        is_rectified=done.any(),
        rectified=rectifications.rectified.min(where=done),
        visited_at=_.visited.min(),
        visited=_.is_satisfied.notnull().any(),
        satisfied=_.is_satisfied.isin(list(settings.satisfied_flags)).fill_null(False).any(),
        rectification_rows=_.count(),
    )


def _with_deadline(by_case: ir.Table, conventions: Conventions) -> ir.Table:
    """With the last moment for rectification: the end of the last working day after the first negative rating."""
    days = _deadlines(conventions)
    first_day = by_case.first_negative.date()
    joined = by_case.mutate(negative_day=first_day).left_join(days, _.negative_day == days.day)
    return joined.drop("day")


def _deadlines(conventions: Conventions) -> ir.Table:
    """A row a day on which a negative rating may be given: the day on which its rectification is due."""
    first = conventions.period.start - timedelta(days=366)
    days = [first + timedelta(days=i) for i in range((conventions.extraction_date - first).days + 1)]
    count = conventions.settings.rectification_working_days
    frame = pd.DataFrame({"day": days, "due_day": [deadline(day, count) for day in days]})
    return ibis.memtable(frame, schema={"day": "date", "due_day": "date"})


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
