"""What is counted of an export's cases and evaluations, as Ibis expressions: each a group-by whose rows are few."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
from ibis import _

from haochaping.core.record_counts import (
    CASE_NOT_COUNTED,
    COUNTED,
    LATE,
    NO_CASE,
    NO_TIME,
    NOT_NEGATIVE,
    OTHER,
    UNKNOWN_AREA,
    UNKNOWN_LEVEL,
    VOIDED,
)
from haochaping.records.definitions import UNIT, VALID, Conventions, RecordExpressions, is_worked
from haochaping.reference.record_settings import TOWN, VILLAGE

_NIGHT_ENDS, _NIGHT_BEGINS = 6, 22
_SOON_SECONDS = 60
_MONTH_END_DAYS = 3


def unit_counts(tables: RecordExpressions, conventions: Conventions) -> ir.Table:
    """A row an area, tier and department: what its counted cases come to.

    ``evaluations``, ``active``, ``negative`` are cases with at least one such evaluation; ``ratings``,
    ``active_ratings``, ``negative_ratings`` the evaluations themselves. ``rectified``, ``due`` (rectified, or past the
    last day at extraction), ``rectified_on_time``, ``visited``, ``satisfied`` are negative cases.
    """
    cases = tables.by_case.filter(_.fate == COUNTED)
    negative = (cases.negative > 0).fill_null(False)
    rectified = negative & cases.is_rectified.fill_null(False)
    on_time = (rectified & (cases.rectified.date() <= cases.due_day)).fill_null(False)
    past = (cases.due_day <= ibis.literal(conventions.extraction_date)).fill_null(False)
    return cases.group_by(list(UNIT)).agg(
        cases=_.count(),
        evaluations=(_.ratings > 0).sum(),
        active=(_.active > 0).sum(),
        negative=negative.sum(),
        ratings=_.ratings.sum(),
        active_ratings=_.active.sum(),
        negative_ratings=_.negative.sum(),
        rectified=rectified.sum(),
        due=(negative & (rectified | past)).sum(),
        rectified_on_time=on_time.sum(),
        visited=(negative & cases.visited.fill_null(False)).sum(),
        satisfied=(negative & cases.satisfied.fill_null(False)).sum(),
        before_acceptance=(_.first_given < _.accepted).fill_null(False).sum(),
        served=cases.is_served.sum(),
    )


def place_counts(tables: RecordExpressions) -> ir.Table:
    """A row a town or village (its code): its counted cases, and those with an evaluation."""
    cases = tables.by_case.filter((_.fate == COUNTED) & _.tier.isin([TOWN, VILLAGE]))
    digits = ibis.ifelse(cases.tier == TOWN, 9, 12)
    return cases.group_by(code=cases.code.substr(0, digits), tier=cases.tier).agg(
        cases=_.count(), evaluations=(_.ratings > 0).sum()
    )


def evaluation_fates(tables: RecordExpressions) -> ir.Table:
    """One row: how many evaluations count, and where the others went."""
    rows = tables.by_case
    is_case, counted = rows.fate.notnull(), (rows.fate == COUNTED).fill_null(False)
    return rows.agg(
        **{fate: rows[f"evaluations_{fate}"].sum() for fate in (VOIDED, NO_TIME, LATE, UNKNOWN_LEVEL)},
        **{
            NO_CASE: rows.ratings.sum(where=~is_case),
            CASE_NOT_COUNTED: rows.ratings.sum(where=is_case & ~counted),
            COUNTED: rows.ratings.sum(where=counted),
        },
    )


def rectification_fates(tables: RecordExpressions) -> ir.Table:
    """One row: how many rectifications belong to counted negative cases, and where the others went."""
    rows = tables.by_case
    is_case = rows.fate.notnull()
    counted = ((rows.fate == COUNTED) & (rows.negative > 0)).fill_null(False)
    return rows.agg(
        **{
            NO_CASE: rows.rectification_rows.sum(where=~is_case),
            NOT_NEGATIVE: rows.rectification_rows.sum(where=is_case & ~counted),
            COUNTED: rows.rectification_rows.sum(where=counted),
        }
    )


def case_fates(tables: RecordExpressions) -> ir.Table:
    """A row a fate of cases: how many case numbers."""
    return tables.cases.group_by("fate").agg(rows=_.count())


def unknown_areas(tables: RecordExpressions) -> ir.Table:
    """A row an area code in no list: its cases of the period, and those with an evaluation."""
    outside = tables.by_case.filter(_.fate == UNKNOWN_AREA)
    return outside.group_by("code").agg(cases=_.count(), evaluations=(_.ratings > 0).sum())


def counted_evaluations(tables: RecordExpressions) -> ir.Table:
    """A row a counted evaluation, with the unit of its case."""
    counted = tables.cases.filter(_.fate == COUNTED).select("case_no", *UNIT, "finished")
    valid = tables.evaluations.filter(_.fate == VALID)
    rated = valid.select("case_no", "channel", "level", "detail", "given", "is_active")
    return rated.inner_join(counted, "case_no").drop("case_no")


def evaluation_counts(rated: ir.Table) -> ir.Table:
    """A row a channel, level, day and hour of counted evaluations: how many, and how many are no default."""
    return rated.group_by(
        channel=rated.channel, level=rated.level, day=rated.given.date(), hour=rated.given.hour()
    ).agg(ratings=_.count(), active=_.is_active.sum())


def detail_counts(rated: ir.Table) -> ir.Table:
    """A row a level and detail codes (several are joined by a sign): how many evaluations.

    Anything but codes of three digits leaves the engine as ``OTHER``: it may be a text somebody wrote.
    """
    is_code = rated.detail.re_search(r"^[1-5][0-9]{2}([ ,;|&]+[1-5][0-9]{2})*$")
    detail = ibis.cases((rated.detail.isnull(), ibis.null("string")), (is_code, rated.detail), else_=OTHER)
    return rated.group_by(level=rated.level, detail=detail).agg(ratings=_.count())


def delay_counts(rated: ir.Table) -> ir.Table:
    """A row a number of whole days from the case's end to the evaluation: how many counted evaluations."""
    seconds = rated.given.epoch_seconds() - rated.finished.epoch_seconds()
    return rated.group_by(days=(seconds / 86_400).floor().cast("int64")).agg(ratings=_.count())


def item_counts(tables: RecordExpressions) -> ir.Table:
    """A row an item: its counted cases, and those with an evaluation and with a negative one."""
    cases = tables.by_case.filter(_.fate == COUNTED)
    return cases.group_by("item").agg(
        cases=_.count(), evaluations=(_.ratings > 0).sum(), negative=(_.negative > 0).sum()
    )


def loop_days(tables: RecordExpressions) -> ir.Table:
    """A row a combination of whole days from a case's first negative rating to the steps of its loop: how many cases.

    A step that was not reached is missing; ``is_on_time`` says whether it was rectified by its last day.
    """
    cases = tables.by_case.filter((_.fate == COUNTED) & (_.negative > 0))

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


def rating_signs(rated: ir.Table, days: Sequence[date]) -> ir.Table:
    """A row a unit: how many of its counted evaluations have what may ask for a look at how they came about.

    ``same_second``: given in the same second as another one of the unit; ``soon``: within a minute after the case's end;
    ``night``: from ten to six; ``day_off``: on no working day; ``no_detail``: without a detail code; ``month_end``: on the
    last three days of a month.

    Parameters
    ----------
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
    by_second = flagged.group_by([*UNIT, "given"]).agg(
        ratings=_.count(), **{name: flagged[name].sum() for name in names}
    )
    return by_second.group_by(list(UNIT)).agg(
        ratings=_.ratings.sum(),
        same_second=_.ratings.sum(where=_.ratings > 1).fill_null(0),
        **{name: by_second[name].sum() for name in names},
    )


def unit_channels(rated: ir.Table) -> ir.Table:
    """A row a unit and channel: how many counted evaluations."""
    return rated.group_by([*UNIT, "channel"]).agg(ratings=_.count())


def _is_in(day: ir.DateColumn, days: Sequence[date]) -> ir.BooleanValue:
    return day.isin(list(days)) if days else ibis.literal(False)
