"""Verdict and signature of the page: what the checks advise, and where people decide, in one vocabulary."""

from __future__ import annotations

from haochaping.checks.check_report import CheckReport
from haochaping.checks.verdict import DECISIONS, Verdict
from haochaping.core.model import QuarterData
from haochaping.present.html_fragment import Html, text

VERDICT_CLASS = {
    Verdict.READY: "ready",
    Verdict.WITH_NOTES: "with-notes",
    Verdict.NOT_COVERED: "not-covered",
    Verdict.VERIFY_FIRST: "verify-first",
}
_SIGNERS = ("经办人", "审核人", "签发人")


def verdict_html(report: CheckReport, data: QuarterData) -> Html:
    """The verdict as a paragraph: what is judged, how many matters stand open, and what qualifies it."""
    subject = f"所审为 {text(data.fact('issue_date'))} 印发的通报" if report.is_issued else "所审通报尚未印发"
    if not data.record_counts.empty:
        subject += "；另有单件记录，逐格比较见“复现核对”"
    if data.is_from_records:
        subject = "各表由单件记录汇总，还没有通报"
    sentences = [subject, report.counts_words, *_corrections(report, data), *_qualifications(report)]
    return Html(
        f'<p class="verdict verdict-{VERDICT_CLASS[report.verdict]}"><strong>{_prefix(report)}{report.verdict_words}</strong>'
        f"<span>{'；'.join(sentences)}。结论由程序按规则提出，由人决定。</span></p>"
    )


def _prefix(report: CheckReport) -> str:
    return "已印发，" if report.is_issued else ""


def _corrections(report: CheckReport, data: QuarterData) -> list[str]:
    """What was issued keeps its numbers until someone issues the corrections."""
    if not report.is_issued or data.corrections.empty:
        return []
    return [f"已采用更正 {len(data.corrections)} 处，印发的通报仍是原数，须另行印发更正"]


def _qualifications(report: CheckReport) -> list[str]:
    failed = sum(result.state == "could not run" for result in report.results)
    found = [f"{failed} 条规则未能运行"] if failed else []
    if report.refused:
        found.append(f"{report.refused} 条答复未采用，原因见“数据核对”一节末尾")
    if any(finding.status == "explained" for finding in report.findings):
        found.append(f"说明是否到期按 {report.as_of} 判断")
    if report.insufficiently_covered:
        found.append(_insufficient_words(report))
    if report.perhaps_misnamed:
        tables = "、".join(table.words for table in report.perhaps_misnamed)
        found.append(f"{tables}缺少登记过的列，又有没有登记的列，见“核对覆盖”")
    return found


def _insufficient_words(report: CheckReport) -> str:
    """Tables of whose numbers too few could be checked."""
    tables = "、".join(
        f"{table.words}（{table.printed} 个数中 {table.covered} 个）"
        for table in report.insufficiently_covered
    )
    return f"能核对的数不足 {report.coverage_limit:.0%}：{tables}，见“核对覆盖”"


def signature_html(report: CheckReport) -> Html:
    """The possible decisions, and lines to sign with a date."""
    choices = "".join(f"<span>□ {choice}</span>" for choice in DECISIONS[report.is_issued])
    people = "".join(f"<p>{who}：</p><p>日期：</p>" for who in _SIGNERS)
    return Html(
        '<div class="signature" id="sign-off"><h2>复核意见与签字</h2>'
        f'<p class="choice">{choices}</p><p class="opinion">意见：</p><div class="signers">{people}</div></div>'
    )
