"""Columns of the five rating levels (非常满意 … 非常不满意), as rating systems export them.

Where a table has the levels one by one, 不满意 is one of two levels of negative ratings, not their number.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from haochaping.core.text import normalize_for_comparison

_POOR, _POOREST = "不满意", "非常不满意"
_BETTER = ("非常满意", "基本满意", "一般")
_LEVEL = re.compile(
    r"(非常满意|满意|基本满意|一般|不满意|非常不满意)(?:评价)?(?:数|量|数量|件数|次数|条数|总数|总量)?(?:\([^)]*\))?"
)


def level_of(heading: str) -> str:
    """Return the level that a heading names; empty for any other heading."""
    match = _LEVEL.fullmatch(normalize_for_comparison(heading))
    return match[1] if match else ""


def undeclared_levels(headings: Sequence[str], declared: Collection[str]) -> set[int]:
    """Return the indices of level columns that are no measure, whatever their heading alone would mean.

    Parameters
    ----------
    headings : sequence of str
        The lowest heading of each column.
    declared : collection of str
        Headings of the annex's measures, normalised. Where the best and the worst level are among them, the city declares the
        levels one by one and every heading means what it declares.
    """
    levels = {i: level for i, heading in enumerate(headings) if (level := level_of(heading))}
    is_graded = _POOREST in levels.values() or any(level in _BETTER for level in levels.values())
    if not is_graded:
        return {i for i, level in levels.items() if level not in (_POOR, _POOREST)} - _declared(
            headings, declared
        )
    if any(
        level in declared or level_of(name) == level for level in (_POOREST, *_BETTER) for name in declared
    ):
        return set()
    return set(levels)


def _declared(headings: Sequence[str], declared: Collection[str]) -> set[int]:
    return {i for i, heading in enumerate(headings) if normalize_for_comparison(heading) in declared}
