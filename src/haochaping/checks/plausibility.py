"""Figures that no arithmetic contradicts but that need a reason: against peers, against chance."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from scipy import stats

from haochaping.checks.book import Book, Row
from haochaping.checks.outcome import Outcome, not_evaluable, state, whole_table
from haochaping.checks.rules import Rule
from haochaping.cleaning.decode import decode
from haochaping.labels import key_label
from haochaping.model import TABLES, CellRef
from haochaping.numbers import number, percent_text
from haochaping.statistics.proportions import upper_bound_zero

FEWEST_PEERS = 5
"""Below this a median and a spread say nothing."""


def _robust_scores(values: Mapping[CellRef, float]) -> dict[CellRef, float]:
    """(x − median) / (1.4826 · median absolute deviation); robust to a few outliers.

    Source: Iglewicz and Hoaglin (1993), How to Detect and Handle Outliers.
    """
    data = np.array(list(values.values()))
    middle = float(np.median(data))
    spread = float(stats.median_abs_deviation(data, scale="normal")) or 1e-9
    return {cell: (value - middle) / spread for cell, value in values.items()}


def _far(rule: Rule, values: Mapping[CellRef, float]) -> dict[CellRef, bool]:
    """Which values (on a log scale) are far from their peers: by score and by a factor that matters."""
    scores = _robust_scores(values)
    middle = float(np.median(list(values.values())))
    factor = math.log(rule.options["factor"])
    return {
        cell: abs(scores[cell]) > rule.options["score"] and abs(value - middle) > factor
        for cell, value in values.items()
    }


def peers_rate(rule: Rule, book: Book) -> Iterator[Outcome]:
    """A rate (numerator over denominator) against that of the other units, on the log-odds scale."""
    for table in rule.tables:
        counts: dict[CellRef, tuple[CellRef, int, int]] = {}
        for row in book.rows(table):
            at, base = (row.cell(rule.options[part]) for part in ("numerator", "denominator"))
            k, n = book.count(at), book.count(base)
            if k is not None and n and k <= n:
                counts[at] = (base, k, n)
        if len(counts) < FEWEST_PEERS:
            if counts:
                yield not_evaluable(next(iter(counts)), counts, "单位太少，无从比较")
            continue
        odds = {at: math.log((k + 0.5) / (n - k + 0.5)) for at, (_, k, n) in counts.items()}
        far = _far(rule, odds)
        middle = 1 / (1 + math.exp(-float(np.median(list(odds.values())))))
        for at, (base, k, n) in counts.items():
            rate = percent_text(Fraction(k, n))
            yield Outcome(
                at,
                (at, base),
                state(not far[at]),
                f"{number(k)} ÷ {number(n)} = {rate}；同类单位中位数 {middle:.2%}",
                values={
                    "exact": rate,
                    "median": f"{middle:.2%}",
                    "direction": "高" if k / n > middle else "低",
                },
            )


def peers_points(rule: Rule, book: Book) -> Iterator[Outcome]:
    """A rate against the median of the other units, in percentage points: for rates that are nearly all alike."""
    for table in rule.tables:
        rates: dict[CellRef, tuple[CellRef, int, int]] = {}
        for row in book.rows(table):
            k_cell, n_cell = (row.cell(rule.options[part]) for part in ("numerator", "denominator"))
            k, n = book.count(k_cell), book.count(n_cell)
            if k is not None and n and n >= rule.options["least"]:
                rates[k_cell] = (n_cell, k, n)
        if len(rates) < FEWEST_PEERS:
            continue
        middle = float(np.median([k / n for _, k, n in rates.values()]))
        for k_cell, (n_cell, k, n) in rates.items():
            far = abs(k / n - middle) * 100 > rule.options["points"]
            rate = percent_text(Fraction(k, n))
            yield Outcome(
                n_cell,
                (n_cell, k_cell),
                state(not far),
                f"{number(k)} ÷ {number(n)} = {rate}；各单位中位数 {middle:.2%}",
                values={"exact": rate, "median": f"{middle:.2%}", "annex": TABLES[table].annex},
                suspects=(n_cell, k_cell) if far else (),
            )


def peers_volume(rule: Rule, book: Book) -> Iterator[Outcome]:
    """A district's evaluations in annex 1 against the sum of its departments, towns and villages, by peers."""
    ratios: dict[CellRef, float] = {}
    parts_of: dict[CellRef, tuple[list[CellRef], int, int]] = {}
    for row in book.rows("districts"):
        at = row.cell("evaluations")
        whole = book.count(at)
        cells, parts = district_parts(book, row.key["district"])
        if whole and parts:
            ratios[at] = math.log(whole / parts)
            parts_of[at] = (cells, whole, parts)
    if len(ratios) < FEWEST_PEERS:
        return
    far = _far(rule, ratios)
    middle = math.exp(float(np.median(list(ratios.values()))))
    for at, (cells, whole, parts) in parts_of.items():
        yield Outcome(
            at,
            (at, *cells),
            state(not far[at]),
            f"{number(whole)} ÷ {number(parts)} = {whole / parts:.2f}；各区县中位数 {middle:.2f}",
            values={"printed": number(whole), "parts": number(parts), "times": _times(whole / parts)},
            **(_one_digit_too_many(book, at, whole, parts, middle) if far[at] else {}),
        )


def _one_digit_too_many(book: Book, at: CellRef, whole: int, parts: int, middle: float) -> dict[str, Any]:
    """Suspects, and what a superfluous digit would explain: the volume, and with it the active rate."""
    cases = CellRef(at.table, at.key, "cases")
    suspects = (at, cases) if book.count(cases) == whole else (at,)
    shorter = whole // 10
    if not shorter or not 0.5 < shorter / parts / middle < 2:
        return {"suspects": suspects}
    both = "（办件数与评价数相同，须一并核对）" if len(suspects) > 1 else ""
    active = book.count(CellRef(at.table, at.key, "active_evaluations"))
    rate = f"，主动评价率为 {percent_text(Fraction(active, shorter))}" if active and active <= shorter else ""
    told = (
        f"如多录一位数字（约 {number(shorter)}）{both}，则为部门与镇村之和的 {shorter / parts:.2f} 倍{rate}，"
        "与其他区县相近；仅供查找，不据此更正。"
    )
    return {"suspects": suspects, "hypothesis": told, "changes": dict.fromkeys(suspects, shorter)}


def _times(ratio: float) -> str:
    """A multiple in words: ``3.98 倍``, below a tenth as a percentage."""
    return f"{ratio:.2f} 倍" if ratio >= 0.1 else f"{ratio:.2%}"


def district_parts(book: Book, district: str) -> tuple[list[CellRef], int]:
    """A district's cells in annexes 3 (its printed total where there is one) and 4, and their sum."""
    columns = [row for row in book.rows("district_departments") if row.key["district"] == district]
    totals = [
        row
        for row in book.totals("district_departments")
        if row.key["district"] == district and row.key["department"] == row.label
    ]
    tiers = [row for row in book.rows("towns_and_villages") if row.key["district"] == district]
    departments = sum(book.count(row.cell("evaluations")) or 0 for row in columns)
    shown = [row.cell("evaluations") for row in [*(totals or columns), *tiers]]
    return shown, departments + sum(book.count(row.cell("evaluations")) or 0 for row in tiers)


def silent(rule: Rule, book: Book) -> Iterator[Outcome]:
    """Far fewer active evaluations than at the rate of the table, which the one largest unit does not decide.

    Tested with the lower tail of the binomial distribution at the table's rate without its largest
    unit; told when the count is also less than one in `factor` of what that rate would give. A rule
    with `least` tells the others instead: units without any, of so many evaluations, that chance may explain.
    """
    for table in rule.tables:
        pairs = [
            (row, book.count(row.cell("active_evaluations")), book.count(row.cell("evaluations")))
            for row in book.rows(table)
        ]
        known = [(row, k, n) for row, k, n in pairs if k is not None and n]
        rest = sorted(known, key=lambda one: one[1])[:-1]
        base = sum(n for _, _, n in rest)
        overall = sum(k for _, k, _ in rest) / base if base else 0.0
        for row, k, n in known:
            at = row.cell("active_evaluations")
            chance = float(stats.binom.cdf(k, n, overall))
            bad = k * rule.options["factor"] < n * overall and chance < rule.options["chance"]
            if "least" in rule.options:
                bad = not bad and k == 0 and n >= rule.options["least"]
            yield Outcome(
                at,
                (at, row.cell("evaluations")),
                state(not bad),
                f"{number(k)} ÷ {number(n)} = {percent_text(Fraction(k, n))}；除最多的一个部门外，全表主动评价率 {overall:.2%}，"
                f"按此 {number(n)} 条中约应有 {n * overall:,.0f} 条",
                values={"printed": number(k), "base": number(n)},
            )


def concentration(rule: Rule, book: Book) -> Iterator[Outcome]:
    """Cells of a matrix that hold most of their row or column and far more than their share (location quotient)."""
    for table in rule.tables:
        rows = [(row, book.count(row.cell("evaluations")) or 0) for row in book.rows(table)]
        whole = sum(value for _, value in rows)
        by_row: dict[str, int] = {}
        by_column: dict[str, int] = {}
        for row, value in rows:
            department, district = row.key.values()
            by_row[department] = by_row.get(department, 0) + value
            by_column[district] = by_column.get(district, 0) + value
        if len(by_column) < FEWEST_PEERS or not whole:
            continue
        found: list[tuple[float, Row, int, float]] = []
        for row, value in rows:
            department, district = row.key.values()
            if value < rule.options["least"]:
                continue
            quotient = value * whole / (by_row[department] * by_column[district])
            most = max(value / by_row[department], value / by_column[district])
            if most >= rule.options["share"] and quotient >= rule.options["quotient"]:
                found.append((-value, row, value, quotient))
        found.sort(key=lambda item: item[0])
        cells = [row.cell("evaluations") for _, row, _, _ in found]
        yield Outcome(
            whole_table(table, "evaluations"),
            tuple(cells),
            state(not found),
            "；".join(
                f"{key_label(row.key)} {number(v)}（为应占份额的 {lq:.1f} 倍）" for _, row, v, lq in found
            ),
            values={
                "annex": TABLES[table].annex,
                "count": len(found),
                "cells": "、".join(
                    f"{row.key['district']}{row.key['department']}" for _, row, _, _ in found[:6]
                ),
                "more": len(found) > 6,
                "least": number(rule.options["least"]),
            },
        )


def empty_tier(rule: Rule, book: Book) -> Iterator[Outcome]:
    """One tier of a district at zero while the other has many evaluations."""
    for table in rule.tables:
        tiers: dict[str, dict[str, Row]] = {}
        for row in book.rows(table):
            tiers.setdefault(row.key["district"], {})[row.key["tier"]] = row
        for rows in tiers.values():
            for tier, row in rows.items():
                at = row.cell("evaluations")
                others = [other.cell("evaluations") for name, other in rows.items() if name != tier]
                most = max((book.count(cell) or 0 for cell in others), default=0)
                if book.count(at) is None or not others:
                    continue
                yield Outcome(
                    at,
                    (at, *others),
                    state(not (book.count(at) == 0 and most >= rule.options["least"])),
                    f"{number(book.count(at) or 0)} 与 {number(most)}",
                    values={"printed": number(book.count(at) or 0), "other": number(most)},
                )


def no_negatives(rule: Rule, book: Book) -> Iterator[Outcome]:
    """Not one negative evaluation among very many: first a question to the data path, not praise.

    Annexes are not added up, for their scopes may overlap; each gets its own upper bound.
    """
    cells: list[CellRef] = []
    negatives, sizes = 0, {}
    for table in rule.tables:
        known = [row for row in book.rows(table) if book.count(row.cell("negative_evaluations")) is not None]
        cells += [row.cell("negative_evaluations") for row in known]
        negatives += sum(book.count(row.cell("negative_evaluations")) or 0 for row in known)
        sizes[table] = sum(book.count(row.cell("evaluations")) or 0 for row in known)
    sizes = {table: size for table, size in sizes.items() if size}
    if not cells or sum(sizes.values()) < rule.options["least"]:
        return
    yield Outcome(
        whole_table(next(iter(sizes)), "negative_evaluations"),
        tuple(cells),
        state(negatives > 0),
        "；".join(
            f"附件{TABLES[table].annex}：差评 0，评价 {number(size)}，差评率的上限（95% 置信）为每百万 "
            f"{upper_bound_zero(size) * 1e6:.2f} 条"
            for table, size in sizes.items()
        )
        if not negatives
        else f"差评合计 {number(negatives)}",
        values={"base": "、".join(f"附件{TABLES[t].annex}评价 {number(n)} 条" for t, n in sizes.items())},
    )


def benchmark(rule: Rule, book: Book) -> Iterator[Outcome]:
    """No negative evaluation among the active ones, held against rates published elsewhere (``benchmarks.csv``).

    At a rate r, n independent ratings hold none with probability (1 − r)ⁿ.
    """
    if book.reference is None:
        return
    rows = [row for table in rule.tables for row in book.rows(table)]
    active = sum(book.count(row.cell("active_evaluations")) or 0 for row in rows)
    negatives = sum(book.count(row.cell("negative_evaluations")) or 0 for row in rows)
    path = book.reference.folder / "benchmarks.csv"
    for line in csv.DictReader(io.StringIO(decode(path.read_bytes(), str(path)))):
        rate = int(line["negatives"]) / int(line["evaluations"])
        chance = math.exp(active * math.log1p(-rate))
        at = whole_table(rule.tables[0], "negative_evaluations")
        at = CellRef(
            at.table, tuple((name, f"{line['place']}{line['period']}") for name, _ in at.key), at.column
        )
        yield Outcome(
            at,
            tuple(
                row.cell("negative_evaluations")
                for row in rows
                if book.count(row.cell("negative_evaluations")) is not None
            ),
            state(negatives > 0 or chance >= rule.options["chance"]),
            f"{line['place']}{line['period']}：{number(int(line['negatives']))} ÷ {number(int(line['evaluations']))}，"
            f"每百万 {rate * 1e6:.1f} 条；按此 {number(active)} 条主动评价中约应有 {active * rate:,.1f} 条，"
            f"一条没有的概率 {chance:.1e}（{line['source']}）",
            values={
                "place_of_rate": f"{line['place']}{line['period']}",
                "expected": f"{active * rate:,.1f}",
                "base": number(active),
            },
        )


def tier_peers(rule: Rule, book: Book) -> Iterator[Outcome]:
    """Villages against towns of a district, by peers; a tier at zero is told by :func:`empty_tier`."""
    for table in rule.tables:
        tiers: dict[str, dict[str, Row]] = {}
        for row in book.rows(table):
            tiers.setdefault(row.key["district"], {})[row.key["tier"]] = row
        counts: dict[CellRef, tuple[CellRef, int, int]] = {}
        for rows in tiers.values():
            if {"town", "village"} <= rows.keys():
                at, base = (rows[tier].cell("evaluations") for tier in ("village", "town"))
                village, town = book.count(at), book.count(base)
                if village and town:
                    counts[at] = (base, village, town)
        if len(counts) < FEWEST_PEERS:
            continue
        ratios = {at: math.log(village / town) for at, (_, village, town) in counts.items()}
        far = _far(rule, ratios)
        middle = math.exp(float(np.median(list(ratios.values()))))
        for at, (base, village, town) in counts.items():
            yield Outcome(
                at,
                (at, base),
                state(not far[at]),
                f"{number(village)} ÷ {number(town)} = {village / town:.2f}；"
                f"两级都有数的区县中位数 {middle:.2f}",
                values={"printed": number(village), "other": number(town), "times": _times(village / town)},
                suspects=(at, base) if far[at] else (),
            )


KINDS = {
    "benchmark": benchmark,
    "tier_peers": tier_peers,
    "peers_rate": peers_rate,
    "peers_points": peers_points,
    "peers_volume": peers_volume,
    "silent": silent,
    "concentration": concentration,
    "empty_tier": empty_tier,
    "no_negatives": no_negatives,
}
