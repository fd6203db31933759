"""Rules on printed rates and shares, compared with the counts behind them (ratio edits)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from haochaping.checks.cell_sum import CellSum, rates_with_base, shares, sum_in_row
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
from haochaping.core.declaration import RATE, SHARE, Measure
from haochaping.core.labels import after_annex
from haochaping.core.measure_words import expression_words
from haochaping.core.model import CellRef
from haochaping.core.text import plain_number
from haochaping.store.cell_index import CellIndex

_ROUNDING_TEXTS = {
    "truncated": "与截去尾数所得相同，与四舍五入不同",
    "rounded_to_end": "取整后成了整数，而实际并未达到",
    "wrong": "不相符",
}


def _percent_number(printed: str) -> Decimal:
    return Decimal(plain_number(printed).rstrip("%"))


@dataclass(frozen=True)
class _Ratio:
    """A printed rate of one row and the sums behind it."""

    at: CellRef
    numerator: CellSum
    denominator: CellSum

    @property
    def cells(self) -> tuple[CellRef, ...]:
        return tuple(dict.fromkeys((self.at, *self.numerator.cells, *self.denominator.cells)))

    def words(self, cell_index: CellIndex) -> dict[str, str]:
        """Variables of a message: the rate's heading, numerator and denominator in headings."""
        return {
            "column": cell_index.heading(self.at.column),
            "numerator": self.numerator.words(cell_index),
            "denominator": self.denominator.words(cell_index),
        }


def _ratios(rule: Rule, cell_index: CellIndex) -> Iterator[_Ratio]:
    """Every declared rate of the rule's tables, in rows and then in totals; ``rate`` picks one."""
    for table in rule.tables:
        wanted = rule.options.get("rate")
        for measure in rates_with_base(cell_index.spec(table)):
            if wanted in (None, measure.name):
                for row in (*cell_index.rows(table), *cell_index.totals(table)):
                    yield _Ratio(
                        row.cell(measure.name),
                        sum_in_row(row, measure.numerator),
                        sum_in_row(row, measure.denominator),
                    )


def ratio(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """A printed rate is numerator over denominator at its printed precision."""
    for it in _ratios(rule, cell_index):
        if cell_index.value(it.at) is None:
            continue
        k, n = it.numerator.value(cell_index), it.denominator.value(cell_index)
        words = it.words(cell_index)
        if k is None or n is None:
            reason = f"{words['numerator']}或{words['denominator']}没有列出"
            yield not_evaluable(it.at, it.cells, reason)
        elif n > 0:
            outcome = _compare_rate(it.at, it.cells, cell_index, k, n)
            constraints = _ratio_constraints(cell_index.printed(it.at), it)
            yield replace(outcome, values=outcome.values | words, constraints=constraints)


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


def _ratio_constraints(printed: str, it: _Ratio) -> tuple[Constraint, Constraint]:
    """k / n lies within half a step of the printed rate; 100 % and 0 % are exact.

    The last step before 100 % and 0 % reaches to that end, see :func:`classify_rounding`.
    """
    value = float(_percent_number(printed)) / 100
    half = 0.0 if value in (0, 1) else 0.5 / 10 ** (printed_decimals(printed) + 2)
    step = 2 * half
    high = 1.0 if 0 < 1 - value < 1.5 * step else value + half
    low = 0.0 if 0 < value < 1.5 * step else value - half
    upper = Constraint(_terms(it, high), -math.inf, 0, it.at)
    lower = Constraint(_terms(it, low), 0, math.inf, it.at)
    return upper, lower


def _terms(it: _Ratio, bound: float) -> tuple[tuple[CellRef, float], ...]:
    """Numerator − bound · denominator as a linear form, each cell once."""
    factors: dict[CellRef, float] = {}
    for factor, cell in it.numerator.terms:
        factors[cell] = factors.get(cell, 0.0) + factor
    for factor, cell in it.denominator.terms:
        factors[cell] = factors.get(cell, 0.0) - bound * factor
    return tuple(factors.items())


def ratio_undefined(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """No rate is printed where its denominator is zero; a printed zero is for :func:`zero_of_none`."""
    for it in _ratios(rule, cell_index):
        if it.at in cell_index and it.denominator.value(cell_index) == 0:
            is_printed = bool(cell_index.value(it.at))
            yield Outcome(
                it.at,
                it.cells,
                state(not is_printed),
                f"{number(it.numerator.value(cell_index) or 0)} ÷ 0，不适用",
                values={
                    "printed": cell_index.printed(it.at),
                    "numerator_is_zero": it.numerator.value(cell_index) == 0,
                    **it.words(cell_index),
                },
                # Nothing but the printed rate can be wrong here: no count makes 0/0 a rate.
                constraints=(Constraint((), 1, math.inf, it.at),) if is_printed else (),
                expected="/",
            )


def zero_of_none(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """A rate of nothing is not printed as 0: one outcome for a table."""
    for table in rule.tables:
        zeros = [
            it.at
            for it in _ratios(replace(rule, tables=(table,)), cell_index)
            if it.denominator.value(cell_index) == 0 and cell_index.value(it.at) == 0
        ]
        if zeros:
            columns = "、".join(dict.fromkeys(cell_index.heading(cell.column) for cell in zeros))
            yield Outcome(
                whole_column(cell_index.spec(table), zeros[0].column),
                tuple(zeros),
                state(False),
                "0 ÷ 0，不适用",
                values={
                    "annex": cell_index.annex_words(table),
                    "columns": after_annex(columns),
                    "count": len(zeros),
                    "printed": cell_index.printed(zeros[0]),
                },
                expected="/",
            )


def ratio_unreported(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """Where numerator and denominator are printed, so are the rate and the counts named by ``with``.

    A rule with ``least`` is about rows whose denominator is that or more, one with ``below`` about the smaller ones.
    """
    least, below = rule.options.get("least", 0), rule.options.get("below", math.inf)
    for it in _ratios(rule, cell_index):
        k, n = it.numerator.value(cell_index), it.denominator.value(cell_index)
        if k is None or not n or not least <= n < below:
            continue
        if it.at not in cell_index or not cell_index.printed(it.at):
            continue  # blank cells are told by a rule of their own; a total without a rate prints none
        others = [replace(it.at, column=column) for column in rule.options.get("with", ())]
        absent = [c for c in (it.at, *others) if cell_index.value(c) is None and cell_index.printed(c)]
        exact = Fraction(k, n)
        yield Outcome(
            absent[0] if absent else it.at,
            (*absent, *it.cells[1:]) if absent else it.cells,
            state(not absent),
            f"{number(k)} ÷ {number(n)} = {percent_text(exact)}",
            values={
                **it.words(cell_index),
                "printed": cell_index.printed(absent[0]) if absent else "",
                "missing": "、".join(cell_index.heading(cell.column) for cell in absent),
                "exact": percent_text(exact),
                "rate_missing": it.at in absent,
            },
            suspects=tuple(absent),
            expected=percent_text(exact, 0 if exact == 1 else 2) if it.at in absent else "",
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
            if measure.kind not in (RATE, SHARE) or _may_exceed_whole(measure, cell_index):
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


def _may_exceed_whole(measure: Measure, cell_index: CellIndex) -> bool:
    """Whether a rate is of two counts of which the first may be larger."""
    return any(
        (part, whole) in cell_index.data.may_exceed
        for _, part in measure.numerator
        for _, whole in measure.denominator
    )


def share(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """A printed share is its count over the sum of all rows."""
    for table in rule.tables:
        for measure in shares(cell_index.spec(table)):
            yield from _shares_of(measure, table, cell_index)


def _shares_of(measure: Measure, table: str, cell_index: CellIndex) -> Iterator[Outcome]:
    rows = cell_index.rows(table)
    counts = {row: sum_in_row(row, measure.numerator) for row in (*rows, *cell_index.totals(table))}
    values = [counts[row].value(cell_index) for row in rows]
    whole = sum(value for value in values if value is not None)
    words = expression_words(measure.numerator, cell_index.heading)
    for row, part in counts.items():
        at = row.cell(measure.name)
        if cell_index.value(at) is None:
            continue
        cells, value = (at, *part.cells), part.value(cell_index)
        if any(v is None for v in values) or value is None:
            yield not_evaluable(at, cells, f"有的行没有列出{words}，各行之和不全")
        elif whole == 0:
            yield not_evaluable(at, cells, "各行之和为零")
        else:
            outcome = _compare_rate(at, cells, cell_index, value, whole)
            # A small share that rounds to 0 % is reported once for the whole column, by share_sum.
            if outcome.state == FAILS and outcome.values["manner"] == _ROUNDING_TEXTS["rounded_to_end"]:
                outcome = Outcome(at, outcome.cells, HOLDS, outcome.arithmetic)
            values_of_message = outcome.values | {"column": cell_index.heading(measure.name)}
            yield _with_itself_as_suspect(replace(outcome, values=values_of_message), cell_index)


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
                "annex": cell_index.annex_words(table),
                "count": len(rates),
                "printed": cell_index.printed(rates[0]),
                "active": share,
            },
        )


def share_sum(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """Printed shares add up to 100 % within their rounding, have the same decimals, and none vanished in it.

    Each of n shares may be off by half a step of its last decimal, their sum by n times that.
    """
    for table in rule.tables:
        for measure in shares(cell_index.spec(table)):
            yield from _sum_of_shares(measure, table, cell_index)


def _sum_of_shares(measure: Measure, table: str, cell_index: CellIndex) -> Iterator[Outcome]:
    rows = cell_index.rows(table)
    cells = [row.cell(measure.name) for row in rows]
    printed = [cell_index.printed(cell) for cell in cells]
    if not cells or any(cell_index.value(cell) is None for cell in cells):
        return
    numbers = [_percent_number(text) for text in printed]
    decimals = sorted({printed_decimals(text) for text in printed})
    vanished = [
        row.row
        for row, value in zip(rows, numbers, strict=True)
        if value == 0 and (sum_in_row(row, measure.numerator).value(cell_index) or 0) > 0
    ]
    steps = (Decimal(1).scaleb(-printed_decimals(text)) for text in printed)
    rounding = sum(steps, Decimal(0)) / 2
    yield Outcome(
        whole_column(cell_index.spec(table), measure.name),
        tuple(cells),
        state(abs(sum(numbers, Decimal(-100))) <= rounding and len(decimals) == 1 and not vanished),
        f"{' + '.join(printed)} = {sum(numbers)}%",
        values={
            "annex": cell_index.annex_words(table),
            "column": cell_index.heading(measure.name),
            "exact": f"{sum(numbers)}%",
            "mixed": "、".join(f"{d} 位" for d in decimals) if len(decimals) > 1 else "",
            "vanished": "、".join(vanished),
        },
    )
