"""Rules on records of single cases: what among them needs a look, and whether the printed tables come from them."""

from __future__ import annotations

from collections.abc import Iterator

from haochaping.checks.outcome import Outcome, state
from haochaping.checks.rule import Rule
from haochaping.core import record_counts as names
from haochaping.core.labels import annex_words
from haochaping.core.model import RECORD_TABLE, CellRef
from haochaping.core.record_counts import BUCKETS, KIND_WORDS, RecordCounts
from haochaping.figures.reproduction import VARIATION_WORDS, ReproducedAnnex, reproduce
from haochaping.store.cell_index import CellIndex

MOST_NAMED = 6
_Part = tuple[str, str, str, str]
"""View, row, member and measure of one count."""


def _flow(bucket: str, *kinds: str) -> list[_Part]:
    return [(names.FLOW, kind, bucket, "rows") for kind in kinds]


_ALL = (names.CASES, names.EVALUATIONS, names.RECTIFICATIONS)
PARTS: dict[str, list[_Part]] = {
    "repeated": _flow(names.REPEATED, *_ALL),
    names.CONTRADICTING: [(names.CHECKS, names.CONTRADICTING, kind, "rows") for kind in _ALL],
    names.NO_CASE: _flow(names.NO_CASE, names.EVALUATIONS, names.RECTIFICATIONS),
    names.BEFORE_ACCEPTANCE: [(names.CHECKS, names.BEFORE_ACCEPTANCE, "", "rows")],
    names.LATE: _flow(names.LATE, names.EVALUATIONS),
    "missing": [
        *_flow(names.NO_CASE_NO, *_ALL),
        *_flow(names.NO_TIME, names.CASES, names.EVALUATIONS),
    ],
    names.UNKNOWN_LEVEL: _flow(names.UNKNOWN_LEVEL, names.EVALUATIONS),
    names.LOW_WITHOUT_DETAIL: [(names.CHECKS, names.LOW_WITHOUT_DETAIL, "", "rows")],
    names.DETAIL_CONFLICTS: [(names.CHECKS, names.DETAIL_CONFLICTS, "", "rows")],
}
"""Counts that each check adds up."""
LISTS = {names.UNKNOWN_AREA: names.OUTSIDE, "unlisted_department": names.UNLISTED}
"""Checks whose view lists names with their cases."""
RECORD_CHECKS = (*PARTS, *LISTS)


def records(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """None of the records is of the kind that the rule's ``check`` names."""
    counts = RecordCounts(cell_index.data.record_counts)
    check = rule.options["check"]
    if not counts:
        return
    listed = _listed(counts, check) if check in LISTS else {}
    parts = listed or _parts(counts, check)
    total = sum(parts.values())
    unit = "（{:,} 件）" if check in LISTS else " {:,} 条"
    named = [f"{word}{unit.format(count)}" for word, count in parts.items()]
    shown = "、".join(named[:MOST_NAMED]) + (f" 等 {len(named)} 个" if len(named) > MOST_NAMED else "")
    yield Outcome(
        CellRef(RECORD_TABLE, check, "value"),
        (),
        state(total == 0),
        f"{shown}；{_rows_read(counts)}",
        values={"count": f"{total:,}", "shown": shown, "overlaps": _overlaps(counts)},
        affected=total,
    )


def _overlaps(counts: RecordCounts) -> str:
    """How many case numbers or evaluations stand in several files; blank for none."""
    found = sum(counts.count(names.CHECKS, names.OVERLAPS, kind) for kind in KIND_WORDS)
    return f"{found:,}" if found else ""


def _parts(counts: RecordCounts, check: str) -> dict[str, int]:
    """Count by kind of record, those that are 0 left out."""
    found: dict[str, int] = {}
    for view, row, member, measure in PARTS.get(check, ()):
        kind = member if view == names.CHECKS else row
        word = KIND_WORDS.get(kind, KIND_WORDS[names.EVALUATIONS])
        if count := counts.count(view, row, member, measure):
            found[word] = found.get(word, 0) + count
    return found


def _listed(counts: RecordCounts, check: str) -> dict[str, int]:
    rows = counts.view(LISTS[check])
    return {row: int(value) for (row, _, measure), value in rows.items() if measure == "cases"}


def _rows_read(counts: RecordCounts) -> str:
    read = {
        KIND_WORDS[kind]: sum(counts.count(names.FLOW, kind, bucket) for bucket in buckets)
        for kind, buckets in BUCKETS.items()
    }
    return "共读入" + "、".join(f"{word} {count:,} 条" for word, count in read.items() if count)


def reproduced(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """What stands in an annex is what the records come to; where the annex was counted from them, nobody changed it since."""
    for annex in reproduce(cell_index.data):
        differing = annex.differing
        compared = sorted(annex.cells, key=lambda cell: not cell.difference)  # those that differ first
        yield Outcome(
            CellRef(RECORD_TABLE, f"{names.REPRODUCED}:{annex.table}", "value"),
            tuple(cell.at for cell in compared),
            state(not (differing or annex.only_printed or annex.only_counted)),
            _largest(annex, cell_index),
            values={
                "annex": annex_words(cell_index.data, annex.table),
                "cells": len(annex.cells),
                "count": len(differing),
                "absent": len(annex.only_printed) + len(annex.only_counted),
                "explained": _explained(annex),
            },
            affected=sum(abs(cell.difference) for cell in differing),
        )


def extraction(_rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """Records are counted until the day that the bulletin says its data were extracted."""
    counted, printed = (cell_index.data.fact(name) for name in ("record_extraction", "extraction_date"))
    if counted and printed and not cell_index.data.is_from_records:
        yield Outcome(
            CellRef(RECORD_TABLE, "extraction", "value"),
            (),
            state(counted == printed),
            f"{counted} 与 {printed}",
            values={"counted": counted, "printed": printed},
        )


def _largest(annex: ReproducedAnnex, cell_index: CellIndex) -> str:
    shown = [
        f"{cell_index.place(cell.at)}{cell_index.heading(cell.at.column)}所印 {cell.printed:,}，记录 {cell.counted:,}，"
        f"相差 {cell.difference:+,}"
        for cell in annex.differing[:MOST_NAMED]
    ]
    return "；".join(shown)


def _explained(annex: ReproducedAnnex) -> str:
    """The convention that gives most of the differing cells as printed: ``无效评价也计入时有 11 格相同``."""
    best = next(iter(annex.explanations.items()), None)
    return f"{VARIATION_WORDS[best[0]]}时，其中 {best[1]} 格与所印相同" if best else ""
