"""A folder is there whole or not at all: built beside its place, synced to disk, swapped in in one step."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@contextmanager
def stage_and_swap_in(published: Path) -> Iterator[Path]:
    """A fresh folder beside `published`; swapped in when the block ends well, removed when it does not.

    On the same file system, so that the swap is a rename and the old folder stays whole until then. Whoever
    calls holds the lock of `published`: what an earlier run left half done is cleaned first.
    """
    published.parent.mkdir(parents=True, exist_ok=True)
    recover(published)
    staging = _staging(published)
    staging.mkdir()
    try:
        yield staging
        sync_to_disk(staging)
        swap_in(staging, published)
    finally:
        _remove(staging)


def recover(published: Path) -> bool:
    """Finish or clean what a run left that was cut off; whether there was anything.

    Where there is no exchange, a run may end between its two renames: the old folder then goes back, since
    what was built anew need not be whole.
    """
    staging, old = _staging(published), _old(published)
    left = staging.exists() or old.exists()
    if old.exists() and not published.exists():
        old.rename(published)
    for folder in (staging, old):
        _remove(folder)
    return left


def interrupted_folders(root: Path) -> list[Path]:
    """Folders below `root` that have something half done beside them."""
    found = [path for path in root.glob(".*") if path.suffix in (".new", ".old") and path.is_dir()]
    return sorted({path.with_name(path.stem[1:]) for path in found})


def _remove(folder: Path) -> None:
    """A folder with all that is in it; of a link (somebody's own choice of place) only the link."""
    if folder.is_symlink():
        folder.unlink()
    else:
        shutil.rmtree(folder, ignore_errors=True)


def _staging(published: Path) -> Path:
    return published.with_name(f".{published.name}.new")


def _old(published: Path) -> Path:
    return published.with_name(f".{published.name}.old")


def swap_in(new: Path, published: Path) -> None:
    """Put folder `new` in the place of `published`; the old folder ends where the new one was, or is gone.

    One atomic exchange where the system has one (Linux ``renameat2``), else two renames.
    """
    if not published.exists():
        new.rename(published)
    elif not (sys.platform == "linux" and _exchange(new, published)):
        old = _old(published)
        _remove(old)
        published.rename(old)
        new.rename(published)
        _remove(old)
    _sync_folder(published.parent)


def _exchange(first: Path, second: Path) -> bool:
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    return (
        rename(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), ctypes.c_uint(_RENAME_EXCHANGE))
        == 0
    )


def sync_to_disk(folder: Path) -> None:
    """Have every file and folder below `folder` on the disk before anything relies on it."""
    for place, _, names in os.walk(folder):
        for name in names:
            with Path(place, name).open("rb+") as file:
                os.fsync(file.fileno())
        _sync_folder(Path(place))


def _sync_folder(folder: Path) -> None:
    """A folder's entries too; Windows has no such call and keeps them by itself."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
