"""Keys of rows in Ibis: rows that may be repeated, the one of several that counts, and keys that compare though something is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import ibis
import ibis.expr.types as ir
from ibis import _

PART = "part"
"""Column of every table of records: in which file a row stands."""
_NEVER = datetime(1, 1, 1)


def case_key(table: ir.Table) -> dict[str, ir.Value]:
    """The columns by which records of one case are brought together, where an engine has no shorter ones."""
    return {"case_key": table.case_no}


def suspects(table: ir.Table, row_key: Mapping[str, ir.Value]) -> ir.Table:
    """A row a value of some columns that more than one row has; equal keys have equal values, others may."""
    return table.group_by(**row_key).agg(rows=_.count()).filter(_.rows > 1).drop("rows")


def comparable(table: ir.Table, key: Sequence[str]) -> dict[str, ir.Value]:
    """The columns of a key with a value for what is missing, so that equal keys are equal when joined."""
    return {f"{name}_": _or_blank(table[name]) for name in key}


def _or_blank(column: ir.Value) -> ir.Value:
    return column.fill_null(_NEVER if column.type().is_timestamp() else "")


def latest_rows(table: ir.Table, key: Sequence[str], latest_by: str) -> ir.Table:
    """One row a key: the one with the latest time; of equal times the first in order of all columns."""
    others = [name for name in table.columns if name not in (*key, latest_by)]
    order = [table[latest_by].desc(nulls_first=False), *(table[name].asc() for name in others)]
    ranked = table.mutate(rank=ibis.row_number().over(group_by=list(key), order_by=order))
    return ranked.filter(_.rank == 0).drop("rank")


def repeated_keys(table: ir.Table, key: Sequence[str]) -> ir.Table:
    """One row: how many rows and keys there are, and in how many keys rows of several parts, or with different contents."""
    parts = table.group_by(list(key)).agg(rows=_.count(), parts=_[PART].nunique())
    contents = table.drop(PART).distinct().group_by(list(key)).agg(contents=_.count())
    return parts.agg(rows=_.rows.sum(), keys=_.count(), overlaps=(_.parts > 1).sum()).cross_join(
        contents.agg(contradicting=(_.contents > 1).sum())
    )
