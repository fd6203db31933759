"""The head of the page, on one screen: the verdict, what must be settled before signing, where to sign, key figures."""

from __future__ import annotations

from haochaping.checks.check_report import CheckReport
from haochaping.checks.finding import Matter
from haochaping.checks.matters import first_words
from haochaping.cleaning.number_format import number
from haochaping.core.labels import SEVERITIES, column_heading, page_title, row_words
from haochaping.core.model import CellRef, QuarterData
from haochaping.core.paths import find_locations
from haochaping.core.period import Period
from haochaping.figures.figure import Figures
from haochaping.outputs.page.decision import signature_html, verdict_html
from haochaping.present.addressee import addressee_words, answered_words
from haochaping.present.doubts import Doubts
from haochaping.present.html_fragment import Html, single_tab_stop, text
from haochaping.present.html_table import matter_links
from haochaping.present.key_figures import key_figures
from haochaping.present.numbered_matters import matter_anchor, matter_label, numbered_matters
from haochaping.present.phrase import Number, Phrase
from haochaping.present.sentences import KEY_FIGURES, compose
from haochaping.reference.reference import Reference, load_reference

MOST_TO_SETTLE = 5


def head_html(
    data: QuarterData, report: CheckReport, figures: Figures, reference: Reference | None = None
) -> Html:
    """The title block: quarter, issuer and dates, verdict, what must be settled, signature, key figures.

    Parameters
    ----------
    data : QuarterData
        The quarter.
    report : CheckReport
        What the checks say.
    figures : Figures
        The quarter's named figures.
    reference : Reference, optional
        The city, to name who is asked; by default the project's.
    """
    reference = reference or load_reference(find_locations().reference)
    doubts = Doubts(figures, report)
    facts = [
        ("统计期", _period_text(data)),
        ("数据提取", data.fact("extraction_date")),
        ("通报印发", data.fact("issue_date")),
        ("通报印发单位", data.fact("issuer")),
        ("核对", report.as_of),
    ]
    facts_html = "".join(
        f"<div><dt>{name}</dt><dd>{text(value)}</dd></div>" for name, value in facts if value
    )
    return Html(
        f'<div class="hero" id="head"><p class="kind">内部审核稿{_simulated_remark(data)}</p>'
        f"<h1>{text(page_title(data.quarter, data.declaration))}</h1>"
        f'<dl class="facts">{facts_html}</dl>{verdict_html(report, data)}'
        f'<div class="decide">{_to_settle_html(data, report, reference)}{signature_html(report)}</div>'
        f"{_key_figure_list(data, report, figures, doubts)}"
        f'<p class="comparison">{_comparison(figures, data.quarter)}</p></div>'
    )


def _to_settle_html(data: QuarterData, report: CheckReport, reference: Reference) -> str:
    """The open matters that concern the most records, each with what is asked of whom; the others by number."""
    standing = [(number, m) for number, m in enumerate(report.matters, start=1) if m.is_open]
    if not standing:
        return '<div class="to-settle"><h2>签字前须解决</h2><p>没有未解决的事项。</p></div>'
    lines = "".join(_line_html(number, m, data, reference) for number, m in standing[:MOST_TO_SETTLE])
    rest = standing[MOST_TO_SETTLE:]
    correct = "；".join(
        f"{matter_links([number])} {text(first_words(m.title))}"
        for number, m in rest
        if m.severity == "correct"
    )
    verify = _labels_html([(n, m) for n, m in rest if m.severity == "verify"], report, data)
    more = [f"另有须更正的：{correct}。" if correct else "", f"另有需核实的：{verify}。" if verify else ""]
    more_html = "".join(f'<p class="more">{single_tab_stop(line)}</p>' for line in more if line)
    return f'<div class="to-settle"><h2>签字前须解决</h2><ol>{lines}</ol>{more_html}</div>'


def _labels_html(matters: list[tuple[int, Matter]], report: CheckReport, data: QuarterData) -> str:
    """``零差评（3）、市公安局等 6 个单位（6）``: matters in a word, linked by their numbers."""
    findings = {finding.id: finding for finding in report.findings}
    return "、".join(
        f"{text(matter_label(m, [findings[name] for name in m.findings], data))}（{matter_links([number])}）"
        for number, m in matters
    )


def _line_html(number: int, matter: Matter, data: QuarterData, reference: Reference) -> str:
    who = addressee_words(matter, data, reference)
    state = answered_words(matter)
    return (
        f'<li class="matter-{matter.severity}"><a href="#{matter_anchor(number)}">{number}</a> '
        f'<span class="severity">{SEVERITIES[matter.severity]}</span>{text(matter.title)}'
        f'<span class="ask">请{text(who)}：{text(matter.question)}<span class="state">（{state}）</span></span></li>'
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


def _key_figure_list(data: QuarterData, report: CheckReport, figures: Figures, doubts: Doubts) -> str:
    sentences = compose(KEY_FIGURES, figures, report)
    effects = _effects_of_slips(data, report, figures, doubts)
    items = []
    for label, name, unit in key_figures(figures):
        own = (Phrase(s.parts, doubts).html for s in sentences if s.rule.startswith(f"{name}_"))
        said = effects.get(name) or next(own, "")
        items.append(
            f"<li><span>{label}</span><div><strong>{_figure_html(figures, name, doubts)}</strong>{_unit_html(unit)}</div>"
            f"{_changes_html(figures, name, doubts)}<span>{single_tab_stop(said)}</span></li>"
        )
    corrected = [label for label, name, _ in key_figures(figures) if figures[name].corrected]
    remark = f"{'、'.join(corrected)}含更正后的数。" if corrected else ""
    about, called = figures.words.get("key_figures_of", ""), figures.words["called"]
    of = (
        f"{called['district']}与{called['department']}两表合计{_rate_scope(figures)}；"
        if "cases" in figures
        else f"以上为{about}合计；"
        if about
        else ""
    )
    note = f'<p>{text(of)}<span class="on-screen">点击数字可看算法和来源。</span>{remark}</p>'
    return f'<ul class="key-figures">{"".join(items)}</ul>{note}' if items else ""


def _effects_of_slips(
    data: QuarterData, report: CheckReport, figures: Figures, doubts: Doubts
) -> dict[str, str]:
    """For each key figure that a located slip would move: the slip and the number without it, linked to the matter."""
    names = [name for _, name, _ in key_figures(figures)]
    effects: dict[str, str] = {}
    told = "的推测" if data.record_counts.empty else "，按单件记录"
    for numbered in numbered_matters(report):
        changes = dict(change for finding in numbered.findings for change in finding.changes)
        moved = [n for n in names if n not in effects and numbered.number in doubts.matters_of_figure(n)]
        if not changes or not moved:
            continue
        otherwise = doubts.without_slips(numbered.number)
        if otherwise is None:
            continue
        words = _slip_words(changes, data)
        for name in moved:
            if name in otherwise and otherwise[name].text != figures[name].text:
                shown = f'<a href="#{matter_anchor(numbered.number)}">{text(otherwise[name].text)}</a>'
                effects[name] = f"若{text(words)}（第 {numbered.number} 项{told}），则为 {shown}。"
    return effects


def _slip_words(changes: dict[CellRef, int], data: QuarterData) -> str:
    """``高新区评价数、办件数实为 137,340``; of several values the first."""
    first, value = next(iter(changes.items()))
    same = [cell for cell, other in changes.items() if other == value and cell.row == first.row]
    columns = "、".join(column_heading(data.declaration, cell.column) for cell in same)
    return f"{row_words(data.declaration, first)}{columns}实为 {number(value)}"


def _rate_scope(figures: Figures) -> str:
    """Which units the rate of the head is computed from, where that is not every row."""
    if "active_base" in figures and figures["active_base"].value != figures["evaluations"].value:
        return "，主动评价率只计列出主动评价数的单位"
    return ""


def _figure_html(figures: Figures, name: str, doubts: Doubts, sign: str = "") -> str:
    """A figure as a link to its row in the table of figures, underlined where it is in doubt."""
    return Phrase((Number(name, sign + figures[name].text),), doubts).html


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
