"""What every question about a period begins with: its city, its checks, the unit that a name means."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

import pandas as pd

from haochaping.checks.check_report import CheckReport
from haochaping.core.declaration import AnnexSpec, Group
from haochaping.core.errors import UnknownName, WrongArgument
from haochaping.core.model import SIMULATED, QuarterData
from haochaping.core.paths import find_locations
from haochaping.core.period import Period
from haochaping.core.text import normalize_for_comparison
from haochaping.pipeline.load_and_check import check, load
from haochaping.reference.reference import Reference, load_reference


def reference_of(data: QuarterData) -> Reference:
    """The settings of the city that a period belongs to."""
    reference: Reference = data.derived(_reference)
    return reference


def _reference(data: QuarterData) -> Reference:
    return load_reference(find_locations(data.data_root).reference)


def report_of(data: QuarterData) -> CheckReport:
    """The checks of a period, made once a day; answers given since are read with the period."""
    report: CheckReport = data.derived(_report, _kept(date.today()))
    return report


@lru_cache(maxsize=1)
def _kept(day: date) -> date:
    """One object a day: what is derived is kept for the same objects."""
    return day


def _report(data: QuarterData, as_of: date) -> CheckReport:
    return check(data)


def as_period(period: QuarterData | Period | str, data: str | os.PathLike[str] | None = None) -> QuarterData:
    """A period that was loaded, or its name: it is loaded then, from a data root or the project's own."""
    if not isinstance(period, (QuarterData, Period, str)):
        raise WrongArgument('第一项应是一期：先 q = hcp.load("2022Q4")，再如 hcp.table(q, 1)')
    return period if isinstance(period, QuarterData) else load(period, data)


def period_words(*periods: QuarterData) -> str:
    """One period or several, as they stand in a title; simulated data are called so."""
    words = "与".join(each.quarter.label for each in periods)
    return f"{words}（{SIMULATED}）" if any(each.is_simulated for each in periods) else words


def find_unit(data: QuarterData, name: str) -> str:
    """The name by which a unit stands in the tables of a period, from that name, a registered name or an alias.

    Raises
    ------
    UnknownName
        No table has it.
    """
    reference = reference_of(data)
    wanted = normalize_for_comparison(single_name(name))
    known = dict(_units(data))
    for unit, kind in known.items():
        registered = reference.unit(kind, unit)
        names = (
            unit,
            *(registered.aliases if registered else ()),
            registered.canonical if registered else unit,
        )
        if wanted in map(normalize_for_comparison, names):
            return unit
    raise UnknownName("单位", name, known)


def _units(data: QuarterData) -> Iterator[tuple[str, str]]:
    """Names in rows and columns of the annexes that are units and no tiers, in printed order, with their kind."""
    for spec in data.declaration.annexes.values():
        content = data.table(spec.name)
        for key, group in _name_columns(spec):
            for name in () if group.members else dict.fromkeys(content[key]):
                yield name, group.name


def _name_columns(spec: AnnexSpec) -> Iterator[tuple[str, Group]]:
    for group in spec.groups:
        yield spec.row_key, group
    if spec.columns_by:
        yield spec.columns_by.key, spec.columns_by


def rows_of_unit(data: QuarterData, spec: AnnexSpec, content: pd.DataFrame, unit: str) -> pd.DataFrame:
    """The rows of an annex's frame that are of a unit, by its row or, in a matrix, by its column.

    Raises
    ------
    UnknownName
        The annex has no such unit.
    """
    columns = list(_name_columns(spec))
    first, _, second = single_name(unit).strip().partition(" ")
    for names in ((first, second), (second, first)) if second and spec.columns_by else ():
        row, member = (  # a cell of a matrix: 人社局 张店区
            _is_unit(data, content[key], group, name.strip())
            for (key, group), name in zip((columns[0], columns[-1]), names, strict=True)
        )
        if (row & member).any():
            return content[row & member]
    for key, group in columns:
        of_unit = _is_unit(data, content[key], group, unit)
        if of_unit.any():
            return content[of_unit]
    known = [group.word_of(name) for key, group in columns for name in dict.fromkeys(content[key])]
    raise UnknownName(f"单位（{spec.title}）", unit, dict.fromkeys(known))


def single_name(unit: object) -> str:
    """The name of a unit as it was given.

    Raises
    ------
    WrongArgument
        Several were given, or none.
    """
    if not isinstance(unit, str):
        raise WrongArgument(
            f'单位应写一个名称，如 "某某区"，收到的是 {type(unit).__name__}；几个单位的，取全部后筛选：t[t["区县"].isin([…])]'
        )
    return unit


def _is_unit(data: QuarterData, names: pd.Series, group: Group, unit: str) -> pd.Series:
    """Which names mean a unit, by themselves, by their word or by the registry."""
    reference, wanted = reference_of(data), normalize_for_comparison(unit)
    registered = normalize_for_comparison(reference.canonical(group.name, unit))
    meant = [
        wanted in (normalize_for_comparison(name), normalize_for_comparison(group.word_of(name)))
        or normalize_for_comparison(reference.canonical(group.name, name)) == registered
        for name in names
    ]
    return pd.Series(meant, names.index, dtype="bool")
