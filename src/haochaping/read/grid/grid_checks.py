"""Check a table from a grid for ambiguous figures and misplaced names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from haochaping.cleaning.number_or_missing import is_number
from haochaping.core.text import plain_number
from haochaping.read.grid.annex_table import TableMeaning, TableRow
from haochaping.read.grid.grid import Grid
from haochaping.read.grid.header_rows import HeaderLabels
from haochaping.reference.reference import Reference

_MAX_NAMES_LISTED = 5
ReportProblem = Callable[[int, int | None, str, str], None]
"""Reports a problem: row, column (both as indices), what was found, what was expected."""


def check_percents(
    grid: Grid, header: HeaderLabels, meaning: TableMeaning, report_problem: ReportProblem
) -> None:
    """Report columns with % in the heading and no figure above 1, which may be percentages or fractions."""
    for column in meaning.values:
        if not (column.is_percentage and column.in_percent):
            continue
        texts = {row: plain_number(grid.rows[row][column.at]) for row in range(header.bottom, header.stop)}
        unsigned = {row: Decimal(t) for row, t in texts.items() if is_number(t) and not set(t) & set("%,")}
        if unsigned and max(unsigned.values()) <= 1 and any(unsigned.values()):
            row = next(row for row, value in unsigned.items() if value)
            expected = "列名以%为单位而各数都不超过 1，不能确定 1 是 1% 还是 100%；请填写带 % 的数"
            report_problem(row, column.at, grid.rows[row][column.at], expected)


def check_kinds(
    grid: Grid,
    meaning: TableMeaning,
    rows: Sequence[TableRow],
    reference: Reference,
    report_problem: ReportProblem,
) -> None:
    """Report names that are registered in another group than those of the annex, such as districts under 部门."""
    spec = meaning.spec
    if spec is None or not any(group.is_registered for group in spec.groups):
        return
    own = {group.name for group in spec.groups}
    others = [kind for kind in reference.registered_kinds if kind not in own]
    units = [row for row in rows if not row.is_total]
    unknown = [row for row in units if not any(reference.unit(kind, row.name) for kind in own)]
    for kind in others:
        wrong = [row for row in unknown if reference.unit(kind, row.name)]
        if not wrong or (_shares_heading(kind, meaning, reference) and meaning.is_named):
            continue
        if _shares_heading(kind, meaning, reference) and spec.columns_by is not None:
            continue
        words, other = spec.groups[0].word, reference.registered_kinds[kind]
        report_problem(
            grid.numbers.index(wrong[0].line),
            meaning.names_at[0],
            _list_names(wrong),
            f"{words}的表中有登记为{other}的单位，不能确定是哪一个附件；请在表上方写明标题，或把{other}移到自己的表中",
        )
        return


def _shares_heading(kind: str, meaning: TableMeaning, reference: Reference) -> bool:
    """Whether a group has the same headings as the annex's own: then only a title tells the two apart."""
    group = reference.declaration.groups[kind]
    return bool(meaning.spec) and any(
        set(group.headings) & set(own.headings) for own in (meaning.spec.groups if meaning.spec else ())
    )


def _list_names(rows: Sequence[TableRow]) -> str:
    more = "等" if len(rows) > _MAX_NAMES_LISTED else ""
    return "、".join(dict.fromkeys(row.name for row in rows[:_MAX_NAMES_LISTED])) + more
