"""The head of the page: what quarter, may it be submitted, the key figures."""

from __future__ import annotations

from haochaping.briefing.checks_view import verdict_html
from haochaping.briefing.html import Html, figure_link, number_link, text
from haochaping.checks.confront import CheckReport
from haochaping.figures import Figures
from haochaping.model import QuarterData

KEY_FIGURES = (
    ("办件", "cases", "件"),
    ("评价", "evaluations", "条"),
    ("评价率", "rate", ""),
    ("主动评价率", "active_rate", ""),
    ("差评", "negatives", "条"),
)


def head_html(data: QuarterData, report: CheckReport, figures: Figures) -> Html:
    """Title block: what quarter, from whom, may it be submitted, and the key figures."""
    issuer = data.fact("issuer")
    facts = [
        ("统计期", _period(data)),
        ("数据提取", data.fact("extraction_date")),
        ("通报印发", data.fact("issue_date")),
        ("通报印发单位", issuer),
    ]
    shown = "".join(f"<div><dt>{name}</dt><dd>{text(value)}</dd></div>" for name, value in facts if value)
    return Html(
        f'<div class="hero" id="head"><p class="kind">内部审核稿{_simulated(data)}</p>'
        f"<h1>{text(data.quarter.label)}政务服务“好差评”工作简报</h1>"
        f'<dl class="facts">{shown}</dl>{verdict_html(report)}{_strip(figures)}'
        f'<p class="comparison">{_comparison(figures)}</p></div>'
    )


def _simulated(data: QuarterData) -> str:
    """Said at the very top where the quarter is invented."""
    return " · 模拟数据，不是实际情况" if data.is_simulated else ""


def _comparison(figures: Figures) -> str:
    """What changes are measured against; said once for all key figures."""
    compared = figures.words.get("compared_with", ())
    if not compared:
        return "没有可比的上季度和上年同期数据，本期不列环比、同比。"
    lacking = [label for name, label in (("before", "上季度"), ("year", "上年同期")) if name not in compared]
    without = (
        f"没有{lacking[0]}数据，不列{'环比' if 'before' not in compared else '同比'}。" if lacking else ""
    )
    return f"环比、同比：数量为增减百分比，比率为百分点之差。{without}"


def _period(data: QuarterData) -> str:
    start, end = data.fact("period_start"), data.fact("period_end")
    return f"{start} 至 {end}" if start and end else ""


def key_figure_names(figures: Figures) -> list[str]:
    """Names of the figures that the head shows."""
    shown = [name for _, name, _ in KEY_FIGURES if name in figures]
    changes = [f"{name}_{one}" for name in shown for one in figures.words.get("compared_with", ())]
    beside = ("tier_rectified_rate", "claimed_rectification")
    return [name for name in (*shown, *changes, *beside) if name in figures]


def _strip(figures: Figures) -> str:
    items = [
        f"<li><span>{label}</span><div><strong>{figure_link(figures[name])}</strong>{_unit(unit)}</div>{_change(figures, name)}</li>"
        for label, name, unit in KEY_FIGURES
        if name in figures
    ]
    if "negatives" in figures:
        items.append(_rectified(figures))
    corrected = [label for label, name, _ in KEY_FIGURES if name in figures and figures[name].corrected]
    remark = f"{'、'.join(corrected)}含更正后的数。" if corrected else ""
    note = f"<p>前五项为区县与市直部门两表合计；点击数字可看算法和来源。{remark}</p>" if items else ""
    return f'<ul class="key-figures">{"".join(items)}</ul>{note}' if items else ""


def _rectified(figures: Figures) -> str:
    """The sixth key figure: what became of negative evaluations, where the annexes say so."""
    rate = figures.get("tier_rectified_rate")
    if rate is not None and rate.value is not None:
        return f"<li><span>镇村按时整改率</span><strong>{figure_link(rate)}</strong></li>"
    why = "镇村未列差评，其他附件不列整改数" if figures["negatives"] else "列出的差评为零"
    claimed = figures.get("claimed_rectification")
    told = f"<span>正文写 {figure_link(claimed)}</span>" if claimed is not None else ""
    return f"<li><span>差评整改</span><strong>不适用</strong><span>{why}</span>{told}</li>"


def _unit(unit: str) -> str:
    return f" <span>{unit}</span>" if unit else ""


def _change(figures: Figures, name: str) -> str:
    """How a key figure changed, as a line of small print; blank without an earlier quarter."""
    lines = []
    for comparison in figures.words.get("compared_with", ()):
        key = f"{name}_{comparison}"
        if key in figures:
            unit = figures[key].unit.removeprefix("%")
            sign = "+" if (figures[key].value or 0) > 0 else ""
            label = {"before": "环比", "year": "同比"}[comparison]
            lines.append(f"{label} {number_link(key, sign + figures[key].text)} {unit}".strip())
    return "".join(f"<span>{line}</span>" for line in lines)
