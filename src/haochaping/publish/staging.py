"""A run is all or nothing: output is built aside and swapped in whole."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@contextmanager
def staged(published: Path) -> Iterator[Path]:
    """A fresh folder beside `published`; swapped in when the block ends well, removed when it does not.

    On the same file system, so that the swap is a rename and the old output stays whole until then.
    """
    published.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{published.name}-", dir=published.parent))
    try:
        yield aside
        aside.chmod(0o755)
        swap(aside, published)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def swap(new: Path, published: Path) -> None:
    """Put folder `new` in the place of `published`; the old folder ends where the new one was.

    One atomic exchange where the system has one (Linux ``renameat2``), else two renames.
    """
    if not published.exists():
        new.rename(published)
        return
    if sys.platform == "linux" and _exchange(new, published):
        return
    old = published.with_name(f".{published.name}-old")
    shutil.rmtree(old, ignore_errors=True)
    published.rename(old)
    new.rename(published)
    shutil.rmtree(old, ignore_errors=True)


def _exchange(first: Path, second: Path) -> bool:
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    return (
        rename(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), ctypes.c_uint(_RENAME_EXCHANGE))
        == 0
    )


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place and put it there in one step: readers see the old one or the new one."""
    aside = path.with_name(f".{path.name}.part")
    try:
        aside.write_bytes(content)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
