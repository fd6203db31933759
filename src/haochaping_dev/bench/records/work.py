"""The work that is measured, and what every way of doing it hands back.

The records of a simulated period (``simulate --cases … --faults``) become the counts of every unit and of every bucket. A way of
doing it is a module with ``count(folder, form)``; run as ``python -m haochaping_dev.bench.records.<way> FOLDER FORM OUT``.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd

from haochaping.core.working_days import is_working_day

START, END = datetime(2023, 1, 1), datetime(2023, 4, 1)
"""Of the period; the end does not belong to it."""
EXTRACTED = datetime(2023, 4, 25)
"""Evaluations from here on are late."""
CITY = "990100"
AREAS = [CITY, *(f"9901{number:02d}" for number in range(1, 12))]
LEVELS, NEGATIVE = ("1", "2", "3", "4", "5"), ("1", "2")
UNIT = ["area", "tier", "department"]
COUNTS = ["cases", "evaluations", "active", "negative", "rectified_on_time"]


@dataclass
class Counted:
    """What a way hands back.

    Attributes
    ----------
    units : DataFrame
        A row an area, tier and department: ``COUNTS``.
    fates : dict
        Kind of record and bucket to number of rows.
    """

    units: pd.DataFrame
    fates: dict[tuple[str, str], int]


def due_days() -> dict[date, date]:
    """The last day for rectification by the day of the first negative rating."""
    first = START.date() - timedelta(days=30)
    result = {}
    for day in (first + timedelta(days=i) for i in range(160)):
        due, left = day, 5
        while left:
            due += timedelta(days=1)
            left -= is_working_day(due)
        result[day] = due
    return result


def run(count: Callable[[Path, str], Counted]) -> None:
    """Count, and write what came of it and how long it took, imports left out."""
    folder, form, out = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    begin = time.perf_counter()
    counted = count(folder, form)
    seconds = time.perf_counter() - begin
    units = counted.units[[*UNIT, *COUNTS]].astype(dict.fromkeys(COUNTS, "int64")).sort_values(UNIT)
    fates = {f"{kind}/{bucket}": int(rows) for (kind, bucket), rows in sorted(counted.fates.items()) if rows}
    result = {"seconds": seconds, "units": units.to_numpy().tolist(), "fates": fates}
    out.write_text(json.dumps(result, ensure_ascii=False), "utf-8")
