"""Rules on printed rates and shares, compared with the counts behind them (ratio edits)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from haochaping.checks.outcome import (
    FAILS,
    HOLDS,
    Constraint,
    Outcome,
    not_evaluable,
    rows_and_totals,
    state,
    whole_column,
)
from haochaping.checks.rounding import classify_rounding
from haochaping.checks.rule import Rule
from haochaping.cleaning.number_format import number, percent_text, percent_text_beside, quotient_text
from haochaping.cleaning.number_or_missing import printed_decimals
from haochaping.core.declaration import RATE, SHARE
from haochaping.core.model import CellRef
from haochaping.core.text import plain_number
from haochaping.store.cell_index import CellIndex, RowRef

_ROUNDING_TEXTS = {
    "truncated": "与截去尾数所得相同，与四舍五入不同",
    "rounded_to_end": "取整后成了整数，而实际并未达到",
    "wrong": "不相符",
}


def _percent_number(printed: str) -> Decimal:
    return Decimal(plain_number(printed).rstrip("%"))


def _ratio_cells(rule: Rule, row: RowRef) -> tuple[CellRef, CellRef, CellRef]:
    rate, k, n = (row.cell(rule.options[part]) for part in ("rate", "numerator", "denominator"))
    return rate, k, n


def ratio(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """A printed rate is numerator over denominator at its printed precision."""
    for row in rows_and_totals(rule, cell_index):
        at, k, n = _ratio_cells(rule, row)
        numerator, denominator = cell_index.count(k), cell_index.count(n)
        if cell_index.value(at) is None:
            continue
        if numerator is None or denominator is None:
            yield not_evaluable(at, (at, k, n), "评价数或办件数没有列出")
        elif denominator > 0:
            outcome = _compare_rate(at, (at, k, n), cell_index, numerator, denominator)
            yield replace(outcome, constraints=_ratio_constraints(cell_index.printed(at), at, k, n))


def _compare_rate(at: CellRef, cells: tuple[CellRef, ...], cell_index: CellIndex, k: int, n: int) -> Outcome:
    printed = cell_index.printed(at)
    exact = Fraction(k, n)
    rounding = classify_rounding(_percent_number(printed), printed_decimals(printed), exact)
    is_right = rounding == "rounded"
    shown = percent_text(exact) if is_right else percent_text_beside(exact, _percent_number(printed))
    arithmetic = quotient_text(k, n, shown)
    if rounding == "rounded_to_end":
        arithmetic += f"；{number(n)} − {number(k)} = {number(n - k)}"
    values = {"printed": printed, "exact": shown, "manner": _ROUNDING_TEXTS.get(rounding, "")}
    return Outcome(at, cells, state(is_right), arithmetic, values=values, expected=_expected(printed, exact))


def _expected(printed: str, exact: Fraction) -> str:
    """The rate as it should be printed: with the same decimals, or more where those would give a false 100 % or 0 %."""
    return percent_text(exact, printed_decimals(printed))


def _ratio_constraints(printed: str, rate: CellRef, k: CellRef, n: CellRef) -> tuple[Constraint, Constraint]:
    """k / n lies within half a step of the printed rate; 100 % and 0 % are exact.

    The last step before 100 % and 0 % reaches to that end, see :func:`classify_rounding`.
    """
    value = float(_percent_number(printed)) / 100
    half = 0.0 if value in (0, 1) else 0.5 / 10 ** (printed_decimals(printed) + 2)
    step = 2 * half
    high = 1.0 if 0 < 1 - value < 1.5 * step else value + half
    low = 0.0 if 0 < value < 1.5 * step else value - half
    upper = Constraint(((k, 1.0), (n, -high)), -math.inf, 0, rate)
    lower = Constraint(((k, 1.0), (n, -low)), 0, math.inf, rate)
    return upper, lower


def ratio_undefined(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """No rate is printed where its denominator is zero."""
    for row in rows_and_totals(rule, cell_index):
        at, k, n = _ratio_cells(rule, row)
        if cell_index.count(n) == 0:
            yield Outcome(
                at,
                (at, k, n),
                state(cell_index.value(at) is None),
                f"{number(cell_index.count(k) or 0)} ÷ 0，不适用",
                values={"printed": cell_index.printed(at)},
                # Nothing but the printed rate can be wrong here: no count makes 0/0 a rate.
                constraints=() if cell_index.value(at) is None else (Constraint((), 1, math.inf, at),),
                expected="/",
            )


def ratio_unreported(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """Where numerator and denominator are printed, so are the rate and the counts named by ``with``."""
    for row in rows_and_totals(rule, cell_index):
        at, k, n = _ratio_cells(rule, row)
        numerator, denominator = cell_index.count(k), cell_index.count(n)
        if numerator is None or not denominator:
            continue
        other_cells = [row.cell(column) for column in rule.options.get("with", ())]
        absent = [
            cell for cell in (at, *other_cells) if cell_index.value(cell) is None and cell_index.printed(cell)
        ]
        exact = Fraction(numerator, denominator)
        yield Outcome(
            absent[0] if absent else at,
            (*absent, k, n) if absent else (at, k, n),
            state(not absent),
            f"{number(numerator)} ÷ {number(denominator)} = {percent_text(exact)}",
            values={
                "printed": cell_index.printed(absent[0]) if absent else "",
                "missing": "、".join(cell_index.heading(cell.column) for cell in absent),
                "exact": percent_text(exact),
                "rate_missing": at in absent,
            },
            suspects=tuple(absent),
            expected=percent_text(exact, 0 if exact == 1 else 2) if at in absent else "",
        )


def rate_is_feasible(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """A printed rate is feasible given the count `of` on which it is based.

    Its denominator (return visits made) is not printed but cannot exceed that count. ``when`` lists what the rule
    reports: ``none`` (a rate although the count is 0), ``missing`` (no rate although there are some), ``impossible``
    (no whole numbers give the rate). A rule with ``none`` skips rows that have some, other rules those without.
    """
    about_none = "none" in rule.options["when"]
    for row in rows_and_totals(rule, cell_index):
        at, base_cell = row.cell(rule.options["rate"]), row.cell(rule.options["of"])
        count, printed = cell_index.count(base_cell), cell_index.printed(at)
        if count is None or not printed or about_none != (count == 0):
            continue
        value = cell_index.value(at)
        if value is None:
            problem = "" if about_none else "missing"
        elif about_none:
            problem = "none"
        else:
            problem = "" if _is_possible(printed, count) else "impossible"
        yield Outcome(
            at,
            (at, base_cell),
            state(problem not in rule.options["when"]),
            f"{cell_index.heading(base_cell.column)} {number(count)}，{cell_index.heading(at.column)} {printed}",
            values={"printed": printed, "there": number(count), "how": problem},
        )


def _is_possible(printed: str, most: int) -> bool:
    """Whether some k/n with n at most `most` gives the printed percentage at its precision."""
    percentage, decimals = _percent_number(printed), printed_decimals(printed)
    step = Decimal(1).scaleb(-decimals)
    if most >= 100 * 10**decimals:
        return True
    for n in range(1, most + 1):
        nearest = round(percentage * n / 100)
        for k in (nearest - 1, nearest, nearest + 1):
            if 0 <= k <= n and abs(Decimal(100 * k) / n - percentage) < step:
                return True
    return False


def bounds(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """Every printed rate lies between 0 and 100 %."""
    for row in rows_and_totals(rule, cell_index):
        for measure in cell_index.spec(row.table).measures_by_name.values():
            if measure.kind not in (RATE, SHARE):
                continue
            column, at = measure.name, row.cell(measure.name)
            value = cell_index.value(at)
            if value is not None:
                values = {"printed": cell_index.printed(at), "column": cell_index.heading(column)}
                yield Outcome(
                    at,
                    (at,),
                    state(0 <= value <= 1),
                    f"{cell_index.printed(at)} 与 100% 比较",
                    values=values,
                    expected="不超过 100%",
                )


def share(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """A printed share is its count over the sum of all rows."""
    for table in rule.tables:
        rows = cell_index.rows(table)
        counts = [row.cell(rule.options["numerator"]) for row in rows]
        values = [cell_index.count(cell) for cell in counts]
        total = sum(value for value in values if value is not None)
        for row, cell, value in zip(rows, counts, values, strict=True):
            at = row.cell(rule.options["rate"])
            if cell_index.value(at) is None:
                continue
            if any(v is None for v in values):
                yield not_evaluable(at, (at, cell), "有的行没有列出评价数，各行之和不全")
            elif total == 0:
                yield not_evaluable(at, (at, cell), "各行之和为零")
            else:
                outcome = _compare_rate(at, (at, cell), cell_index, value or 0, total)
                # A small share that rounds to 0 % is reported once for the whole column, by share_sum.
                if outcome.state == FAILS and outcome.values["manner"] == _ROUNDING_TEXTS["rounded_to_end"]:
                    outcome = Outcome(at, outcome.cells, HOLDS, outcome.arithmetic)
                yield _with_itself_as_suspect(outcome, cell_index)


def _with_itself_as_suspect(outcome: Outcome, cell_index: CellIndex) -> Outcome:
    """Make a failed share its own suspect: its counts are checked by totals and other annexes."""
    if outcome.state != FAILS:
        return outcome
    at = outcome.at
    place_words = f"{cell_index.place(at)}{cell_index.heading(at.column)}"
    explanation = f"可能的解释：{place_words} {cell_index.printed(at)} 应为 {outcome.expected}。"
    return replace(outcome, suspects=(at,), hypothesis=explanation)


def rates_alike(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """Not every printed rate of a table is 100 % while only part of the evaluations were active."""
    for table in rule.tables:
        rows = cell_index.rows(table)
        rates = [cell for row in rows if cell_index.value(cell := row.cell(rule.options["rate"])) is not None]
        pairs = [(row.cell(rule.options["numerator"]), row.cell(rule.options["denominator"])) for row in rows]
        known = [(k, n) for k, n in pairs if cell_index.count(k) is not None and cell_index.count(n)]
        active, base = (sum(cell_index.count(pair[i]) or 0 for pair in known) for i in (0, 1))
        if len(rates) < rule.options["units"] or not base:
            continue
        share = percent_text(Fraction(active, base))
        listed = sum(cell_index.count(k) is not None for k, _ in pairs)
        restriction = f"（只计列出主动评价数的 {listed} 行）" if listed < len(rows) else ""
        yield Outcome(
            whole_column(cell_index.spec(table), rule.options["rate"]),
            tuple(rates),
            state(active == base or any(cell_index.value(cell) != 1 for cell in rates)),
            f"主动评价 {number(active)} ÷ 评价 {number(base)}{restriction} = {share}",
            values={
                "annex": cell_index.annex_number(table),
                "count": len(rates),
                "printed": cell_index.printed(rates[0]),
                "active": share,
            },
        )


def share_sum(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """Printed shares add up to 100 %, have the same decimals, and none vanished in rounding."""
    for table in rule.tables:
        rows = cell_index.rows(table)
        cells = [row.cell(rule.options["rate"]) for row in rows]
        printed = [cell_index.printed(cell) for cell in cells]
        if not cells or any(cell_index.value(cell) is None for cell in cells):
            continue
        numbers = [_percent_number(text) for text in printed]
        decimals = sorted({printed_decimals(text) for text in printed})
        vanished = [
            row.row
            for row, value in zip(rows, numbers, strict=True)
            if value == 0 and (cell_index.count(row.cell("evaluations")) or 0) > 0
        ]
        is_consistent = sum(numbers) == 100 and len(decimals) == 1 and not vanished
        at = whole_column(cell_index.spec(table), rule.options["rate"])
        yield Outcome(
            at,
            tuple(cells),
            state(is_consistent),
            f"{' + '.join(printed)} = {sum(numbers)}%",
            values={
                "annex": cell_index.annex_number(table),
                "exact": f"{sum(numbers)}%",
                "mixed": "、".join(f"{d} 位" for d in decimals) if len(decimals) > 1 else "",
                "vanished": "、".join(vanished),
            },
        )
