"""The reader held against what is expected: the model in plain values, or a refusal that says enough."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pandas as pd

from haochaping.errors import InputRefused
from haochaping.model import TABLES, QuarterData, decode_key

FILE = "bulletin.txt"
Read = Callable[[str | bytes], QuarterData]


def plain(data: QuarterData) -> dict[str, Any]:
    """All that counts in a model, as plain values; the order of totals and gaps does not count."""

    def pair(key: str) -> tuple[tuple[str, str], ...]:
        return tuple(decode_key(key).items())

    content: dict[str, Any] = {name: _records(data.table(name)) for name in TABLES}
    content["printed_totals"] = sorted(
        (r.table, pair(r.key), r.column, round(r.value, 10), r.printed, r.label)
        for r in data.printed_totals.itertuples()
    )
    content["unreported"] = sorted(
        (r.table, pair(r.key), r.column, r.printed) for r in data.unreported.itertuples()
    )
    content["headline"] = {
        r.figure: (round(r.value, 10), r.unit, r.printed, r.qualifier) for r in data.headline.itertuples()
    }
    return content


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{key: _value(value) for key, value in row.items()} for row in table.to_dict("records")]


def _value(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if pd.isna(value):
        return None
    return (
        int(value) if float(value).is_integer() and not isinstance(value, float) else round(float(value), 10)
    )


def read_or_refusal(read: Read, content: str | bytes) -> dict[str, Any] | InputRefused:
    """The model in plain values, or the refusal; any other exception is the reader's fault."""
    try:
        return plain(read(content))
    except InputRefused as refusal:
        assert_says_enough(refusal)
        return refusal


def assert_says_enough(refusal: InputRefused) -> None:
    """Every problem names the file and what was expected."""
    assert refusal.problems
    for problem in refusal.problems:
        assert FILE in problem.place, problem
        assert problem.expected, problem


def assert_refused(read: Read, content: str | bytes, *, with_line: bool = True) -> None:
    """The bulletin is refused, and the message names a line (or, for the whole file, the file)."""
    result = read_or_refusal(read, content)
    assert isinstance(result, InputRefused), f"was read: {_summary(result)}"
    if with_line:
        assert re.search(r"第 \d+ 行", result.message), result.message


def assert_same(found: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Equal, told part by part so that a failure is short."""
    assert found.keys() == wanted.keys()
    for part, content in wanted.items():
        assert found[part] == content, part


def assert_read(read: Read, content: str | bytes, wanted: dict[str, Any]) -> None:
    """The model expected and no refusal."""
    result = read_or_refusal(read, content)
    assert not isinstance(result, InputRefused), result.message
    assert_same(result, wanted)


def assert_read_or_refused(read: Read, content: str | bytes, wanted: dict[str, Any]) -> bool:
    """The model expected or a refusal, never another model; tells whether it was read."""
    result = read_or_refusal(read, content)
    if isinstance(result, InputRefused):
        return False
    assert_same(result, wanted)
    return True


def _summary(content: dict[str, Any]) -> str:
    return ", ".join(f"{name} {len(part)}" for name, part in content.items())


def rows_or_refusal(tables: Callable[[str], Any], text: str) -> list[list[tuple[Any, ...]]] | None:
    """Per table its rows and totals as (name, cells); None when refused."""
    try:
        found = tables(text)
    except InputRefused as refusal:
        assert_says_enough(refusal)
        return None
    return [[(row.name, *row.cells) for row in (*t.body.rows, *t.body.totals)] for t in found]
