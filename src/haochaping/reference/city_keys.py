"""Which keys ``city.toml`` may have, and of which types: what is misspelled is refused, never ignored."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from haochaping.core.errors import Problem
from haochaping.core.period import KINDS
from haochaping.reference.key_checker import AMOUNT, FLAG, TABLE, TEXTS, Key, KeyChecker
from haochaping.reference.toml_lines import TomlLines

_MOST_WORKING_DAYS = 366
CITY = {
    "name": Key(is_required=True),
    "office": Key(),
    "periods": Key(TEXTS, allowed=KINDS),
    "thresholds": Key(TABLE, is_required=True),
    "bulletin": Key(TABLE),
}
THRESHOLDS = {
    "small_denominator": Key(AMOUNT, is_required=True),
    "evaluation_window_working_days": Key(AMOUNT, is_required=True, most=_MOST_WORKING_DAYS),
    "change_percent": Key(AMOUNT, is_required=True),
    "change_points": Key(AMOUNT, is_required=True),
    "change_relative": Key(AMOUNT, is_required=True),
    "disclosure": Key(AMOUNT, is_required=True),
    "coverage": Key(AMOUNT, most=1),
}
BULLETIN = {"name_units": Key(FLAG)}


def check_city(document: Mapping[str, Any], path: Path, lines: TomlLines) -> list[Problem]:
    """Problems with unknown, missing or wrongly typed keys of the whole document."""
    checker = KeyChecker(path, lines)
    checker.check_entry((), document, CITY)
    for name, keys in (("thresholds", THRESHOLDS), ("bulletin", BULLETIN)):
        if isinstance(section := document.get(name), dict):
            checker.check_entry((name,), section, keys)
    if document.get("periods") == []:
        checker.problem(("periods",), "[]", f"应为 {'、'.join(KINDS)} 中的一个或几个")
    return checker.problems
