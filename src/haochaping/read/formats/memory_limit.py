"""Limit the memory that reading a file may take, for libraries that have no limit of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MEMORY_STATISTICS = Path("/proc/self/statm")


@contextmanager
def memory_limited(extra_bytes: int) -> Iterator[None]:
    """Limit the process to `extra_bytes` more than it has now; beyond that ``MemoryError`` is raised.

    Works on Linux; elsewhere nothing is limited.
    """
    if not _MEMORY_STATISTICS.exists():
        yield
        return
    import resource

    now = int(_MEMORY_STATISTICS.read_text().split()[0]) * resource.getpagesize()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = now + extra_bytes
    if soft != resource.RLIM_INFINITY:
        wanted = min(wanted, soft)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
