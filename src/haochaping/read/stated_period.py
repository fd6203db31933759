"""Of which period a source says it is: titles, names of sheets and of files against the folder's period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from haochaping.cleaning.period_mentions import PeriodMention, period_mentions
from haochaping.core.errors import InputRefused, Problem
from haochaping.core.period import YEAR, Period

_LONGEST_SHOWN = 80
_MONTH_OF_ISSUE = 1
"""Months; a title page that names its own period may name a single later month too, which is that of its issue."""


@dataclass(frozen=True)
class Heading:
    """A text that says of which period a source is, and its place in a message."""

    place: str
    text: str
    is_file_name: bool = False


def refuse_other_period(headings: Sequence[Heading], period: Period) -> None:
    """Refuse headings that name another period, or another kind of period, than `period`.

    Raises
    ------
    InputRefused
        All such headings, each with what it names and what was expected.
    """
    problems = [
        Problem(heading.place, _found(heading.text, other), _expected(heading, period))
        for heading in headings
        if (other := other_period(heading.text, period, is_file_name=heading.is_file_name)) is not None
    ]
    if problems:
        raise InputRefused(problems)


def refuse_file_names(paths: Sequence[Path], period: Period) -> None:
    """Refuse files whose own name names another period; a bare date in a name says nothing.

    Raises
    ------
    InputRefused
        As :func:`refuse_other_period`.
    """
    refuse_other_period([Heading(path.name, path.stem, is_file_name=True) for path in paths], period)


def other_period(text: str, period: Period, *, is_file_name: bool = False) -> PeriodMention | None:
    """The other period that `text` names, the shortest if several; None if it names none.

    Beside `period` itself a longer one around it may be named (第四季度及全年), and the month of issue. A year alone may
    be that of a quarter which is named elsewhere, so only another year counts; in the name of a file it may as well be
    the year of issue, so none counts, unless the folder is a year's.
    """
    mentions = [mention for mention in period_mentions(text, period.year) if not mention.is_of(period)]
    if any(mention.is_of(period) for mention in period_mentions(text, period.year)):
        mentions = [m for m in mentions if not (m.is_bare_year or m.holds(period) or _is_of_issue(m, period))]
    named = [mention for mention in mentions if not mention.is_bare_year]
    if not named and not (is_file_name and period.kind != YEAR):
        named = [mention for mention in mentions if mention.start.year != period.year]
    return min(named, key=lambda mention: (mention.end - mention.start, mention.at), default=None)


def names(texts: Sequence[str], period: Period, *, with_year: bool = False) -> bool:
    """Whether one of `texts` names `period`, `with_year` only with the year in the same text."""
    return any(
        mention.is_of(period) and (mention.year_given or not with_year)
        for text in texts
        for mention in period_mentions(text, period.year)
    )


def bare_year(texts: Sequence[str], period: Period) -> PeriodMention | None:
    """The year alone that one of `texts` names: it is a year's bulletin if nothing names a shorter period."""
    mentions = (mention for text in texts for mention in period_mentions(text, period.year))
    return next((mention for mention in mentions if mention.is_bare_year), None)


def expected_period(period: Period) -> str:
    """What was expected instead, for a message."""
    return f"文件夹是 {period}，应为{period.label}的资料"


def _is_of_issue(mention: PeriodMention, period: Period) -> bool:
    found = mention.period
    return found is not None and found.months == _MONTH_OF_ISSUE and found.start > period.end


def _found(text: str, mention: PeriodMention) -> str:
    shown = " ".join(text.split())
    shown = shown if len(shown) <= _LONGEST_SHOWN else f"{shown[:_LONGEST_SHOWN]}……"
    return f"“{shown}”，内容是{mention.label}"


def _expected(heading: Heading, period: Period) -> str:
    remedy = "请改文件名" if heading.is_file_name else "请在原件中改正"
    return f"{expected_period(period)}；只是写错的，{remedy}后再运行"
