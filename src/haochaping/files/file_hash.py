"""SHA-256 of files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def file_sha256(path: Path) -> str:
    """SHA-256 of one file as hexadecimal digits; read in chunks, so the file may be larger than memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_by_name(paths: Iterable[Path], folder: Path | None = None) -> dict[str, str]:
    """Map each file name (or its path below `folder`, where given) to the file's SHA-256."""
    return {path.relative_to(folder).as_posix() if folder else path.name: file_sha256(path) for path in paths}
