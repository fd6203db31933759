"""Rules on printed changes (同比, 环比), compared with the earlier period where it is known."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from haochaping.checks.outcome import Outcome, not_evaluable, state
from haochaping.checks.rounding import classify_rounding
from haochaping.checks.rule import Rule
from haochaping.cleaning.number_format import number, percent_text
from haochaping.cleaning.number_or_missing import percent, printed_decimals
from haochaping.core.declaration import CHANGE, PREVIOUS, Measure
from haochaping.core.model import CellRef
from haochaping.store.cell_index import CellIndex


def change(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """A printed change is that of its measure against the period before, or against the same period a year ago.

    Of a count it is relative, of a percentage in points; the earlier figure is that of the earlier period as corrected.
    Nothing is said without that period, without one of the two figures, and of a change from zero.
    """
    for table in rule.tables:
        for measure in cell_index.spec(table).measures_by_name.values():
            earlier = _period_compared_with(measure, cell_index) if measure.kind == CHANGE else None
            if earlier is None:
                continue
            for row in (*cell_index.rows(table), *cell_index.totals(table)):
                at, of = row.cell(measure.name), row.cell(measure.of)
                if cell_index.value(at) is not None:
                    yield _compare(at, of, cell_index, earlier)


def _period_compared_with(measure: Measure, cell_index: CellIndex) -> CellIndex | None:
    now = cell_index.data.quarter
    wanted = now.previous if measure.against == PREVIOUS else now.year_ago
    found = (data for data in cell_index.history if data.quarter == wanted)
    return next((CellIndex(data, cell_index.reference) for data in found), None)


def _compare(at: CellRef, of: CellRef, cell_index: CellIndex, earlier: CellIndex) -> Outcome:
    now, then = cell_index.value(of), earlier.value(of)
    label = earlier.data.quarter.label
    if now is None or then is None:
        period = "本期" if now is None else label
        return not_evaluable(at, (at, of), f"{period}没有列出{cell_index.heading(of.column)}")
    is_count = cell_index.declaration.is_count(of.table, of.column)
    if is_count and not then:
        return not_evaluable(at, (at, of), f"{label}为零，变动无从计算")
    difference = Fraction(str(now)) - Fraction(str(then))
    exact = difference / Fraction(str(then)) if is_count else difference
    printed, decimals = _signed_percentage(at, cell_index)
    is_right = classify_rounding(printed, decimals, exact) == "rounded"
    expected = f"{percent(exact, decimals)}%"
    shown = [number(int(value)) if is_count else percent_text(Fraction(str(value))) for value in (now, then)]
    if is_count:
        arithmetic = f"{shown[0]} − {shown[1]} = {number(int(difference))}；{number(int(difference))} ÷ {shown[1]} = {expected}"
    else:
        arithmetic = f"{shown[0]} − {shown[1]} = {percent(difference, decimals)}个百分点"
    values = {
        "column": cell_index.heading(at.column),
        "of": cell_index.heading(of.column),
        "printed": cell_index.printed(at),
        "exact": expected,
        "before": label,
        "now_printed": shown[0],
        "then_printed": shown[1],
    }
    return Outcome(at, (at, of), state(is_right), arithmetic, values=values, expected=expected)


def _signed_percentage(at: CellRef, cell_index: CellIndex) -> tuple[Decimal, int]:
    """A printed change as a percentage with its sign, and its decimals: −3.5 and 1 of 下降3.5%."""
    decimals = printed_decimals(cell_index.printed(at))
    return percent(Fraction(str(cell_index.value(at))), decimals), decimals
