"""Atomic replacement of a folder: built beside its place, synced to disk, swapped in in one step."""

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
    """Yield an empty folder that replaces `published` when the block succeeds and is removed when it fails.

    It lies beside `published`, on the same file system, so that the swap is a rename. The caller must hold the lock
    of `published`: leftovers of an interrupted run are recovered first.
    """
    published.parent.mkdir(parents=True, exist_ok=True)
    recover(published)
    staging = _staging_path(published)
    staging.mkdir()
    try:
        yield staging
        sync_to_disk(staging)
        swap_in(staging, published)
    finally:
        _remove_folder(staging)


def recover(published: Path) -> bool:
    """Restore or clean up after an interrupted run; return whether it had left anything.

    Without an atomic exchange a run may end between its two renames: the old folder is then put back, since
    the new one may be incomplete.
    """
    staging, backup = _staging_path(published), _backup_path(published)
    has_leftovers = staging.exists() or backup.exists()
    if backup.exists() and not published.exists():
        backup.rename(published)
    for folder in (staging, backup):
        _remove_folder(folder)
    return has_leftovers


def interrupted_folders(root: Path) -> list[Path]:
    """Folders below `root` beside which an interrupted run left a staging or backup folder."""
    found = [path for path in root.glob(".*") if path.suffix in (".new", ".old") and path.is_dir()]
    return sorted({path.with_name(path.stem[1:]) for path in found})


def _remove_folder(folder: Path) -> None:
    """Remove a folder with its content; of a symbolic link (somebody may keep output elsewhere) only the link."""
    if folder.is_symlink():
        folder.unlink()
    else:
        shutil.rmtree(folder, ignore_errors=True)


def _staging_path(published: Path) -> Path:
    return published.with_name(f".{published.name}.new")


def _backup_path(published: Path) -> Path:
    return published.with_name(f".{published.name}.old")


def swap_in(new: Path, published: Path) -> None:
    """Put folder `new` in the place of `published`.

    Afterwards the old folder is at the path of the new one (exchange) or removed (renames).

    One atomic exchange where the system has one (Linux ``renameat2``), else two renames.
    """
    if not published.exists():
        new.rename(published)
    elif not (sys.platform == "linux" and _exchange_atomically(new, published)):
        backup = _backup_path(published)
        _remove_folder(backup)
        published.rename(backup)
        new.rename(published)
        _remove_folder(backup)
    _sync_folder(published.parent)


def _exchange_atomically(first: Path, second: Path) -> bool:
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    return (
        rename(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), ctypes.c_uint(_RENAME_EXCHANGE))
        == 0
    )


def sync_to_disk(folder: Path) -> None:
    """Flush every file and folder below `folder` to disk."""
    for place, _, names in os.walk(folder):
        for name in names:
            with Path(place, name).open("rb+") as file:
                os.fsync(file.fileno())
        _sync_folder(Path(place))


def _sync_folder(folder: Path) -> None:
    """Flush a folder's entries to disk; Windows has no such call."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
