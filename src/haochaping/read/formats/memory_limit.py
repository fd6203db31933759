"""A bound on what a file may become in memory, for readers that have none of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MAPPED = Path("/proc/self/statm")


@contextmanager
def memory_limited(more: int) -> Iterator[None]:
    """Let the process take so many bytes more than it has, on Linux; beyond that a ``MemoryError`` is raised.

    Elsewhere nothing is limited.
    """
    if not _MAPPED.exists():
        yield
        return
    import resource

    now = int(_MAPPED.read_text().split()[0]) * resource.getpagesize()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = now + more
    if soft != resource.RLIM_INFINITY:
        wanted = min(wanted, soft)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
