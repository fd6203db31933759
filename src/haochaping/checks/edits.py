"""The comparisons behind the arithmetic rules (edit rules, in the terms of statistical data editing).

Each kind of rule is a function from a rule and the printed cells to outcomes, one for each place
where the rule applies: it holds, it does not hold, or it cannot be evaluated and says why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from haochaping.checks.arithmetic import manner, number, percent_text
from haochaping.checks.book import Book, Row
from haochaping.checks.finding import CellRef
from haochaping.checks.rules import Rule
from haochaping.cleaning.cells import printed_decimals
from haochaping.cleaning.text import fold
from haochaping.labels import COLUMNS, place
from haochaping.model import HEADLINE, TABLES

HOLDS, FAILS, NOT_EVALUABLE = "holds", "fails", "not evaluable"
_MANNERS = {
    "truncated": "系截去尾数而未四舍五入",
    "rounded_to_end": "进位成了整数，而实际并未达到",
    "wrong": "不相符",
}


@dataclass(frozen=True)
class Outcome:
    """What one rule says in one place. ``values`` fill the rule's message."""

    at: CellRef
    cells: tuple[CellRef, ...]
    state: str
    arithmetic: str = ""
    reason: str = ""
    values: dict[str, Any] = field(default_factory=dict)


def _rows(rule: Rule, book: Book) -> Iterator[Row]:
    """Rows of the rule's tables, total rows after them."""
    for table in rule.tables:
        yield from book.rows(table)
        yield from book.totals(table)


def _not_evaluable(at: CellRef, cells: Iterable[CellRef], reason: str) -> Outcome:
    return Outcome(at, tuple(cells), NOT_EVALUABLE, reason=reason)


# --- rates ------------------------------------------------------------------------------------------


def ratio(rule: Rule, book: Book) -> Iterator[Outcome]:
    """A printed rate against its numerator and denominator, at its printed precision."""
    for row in _rows(rule, book):
        at, k, n = (row.cell(rule.options[part]) for part in ("rate", "numerator", "denominator"))
        numerator, denominator = book.count(k), book.count(n)
        if book.value(at) is None:
            continue
        if numerator is None or denominator is None:
            yield _not_evaluable(at, (at, k, n), "评价数或办件数没有印出")
        elif denominator > 0:
            yield _compare(at, (at, k, n), book, numerator, denominator)


def _compare(at: CellRef, cells: tuple[CellRef, ...], book: Book, k: int, n: int) -> Outcome:
    printed = book.printed(at)
    exact = Fraction(k, n)
    how = manner(Decimal(fold(printed).rstrip("%")), printed_decimals(printed), exact)
    arithmetic = f"{number(k)} ÷ {number(n)} = {percent_text(exact)}"
    if how == "rounded_to_end":
        arithmetic += f"；{number(n)} − {number(k)} = {number(n - k)}"
    values = {"printed": printed, "exact": percent_text(exact), "manner": _MANNERS.get(how, "")}
    return Outcome(at, cells, HOLDS if how == "rounded" else FAILS, arithmetic, values=values)


def ratio_undefined(rule: Rule, book: Book) -> Iterator[Outcome]:
    """A rate printed where its denominator is zero."""
    for row in _rows(rule, book):
        at, k, n = (row.cell(rule.options[part]) for part in ("rate", "numerator", "denominator"))
        if book.count(n) == 0:
            state = HOLDS if book.value(at) is None else FAILS
            arithmetic = f"{number(book.count(k) or 0)} ÷ 0，不适用"
            yield Outcome(at, (at, k, n), state, arithmetic, values={"printed": book.printed(at)})


def ratio_unreported(rule: Rule, book: Book) -> Iterator[Outcome]:
    """No rate printed where numerator and denominator are; and counts missing beside it."""
    for row in _rows(rule, book):
        at, k, n = (row.cell(rule.options[part]) for part in ("rate", "numerator", "denominator"))
        numerator, denominator = book.count(k), book.count(n)
        if numerator is None or not denominator:
            continue
        beside = [row.cell(column) for column in rule.options.get("with", ())]
        absent = [cell for cell in (at, *beside) if book.value(cell) is None and book.printed(cell)]
        exact = Fraction(numerator, denominator)
        yield Outcome(
            absent[0] if absent else at,
            (*absent, k, n) if absent else (at, k, n),
            FAILS if absent else HOLDS,
            f"{number(numerator)} ÷ {number(denominator)} = {percent_text(exact)}",
            values={
                "printed": book.printed(absent[0]) if absent else "",
                "missing": "、".join(COLUMNS[cell.column] for cell in absent),
                "exact": percent_text(exact),
            },
        )


def bounds(rule: Rule, book: Book) -> Iterator[Outcome]:
    """Every printed rate lies between 0 and 100 %."""
    for row in _rows(rule, book):
        for column in TABLES[row.table].rates:
            at = row.cell(column)
            value = book.value(at)
            if value is not None:
                state = HOLDS if 0 <= value <= 1 else FAILS
                values = {"printed": book.printed(at), "column": COLUMNS[column]}
                yield Outcome(at, (at,), state, f"{book.printed(at)} 与 100% 比较", values=values)


# --- shares -------------------------------------------------------------------------------------------


def share(rule: Rule, book: Book) -> Iterator[Outcome]:
    """A printed share against its value and the sum of all rows."""
    for table in rule.tables:
        rows = book.rows(table)
        counts = [row.cell(rule.options["numerator"]) for row in rows]
        values = [book.count(cell) for cell in counts]
        total = sum(value for value in values if value is not None)
        for row, cell, value in zip(rows, counts, values, strict=True):
            at = row.cell(rule.options["rate"])
            if book.value(at) is None:
                continue
            if any(v is None for v in values):
                yield _not_evaluable(at, (at, cell), "有的行没有印出评价数，各行之和不全")
            elif total == 0:
                yield _not_evaluable(at, (at, cell), "各行之和为零")
            else:
                outcome = _compare(at, (at, cell), book, value or 0, total)
                # A small share that rounds to 0 % is told once for the whole column (share_sum).
                if outcome.state == FAILS and outcome.values["manner"] == _MANNERS["rounded_to_end"]:
                    outcome = Outcome(at, outcome.cells, HOLDS, outcome.arithmetic)
                yield outcome


def share_sum(rule: Rule, book: Book) -> Iterator[Outcome]:
    """Printed shares add up to 100 %, have the same decimals, and none vanished in rounding."""
    for table in rule.tables:
        rows = book.rows(table)
        cells = [row.cell(rule.options["rate"]) for row in rows]
        printed = [book.printed(cell) for cell in cells]
        if not cells or any(book.value(cell) is None for cell in cells):
            continue
        numbers = [Decimal(fold(text).rstrip("%")) for text in printed]
        decimals = sorted({printed_decimals(text) for text in printed})
        vanished = [
            next(iter(row.key.values()))
            for row, value in zip(rows, numbers, strict=True)
            if value == 0 and (book.count(row.cell("evaluations")) or 0) > 0
        ]
        good = sum(numbers) == 100 and len(decimals) == 1 and not vanished
        at = CellRef.of(table, dict.fromkeys(TABLES[table].key, "全部"), rule.options["rate"])
        yield Outcome(
            at,
            tuple(cells),
            HOLDS if good else FAILS,
            f"{' + '.join(printed)} = {sum(numbers)}%",
            values={
                "annex": TABLES[table].annex,
                "exact": f"{sum(numbers)}%",
                "mixed": "、".join(f"{d} 位" for d in decimals) if len(decimals) > 1 else "",
                "vanished": "、".join(vanished),
            },
        )


# --- sums and equalities --------------------------------------------------------------------------------


def total(rule: Rule, book: Book) -> Iterator[Outcome]:
    """A printed total against the sum of its rows (a balance edit)."""
    for row in book.total_rows:
        parts = list(book.parts(row))
        for column in TABLES[row.table].counts:
            at = row.cell(column)
            printed = book.count(at)
            if printed is None:
                continue
            cells = [part.cell(column) for part in parts]
            values = [book.count(cell) for cell in cells]
            known = [value for value in values if value is not None]
            difference = printed - sum(known)
            if difference > 0 and len(known) < len(values):
                yield _not_evaluable(at, (at, *cells), "有的行没有印出数，差额可能在其中")
                continue
            arithmetic = f"{' + '.join(number(value) for value in known)} = {number(sum(known))}"
            if difference:
                arithmetic += f"；{number(sum(known))} − {number(printed)} = {number(-difference)}"
            yield Outcome(
                at,
                (at, *cells),
                FAILS if difference else HOLDS,
                arithmetic,
                values={
                    "printed": number(printed),
                    "exact": number(sum(known)),
                    "difference": number(abs(difference)),
                    "column": COLUMNS[column],
                },
            )


def same(rule: Rule, book: Book) -> Iterator[Outcome]:
    """The same quantity in two annexes: a row that the units registry declares the counterpart of an annex."""
    left, column = rule.options["left"], rule.options["column"]
    annexes = {f"附件{spec.annex}": name for name, spec in TABLES.items()}
    kinds = TABLES[left].unit_kinds
    reference = book.reference
    if reference is None:
        return
    for row in book.rows(left):
        unit = reference.unit(kinds["department"], row.key["department"])
        other = annexes.get(fold(unit.counterpart)) if unit else None
        if other is None or book.data.table(other).empty:
            continue
        match = _same_district(book, other, row.key["district"])
        at = row.cell(column)
        if match is None:
            yield _not_evaluable(at, (at,), f"附件{TABLES[other].annex}没有“{row.key['district']}”")
            continue
        across = match.cell(column)
        mine, theirs = book.count(at), book.count(across)
        if mine is None or theirs is None:
            yield _not_evaluable(at, (at, across), "两处之一没有印出数")
            continue
        yield Outcome(
            at,
            (at, across),
            HOLDS if mine == theirs else FAILS,
            f"{number(theirs)} − {number(mine)} = {number(theirs - mine)}",
            values={
                "printed": number(mine),
                "other": match.key["district"],
                "other_annex": TABLES[other].annex,
                "other_printed": number(theirs),
            },
        )


def _same_district(book: Book, table: str, district: str) -> Row | None:
    """The row of `table` for a district, under whatever name the registry knows it by."""
    names = book.reference
    for row in book.rows(table):
        if row.key["district"] == district:
            return row
        if names and names.canonical("district", row.key["district"]) == names.canonical(
            "district", district
        ):
            return row
    return None


def at_most(rule: Rule, book: Book) -> Iterator[Outcome]:
    """One count is not larger than another of its row (an inequality edit)."""
    for row in _rows(rule, book):
        at, bound = row.cell(rule.options["smaller"]), row.cell(rule.options["larger"])
        small, large = book.count(at), book.count(bound)
        if small is None or large is None:
            if book.printed(at) or book.printed(bound):
                yield _not_evaluable(at, (at, bound), "两数之一没有印出")
            continue
        yield Outcome(
            at,
            (at, bound),
            HOLDS if small <= large else FAILS,
            f"{number(small)} {'≤' if small <= large else '>'} {number(large)}",
            values={"printed": number(small), "other_printed": number(large)},
        )


# --- the text against the annexes -----------------------------------------------------------------------


def _sum(book: Book, tables: list[str], column: str) -> tuple[list[CellRef], int]:
    cells = [row.cell(column) for table in tables for row in book.rows(table)]
    return cells, sum(book.count(cell) or 0 for cell in cells)


def _headline(rule: Rule, book: Book) -> tuple[CellRef, list[str], str] | None:
    """The figure's cell, its tables that are there, and their annex numbers; None when not claimed."""
    at = CellRef.of(HEADLINE, {"figure": rule.options["figure"]}, "value")
    if book.value(at) is None:
        return None
    there = [name for name in rule.tables if not book.data.table(name).empty]
    return at, there, "、".join(str(TABLES[name].annex) for name in there)


def headline_sum(rule: Rule, book: Book) -> Iterator[Outcome]:
    """A count in the text against the sum of annexes, at the precision printed (9069.7 万).

    It may be any of the rule's columns: the text seldom says which.
    """
    claimed = _headline(rule, book)
    if claimed is None:
        return
    at, tables, annexes = claimed
    if len(tables) < len(rule.tables):
        yield _not_evaluable(at, (at,), "附件不全")
        return
    columns = rule.options["columns"]
    sums = {column: _sum(book, tables, column) for column in columns}
    value, printed = round(float(book.value(at) or 0)), book.printed(at)
    good = [
        c
        for c, (_, exact) in sums.items()
        if _claim_holds(printed, Fraction(value), Fraction(exact), Fraction(_step(printed)))
    ]
    cells, exact = sums[good[0] if good else columns[0]]
    difference = value - exact
    yield Outcome(
        at,
        (at, *cells),
        HOLDS if good else FAILS,
        "；".join(
            f"{COLUMNS[column]}：{_subtotals(book, tables, column)}，{number(value)} − {number(sums[column][1])}"
            f" = {number(value - sums[column][1])}"
            for column in columns
        ),
        values={
            "printed": book.printed(at),
            "annexes": annexes,
            "column": COLUMNS[columns[0]],
            "exact": number(exact),
            "difference": number(difference),
            "share": percent_text(Fraction(abs(difference), value)) if value else "不适用",
        },
    )


def _subtotals(book: Book, tables: list[str], column: str) -> str:
    sums = [f"附件{TABLES[name].annex} {number(_sum(book, [name], column)[1])}" for name in tables]
    return " + ".join(sums) + f" = {number(_sum(book, tables, column)[1])}"


def _claim_holds(printed: str, claimed: Fraction, exact: Fraction, step: Fraction) -> bool:
    """Whether a claim agrees with the exact value: as a bound (以上, 超过, 余, 以下), roughly (约, 近), or as rounded."""
    if re.search("以上|超|逾|余|多", printed):
        return exact >= claimed
    if "以下" in printed:
        return exact <= claimed
    if re.search("约|近|左右", printed):
        return abs(exact - claimed) <= max(step, claimed * _ROUGHLY)
    return abs(exact - claimed) * 2 <= step


_DECIMAL = re.compile(r"\d+(?:\.(\d+))?")
_ROUGHLY = Fraction(5, 100)
"""How far a figure may be off that the text itself calls rough."""


def _step(printed: str) -> float:
    """Smallest step of a printed count: 1 for 9069695条, 1,000 for 906.9万条."""
    digits = fold(printed)
    scale = 10_000 if "万" in digits else 100_000_000 if "亿" in digits else 1
    shown = _DECIMAL.search(digits)
    decimals = len(shown[1] or "") if shown else 0
    return scale / 10**decimals if scale > 1 else 1


def headline_rate(rule: Rule, book: Book) -> Iterator[Outcome]:
    """A rate in the text, with its 以上 or 以下, against the annexes together."""
    claimed = _headline(rule, book)
    if claimed is None:
        return
    at, tables, annexes = claimed
    numerators, k = _sum(book, tables, rule.options["numerator"])
    denominators, n = _sum(book, tables, rule.options["denominator"])
    if len(tables) < len(rule.tables) or n == 0:
        yield _not_evaluable(at, (at,), "附件不全或没有办件")
        return
    printed = book.printed(at)
    exact = Fraction(k, n)
    shown = _DECIMAL.search(fold(printed))
    decimals = len(shown[1] or "") if shown else 0
    claimed_rate = Fraction(Decimal(shown[0])) if shown else Fraction(0)
    good = _claim_holds(printed, claimed_rate, exact * 100, Fraction(1, 10**decimals))
    yield Outcome(
        at,
        (at, *numerators, *denominators),
        HOLDS if good else FAILS,
        f"{number(k)} ÷ {number(n)} = {percent_text(exact)}",
        values={"printed": printed, "annexes": annexes, "exact": percent_text(exact)},
    )


def headline_undefined(rule: Rule, book: Book) -> Iterator[Outcome]:
    """A rate in the text whose denominator the annexes put at zero."""
    claimed = _headline(rule, book)
    if claimed is None:
        return
    at, tables, annexes = claimed
    cells, exact = _sum(book, tables, rule.options["column"])
    if not tables:
        yield _not_evaluable(at, (at,), "附件不全")
        return
    yield Outcome(
        at,
        (at, *cells),
        HOLDS if exact else FAILS,
        f"{_subtotals(book, tables, rule.options['column'])}；0 ÷ 0，不适用" if not exact else number(exact),
        values={"printed": book.printed(at), "annexes": annexes, "exact": number(exact)},
    )


KINDS: dict[str, Callable[[Rule, Book], Iterator[Outcome]]] = {
    "ratio": ratio,
    "ratio_undefined": ratio_undefined,
    "ratio_unreported": ratio_unreported,
    "bounds": bounds,
    "share": share,
    "share_sum": share_sum,
    "total": total,
    "same": same,
    "at_most": at_most,
    "headline_sum": headline_sum,
    "headline_rate": headline_rate,
    "headline_undefined": headline_undefined,
}


def describe_place(at: CellRef) -> str:
    """Where an outcome stands, as a sentence names it."""
    return place(at.table, at.names)
