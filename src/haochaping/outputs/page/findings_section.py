"""Section 8: the verdict, the findings, the rules that held and those that could not run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import groupby

import pandas as pd
from markupsafe import Markup

from haochaping.checks.check_report import CheckReport, RuleResult
from haochaping.checks.finding import Finding
from haochaping.checks.outcome import WHOLE
from haochaping.checks.verdict import Verdict
from haochaping.cleaning.number_format import number
from haochaping.core.labels import COLUMNS, RULE_STATES, SEVERITIES, STATUSES, place
from haochaping.core.model import TABLES, CellRef
from haochaping.core.paths import find_locations
from haochaping.figures.figure import Figures
from haochaping.outputs.page.figure_table import listed, shown_places
from haochaping.present.cell_places import finding_anchors
from haochaping.present.doubts import cells_in_doubt
from haochaping.present.finding_places import FindingPlaces
from haochaping.present.html_fragment import Html, single_tab_stop, text
from haochaping.present.html_table import finding_links, frame_table
from haochaping.reference.reference import Reference, load_reference

VERDICT_CLASS = {
    Verdict.READY: "ready",
    Verdict.WITH_NOTES: "with-notes",
    Verdict.VERIFY_FIRST: "verify-first",
}


def verdict_html(report: CheckReport) -> Html:
    """The verdict with the counts behind it."""
    failed = sum(result.state == "could not run" for result in report.results)
    unrun = f"；{failed} 条规则未能运行" if failed else ""
    if report.refused:
        unrun += f"；{report.refused} 条答复未采用，原因见“数据核对”一节末尾"
    if any(finding.status == "explained" for finding in report.findings):
        unrun += f"；说明是否到期按 {report.as_of} 判断"
    if open_corrections(report):
        unrun += "；须更正的，更正以后才能送审"
    return Html(
        f'<p class="verdict verdict-{VERDICT_CLASS[report.verdict]}"><strong>{report.verdict.value}</strong>'
        f"<span>{counts_words(report)}{report.answered_words}{unrun}。结论由程序按规则提出，是否送审由人决定。</span></p>"
    )


MOST_NAMED = 6


def corrections_html(report: CheckReport) -> Html:
    """What must be corrected, in a line for the head: place by place, linked to the findings; blank without any."""
    waiting = [one for one in report.findings if one.severity == "correct" and one.status != "corrected"]
    if not waiting:
        return Html("")
    anchors = finding_anchors(report)
    groups = [list(group) for _, group in groupby(waiting, key=lambda one: one.check)]
    named = [
        f"{_group_words(group)}{finding_links([anchors[one.id] for one in group])}"
        for group in groups[:MOST_NAMED]
    ]
    more = "等" if len(groups) > MOST_NAMED else ""
    return Html(f'<p class="to-correct doubt">须更正的是{"；".join(named)}{more}。</p>')


def _group_words(findings: Sequence[Finding]) -> Markup:
    """``附件2“市残联”等 4 处评价率``."""
    at = findings[0].at
    whole = WHOLE in at.names.values()
    place_words = (
        f"附件{TABLES[at.table].annex}" if whole and at.table in TABLES else place(at.table, at.names)
    )
    many = f"等 {len(findings)} 处" if len(findings) > 1 else ""
    return text(f"{place_words}{many}{COLUMNS.get(at.column, '')}{'列' if whole else ''}")


def counts_words(report: CheckReport) -> str:
    """How many findings of each severity."""
    return "、".join(f"{SEVERITIES[name]} {count} 条" for name, count in report.counts.items())


def open_corrections(report: CheckReport) -> bool:
    """Whether a 须更正 stands that was not corrected."""
    return any(one.severity == "correct" and one.status != "corrected" for one in report.findings)


def findings_html(report: CheckReport, figures: Figures, reference: Reference | None = None) -> Html:
    """Every finding, gravest first; several of one rule together; what was explained before in one line each.

    Parameters
    ----------
    report : CheckReport
        What the checks say.
    figures : Figures
        The quarter's named figures: each finding says which of them it touches.
    reference : Reference, optional
        The city, by which the unit that is asked is named; by default the project's.
    """
    anchors = finding_anchors(report)
    names = listed(figures, shown_places(figures, report))
    figures = Figures({name: figures[name] for name in names}, figures.words, figures.data)
    about = (
        FindingPlaces(figures.data, report, reference or load_reference(find_locations().reference))
        if figures.data
        else None
    )
    shown_findings = [finding for finding in report.findings if not finding.folded]
    folded = [finding for finding in report.findings if finding.folded]
    pieces = [
        _group(list(group), anchors, figures, about) for _, group in groupby(shown_findings, key=_together)
    ]
    if not report.findings:
        pieces.append("<p>没有须更正、需核实或提示。</p>")
    if folded:
        lines = "".join(
            f'<li id="{anchors[f.id]}"><span class="number">{_number(anchors[f.id])}</span> '
            f"{text(f.message)}答复：{text(f.answer)}</li>"
            for f in folded
        )
        pieces.append(
            f'<div class="folded"><p>以下 {len(folded)} 条上季度已有，已作说明：</p><ul>{lines}</ul></div>'
        )
    pieces += _remarks("未采用的答复及其他事项", report.remarks)
    pieces += _remarks("用于比较的以前季度", report.about_past)
    return Html("\n".join(pieces))


def _remarks(heading: str, remarks: Sequence[str]) -> list[str]:
    lines = "".join(f"<li>{text(remark)}</li>" for remark in remarks)
    return [f'<div class="remarks"><p>{heading}：</p><ul>{lines}</ul></div>'] if remarks else []


def memory_html(report: CheckReport) -> Html:
    """New, known and gone against the quarter before."""
    if not report.compared:
        return Html("<p>没有上季度数据，不比较新增与消除。</p>")
    states = Counter(finding.state for finding in report.findings)
    counts = "，".join(f"{label} {states[name]} 条" for name, label in STATUSES.items() if states[name])
    gone = "".join(f"<li>{text(finding.message)}</li>" for finding in report.gone)
    lost = f"<p>上季度有而本期没有的 {len(report.gone)} 条：</p><ul>{gone}</ul>" if gone else ""
    return Html(f'<div class="memory"><p>与上季度相比：{counts}。</p>{lost}{_revised(report)}</div>')


def _revised(report: CheckReport) -> Html | str:
    """Figures of earlier quarters that were changed since."""
    if not report.revised:
        return ""
    rows = [
        {
            "季度": one.quarter,
            "单元格": one.place,
            "原为": shown(one.before) if one.before else "（无）",
            "改为": shown(one.after) if one.after else "（无）",
            "日期": one.on,
        }
        for one in report.revised
    ]
    return frame_table(pd.DataFrame(rows), "以前各季度数字的修订（比较用改后的数）", "table-revised")


def _together(finding: Finding) -> tuple[str, str]:
    return finding.check, finding.state


def _group(
    findings: list[Finding], anchors: dict[str, str], figures: Figures, about: FindingPlaces | None
) -> str:
    if len(findings) == 1:
        return _finding(findings[0], anchors[findings[0].id], figures, about)
    first = findings[0]
    items = "".join(
        f'<li id="{anchors[f.id]}"><span class="number">{_number(anchors[f.id])}</span> {text(f.message)}'
        f'<span class="arithmetic">{_details(f)}</span>{_located(f, about)}{_answer(f)}</li>'
        for f in findings
    )
    return (
        f'<article class="finding finding-group finding-{first.severity}">'
        f'<p class="finding-head"><span class="severity">{_severity(first)}</span> 同类 {len(findings)} 条</p>'
        f'<ul class="alike">{items}</ul><dl><dt>影响</dt><dd>{_effect(findings, figures)}</dd>'
        f"<dt>建议</dt><dd>{text(first.consider)}</dd></dl></article>"
    )


def _details(finding: Finding) -> str:
    """Arithmetic, expected value and explanation of one of several findings."""
    parts = [
        finding.arithmetic,
        f"应为 {finding.expected}" if finding.expected else "",
        finding.hypothesis or "",
    ]
    return str(text("；".join(part.rstrip("。") for part in parts if part)))


def _located(finding: Finding, about: FindingPlaces | None) -> str:
    """Place and addressee of one of several findings."""
    parts = [f"{label}：{value}" for label, value in _place_and_unit(finding, about) if value]
    return f'<span class="arithmetic">{"；".join(parts)}</span>' if parts else ""


def _place_and_unit(
    finding: Finding, about: FindingPlaces | None, listed: Collection[CellRef] = ()
) -> list[tuple[str, str]]:
    if about is None:
        return []
    is_closed = finding.status in ("corrected", "explained")
    asked = "" if is_closed else str(text(about.asked(finding)))
    return [("位置", about.where(finding, listed)), ("核实", asked)]


def _finding(finding: Finding, anchor: str, figures: Figures, about: FindingPlaces | None) -> str:
    cells = [_cell(finding, cell, about) for cell in finding.cells]
    compared: str = single_tab_stop("；".join(cells[:4]))
    if len(cells) > 4:
        long = ' class="long"' if len(cells) > MOST_PRINTED else ""
        compared = f"<details{long}><summary>所比较的 {len(cells)} 格</summary><p>{single_tab_stop('；'.join(cells))}</p></details>"
    expected = f"{finding.expected}（如其他各格无误）" if finding.expected else ""
    listed = {*finding.cells, *finding.suspects}
    place_words, asked = _place_and_unit(finding, about, listed) or (("位置", ""), ("核实", ""))
    rows = [
        place_words,
        ("应为", str(text(expected))),
        ("算式", str(text(finding.arithmetic))),
        ("所据", compared),
    ]
    if finding.suspects:
        suspects = "；".join(_cell(finding, cell, about) for cell in finding.suspects)
        rows.append(("可疑", single_tab_stop(suspects)))
    if finding.hypothesis:
        rows.append(("解释", str(text(finding.hypothesis))))
    rows.append(("影响", _effect([finding], figures)))
    rows += [("建议", str(text(finding.consider))), asked]
    body = "".join(f"<dt>{label}</dt><dd>{value}</dd>" for label, value in rows if value)
    return (
        f'<article class="finding finding-{finding.severity} status-{finding.status}" id="{anchor}">'
        f'<p class="finding-head"><span class="number">{_number(anchor)}</span>'
        f'<span class="severity">{_severity(finding)}</span> {text(finding.message)}</p>'
        f"<dl>{body}</dl>{_answer(finding)}</article>"
    )


MOST_EFFECTS = 3
MOST_PRINTED = 16
"""A longer list of cells stays folded on paper."""


def _effect(findings: Sequence[Finding], figures: Figures) -> str:
    """The figures of this page that rest on doubtful cells, as links to the table of figures."""
    doubtful = {cell for finding in findings for cell in cells_in_doubt(finding)}
    touched = [figure for figure in figures.values() if figure.cells & doubtful]
    if not touched:
        annexes = sorted({TABLES[cell.table].annex for cell in doubtful if cell.table in TABLES})
        return "、".join(f"附件{annex}表" for annex in annexes)
    links = "、".join(f'<a href="#figure-{figure.name}">{text(figure.label)}</a>' for figure in touched)
    if len(touched) <= MOST_EFFECTS:
        return links
    first = "、".join(str(text(figure.label)) for figure in touched[:MOST_EFFECTS])
    return (
        f'<details class="effects"><summary>{first}等 {len(touched)} 个数</summary><p>{links}</p></details>'
    )


def _severity(finding: Finding) -> str:
    status = "" if finding.status == "new" else f"·{STATUSES[finding.state]}"
    if finding.severity == "correct" and finding.status == "explained":
        status += "，仍须更正"
    return f"{SEVERITIES[finding.severity]}{status}"


def _number(anchor: str) -> str:
    return anchor.rpartition("-")[2]


def _answer(finding: Finding) -> str:
    if not finding.answer:
        return ""
    label = "" if finding.status in ("new", "known") else "答复："
    return f'<p class="answer">{label}{text(finding.answer)}</p>'


def _cell(finding: Finding, cell: CellRef, about: FindingPlaces | None) -> str:
    place_words = f"{place(cell.table, cell.names)}{COLUMNS.get(cell.column, '')}"
    linked = about.cell(cell, place_words) if about else text(place_words)
    return f"{linked} {text(shown(finding.printed.get(cell, '')))}"


def shown(printed: str) -> str:
    """A printed cell as the page shows it: counts with thousands separators, blank as 空白."""
    return number(int(printed)) if printed.isdecimal() else printed or "空白"


def _state(result: RuleResult) -> str:
    """How a rule came out; one that could be evaluated nowhere is told from one that had nothing to look at."""
    only_unknown = result.state == "not applicable" and result.not_evaluable
    return "无法核对" if only_unknown else RULE_STATES[result.state]


def rules_html(report: CheckReport) -> Html:
    """Every rule with how often it held, failed or could not be evaluated; those that could not run, last."""
    rows = []
    for result in report.results:
        rows.append(
            {
                "规则": result.title,
                "结果": _state(result),
                "相符": str(result.held),
                "不符": str(result.failed),
                "无法核对": str(result.not_evaluable),
                "说明": result.error or "；".join(result.reasons),
            }
        )
    order = sorted(rows, key=lambda row: row["结果"] == RULE_STATES["could not run"])
    return frame_table(pd.DataFrame(order), "各条规则的核对结果", "table-rules")
