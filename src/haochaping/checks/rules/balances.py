"""Rules on counts: totals, the same quantity in two annexes, parts within wholes (balance and inequality edits)."""

from __future__ import annotations

import math
from collections.abc import Iterator

from haochaping.checks.cell_names import name_in
from haochaping.checks.cell_sum import CellSum, bounded, sum_in_row, sums_of_parts
from haochaping.checks.outcome import Constraint, Outcome, not_evaluable, state, whole_column
from haochaping.checks.rule import Rule
from haochaping.cleaning.number_format import number
from haochaping.core.model import CellRef
from haochaping.core.text import normalize_for_comparison
from haochaping.store.cell_index import CellIndex, RowRef, cell_of


def total(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """A printed total equals the sum of its rows (a balance edit)."""
    for row in cell_index.total_rows:
        parts = list(cell_index.parts(row))
        for column in cell_index.spec(row.table).counts:
            at = row.cell(column)
            printed = cell_index.count(at)
            if printed is None:
                continue
            cells = [
                part.cell(column)
                for part in parts
                if not _is_counted_elsewhere(cell_index, part.cell(column))
            ]
            values = [cell_index.count(cell) for cell in cells]
            known = [value for value in values if value is not None]
            difference = printed - sum(known)
            if difference > 0 and len(known) < len(values):
                yield not_evaluable(at, (at, *cells), "有的行没有列出数，差额可能在其中")
                continue
            if difference > 0 and cell_index.lacks_parts(row):
                yield not_evaluable(at, (at, *cells), "有的列没有登记")
                continue
            arithmetic = f"{' + '.join(number(value) for value in known)} = {number(sum(known))}"
            if difference:
                arithmetic += f"；{number(sum(known))} − {number(printed)} = {number(-difference)}"
            yield Outcome(
                at,
                (at, *cells),
                state(not difference),
                arithmetic,
                values={
                    "printed": number(printed),
                    "exact": number(sum(known)),
                    "difference": number(abs(difference)),
                    "column": cell_index.heading(column),
                },
                constraints=(Constraint(((at, -1.0), *((cell, 1.0) for cell in cells)), 0, 0),),
                expected=number(sum(known)),
                affected=abs(difference),
            )


def _is_counted_elsewhere(cell_index: CellIndex, cell: CellRef) -> bool:
    """Whether the cell has a word for "counted elsewhere" (归市): its row is then no part of the total."""
    return (
        cell_index.reference is not None
        and normalize_for_comparison(cell_index.printed(cell)) in cell_index.reference.counted_elsewhere
    )


def same(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """The same quantity is equal in two annexes: in a row and in the annex that the registry declares its counterpart."""
    left, column = rule.options["left"], rule.options["column"]
    annexes = {f"附件{spec.number}": name for name, spec in cell_index.declaration.annexes.items()}
    reference = cell_index.reference
    if reference is None:
        return
    for row in cell_index.rows(left):
        unit = reference.unit(row.group, row.row)
        other = annexes.get(normalize_for_comparison(unit.counterpart)) if unit else None
        if other is None or not cell_index.rows(other):
            continue
        district = name_in(cell_index.spec(left), row, "district")
        match = _same_district(cell_index, other, district)
        at = row.cell(column)
        if match is None:
            yield not_evaluable(at, (at,), f"{cell_index.annex_words(other)}没有“{district}”")
            continue
        other_cell = match.cell(column)
        mine, theirs = cell_index.count(at), cell_index.count(other_cell)
        if mine is None or theirs is None:
            yield not_evaluable(at, (at, other_cell), "两处之一没有列出数")
            continue
        yield Outcome(
            at,
            (at, other_cell),
            state(mine == theirs),
            f"{number(theirs)} − {number(mine)} = {number(theirs - mine)}",
            values={
                "printed": number(mine),
                "other": name_in(cell_index.spec(other), match, "district"),
                "other_annex": cell_index.annex_words(other),
                "other_printed": number(theirs),
            },
            constraints=(Constraint(((at, 1.0), (other_cell, -1.0)), 0, 0),),
            expected=number(theirs),
            affected=abs(theirs - mine),
        )


def _same_district(cell_index: CellIndex, table: str, district: str) -> RowRef | None:
    """The row of `table` for a district, under any name in the registry; None if there is none."""
    reference = cell_index.reference
    for row in cell_index.rows(table):
        name = name_in(cell_index.spec(table), row, "district")
        if name == district:
            return row
        if reference and reference.canonical("district", name) == reference.canonical("district", district):
            return row
    return None


def gaps(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """No count is replaced by a word without a stated meaning, unless its row is idle.

    Idle rows have only zero counts and no rate. Rows that list all counts that the rule names (``unless_listed``) are
    skipped, where :func:`~haochaping.checks.rules.printed_rates.ratio_unreported` reports them.
    """
    undefined = {
        cell_of(row)
        for row in cell_index.data.unreported.to_dict("records")
        if row["printed"] and "含义未注明" in row["reason"]
    }
    elsewhere = rule.options.get("unless_listed", ())
    for table in rule.tables:
        spec = cell_index.spec(table)
        for row in cell_index.rows(table):
            counts = [row.cell(column) for column in spec.counts]
            known = [cell for cell in counts if cell_index.count(cell) is not None]
            is_reported_elsewhere = bool(elsewhere) and all(
                column in spec.counts and cell_index.count(row.cell(column)) is not None
                for column in elsewhere
            )
            if is_reported_elsewhere or len(known) == len(counts):
                continue
            absent = [cell for cell in counts if cell in undefined]
            has_rate = any(cell_index.value(row.cell(column)) is not None for column in spec.rates)
            is_idle = bool(known) and not has_rate and not any(cell_index.count(cell) for cell in known)
            fails = bool(absent) and not (is_idle and len(counts) > 1)
            at = absent[0] if absent else counts[0]
            yield Outcome(
                at,
                (*absent, *known) if absent else tuple(counts),
                state(not fails),
                "；".join(f"{cell_index.heading(cell.column)} {cell_index.printed(cell)}" for cell in counts),
                values={
                    "printed": cell_index.printed(at),
                    "missing": "、".join(cell_index.heading(cell.column) for cell in absent),
                },
                suspects=tuple(absent),
                hypothesis=_implied_by_totals(cell_index, at) if fails else "",
            )


def blank(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """No cell is blank: one outcome a row, and one for a column that is blank throughout."""
    blanks = {cell_of(row) for row in cell_index.data.unreported.to_dict("records") if not row["printed"]}
    for table, spec in cell_index.declaration.annexes.items():
        rows = cell_index.rows(table)
        empty = {c for c in spec.measures if rows and all(row.cell(c) in blanks for row in rows)}
        for column in empty:
            values = {"row": cell_index.annex_words(table), "missing": f"{cell_index.heading(column)}整列"}
            yield Outcome(
                whole_column(spec, column), (), state(False), f"{len(rows)} 行均为空白", values=values
            )
        for row in rows:
            absent = [cell for c in spec.measures if c not in empty and (cell := row.cell(c)) in blanks]
            if not absent:
                yield Outcome(row.cell(spec.measures[0]), (), state(True))
                continue
            yield Outcome(
                absent[0],
                tuple(absent),
                state(False),
                "",
                values={
                    "row": cell_index.place(row),
                    "missing": "、".join(cell_index.heading(cell.column) for cell in absent),
                },
                suspects=tuple(absent),
                hypothesis=_implied_by_totals(cell_index, absent[0]),
            )


def _implied_by_totals(cell_index: CellIndex, cell: CellRef) -> str:
    """Hypothesis for a blank cell: the value with which a printed total adds up, if it is the total's only blank cell."""
    for total_row in cell_index.totals(cell.table):
        parts = [part.cell(cell.column) for part in cell_index.parts(total_row)]
        total_value = cell_index.count(total_row.cell(cell.column))
        blank = [part for part in parts if cell_index.count(part) is None]
        if cell_index.lacks_parts(total_row):
            continue
        if total_value is not None and blank == [cell]:
            sum_of_others = sum(cell_index.count(part) or 0 for part in parts)
            if total_value >= sum_of_others:
                shown = (
                    f"{number(total_value)} − {number(sum_of_others)} = {number(total_value - sum_of_others)}"
                )
                return f"可能的解释：按{cell_index.place(total_row)}推算应为 {number(total_value - sum_of_others)}（{shown}）。"
    return ""


def at_most(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """One count of a row is not larger than another (an inequality edit).

    A rule that names ``smaller`` and ``larger`` speaks of these; one that does not speaks of all pairs that the city
    declares, but for those that another rule names (``except``).
    """
    for table in rule.tables:
        pairs = bounded(cell_index.spec(table))
        if "smaller" in rule.options:
            pairs = [(rule.options["smaller"], rule.options["larger"])]
        taken = rule.options.get("except", ())
        pairs = [pair for pair in pairs if pair not in cell_index.data.may_exceed]
        for smaller, larger in [pair for pair in pairs if (table, *pair) not in taken]:
            for row in (*cell_index.rows(table), *cell_index.totals(table)):
                yield from _compare_sizes(row.cell(smaller), row.cell(larger), cell_index)


def _compare_sizes(at: CellRef, upper_bound: CellRef, cell_index: CellIndex) -> Iterator[Outcome]:
    small, large = cell_index.count(at), cell_index.count(upper_bound)
    if small is None or large is None:
        if cell_index.printed(at) or cell_index.printed(upper_bound):
            yield not_evaluable(at, (at, upper_bound), "两数之一没有列出")
        return
    yield Outcome(
        at,
        (at, upper_bound),
        state(small <= large),
        f"{number(small)} {'≤' if small <= large else '>'} {number(large)}",
        values={
            "printed": number(small),
            "other_printed": number(large),
            "column": cell_index.heading(at.column),
            "other_column": cell_index.heading(upper_bound.column),
        },
        constraints=(Constraint(((at, 1.0), (upper_bound, -1.0)), -math.inf, 0),),
        expected=f"不大于 {number(large)}",
        affected=abs(small - large),
    )


def parts(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """A count equals the sum of its parts in the same row (a balance edit)."""
    for table in rule.tables:
        for measure in sums_of_parts(cell_index.spec(table)):
            for row in (*cell_index.rows(table), *cell_index.totals(table)):
                yield from _compare_with_parts(
                    row.cell(measure.name), sum_in_row(row, measure.parts), cell_index
                )


def _compare_with_parts(at: CellRef, parts_sum: CellSum, cell_index: CellIndex) -> Iterator[Outcome]:
    whole, exact = cell_index.count(at), parts_sum.value(cell_index)
    cells = (at, *parts_sum.cells)
    if whole is None or exact is None:
        if at in cell_index and parts_sum.is_printed(cell_index):
            yield not_evaluable(at, cells, "有的数没有列出")
        return
    difference = whole - exact
    arithmetic = f"{parts_sum.arithmetic(cell_index)} = {number(exact)}"
    if difference:
        arithmetic += f"；{number(exact)} − {number(whole)} = {number(-difference)}"
    yield Outcome(
        at,
        cells,
        state(not difference),
        arithmetic,
        values={
            "printed": number(whole),
            "exact": number(exact),
            "difference": number(abs(difference)),
            "column": cell_index.heading(at.column),
            "parts": "、".join(cell_index.heading(cell.column) for cell in parts_sum.cells),
        },
        constraints=(
            Constraint(((at, -1.0), *((cell, float(factor)) for factor, cell in parts_sum.terms)), 0, 0),
        ),
        expected=number(exact),
        affected=abs(difference),
    )
