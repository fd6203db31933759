"""Aggregates of an export kept under the content of what they were made from, so that only new records are read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from haochaping.files.atomic_write import atomic_write
from haochaping.files.file_hash import file_sha256
from haochaping.records.aggregates import Aggregates
from haochaping.records.definitions import Conventions
from haochaping.records.record_files import RecordFile

_KEPT = 4
"""Most aggregates that are kept of one period."""


def cache_key(files: Sequence[RecordFile], conventions: Conventions, **options: object) -> str:
    """One SHA-256 over files, conventions, options of the count and the programs that count: equal keys mean equal aggregates."""
    own = Path(__file__).parent
    programs = [path.read_bytes() for path in sorted(own.rglob("*.py"))]
    engines = [f"{name} {version(name)}" for name in ("duckdb", "ibis-framework")]
    content = [
        *((file.path.name, file_sha256(file.path), sorted(file.columns.items())) for file in files),
        *(hashlib.sha256(program).hexdigest() for program in programs),
        *(repr(conventions), repr(sorted(options.items())), *engines),
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def cached(folder: Path, key: str, compute: Callable[[], Aggregates]) -> Aggregates:
    """What is kept under a key, or what `compute` gives, which is then kept; the same frames either way.

    Times are texts in ISO format. Where the folder cannot be written, nothing is kept.
    """
    path = folder / f"{key}.json"
    kept = read_checked(path)
    if kept is not None:
        return from_text(kept)
    body = as_text(compute())
    _keep(path, body)
    return from_text(body)


def as_text(aggregates: Aggregates) -> str:
    """Aggregates as JSON; times are texts in ISO format."""
    frames = {
        name: {
            "columns": list(frame.columns),
            "data": json.loads(frame.to_json(orient="values", date_format="iso")),
        }
        for name, frame in aggregates.items()
    }
    return json.dumps(frames, ensure_ascii=False)


def from_text(body: str) -> Aggregates:
    """The aggregates of :func:`as_text`."""
    return {
        name: pd.DataFrame(frame["data"], columns=frame["columns"])
        for name, frame in json.loads(body).items()
    }


def read_checked(path: Path) -> str | None:
    """The content of a kept file; None where there is none, or it is not as it was written."""
    try:
        checksum, _, body = path.read_text("utf-8").partition("\n")
    except (OSError, ValueError):
        return None
    return body if checksum == hashlib.sha256(body.encode()).hexdigest() else None


def write_checked(path: Path, body: str) -> None:
    """Write a text below its checksum, as :func:`read_checked` reads it; the folder is made as needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(path, f"{hashlib.sha256(body.encode()).hexdigest()}\n{body}".encode())


def _keep(path: Path, body: str) -> None:
    try:
        write_checked(path, body)
        by_age = sorted(path.parent.glob("*.json"), key=lambda kept: kept.stat().st_mtime_ns)
        for old in by_age[:-_KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        return  # computed again next time
