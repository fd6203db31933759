"""Rules on figures of the bulletin's text, compared with the annexes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

from haochaping.checks.outcome import Outcome, not_evaluable, state
from haochaping.checks.rule import Rule
from haochaping.cleaning.number_format import number, percent_text, percent_text_beside, quotient_text
from haochaping.core.model import CellRef
from haochaping.core.text import normalize_for_comparison
from haochaping.store.cell_index import CellIndex, claim_cell


def _column_sum(cell_index: CellIndex, tables: list[str], column: str) -> tuple[list[CellRef], int]:
    cells = [row.cell(column) for table in tables for row in cell_index.rows(table)]
    known = [cell for cell in cells if cell_index.count(cell) is not None]
    return known, sum(cell_index.count(cell) or 0 for cell in known)


def _claimed_figure(rule: Rule, cell_index: CellIndex) -> tuple[CellRef, list[str], str] | None:
    """The figure's cell, those of the rule's tables that are there, and these in words; None without the figure."""
    at = claim_cell(rule.options["figure"])
    if cell_index.value(at) is None:
        return None
    there = [name for name in rule.tables if cell_index.rows(name)]
    return at, there, cell_index.annexes_words(there)


def headline_sum(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """A count in the text is the sum of annexes, at the precision printed (906.97万).

    Any of the rule's columns will do: the text seldom says which is meant.
    """
    claimed = _claimed_figure(rule, cell_index)
    if claimed is None:
        return
    at, tables, annexes = claimed
    if len(tables) < len(rule.tables):
        yield not_evaluable(at, (at,), "附件不全")
        return
    columns = rule.options["columns"]
    sums = {column: _column_sum(cell_index, tables, column) for column in columns}
    value, printed = round(float(cell_index.value(at) or 0)), cell_index.printed(at)
    agreeing = [
        c
        for c, (_, exact) in sums.items()
        if _claim_holds(printed, Fraction(value), Fraction(exact), Fraction(_rounding_step(printed)))
    ]
    cells, exact = sums[agreeing[0] if agreeing else columns[0]]
    difference = value - exact
    yield Outcome(
        at,
        (at, *cells),
        state(bool(agreeing)),
        "；".join(
            f"{cell_index.heading(column)}：{_subtotals(cell_index, tables, column)}，{number(value)} − {number(sums[column][1])}"
            f" = {number(value - sums[column][1])}"
            for column in columns
        )
        + ("" if agreeing else _sums_beside_gap(rule, cell_index, difference, _rounding_step(printed))),
        values={
            "printed": _with_separators(cell_index.printed(at)),
            "annexes": annexes,
            "column": cell_index.heading(columns[0]),
            "exact": number(exact),
            "difference": number(abs(difference)),
            "more": difference > 0,
            "share": percent_text(Fraction(abs(difference), value)) if value else "不适用",
        },
        affected=abs(difference),
    )


MOST_ANNEXES_ADDED = 6
"""Of more annexes than this no sums are tried: one of very many sums is near any gap."""


def _sums_beside_gap(rule: Rule, cell_index: CellIndex, gap: int, step: float) -> str:
    """Which sum of the other annexes is the gap between the text and its own annexes, or is nearest to it; in words."""
    totals = {
        table: _column_sum(cell_index, [table], column)[1]
        for table in cell_index.declaration.annexes
        if table not in rule.tables and cell_index.rows(table)
        for column in [c for c in rule.options["columns"] if c in cell_index.spec(table).counts][:1]
    }
    totals = {table: whole for table, whole in totals.items() if whole}
    if gap <= 0 or not totals or len(totals) > MOST_ANNEXES_ADDED:
        return ""
    choices = [some for size in range(1, len(totals) + 1) for some in combinations(totals, size)]
    nearest = min(choices, key=lambda some: abs(sum(totals[table] for table in some) - gap))
    words = " + ".join(f"{cell_index.annex_words(table)} {number(totals[table])}" for table in nearest)
    whole = sum(totals[table] for table in nearest)
    sum_words = f"{words} = {number(whole)}" if len(nearest) > 1 else words
    if abs(whole - gap) * 2 <= step:
        return f"；差额等于{sum_words}"
    others = cell_index.annexes_words(list(totals))
    return (
        f"；{others}各自的合计及其相加没有一个等于差额，最接近的是{sum_words}，"
        f"仍相差 {number(abs(gap - whole))}（只作比较，各附件可能互相包含）"
    )


def _subtotals(cell_index: CellIndex, tables: list[str], column: str) -> str:
    sums = [
        f"{cell_index.annex_words(name)} {number(_column_sum(cell_index, [name], column)[1])}"
        for name in tables
    ]
    return " + ".join(sums) + f" = {number(_column_sum(cell_index, tables, column)[1])}"


def _with_separators(printed: str) -> str:
    """``9069695条`` with thousands separators: ``9,069,695条``."""
    return re.sub(r"(?<![\d.])\d{5,}(?!\d)", lambda digits: number(int(digits[0])), printed)


def _claim_holds(printed: str, claim: Fraction, exact: Fraction, step: Fraction) -> bool:
    """Whether a claim agrees with the exact value: as a bound (以上, 超过, 余, 以下), roughly (约, 近), or when rounded."""
    if re.search("以上|超|逾|余|多", printed):
        return exact >= claim
    if "以下" in printed:
        return exact <= claim
    if re.search("约|近|左右", printed):
        return abs(exact - claim) <= max(step, claim * _ROUGH_TOLERANCE)
    return abs(exact - claim) * 2 <= step


_DECIMAL = re.compile(r"\d+(?:\.(\d+))?")
_ROUGH_TOLERANCE = Fraction(5, 100)
"""Relative tolerance for a figure that the text itself calls approximate."""


def _rounding_step(printed: str) -> float:
    """Unit of the last digit of a printed count: 1 for 9069695条, 1,000 for 906.9万条."""
    digits = normalize_for_comparison(printed)
    scale = 10_000 if "万" in digits else 100_000_000 if "亿" in digits else 1
    shown = _DECIMAL.search(digits)
    decimals = len(shown[1] or "") if shown else 0
    return scale / 10**decimals if scale > 1 else 1


def headline_rate(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """A rate in the text, with its 以上 or 以下, agrees with that of its annexes together."""
    claimed = _claimed_figure(rule, cell_index)
    if claimed is None:
        return
    at, tables, annexes = claimed
    numerators, k = _column_sum(cell_index, tables, rule.options["numerator"])
    denominators, n = _column_sum(cell_index, tables, rule.options["denominator"])
    if len(tables) < len(rule.tables) or n == 0:
        yield not_evaluable(at, (at,), "附件不全或没有办件")
        return
    printed = cell_index.printed(at)
    holds, shown = _compare_percent(printed, Fraction(k, n))
    yield Outcome(
        at,
        (at, *numerators, *denominators),
        state(holds),
        quotient_text(k, n, shown),
        values={"printed": printed, "annexes": annexes, "exact": shown},
        expected=shown,
    )


def headline_rectified(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """A rectification rate in the text agrees with the rectified negatives that an annex prints."""
    claimed = _claimed_figure(rule, cell_index)
    table = rule.options["table"]
    negatives, n = _column_sum(cell_index, [table], "negative_evaluations")
    rectified, k = _column_sum(cell_index, [table], "rectified_on_time")
    if claimed is None or n == 0:
        return
    at, printed = claimed[0], cell_index.printed(claimed[0])
    holds, shown = _compare_percent(printed, Fraction(k, n))
    yield Outcome(
        at,
        (at, *rectified, *negatives),
        state(holds),
        quotient_text(k, n, shown),
        values={"printed": printed, "annex": cell_index.annex_words(table), "exact": shown},
        expected=shown,
    )


def _compare_percent(printed: str, exact: Fraction) -> tuple[bool, str]:
    """Whether a printed percentage with its qualifier agrees with an exact fraction, and how to write that one beside it."""
    found = _DECIMAL.search(normalize_for_comparison(printed))
    claim = Decimal(found[0]) if found else Decimal(0)
    step = Fraction(1, 10 ** len((found[1] or "") if found else ""))
    holds = _claim_holds(printed, Fraction(claim), exact * 100, step)
    return holds, percent_text(exact) if holds else percent_text_beside(exact, claim)


def headline_undefined(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """A rate in the text does not have a denominator of zero by the annexes."""
    claimed = _claimed_figure(rule, cell_index)
    if claimed is None:
        return
    at, tables, annexes = claimed
    cells, exact = _column_sum(cell_index, tables, rule.options["column"])
    if not tables:
        yield not_evaluable(at, (at,), "附件不全")
        return
    yield Outcome(
        at,
        (at, *cells),
        state(bool(exact)),
        f"{_subtotals(cell_index, tables, rule.options['column'])}；0 ÷ 0，不适用"
        if not exact
        else number(exact),
        values={"printed": cell_index.printed(at), "annexes": annexes, "exact": number(exact)},
    )
