"""From a quarter of government-service ratings (政务服务“好差评”) to a briefing that can be trusted.

What notebooks and analysts use::

    import haochaping as hcp
    q = hcp.load("2022Q4")
    q.districts

Names are imported when first used, so that the command line starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_EXPORTS = {
    "Quarter": "quarter",
    "InputRefused": "errors",
    "load": "loading",
    "available": "loading",
    "check": "checks",
    "threshold": "reference",
    "add_rates": "statistics.rates",
    "statistics": "statistics",
    "compute_figures": "figures",
    "write_sentences": "briefing.sentences",
    "annex_table": "briefing.annex_table",
    "frame_table": "briefing.tables",
    "in_chinese": "briefing.tables",
    "chart_active_rate": "briefing.charts",
    "chart_volume_and_active_rate": "briefing.charts",
    "chart_departments": "briefing.charts",
    "chart_matrix": "briefing.charts",
    "chart_tiers": "briefing.charts",
    "chart_public_services": "briefing.charts",
    "chart_series": "briefing.series_charts",
    "use_style": "briefing.style",
    "head_html": "briefing.head",
    "appendix_html": "briefing.appendix",
    "verdict_html": "briefing.checks_view",
    "findings_html": "briefing.checks_view",
    "rules_html": "briefing.checks_view",
    "memory_html": "briefing.checks_view",
    "notes_html": "briefing.notes_view",
    "bulletin_notes_html": "briefing.notes_view",
    "stack": "briefing.html",
}

__all__ = sorted(_EXPORTS)


def __getattr__(name: str) -> Any:
    if name not in _EXPORTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"{__name__}.{_EXPORTS[name]}")
    value = module if _EXPORTS[name] == name else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
