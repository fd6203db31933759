"""Where the records of a period are, if not in files: the address and the table of each kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from haochaping.core.record_counts import KIND_WORDS
from haochaping.reference.record_settings import RecordSettings

DUCKDB, POSTGRES, SPARK = "duckdb", "postgres", "sc"


@dataclass(frozen=True)
class Database:
    """A database and its tables.

    Attributes
    ----------
    url : str
        ``duckdb:///folder/file.duckdb``, ``postgres://host:port/database`` or ``sc://host:port``; never a password.
    tables : mapping
        Kind of record to table (``schema.table``), or to files that the engine reads (``/folder/*.parquet``).
    """

    url: str
    tables: Mapping[str, str]

    @property
    def engine(self) -> str:
        """One of ``DUCKDB``, ``POSTGRES``, ``SPARK``."""
        return self.parts.scheme

    @property
    def parts(self) -> SplitResult:
        """The address in its parts."""
        return urlsplit(self.url)


def database_of(settings: RecordSettings) -> Database | None:
    """The database that the settings name; None where records are files."""
    if not settings.source:
        return None
    usual = {kind: kind for kind in KIND_WORDS}
    return Database(settings.source, usual | dict(settings.database_tables))


def is_path(table: str) -> bool:
    """Whether a table is files of an engine's storage."""
    return bool(re.search(r"[/\\]|\.parquet$", table))
