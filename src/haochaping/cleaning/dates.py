"""Dates as people write them."""

from __future__ import annotations

from datetime import datetime

from haochaping.core.text import normalize_for_comparison


def iso_date(text: str) -> str | None:
    """Convert a date as people write it (2023-01-05, 2023/1/5, 2023年1月5日, 20230105) to ISO.

    Blank gives "", anything that is no date gives None.
    """
    compact = normalize_for_comparison(text)
    if not compact:
        return ""
    for pattern in ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d"):
        try:
            return datetime.strptime(compact, pattern).date().isoformat()
        except ValueError:
            continue
    return None
