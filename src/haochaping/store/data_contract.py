"""The data contract: what the cells must satisfy before anything is computed or published."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from haochaping.cleaning.number_or_missing import LONGEST_CELL
from haochaping.core.declaration import CHANGE, SCORE, AnnexSpec, Measure
from haochaping.core.errors import InputRefused, Problem
from haochaping.core.labels import annex_words, column_heading
from haochaping.core.model import AS_PRINTED, CELL_TYPES, MISSING, NUMBER, QuarterData


def validate(data: QuarterData) -> QuarterData:
    """Check the cells of declared measures against the contract and return `data` unchanged.

    Each is there once, its row and member are named, a fixed member is one of those declared, counts are whole and not
    negative, rates not negative. What is printed and wrong (a rate above 100 %, more evaluations than cases) is a
    finding, not a violation. Cells whose meaning nobody declared are kept as they are.

    Raises
    ------
    InputRefused
        All violations at once: table, row, column, value and what was expected.
    """
    types = {column: str(kind) for column, kind in data.cells.dtypes.items()}
    if types != CELL_TYPES or list(types) != list(CELL_TYPES):
        raise InputRefused([Problem("各格的数据", "、".join(types), f"列应依次为 {'、'.join(CELL_TYPES)}")])
    problems: dict[Problem, None] = {}
    seen: set[tuple[str, ...]] = set()
    for cell in data.cell_records():
        if cell["annex"] == "" or cell["measure"] == "":
            continue
        problems |= dict.fromkeys(_violations(data, cell))
        key = (cell["annex"], cell["row"], cell["member"], cell["measure"])
        if key in seen:
            names = " ".join(str(name) for name in key[1:3] if name)
            problems[Problem(_table_words(data, cell), names, "同一名称只应出现一次")] = None
        seen.add(key)
    if problems:
        raise InputRefused(list(problems))
    return data


def _violations(data: QuarterData, cell: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with one cell by itself."""
    spec = data.declaration.annexes.get(cell["annex"])
    measure = spec.measures_by_name.get(cell["measure"]) if spec else None
    if spec is None or measure is None:
        yield Problem(_cell_words(data, cell), f"{cell['annex']} {cell['measure']}", "应为已声明的附件和列")
        return
    yield from _wrong_names(data, cell, spec)
    expected = _wrong_value(cell, measure)
    if expected:
        yield Problem(_cell_words(data, cell), str(cell["value"]), expected)


def _wrong_names(data: QuarterData, cell: Mapping[str, Any], spec: AnnexSpec) -> Iterator[Problem]:
    names = [cell["row"], *([cell["member"]] if spec.columns_by else [])]
    for name in names:
        if not isinstance(name, str) or not 1 <= len(name) <= LONGEST_CELL:
            yield Problem(_cell_words(data, cell), str(name), f"应为 1 至 {LONGEST_CELL} 个字符的名称")
    members = [member.name for member in spec.columns_by.members] if spec.columns_by else []
    if members and cell["member"] not in members and not cell["is_total"]:
        yield Problem(_cell_words(data, cell), str(cell["member"]), f"应为 {' 或 '.join(members)}")
    groups = [group.name for group in spec.groups]
    if cell["group"] not in groups and not (cell["is_total"] and cell["group"] == ""):
        yield Problem(_cell_words(data, cell), str(cell["group"]), f"应为 {' 或 '.join(groups)}")


def _wrong_value(cell: Mapping[str, Any], measure: Measure) -> str:
    """What was expected of the value; blank where it is as it should be."""
    value, status = cell["value"], cell["status"]
    if status not in (NUMBER, MISSING, AS_PRINTED):
        return f"状态应为 {NUMBER}、{MISSING} 或 {AS_PRINTED}"
    if status == AS_PRINTED:
        return ""
    if status == MISSING:
        return "" if math.isnan(value) else "没有数的格不应有值"
    if not math.isfinite(value):
        return "应为数"
    if measure.is_count and value % 1:
        return "应为整数"
    may_be_negative = measure.kind in (CHANGE, SCORE)
    return "" if value >= 0 or may_be_negative else "不应为负数"


def _table_words(data: QuarterData, cell: Mapping[str, Any]) -> str:
    spec = data.declaration.annexes.get(cell["annex"])
    if spec is None:
        return f"第{cell['table']}个表"
    numbered = annex_words(data, spec.name)
    return spec.words if numbered == spec.words else f"{spec.words}（{numbered}）"


def _cell_words(data: QuarterData, cell: Mapping[str, Any]) -> str:
    names = " ".join(str(name) for name in (cell["row"], cell["member"]) if name)
    return f"{_table_words(data, cell)} {names} {column_heading(data.declaration, cell['measure'])}"
