"""The head of the page: quarter, issuer and dates, verdict, key figures."""

from __future__ import annotations

from haochaping.checks.check_report import CheckReport
from haochaping.core.labels import page_title
from haochaping.core.model import QuarterData
from haochaping.core.period import Period
from haochaping.figures.figure import Figures
from haochaping.outputs.page.findings_section import corrections_html, verdict_html
from haochaping.present.doubts import Doubts
from haochaping.present.html_fragment import Html, text
from haochaping.present.key_figures import key_figures
from haochaping.present.phrase import Number, Phrase
from haochaping.store.cell_index import claim_cell


def head_html(data: QuarterData, report: CheckReport, figures: Figures) -> Html:
    """The title block: quarter, issuer and dates, verdict, key figures with their changes."""
    doubts = Doubts(figures, report)
    facts = [
        ("统计期", _period_text(data), ""),
        ("数据提取", data.fact("extraction_date"), doubts.mark({claim_cell("extraction_date")})),
        ("通报印发", data.fact("issue_date"), ""),
        ("通报印发单位", data.fact("issuer"), ""),
    ]
    facts_html = "".join(
        f"<div><dt>{name}</dt><dd>{text(value)}{mark}</dd></div>" for name, value, mark in facts if value
    )
    return Html(
        f'<div class="hero" id="head"><p class="kind">内部审核稿{_simulated_remark(data)}</p>'
        f"<h1>{text(page_title(data.quarter, data.declaration))}</h1>"
        f'<dl class="facts">{facts_html}</dl>{verdict_html(report)}{corrections_html(data, report)}{_key_figure_list(figures, doubts)}'
        f'<p class="comparison">{_comparison(figures, data.quarter)}</p></div>'
    )


def _simulated_remark(data: QuarterData) -> str:
    """The warning above the title of a simulated quarter; blank for a real one."""
    return " · 模拟数据，不是实际情况" if data.is_simulated else ""


def _comparison(figures: Figures, quarter: Period) -> str:
    """What the changes of all key figures are measured against."""
    compared = figures.words.get("compared_with", ())
    if not compared:
        return f"没有可比的{quarter.before}和上年同期数据，本期不列环比、同比。"
    lacking = [
        label for name, label in (("before", quarter.before), ("year", "上年同期")) if name not in compared
    ]
    missing_remark = (
        f"没有{lacking[0]}数据，不列{'环比' if 'before' not in compared else '同比'}。" if lacking else ""
    )
    return f"环比、同比：数量为增减百分比，比率为百分点之差。{missing_remark}"


def _period_text(data: QuarterData) -> str:
    start, end = data.fact("period_start"), data.fact("period_end")
    return f"{start} 至 {end}" if start and end else ""


def _key_figure_list(figures: Figures, doubts: Doubts) -> str:
    items = [
        f"<li><span>{label}</span><div><strong>{_figure_html(figures, name, doubts)}</strong>{_unit_html(unit)}</div>"
        f"{_changes_html(figures, name, doubts)}</li>"
        for label, name, unit in key_figures(figures)
    ]
    if "negatives" in figures:
        items.append(_rectification_item(figures, doubts))
    corrected = [label for label, name, _ in key_figures(figures) if figures[name].corrected]
    remark = f"{'、'.join(corrected)}含更正后的数。" if corrected else ""
    scopes = _rate_scopes(figures)
    marks = "；※ 存疑，其后为“数据核对”中的序号" if any("※" in item for item in items) else ""
    about, called = figures.words.get("key_figures_of", ""), figures.words["called"]
    of = (
        f"前五项为{called['district']}与{called['department']}两表合计"
        if "cases" in figures
        else f"以上为{about}合计"
        if about
        else ""
    )
    note = f"<p>{text(f'{of}{scopes}；' if of else '')}点击数字可看算法和来源{marks}。{remark}</p>"
    return f'<ul class="key-figures">{"".join(items)}</ul>{note}' if items else ""


def _rate_scopes(figures: Figures) -> str:
    """Which units the rates of the head are computed from, where that is not every row."""
    parts = []
    if "paired_cases" in figures:
        parts.append("评价率只计办件数、评价数都列出的单位")
    if "active_base" in figures and figures["active_base"].value != figures["evaluations"].value:
        parts.append("主动评价率只计列出主动评价数的单位")
    return "".join(f"，{part}" for part in parts)


def _figure_html(figures: Figures, name: str, doubts: Doubts, sign: str = "") -> str:
    """A figure as a link to its row in the table of figures, marked where it is in doubt."""
    return Phrase((Number(name, sign + figures[name].text),), doubts).html


def _rectification_item(figures: Figures, doubts: Doubts) -> str:
    """The sixth key figure: the rectification rate of towns and villages, or why there is none."""
    rate, tiers = figures.get("tier_rectified_rate"), text(figures.words["called"]["tiers"])
    if rate is not None and rate.value is not None:
        return f"<li><span>{tiers}按时整改率</span><strong>{_figure_html(figures, rate.name, doubts)}</strong></li>"
    no_negatives = Phrase(("列出的差评为", Number("negatives", "零")), doubts).html
    unlisted = f"{tiers}未列差评，其他附件不列整改数" if tiers else "没有列出整改数"
    reason = unlisted if figures["negatives"] else no_negatives
    claimed = figures.get("claimed_rectification")
    claim_html = (
        f"<span>正文写 {_figure_html(figures, claimed.name, doubts)}</span>" if claimed is not None else ""
    )
    not_applicable = '<strong><a class="figure" href="#definition-rectification">不适用</a></strong>'
    return f"<li><span>差评整改</span>{not_applicable}<span>{reason}</span>{claim_html}</li>"


def _unit_html(unit: str) -> str:
    return f" <span>{unit}</span>" if unit else ""


def _changes_html(figures: Figures, name: str, doubts: Doubts) -> str:
    """The changes of a key figure as small print; blank without an earlier quarter to compare with."""
    lines = []
    for comparison in figures.words.get("compared_with", ()):
        key = f"{name}_{comparison}"
        if key in figures:
            unit = figures[key].unit.removeprefix("%")
            sign = "+" if (figures[key].value or 0) > 0 else ""
            label = {"before": "环比", "year": "同比"}[comparison]
            lines.append(f"{label} {_figure_html(figures, key, doubts, sign)} {unit}".strip())
    return "".join(f"<span>{line}</span>" for line in lines)
