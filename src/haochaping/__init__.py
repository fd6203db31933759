"""政务服务“好差评”一期评价数据：读入、核对、比较、画图，生成可以信赖的简报。

分析用::

    import haochaping as hcp
    q = hcp.load("2022Q4")
    hcp.table(q, 1)

一行一问：``table`` 附件表，``rates`` 比率和区间，``shares`` 占比，``funnel`` 与同类比，``bar`` 条形图，``compare`` 两期相比，
``series``、``xmr`` 逐期，``findings``、``matters``、``cells`` 核对意见，``tidy`` 长表，``as_percent`` 声明百分比，``to_excel`` 写 Excel，
``take_note`` 写进简报，``explore`` 选择栏。各自的用法：``hcp.rates?``；全部见《分析手册》（docs/分析手册.md）。
"""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import Any

_FOR_ANALYSTS = {
    "available": "pipeline.printed_quarter",
    "load": "pipeline.load_and_check",
    "check": "pipeline.load_and_check",
    "table": "analysis.annex_tables",
    "rates": "analysis.annex_tables",
    "shares": "analysis.annex_tables",
    "funnel": "analysis.unlike_peers",
    "bar": "analysis.bars",
    "compare": "analysis.comparisons",
    "series": "analysis.over_time",
    "xmr": "analysis.over_time",
    "findings": "analysis.finding_tables",
    "matters": "analysis.finding_tables",
    "cells": "analysis.finding_tables",
    "tidy": "analysis.long_frame",
    "as_percent": "analysis.labelled_table",
    "to_excel": "analysis.to_excel",
    "take_note": "analysis.take_note",
    "explore": "analysis.explorer",
    "in_chinese": "present.html_table",
    "chart_active_rate": "present.charts.active_rate",
    "chart_departments": "present.charts.departments",
    "chart_matrix": "present.charts.matrix",
    "chart_headline_gap": "present.charts.headline_gap",
    "chart_district_coverage": "present.charts.district_coverage",
    "chart_tiers": "present.charts.tiers",
    "chart_series": "present.charts.series_charts",
    "use_style": "present.charts.style",
    "statistics": "statistics",
    "threshold": "reference.reference",
    "with_rates": "figures.annex_part",
    "Period": "core.period",
    "InputRefused": "core.errors",
}
_PIECES_OF_THE_PAGE = {
    "compute_figures": "figures.compute_figures",
    "write_sentences": "present.sentences",
    "annex_titles": "core.labels",
    "annex_table": "outputs.page.annex_html",
    "folded_annex_table": "outputs.page.annex_html",
    "other_tables": "outputs.page.annex_html",
    "frame_table": "present.html_table",
    "chart_annex": "present.charts.annex_chart",
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
}
"""What the notebook of the briefing is made of: found by name, not listed among what analysts call."""
_EXPORTS = _FOR_ANALYSTS | _PIECES_OF_THE_PAGE

__all__ = sorted(_FOR_ANALYSTS)


def __getattr__(name: str) -> Any:
    # Imported when first used, so that the command line starts at once.
    if name not in _EXPORTS:
        meant = "、".join(get_close_matches(name, __all__))
        raise AttributeError(f"{__name__} 没有 {name}" + (f"，是不是 {meant}" if meant else ""))
    module = import_module(f"{__name__}.{_EXPORTS[name]}")
    value = module if _EXPORTS[name] == name else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
