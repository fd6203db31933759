"""The kit, on files or on the engine whose address is in ``ENGINE_URL`` (tables in ``ENGINE_TABLES``, as JSON)."""

from __future__ import annotations

import json
import os
from pathlib import Path

from haochaping.core.paths import record_files
from haochaping.core.period import Period
from haochaping.records.aggregates import aggregate
from haochaping.records.databases.database import Database
from haochaping.records.definitions import Conventions
from haochaping.records.open_records import Source
from haochaping.records.record_files import recognise
from haochaping.reference.record_settings import load_record_settings, record_kinds
from haochaping.reference.reference import load_reference
from haochaping_dev.bench.records.work import Counted, run

PERIOD = Period(2023, 1)


def count(folder: Path, _form: str) -> Counted:
    """Count what annexes are made of; ``WITH_VIEWS``: all that a page shows; ``WITH_VARIATIONS``: what it tries too."""
    reference = load_reference(folder / "reference")
    raw = folder / "raw" / str(PERIOD)
    settings = load_record_settings(folder / "reference", raw, reference.declaration)
    assert settings.extraction_date is not None
    source: Source = recognise(record_files(raw), record_kinds(settings))
    if url := os.environ.get("ENGINE_URL"):
        source = Database(url, json.loads(os.environ["ENGINE_TABLES"]))
    found = aggregate(
        source,
        Conventions(settings, PERIOD, settings.extraction_date),
        departments=sorted(unit.canonical for unit in reference.units),
        least=5,
        with_views="WITH_VIEWS" in os.environ,
        with_variations="WITH_VARIATIONS" in os.environ,
    )
    fates = found["fates"].set_index(["kind", "bucket"])["rows"].to_dict()
    return Counted(found["units"], fates)


if __name__ == "__main__":
    run(count)
