"""Errors of a full or failing disk name their place: the system says only that something could not be written."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_OF_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EIO}
_FULL_BYTES = 1_000_000
"""A disk with less than this is taken for the one that is full."""


@contextmanager
def named_disk_errors(folder: Path) -> Iterator[None]:
    """Give an error of the disk inside the block the name of `folder`, or of the temporary folder if that is full."""
    try:
        yield
    except OSError as error:
        if error.errno in _OF_DISK and error.filename is None:
            raise OSError(error.errno, error.strerror, str(_full_one(folder))) from error
        raise


def _full_one(folder: Path) -> Path:
    temporary = Path(tempfile.gettempdir())
    is_full = {place: _free_bytes(place) < _FULL_BYTES for place in (folder, temporary)}
    return temporary if is_full[temporary] and not is_full[folder] else folder


def _free_bytes(folder: Path) -> int:
    nearest = next((path for path in (folder, *folder.parents) if path.exists()), folder)
    try:
        return shutil.disk_usage(nearest).free
    except OSError:
        return 0
