"""Rules on figures that no arithmetic contradicts but that need a reason: improbable, concentrated, unlike elsewhere."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from haochaping.checks.outcome import Outcome, state, whole_column
from haochaping.checks.rule import Rule
from haochaping.cleaning.number_format import number, percent_texts_apart
from haochaping.core.labels import row_words
from haochaping.core.model import CellRef
from haochaping.statistics.binomial_tail import is_tail_below
from haochaping.statistics.rates import upper_bound_zero
from haochaping.statistics.robust_spread import FEWEST_PEERS
from haochaping.store.cell_index import CellIndex, RowRef


def silent(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """No unit has far fewer active evaluations than the rate of its table would give.

    The table's rate is that without the unit with most active evaluations, which would decide it alone. A unit fails
    when its count is below 1/`factor` of what that rate gives and the lower tail of the binomial distribution is below
    `chance`. A rule with `least` reports other units instead: those with `least` evaluations or more and no active one
    that do not fail in this way, for chance may explain them.
    """
    for table in rule.tables:
        pairs = [
            (row, cell_index.count(row.cell("active_evaluations")), cell_index.count(row.cell("evaluations")))
            for row in cell_index.rows(table)
        ]
        known = [(row, k, n) for row, k, n in pairs if k is not None and n]
        rest = sorted(known, key=lambda item: item[1])[:-1]
        base = sum(n for _, _, n in rest)
        overall = sum(k for _, k, _ in rest) / base if base else 0.0
        for row, k, n in known:
            at = row.cell("active_evaluations")
            is_small = k * rule.options["factor"] < n * overall
            fails = is_small and is_tail_below(k, n, overall, rule.options["chance"])
            if "least" in rule.options:
                fails = not fails and k == 0 and n >= rule.options["least"]
            rate, common = percent_texts_apart(Fraction(k, n), Fraction(overall))
            yield Outcome(
                at,
                (at, row.cell("evaluations")),
                state(not fails),
                f"{number(k)} ÷ {number(n)} = {rate}；除最多的一个部门外，本表主动评价率 {common}，"
                f"按此推算，{number(n)} 条中约为 {n * overall:,.0f} 条（只作比较，不是应达到的数）",
                values={"printed": number(k), "base": number(n)},
                affected=round(abs(n * overall - k)),
            )


def concentration(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """No cell of a matrix holds most of its row or column and far more than its share (location quotient)."""
    for table in rule.tables:
        rows = [(row, cell_index.count(row.cell("evaluations")) or 0) for row in cell_index.rows(table)]
        whole = sum(value for _, value in rows)
        by_row: dict[str, int] = {}
        by_column: dict[str, int] = {}
        for row, value in rows:
            department, district = row.row, row.member
            by_row[department] = by_row.get(department, 0) + value
            by_column[district] = by_column.get(district, 0) + value
        if len(by_column) < FEWEST_PEERS or not whole:
            continue
        found: list[tuple[float, RowRef, int, float]] = []
        for row, value in rows:
            department, district = row.row, row.member
            if value < rule.options["least"]:
                continue
            quotient = value * whole / (by_row[department] * by_column[district])
            most = max(value / by_row[department], value / by_column[district])
            if most >= rule.options["share"] and quotient >= rule.options["quotient"]:
                found.append((-value, row, value, quotient))
        found.sort(key=lambda item: item[0])
        cells = [row.cell("evaluations") for _, row, _, _ in found]
        yield Outcome(
            whole_column(cell_index.spec(table), "evaluations"),
            tuple(cells),
            state(not found),
            "；".join(
                f"{row_words(cell_index.declaration, row.cell('evaluations'))} {number(v)}（为应占份额的 {lq:.1f} 倍）"
                for _, row, v, lq in found
            ),
            values={
                "annex": cell_index.annex_words(table),
                "count": len(found),
                "cells": "、".join(f"{row.member}{row.row}" for _, row, _, _ in found[:6]),
                "more": len(found) > 6,
                "least": number(rule.options["least"]),
            },
        )


def no_negatives(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """There is a negative evaluation among very many; none at all is first a question to the data path, not praise.

    The arithmetic gives an upper bound for each annex by itself, for the scopes of annexes may overlap.
    """
    cells: list[CellRef] = []
    negatives, sizes = 0, {}
    words: dict[str, str] = {}
    active: list[int] = []
    for table in rule.tables:
        known = [
            row
            for row in cell_index.rows(table)
            if cell_index.count(row.cell("negative_evaluations")) is not None
        ]
        cells += [row.cell("negative_evaluations") for row in known]
        negatives += sum(cell_index.count(row.cell("negative_evaluations")) or 0 for row in known)
        sizes[table] = sum(cell_index.count(row.cell("evaluations")) or 0 for row in known)
        counts = (cell_index.count(row.cell("active_evaluations")) for row in known)
        active += [count for count in counts if count is not None]
        part = f"中列出差评数的 {len(known)} 行" if len(known) < len(cell_index.rows(table)) else ""
        words[table] = f"{cell_index.annex_words(table)}{part}评价 {number(sizes[table])} 条"
    sizes = {table: size for table, size in sizes.items() if size}
    if not cells or sum(sizes.values()) < rule.options["least"]:
        return
    yield Outcome(
        whole_column(cell_index.spec(next(iter(sizes))), "negative_evaluations"),
        tuple(cells),
        state(negatives > 0),
        "；".join(
            f"{cell_index.annex_words(table)}：差评 0，评价 {number(size)}，差评率的上限（95% 置信）为每百万 "
            f"{upper_bound_zero(size) * 1e6:.2f} 条"
            for table, size in sizes.items()
        )
        if not negatives
        else f"差评合计 {number(negatives)}",
        values={"base": "、".join(words[table] for table in sizes)},
        affected=sum(active) if active else None,  # only who rated could have rated negatively
    )


def benchmark(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """No negative evaluation among the active ones, compared with rates published elsewhere (``benchmarks.csv``).

    At a rate r, n independent ratings hold none with probability (1 − r)ⁿ.
    """
    if cell_index.reference is None:
        return
    rows = [row for table in rule.tables for row in cell_index.rows(table)]
    active = sum(cell_index.count(row.cell("active_evaluations")) or 0 for row in rows)
    negatives = sum(cell_index.count(row.cell("negative_evaluations")) or 0 for row in rows)
    for line in cell_index.reference.optional_rows("benchmarks.csv"):
        rate = int(line["negatives"]) / int(line["evaluations"])
        chance = math.exp(active * math.log1p(-rate))
        rated = f"{line['place']}{line['period']}"
        whole = whole_column(cell_index.spec(rule.tables[0]), "negative_evaluations")
        at = CellRef(whole.table, rated, whole.column, rated if whole.member else "")
        yield Outcome(
            at,
            tuple(
                row.cell("negative_evaluations")
                for row in rows
                if cell_index.count(row.cell("negative_evaluations")) is not None
            ),
            state(negatives > 0 or chance >= rule.options["chance"]),
            f"{line['place']}{line['period']}：{number(int(line['negatives']))} ÷ {number(int(line['evaluations']))}，"
            f"每百万 {rate * 1e6:.1f} 条；按此 {number(active)} 条主动评价中约为 {active * rate:,.1f} 条，"
            f"一条没有的概率 {chance:.1e}（{line['source']}）",
            values={
                "place_of_rate": f"{line['place']}{line['period']}",
                "expected": f"{active * rate:,.1f}",
                "base": number(active),
            },
        )
