"""All periods of a city, read and checked once as long as no file of it changes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from haochaping.checks.check_report import CheckReport
from haochaping.checks.review import review
from haochaping.core.errors import refuse
from haochaping.core.model import QuarterData
from haochaping.core.paths import Locations, find_locations
from haochaping.core.period import Period
from haochaping.pipeline.assess import load_past
from haochaping.pipeline.load_and_check import check, load
from haochaping.pipeline.printed_quarter import available
from haochaping.reference.reference import load_reference

_State = tuple[tuple[str, int, int], ...]
"""Path, size and time of the last change of every file."""


@dataclass(frozen=True)
class Reviewed:
    """A period with corrections applied, and its checks."""

    data: QuarterData
    report: CheckReport


def all_periods(data: str | os.PathLike[str] | None = None) -> list[Reviewed]:
    """The periods of a city, by kind, oldest first; each is checked against those before it.

    Raises
    ------
    InputRefused
        There are none, or the last one of a kind cannot be read; an earlier one that cannot be read is left out.
    """
    last_period(data)
    last = {period.kind: period for period in available(data)}
    locations = find_locations(data)
    return [
        each
        for period in last.values()
        for each in _until(locations, period, date.today(), _state(locations))
    ]


def last_period(data: str | os.PathLike[str] | None = None) -> Period:
    """The newest period of a city.

    Raises
    ------
    InputRefused
        There is none.
    """
    periods = available(data)
    if not periods:
        raise refuse(str(find_locations(data).data), "", "没有任何一期的资料")
    return periods[-1]


def periods_until(latest: Period, data: str | os.PathLike[str] | None = None) -> list[Reviewed]:
    """A period and those of its kind before it, oldest first."""
    locations = find_locations(data)
    return list(_until(locations, latest, date.today(), _state(locations)))


@lru_cache(maxsize=8)
def _until(locations: Locations, latest: Period, as_of: date, _state: _State) -> tuple[Reviewed, ...]:
    """Every earlier period is read once, not once for each later one."""
    reference = load_reference(locations.reference)
    past, _ = load_past(locations, latest, reference)
    found = []
    for position, prior in enumerate(past):
        result = review(prior.data, prior.answers, past[:position], reference, as_of)
        found.append(Reviewed(result.data, result.report))
    loaded = load(latest, locations.data)
    return (*found, Reviewed(loaded, check(loaded)))


def _state(locations: Locations) -> _State:
    folders: list[Path] = [locations.data / name for name in ("raw", "tidy")]
    files = (path for folder in (*folders, locations.reference) for path in sorted(folder.rglob("*")))
    return tuple((str(path), found.st_size, found.st_mtime_ns) for path in files if (found := path.stat()))
