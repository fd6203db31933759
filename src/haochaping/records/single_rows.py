"""Records with one row a key: copies and earlier versions of a record are left out and counted."""

from __future__ import annotations

import ibis.expr.types as ir
import pandas as pd
from ibis import _

from haochaping.core.record_counts import CASES, EVALUATIONS, RECTIFICATIONS, SERVICES
from haochaping.records import row_keys
from haochaping.records.records import Records, fields
from haochaping.records.row_keys import PART

Tables = dict[str, ir.Table]
"""Tables by kind of record; None for a kind that is not there."""
_KEYS = {
    CASES: (("case_no",), "finished"),
    EVALUATIONS: (("case_no", "number"), "given"),
    RECTIFICATIONS: (("case_no", "number"), "rectified"),
    SERVICES: (("case_no", "number"), "given"),
}
"""Key of each kind of record, and the time by which the latest of several rows counts."""
_WITHOUT_NUMBER = {EVALUATIONS: ("case_no", "given"), RECTIFICATIONS: ("case_no", "rectified")}
"""Key where an export does not number the evaluations of a case."""


class SingleRows:
    """The tables of an export with one row a key.

    Most exports have few repeated rows or none. So values that are shorter than keys find the rows that may be repeated
    (:meth:`Records.row_key`); only among these is the whole key compared. Two keys with one value cost time, nothing else.

    Attributes
    ----------
    tables, all_rows : dict of str to Table
        The rows with a case number: one a key, and all.
    suspect_rows : dict of str to Table
        The rows that may be repeated, by the kinds that have any.
    counts : DataFrame
        A row a kind: ``rows``, ``no_case_no`` (rows without case number), ``keys``, ``contradicting`` (keys of rows with
        different contents), ``overlaps`` (keys that stand in several parts).
    """

    def __init__(self, records: Records):
        self._records = records
        self.tables: Tables = {}
        self.all_rows: Tables = {}
        self.suspect_rows: dict[str, ir.Table] = {}
        counts = {}
        for kind in _KEYS:
            table = records.table(kind)
            self.tables[kind] = self.all_rows[kind] = None
            if table is not None:
                keyed = table.filter(_.case_no.notnull())
                self.all_rows[kind] = keyed.drop(PART)
                counts[kind] = self._single(kind, table, keyed)
        self.counts = pd.DataFrame.from_dict(counts, orient="index").astype("int64").rename_axis("kind")

    def _single(self, kind: str, table: ir.Table, keyed: ir.Table) -> dict[str, int]:
        """Find the table of a kind with one row a key; what was found on the way."""
        key, latest_by = _KEYS[kind]
        if "number" not in fields(self._records, kind):
            key = _WITHOUT_NUMBER.get(kind, key)
        found = table.agg(rows=_.count(), with_keys=_.case_no.count()).execute().iloc[0]
        rows, with_keys = int(found["rows"]), int(found["with_keys"])
        counts = {"rows": rows, "no_case_no": rows - with_keys}
        row_key = dict(self._records.row_key(keyed, key))
        suspects = row_keys.suspects(keyed, row_key)
        suspects = self._records.kept(f"suspects_{kind}", suspects, is_summary=True)
        if not suspects.count().execute():
            self.tables[kind] = self.all_rows[kind]
            return counts | {"keys": with_keys, "contradicting": 0, "overlaps": 0}
        marked, marks = keyed.mutate(**row_key), list(row_key)
        rows = self._records.kept(f"suspect_rows_{kind}", marked.semi_join(suspects, marks).drop(marks))
        self.suspect_rows[kind] = rows
        repeated = row_keys.repeated_keys(rows, key).execute().iloc[0]
        latest = row_keys.latest_rows(rows.drop(PART).distinct(), key, latest_by)
        latest = self._records.kept(f"latest_{kind}", latest.select(*self.all_rows[kind].columns))
        others = marked.anti_join(suspects, marks).drop(*marks, PART)
        self.tables[kind] = others.union(latest.cast(others.schema()))
        keys = with_keys - int(repeated["rows"]) + int(repeated["keys"])
        names = ("contradicting", "overlaps")
        return counts | {"keys": keys, **{name: int(repeated[name] or 0) for name in names}}
