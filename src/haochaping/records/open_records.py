"""Records wherever they are: files of an export, or tables of a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager

from haochaping.records.databases.database import Database
from haochaping.records.databases.open_database import database_records
from haochaping.records.file_records import file_records
from haochaping.records.record_files import RecordFile
from haochaping.records.records import Records, ReportProgress
from haochaping.reference.record_settings import RecordKind

Source = Sequence[RecordFile] | Database


def opened(
    source: Source, kinds: Mapping[str, RecordKind], report_progress: ReportProgress | None = None
) -> AbstractContextManager[Records]:
    """The records of a source for the length of a block."""
    if isinstance(source, Database):
        return database_records(source, kinds, report_progress)
    return file_records(source, report_progress)
