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
    "Period": "core.period",
    "InputRefused": "core.errors",
    "load": "pipeline.load_and_check",
    "available": "pipeline.printed_quarter",
    "check": "pipeline.load_and_check",
    "threshold": "reference.reference",
    "with_rates": "figures.annex_part",
    "statistics": "statistics",
    "compute_figures": "figures.compute_figures",
    "write_sentences": "present.sentences",
    "annex_titles": "core.labels",
    "annex_table": "outputs.page.annex_html",
    "folded_annex_table": "outputs.page.annex_html",
    "other_tables": "outputs.page.annex_html",
    "frame_table": "present.html_table",
    "in_chinese": "present.html_table",
    "chart_active_rate": "present.charts.active_rate",
    "chart_headline_gap": "present.charts.headline_gap",
    "chart_district_coverage": "present.charts.district_coverage",
    "chart_departments": "present.charts.departments",
    "chart_matrix": "present.charts.matrix",
    "chart_tiers": "present.charts.tiers",
    "chart_annex": "present.charts.annex_chart",
    "chart_series": "present.charts.series_charts",
    "use_style": "present.charts.style",
    "head_html": "outputs.page.head",
    "record_table": "present.record_tables",
    "reproduction_html": "outputs.page.record_sections",
    "records_html": "outputs.page.record_sections",
    "association_html": "outputs.page.record_sections",
    "loop_html": "outputs.page.record_sections",
    "chart_rating_times": "present.charts.record_charts",
    "chart_loop": "present.charts.record_charts",
    "appendix_html": "outputs.page.appendix",
    "matters_html": "outputs.page.matters_section",
    "checks_html": "outputs.page.checks_section",
    "notes_html": "outputs.page.notes_section",
    "bulletin_notes_html": "outputs.page.notes_section",
    "stack": "present.html_fragment",
    "table": "analysis.annex_tables",
    "rates": "analysis.annex_tables",
    "shares": "analysis.annex_tables",
    "bar": "analysis.bars",
    "compare": "analysis.comparisons",
    "funnel": "analysis.unlike_peers",
    "series": "analysis.over_time",
    "xmr": "analysis.over_time",
    "findings": "analysis.finding_tables",
    "cells": "analysis.finding_tables",
    "matters": "analysis.finding_tables",
    "tidy": "analysis.long_frame",
    "take_note": "analysis.take_note",
    "explore": "analysis.explorer",
    "to_excel": "analysis.to_excel",
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
