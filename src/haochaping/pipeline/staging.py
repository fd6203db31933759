"""The folder through which the runner passes the quarter, earlier quarters and findings to the kernel process."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from haochaping.core.model import QuarterData
from haochaping.core.paths import quarters_in
from haochaping.core.quarter import Quarter
from haochaping.store.tidy_tables import read_tidy, write_frames

PAST_FOLDER = "past"
"""Subfolder of the staging folder with one folder for each earlier quarter."""
REPORT_FILE = "report.json"
"""Name of the staged check report, in the same folder as the staged tables."""


def stage(data: QuarterData, folder: Path) -> None:
    """Write a quarter and its history to `folder` for another process, which reads them by :func:`read_staged`."""
    write_frames(data, folder)
    for earlier in data.history:
        write_frames(earlier, folder / PAST_FOLDER / str(earlier.quarter))


def read_staged(folder: Path, quarter: Quarter) -> QuarterData:
    """Read a quarter and its history from a folder written by :func:`stage`."""
    past = folder / PAST_FOLDER
    history = tuple(read_tidy(past / str(earlier), earlier) for earlier in quarters_in(past))
    return replace(read_tidy(folder, quarter), history=history)
