"""What an export comes to: every aggregate that papers need, computed once from the files and held against their rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import ibis.expr.types as ir
import pandas as pd
from ibis import _

from haochaping.core.record_counts import (
    BUCKETS,
    CASES,
    EVALUATIONS,
    NO_CASE_NO,
    RECTIFICATIONS,
    REPEATED,
    SERVICES,
)
from haochaping.records import counts, definitions
from haochaping.records.common_names import CommonNames
from haochaping.records.definitions import PART, Conventions, RecordExpressions
from haochaping.records.load_records import LoadedRecords, ReportProgress, loaded_records
from haochaping.records.record_files import RecordFile
from haochaping.records.refuse_exports import (
    refuse_direction,
    refuse_missing,
    refuse_other_period,
    refuse_other_prefecture,
)

Aggregates = dict[str, pd.DataFrame]
"""Frames by name; see :func:`aggregate`."""
_KEYS = {
    CASES: (("case_no",), "finished"),
    EVALUATIONS: (("case_no", "number"), "given"),
    RECTIFICATIONS: (("case_no", "number"), "rectified"),
    SERVICES: (("case_no", "number"), "given"),
}
"""Key of each kind of record, and the time by which the latest of several rows counts."""
_WITHOUT_NUMBER = {EVALUATIONS: ("case_no", "given"), RECTIFICATIONS: ("case_no", "rectified")}
"""Key where an export does not number the evaluations of a case."""
VARIATIONS: Mapping[str, Mapping[str, object]] = {
    "voided": {"counts_voided": True},
    "late": {"counts_late": True},
    "repeated": {"counts_repeated": True},
    "unknown_levels": {"counts_unknown_levels": True},
    "other_time": {},
}
"""Other conventions that are tried where a bulletin prints other figures; ``other_time`` takes acceptance for the end."""


def aggregate(
    files: Sequence[RecordFile],
    conventions: Conventions,
    *,
    departments: Sequence[str] = (),
    least: int = 1,
    with_variations: bool = False,
    report_progress: ReportProgress | None = None,
) -> Aggregates:
    """Read an export and count it.

    Parameters
    ----------
    files : sequence of RecordFile
        The export.
    conventions : Conventions
        What counts.
    departments : sequence of str
        Registered names, which are kept however few cases they have.
    least : int
        Any other name of a department, item or channel is kept only where so many records have it.
    with_variations : bool
        Whether ``units`` is also computed under each of ``VARIATIONS``.

    Returns
    -------
    dict of DataFrame
        ``units``, ``units@…``, ``unknown_areas``, ``places``, ``evaluations``, ``details``, ``delays``, ``items``, ``loop``,
        ``signs``, ``unit_channels``: rows as of the functions of :mod:`haochaping.records.definitions`. ``fates``: a row a kind
        of record and bucket, ``rows``. ``keys``: a row a kind, ``contradicting`` keys and keys that stand in several
        ``overlaps``.

    Raises
    ------
    InputRefused
        A file cannot be used, most of one is another prefecture's, none is of the period, the levels run against their
        detail codes, or a kind of record is missing.
    """
    refuse_missing(files, conventions.settings)
    with loaded_records(files, report_progress) as loaded:
        refuse_other_prefecture(loaded, conventions.settings)
        if report_progress and sum(file.path.stat().st_size for file in files) > 1 << 28:
            report_progress("汇总记录")
        keys, key_counts = _key_counts(loaded)
        distinct = _distinct(loaded, keys, key_counts)
        refuse_direction(distinct[EVALUATIONS], conventions.settings)
        named = CommonNames(distinct, conventions.settings, departments, least)
        distinct = named.apply(distinct)
        tables = _expressed(loaded, distinct, conventions)
        result = _aggregates(loaded, tables, conventions)
        result["units"] = result["units"].drop(columns=_unknown_counts(files))
        result["fates"] = _fates(tables, key_counts)
        result["keys"] = key_counts[["contradicting", "overlaps"]].reset_index()
        refuse_other_period(result["fates"], conventions)
        if with_variations:
            result |= _variations(loaded, distinct, named, conventions)
    return result


def _expressed(
    loaded: LoadedRecords, tables: Mapping[str, Any], conventions: Conventions
) -> RecordExpressions:
    """The expressions of an export, joined once for everything that is counted."""
    expressions = definitions.express(**tables, conventions=conventions)
    return replace(expressions, by_case=loaded.kept("by_case", expressions.by_case))


def _aggregates(loaded: LoadedRecords, tables: RecordExpressions, conventions: Conventions) -> Aggregates:
    rated = loaded.kept("rated", counts.counted_evaluations(tables))
    result = {
        "units": _run(counts.unit_counts(tables, conventions)),
        "unknown_areas": _run(counts.unknown_areas(tables)),
        "places": _run(counts.place_counts(tables)),
        "evaluations": _run(counts.evaluation_counts(rated)),
        "details": _run(counts.detail_counts(rated)),
        "delays": _run(counts.delay_counts(rated)),
        "items": _run(counts.item_counts(tables)),
        "loop": _run(counts.loop_days(tables)),
        "unit_channels": _run(counts.unit_channels(rated)),
    }
    days = sorted({pd.Timestamp(day).date() for day in result["evaluations"]["day"]})
    return result | {"signs": _run(counts.rating_signs(rated, days))}


def _run(expression: ir.Table) -> pd.DataFrame:
    """The rows of an aggregate in the order of its columns (engines give them in any), counts as whole numbers."""
    rows = expression.execute()
    for name, kind in expression.schema().items():
        if kind.is_integer():  # a sum may come as a decimal of many digits
            rows[name] = pd.to_numeric(rows[name]).astype("Int64")
    return rows.sort_values(list(rows.columns), ignore_index=True)


def _variations(
    loaded: LoadedRecords,
    distinct: Mapping[str, ir.Table | None],
    named: CommonNames,
    conventions: Conventions,
) -> Aggregates:
    other_time = "accepted" if conventions.settings.period_by == "finished" else "finished"
    result = {}
    for name, changes in VARIATIONS.items():
        varied = conventions.varied(**changes) if changes else conventions.varied(period_by=other_time)
        tables = named.apply(_all_rows(loaded, distinct)) if varied.counts_repeated else distinct
        expressions = definitions.express(**tables, conventions=varied)
        result[f"units@{name}"] = _run(counts.unit_counts(expressions, varied))
    return result


def _all_rows(loaded: LoadedRecords, kinds: Iterable[str]) -> dict[str, ir.Table | None]:
    """Every row with a case number, repeated ones too."""
    tables = {kind: loaded.table(kind) for kind in kinds}
    return {kind: None if table is None else _keyed(table) for kind, table in tables.items()}


def _keyed(table: ir.Table) -> ir.Table:
    return table.filter(_.case_no.notnull())


def _key_counts(loaded: LoadedRecords) -> tuple[dict[str, tuple[str, ...]], pd.DataFrame]:
    """The key of each kind, and a row a kind: rows, rows without case number, keys, contradicting and overlapping keys."""
    keys: dict[str, tuple[str, ...]] = {}
    rows: dict[str, dict[str, int]] = {}
    for kind, (key, _time) in _KEYS.items():
        table = loaded.table(kind)
        if table is None:
            continue
        is_numbered = any("number" in file.columns for file in loaded.files if file.kind.name == kind)
        keys[kind] = key if is_numbered or kind == CASES else _WITHOUT_NUMBER[kind]
        found = definitions.repeated_keys(table, keys[kind]).execute().iloc[0]
        rows[kind] = {name: int(found[name]) if pd.notna(found[name]) else 0 for name in found.index}
        is_repeated = rows[kind]["rows"] - rows[kind]["no_case_no"] > rows[kind]["keys"]
        rows[kind]["contradicting"] = (
            int(definitions.contradicting_keys(table, keys[kind]).execute()) if is_repeated else 0
        )
    return keys, pd.DataFrame.from_dict(rows, orient="index").rename_axis("kind")


def _distinct(
    loaded: LoadedRecords, keys: Mapping[str, Sequence[str]], key_counts: pd.DataFrame
) -> dict[str, Any]:
    """The tables with one row a key, as :func:`definitions.express` takes them; None for a kind that is not there."""
    result: dict[str, ir.Table | None] = {}
    for kind, (_key, latest_by) in _KEYS.items():
        table = loaded.table(kind)
        if table is not None:
            table = _keyed(table)
            of_kind = key_counts.loc[kind]
            if of_kind["rows"] - of_kind["no_case_no"] > of_kind["keys"]:
                latest = definitions.latest_rows(table.drop(PART).distinct(), keys[kind], latest_by)
                table = loaded.kept(f"latest_{kind}", latest)
        result[kind] = table
    return result


def _fates(tables: RecordExpressions, key_counts: pd.DataFrame) -> pd.DataFrame:
    """A row a kind of record and bucket; the rows of a kind add up to those of its files.

    Raises
    ------
    RuntimeError
        They do not: a definition loses records or counts them twice.
    """
    by_kind: dict[str, dict[str, Any]] = {
        CASES: dict(counts.case_fates(tables).execute().set_index("fate")["rows"]),
        EVALUATIONS: dict(counts.evaluation_fates(tables).execute().iloc[0]),
        RECTIFICATIONS: dict(counts.rectification_fates(tables).execute().iloc[0]),
    }
    rows = []
    for kind, buckets in BUCKETS.items():
        if kind not in key_counts.index:
            continue
        of_kind = key_counts.loc[kind]
        by_kind[kind] |= {
            NO_CASE_NO: of_kind["no_case_no"],
            REPEATED: of_kind["rows"] - of_kind["no_case_no"] - of_kind["keys"],
        }
        found = {bucket: _whole(by_kind[kind].get(bucket)) for bucket in buckets}
        if sum(found.values()) != of_kind["rows"]:
            raise RuntimeError(f"{kind}: {of_kind['rows']} rows in, {found} out")
        rows += [{"kind": kind, "bucket": bucket, "rows": count} for bucket, count in found.items()]
    return pd.DataFrame(rows)


def _unknown_counts(files: Sequence[RecordFile]) -> list[str]:
    """Counts of ``units`` that an export cannot give, because it lacks the records or the column: missing, not zero."""
    fields = {name for file in files if file.kind.name == RECTIFICATIONS for name in file.columns}
    kinds = {file.kind.name for file in files}
    unknown = [] if RECTIFICATIONS in kinds else ["rectified", "due", "rectified_on_time"]
    unknown += [] if "is_satisfied" in fields else ["visited", "satisfied"]
    return unknown + ([] if SERVICES in kinds else ["served"])


def _whole(value: Any) -> int:
    return 0 if value is None or pd.isna(value) else int(value)
