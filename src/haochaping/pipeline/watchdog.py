"""The last time-out: ends the process if a run hangs in a place that no other time-out covers."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MAX_RUN_SECONDS = 1500
"""A quarter takes some ten seconds; a very slow machine a few minutes."""
_EXIT_CODE = 3


@contextmanager
def watchdog(
    report_progress: Callable[[str], None],
    seconds: float = MAX_RUN_SECONDS,
    exit_process: Callable[[int], None] = os._exit,
) -> Iterator[None]:
    """End the process if the block takes longer than `seconds`.

    The process ends at once (exit code 3) and without clean-up, since whatever hangs might block the clean-up too:
    the kernel dies with this process, the last good output is untouched, and the next command removes unfinished
    files.
    """

    def abort() -> None:
        report_progress(f"运行超过 {seconds:.0f} 秒仍未结束，已强行停止；上一次的输出没有改动，请再运行一次")
        exit_process(_EXIT_CODE)

    timer = threading.Timer(seconds, abort)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
