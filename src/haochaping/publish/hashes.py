"""SHA-256 of files; for large ones, size and time may vouch for a hash that was once computed."""

from __future__ import annotations

import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any

MEMORY = ".hashes.json"
LARGE_BYTES = 64 * 1024 * 1024
"""Below this, hashing costs less than any doubt."""
_SETTLED_SECONDS = 10
"""A file changed less than this ago may change again within the resolution of its time: its hash is not kept."""


class Hashes:
    """Hashes of files; those of large ones are remembered in the output root."""

    def __init__(self, output: Path):
        self._path = output / MEMORY
        self._known: dict[str, Any] | None = None
        self._changed = False

    def of(self, path: Path) -> str:
        """SHA-256 of one file as hexadecimal digits."""
        before = path.stat()
        if before.st_size < LARGE_BYTES:
            return hashlib.sha256(path.read_bytes()).hexdigest()
        mark = [before.st_size, before.st_mtime_ns, before.st_ino]
        known = self._memory().get(str(path))
        if known and known[0] == mark:
            return str(known[1])
        with path.open("rb") as file:
            made = hashlib.file_digest(file, "sha256").hexdigest()
        if 0 <= before.st_mtime < time.time() - _SETTLED_SECONDS and _mark(path.stat()) == mark:
            self._memory()[str(path)] = [mark, made]
            self._changed = True
        return made

    def keep(self) -> None:
        """Write down what was learnt; where that cannot be, it is computed again next time."""
        if not self._changed:
            return
        aside = self._path.with_name(f"{MEMORY}.{os.getpid()}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            aside.write_text(json.dumps(self._memory()), encoding="utf-8")
            aside.replace(self._path)
        except OSError:
            aside.unlink(missing_ok=True)

    def _memory(self) -> dict[str, Any]:
        if self._known is None:
            try:
                held = json.loads(self._path.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                held = {}
            self._known = held if isinstance(held, dict) else {}
        return self._known


def _mark(state: os.stat_result) -> list[int]:
    return [state.st_size, state.st_mtime_ns, state.st_ino]
