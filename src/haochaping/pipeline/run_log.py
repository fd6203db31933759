"""One readable log a run: what was said at the terminal, how long each part took, what the kernel wrote."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from haochaping.core.text import visible


class RunLog:
    """Collects the lines of one run, passes them on, and measures its parts.

    Parameters
    ----------
    report_progress : callable
        Receives each line meant for the person at the terminal.
    """

    def __init__(self, report_progress: Callable[[str], None]):
        self._report_progress = report_progress
        self._lines: list[str] = []
        self._started = self._last = time.perf_counter()
        self.seconds: dict[str, float] = {}

    def report_progress(self, line: str) -> None:
        """A line for the terminal and the log."""
        self._report_progress(line)
        self.note(line)

    def note(self, line: str) -> None:
        """A line for the log alone; what data bring along is made visible."""
        now = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S")
        self._lines += [f"{now}  {visible(part)}" for part in line.splitlines() or [""]]

    def lap(self, part: str) -> None:
        """The time since the last lap (or the start) belongs to `part`."""
        now = time.perf_counter()
        self.seconds[part] = round(now - self._last, 3)
        self.note(f"{part}：{now - self._last:.2f} 秒")
        self._last = now

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self._started

    def take(self, path: Path) -> None:
        """Take over what another process wrote to `path`, and remove that file."""
        with suppress(OSError):
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                self.note(f"内核：{line}")
            path.unlink()

    def text(self) -> str:
        """The whole log."""
        return "\n".join(self._lines) + "\n"
