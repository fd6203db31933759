"""How far the reading of long exports is."""

from __future__ import annotations

import time
from collections.abc import Sequence

from haochaping.records.record_files import RecordFile
from haochaping.records.records import ReportProgress

_SECONDS_BETWEEN_REPORTS = 2.0


class LoadProgress:
    """Tells how far the reading of a long export is: rows, share of all bytes, time left."""

    def __init__(self, files: Sequence[RecordFile], report: ReportProgress | None):
        self._total = max(sum(file.path.stat().st_size for file in files), 1)
        self._report, self._start, self._last = report, time.monotonic(), time.monotonic()
        self._place, self._size, self._before, self._rows = "", 0, 0, 0

    def begin(self, file: RecordFile) -> None:
        """A file is read from here on."""
        self._place, self._size = file.place, file.path.stat().st_size

    def skip(self, file: RecordFile) -> None:
        """The file need not be read into the engine; its bytes are no part of what is left."""
        self._total = max(self._total - file.path.stat().st_size, 1)

    def within(self, rows: int, at: int) -> None:
        """So many more rows of the file were read, and so many of its bytes altogether."""
        self._rows += rows
        self._tell(self._before + min(at, self._size))

    def end(self, rows: int) -> None:
        """The file is read; so many rows of all files are."""
        self._before += self._size
        self._rows = rows
        self._tell(self._before)

    def _tell(self, read: int) -> None:
        """Tell it, unless something was told a moment ago."""
        now = time.monotonic()
        if self._report is None or now - self._last < _SECONDS_BETWEEN_REPORTS or not read:
            return
        self._last = now
        share = read / self._total
        left = (now - self._start) * (1 - share) / share
        self._report(f"读取记录 {self._place}：已读 {self._rows:,} 条（{share:.0%}），约剩 {left:.0f} 秒")
