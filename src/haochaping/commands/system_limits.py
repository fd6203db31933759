"""Settings of a system under which no command could work: said in advance, since libraries end the process without a word."""

from __future__ import annotations

import codecs
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime

LEAST_MEMORY = 1_500_000_000
"""Bytes of address space that a run needs on two processors, and some more."""
LEAST_OPEN_FILES = 128
"""Files that a run and the kernel of its notebook have open at once, and some more."""
EARLIEST_CLOCK = datetime(2000, 1, 1, tzinfo=UTC)
"""A clock before this is not set; packed files cannot hold times before 1980."""


class SystemUnfit(Exception):
    """No command can work under this system's settings (exit code 3)."""


def refuse_unfit_system() -> None:
    """Raise :class:`SystemUnfit`, with what to do, where this system's settings leave no room to work."""
    if problems := list(_problems()):
        raise SystemUnfit("；".join(problems))


def _problems() -> Iterator[str]:
    encoding = sys.getfilesystemencoding()
    if codecs.lookup(encoding).name != "utf-8":
        yield f"文件名的编码是 {encoding}，写不出中文文件名；请设 LC_ALL=C.UTF-8（或 zh_CN.UTF-8），不设 PYTHONUTF8=0"
    if time.time() < EARLIEST_CLOCK.timestamp():
        today = datetime.fromtimestamp(time.time(), UTC).date()
        yield f"系统时钟是 {today}，早于 {EARLIEST_CLOCK.year} 年；请校准时钟"
    memory, open_files = _limits()
    if memory is not None and memory < LEAST_MEMORY:
        yield f"内存限制是 {memory // 1_000_000} MB，至少要 {LEAST_MEMORY // 1_000_000} MB；请放宽 ulimit -v"
    if open_files is not None and open_files < LEAST_OPEN_FILES:
        yield f"同时打开的文件限制是 {open_files} 个，至少要 {LEAST_OPEN_FILES} 个；请放宽 ulimit -n"


def _limits() -> tuple[int | None, int | None]:
    """The limits of this process's address space in bytes and of its open files; None where there is none."""
    try:
        import resource
    except ImportError:  # Windows
        return None, None
    limits = (resource.getrlimit(number)[0] for number in (resource.RLIMIT_AS, resource.RLIMIT_NOFILE))
    memory, open_files = (None if limit == resource.RLIM_INFINITY else limit for limit in limits)
    return memory, open_files
