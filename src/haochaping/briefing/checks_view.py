"""Section 8: the verdict, the findings, the rules that held and those that could not run."""

from __future__ import annotations

import pandas as pd

from haochaping.briefing.html import Html, text
from haochaping.briefing.tables import finding_anchors, frame_table
from haochaping.checks.arithmetic import number
from haochaping.checks.confront import CheckReport
from haochaping.checks.finding import Finding
from haochaping.checks.verdict import Verdict
from haochaping.labels import COLUMNS, RULE_STATES, SEVERITIES, place

_VERDICT_CLASS = {
    Verdict.READY: "ready",
    Verdict.WITH_NOTES: "with-notes",
    Verdict.VERIFY_FIRST: "verify-first",
}


def verdict_html(report: CheckReport) -> Html:
    """The verdict with the counts behind it."""
    counts = "、".join(f"{SEVERITIES[name]} {count} 条" for name, count in report.counts.items())
    failed = sum(result.state == "could not run" for result in report.results)
    unrun = f"；{failed} 条规则未能运行" if failed else ""
    return Html(
        f'<p class="verdict verdict-{_VERDICT_CLASS[report.verdict]}"><strong>{report.verdict.value}</strong>'
        f"<span>{counts}{unrun}。结论由程序按规则提出，是否送审由人决定。</span></p>"
    )


def findings_html(report: CheckReport) -> Html:
    """Every finding, gravest first, with printed values, arithmetic and what to consider."""
    if not report.findings:
        return Html("<p>没有须更正、需核实或提示。</p>")
    anchors = finding_anchors(report)
    return Html("\n".join(_finding(finding, anchors[finding.id]) for finding in report.findings))


def _finding(finding: Finding, anchor: str) -> str:
    compared = "；".join(
        f"{text(place(cell.table, cell.names))}{text(COLUMNS.get(cell.column, ''))}印为“{text(shown(finding.printed.get(cell, '')))}”"
        for cell in finding.cells[:6]
    )
    if len(finding.cells) > 6:
        compared += f" 等 {len(finding.cells)} 格"
    return (
        f'<article class="finding finding-{finding.severity}" id="{anchor}">'
        f'<p class="finding-head"><span class="severity">{SEVERITIES[finding.severity]}</span> {text(finding.message)}</p>'
        f"<dl><dt>算式</dt><dd>{text(finding.arithmetic)}</dd><dt>所据</dt><dd>{compared}</dd>"
        f"<dt>建议</dt><dd>{text(finding.consider)}</dd></dl></article>"
    )


def shown(printed: str) -> str:
    """A printed cell as the page shows it: counts with thousands separators, blank as 空白."""
    return number(int(printed)) if printed.isdecimal() else printed or "空白"


def rules_html(report: CheckReport) -> Html:
    """Every rule with how often it held, failed or could not be evaluated; those that could not run, last."""
    rows = []
    for result in report.results:
        rows.append(
            {
                "规则": result.title,
                "结果": RULE_STATES[result.state],
                "相符": str(result.held),
                "不符": str(result.failed),
                "无法核对": str(result.not_evaluable),
                "说明": result.error or "；".join(result.reasons),
            }
        )
    order = sorted(rows, key=lambda row: row["结果"] == RULE_STATES["could not run"])
    return frame_table(pd.DataFrame(order), "各条规则的核对结果", "table-rules")
