"""Records wherever they are: files of an export, or tables of a database."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

from haochaping.records.file_records import file_records
from haochaping.records.record_files import RecordFile
from haochaping.records.records import Records, ReportProgress

Source = Sequence[RecordFile]


def opened(source: Source, report_progress: ReportProgress | None = None) -> AbstractContextManager[Records]:
    """The records of a source for the length of a block."""
    return file_records(source, report_progress)
