"""Faults of real exports, planted into simulated records: each so often, and where its rows must end up.

None changes what the records come to: every planted row belongs into a bucket, or is another row of a record that counts.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa

from haochaping.core.record_counts import (
    CASE_NOT_COUNTED,
    CASES,
    EVALUATIONS,
    LATE,
    NO_CASE,
    NO_CASE_NO,
    NO_TIME,
    NOT_NEGATIVE,
    OTHER_PERIOD,
    RECTIFICATIONS,
    REPEATED,
    UNKNOWN_AREA,
    UNKNOWN_LEVEL,
    VOIDED,
)
from haochaping.simulate.record_plan import CITY_AREA
from haochaping.simulate.simulated_records import SimulatedRecords, extraction_day, replaced

UNKNOWN_CODE = f"{CITY_AREA[:4]}99"
"""An area code that no list has."""
_LEAST, _ONE_IN = 3, 500

Flow = Counter[tuple[str, str]]
"""Rows by kind of record and bucket."""


class PlantedFaults:
    """The rows that are planted beside the records, and where they must end up.

    Attributes
    ----------
    each : int
        How many rows of each fault.
    tables : dict of str to list of Table
        Rows of each kind, each fault a table with the columns of the records.
    flow : Counter
        How many rows of a kind go to each bucket.
    """

    def __init__(self, records: SimulatedRecords):
        self.each = min(max(_LEAST, records.count // _ONE_IN), 10_000)
        self._records = records
        self.tables: dict[str, list[pa.Table]] = {CASES: [], EVALUATIONS: [], RECTIFICATIONS: []}
        self.flow: Flow = Counter()
        self._plant_cases()
        self._plant_evaluations()
        self._plant_rectifications()

    def _add(self, kind: str, bucket: str, rows: pa.Table) -> None:
        self.tables[kind].append(rows)
        self.flow[kind, bucket] += len(rows)

    def _plant_cases(self) -> None:
        records, end = self._records, self._records.period.end
        first = np.arange(min(self.each, records.count))
        rows = records.case_rows(first)
        after = datetime(end.year, end.month, end.day) + timedelta(days=1, hours=9)
        self._add(CASES, REPEATED, rows)
        self._add(CASES, REPEATED, _older(rows, "resultDate"))
        self._add(CASES, NO_CASE_NO, replaced(rows, projectNo=""))
        self._add(CASES, OTHER_PERIOD, self._renumbered(rows, "B", resultDate=after))
        self._add(CASES, NO_TIME, self._renumbered(rows, "C", resultDate=None))
        self._add(CASES, UNKNOWN_AREA, self._renumbered(rows, "D", areaCode=UNKNOWN_CODE))

    def _plant_evaluations(self) -> None:
        records = self._records
        rows = records.evaluation_rows(records.evaluated(self.each))
        of_first = records.evaluation_rows(np.arange(min(self.each, records.count)))
        last = extraction_day(records.period)
        late = datetime(last.year, last.month, last.day) + timedelta(days=1, seconds=1)
        self._add(EVALUATIONS, REPEATED, rows)
        self._add(EVALUATIONS, REPEATED, replaced(_older(rows, "assessTime"), satisfaction="1"))
        self._add(EVALUATIONS, NO_CASE_NO, replaced(rows, projectNo=None))
        bad = replaced(rows, satisfaction="1", evalDetail="115", isdefault="0")
        self._add(EVALUATIONS, VOIDED, replaced(bad, assessNumber="3", effectivEvalua="0"))
        self._add(EVALUATIONS, LATE, replaced(bad, assessNumber="4", assessTime=late))
        self._add(EVALUATIONS, NO_TIME, replaced(bad, assessNumber="5", assessTime=None))
        self._add(EVALUATIONS, UNKNOWN_LEVEL, replaced(bad, assessNumber="6", satisfaction="9"))
        self._add(EVALUATIONS, NO_CASE, self._renumbered(rows, "A"))
        self._add(EVALUATIONS, CASE_NOT_COUNTED, self._renumbered(of_first, "B"))
        self._add(EVALUATIONS, CASE_NOT_COUNTED, self._renumbered(of_first, "D"))

    def _plant_rectifications(self) -> None:
        records = self._records
        rows = records.rectification_rows(records.unnegative(self.each))
        self._add(RECTIFICATIONS, NOT_NEGATIVE, rows)
        self._add(RECTIFICATIONS, REPEATED, _older(rows, "reformTime"))
        self._add(RECTIFICATIONS, NO_CASE, self._renumbered(rows, "A"))
        self._add(RECTIFICATIONS, NO_CASE_NO, replaced(rows, projectNo=""))

    @staticmethod
    def _renumbered(rows: pa.Table, letter: str, **columns: object) -> pa.Table:
        """Rows of cases that the records do not have."""
        numbers = np.array([f"{letter}{number}" for number in rows["projectNo"].to_pylist()], dtype=object)
        return replaced(rows, projectNo=numbers, **columns)


def _older(rows: pa.Table, time: str) -> pa.Table:
    """Earlier versions of rows: written an hour before."""
    return replaced(rows, **{time: [at - timedelta(hours=1) for at in rows[time].to_pylist()]})
