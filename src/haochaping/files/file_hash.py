"""SHA-256 of files."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

_LARGE = 1 << 24
_SETTLED_NS = 2_000_000_000
"""A file changed so lately may be changed once more within one tick of the clock that its times are written by."""


def file_sha256(path: Path) -> str:
    """SHA-256 of one file as hexadecimal digits; read in chunks, so the file may be larger than memory.

    A large file is read once more only if its size or times are others: a run asks for the same files several times.
    """
    state = path.stat()
    if state.st_size < _LARGE or time.time_ns() - state.st_ctime_ns < _SETTLED_NS:
        return _sha256(path)
    return _sha256_of_state(path, (state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns))


@lru_cache(maxsize=1024)
def _sha256_of_state(path: Path, _state: tuple[int, ...]) -> str:
    return _sha256(path)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_by_name(paths: Iterable[Path], folder: Path | None = None) -> dict[str, str]:
    """Map each file name (or its path below `folder`, where given) to the file's SHA-256."""
    return {path.relative_to(folder).as_posix() if folder else path.name: file_sha256(path) for path in paths}
