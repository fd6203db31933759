"""One quarter from raw data to a published folder: built in a staging folder under a lock, then swapped in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from haochaping.core.errors import refuse
from haochaping.core.paths import Locations
from haochaping.core.period import Period
from haochaping.files.exclusive_lock import exclusive_lock
from haochaping.outputs.published.file_names import PAGE
from haochaping.pipeline.fingerprint import Inputs, changed_inputs, hash_inputs, is_current
from haochaping.pipeline.leftovers import recover_interrupted
from haochaping.pipeline.printed_quarter import read_database
from haochaping.pipeline.update_index import refresh_index

if TYPE_CHECKING:
    from haochaping.checks.review import ReviewResult

ReportProgress = Callable[[str], None]
_MOST_TRIES = 3
"""How often a quarter is made where people save files meanwhile."""


@dataclass(frozen=True)
class RunOutcome:
    """The outcome of a run.

    ``unchanged`` says that nothing had to be built, ``missing_glyphs`` holds characters on the page for which the font
    has no glyph, ``about_past`` remarks on the earlier quarters that it was compared with,
    ``unchecked`` what was printed and nobody declared.
    """

    page: Path
    verdict: str
    unchanged: bool
    seconds: float
    missing_glyphs: tuple[str, ...] = ()
    about_past: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()


def run_quarter(
    locations: Locations,
    quarter: Period,
    report_progress: ReportProgress,
    as_of: date | None = None,
    by: str | None = None,
) -> RunOutcome:
    """Publish one quarter and update the index of all quarters; an up-to-date quarter is not built again.

    Parameters
    ----------
    locations : Locations
        Data and output roots.
    quarter : Period
        Which quarter.
    report_progress : callable
        Receives one line of progress at a time.
    as_of : date, optional
        The date on which explanations must still be valid; by default today.
    by : str, optional
        Name of the person who runs it, if they wish to be named in manifest and page.

    Raises
    ------
    InputRefused
        The input cannot be used, or another run holds the quarter; what was published before is untouched.
    NotebookFailed
        A cell raised, or the kernel ended or took too long; what was published before is untouched.
    """
    with report_replaced_quarters(locations, [quarter]):
        outcome = publish_quarter(locations, quarter, report_progress, as_of, by)
        refresh_index(locations, report_progress)
    return outcome


@contextmanager
def report_replaced_quarters(locations: Locations, quarters: Sequence[Period]) -> Iterator[None]:
    """If Ctrl-C interrupts the block, say in the exception's message which of `quarters` were replaced already."""
    before = {quarter: _folder_identity(locations.published(quarter)) for quarter in quarters}
    try:
        yield
    except KeyboardInterrupt:
        replaced = [
            str(quarter)
            for quarter, identity in before.items()
            if _folder_identity(locations.published(quarter)) != identity
        ]
        if not replaced:
            raise
        rest = "，其余各期没有改动" if len(replaced) < len(before) else ""
        raise KeyboardInterrupt(
            f"已中断；{'、'.join(replaced)} 的新输出已经写好{rest}；目录页未必更新，再运行一次即可"
        ) from None


def _folder_identity(folder: Path) -> tuple[int, int] | None:
    """Return device and inode of a folder, which differ after it was swapped; None without a folder."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def publish_quarter(
    locations: Locations,
    quarter: Period,
    report_progress: ReportProgress,
    as_of: date | None = None,
    by: str | None = None,
    reviewed: ReadQuarter | None = None,
) -> RunOutcome:
    """Publish one quarter like :func:`run_quarter`, but leave the index alone.

    What is published was made from the files whose hashes its manifest has: where people save a file, among the inputs
    or in the published folder, while it is made, it is made again.

    Parameters
    ----------
    reviewed : ReadQuarter, optional
        The quarter, if it has been read and checked already.
    """
    started = time.perf_counter()
    recover_interrupted(locations, report_progress)
    published, as_of = locations.published(quarter), as_of or date.today()
    read_database(locations, quarter, report_progress)
    inputs = hash_inputs(locations, quarter, as_of)
    if not inputs.files["data"]:
        from haochaping.read.raw_folder import no_source_refusal

        raise no_source_refusal(
            locations.raw(quarter), quarter
        )  # before locking, because the lock file would stay
    if not is_current(published, inputs.key):
        with exclusive_lock(published, report_progress):
            for _ in range(_MOST_TRIES):
                inputs = hash_inputs(locations, quarter, as_of)  # another run may have published it meanwhile
                if is_current(published, inputs.key):
                    break
                known = reviewed.result if reviewed and reviewed.is_of(inputs) else None
                try:
                    return _publish(locations, inputs, report_progress, by, started, known)
                except _SavedMeanwhile as saved:
                    report_progress(f"{saved}，按新保存的重新生成")
            else:
                raise refuse(str(locations.raw(quarter)), "生成期间一再有文件改动", "请等文件存好以后再运行")
    return _unchanged(published, quarter, report_progress, started)


class _SavedMeanwhile(Exception):
    """People saved files during a run, which was ended before it published anything."""

    def __init__(self, names: Sequence[str]):
        super().__init__(f"生成期间有文件改动（{'、'.join(names)}）")


@dataclass(frozen=True)
class ReadQuarter:
    """A quarter that has been read and checked before its run, and the inputs as they were hashed before that."""

    inputs: Inputs
    result: ReviewResult

    def is_of(self, inputs: Inputs) -> bool:
        """Whether nothing was changed since."""
        return self.inputs == inputs and self.inputs.states == inputs.states


def _unchanged(
    published: Path, quarter: Period, report_progress: ReportProgress, started: float
) -> RunOutcome:
    from haochaping.outputs.published.edited_papers import report_edited_papers
    from haochaping.pipeline.failed_run import clear_failed
    from haochaping.pipeline.manifest import read_manifest

    clear_failed(published)
    report_edited_papers(published, quarter, report_progress)
    manifest = read_manifest(published)
    about_past = tuple(manifest.get("about_past", ()))
    for line in about_past:
        report_progress(line)
    seconds = time.perf_counter() - started
    unchecked = tuple(manifest.get("unchecked", ()))
    return RunOutcome(
        published / PAGE, manifest["verdict"], True, seconds, about_past=about_past, unchecked=unchecked
    )


def _publish(
    locations: Locations,
    inputs: Inputs,
    report_progress: ReportProgress,
    by: str | None,
    started: float,
    reviewed: ReviewResult | None,
) -> RunOutcome:
    from haochaping.files.swap_folder import stage_and_swap_in
    from haochaping.outputs.published.file_names import PDF, RUN_LOG
    from haochaping.pipeline.failed_run import clear_failed, keep_failed
    from haochaping.pipeline.platform_shortcuts import skip_slow_imports
    from haochaping.pipeline.run_log import RunLog

    skip_slow_imports()
    from haochaping.outputs.published.kept_entries import is_printed_pdf, move_late_saves, saved_by_people
    from haochaping.pipeline.build_quarter import build
    from haochaping.pipeline.manifest import altered_files, read_manifest

    quarter = inputs.quarter
    published, log = locations.published(quarter), RunLog(report_progress)
    try:
        keep_saved = partial(move_late_saves, report_progress=log.report_progress)
        with stage_and_swap_in(published, keep_saved) as staging:
            saved = saved_by_people(published)
            built = build(locations, inputs, by, published, staging, log, reviewed)
            if wrong := altered_files(staging, read_manifest(staging)):
                raise OSError(f"写出的文件与内容不符：{'、'.join(wrong)}")
            if is_printed_pdf(published):
                log.report_progress(
                    f"原来的 {PDF} 是按旧的网页打印的，不再保留；需要的请运行 make pdf Q={quarter}"
                )
            (staging / RUN_LOG).write_text(log.text(), encoding="utf-8", newline="\n")
            saved_now = saved_by_people(published)
            late = [name for name in {*saved, *saved_now} if saved.get(name) != saved_now.get(name)]
            if changed := [
                *changed_inputs(locations, inputs),
                *sorted(str(published / name) for name in late),
            ]:
                raise _SavedMeanwhile(changed)
            # Imported late, because it takes time and the kernel should start first.
            from haochaping.store.tidy_tables import write_tidy

            write_tidy(built.data, locations.tidy(quarter), log.report_progress)
    except _SavedMeanwhile:
        raise
    except Exception as error:
        keep_failed(published, log, error)
        raise
    clear_failed(published)
    seconds = time.perf_counter() - started
    return RunOutcome(
        published / PAGE,
        built.verdict,
        False,
        seconds,
        built.missing_glyphs,
        built.about_past,
        built.unchecked,
    )
