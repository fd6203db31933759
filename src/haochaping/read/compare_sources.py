"""Compare two sources of one quarter cell by cell, and merge what only one of them has."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, InvalidOperation

import pandas as pd

from haochaping.core.cell_texts import CellPlace, cell_texts
from haochaping.core.model import (
    NOTE_COLUMNS,
    TABLES,
    TEXT_CLAIMS,
    QuarterData,
    decode_key,
    encode_key,
    frame,
)
from haochaping.core.text import normalize_for_comparison, plain_number
from haochaping.reference.reference import Reference


def with_second_source(used: QuarterData, other: QuarterData, reference: Reference, file: str) -> QuarterData:
    """Return `used` with the differences from `other` (read from `file`) and with what only `other` has.

    Frame ``second`` gets one row for each cell that differs: table, key and column, the text in `other`, its file.
    Tables that one of the two lacks are not compared, nor totals that only one prints. Annexes and facts of the text
    that only `other` has are added; the fact ``annexes_from`` names the added annexes.
    """
    used_part, other_part = (_by_canonical_name(data, reference) for data in (used, other))
    common_tables = {name for name in TABLES if not used.table(name).empty and not other.table(name).empty}
    rows = []
    for place in dict.fromkeys([*used_part, *other_part]):
        key, text = used_part.get(place, (place[1], None))
        other_key, other_text = other_part.get(place, (place[1], None))
        if place[0] not in {*common_tables, TEXT_CLAIMS} or not _is_comparable(
            place, text, other_text, used, other
        ):
            continue
        if not _is_same_value(text or "", other_text or ""):
            rows.append(
                {
                    "table": place[0],
                    "key": key if text is not None else other_key,
                    "column": place[2],
                    "printed": "" if other_text is None else other_text,
                    "file": file,
                }
            )
    merged = _with_annexes(_with_text(used, other), other, file)
    return replace(merged, second=frame("second", [*used.second.to_dict("records"), *rows]))


def _by_canonical_name(data: QuarterData, reference: Reference) -> dict[CellPlace, tuple[str, str]]:
    """Return the texts of all cells by place with canonical unit names; each with its key as printed."""
    found: dict[CellPlace, tuple[str, str]] = {}
    for (table, key, column), text in cell_texts(data).items():
        names = decode_key(key)
        kinds = TABLES[table].unit_kinds if table in TABLES else {}
        canonical = {n: reference.canonical(kinds[n], v) if kinds.get(n) else v for n, v in names.items()}
        found[table, encode_key(canonical), column] = (key, text)
    return found


def _is_comparable(
    place: CellPlace, text: str | None, other_text: str | None, used: QuarterData, other: QuarterData
) -> bool:
    """Whether a cell is in both sources, or in a row that one of them lacks although it should have it."""
    if text is not None and other_text is not None:
        return place[2] not in NOTE_COLUMNS or bool(text and other_text)
    if place[0] == TEXT_CLAIMS or place[2] in NOTE_COLUMNS:
        return False
    totals = {(row.table, row.key) for d in (used, other) for row in d.printed_totals.itertuples()}
    return (place[0], place[1]) not in totals and not _is_blank_column(place, used, other)


def _is_blank_column(place: CellPlace, used: QuarterData, other: QuarterData) -> bool:
    return any(data.table(place[0])[place[2]].isna().all() for data in (used, other))


def _is_same_value(one: str, two: str) -> bool:
    """Whether two texts mean the same value: 1,080 and 1080, 100% and 100.00%."""
    if normalize_for_comparison(one) == normalize_for_comparison(two):
        return True
    try:
        first, second = (Decimal(plain_number(text).replace(",", "").rstrip("%条")) for text in (one, two))
    except InvalidOperation:
        return False
    return first == second and ("%" in plain_number(one)) == ("%" in plain_number(two))


def _with_text(used: QuarterData, other: QuarterData) -> QuarterData:
    """Return `used` with the figures and facts of the text that only `other` has."""
    known = set(used.headline["figure"])
    added_figures = [row for row in other.headline.to_dict("records") if row["figure"] not in known]
    facts = dict(zip(used.about["field"], used.about["value"], strict=True))
    for row in other.about.to_dict("records"):
        if row["value"] and not facts.get(row["field"]):
            facts[row["field"]] = row["value"]
    return replace(
        used,
        headline=frame("headline", [*used.headline.to_dict("records"), *added_figures]),
        about=frame("about", [{"field": name, "value": value} for name, value in facts.items()]),
    )


def _with_annexes(used: QuarterData, other: QuarterData, file: str) -> QuarterData:
    """Return `used` with the annexes that only `other` has, with their totals, unreported cells and notes."""
    taken = [name for name in TABLES if used.table(name).empty and not other.table(name).empty]
    if not taken:
        return used
    related_frames = {
        name: _merge_frame(used, other, name, taken) for name in ("printed_totals", "unreported", "annexes")
    }
    taken_words = f"附件{'、'.join(str(TABLES[name].annex) for name in taken)}取自 {file}"
    before = used.fact("annexes_from")
    facts = [row for row in used.about.to_dict("records") if row["field"] != "annexes_from"]
    facts.append({"field": "annexes_from", "value": f"{before}；{taken_words}" if before else taken_words})
    tables = {name: other.table(name) for name in taken}
    return replace(used, **tables, **related_frames, about=frame("about", facts))


def _merge_frame(used: QuarterData, other: QuarterData, name: str, taken: list[str]) -> pd.DataFrame:
    """Merge a frame about several tables: rows of the `taken` tables from `other`, all others from `used`."""
    used_part, other_part = (getattr(data, name) for data in (used, other))
    rows = [*used_part[~used_part["table"].isin(taken)].to_dict("records")]
    return frame(name, [*rows, *other_part[other_part["table"].isin(taken)].to_dict("records")])
