"""Atomic replacement of a folder: built beside its place, synced to disk, swapped in in one step."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from haochaping.core.errors import refuse
from haochaping.files.full_disk import named_disk_errors

KeepSaved = Callable[[Path, Path], None]
"""Moves what people saved in the folder that was replaced (the first) to the one that took its place (the second)."""
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@contextmanager
def stage_and_swap_in(published: Path, keep_saved: KeepSaved | None = None) -> Iterator[Path]:
    """Yield an empty folder that replaces `published` when the block succeeds and is removed when it fails.

    It lies beside `published`, on the same file system, so that the swap is a rename; where `published` is a link,
    beside the folder that it leads to, which is then replaced. Files keep the modes that they had. The caller must hold
    the lock of `published`: leftovers of an interrupted run are recovered first.

    Parameters
    ----------
    published : Path
        The folder; need not exist yet.
    keep_saved : callable, optional
        Called after the swap, before the old folder is removed.

    Raises
    ------
    InputRefused
        There is a file in its place.
    """
    published = published.resolve()
    refuse_file(published)
    published.parent.mkdir(parents=True, exist_ok=True)
    recover(published, keep_saved)
    staging = _staging_path(published)
    staging.mkdir()
    is_swapped = False
    try:
        with named_disk_errors(published):
            yield staging
            _copy_modes(published, staging)
            sync_to_disk(staging)
        old = swap_in(staging, published)
        is_swapped = True
    finally:
        if not is_swapped:
            _remove_folder(staging)
    _discard(old, published, keep_saved)


def refuse_file(folder: Path) -> None:
    """Refuse a file, or a link that leads nowhere, in the place of a folder that is to be written."""
    if (folder.exists() and not folder.is_dir()) or (folder.is_symlink() and not folder.exists()):
        raise refuse(str(folder), "是文件，或是断开的链接", "这里应为文件夹，请移走它再运行")


def recover(published: Path, keep_saved: KeepSaved | None = None) -> bool:
    """Restore or clean up after an interrupted run; return whether it had left anything.

    Without an atomic exchange a run may end between its two renames: the old folder is then put back, since
    the new one may be incomplete.
    """
    staging, backup = _staging_path(published), _backup_path(published)
    has_leftovers = staging.exists() or backup.exists()
    if backup.exists() and not published.exists():
        backup.rename(published)
    for folder in (staging, backup):
        _discard(folder, published, keep_saved)
    return has_leftovers


def interrupted_folders(root: Path) -> list[Path]:
    """Folders below `root` beside which an interrupted run left a staging or backup folder."""
    found = [path for path in root.glob(".*") if path.suffix in (".new", ".old") and path.is_dir()]
    return sorted({path.with_name(path.stem[1:]) for path in found})


def _discard(old: Path, published: Path, keep_saved: KeepSaved | None) -> None:
    """Remove a folder that was replaced, or was to replace `published`, after what people saved in it was moved."""
    if keep_saved and old.is_dir() and published.is_dir():
        keep_saved(old, published)
    _remove_folder(old)


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


def _copy_modes(old: Path, new: Path) -> None:
    """Give the new folder, and every file and folder in it, the mode that it has in the old one."""
    for place, _, names in os.walk(new):
        for path in (Path(place), *(Path(place, name) for name in names)):
            counterpart = old / path.relative_to(new)
            if not path.is_symlink() and counterpart.exists():
                shutil.copymode(counterpart, path)


def swap_in(new: Path, published: Path) -> Path:
    """Put folder `new` in the place of `published`.

    One atomic exchange where the system has one (Linux ``renameat2``), else two renames.

    Returns
    -------
    Path
        Where the old folder is now, if there was one; the caller removes it.
    """
    if not published.exists():
        new.rename(published)
        old = new
    elif exchange(new, published):
        old = new
    else:
        old = _backup_path(published)
        _remove_folder(old)
        published.rename(old)
        new.rename(published)
    sync_folder(published.parent)
    return old


def exchange(first: Path, second: Path) -> bool:
    """Exchange two files or two folders in one step; False, and nothing done, where the system cannot."""
    if sys.platform != "linux":
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    return (
        rename(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), ctypes.c_uint(_RENAME_EXCHANGE))
        == 0
    )


def sync_to_disk(folder: Path) -> None:
    """Flush every file and folder below `folder` to disk; what people keep there without leave to read it, is left."""
    for place, _, names in os.walk(folder):
        for path in (Path(place, name) for name in names):
            if not path.is_symlink() and path.is_file():
                with suppress(PermissionError), path.open("rb+" if os.name == "nt" else "rb") as file:
                    os.fsync(file.fileno())
        sync_folder(Path(place))


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to disk; Windows has no such call."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
