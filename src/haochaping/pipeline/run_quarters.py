"""Many quarters: tidied first, in order of time; then built in parallel; the index is updated once at the end."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import date
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from haochaping.core.errors import InputRefused
from haochaping.core.paths import Locations
from haochaping.core.period import Period
from haochaping.core.text import visible
from haochaping.pipeline.assess import assess
from haochaping.pipeline.fingerprint import hash_inputs, is_current
from haochaping.pipeline.platform_shortcuts import die_with_parent
from haochaping.pipeline.printed_quarter import read_database
from haochaping.pipeline.run_quarter import (
    ReadQuarter,
    ReportProgress,
    RunOutcome,
    publish_quarter,
    report_replaced_quarters,
)
from haochaping.pipeline.update_index import refresh_index
from haochaping.store.tidy_tables import write_tidy

_STOP_SECONDS = 30
"""How long a build may take to clean up after it was terminated, before it is killed."""


@dataclass(frozen=True)
class QuarterOutcome:
    """The outcome of one of many quarters: its verdict, or in ``failure`` the reason why there is none."""

    quarter: Period
    verdict: str = ""
    unchanged: bool = False
    seconds: float = 0.0
    failure: str = ""
    about_past: tuple[str, ...] = ()


def run_quarters(
    locations: Locations,
    quarters: Sequence[Period],
    report_progress: ReportProgress,
    as_of: date,
    by: str | None,
    jobs: int,
) -> list[QuarterOutcome]:
    """Publish every quarter that is not up to date, then update the index; a failing quarter does not stop the others.

    Parameters
    ----------
    locations : Locations
        Data and output roots.
    quarters : sequence of Period
        Which quarters.
    report_progress : callable
        Receives one line of progress at a time.
    as_of : date
        The date on which explanations must still be valid.
    by : str, optional
        Name of the person who runs it, if they wish to be named.
    jobs : int
        How many to build at once, each in its own process; at most the number of processors, and one on Windows,
        where kernels use ports, which two kernels that start at once may both choose.

    Returns
    -------
    list of QuarterOutcome
        Oldest quarter first.
    """
    with report_replaced_quarters(locations, sorted(quarters)):
        return _run_quarters(locations, quarters, report_progress, as_of, by, jobs)


def _run_quarters(
    locations: Locations,
    quarters: Sequence[Period],
    report_progress: ReportProgress,
    as_of: date,
    by: str | None,
    jobs: int,
) -> list[QuarterOutcome]:
    outcomes: dict[Period, QuarterOutcome] = {}
    read_quarters: dict[Period, ReadQuarter] = {}
    # Tidied first and in order of time, because each quarter is compared with the tidy tables of earlier ones.
    for quarter in sorted(quarters):
        with _CatchFailure(quarter, outcomes):
            read_database(locations, quarter, report_progress)
            if not _is_up_to_date(locations, quarter, as_of):
                report_progress(f"读入与核对 {quarter.label}")
                inputs = hash_inputs(locations, quarter, as_of)
                read_quarters[quarter] = ReadQuarter(inputs, assess(locations, quarter, as_of))
                write_tidy(read_quarters[quarter].result.data, locations.tidy(quarter), report_progress)
        if quarter in outcomes:
            report_progress(f"{quarter}：{outcomes[quarter].failure}（{len(outcomes)}/{len(quarters)}）")
    jobs = 1 if sys.platform == "win32" else min(jobs, os.cpu_count() or 1)
    waiting = [quarter for quarter in sorted(quarters) if quarter not in outcomes]
    with _preloaded_for_forks() if read_quarters else nullcontext():
        for outcome in _publish_in_parallel(
            locations, waiting, read_quarters, report_progress, as_of, by, jobs
        ):
            outcomes[outcome.quarter] = outcome
            state = (
                "没有变化"
                if outcome.unchanged
                else outcome.failure or f"{outcome.verdict}，{outcome.seconds:.1f} 秒"
            )
            report_progress(f"{outcome.quarter}：{state}（{len(outcomes)}/{len(quarters)}）")
    if any(not outcome.failure for outcome in outcomes.values()):
        refresh_index(locations, report_progress)
    return [outcomes[quarter] for quarter in sorted(outcomes)]


def _is_up_to_date(locations: Locations, quarter: Period, as_of: date) -> bool:
    """Whether the published folder is current and there are tidy tables for later quarters to be compared with."""
    current = is_current(locations.published(quarter), hash_inputs(locations, quarter, as_of).key)
    return current and locations.tidy(quarter).is_dir()


class _CatchFailure:
    """Context manager that turns an exception of a quarter into a :class:`QuarterOutcome` in `outcomes`."""

    def __init__(self, quarter: Period, outcomes: dict[Period, QuarterOutcome]):
        self._quarter, self._outcomes = quarter, outcomes

    def __enter__(self) -> None:
        self._started = time.perf_counter()

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> bool:
        if not isinstance(error, Exception):
            return False
        seconds = time.perf_counter() - self._started
        self._outcomes[self._quarter] = QuarterOutcome(
            self._quarter, seconds=seconds, failure=describe_failure(error)
        )
        return True


def describe_failure(error: Exception) -> str:
    """Return the message of an exception as it is shown at the terminal."""
    known = isinstance(error, InputRefused) or type(error).__name__ == "NotebookFailed"
    return visible(str(error) if known else f"工具包出错：{type(error).__name__}: {error}")


@contextmanager
def _preloaded_for_forks() -> Iterator[None]:
    """Import what every build needs, once, before processes are forked from this one (Linux)."""
    if _process_context().get_start_method() != "fork":
        yield
        return
    from haochaping.outputs import papers  # noqa: F401
    from haochaping.outputs.page.convert import prepare_page
    from haochaping.pipeline.forked_kernel import forked_kernels

    prepare_page()
    with forked_kernels():
        yield


def _process_context() -> Any:
    """Return the way to start processes: on Linux by fork, which shares what is imported already."""
    return multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")


def _publish_in_parallel(
    locations: Locations,
    quarters: Sequence[Period],
    read_quarters: dict[Period, ReadQuarter],
    report_progress: ReportProgress,
    as_of: date,
    by: str | None,
    jobs: int,
) -> Iterator[QuarterOutcome]:
    """Publish each quarter in its own process, `jobs` at a time, and yield outcomes as they end.

    A process that is killed gives an outcome with a failure too.
    """
    waiting = list(quarters)
    running: dict[Connection, tuple[Period, BaseProcess]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                quarter = waiting.pop(0)
                receiver, sender = _process_context().Pipe(duplex=False)
                process = _process_context().Process(
                    target=_publish_in_child,
                    args=(sender, locations, quarter, as_of, by, read_quarters.get(quarter)),
                )
                process.start()
                sender.close()
                running[receiver] = quarter, process
            for pipe in wait(list(running)):
                assert isinstance(pipe, Connection)
                quarter, process = running[pipe]
                message = _receive(pipe, quarter)
                if isinstance(message, QuarterOutcome):
                    process.join()
                    del running[pipe]
                    yield message
                else:
                    report_progress(f"{quarter}：{message}")
    finally:
        _stop_processes([process for _, process in running.values()])


def _receive(pipe: Connection, quarter: Period) -> QuarterOutcome | str:
    """Receive a line of progress, or the outcome with which the process ends."""
    try:
        message = pipe.recv()
    except EOFError:
        return QuarterOutcome(quarter, failure="运行中途被中断")
    assert isinstance(message, QuarterOutcome | str)
    return message


def _stop_processes(processes: Sequence[BaseProcess]) -> None:
    """Terminate processes, which then clean up; kill those that take longer than `_STOP_SECONDS`."""
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(_STOP_SECONDS)
        if process.is_alive():
            process.kill()
            process.join()


def _publish_in_child(
    pipe: Connection,
    locations: Locations,
    quarter: Period,
    as_of: date,
    by: str | None,
    reviewed: ReadQuarter | None,
) -> None:
    """Run in a child process: publish one quarter, send lines of progress and at last the outcome through `pipe`."""
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid is not None:
        die_with_parent(parent.pid)
    outcomes: dict[Period, QuarterOutcome] = {}
    with suppress(KeyboardInterrupt), _CatchFailure(quarter, outcomes):
        outcome = publish_quarter(locations, quarter, _ImportantLines(pipe), as_of, by, reviewed)
        outcomes[quarter] = _summarise_outcome(quarter, outcome)
    if quarter in outcomes:
        pipe.send(outcomes[quarter])
    pipe.close()


class _ImportantLines:
    """Sends lines of progress through a pipe except those about routine steps, which are in the log of the run."""

    STEPS = ("读入 ", "运行笔记本", "生成网页")

    def __init__(self, pipe: Connection):
        self._pipe = pipe

    def __call__(self, line: str) -> None:
        if not line.startswith(self.STEPS):
            self._pipe.send(line)


def _summarise_outcome(quarter: Period, outcome: RunOutcome) -> QuarterOutcome:
    return QuarterOutcome(
        quarter, outcome.verdict, outcome.unchanged, outcome.seconds, about_past=outcome.about_past
    )


_FEWEST_COLUMNS = 6
"""Columns of a terminal for the code of a quarter; that of a month is one longer."""


def outcome_table(outcomes: Sequence[QuarterOutcome]) -> str:
    """Return a table with one line for each quarter: verdict, seconds, what failed."""
    widest = max((len(str(outcome.quarter)) for outcome in outcomes), default=0)
    widest = max(widest, _FEWEST_COLUMNS)
    lines = [f"季度{' ' * (widest - 2)}结论            用时(秒)  说明"]
    for outcome in outcomes:
        verdict = "失败" if outcome.failure else outcome.verdict
        width = 16 - len(verdict)  # a Chinese character takes two columns
        note = (
            outcome.failure.splitlines()[0]
            if outcome.failure
            else "没有变化"
            if outcome.unchanged
            else "已生成"
        )
        note += "；用于比较的以前各期有问题，见上" if outcome.about_past else ""
        lines.append(
            f"{outcome.quarter!s:<{widest}}  {verdict}{' ' * max(width - len(verdict), 1)}{outcome.seconds:>8.1f}  {note}"
        )
    return "\n".join(lines)
