"""Compare two sources of one period cell by cell, and merge what only one of them has."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, InvalidOperation

import pandas as pd

from haochaping.core.cell_texts import cell_texts
from haochaping.core.labels import annex_words
from haochaping.core.model import NOTE, NOTE_COLUMNS, TEXT_CLAIMS, CellRef, QuarterData, frame
from haochaping.core.text import normalize_for_comparison, plain_number
from haochaping.reference.reference import Reference


def with_second_source(used: QuarterData, other: QuarterData, reference: Reference, file: str) -> QuarterData:
    """Return `used` with the differences from `other` (read from `file`) and with what only `other` has.

    Frame ``second`` gets one row for each cell that differs: the cell, the text in `other`, its file.
    Annexes that one of the two lacks are not compared, nor totals that only one prints. Annexes and facts of the text
    that only `other` has are added; the fact ``annexes_from`` names the added annexes.
    """
    used_part, other_part = (_by_canonical_name(data, reference) for data in (used, other))
    common = set(used.cells["annex"]) & set(other.cells["annex"])
    totals = {
        (row.table, row.row, row.member) for d in (used, other) for row in d.printed_totals.itertuples()
    }
    rows = []
    for place in dict.fromkeys([*used_part, *other_part]):
        cell, text = used_part.get(place, (place, None))
        other_cell, other_text = other_part.get(place, (place, None))
        if place.table not in {*common, TEXT_CLAIMS} or not _is_comparable(
            cell, text, other_text, used, other, totals
        ):
            continue
        if not _is_same_value(text or "", other_text or ""):
            at = cell if text is not None else other_cell
            rows.append(
                {
                    "table": at.table,
                    "row": at.row,
                    "member": at.member,
                    "column": at.column,
                    "printed": "" if other_text is None else other_text,
                    "file": file,
                }
            )
    merged = _with_annexes(_with_text(used, other), other, file)
    return replace(merged, second=frame("second", [*used.second.to_dict("records"), *rows]))


def _by_canonical_name(data: QuarterData, reference: Reference) -> dict[CellRef, tuple[CellRef, str]]:
    """Return the texts of all cells by place with canonical unit names; each with its place as printed."""
    found: dict[CellRef, tuple[CellRef, str]] = {}
    for cell, text in cell_texts(data).items():
        spec = data.declaration.annexes.get(cell.table)
        if spec is None or cell.row == NOTE:
            found[cell] = (cell, text)
            continue
        kinds = [group.name for group in spec.groups if group.is_registered]
        of_members = spec.columns_by.name if spec.columns_by and spec.columns_by.is_registered else ""
        row = next((u.canonical for kind in kinds if (u := reference.unit(kind, cell.row))), cell.row)
        member = reference.canonical(of_members, cell.member) if of_members else cell.member
        found[CellRef(cell.table, row, cell.column, member)] = (cell, text)
    return found


def _is_comparable(
    cell: CellRef,
    text: str | None,
    other_text: str | None,
    used: QuarterData,
    other: QuarterData,
    totals: set[tuple[str, str, str]],
) -> bool:
    """Whether a cell is in both sources, or in a row that one of them lacks although it should have it."""
    is_note = cell.row == NOTE and cell.column in NOTE_COLUMNS
    if text is not None and other_text is not None:
        return not is_note or bool(text and other_text)
    if cell.table == TEXT_CLAIMS or is_note:
        return False
    return (cell.table, cell.row, cell.member) not in totals and not any(
        _lacks_column(data, cell) for data in (used, other)
    )


def _lacks_column(data: QuarterData, cell: CellRef) -> bool:
    """Whether a source does not have a column at all, or only without numbers."""
    table = data.table(cell.table)
    return cell.column not in table or bool(table[cell.column].isna().all())


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
    """Return `used` with the annexes that only `other` has, with their totals and notes."""
    taken = [name for name in used.absent if name not in other.absent]
    if not taken:
        return used
    shift = int(used.cells["table"].max()) if len(used.cells) else 0
    added = other.cells[other.cells["annex"].isin(taken)]
    notes = other.annexes[other.annexes["table"].isin(taken)]
    taken_words = "、".join(annex_words(other, name).removeprefix("附件") for name in taken)
    before = used.fact("annexes_from")
    facts = [row for row in used.about.to_dict("records") if row["field"] != "annexes_from"]
    words = f"附件{taken_words}取自 {file}"
    facts.append({"field": "annexes_from", "value": f"{before}；{words}" if before else words})
    return replace(
        used,
        cells=pd.concat([used.cells, added.assign(table=added["table"] + shift)], ignore_index=True),
        annexes=pd.concat(
            [used.annexes, notes.assign(position=notes["position"] + shift)], ignore_index=True
        ),
        about=frame("about", facts),
    )
