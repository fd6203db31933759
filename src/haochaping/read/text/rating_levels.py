"""Columns of the five rating levels (非常满意 … 非常不满意), as rating systems export them.

Needed is the number of negative ratings. The two columns that make it up are not added here, because a printed figure is
never replaced by a computed one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from haochaping.core.text import normalize_for_comparison

_POOR, _POOREST = "不满意", "非常不满意"
_BETTER = ("非常满意", "基本满意", "一般")
_LEVEL = re.compile(
    r"(非常满意|满意|基本满意|一般|不满意|非常不满意)(?:评价)?(?:数|量|数量|件数|次数|条数|总数|总量)?(?:\([^)]*\))?"
)
ADD_A_COLUMN = (
    "差评数是“不满意”与“非常不满意”之和，工具不代为相加；请在表中增加一列“差评数”填写两列之和，再运行"
)


class NegativesUnknown(ValueError):
    """The columns of levels do not give the number of negative ratings."""


def level_of(heading: str) -> str:
    """Return the level that a heading names; empty for any other heading."""
    match = _LEVEL.fullmatch(normalize_for_comparison(heading))
    return match[1] if match else ""


def columns_left_out(headings: Sequence[str], *, has_negatives: bool) -> set[int]:
    """Return the indices of level columns that are ignored: all but 不满意, if that alone is the negative ratings.

    Parameters
    ----------
    headings : sequence of str
        The lowest heading of each column.
    has_negatives : bool
        Whether another column holds the negative ones (差评数).

    Raises
    ------
    NegativesUnknown
        There are five levels, and no column has the sum of the two lowest.
    """
    levels = {i: level for i, heading in enumerate(headings) if (level := level_of(heading))}
    graded = _POOREST in levels.values() or any(level in _BETTER for level in levels.values())
    poor = {i for i, level in levels.items() if level in (_POOR, _POOREST)}
    if not graded:
        return set(levels) - poor
    if poor and not has_negatives:
        raise NegativesUnknown(ADD_A_COLUMN)
    return set(levels)
