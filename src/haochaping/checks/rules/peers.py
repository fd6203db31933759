"""Rules on units against their peers: rates, volumes and tiers that are far from those of the other units."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from haochaping.checks.outcome import Outcome, not_evaluable, state
from haochaping.checks.rule import Rule
from haochaping.cleaning.number_format import number, percent_text, percent_texts_apart
from haochaping.core.model import CellRef
from haochaping.statistics.robust_spread import FEWEST_PEERS, robust_spread
from haochaping.store.cell_index import CellIndex, RowRef, claim_cell


def _robust_scores(values: Mapping[CellRef, float]) -> dict[CellRef, float]:
    """(x − median) / (1.4826 · median absolute deviation): z-scores robust to outliers.

    Source: Iglewicz and Hoaglin (1993), How to Detect and Handle Outliers.
    """
    data = np.array(list(values.values()))
    middle = float(np.median(data))
    spread = robust_spread(data) or 1e-9
    return {cell: (value - middle) / spread for cell, value in values.items()}


def _far_from_peers(rule: Rule, values: Mapping[CellRef, float]) -> dict[CellRef, bool]:
    """Which values (on a log scale) are far from their peers: by robust score *and* by a factor from the median."""
    scores = _robust_scores(values)
    middle = float(np.median(list(values.values())))
    factor = math.log(rule.options["factor"])
    return {
        cell: abs(scores[cell]) > rule.options["score"] and abs(value - middle) > factor
        for cell, value in values.items()
    }


def peers_rate(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """A rate (numerator over denominator) is not far from that of the other units, on the log-odds scale."""
    for table in rule.tables:
        counts: dict[CellRef, tuple[CellRef, int, int]] = {}
        for row in cell_index.rows(table):
            at, base = (row.cell(rule.options[part]) for part in ("numerator", "denominator"))
            k, n = cell_index.count(at), cell_index.count(base)
            if k is not None and n and k <= n:
                counts[at] = (base, k, n)
        if len(counts) < FEWEST_PEERS:
            if counts:
                yield not_evaluable(next(iter(counts)), counts, "单位太少，无从比较")
            continue
        odds = {at: math.log((k + 0.5) / (n - k + 0.5)) for at, (_, k, n) in counts.items()}
        is_far = _far_from_peers(rule, odds)
        middle = 1 / (1 + math.exp(-float(np.median(list(odds.values())))))
        for at, (base, k, n) in counts.items():
            rate, median = percent_texts_apart(Fraction(k, n), Fraction(middle))
            yield Outcome(
                at,
                (at, base),
                state(not is_far[at]),
                f"{number(k)} ÷ {number(n)} = {rate}；同类单位中位数 {median}",
                values={
                    "exact": rate,
                    "median": median,
                    "direction": "高" if k / n > middle else "低",
                },
                affected=round(abs(k - middle * n)),
            )


def peers_points(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """A rate is not far from the median of all units in percentage points; for rates that hardly differ."""
    for table in rule.tables:
        rates: dict[CellRef, tuple[CellRef, int, int]] = {}
        for row in cell_index.rows(table):
            k_cell, n_cell = (row.cell(rule.options[part]) for part in ("numerator", "denominator"))
            k, n = cell_index.count(k_cell), cell_index.count(n_cell)
            if k is not None and n and n >= rule.options["least"]:
                rates[k_cell] = (n_cell, k, n)
        if len(rates) < FEWEST_PEERS:
            continue
        middle = float(np.median([k / n for _, k, n in rates.values()]))
        for k_cell, (n_cell, k, n) in rates.items():
            is_far = abs(k / n - middle) * 100 > rule.options["points"]
            rate, median = percent_texts_apart(Fraction(k, n), Fraction(middle))
            yield Outcome(
                n_cell,
                (n_cell, k_cell),
                state(not is_far),
                f"{number(k)} ÷ {number(n)} = {rate}；各单位中位数 {median}",
                values={"exact": rate, "median": median, "annex": cell_index.annex_words(table)},
                suspects=(n_cell, k_cell) if is_far else (),
                affected=round(abs(k - middle * n)),
            )


def peers_volume(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """A district's evaluations in annex 1, over those of its departments, towns and villages, are not far from its peers'."""
    ratios: dict[CellRef, float] = {}
    parts_of: dict[CellRef, tuple[list[CellRef], int, int]] = {}
    for row in cell_index.rows("districts"):
        at = row.cell("evaluations")
        whole = cell_index.count(at)
        cells, parts = _district_parts(cell_index, row.row)
        if whole and parts:
            ratios[at] = math.log(whole / parts)
            parts_of[at] = (cells, whole, parts)
    if len(ratios) < FEWEST_PEERS:
        return
    is_far = _far_from_peers(rule, ratios)
    middle = math.exp(float(np.median(list(ratios.values()))))
    for at, (cells, whole, parts) in parts_of.items():
        yield Outcome(
            at,
            (at, *cells),
            state(not is_far[at]),
            f"{number(whole)} ÷ {number(parts)} = {whole / parts:.2f}；各区县中位数 {middle:.2f}",
            values={"printed": number(whole), "parts": number(parts), "times": _multiple_text(whole / parts)},
            **(_one_digit_too_many(cell_index, at, whole, parts, middle) if is_far[at] else {}),
        )


def _one_digit_too_many(
    cell_index: CellIndex, at: CellRef, whole: int, parts: int, middle: float
) -> dict[str, Any]:
    """Suspects, records affected and, where a superfluous digit would explain the volume, that hypothesis with its changes."""
    cases = CellRef(at.table, at.row, "cases", at.member)
    suspects = (at, cases) if cell_index.count(cases) == whole else (at,)
    shorter = whole // 10
    if not shorter or not 0.5 < shorter / parts / middle < 2:
        return {"suspects": suspects, "affected": round(abs(whole - middle * parts))}
    both = "（办件数与评价数相同，须一并核对）" if len(suspects) > 1 else ""
    active = cell_index.count(CellRef(at.table, at.row, "active_evaluations", at.member))
    rate = f"，主动评价率为 {percent_text(Fraction(active, shorter))}" if active and active <= shorter else ""
    changes = dict.fromkeys(suspects, shorter)
    explanation = (
        f"如多录一位数字（约 {number(shorter)}）{both}，则为部门与镇村之和的 {shorter / parts:.2f} 倍{rate}，"
        f"与其他区县相近。{_effect_on_totals(cell_index, changes)}仅供查找，不据此更正。"
    )
    return {
        "suspects": suspects,
        "hypothesis": explanation,
        "changes": changes,
        "affected": whole - shorter,
    }


_TABLES_OF_TEXT = ("districts", "city_departments")
"""The annexes whose sums the text states."""


def _effect_on_totals(cell_index: CellIndex, changes: Mapping[CellRef, int]) -> str:
    """What the totals behind the text would be with other counts, in a sentence; blank where none of them is printed."""
    changed = cell_index.with_values(changes)
    rows = [row for table in _TABLES_OF_TEXT for row in cell_index.rows(table)]
    column = "cases" if any(cell.column == "cases" for cell in changes) else "evaluations"
    before, after = (
        sum(index.count(row.cell(column)) or 0 for row in rows) for index in (cell_index, changed)
    )
    parts = [
        f"{cell_index.heading(column)}合计为 {number(after)}（现为 {number(before)}）",
        *_active_rate(changed, rows),
    ]
    claim = claim_cell("records")
    if (claimed := cell_index.count(claim)) is not None:
        parts.append(f"与正文所写 {number(claimed)} 相差 {number(abs(claimed - after))}")
    tables = [table for table in _TABLES_OF_TEXT if cell_index.rows(table)]
    return f"如按此改，{cell_index.annexes_words(tables)}{'，'.join(parts)}；"


def _active_rate(cell_index: CellIndex, rows: Sequence[RowRef]) -> list[str]:
    """The active rate of all rows that list both counts, in words; nothing where none does."""
    pairs = [[cell_index.count(row.cell(c)) for c in ("active_evaluations", "evaluations")] for row in rows]
    known = [(k, n) for k, n in pairs if k is not None and n is not None]
    active, base = (sum(pair[place] for pair in known) for place in (0, 1))
    return [f"主动评价率为 {percent_text(Fraction(active, base))}"] if active and base else []


def _multiple_text(ratio: float) -> str:
    """A multiple as text: ``3.98 倍``, below a tenth as a percentage."""
    return f"{ratio:.2f} 倍" if ratio >= 0.1 else percent_text(Fraction(ratio))


def _district_parts(cell_index: CellIndex, district: str) -> tuple[list[CellRef], int]:
    """A district's cells in annexes 3 (its printed total where there is one) and 4, and the sum of their rows."""
    columns = [row for row in cell_index.rows("district_departments") if row.member == district]
    totals = [
        row
        for row in cell_index.totals("district_departments")
        if row.member == district and row.row == row.label
    ]
    tiers = [row for row in cell_index.rows("towns_and_villages") if row.row == district]
    departments = sum(cell_index.count(row.cell("evaluations")) or 0 for row in columns)
    shown = [row.cell("evaluations") for row in [*(totals or columns), *tiers]]
    return shown, departments + sum(cell_index.count(row.cell("evaluations")) or 0 for row in tiers)


def empty_tier(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """No tier of a district is at zero while the other has many evaluations."""
    for table in rule.tables:
        tiers: dict[str, dict[str, RowRef]] = {}
        for row in cell_index.rows(table):
            tiers.setdefault(row.row, {})[row.member] = row
        for rows in tiers.values():
            for tier, row in rows.items():
                at = row.cell("evaluations")
                others = [other.cell("evaluations") for name, other in rows.items() if name != tier]
                most = max((cell_index.count(cell) or 0 for cell in others), default=0)
                if cell_index.count(at) is None or not others or most < rule.options["least"]:
                    continue
                yield Outcome(
                    at,
                    (at, *others),
                    state(cell_index.count(at) != 0),
                    f"{number(cell_index.count(at) or 0)} 与 {number(most)}",
                    values={"printed": number(cell_index.count(at) or 0), "other": number(most)},
                )


def tier_peers(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """Villages over towns of a district are not far from its peers'; a tier at zero is reported by :func:`empty_tier`."""
    for table in rule.tables:
        tiers: dict[str, dict[str, RowRef]] = {}
        for row in cell_index.rows(table):
            tiers.setdefault(row.row, {})[row.member] = row
        counts: dict[CellRef, tuple[CellRef, int, int]] = {}
        for rows in tiers.values():
            if {"town", "village"} <= rows.keys():
                at, base = (rows[tier].cell("evaluations") for tier in ("village", "town"))
                village, town = cell_index.count(at), cell_index.count(base)
                if village and town:
                    counts[at] = (base, village, town)
        if len(counts) < FEWEST_PEERS:
            continue
        ratios = {at: math.log(village / town) for at, (_, village, town) in counts.items()}
        is_far = _far_from_peers(rule, ratios)
        middle = math.exp(float(np.median(list(ratios.values()))))
        for at, (base, village, town) in counts.items():
            yield Outcome(
                at,
                (at, base),
                state(not is_far[at]),
                f"{number(village)} ÷ {number(town)} = {village / town:.2f}；"
                f"两级都有数的区县中位数 {middle:.2f}",
                values={
                    "printed": number(village),
                    "other": number(town),
                    "times": _multiple_text(village / town),
                },
                suspects=(at, base) if is_far[at] else (),
            )
