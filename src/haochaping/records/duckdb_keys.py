"""Keys on DuckDB: the engine's hash of a text, which is shorter than the text and is made once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from haochaping.records.row_keys import comparable

KEY = ("case_key", "case_key_2")
"""Two hashes of the case number, 128 bits together: two of a billion numbers have both in common with a probability of 10⁻²⁰."""
KEY_SQL = "hash(case_no) AS case_key, hash('k' || case_no) AS case_key_2"


@ibis.udf.scalar.builtin(name="hash")
def _hash(text: str) -> dt.uint64:
    """The engine's own function; Ibis' ``hash`` turns what it gives into another number, which costs more than hashing."""


@ibis.udf.scalar.builtin(name="hash")
def _hash_of_two(first: str, second: str) -> dt.uint64:
    """The same of two texts."""


def case_key(fields: ir.Table) -> dict[str, ir.Value]:
    """The columns of ``KEY``; `KEY_SQL` is the same in the engine's own words."""
    return {"case_key": _hash(fields.case_no), "case_key_2": _hash("k" + fields.case_no)}


def row_key(table: ir.Table, columns: Sequence[str]) -> Mapping[str, ir.Value]:
    """One hash of a case number and what else makes a key, where both are texts; see :class:`Records`."""
    first, *others = comparable(table, columns).items()
    if not others:
        return {"row_hash": table.case_key}
    if len(others) == 1 and others[0][1].type().is_string():
        return {"row_hash": _hash_of_two(first[1], others[0][1])}
    return {"row_hash": table.case_key, **dict(others)}
