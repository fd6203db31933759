"""One quarter from raw data to a published folder: built aside under a lock, swapped in whole, or not at all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from haochaping.core.paths import Locations
from haochaping.core.quarter import Quarter
from haochaping.files.exclusive_lock import exclusive_lock
from haochaping.files.leftovers import clean_up
from haochaping.outputs.published.file_names import PAGE
from haochaping.pipeline.fingerprint import Inputs, hash_inputs, is_current
from haochaping.pipeline.update_index import refresh_index

if TYPE_CHECKING:
    from haochaping.checks.review import Reviewed

ReportProgress = Callable[[str], None]


@dataclass(frozen=True)
class RunOutcome:
    """What a run ended in: the page, its verdict, what the reader should know.

    ``about_past`` is what is to be known of the earlier quarters that it was compared with.
    """

    page: Path
    verdict: str
    unchanged: bool
    seconds: float
    missing_glyphs: tuple[str, ...] = ()
    about_past: tuple[str, ...] = ()


def run_quarter(
    locations: Locations,
    quarter: Quarter,
    report_progress: ReportProgress,
    as_of: date | None = None,
    by: str | None = None,
) -> RunOutcome:
    """Read, check, run the notebook, convert, swap in; or do nothing when nothing changed.

    At the end the index of all quarters is brought up to date.

    Parameters
    ----------
    locations : Locations
        Data and output roots.
    quarter : Quarter
        Which quarter.
    report_progress : callable
        Receives one line of progress at a time.
    as_of : date, optional
        The day on which explanations are judged; by default today.
    by : str, optional
        Who runs it, if they wish to be named in manifest and page.

    Raises
    ------
    InputRefused
        The input cannot be used, or another run holds the quarter; what was published before is untouched.
    NotebookFailed
        The notebook raised; what was published before is untouched.
    """
    with report_replaced_quarters(locations, [quarter]):
        outcome = publish_quarter(locations, quarter, report_progress, as_of, by)
        refresh_index(locations, report_progress)
    return outcome


@contextmanager
def report_replaced_quarters(locations: Locations, quarters: Sequence[Quarter]) -> Iterator[None]:
    """Ctrl-C inside the block carries the message which of `quarters` are new already, where any is."""
    before = {quarter: _identity(locations.published(quarter)) for quarter in quarters}
    try:
        yield
    except KeyboardInterrupt:
        new = [
            str(quarter) for quarter, was in before.items() if _identity(locations.published(quarter)) != was
        ]
        if not new:
            raise
        rest = "，其余季度没有改动" if len(new) < len(before) else ""
        raise KeyboardInterrupt(
            f"已中断；{'、'.join(new)} 的新输出已经写好{rest}；目录页未必更新，再运行一次即可"
        ) from None


def _identity(folder: Path) -> tuple[int, int] | None:
    """Which folder stands there: another one after a swap."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def publish_quarter(
    locations: Locations,
    quarter: Quarter,
    report_progress: ReportProgress,
    as_of: date | None = None,
    by: str | None = None,
    reviewed: Reviewed | None = None,
) -> RunOutcome:
    """The same without the index, for a run of many quarters, which has read and checked already (`reviewed`)."""
    started = time.perf_counter()
    clean_up(locations.output, report_progress)
    published, as_of = locations.published(quarter), as_of or date.today()
    inputs = hash_inputs(locations, quarter, as_of)
    if not inputs.files["data"]:
        from haochaping.read.raw_folder import no_source

        raise no_source(locations.raw(quarter), quarter)  # before there is a lock, which stays as a file
    if not is_current(published, inputs.key):
        with exclusive_lock(published, report_progress):
            inputs = hash_inputs(locations, quarter, as_of)  # another run may just have ended
            if not is_current(published, inputs.key):
                return _publish(locations, inputs, report_progress, by, started, reviewed)
    return _unchanged(published, quarter, report_progress, started)


def _unchanged(
    published: Path, quarter: Quarter, report_progress: ReportProgress, started: float
) -> RunOutcome:
    from haochaping.outputs.published.edited_papers import remind_of_edited
    from haochaping.pipeline.failed_run import clear_failed
    from haochaping.pipeline.manifest import read_manifest

    clear_failed(published)
    remind_of_edited(published, quarter, report_progress)
    manifest = read_manifest(published)
    about_past = tuple(manifest.get("about_past", ()))
    for line in about_past:
        report_progress(line)
    seconds = time.perf_counter() - started
    return RunOutcome(published / PAGE, manifest["verdict"], True, seconds, about_past=about_past)


def _publish(
    locations: Locations,
    inputs: Inputs,
    report_progress: ReportProgress,
    by: str | None,
    started: float,
    reviewed: Reviewed | None,
) -> RunOutcome:
    from haochaping.files.swap_folder import stage_and_swap_in
    from haochaping.outputs.published.file_names import PDF, RUN_LOG
    from haochaping.pipeline.failed_run import clear_failed, keep_failed
    from haochaping.pipeline.platform_shortcuts import collect_seldom, skip_slow_imports
    from haochaping.pipeline.run_log import RunLog

    collect_seldom()
    skip_slow_imports()
    from haochaping.pipeline.build_quarter import build
    from haochaping.pipeline.manifest import damaged, read_manifest

    quarter = inputs.quarter
    published, log = locations.published(quarter), RunLog(report_progress)
    try:
        with stage_and_swap_in(published) as staging:
            built = build(locations, inputs, by, published, staging, log, reviewed)
            if wrong := damaged(staging, read_manifest(staging)):
                raise OSError(f"写出的文件与内容不符：{'、'.join(wrong)}")
            if (published / PDF).exists():
                log.report_progress(
                    f"原来的 {PDF} 是按旧的网页打印的，不再保留；需要的请运行 make pdf Q={quarter}"
                )
            (staging / RUN_LOG).write_text(log.text(), encoding="utf-8", newline="\n")
            from haochaping.store.tidy_tables import write_tidy  # not before the kernel has been started

            write_tidy(built.data, locations.tidy(quarter))
    except Exception as error:
        keep_failed(published, log, error)
        raise
    clear_failed(published)
    seconds = time.perf_counter() - started
    return RunOutcome(published / PAGE, built.verdict, False, seconds, built.missing_glyphs, built.about_past)
