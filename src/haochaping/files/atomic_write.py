"""A file is there whole or not at all: written beside its place, put there in one step."""

from __future__ import annotations

import os
from pathlib import Path


def atomic_write(path: Path, content: bytes) -> None:
    """Write a file beside its place and put it there in one step: readers see the old one or the new one."""
    staging = path.with_name(f".{path.name}.part")
    staging.unlink(missing_ok=True)  # a link that lies there is not followed
    try:
        with staging.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        staging.replace(path)
    finally:
        staging.unlink(missing_ok=True)
