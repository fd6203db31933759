"""The data contract: what every table must satisfy before anything is computed or published."""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd

from haochaping.cleaning.number_or_missing import LONGEST_CELL
from haochaping.core.errors import InputRefused, Problem
from haochaping.core.model import TABLES, TIERS, QuarterData, TableSpec, dtypes


def validate(data: QuarterData) -> QuarterData:
    """Check the five tables against the contract and return `data` unchanged.

    Keys are present and unique, counts whole and not negative, rates not negative. What is printed
    and wrong (a rate above 100 %, more evaluations than cases) is a finding, not a violation.

    Raises
    ------
    InputRefused
        All violations of all tables at once: table, row, column, value and what was expected.
    """
    problems: list[Problem] = []
    for spec in TABLES.values():
        table = data.table(spec.name)
        if not _holds(table, spec):
            problems += _violations(table, spec)
    if problems:
        raise InputRefused(problems)
    return data


def _holds(table: pd.DataFrame, spec: TableSpec) -> bool:
    """Whether a table satisfies its contract: told at once, for loading pandera takes longer than reading a bulletin."""
    kinds = dtypes(spec.name)
    if {column: str(kind) for column, kind in table.dtypes.items()} != kinds or list(table) != list(kinds):
        return False
    names = [table[column] for column in spec.key]
    numbers = [table[column].dropna() for column in spec.measures]
    filled = table[[column for column in kinds if column not in spec.measures]]
    return bool(
        not filled.isna().any(axis=None)
        and all(name.str.len().between(1, LONGEST_CELL).all() for name in names)
        and ("tier" not in spec.key or table["tier"].isin(TIERS).all())
        and all((number >= 0).all() for number in numbers)
        and not table.duplicated(list(spec.key)).any()
    )


def _violations(table: pd.DataFrame, spec: TableSpec) -> list[Problem]:
    """What is wrong with a table, all of it at once."""
    import pandera.errors

    try:
        _schema(spec.name).validate(table, lazy=True)
    except pandera.errors.SchemaErrors as failure:
        return _problems(failure.failure_cases, table, spec)
    return []


@cache
def _schema(name: str) -> Any:
    """The pandera schema of one table, cached."""
    import pandera.pandas as pa

    spec = TABLES[name]
    columns = {column: pa.Column(**rules) for column, rules in _columns(spec, pa).items()}
    return pa.DataFrameSchema(columns, unique=list(spec.key), strict=True, ordered=True)


def _columns(spec: TableSpec, pa: Any) -> dict[str, dict[str, Any]]:
    rules: dict[str, dict[str, Any]] = {}
    for column, kind in dtypes(spec.name).items():
        rules[column] = {"dtype": kind, "nullable": column in spec.measures}
        if column in spec.key:
            checks = [pa.Check.str_length(1, LONGEST_CELL, error=f"应为 1 至 {LONGEST_CELL} 个字符的名称")]
            if column == "tier":
                checks.append(pa.Check.isin(TIERS, error="应为 town 或 village"))
            rules[column]["checks"] = checks
        elif column in spec.measures:
            rules[column]["checks"] = pa.Check.ge(0, error="不应为负数")
    return rules


def _problems(cases: pd.DataFrame, table: pd.DataFrame, spec: TableSpec) -> list[Problem]:
    problems: dict[Problem, None] = {}
    for case in cases.to_dict("records"):
        check, column, value, index = case["check"], case["column"], case["failure_case"], case["index"]
        if check == "multiple_fields_uniqueness":
            row = table.loc[int(index)]
            names = " ".join(str(row[name]) for name in spec.key)
            problems[Problem(f"{spec.title}表（附件{spec.annex}）", names, "同一名称只应出现一次")] = None
            continue
        row_place = f"{spec.title}表（附件{spec.annex}）"
        if pd.notna(index) and int(index) in table.index:
            row_place += " " + " ".join(str(table.loc[int(index), name]) for name in spec.key)
        expected = str(check) if "应" in str(check) else f"应符合 {check}"
        problems[Problem(f"{row_place} {column or ''}".rstrip(), str(value), expected)] = None
    return list(problems)
