"""One writer at a time for a folder or file; others wait, and report that they do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from haochaping.core.errors import InputRefused, Problem

LONGEST_WAIT_SECONDS = 1800
"""Longer than any run: one that takes longer ends itself (`pipeline.watchdog`)."""


class FolderLocked(InputRefused):
    """Another run still writes to the folder (exit code 2)."""

    def __init__(self, folder: Path):
        super().__init__(Problem(str(folder), "", "另一个程序一直在写"))

    @property
    def message(self) -> str:
        """What happened and what to do, in Chinese."""
        return f"没有运行：另一个程序一直在写 {self.problems[0].place}，请等它结束，或结束它以后再试"


@contextmanager
def exclusive_lock(
    folder: Path, report_progress: Callable[[str], None] | None = None, wait: float = LONGEST_WAIT_SECONDS
) -> Iterator[None]:
    """Hold the lock of `folder` (``.<name>.lock`` beside it) while the block runs.

    The system frees the lock of a process that dies, so no stale lock needs cleaning up. The lock file itself
    stays: to remove it safely one would need another lock. A command that needs several takes them in one order: the
    raw folder, the published folder, the tidy folder, the index.

    Parameters
    ----------
    folder : Path
        The folder to be written; need not exist yet.
    report_progress : callable, optional
        Called with a sentence when another process holds the lock.
    wait : float
        Seconds to wait for the lock.

    Raises
    ------
    FolderLocked
        Another process held it for `wait` seconds.
    """
    from filelock import FileLock, Timeout

    folder = folder.resolve()  # one lock, whichever link leads to the folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder.with_name(f".{folder.name}.lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if report_progress and wait:
            report_progress(f"另一个程序正在写 {folder}，等它结束")
        try:
            lock.acquire(timeout=wait)
        except Timeout:
            raise FolderLocked(folder) from None
    try:
        yield
    finally:
        lock.release()
