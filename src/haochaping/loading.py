"""From a folder to a quarter's data: what the runner and the notebooks call."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

from haochaping.contract import validate
from haochaping.corrections import as_printed
from haochaping.locations import STAGED_VARIABLE, Locations, locations, quarters_in
from haochaping.model import QuarterData
from haochaping.quarter import Quarter
from haochaping.reference import load_reference
from haochaping.sources import read_raw
from haochaping.store import read_tidy, write_frames

PAST = "past"
"""Folder of the earlier quarters beside a staged quarter."""
TIDY_NOTICE = "未见原始资料文件夹，依据 data/tidy 中整理过的数据"


def load(quarter: str | Quarter, data: str | os.PathLike[str] | None = None) -> QuarterData:
    """One quarter, read, cleaned, held against the contract, with the analyst's corrections applied.

    Inside a run the kernel is handed what the runner has read already. By hand, the raw folder is
    read where there is one, else the tidy tables.

    Parameters
    ----------
    quarter : str or Quarter
        ``"2022Q4"``.
    data : path, optional
        Data root; by default the project's ``data/``.

    Raises
    ------
    InputRefused
        There is nothing to read, or it cannot be read with certainty.
    """
    wanted = Quarter.parse(quarter)
    staged = os.environ.get(STAGED_VARIABLE)
    if staged and data is None:
        return read_staged(Path(staged), wanted)
    from haochaping.assess import assess

    return assess(locations(data), wanted, date.today()).data


def stage(data: QuarterData, folder: Path) -> None:
    """Hand a quarter and its history over to another process; :func:`read_staged` takes it."""
    write_frames(data, folder)
    for earlier in data.history:
        write_frames(earlier, folder / PAST / str(earlier.quarter))


def read_staged(folder: Path, quarter: Quarter) -> QuarterData:
    """A quarter and its history from a folder of :func:`stage`."""
    past = folder / PAST
    history = tuple(read_tidy(past / str(one), one) for one in quarters_in(past))
    return replace(read_tidy(folder, quarter), history=history)


def load_printed(where: Locations, quarter: Quarter) -> QuarterData:
    """A quarter as its source prints it, without corrections; raw before tidy."""
    reference = load_reference(where.reference)
    if rests_on_tidy(where, quarter):
        return as_printed(validate(read_tidy(where.tidy(quarter), quarter)), reference)
    return validate(read_raw(where.raw(quarter), quarter, reference))


def rests_on_tidy(where: Locations, quarter: Quarter) -> bool:
    """Whether the quarter has no raw folder and is read from its tidy tables."""
    return not where.raw(quarter).is_dir() and where.tidy(quarter).is_dir()


def available(data: str | os.PathLike[str] | None = None) -> list[Quarter]:
    """Quarters that can be loaded, in order of time."""
    where = locations(data)
    return sorted({*quarters_in(where.data / "tidy"), *quarters_in(where.data / "raw")})
