"""Section 8 of the page (数据核对): verdict, findings, and the result of every rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import groupby

import pandas as pd
from markupsafe import Markup

from haochaping.checks.check_report import CheckReport, RuleResult
from haochaping.checks.finding import Finding
from haochaping.checks.outcome import ALL_ROWS
from haochaping.checks.verdict import Verdict
from haochaping.cleaning.number_format import number
from haochaping.core.labels import RULE_STATES, SEVERITIES, STATUSES, annex_words, place
from haochaping.core.model import CellRef, QuarterData
from haochaping.core.paths import find_locations
from haochaping.figures.figure import Figures
from haochaping.outputs.cell_words import BLANK, cell_words, column_words
from haochaping.outputs.page.figure_table import listed_figure_names, shown_places
from haochaping.present.cell_places import finding_anchors
from haochaping.present.doubts import affected_cells
from haochaping.present.finding_places import FindingPlaces
from haochaping.present.html_fragment import Html, single_tab_stop, text
from haochaping.present.html_table import finding_links, frame_table
from haochaping.reference.reference import Reference, load_reference

VERDICT_CLASS = {
    Verdict.READY: "ready",
    Verdict.WITH_NOTES: "with-notes",
    Verdict.NOT_COVERED: "not-covered",
    Verdict.VERIFY_FIRST: "verify-first",
}


def verdict_html(report: CheckReport) -> Html:
    """The verdict as a paragraph, with the number of findings by severity and what qualifies it."""
    failed = sum(result.state == "could not run" for result in report.results)
    qualifications = f"；{failed} 条规则未能运行" if failed else ""
    if report.refused:
        qualifications += f"；{report.refused} 条答复未采用，原因见“数据核对”一节末尾"
    if any(finding.status == "explained" for finding in report.findings):
        qualifications += f"；说明是否到期按 {report.as_of} 判断"
    if report.insufficiently_covered:
        qualifications += f"；{_insufficient_words(report)}"
    if report.perhaps_misnamed:
        tables = "、".join(table.words for table in report.perhaps_misnamed)
        qualifications += f"；{tables}缺少登记过的列，又有没有登记的列，见“核对覆盖”"
    if report.uncorrected:
        qualifications += "；须更正的，更正以后才能送审"
    return Html(
        f'<p class="verdict verdict-{VERDICT_CLASS[report.verdict]}"><strong>{report.verdict.value}</strong>'
        f"<span>{counts_words(report)}{report.answered_words}{qualifications}。结论由程序按规则提出，是否送审由人决定。</span></p>"
    )


def _insufficient_words(report: CheckReport) -> str:
    """Tables of whose numbers too few could be checked."""
    tables = "、".join(
        f"{table.words}（{table.printed} 个数中 {table.covered} 个）"
        for table in report.insufficiently_covered
    )
    return f"能核对的数不足 {report.coverage_limit:.0%}：{tables}，见“核对覆盖”"


def coverage_html(report: CheckReport, data: QuarterData) -> Html:
    """How many printed numbers of each table a rule could check, which columns none could, and which were left out."""
    left_out = data.fact("left_out")
    note = f"<p>本市设置不读的列：{text(left_out)}。</p>" if left_out else ""
    if report.figures_not_found:
        note += f"<p>正文中没有找到登记过的数：{text('、'.join(report.figures_not_found))}；用到这些数的关系没有核对。</p>"
    if all(
        table.covered == table.printed and not table.undeclared and not table.lacking
        for table in report.coverage
    ):
        return Html(f"<p>各表印出的数都与别的数有算术关系，都核对过；正文中的数另见各条规则。</p>{note}")
    rows = [
        {
            "表": table.words,
            "印出的数": number(table.printed),
            "核对过的": number(table.covered),
            "占比": f"{table.share:.0%}",
            "没有核对的": "、".join(table.unchecked) or "无",
            "程序不知道含义的列": "、".join(table.undeclared) or "无",
            "登记了、表中没有的列": "、".join(table.lacking) or "无",
        }
        for table in report.coverage
    ]
    caption = "核对覆盖：印出的数有多少与别的数核对过"
    note = (
        "<p>“核对过”指至少有一条规则把这个数与别的数比较（相加、相除、相等、不大于）；核对过不等于没有错，"
        f"只有“不大于”可比的数，录错也可能看不出来。正文中的数不在此表。</p>{note}"
    )
    return Html(f"{frame_table(pd.DataFrame(rows), caption, 'table-coverage')}{note}")


MOST_NAMED_GROUPS = 6


def corrections_html(data: QuarterData, report: CheckReport) -> Html:
    """A line for the head with the open 须更正, grouped by rule and linked to the findings; blank without any."""
    uncorrected = report.uncorrected
    if not uncorrected:
        return Html("")
    anchors = finding_anchors(report)
    groups = [list(group) for _, group in groupby(uncorrected, key=lambda finding: finding.check)]
    groups_html = [
        f"{_group_words(data, group)}{finding_links([anchors[finding.id] for finding in group])}"
        for group in groups[:MOST_NAMED_GROUPS]
    ]
    more = "等" if len(groups) > MOST_NAMED_GROUPS else ""
    return Html(f'<p class="to-correct doubt">须更正的是{"；".join(groups_html)}{more}。</p>')


def _group_words(data: QuarterData, findings: Sequence[Finding]) -> Markup:
    """``附件2“市残联”等 4 处评价率``; findings in several columns are counted without naming one."""
    at = findings[0].at
    is_whole_column = ALL_ROWS in at.names
    place_words = (
        annex_words(data, at.table)
        if is_whole_column and at.table in data.declaration.annexes
        else place(data, at)
    )
    count_text = f"等 {len(findings)} 处" if len(findings) > 1 else ""
    columns = {(finding.at.table, column_words(data.declaration, finding.at)) for finding in findings}
    column = column_words(data.declaration, at)
    if len(columns) > 1:
        return text(f"{place_words}{column}等 {len(findings)} 处")
    return text(f"{place_words}{count_text}{column}{'列' if is_whole_column else ''}")


def counts_words(report: CheckReport) -> str:
    """Number of findings of each severity, in words."""
    return "、".join(f"{SEVERITIES[name]} {count} 条" for name, count in report.counts.items())


def findings_html(report: CheckReport, figures: Figures, reference: Reference | None = None) -> Html:
    """Every finding, gravest first: those of one rule and state in a group, those explained before as one line each.

    Parameters
    ----------
    report : CheckReport
        What the checks say.
    figures : Figures
        The quarter's named figures: each finding lists those that rest on its doubtful cells.
    reference : Reference, optional
        The city's units, to name the unit that must verify; by default the project's.
    """
    anchors = finding_anchors(report)
    names = listed_figure_names(figures, shown_places(figures, report))
    figures = Figures({name: figures[name] for name in names}, figures.words, figures.data)
    places = (
        FindingPlaces(figures.data, report, reference or load_reference(find_locations().reference))
        if figures.data
        else None
    )
    shown_findings = [finding for finding in report.findings if not finding.folded]
    folded = [finding for finding in report.findings if finding.folded]
    pieces = [
        _group_html(list(group), anchors, figures, places)
        for _, group in groupby(shown_findings, key=_rule_and_state)
    ]
    if not report.findings:
        pieces.append("<p>没有须更正、需核实或提示。</p>")
    if folded:
        lines = "".join(
            f'<li id="{anchors[f.id]}"><span class="number">{_anchor_number(anchors[f.id])}</span> '
            f"{text(f.message)}答复：{text(f.answer)}</li>"
            for f in folded
        )
        pieces.append(
            f'<div class="folded"><p>以下 {len(folded)} 条上一期已有，已作说明：</p><ul>{lines}</ul></div>'
        )
    pieces += _remarks_html("未采用的答复及其他事项", report.remarks)
    pieces += _remarks_html("用于比较的以前各期", report.about_past)
    return Html("\n".join(pieces))


def _remarks_html(heading: str, remarks: Sequence[str]) -> list[str]:
    lines = "".join(f"<li>{text(remark)}</li>" for remark in remarks)
    return [f'<div class="remarks"><p>{heading}：</p><ul>{lines}</ul></div>'] if remarks else []


def memory_html(report: CheckReport) -> Html:
    """Comparison with the findings of the quarter before: how many are new, known, gone."""
    if not report.compared:
        return Html("<p>没有上一期数据，不比较新增与消除。</p>")
    states = Counter(finding.state for finding in report.findings)
    counts = "，".join(f"{_state_words(name)} {states[name]} 条" for name in STATUSES if states[name])
    gone = "".join(f"<li>{text(finding.message)}</li>" for finding in report.gone)
    gone_html = f"<p>上一期有而本期没有的 {len(report.gone)} 条：</p><ul>{gone}</ul>" if gone else ""
    return Html(
        f'<div class="memory"><p>与上一期相比：{counts}。</p>{gone_html}{_revised_table(report)}</div>'
    )


def _revised_table(report: CheckReport) -> Html | str:
    """The table of figures of earlier quarters that were revised; blank without any."""
    if not report.revised:
        return ""
    rows = [
        {
            "时段": revision.quarter,
            "单元格": revision.place,
            "原为": display_printed(revision.before) if revision.before else "（无）",
            "改为": display_printed(revision.after) if revision.after else "（无）",
            "日期": revision.on,
        }
        for revision in report.revised
    ]
    return frame_table(pd.DataFrame(rows), "以前各期数字的修订（比较用改后的数）", "table-revised")


def _rule_and_state(finding: Finding) -> tuple[str, str]:
    return finding.check, finding.state


def _group_html(
    findings: list[Finding], anchors: dict[str, str], figures: Figures, places: FindingPlaces | None
) -> str:
    if len(findings) == 1:
        return _finding_html(findings[0], anchors[findings[0].id], figures, places)
    first = findings[0]
    items = "".join(
        f'<li id="{anchors[f.id]}"><span class="number">{_anchor_number(anchors[f.id])}</span> {text(f.message)}'
        f'<span class="arithmetic">{_detail_text(f)}</span>{_place_line(f, places)}{_answer_html(f)}</li>'
        for f in findings
    )
    return (
        f'<article class="finding finding-group finding-{first.severity}">'
        f'<p class="finding-head"><span class="severity">{_severity_html(first)}</span> 同类 {len(findings)} 条</p>'
        f'<ul class="alike">{items}</ul><dl><dt>影响</dt><dd>{_affected_figures_html(findings, figures)}</dd>'
        f"<dt>建议</dt><dd>{text(first.consider)}</dd></dl></article>"
    )


_IF_OTHERS_ARE_RIGHT = "（如其他各格无误）"


def _detail_text(finding: Finding) -> str:
    """Arithmetic, expected value and explanation of one of several findings."""
    others_likelier = finding.likeliest and finding.at not in finding.likeliest
    parts = [
        finding.arithmetic,
        f"应为 {finding.expected}{_IF_OTHERS_ARE_RIGHT if others_likelier else ''}"
        if finding.expected
        else "",
        finding.hypothesis or "",
    ]
    return str(text("；".join(part.rstrip("。") for part in parts if part)))


def _place_line(finding: Finding, places: FindingPlaces | None) -> str:
    """Place and addressee of one of several findings."""
    parts = [f"{label}：{value}" for label, value in _place_and_unit(finding, places) if value]
    return f'<span class="arithmetic">{"；".join(parts)}</span>' if parts else ""


def _place_and_unit(
    finding: Finding, places: FindingPlaces | None, already_listed: Collection[CellRef] = ()
) -> list[tuple[str, str]]:
    if places is None:
        return []
    is_closed = finding.status in ("corrected", "explained")
    request = "" if is_closed else str(text(places.request_text(finding)))
    return [("位置", places.place_html(finding, already_listed)), ("核实", request)]


def _finding_html(finding: Finding, anchor: str, figures: Figures, places: FindingPlaces | None) -> str:
    cells = [_cell_html(finding, cell, figures.data, places) for cell in finding.cells]
    compared: str = single_tab_stop("；".join(cells[:4]))
    if len(cells) > 4:
        css_class = ' class="long"' if len(cells) > MOST_PRINTED_CELLS else ""
        compared = f"<details{css_class}><summary>所比较的 {len(cells)} 格</summary><p>{single_tab_stop('；'.join(cells))}</p></details>"
    expected = f"{finding.expected}{_IF_OTHERS_ARE_RIGHT}" if finding.expected else ""
    already_listed = {*finding.cells, *finding.suspects}
    place_words, request = _place_and_unit(finding, places, already_listed) or (("位置", ""), ("核实", ""))
    rows = [
        place_words,
        ("应为", str(text(expected))),
        ("算式", str(text(finding.arithmetic))),
        ("所据", compared),
    ]
    if finding.suspects:
        suspects = "；".join(_cell_html(finding, cell, figures.data, places) for cell in finding.suspects)
        rows.append(("可疑", single_tab_stop(suspects)))
    if finding.hypothesis:
        rows.append(("解释", str(text(finding.hypothesis))))
    rows.append(("影响", _affected_figures_html([finding], figures)))
    rows += [("建议", str(text(finding.consider))), request]
    body = "".join(f"<dt>{label}</dt><dd>{value}</dd>" for label, value in rows if value)
    return (
        f'<article class="finding finding-{finding.severity} status-{finding.status}" id="{anchor}">'
        f'<p class="finding-head"><span class="number">{_anchor_number(anchor)}</span>'
        f'<span class="severity">{_severity_html(finding)}</span> {text(finding.message)}</p>'
        f"<dl>{body}</dl>{_answer_html(finding)}</article>"
    )


MOST_NAMED_EFFECTS = 3
MOST_PRINTED_CELLS = 16
"""A longer list of compared cells stays folded on paper."""


def _affected_figures_html(findings: Sequence[Finding], figures: Figures) -> str:
    """Links to the figures of this page that rest on the findings' doubtful cells; without any, the annexes concerned."""
    declaration = figures.data.declaration if figures.data else None
    doubtful = {cell for finding in findings for cell in affected_cells(finding, declaration)}
    affected = [figure for figure in figures.values() if figure.cells & doubtful]
    if not affected:
        return "、".join(str(text(annex)) for annex in _annexes_of(doubtful, figures.data))
    links = "、".join(f'<a href="#figure-{figure.name}">{text(figure.label)}</a>' for figure in affected)
    if len(affected) <= MOST_NAMED_EFFECTS:
        return links
    first = "、".join(str(text(figure.label)) for figure in affected[:MOST_NAMED_EFFECTS])
    return (
        f'<details class="effects"><summary>{first}等 {len(affected)} 个数</summary><p>{links}</p></details>'
    )


def _annexes_of(cells: Collection[CellRef], data: QuarterData | None) -> list[str]:
    """The annexes that cells are in, in words and in the order of the declaration."""
    if data is None:
        return []
    tables = {cell.table for cell in cells}
    words = [annex_words(data, name) for name in data.declaration.annexes if name in tables]
    return [f"{annex.removesuffix('表')}表" for annex in words]


def _state_words(state: str) -> str:
    """A finding's state in words that fit every kind of period."""
    return STATUSES[state].replace("上季度", "上一期")


def _severity_html(finding: Finding) -> str:
    status = "" if finding.status == "new" else f"·{_state_words(finding.state)}"
    if finding.severity == "correct" and finding.status == "explained":
        status += "，仍须更正"
    return f"{SEVERITIES[finding.severity]}{status}"


def _anchor_number(anchor: str) -> str:
    return anchor.rpartition("-")[2]


def _answer_html(finding: Finding) -> str:
    if not finding.answer:
        return ""
    label = "" if finding.status in ("new", "known") else "答复："
    return f'<p class="answer">{label}{text(finding.answer)}</p>'


def _cell_html(
    finding: Finding, cell: CellRef, data: QuarterData | None, places: FindingPlaces | None
) -> str:
    place_words = cell_words(data, cell) if data else cell.path
    linked = places.cell(cell, place_words) if places else text(place_words)
    return f"{linked} {text(display_printed(finding.printed.get(cell, '')))}"


def display_printed(printed: str) -> str:
    """A printed cell as the page shows it: counts with thousands separators, blank as 空白."""
    return number(int(printed)) if printed.isdecimal() else printed or BLANK


def _result_text(result: RuleResult) -> str:
    """Result of a rule; one that could be evaluated nowhere is distinguished from one that had nothing to check."""
    only_unknown = result.state == "not applicable" and result.not_evaluable
    return "无法核对" if only_unknown else RULE_STATES[result.state]


def rules_html(report: CheckReport) -> Html:
    """A table of all rules with how often each held, failed or could not be evaluated; rules that could not run last."""
    rows = []
    for result in report.results:
        rows.append(
            {
                "规则": result.title,
                "结果": _result_text(result),
                "相符": str(result.held),
                "不符": str(result.failed),
                "无法核对": str(result.not_evaluable),
                "说明": result.error or "；".join(result.reasons),
            }
        )
    order = sorted(rows, key=lambda row: row["结果"] == RULE_STATES["could not run"])
    return frame_table(pd.DataFrame(order), "各条规则的核对结果", "table-rules")
