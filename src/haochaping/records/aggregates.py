"""What an export comes to: every aggregate that papers need, computed once from the files and held against their rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import ibis.expr.types as ir
import pandas as pd
from ibis import _

from haochaping.core.errors import InputRefused, Problem, refuse
from haochaping.core.record_counts import (
    BUCKETS,
    CASES,
    COUNTED,
    EVALUATIONS,
    NO_CASE_NO,
    OTHER_PERIOD,
    RECTIFICATIONS,
    REPEATED,
    SERVICES,
    UNKNOWN_AREA,
)
from haochaping.records import definitions
from haochaping.records.definitions import PART, Conventions, RecordExpressions
from haochaping.records.load_records import LoadedRecords, ReportProgress, loaded_records
from haochaping.records.record_files import RecordFile
from haochaping.reference.record_settings import RecordSettings

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
_CODE = re.compile(r"(?<!\d)([1-5])\d{2}(?!\d)")
"""A detail code of the list of 2020; its first digit is the level, 5 the best."""
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
    _refuse_missing(files, conventions.settings)
    with loaded_records(files, report_progress) as loaded:
        _refuse_other_prefecture(loaded, conventions.settings)
        if report_progress and sum(file.path.stat().st_size for file in files) > 1 << 28:
            report_progress("汇总记录")
        keys, key_counts = _key_counts(loaded)
        distinct = _distinct(loaded, keys, key_counts)
        _refuse_direction(distinct[EVALUATIONS], conventions.settings)
        named = _Names(distinct, conventions.settings, departments, least)
        distinct = named.apply(distinct)
        tables = _expressed(loaded, distinct, conventions)
        result = _aggregates(loaded, tables, conventions)
        result["units"] = result["units"].drop(columns=_unknown_counts(files))
        result["fates"] = _fates(tables, key_counts)
        result["keys"] = key_counts[["contradicting", "overlaps"]].reset_index()
        _refuse_other_period(result["fates"], conventions)
        if with_variations:
            result |= _variations(loaded, distinct, named, conventions)
    return result


class _Names:
    """The names of departments, items and channels that leave the engine: known ones, and those of many records.

    A row that is out of place may have a person's name or number where a name should be: it becomes ``OTHER``.
    """

    def __init__(
        self,
        tables: Mapping[str, ir.Table | None],
        settings: RecordSettings,
        departments: Sequence[str],
        least: int,
    ):
        known = {
            (CASES, "department"): [*departments, *settings.public_service_departments],
            (CASES, "item"): [],
            (EVALUATIONS, "channel"): [*settings.channels, *settings.default_channels],
        }
        self._names = {
            (kind, column): list(
                definitions.common_names(table, column, names, least).execute()["name"].sort_values()
            )
            for (kind, column), names in known.items()
            if (table := tables[kind]) is not None
        }

    def apply(self, tables: Mapping[str, ir.Table | None]) -> dict[str, Any]:
        """The tables with no other name in them."""
        result = dict(tables)
        for (kind, column), names in self._names.items():
            if (table := result[kind]) is not None:
                result[kind] = definitions.with_names(table, column, names)
        return result


def _expressed(
    loaded: LoadedRecords, tables: Mapping[str, Any], conventions: Conventions
) -> RecordExpressions:
    """The expressions of an export, joined once for everything that is counted."""
    expressions = definitions.express(**tables, conventions=conventions)
    return replace(expressions, by_case=loaded.kept("by_case", expressions.by_case))


def _aggregates(loaded: LoadedRecords, tables: RecordExpressions, conventions: Conventions) -> Aggregates:
    rated = loaded.kept("rated", definitions.counted_evaluations(tables))
    result = {
        "units": _run(definitions.unit_counts(tables, conventions)),
        "unknown_areas": _run(definitions.unknown_areas(tables)),
        "places": _run(definitions.place_counts(tables)),
        "evaluations": _run(definitions.evaluation_counts(rated)),
        "details": _run(definitions.detail_counts(rated)),
        "delays": _run(definitions.delay_counts(rated)),
        "items": _run(definitions.item_counts(tables)),
        "loop": _run(definitions.loop_days(tables)),
        "unit_channels": _run(definitions.unit_channels(rated)),
    }
    days = sorted({pd.Timestamp(day).date() for day in result["evaluations"]["day"]})
    return result | {"signs": _run(definitions.rating_signs(rated, days))}


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
    named: _Names,
    conventions: Conventions,
) -> Aggregates:
    other_time = "accepted" if conventions.settings.period_by == "finished" else "finished"
    result = {}
    for name, changes in VARIATIONS.items():
        varied = conventions.varied(**changes) if changes else conventions.varied(period_by=other_time)
        tables = named.apply(_all_rows(loaded, distinct)) if varied.counts_repeated else distinct
        expressions = definitions.express(**tables, conventions=varied)
        result[f"units@{name}"] = _run(definitions.unit_counts(expressions, varied))
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
        counts = definitions.repeated_keys(table, keys[kind]).execute().iloc[0]
        rows[kind] = {name: int(counts[name]) if pd.notna(counts[name]) else 0 for name in counts.index}
        is_repeated = rows[kind]["rows"] - rows[kind]["no_case_no"] > rows[kind]["keys"]
        rows[kind]["contradicting"] = (
            int(definitions.contradicting_keys(table, keys[kind]).execute()) if is_repeated else 0
        )
    return keys, pd.DataFrame.from_dict(rows, orient="index").rename_axis("kind")


def _distinct(
    loaded: LoadedRecords, keys: Mapping[str, Sequence[str]], counts: pd.DataFrame
) -> dict[str, Any]:
    """The tables with one row a key, as :func:`definitions.express` takes them; None for a kind that is not there."""
    result: dict[str, ir.Table | None] = {}
    for kind, (_key, latest_by) in _KEYS.items():
        table = loaded.table(kind)
        if table is not None:
            table = _keyed(table)
            of_kind = counts.loc[kind]
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
        CASES: dict(definitions.case_fates(tables).execute().set_index("fate")["rows"]),
        EVALUATIONS: dict(definitions.evaluation_fates(tables).execute().iloc[0]),
        RECTIFICATIONS: dict(definitions.rectification_fates(tables).execute().iloc[0]),
    }
    rows = []
    for kind, buckets in BUCKETS.items():
        if kind not in key_counts.index:
            continue
        counts = key_counts.loc[kind]
        by_kind[kind] |= {
            NO_CASE_NO: counts["no_case_no"],
            REPEATED: counts["rows"] - counts["no_case_no"] - counts["keys"],
        }
        found = {bucket: _whole(by_kind[kind].get(bucket)) for bucket in buckets}
        if sum(found.values()) != counts["rows"]:
            raise RuntimeError(f"{kind}: {counts['rows']} rows in, {found} out")
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


# --- what cannot be counted --------------------------------------------------------------------------------


def _refuse_missing(files: Sequence[RecordFile], settings: RecordSettings) -> None:
    """Refuse an export without cases or evaluations, or without the flags that the conventions need."""
    kinds = {file.kind.name for file in files}
    problems = [
        Problem("records/", f"没有{word}记录", f"应有{word}的文件，列名见 docs/records.md")
        for kind, word in ((CASES, "办件"), (EVALUATIONS, "评价"))
        if kind not in kinds
    ]
    problems += _unequal_columns(files)
    for file in [file for file in files if file.kind.name == EVALUATIONS]:
        needed = {
            "is_valid": (settings.valid_flags, "没有这一列的，请在 records.toml 写 valid_flags = []"),
            "is_default": (
                settings.default_flags,
                "没有这一列的，请在 records.toml 写 default_flags = []，并写明 default_channels",
            ),
        }
        for name, (flags, expected) in needed.items():
            if flags and name not in file.columns:
                field = file.kind.fields[name]
                names = "、".join(field.aliases)
                problems.append(
                    Problem(f"{file.place} 第 1 行", f"没有{field.word}", f"列名可为 {names}；{expected}")
                )
    if problems:
        raise InputRefused(problems)


def _unequal_columns(files: Sequence[RecordFile]) -> list[Problem]:
    """Problems with parts that lack a column which other parts of the same kind have: its rows would count as blank."""
    problems = []
    for file in files:
        alike = [other for other in files if other.kind == file.kind]
        for name in {name for other in alike for name in other.columns} - {*file.columns}:
            with_it = next(other for other in alike if name in other.columns)
            field = file.kind.fields[name]
            if not field.is_required:
                expected = (
                    f"{with_it.place} 有这一列（{with_it.columns[name]}），同一种记录的各个文件应有同样的列"
                )
                problems.append(Problem(f"{file.place} 第 1 行", f"没有{field.word}", expected))
    return sorted(problems, key=str)


def _refuse_other_prefecture(loaded: LoadedRecords, settings: RecordSettings) -> None:
    """Refuse a file more than half of whose codes belong to another prefecture."""
    cases = loaded.table(CASES)
    assert cases is not None
    prefecture = settings.city_area[:4]
    counts = (
        cases.filter(_.area.notnull())
        .group_by(PART)
        .agg(codes=_.count(), foreign=(_.area.substr(0, 4) != prefecture).sum())
        .filter(_.foreign * 2 > _.codes)
        .execute()
    )
    if len(counts):
        raise InputRefused(
            Problem(
                loaded.files[int(row[PART])].place,
                f"{row['codes']} 个辖区编码中 {row['foreign']} 个不是以 {prefecture} 开头",
                "应为本市的记录；本市代码写在 records.toml 的 city_area",
            )
            for row in counts.to_dict("records")
        )


def _refuse_other_period(fates: pd.DataFrame, conventions: Conventions) -> None:
    cases = fates[fates["kind"] == CASES].set_index("bucket")["rows"]
    if cases[COUNTED] + cases[UNKNOWN_AREA] == 0:
        field = "办结时间" if conventions.settings.period_by == "finished" else "受理时间"
        found = f"{cases.sum():,} 条办件记录，{cases[OTHER_PERIOD]:,} 条的{field}不在本期"
        raise refuse("records/", found, f"应有{conventions.period.label}的记录")


def _refuse_direction(evaluations: ir.Table, settings: RecordSettings) -> None:
    """Refuse levels that run against their detail codes: 5 may be the best or the worst, and a silent guess misleads."""
    counts = definitions.detail_counts(evaluations).execute()
    agree, against = direction_counts(counts, settings)
    if against > agree:
        best, worst = settings.levels[0], settings.levels[-1]
        raise refuse(
            "records/",
            f"评价详情编码与满意度方向相反的 {against:,} 条，相同的 {agree:,} 条",
            f"records.toml 写明 levels_best = {settings.levels_best}（满意度 {best} 最好，{worst} 最差），"
            "而编码 5 开头是好评、1 开头是差评；请核实方向",
        )


def direction_counts(details: pd.DataFrame, settings: RecordSettings) -> tuple[int, int]:
    """How many evaluations have a detail code that says their level, and one that says its opposite.

    Parameters
    ----------
    details : DataFrame
        As :func:`definitions.detail_counts`.
    """
    agree = against = 0
    for row in details.dropna(subset=["level", "detail"]).to_dict("records"):
        if row["level"] not in settings.levels:
            continue
        said = 5 - settings.levels.index(row["level"])
        digits = {int(digit) for digit in _CODE.findall(row["detail"])}
        agree += row["ratings"] if said != 3 and said in digits else 0
        against += row["ratings"] if said != 3 and 6 - said in digits else 0
    return agree, against


def contradicting_details(details: pd.DataFrame, settings: RecordSettings) -> int:
    """How many evaluations have detail codes none of which begins with their level."""
    rows = details.dropna(subset=["level", "detail"]).to_dict("records")
    return sum(
        row["ratings"]
        for row in rows
        if row["level"] in settings.levels
        and (digits := {int(digit) for digit in _CODE.findall(row["detail"])})
        and 5 - settings.levels.index(row["level"]) not in digits
    )
