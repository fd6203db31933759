"""What of an export cannot be counted: a kind or column that is missing, another city's or period's records, levels the wrong way."""

from __future__ import annotations

import re
from collections.abc import Sequence

import ibis.expr.types as ir
import pandas as pd
from ibis import _

from haochaping.core.errors import InputRefused, Problem, refuse
from haochaping.core.record_counts import CASES, COUNTED, EVALUATIONS, OTHER_PERIOD, UNKNOWN_AREA
from haochaping.records import counts
from haochaping.records.definitions import Conventions
from haochaping.records.records import RecordPart, Records
from haochaping.records.row_keys import PART
from haochaping.reference.record_settings import RecordKind, RecordSettings, record_kinds

_CODE = re.compile(r"(?<!\d)([1-5])\d{2}(?!\d)")
"""A detail code of the list of 2020; its first digit is the level, 5 the best."""


def refuse_missing(records: Records, settings: RecordSettings) -> None:
    """Refuse records without cases or evaluations, or without the flags that the conventions need."""
    kinds = record_kinds(settings)
    problems = [
        Problem(
            "records/",
            f"没有{kinds[kind].word}记录",
            f"应有{kinds[kind].word}的文件或数据表，列名见 docs/records.md",
        )
        for kind in (CASES, EVALUATIONS)
        if not records.parts(kind)
    ]
    for kind in kinds.values():
        problems += _unequal_columns(records.parts(kind.name), kind)
    needed = {
        "is_valid": (settings.valid_flags, "没有这一列的，请在 records.toml 写 valid_flags = []"),
        "is_default": (
            settings.default_flags,
            "没有这一列的，请在 records.toml 写 default_flags = []，并写明 default_channels",
        ),
    }
    for part in records.parts(EVALUATIONS):
        for name, (flags, expected) in needed.items():
            if flags and name not in part.columns:
                field = kinds[EVALUATIONS].fields[name]
                names = "、".join(field.aliases)
                problems.append(Problem(part.header, f"没有{field.word}", f"列名可为 {names}；{expected}"))
    if problems:
        raise InputRefused(problems)


def _unequal_columns(parts: Sequence[RecordPart], kind: RecordKind) -> list[Problem]:
    """Problems with parts that lack a column which other parts of the kind have: its rows would count as blank."""
    problems = []
    for part in parts:
        for name in {name for other in parts for name in other.columns} - {*part.columns}:
            with_it = next(other for other in parts if name in other.columns)
            if not (field := kind.fields[name]).is_required:
                expected = (
                    f"{with_it.place} 有这一列（{with_it.columns[name]}），同一种记录的各个文件应有同样的列"
                )
                problems.append(Problem(part.header, f"没有{field.word}", expected))
    return sorted(problems, key=str)


def refuse_other_prefecture(records: Records, settings: RecordSettings) -> None:
    """Refuse a file more than half of whose codes belong to another prefecture."""
    cases = records.table(CASES)
    assert cases is not None
    prefecture = settings.city_area[:4]
    by_part = (
        cases.filter(_.area.notnull())
        .group_by(PART)
        .agg(codes=_.count(), foreign=(_.area.substr(0, 4) != prefecture).sum())
        .filter(_.foreign * 2 > _.codes)
        .execute()
    )
    if len(by_part):
        raise InputRefused(
            Problem(
                records.parts(CASES)[int(row[PART])].place,
                f"{row['codes']} 个辖区编码中 {row['foreign']} 个不是以 {prefecture} 开头",
                "应为本市的记录；本市代码写在 records.toml 的 city_area",
            )
            for row in by_part.to_dict("records")
        )


def refuse_other_period(fates: pd.DataFrame, conventions: Conventions) -> None:
    cases = fates[fates["kind"] == CASES].set_index("bucket")["rows"]
    if cases[COUNTED] + cases[UNKNOWN_AREA] == 0:
        field = "办结时间" if conventions.settings.period_by == "finished" else "受理时间"
        found = f"{cases.sum():,} 条办件记录，{cases[OTHER_PERIOD]:,} 条的{field}不在本期"
        raise refuse("records/", found, f"应有{conventions.period.label}的记录")


def refuse_direction(evaluations: ir.Table, settings: RecordSettings) -> None:
    """Refuse levels that run against their detail codes: 5 may be the best or the worst, and a silent guess misleads."""
    agree, against = direction_counts(counts.detail_counts(evaluations).execute(), settings)
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
        As :func:`counts.detail_counts`.
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
