"""Findings as text for a terminal."""

from __future__ import annotations

from haochaping.checks.confront import CheckReport
from haochaping.labels import SEVERITIES
from haochaping.quarter import Quarter


def findings_text(report: CheckReport, quarter: Quarter) -> str:
    """Verdict, every finding with its arithmetic, and how many rules held or could not run."""
    counts = "，".join(f"{SEVERITIES[name]} {count}" for name, count in report.counts.items())
    lines = [f"{quarter.label}：{report.verdict.value}（{counts}）", ""]
    for number, finding in enumerate(report.findings, start=1):
        lines.append(f"{number:>3}. [{SEVERITIES[finding.severity]}] {finding.message}")
        lines.append(f"      {_shortened(finding.arithmetic)}")
    passed = sum(result.state == "passed" for result in report.results)
    lines += ["", f"规则 {len(report.results)} 条：全部相符 {passed} 条"]
    lines += [
        f"未能运行：{result.rule.title}（{result.error}）"
        for result in report.results
        if result.state == "could not run"
    ]
    return "\n".join(lines)


def _shortened(arithmetic: str, longest: int = 160) -> str:
    return arithmetic if len(arithmetic) <= longest else f"… {arithmetic[-longest:]}"
