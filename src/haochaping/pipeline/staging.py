"""What the runner hands to the notebook's process through a folder: the quarter, its past and the findings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from haochaping.core.model import QuarterData
from haochaping.core.paths import quarters_in
from haochaping.core.quarter import Quarter
from haochaping.store.tidy_tables import read_tidy, write_frames

PAST = "past"
"""Folder of the earlier quarters beside a staged quarter."""
REPORT = "report.json"
"""Name of the staged report beside the staged tables."""


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
