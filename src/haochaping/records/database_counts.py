"""What the records of a period in a database came to when they were read: kept beside the period's sources, and used until read again.

A database goes on, and a briefing must be made again from what it was made from: so a run reads the counts, not the
database, and the page says when they were read.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from haochaping.core.errors import refuse
from haochaping.core.paths import RECORDS
from haochaping.core.period import Period
from haochaping.records.aggregate_cache import as_text, from_text, read_checked, write_checked
from haochaping.records.aggregates import Aggregates, aggregate
from haochaping.records.databases.database import Database
from haochaping.records.definitions import Conventions
from haochaping.records.records import ReportProgress

_VERSION = 1
"""Of what is counted: raised whenever older counts can no longer be used, so that databases are read again."""
COUNTS = "database.json"
"""Name of the file in ``records/``."""


def counts_file(raw: Path) -> Path:
    """Where the counts of a period's database are kept."""
    return raw / RECORDS / COUNTS


def read_database(
    raw: Path,
    database: Database,
    conventions: Conventions,
    options: dict[str, Any],
    report_progress: ReportProgress,
    again: bool = False,
) -> bool:
    """Count the records of a period in its database, unless what was counted is there; whether they were.

    Parameters
    ----------
    options : dict
        Of :func:`aggregates.aggregate`.
    again : bool
        Whether to read them though nothing was changed in the settings.

    Raises
    ------
    InputRefused
        The database cannot be used; what was kept before stays.
    """
    path, key = counts_file(raw), _key(database, conventions, options)
    kept = _kept(path)
    if kept and kept["key"] == key and not again:
        report_progress(
            f"沿用 {kept['read_at']} 从数据库读取的汇总；要重新读取，请运行 make tidy Q={conventions.period}"
        )
        return False
    if kept is None and path.is_file():
        report_progress(f"{path} 已损坏或改动过，重新读取")
    aggregates = aggregate(database, conventions, **options, report_progress=report_progress)
    read_at = datetime.now().isoformat(sep=" ", timespec="minutes")
    body = {"key": key, "read_at": read_at, "aggregates": json.loads(as_text(aggregates))}
    write_checked(path, json.dumps(body, ensure_ascii=False))
    report_progress(f"已从数据库读取，汇总存于 {path}")
    return True


def kept_counts(
    raw: Path, database: Database, conventions: Conventions, options: dict[str, Any], period: Period
) -> tuple[Aggregates, str]:
    """What was counted, and when it was read.

    Raises
    ------
    InputRefused
        Nothing was read yet, the file was changed, or the settings were since.
    """
    path = counts_file(raw)
    expected = f"请运行 make tidy Q={period}，从数据库读取"
    if not path.is_file():
        raise refuse(str(path), "还没有从数据库读取", expected)
    kept = _kept(path)
    if kept is None:
        raise refuse(str(path), "文件已损坏或改动过", expected)
    if kept["key"] != _key(database, conventions, options):
        raise refuse(str(path), "读取以后约定或通报的提取日改动过", f"{expected}一遍")
    return from_text(json.dumps(kept["aggregates"])), kept["read_at"]


def _kept(path: Path) -> dict[str, Any] | None:
    body = read_checked(path)
    return json.loads(body) if body is not None else None


def _key(database: Database, conventions: Conventions, options: dict[str, Any]) -> str:
    """One SHA-256 over address, tables, conventions and options; what stands in the database is not known here."""
    content = [
        database.url,
        sorted(database.tables.items()),
        repr(conventions),
        repr(sorted(options.items())),
        _VERSION,
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
