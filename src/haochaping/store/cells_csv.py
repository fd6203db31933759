"""``cells.csv``: one row a printed cell, under the headings that stand in the source.

It is what a period is read back from. Which member a cell belongs to and whether it is a total need no columns of their
own: they follow from row, headings and declaration. Where the headings do not name the member (a table in long form has
it in a column), it stands behind the row's label: ``人社局 / 张店区``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from haochaping.core.declaration import AnnexSpec, Declaration
from haochaping.core.model import MISSING, NUMBER, QuarterData
from haochaping.core.text import normalize_for_comparison
from haochaping.read.grid.table_meaning import fold_heading
from haochaping.store.cell_index import claim_text

COLUMNS = [
    *("annex", "table", "group", "row", "column", "measure"),
    *("printed", "value", "status", "reason", "place"),
]
TEXT_ROWS = "text"
"""Annex of the rows that are figures of the bulletin's text: for other readers, ``headline.csv`` has them in full."""
_BETWEEN = " / "
_SLASHES = re.compile(r"(?<![^ ])/+(?![^ ])")
"""Slashes that stand alone between blanks: one more is written for each run of them within a label or a member."""


def cell_records(data: QuarterData) -> list[dict[str, str]]:
    """The rows of ``cells.csv`` as texts: all cells in their order, then the figures of the text."""
    cells = [
        {
            **{name: str(cell[name]) for name in COLUMNS if name != "value"},
            "row": _label_and_member(cell, data.declaration),
            "value": _number_text(cell["value"]),
        }
        for cell in data.cell_records()
    ]
    return [*cells, *_text_records(data)]


def _text_records(data: QuarterData) -> Iterator[dict[str, str]]:
    for item in data.headline.to_dict("records"):
        value = _number_text(item["value"])
        yield dict.fromkeys(COLUMNS, "") | {
            "annex": TEXT_ROWS,
            "table": "0",
            "row": item["figure"],
            "column": "value",
            "printed": claim_text(item["printed"], item["qualifier"]),
            "value": value,
            "status": NUMBER if value else MISSING,
        }


def _number_text(value: float) -> str:
    """A number without needless decimals: ``16979``, ``0.9968``; blank for none."""
    if pd.isna(value):
        return ""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def cells_of(
    rows: Sequence[Mapping[str, str]], declaration: Declaration, totals: frozenset[str]
) -> list[dict[str, Any]]:
    """The rows of ``cells`` for rows of ``cells.csv``, whose texts are known to be valid.

    Parameters
    ----------
    rows : sequence of mapping
        Texts by column.
    declaration : Declaration
        Of the city.
    totals : frozenset of str
        Labels of totals, see :class:`~haochaping.reference.reference.Reference`.
    """
    return [_cell(row, declaration, totals) for row in rows if row["annex"] != TEXT_ROWS]


def _cell(row: Mapping[str, str], declaration: Declaration, totals: frozenset[str]) -> dict[str, Any]:
    spec = declaration.annexes.get(row["annex"])
    label, separator, member = row["row"].partition(_BETWEEN)
    label, member = _unescape(label), _unescape(member)
    if not separator:
        member = _member_in_headings(row["column"], row["measure"], spec)
    is_row_of_totals = not row["group"] if spec else _is_label(label, totals)
    return {
        **row,
        "row": label,
        "member": member,
        "is_total": is_row_of_totals or _is_label(member, totals),
        "table": int(float(row["table"])),
        "value": float(row["value"]) if row["value"] else None,
    }


def _label_and_member(cell: Mapping[str, Any], declaration: Declaration) -> str:
    """The label of a row, with the member where the headings do not name it."""
    spec = declaration.annexes.get(cell["annex"])
    label = _escape(cell["row"])
    if _member_in_headings(cell["column"], cell["measure"], spec) == cell["member"]:
        return label
    return f"{label}{_BETWEEN}{_escape(cell['member'])}"


def _is_label(name: str, totals: frozenset[str]) -> bool:
    return normalize_for_comparison(name).rstrip(":") in totals


def _escape(name: str) -> str:
    return _SLASHES.sub(lambda run: f"{run[0]}/", name)


def _unescape(name: str) -> str:
    return _SLASHES.sub(lambda run: run[0][1:], name)


def _member_in_headings(path: str, measure_name: str, spec: AnnexSpec | None) -> str:
    """The member that a path of headings names: a fixed one, else the first that is not the measure's own; blank without one."""
    if spec is None or spec.columns_by is None:
        return ""
    measure = spec.measures_by_name.get(measure_name)
    if measure is None:  # a column that nobody declared belongs to no member
        return ""
    parts = path.split("/")
    fixed = spec.columns_by.members_by_heading
    member = next(
        (fixed[folded] for part in parts if (folded := normalize_for_comparison(part)) in fixed), None
    )
    if member:
        return member.name
    own = {fold_heading(heading) for heading in (measure.heading, *measure.aliases)}
    return next((part for part in parts if fold_heading(part) not in own), "")
