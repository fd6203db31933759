"""Dates as people write them."""

from __future__ import annotations

from datetime import datetime

from haochaping.core.text import normalize_for_comparison


def iso_date(text: str) -> str | None:
    """A date as people write it to ISO; blank stays blank, None when it is no date."""
    compact = normalize_for_comparison(text)
    if not compact:
        return ""
    for pattern in ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d"):
        try:
            return datetime.strptime(compact, pattern).date().isoformat()
        except ValueError:
            continue
    return None
