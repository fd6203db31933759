"""The result of checking one quarter: its findings, the result of each rule, and the verdict."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from html import escape
from typing import Any

from haochaping.checks.coverage import DEFAULT_LIMIT, TableCoverage
from haochaping.checks.finding import SEVERITY_ORDER, Finding, Matter
from haochaping.checks.verdict import Verdict, verdict
from haochaping.core.labels import SEVERITIES
from haochaping.core.model import QuarterData
from haochaping.store.cell_index import CellIndex


@dataclass(frozen=True)
class RuleResult:
    """The result of one rule: in how many places it held, failed, could not be evaluated; or why it could not run."""

    id: str
    kind: str
    title: str
    held: int = 0
    failed: int = 0
    not_evaluable: int = 0
    reasons: tuple[str, ...] = ()
    error: str = ""

    @property
    def state(self) -> str:
        """``failed``, ``could not run``, ``not applicable`` or ``passed``; never ``passed`` when it did not run."""
        if self.error:
            return "could not run"
        if self.failed:
            return "failed"
        if self.held:
            return "passed"
        return "not applicable"


@dataclass(frozen=True)
class Revision:
    """A cell of an earlier quarter whose text changed: the quarter's label, the cell in words, both texts, the date."""

    quarter: str
    place: str
    before: str
    after: str
    on: str


@dataclass(frozen=True)
class CheckReport:
    """The result of checking one quarter; gravest finding first."""

    findings: tuple[Finding, ...]
    results: tuple[RuleResult, ...]
    matters: tuple[Matter, ...] = ()
    """The matters that the findings make, in the order in which they are shown."""
    remarks: tuple[str, ...] = ()
    """Answers that could not be applied, and why."""
    about_past: tuple[str, ...] = ()
    """Remarks about earlier quarters: which could not be read, which changed since they were tidied."""
    gone: tuple[Finding, ...] = ()
    """Findings of the quarter before that are no longer there."""
    compared: bool = False
    """Whether an earlier quarter was there to compare with."""
    revised: tuple[Revision, ...] = ()
    """Cells of earlier quarters whose text differs from their first reading."""
    coverage: tuple[TableCoverage, ...] = ()
    """How many of the numbers of each printed table a rule could check."""
    coverage_limit: float = DEFAULT_LIMIT
    """Least share of covered numbers in each table."""
    figures_not_found: tuple[str, ...] = ()
    """Declared figures of the text that the text does not state, in words."""
    as_of: str = ""
    """The day on which explanations were judged, as an ISO date."""
    is_issued: bool = False
    """Whether the bulletin had been issued by that day: it can then only be corrected."""

    def __repr__(self) -> str:
        return f"<核对意见：{self.verdict_words}；{self.counts_words}>"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{number}</td><td>{SEVERITIES[matter.severity]}</td><td style='text-align:left'>{escape(matter.title)}</td></tr>"
            for number, matter in enumerate(self.matters, start=1)
        )
        return (
            f"<p><strong>{escape(self.verdict_words)}</strong>　{escape(self.counts_words)}</p>"
            f"<table><thead><tr><th>项号</th><th>轻重</th><th style='text-align:left'>事项</th></tr></thead><tbody>{rows}</tbody></table>"
            "<p><code>hcp.matters(q)</code>、<code>hcp.findings(q)</code> 取作表；"
            "<code>hcp.matters_html(report, hcp.compute_figures(q))</code> 看算式</p>"
        )

    @property
    def refused(self) -> int:
        """Number of answers that were not applied."""
        return sum("未采用" in remark for remark in self.remarks)

    @property
    def uncorrected(self) -> list[Finding]:
        """Findings of the gravest kind (须更正) that no correction has closed."""
        return [f for f in self.findings if f.severity == "correct" and f.status != "corrected"]

    @property
    def matters_to_correct(self) -> list[tuple[int, Matter]]:
        """Matters that no correction has closed although they must be corrected, with their numbers."""
        return [(n, m) for n, m in enumerate(self.matters, start=1) if m.is_open and m.severity == "correct"]

    @property
    def verdict(self) -> Verdict:
        """See :func:`haochaping.checks.verdict.verdict`."""
        return verdict(
            self.findings,
            any(result.error for result in self.results),
            is_covered=not self.insufficiently_covered and not self.perhaps_misnamed,
        )

    @property
    def verdict_words(self) -> str:
        """The verdict in the words of the office, before or after issue."""
        return self.verdict.words(is_issued=self.is_issued)

    @property
    def insufficiently_covered(self) -> list[TableCoverage]:
        """Tables of whose numbers too few could be checked."""
        return [table for table in self.coverage if table.share < self.coverage_limit]

    @property
    def perhaps_misnamed(self) -> list[TableCoverage]:
        """Tables that lack a declared column and have one that nobody declared: perhaps the same under two headings."""
        return [table for table in self.coverage if table.may_be_misnamed]

    @property
    def unchecked_remarks(self) -> tuple[str, ...]:
        """What could not be checked, in words: columns that nobody declared, declared columns and figures not found."""
        undeclared = [
            f"未核对：{table.words}的{'、'.join(table.undeclared)}没有登记含义，照原样列出；登记在 annexes.toml 以后才能核对"
            + (f"：{'；'.join(table.lines_to_add)}" if table.lines_to_add else "")
            for table in self.coverage
            if table.undeclared
        ]
        lacking = [
            f"未核对：{table.words}缺少登记过的列：{'、'.join(table.lacking)}；用到这些列的关系没有核对"
            + ("。可能是列名登记得与资料不同，请与上面没有登记含义的列对照" if table.may_be_misnamed else "")
            for table in self.coverage
            if table.lacking
        ]
        figures = [
            f"未核对：正文中没有找到登记过的数：{'、'.join(self.figures_not_found)}；用到这些数的关系没有核对"
        ]
        return (*undeclared, *lacking, *(figures if self.figures_not_found else ()))

    @property
    def counts(self) -> dict[str, int]:
        """Number of findings by severity, without corrected ones."""
        found = Counter(finding.severity for finding in self.findings if finding.status != "corrected")
        return {severity: found[severity] for severity in SEVERITY_ORDER}

    @property
    def matter_counts(self) -> dict[str, int]:
        """Number of matters that stand open, by severity; 提示 stand open until they are corrected."""
        standing = [
            m for m in self.matters if m.is_open or (m.severity == "note" and m.status != "corrected")
        ]
        return {severity: sum(m.severity == severity for m in standing) for severity in SEVERITY_ORDER}

    @property
    def answered_words(self) -> str:
        """How many matters were answered, in words; blank when none was."""
        closed = Counter(m.status for m in self.matters if m.severity != "note" and not m.is_open)
        parts = [("已说明", closed["explained"]), ("已更正", closed["corrected"])]
        return "".join(f"；{label} {count} 项" for label, count in parts if count)

    @property
    def counts_words(self) -> str:
        """Number of matters that stand open, by severity, and how many were answered, in words."""
        counted = "、".join(f"{SEVERITIES[name]} {count} 项" for name, count in self.matter_counts.items())
        return f"{counted}{self.answered_words}"

    def as_json(self, data: QuarterData) -> list[dict[str, Any]]:
        """Findings in the documented JSON form, for other programs; `data` is the quarter that was checked."""
        cell_index = data.derived(CellIndex)
        return [finding.as_json(cell_index) for finding in self.findings]
