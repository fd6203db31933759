"""Keys of a settings file in TOML: which there may be, their types and values; each problem with file, line and key."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from haochaping.core.errors import Problem
from haochaping.reference.toml_lines import TomlLines

TEXT, NUMBER, AMOUNT, FLAG, TEXTS, TABLE, CODES, DAY = (
    "文字",
    "整数",
    "不小于零的数",
    "true 或 false",
    "文字的列表",
    "一节",
    '代码的列表，如 ["1"]',
    "日期，如 2023-04-06",
)


@dataclass(frozen=True)
class Key:
    """A key of a section: its type, whether it must be there, and the values allowed (empty: any).

    ``most`` is the largest number allowed.
    """

    type: str = TEXT
    is_required: bool = False
    allowed: tuple[str, ...] = ()
    most: float = math.inf


class KeyChecker:
    """Collects problems of one document."""

    def __init__(self, path: Path, lines: TomlLines):
        self.path, self.lines = path, lines
        self.problems: list[Problem] = []

    def problem(self, place: Sequence[str | int], found: str, expected: str) -> None:
        """Add a problem at a place."""
        self.problems.append(Problem(self.lines.place(self.path, place).strip(), found, expected))

    def check_entry(
        self, place: tuple[str | int, ...], entry: Mapping[str, Any], keys: Mapping[str, Key]
    ) -> None:
        """Report unknown and missing keys of an entry, and values of a wrong type or not allowed."""
        for name, value in entry.items():
            if name not in keys:
                near = get_close_matches(name, keys, 1)
                hint = f"；是不是 {near[0]}？" if near else ""
                self.problem((*place, name), name, f"应为 {'、'.join(keys)} 之一{hint}")
            elif self.check_type((*place, name), value, keys[name].type, keys[name].allowed):
                self._check_value((*place, name), value, keys[name])
        missing = [name for name, key in keys.items() if key.is_required and name not in entry]
        if missing:
            self.problem(place, "", f"应写明 {'、'.join(missing)}")

    def _check_value(self, place: Sequence[str | int], value: Any, key: Key) -> None:
        values = value if isinstance(value, list) else [value]
        if key.allowed and any(item not in key.allowed for item in values):
            self.problem(
                place,
                str(value),
                f"应为 {'、'.join(key.allowed)} {'中的一个或几个' if key.type == TEXTS else '之一'}",
            )
        if key.type in (NUMBER, AMOUNT) and value > key.most:
            self.problem(place, str(value), f"不应大于 {key.most:g}")

    def check_type(
        self, place: Sequence[str | int], value: object, type_: str, allowed: Sequence[str] = ()
    ) -> bool:
        """Report a value of another type than `type_`, with what is `allowed`; blank texts count as wrong."""
        is_right = {
            TEXT: isinstance(value, str) and bool(value.strip()),
            NUMBER: isinstance(value, int) and not isinstance(value, bool),
            AMOUNT: _is_amount(value),
            FLAG: isinstance(value, bool),
            TEXTS: isinstance(value, list) and all(isinstance(v, str) and v.strip() for v in value),
            TABLE: isinstance(value, dict),
            CODES: isinstance(value, list) and all(_is_code(v) for v in value),
            DAY: _is_day(value),
        }[type_]
        if not is_right:
            self.problem(place, repr(value)[:80], f"应为{type_}{'：' if allowed else ''}{'、'.join(allowed)}")
        return is_right


def _is_code(value: object) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool) and bool(str(value).strip())


def _is_day(value: object) -> bool:
    if isinstance(value, date):
        return True
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _is_amount(value: object) -> bool:
    return (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and math.isfinite(value)
        and value >= 0
    )
