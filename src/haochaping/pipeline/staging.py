"""The folder through which the runner passes the quarter, earlier quarters, findings and figures to the kernel process."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from haochaping.checks.check_report import CheckReport
from haochaping.checks.report_json import dump_report, load_report
from haochaping.core.model import QuarterData
from haochaping.core.paths import quarters_in
from haochaping.core.period import Period
from haochaping.figures.compute_figures import compute_figures
from haochaping.figures.figure import Figures
from haochaping.figures.figures_json import dump_figures, load_figures
from haochaping.reference.reference import Reference
from haochaping.store.tidy_tables import read_tidy, write_frames

PAST_FOLDER = "past"
"""Subfolder of the staging folder with one folder for each earlier quarter."""
REPORT_FILE, FIGURES_FILE = "report.json", "figures.json"
"""Names of the staged check report and figures, in the same folder as the staged tables."""


def stage(data: QuarterData, report: CheckReport, figures: Figures, folder: Path) -> None:
    """Write a quarter, its history, findings and figures to `folder` for another process (see :func:`read_staged`)."""
    write_frames(data, folder)
    for earlier in data.history:
        write_frames(earlier, folder / PAST_FOLDER / str(earlier.quarter))
    (folder / REPORT_FILE).write_text(dump_report(report), encoding="utf-8")
    (folder / FIGURES_FILE).write_text(dump_figures(figures), encoding="utf-8")


def read_staged(folder: Path, quarter: Period, reference: Reference) -> QuarterData:
    """Read a quarter with its history from a folder written by :func:`stage`; its figures are those of the runner."""
    past = folder / PAST_FOLDER
    history = tuple(read_tidy(past / str(earlier), earlier, reference) for earlier in quarters_in(past))
    data = replace(read_tidy(folder, quarter, reference), history=history)
    figures = load_figures((folder / FIGURES_FILE).read_text(encoding="utf-8"), data, reference)
    data.set_derived(compute_figures, figures)
    return data


def read_staged_report(folder: Path) -> CheckReport:
    """Read the check report from a folder written by :func:`stage`."""
    return load_report((folder / REPORT_FILE).read_text(encoding="utf-8"))
