"""Check a table from a grid for ambiguous figures and misplaced names."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from haochaping.cleaning.number_or_missing import is_number
from haochaping.core.text import plain_number
from haochaping.read.grid.grid import Grid
from haochaping.read.grid.grid_header import GridHeader
from haochaping.read.grid.long_form import ReportProblem
from haochaping.read.text.text_rows import Body, TextRow
from haochaping.reference.reference import UNIT_KINDS, Reference

_MAX_NAMES_LISTED = 5


def check_percents(grid: Grid, header: GridHeader, stop: int, report_problem: ReportProblem) -> None:
    """Report columns with % in the heading and no figure above 1, which may be percentages or fractions."""
    for at, column in header.values:
        if not (column.is_rate and column.in_percent):
            continue
        texts = {row: plain_number(grid.rows[row][at]) for row in range(header.bottom, stop)}
        unsigned = {row: Decimal(t) for row, t in texts.items() if is_number(t) and not set(t) & set("%,")}
        if unsigned and max(unsigned.values()) <= 1 and any(unsigned.values()):
            row = next(row for row, value in unsigned.items() if value)
            expected = "列名以%为单位而各数都不超过 1，不能确定 1 是 1% 还是 100%；请填写带 % 的数"
            report_problem(row, at, grid.rows[row][at], expected)


def check_kinds(
    header: GridHeader, body: Body, reference: Reference, report_problem: ReportProblem, grid: Grid
) -> None:
    """Report names of registered units in the wrong column or table, such as districts under 部门."""
    known = {kind: [row for row in body.rows if reference.unit(kind, row.name)] for kind in UNIT_KINDS}
    city, local = known["city_department"], known["district_department"]
    if header.key.field == "district":
        wrong = [row for row in [*city, *local] if row not in known["district"]]
        expected = "“区县”列中有部门；区县与部门应分为两个表"
    elif known["district"]:
        wrong = known["district"]
        are_all_wrong = len(wrong) == len(body.rows)
        advice = "请把列名改为“区县”" if are_all_wrong else "区县与部门应分为两个表"
        expected = f"“部门”列中有区县；{advice}"
    elif header.table == "city_departments" and not header.is_named:
        wrong = [row for row in local if row not in city]
        expected = (
            "没有区县列，也没有标题，不能确定是市直部门还是区直部门；市直部门请在表上方写明标题“市直部门…”，"
            "区直部门应有区县列，或每个区县一列"
        )
    else:
        return
    if wrong:
        report_problem(grid.numbers.index(wrong[0].line), header.name_at, _list_names(wrong), expected)


def _list_names(rows: Sequence[TextRow]) -> str:
    more = "等" if len(rows) > _MAX_NAMES_LISTED else ""
    return "、".join(dict.fromkeys(row.name for row in rows[:_MAX_NAMES_LISTED])) + more
