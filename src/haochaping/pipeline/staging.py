"""What the runner hands to the notebook's process through a folder: the quarter, its past, findings and figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from haochaping.checks.check_report import CheckReport
from haochaping.checks.report_json import dump_report, load_report
from haochaping.core.model import QuarterData
from haochaping.core.paths import quarters_in
from haochaping.core.quarter import Quarter
from haochaping.figures.compute_figures import compute_figures
from haochaping.figures.figure import Figures
from haochaping.figures.figures_json import dump_figures, load_figures
from haochaping.store.tidy_tables import read_tidy, write_frames

PAST = "past"
"""Folder of the earlier quarters beside a staged quarter."""
REPORT, FIGURES = "report.json", "figures.json"
"""Names of the staged report and figures beside the staged tables."""


def stage(data: QuarterData, report: CheckReport, figures: Figures, folder: Path) -> None:
    """Hand a quarter, its history, its findings and its figures over to another process; :func:`read_staged` takes them."""
    write_frames(data, folder)
    for earlier in data.history:
        write_frames(earlier, folder / PAST / str(earlier.quarter))
    (folder / REPORT).write_text(dump_report(report), encoding="utf-8")
    (folder / FIGURES).write_text(dump_figures(figures), encoding="utf-8")


def read_staged(folder: Path, quarter: Quarter) -> QuarterData:
    """A quarter with its history and its figures from a folder of :func:`stage`."""
    past = folder / PAST
    history = tuple(read_tidy(past / str(one), one) for one in quarters_in(past))
    data = replace(read_tidy(folder, quarter), history=history)
    data.set_derived(compute_figures, load_figures((folder / FIGURES).read_text(encoding="utf-8"), data))
    return data


def read_staged_report(folder: Path) -> CheckReport:
    """The findings from a folder of :func:`stage`."""
    return load_report((folder / REPORT).read_text(encoding="utf-8"))
