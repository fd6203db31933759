"""Many quarters: tidied first, in order of time; then built side by side; the index once at the end."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Any

from haochaping.core.errors import InputRefused
from haochaping.core.paths import Locations
from haochaping.core.quarter import Quarter
from haochaping.core.text import visible
from haochaping.pipeline.assess import assess
from haochaping.pipeline.fingerprint import hash_inputs, is_current
from haochaping.pipeline.platform_shortcuts import die_with_parent
from haochaping.pipeline.run_quarter import RunOutcome, publish_quarter, report_replaced_quarters
from haochaping.pipeline.update_index import refresh_index
from haochaping.store.tidy_tables import write_tidy

if TYPE_CHECKING:
    from haochaping.checks.review import Reviewed

ReportProgress = Callable[[str], None]
_PATIENCE_SECONDS = 30
"""How long a run that is told to stop may take to clean up."""


@dataclass(frozen=True)
class QuarterOutcome:
    """How one quarter ended: its verdict, or what failed; what it said on the way."""

    quarter: Quarter
    verdict: str = ""
    unchanged: bool = False
    seconds: float = 0.0
    failure: str = ""
    about_past: tuple[str, ...] = ()


def run_quarters(
    locations: Locations,
    quarters: Sequence[Quarter],
    report_progress: ReportProgress,
    as_of: date,
    by: str | None,
    jobs: int,
) -> list[QuarterOutcome]:
    """Tidy, build what is stale, bring the index up to date; one that fails does not stop the others.

    Comparisons rest on the tidy tables of earlier quarters, so these come first.

    Parameters
    ----------
    locations : Locations
        Data and output roots.
    quarters : sequence of Quarter
        Which ones.
    report_progress : callable
        Receives one line of progress at a time.
    as_of : date
        The day on which explanations are judged.
    by : str, optional
        Who runs it, if they wish to be named.
    jobs : int
        How many are built at once, each in a process of its own; no more than processors, and one on Windows, where
        kernels have ports that another may take in the same moment.

    Returns
    -------
    list of Ended
        In order of time.
    """
    with report_replaced_quarters(locations, sorted(quarters)):
        return _run_quarters(locations, quarters, report_progress, as_of, by, jobs)


def _run_quarters(
    locations: Locations,
    quarters: Sequence[Quarter],
    report_progress: ReportProgress,
    as_of: date,
    by: str | None,
    jobs: int,
) -> list[QuarterOutcome]:
    ended: dict[Quarter, QuarterOutcome] = {}
    stale: dict[Quarter, Reviewed] = {}
    for quarter in sorted(quarters):
        with _failure_told(quarter, ended):
            if not _is_settled(locations, quarter, as_of):
                report_progress(f"读入与核对 {quarter.label}")
                stale[quarter] = assess(locations, quarter, as_of)
                write_tidy(stale[quarter].data, locations.tidy(quarter))
        if quarter in ended:
            report_progress(f"{quarter}：{ended[quarter].failure}（{len(ended)}/{len(quarters)}）")
    jobs = 1 if sys.platform == "win32" else min(jobs, os.cpu_count() or 1)
    if stale:
        _prepare()
    waiting = [quarter for quarter in sorted(quarters) if quarter not in ended]
    for one in _side_by_side(locations, waiting, stale, report_progress, as_of, by, jobs):
        ended[one.quarter] = one
        done = "没有变化" if one.unchanged else one.failure or f"{one.verdict}，{one.seconds:.1f} 秒"
        report_progress(f"{one.quarter}：{done}（{len(ended)}/{len(quarters)}）")
    if any(not one.failure for one in ended.values()):
        refresh_index(locations, report_progress)
    return [ended[quarter] for quarter in sorted(ended)]


def _is_settled(locations: Locations, quarter: Quarter, as_of: date) -> bool:
    current = is_current(locations.published(quarter), hash_inputs(locations, quarter, as_of).key)
    return current and locations.tidy(quarter).is_dir()


class _failure_told:
    """Turns what a quarter raises into its :class:`QuarterOutcome`."""

    def __init__(self, quarter: Quarter, ended: dict[Quarter, QuarterOutcome]):
        self._quarter, self._ended = quarter, ended

    def __enter__(self) -> None:
        self._started = time.perf_counter()

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> bool:
        if not isinstance(error, Exception):
            return False
        seconds = time.perf_counter() - self._started
        self._ended[self._quarter] = QuarterOutcome(
            self._quarter, seconds=seconds, failure=failure_words(error)
        )
        return True


def failure_words(error: Exception) -> str:
    """What failed, as a person at the terminal reads it."""
    known = isinstance(error, InputRefused) or type(error).__name__ == "NotebookFailed"
    return visible(str(error) if known else f"工具包出错：{type(error).__name__}: {error}")


def _prepare() -> None:
    """Import once what every build needs; processes that are forked from this one have it."""
    if _context().get_start_method() == "fork":
        from haochaping.outputs import papers  # noqa: F401
        from haochaping.outputs.page.convert import prepare_page
        from haochaping.pipeline.forked_kernel import fork_kernels

        prepare_page()
        fork_kernels()


def _context() -> Any:
    """Forked processes start at once and share what was read; elsewhere they are started afresh."""
    return multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")


def _side_by_side(
    locations: Locations,
    quarters: Sequence[Quarter],
    stale: dict[Quarter, Reviewed],
    report_progress: ReportProgress,
    as_of: date,
    by: str | None,
    jobs: int,
) -> Iterator[QuarterOutcome]:
    """Each quarter in a process of its own, `jobs` at a time; one that is killed is a failure like any other."""
    waiting = list(quarters)
    running: dict[Connection, tuple[Quarter, BaseProcess]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                quarter = waiting.pop(0)
                ours, theirs = _context().Pipe(duplex=False)
                process = _context().Process(
                    target=_child, args=(theirs, locations, quarter, as_of, by, stale.get(quarter))
                )
                process.start()
                theirs.close()
                running[ours] = quarter, process
            for pipe in wait(list(running)):
                assert isinstance(pipe, Connection)
                quarter, process = running[pipe]
                heard = _heard(pipe, quarter)
                if isinstance(heard, QuarterOutcome):
                    process.join()
                    del running[pipe]
                    yield heard
                else:
                    report_progress(f"{quarter}：{heard}")
    finally:
        _stop([process for _, process in running.values()])


def _heard(pipe: Connection, quarter: Quarter) -> QuarterOutcome | str:
    try:
        heard = pipe.recv()
    except EOFError:
        return QuarterOutcome(quarter, failure="运行中途被中断")
    assert isinstance(heard, QuarterOutcome | str)
    return heard


def _stop(processes: Sequence[BaseProcess]) -> None:
    """Ask them to end (they clean up), then make them."""
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(_PATIENCE_SECONDS)
        if process.is_alive():
            process.kill()
            process.join()


def _child(
    pipe: Connection,
    locations: Locations,
    quarter: Quarter,
    as_of: date,
    by: str | None,
    reviewed: Reviewed | None,
) -> None:
    """One quarter in its own process; lines and the end go through `pipe`."""
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid is not None:
        die_with_parent(parent.pid)
    ended: dict[Quarter, QuarterOutcome] = {}
    with suppress(KeyboardInterrupt), _failure_told(quarter, ended):
        outcome = publish_quarter(locations, quarter, _Quiet(pipe), as_of, by, reviewed)
        ended[quarter] = _ended(quarter, outcome)
    if quarter in ended:
        pipe.send(ended[quarter])
    pipe.close()


class _Quiet:
    """Passes on what people must know; the steps of every run stand in its log."""

    STEPS = ("读入 ", "运行笔记本", "生成网页")

    def __init__(self, pipe: Connection):
        self._pipe = pipe

    def __call__(self, line: str) -> None:
        if not line.startswith(self.STEPS):
            self._pipe.send(line)


def _ended(quarter: Quarter, outcome: RunOutcome) -> QuarterOutcome:
    return QuarterOutcome(
        quarter, outcome.verdict, outcome.unchanged, outcome.seconds, about_past=outcome.about_past
    )


def table(ended: Sequence[QuarterOutcome]) -> str:
    """One line a quarter: verdict, seconds, what failed."""
    lines = ["季度    结论            用时(秒)  说明"]
    for one in ended:
        verdict = "失败" if one.failure else one.verdict
        width = 16 - len(verdict)  # a Chinese character takes two columns
        note = one.failure.splitlines()[0] if one.failure else "没有变化" if one.unchanged else "已生成"
        note += "；用于比较的以前季度有问题，见上" if one.about_past else ""
        lines.append(
            f"{one.quarter}  {verdict}{' ' * max(width - len(verdict), 1)}{one.seconds:>8.1f}  {note}"
        )
    return "\n".join(lines)
