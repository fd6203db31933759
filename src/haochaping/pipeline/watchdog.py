"""The outer clock: a run that hangs where no other time-out reaches ends all the same."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LONGEST_SECONDS = 1500
"""A quarter takes some ten seconds; a very slow machine a few minutes."""
_EXIT_CODE = 3


@contextmanager
def watchdog(
    report_progress: Callable[[str], None],
    seconds: float = LONGEST_SECONDS,
    end: Callable[[int], None] = os._exit,
) -> Iterator[None]:
    """End the process if the block takes longer than `seconds`.

    At once and without clean-up, since whatever hangs might hang that too: the kernel dies with this process,
    the last good output is untouched, and the next command removes what is half done.
    """

    def give_up() -> None:
        report_progress(f"运行超过 {seconds:.0f} 秒仍未结束，已强行停止；上一次的输出没有改动，请再运行一次")
        end(_EXIT_CODE)

    timer = threading.Timer(seconds, give_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
