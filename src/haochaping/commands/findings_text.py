"""Findings as text for a terminal."""

from __future__ import annotations

from collections import Counter

from haochaping.checks.check_report import CheckReport
from haochaping.core.labels import RULE_STATES, SEVERITIES, STATUSES
from haochaping.core.period import Period
from haochaping.core.text import visible


def findings_text(report: CheckReport, quarter: Period) -> str:
    """Return verdict, every finding with its arithmetic, and how many rules held, failed or could not run."""
    counts = "，".join(f"{SEVERITIES[name]} {count}" for name, count in report.counts.items())
    lines = [f"{quarter.label}：{report.verdict.value}（{counts}{report.answered_words}）", ""]
    for number, finding in enumerate(report.findings, start=1):
        status = "" if finding.status == "new" else f"·{quarter.in_own_words(STATUSES[finding.state])}"
        lines.append(f"{number:>3}. [{SEVERITIES[finding.severity]}{status}] {finding.message}")
        lines.append(f"      {_keep_end(finding.arithmetic)}")
    states = Counter(result.state for result in report.results)
    rule_counts = "，".join(f"{label} {states[name]}" for name, label in RULE_STATES.items() if states[name])
    lines += ["", f"规则 {len(report.results)} 条：{rule_counts}"]
    for result in report.results:
        if result.not_evaluable:
            why = "；".join(result.reasons)
            lines.append(f"无法核对：{result.title}，{result.not_evaluable} 处（{why}）")
    lines += [
        f"核对覆盖：{table.words} {table.printed} 个数中 {table.covered} 个有算术关系可核对"
        + (f"；没有核对的列：{'、'.join(table.unchecked)}" if table.unchecked else "")
        for table in report.coverage
        if table.covered < table.printed
    ]
    lines += report.unchecked_remarks
    lines += [f"答复：{remark}" for remark in report.remarks]
    lines += [f"以前{quarter.name}：{remark}" for remark in report.about_past]
    lines += [
        f"未能运行：{result.title}（{result.error}）"
        for result in report.results
        if result.state == "could not run"
    ]
    return "\n".join(visible(line).replace("\n", " ") for line in lines)


def _keep_end(arithmetic: str, longest: int = 160) -> str:
    """Shorten a long sum to its end, where the result is."""
    return arithmetic if len(arithmetic) <= longest else f"… {arithmetic[-longest:]}"
