"""Matters and their findings as text for a terminal."""

from __future__ import annotations

from collections import Counter

from haochaping.checks.check_report import CheckReport
from haochaping.core.labels import RULE_STATES, SEVERITIES, STATUSES
from haochaping.core.period import Period
from haochaping.core.text import visible

LONGEST_ARITHMETIC = 160
"""Characters of a finding's arithmetic in the terminal; page and data have all of it."""


def findings_text(report: CheckReport, quarter: Period) -> str:
    """Return verdict, every matter with the arithmetic of its findings, how many rules held, failed or could not run."""
    lines = [f"{quarter.label}：{report.verdict_words}（{report.counts_words}）", ""]
    findings = {finding.id: finding for finding in report.findings}
    for number, matter in enumerate(report.matters, start=1):
        age = f"·自{matter.since}起连续 {matter.age} 期" if matter.age > 1 else ""
        answered = f"·{STATUSES[matter.status]}" if matter.status in ("explained", "corrected") else ""
        lines.append(f"{number:>3}. [{SEVERITIES[matter.severity]}{age}{answered}] {matter.title}")
        for finding in map(findings.__getitem__, matter.findings):
            state = "" if finding.status == "new" else f"[{quarter.in_own_words(STATUSES[finding.state])}] "
            said = finding.message.removeprefix(matter.title)
            said += " " if said else ""
            lines.append(f"      {state}{said}{_shortened(finding.arithmetic)}")
    states = Counter(result.state for result in report.results)
    rule_counts = "，".join(f"{label} {states[name]}" for name, label in RULE_STATES.items() if states[name])
    lines += ["", f"规则 {len(report.results)} 条：{rule_counts}"]
    for result in report.results:
        if result.not_evaluable:
            why = "；".join(result.reasons)
            lines.append(f"无法核对：{result.title}，{result.not_evaluable} 处（{why}）")
    lines += [
        f"核对覆盖：{table.words}的 {table.printed} 个数中 {table.covered} 个有算术关系可核对"
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


def _shortened(arithmetic: str) -> str:
    """Several calculations as far as there is room, the first always; one long sum by its ends, where the result is."""
    shown: list[str] = []
    for calculation in arithmetic.split("；"):
        short = _shortened_sum(calculation)
        if shown and len("；".join([*shown, short])) > LONGEST_ARITHMETIC:
            return "；".join([*shown, "……"])
        shown.append(short)
    return "；".join(shown)


def _shortened_sum(calculation: str) -> str:
    """A long sum without the terms in its middle; numbers stay whole."""
    words = calculation.split(" ")
    if len(calculation) <= LONGEST_ARITHMETIC:
        return calculation
    first: list[str] = []
    last: list[str] = []
    while words and len(" ".join([*first, *last])) < LONGEST_ARITHMETIC - len(words[0]) - len(words[-1]):
        first, last, words = [*first, *words[:2]], [*words[-2:], *last], words[2:-2]
    return " ".join([*first, "……", *last]) if words else calculation
