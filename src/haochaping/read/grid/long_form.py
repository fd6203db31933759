"""Tables in long form: one row for each name and member (部门 × 区县, 区县 × 层级)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from haochaping.core.text import normalize_for_comparison
from haochaping.read.grid.annex_table import TableMeaning, TableRow
from haochaping.read.grid.margins import PART_OF_SUM, is_part_of_sum

ReportProblem = Callable[[int, int | None, str, str], None]
"""Reports a problem: line, column as an index, what was found, what was expected."""


def check_long_rows(
    rows: Sequence[TableRow], meaning: TableMeaning, serials: Mapping[int, str], report_problem: ReportProblem
) -> None:
    """Report rows without a part of their key, sums of members, doubled keys and serial numbers that do not count.

    Parameters
    ----------
    rows : sequence of TableRow
        In the source's order.
    serials : mapping
        Line to the serial number printed there.
    """
    assert meaning.spec and meaning.spec.columns_by and meaning.member_at is not None
    group, name_at = meaning.spec.columns_by, meaning.names_at[0]
    earlier: dict[tuple[str, str], TableRow] = {}
    for row in rows:
        is_fixed = bool(group.members)
        if not row.member and not (row.is_total and not is_fixed):
            report_problem(row.line, meaning.member_at, "", f"应有{group.headings[0]}")
        elif is_fixed and normalize_for_comparison(row.member) not in group.members_by_heading:
            words = "或".join(member.headings[0] for member in group.members)
            expected = f"{group.word}应为{words}；各{group.word}相加的合计、小计行没有对应的数据项，请删去"
            report_problem(row.line, meaning.member_at, row.member, expected)
        elif is_part_of_sum(row.member) and not row.is_total and row.member not in _totals(rows):
            report_problem(row.line, meaning.member_at, row.member, PART_OF_SUM)
        folded = normalize_for_comparison(row.member)
        member = group.members_by_heading.get(folded)
        key = (normalize_for_comparison(row.name), member.name if member else folded)
        first = earlier.setdefault(key, row)
        if first is not row:
            kinds = f"{meaning.spec.groups[0].headings[0]}、{group.headings[0]}"
            found = f"{row.name} {row.member}（第 {first.line} 行已有）"
            report_problem(row.line, name_at, found, f"同一{kinds}只应有一行，请保留一行")
    _check_serials(rows, meaning, serials, report_problem)


def _totals(rows: Sequence[TableRow]) -> set[str]:
    return {row.name for row in rows if row.is_total}


def _check_serials(
    rows: Sequence[TableRow], meaning: TableMeaning, serials: Mapping[int, str], report_problem: ReportProblem
) -> None:
    """Report serial numbers unless they count the rows, or the names if each has several rows."""
    units = [row for row in rows if not row.is_total]
    names = list(dict.fromkeys(row.name for row in units))
    numbered = [row for row in units if serials.get(row.line)]
    if all(serials[row.line] == str(names.index(row.name) + 1) for row in numbered):
        return
    for count, row in enumerate(numbered, start=1):
        if serials[row.line] != str(count):
            report_problem(row.line, meaning.serial_at, serials[row.line], f"序号应为 {count}")
            return


def in_order_of_names(rows: Sequence[TableRow]) -> list[TableRow]:
    """The rows of each name one after another, members in the order of their first appearance."""
    names = list(dict.fromkeys(row.name for row in rows))
    members = list(dict.fromkeys(row.member for row in rows))
    return sorted(
        (replace(row) for row in rows), key=lambda row: (names.index(row.name), members.index(row.member))
    )
