"""The log of one run: lines shown at the terminal, seconds each part took, output of the kernel process."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from haochaping.core.text import visible


class RunLog:
    """Collects the lines of one run, shows those meant for the terminal, and times the parts of the run.

    Parameters
    ----------
    report_progress : callable
        Receives each line meant for the person at the terminal.
    """

    def __init__(self, report_progress: Callable[[str], None]):
        self._report_progress = report_progress
        self._lines: list[str] = []
        self._started = self._last_lap = time.perf_counter()
        self.seconds: dict[str, float] = {}

    def report_progress(self, line: str) -> None:
        """Show a line at the terminal and add it to the log."""
        self._report_progress(line)
        self.note(line)

    def note(self, line: str) -> None:
        """Add a line to the log only; control and invisible characters, which data may contain, are made visible."""
        now = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S")
        self._lines += [f"{now}  {visible(part)}" for part in line.splitlines() or [""]]

    def lap(self, part: str) -> None:
        """Record the seconds since the last lap (or the start) as the duration of `part`."""
        now = time.perf_counter()
        self.seconds[part] = round(now - self._last_lap, 3)
        self.note(f"{part}：{now - self._last_lap:.2f} 秒")
        self._last_lap = now

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self._started

    def append_kernel_log(self, path: Path) -> None:
        """Add what the kernel process wrote to `path`, and delete that file; without the file nothing happens."""
        with suppress(OSError):
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                self.note(f"内核：{line}")
            path.unlink()

    def text(self) -> str:
        """Return the whole log, one line each, with local times."""
        return "\n".join(self._lines) + "\n"
