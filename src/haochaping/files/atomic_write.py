"""Atomic writes: readers see the old file or the new one, never half of one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from haochaping.files.file_hash import file_sha256
from haochaping.files.full_disk import named_disk_errors
from haochaping.files.swap_folder import exchange, sync_folder


def atomic_write(path: Path, content: bytes) -> None:
    """Put `content` in the place of `path` in one step; a file that was there keeps its mode. The caller holds its lock."""
    with _staged(path, content) as staging:
        if path.is_file():
            shutil.copymode(path, staging)
        staging.replace(path)
        sync_folder(path.parent)


def write_new(path: Path, content: bytes) -> bool:
    """Put `content` at `path` in one step, unless there is something already; return whether it was put there."""
    with _staged(path, content) as staging:
        try:
            os.link(staging, path)
        except FileExistsError:
            return False
        except (
            OSError
        ):  # a file system without links: between the question and the rename somebody may come first
            if os.path.lexists(path):
                return False
            staging.rename(path)
        sync_folder(path.parent)
        return True


def replace_read_file(path: Path, content: bytes, was_read: str | None) -> bool:
    """Put `content` in the place of a file that was read, unless somebody saved it since; return whether it was put there.

    Parameters
    ----------
    path : Path
        The file; a link is followed.
    content : bytes
        What takes its place.
    was_read : str or None
        The SHA-256 of the file as it was read; None where there was none.
    """
    if was_read is None:
        return write_new(path, content)
    path = path.resolve()
    with _staged(path, content) as staging:
        if not path.is_file() or file_sha256(path) != was_read:
            return False
        shutil.copymode(path, staging)
        if not exchange(staging, path):  # no such call: between the look and the rename somebody may save
            staging.replace(path)
        elif file_sha256(staging) != was_read:
            exchange(staging, path)
            return False
        sync_folder(path.parent)
        return True


def leftover(path: Path) -> Path | None:
    """What a killed write of `path` left beside it: half of what was to be written, or what stood there; None without."""
    staging = _staging_path(path)
    return staging if staging.is_file() and not staging.is_symlink() else None


def remove_leftover(path: Path) -> None:
    """Remove what a killed write of `path` left beside it. The caller holds its lock."""
    _staging_path(path).unlink(missing_ok=True)


def _staging_path(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


@contextmanager
def _staged(path: Path, content: bytes) -> Iterator[Path]:
    """A file with `content` beside `path`, on disk; removed at the end."""
    staging = _staging_path(path)
    staging.unlink(missing_ok=True)  # a symbolic link left there must not be followed
    try:
        with named_disk_errors(path), staging.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield staging
    finally:
        with suppress(
            OSError
        ):  # what was to be written is in its place, or the error that kept it out goes on
            staging.unlink(missing_ok=True)
