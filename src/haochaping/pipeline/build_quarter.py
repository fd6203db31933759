"""Build one quarter into an empty folder: read, check, run the notebook while papers are written, convert to HTML."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from haochaping.core.paths import DATA_VARIABLE, Locations, project_root
from haochaping.outputs.published.file_names import NOTEBOOK, PAGE
from haochaping.pipeline.fingerprint import Inputs
from haochaping.pipeline.kernel import KERNEL_LOG, OwnKernelManager, running_kernel
from haochaping.pipeline.manifest import provenance, run_block, write_manifest
from haochaping.pipeline.run_log import RunLog
from haochaping.pipeline.run_notebook import (
    NOTEBOOK_SECONDS,
    BackgroundTask,
    inspect_parameters,
    run_notebook,
)
from haochaping.pipeline.watchdog import watchdog

if TYPE_CHECKING:
    from haochaping.checks.review import ReviewResult
    from haochaping.core.model import QuarterData

_STAGED_DATA = ".prepared"


@dataclass(frozen=True)
class BuildResult:
    """The outcome of a build."""

    data: QuarterData
    """The quarter as it goes into the tidy tables."""
    verdict: str
    missing_glyphs: tuple[str, ...]
    """Characters on the page for which the font has no glyph."""
    about_past: tuple[str, ...]
    """Remarks on the earlier quarters that it was compared with."""
    unchecked: tuple[str, ...]
    """What was printed and nobody declared."""


def build(
    locations: Locations,
    inputs: Inputs,
    by: str | None,
    published: Path,
    staging: Path,
    log: RunLog,
    reviewed: ReviewResult | None = None,
) -> BuildResult:
    """Build the quarter of `inputs` into the empty folder `staging`; nothing else is written.

    The kernel starts first and imports while the quarter is read and checked here; the papers are written while
    the notebook runs.

    Parameters
    ----------
    locations : Locations
        Data and output roots.
    inputs : Inputs
        What the run depends on.
    by : str, optional
        Name of the person who runs it, if they wish to be named.
    published : Path
        The folder as it was published last; papers that people edited there are copied.
    staging : Path
        Where to build.
    log : RunLog
        Receives progress.
    reviewed : Reviewed, optional
        The quarter, if it has been read and checked already.

    Raises
    ------
    InputRefused
        The input cannot be used.
    NotebookFailed
        The notebook raised, or took too long.
    """
    environment = {DATA_VARIABLE: str(locations.data)}
    try:
        with running_kernel(environment, staging) as kernel, watchdog(log.report_progress):
            return _build(locations, inputs, by, published, staging, log, reviewed, kernel)
    finally:
        log.append_kernel_log(staging / KERNEL_LOG)


def _build(
    locations: Locations,
    inputs: Inputs,
    by: str | None,
    published: Path,
    staging: Path,
    log: RunLog,
    reviewed: ReviewResult | None,
    kernel: OwnKernelManager,
) -> BuildResult:
    # Imported here, because these imports take time and the kernel should start first.
    from haochaping.core.labels import page_title
    from haochaping.figures.compute_figures import compute_figures
    from haochaping.outputs.page.convert import build_page, prepare_page
    from haochaping.outputs.papers import write_papers
    from haochaping.outputs.published.run_summary import summarise
    from haochaping.pipeline.assess import assess
    from haochaping.pipeline.printed_quarter import TIDY_NOTICE, rests_on_tidy
    from haochaping.pipeline.staging import stage
    from haochaping.reference.reference import load_reference
    from haochaping.store.answers import answer_file, read_answers
    from haochaping.store.tidy_tables import with_revisions

    quarter = inputs.quarter
    log.report_progress(f"读入 {quarter.label}资料")
    if rests_on_tidy(locations, quarter):
        log.report_progress(TIDY_NOTICE)
    reviewed = reviewed or assess(locations, quarter, inputs.as_of, log.report_progress)
    reviewed = replace(reviewed, data=with_revisions(reviewed.data, locations.tidy(quarter)))
    data, report = reviewed.data, reviewed.report
    reference = load_reference(locations.reference)
    figures = compute_figures(data, reference)
    stage(data, report, figures, staging / _STAGED_DATA)
    for line in report.about_past:
        log.report_progress(line)
    log.lap("读入与核对")
    log.report_progress("运行笔记本")
    notebook_run = _start_notebook(data, staging, kernel)
    log.lap("载入程序库")
    answers = read_answers(answer_file(locations.raw(quarter)), quarter)
    edited_papers = write_papers(
        reviewed, answers, figures, reference, published, staging, log.report_progress
    )
    summary = summarise(data, report, figures)
    log.lap("生成文件")
    prepare_page()
    origin = provenance(inputs, by)
    notebook = notebook_run.result(NOTEBOOK_SECONDS, kernel.end_kernel)
    log.lap("等待笔记本")
    kernel.end_kernel()
    shutil.rmtree(staging / _STAGED_DATA)
    log.report_progress("生成网页")
    page = build_page(notebook, page_title(quarter, data.declaration), run_block(origin))
    (staging / PAGE).write_text(page.html, encoding="utf-8", newline="\n")
    log.lap("生成网页")
    log.append_kernel_log(staging / KERNEL_LOG)
    write_manifest(staging, origin, summary, log.seconds, edited_papers)
    return BuildResult(
        data, report.verdict_words, tuple(page.missing_glyphs), report.about_past, report.unchecked_remarks
    )


def _start_notebook(data: QuarterData, staging: Path, kernel: OwnKernelManager) -> BackgroundTask:
    """Start the city's notebook in its kernel while this process goes on; the data must be staged already."""
    notebook = project_root() / "notebooks" / data.declaration.notebook
    # The kernel runs in the staging folder: a relative path is the same in every run.
    parameters = {"QUARTER": str(data.quarter), "PREPARED": _STAGED_DATA}
    inspect_parameters(notebook, parameters)
    return BackgroundTask(lambda: run_notebook(notebook, staging / NOTEBOOK, parameters, kernel))
