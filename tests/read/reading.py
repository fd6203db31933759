"""The reader held against what is expected: the model in plain values, or a refusal that says enough."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from haochaping.core.errors import InputRefused
from haochaping.core.model import QuarterData
from haochaping_dev.fuzz.model_content import kit_reference, plain_values

FILE = "bulletin.txt"
ANNEXES = tuple(kit_reference().declaration.annexes)
"""Names of the annexes that the kit's own city declares."""
Read = Callable[[str | bytes], QuarterData]


def read_or_refusal(read: Read, content: str | bytes) -> dict[str, Any] | InputRefused:
    """The model in plain values, or the refusal; any other exception is the reader's fault."""
    try:
        return plain_values(read(content))
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
    return [[(row.name, *row.cells) for row in t.rows] for t in found]
