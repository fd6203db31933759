"""Count the records of a period that are one row a key; what several counts need is computed once."""

from __future__ import annotations

from typing import Any

import ibis.expr.types as ir
import pandas as pd
from ibis import _

from haochaping.core.record_counts import (
    BUCKETS,
    CASE_NOT_COUNTED,
    CASES,
    COUNTED,
    EVALUATIONS,
    NO_CASE,
    NO_CASE_NO,
    NOT_NEGATIVE,
    RECTIFICATIONS,
    REPEATED,
    SERVICES,
)
from haochaping.records import counts, definitions
from haochaping.records.common_names import CommonNames
from haochaping.records.definitions import MARK, UNIT, VALID, Conventions
from haochaping.records.records import Records, fields
from haochaping.records.single_rows import SingleRows, Tables

Aggregates = dict[str, pd.DataFrame]
"""Frames by name; see :func:`haochaping.records.aggregates.aggregate`."""


class Counting:
    """Counts records that are one row a key, under some conventions; what several counts need is computed once."""

    def __init__(self, records: Records, single: SingleRows, named: CommonNames, conventions: Conventions):
        self.records, self.single, self.named, self.conventions = records, single, named, conventions
        self.key = records.key
        self.places = records.kept(
            "places", definitions.places(single.all_rows[CASES], conventions.settings), is_summary=True
        )

    def tables(self) -> Aggregates:
        """What annexes are made of, and where every row went."""
        groups = self.records.kept(
            "groups", self._groups(self.single.tables, self.conventions), is_summary=True
        )
        negative = self.records.kept("negative", self._negative(self.single.tables, self.conventions))
        self._placed, self._negatives = definitions.placed(groups, self.places), negative
        self.named.find("department", groups.mutate(records=groups.cases))
        units, rectification_rows = self._units(self._placed, negative, self.conventions)
        self._fates = self._fate_rows(rectification_rows)
        return {
            "units": units,
            "fates": self._fates,
            "unknown_areas": _run(counts.unknown_areas(self._placed)),
        }

    def views(self) -> Aggregates:
        """How counted evaluations, places, items and negative cases divide; after :meth:`tables`.

        Raises
        ------
        RuntimeError
            Evaluations joined to their cases one by one are not as many as were counted by case.
        """
        rated, units = self._rated()
        counted = self._fates.set_index(["kind", "bucket"])["rows"][EVALUATIONS, COUNTED]
        if (joined := int(rated.count().execute())) != counted:
            raise RuntimeError(f"{counted} evaluations were counted, {joined} have a counted case")
        self.named.find("item", self._placed.mutate(records=self._placed.cases))
        result = {
            "places": _run(counts.place_counts(self._placed)),
            "items": _run(counts.item_counts(self.named.apply(self._placed, "item"))),
            "loop": _run(counts.loop_days(self._negatives)),
            "evaluations": _run(counts.evaluation_counts(rated)),
            "details": _run(counts.detail_counts(rated)),
            "delays": _run(counts.delay_counts(rated)),
            "unit_channels": _run(counts.unit_channels(rated, units)),
        }
        days = sorted({pd.Timestamp(day).date() for day in result["evaluations"]["day"]})
        return result | {"signs": _run(counts.rating_signs(rated, units, days))}

    def _rated(self) -> tuple[ir.Table, ir.Table]:
        """A row a counted evaluation, with the number of its unit, what it says, and when its case ended; the units."""
        cases, evaluations = self.single.tables[CASES], self.single.tables[EVALUATIONS]
        counted = self._placed.filter(_.fate == COUNTED)
        units = definitions.numbered(counted, ("area_code", *UNIT), "unit")
        marks = definitions.numbered(definitions.valid(evaluations, self.conventions), MARK, "mark")
        units = self.records.kept("units", units, is_summary=True)
        marks = self.records.kept("marks", marks, is_summary=True)
        rated = self.records.kept(
            "rated", definitions.rated_cases(cases, evaluations, units, marks, self.key, self.conventions)
        )
        self.named.find("channel", rated.inner_join(marks, "mark").group_by("channel").agg(records=_.count()))
        with_marks = rated.inner_join(self.named.apply(marks, "channel"), "mark")
        return with_marks, self.named.apply(units, "department")

    def _groups(self, tables: Tables, conventions: Conventions) -> ir.Table:
        by_case = definitions.ratings_by_case(tables[EVALUATIONS], self.key, conventions)
        return definitions.case_groups(tables[CASES], by_case, tables[SERVICES], self.key, conventions)

    def _negative(self, tables: Tables, conventions: Conventions) -> ir.Table:
        return definitions.negative_cases(
            tables[CASES], tables[EVALUATIONS], tables[RECTIFICATIONS], self.places, self.key, conventions
        )

    def units_of(self, tables: Tables, conventions: Conventions) -> pd.DataFrame:
        """``units`` of other records, by other conventions."""
        groups = definitions.placed(self._groups(tables, conventions), self.places)
        return self._units(groups, self._negative(tables, conventions), conventions)[0]

    def _units(
        self, groups: ir.Table, negative: ir.Table, conventions: Conventions
    ) -> tuple[pd.DataFrame, int]:
        """A row an area, tier and department (a count that the export cannot give is no column); rectifications that count."""
        units = _run(counts.unit_counts(self.named.apply(groups, "department")))
        done = _run(counts.rectification_counts(self.named.apply(negative, "department"), conventions))
        rectification_rows = _whole(done.pop("rectification_rows").sum())
        merged = units.merge(done, on=list(UNIT), how="left")
        merged[done.columns] = merged[done.columns].fillna(dict.fromkeys(done.columns.drop(list(UNIT)), 0))
        return merged.drop(columns=_unknown_counts(self.records)), rectification_rows

    def _fate_rows(self, counted: int) -> pd.DataFrame:
        """A row a kind of record and bucket; the rows of a kind add up to those of its files.

        Parameters
        ----------
        counted : int
            Rectifications that count.

        Raises
        ------
        RuntimeError
            They do not: a definition loses records or counts them twice.
        """
        tables = self.single.tables
        cases = _run(counts.case_fates(self._placed)).set_index("fate")
        evaluations = _run(counts.evaluation_fates(tables[EVALUATIONS], self.conventions)).set_index("fate")[
            "rows"
        ]
        rated = cases["ratings"].fillna(0)
        by_kind: dict[str, dict[str, Any]] = {
            CASES: dict(cases["rows"]),
            EVALUATIONS: dict(evaluations.drop(VALID, errors="ignore"))
            | {
                NO_CASE: evaluations.get(VALID, 0) - rated.sum(),
                CASE_NOT_COUNTED: rated.drop(COUNTED, errors="ignore").sum(),
                COUNTED: rated.get(COUNTED, 0),
            },
        }
        if (rectifications := tables[RECTIFICATIONS]) is not None:
            rows = rectifications.count().execute()
            of_cases = rows  # most often all are counted, and then no case need be looked for
            if counted < rows:
                of_cases = counts.of_cases(rectifications, tables[CASES], self.key).execute()
            by_kind[RECTIFICATIONS] = {
                NO_CASE: rows - of_cases,
                NOT_NEGATIVE: of_cases - counted,
                COUNTED: counted,
            }
        result = []
        for kind, buckets in BUCKETS.items():
            if kind not in by_kind:
                continue
            of_kind = self.single.counts.loc[kind]
            by_kind[kind] |= {
                NO_CASE_NO: of_kind["no_case_no"],
                REPEATED: of_kind["rows"] - of_kind["no_case_no"] - of_kind["keys"],
            }
            found = {bucket: _whole(by_kind[kind].get(bucket)) for bucket in buckets}
            if sum(found.values()) != of_kind["rows"] or min(found.values()) < 0:
                raise RuntimeError(f"{kind}: {of_kind['rows']} rows in, {found} out")
            result += [{"kind": kind, "bucket": bucket, "rows": count} for bucket, count in found.items()]
        return pd.DataFrame(result)


def _run(expression: ir.Table) -> pd.DataFrame:
    """The rows of an aggregate in the order of its columns (engines give them in any), counts as whole numbers."""
    rows = expression.execute()
    for name, kind in expression.schema().items():
        if kind.is_integer():  # a sum may come as a decimal of many digits
            rows[name] = pd.to_numeric(rows[name]).astype("Int64")
    return rows.sort_values(list(rows.columns), ignore_index=True)


def _unknown_counts(records: Records) -> list[str]:
    """Counts of ``units`` that an export cannot give, because it lacks the records or the column: missing, not zero."""
    unknown = [] if fields(records, RECTIFICATIONS) else ["rectified", "due", "rectified_on_time"]
    unknown += [] if "is_satisfied" in fields(records, RECTIFICATIONS) else ["visited", "satisfied"]
    return unknown + ([] if fields(records, SERVICES) else ["served"])


def _whole(value: Any) -> int:
    return 0 if value is None or pd.isna(value) else int(value)
