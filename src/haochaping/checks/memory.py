"""Explanations and earlier quarters: which explanations are valid or carried over, which findings are new or known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from haochaping.checks.cell_names import cell_words
from haochaping.checks.check_report import Revision, RuleResult
from haochaping.checks.finding import Finding
from haochaping.checks.rule import PAST_KINDS
from haochaping.checks.run_rules import run_rules
from haochaping.cleaning.dates import iso_date
from haochaping.core.model import TEXT_CLAIMS, QuarterData, frame
from haochaping.core.text import plain_number
from haochaping.reference.reference import Reference
from haochaping.store.answers import CORRECT, EXPLAIN, WITHDRAW, Answer
from haochaping.store.cell_index import cell_of
from haochaping.store.revisions import net_revisions

_NOTES = f"{TEXT_CLAIMS}/note:"
"""How the place of a finding about the analyst's notes begins."""


@dataclass(frozen=True)
class PriorQuarter:
    """An earlier quarter: its data as printed, its answers, and its data with corrections applied (None: no corrections)."""

    data: QuarterData
    answers: tuple[Answer, ...]
    corrected: QuarterData | None = None

    @property
    def effective_values(self) -> QuarterData:
        """The data with corrections: what later quarters are compared with."""
        return self.data if self.corrected is None else self.corrected


def revised_cells(data: QuarterData) -> Iterator[Revision]:
    """Yield the cells of an earlier quarter that changed since it was first read."""
    for row in net_revisions(data).to_dict("records"):
        place_words = cell_words(data, cell_of(row))
        yield Revision(data.quarter.label, place_words, row["before"], row["after"], row["on"])


def earlier_findings(past: Sequence[PriorQuarter], reference: Reference) -> tuple[Finding, ...]:
    """Findings of the last earlier quarter, computed again with today's rules; none on its notes.

    Notes are other sentences in every quarter: what was doubtful in one says nothing of another's.
    """
    if not past:
        return ()
    return run_rules(
        replace(past[-1].data, notes=frame("notes", [])),
        reference,
        history=tuple(quarter.effective_values for quarter in past[:-1]),
    ).findings


def with_doubted_comparisons(
    findings: Iterable[Finding], results: Iterable[RuleResult], earlier: Sequence[Finding], before: str
) -> list[Finding]:
    """`findings`, in which those that hold a number against the period before say where that one was in doubt itself.

    A number that looks wrong beside a wrong one may be right. `before` is what the period before is called.
    """
    kinds = {result.id: result.kind for result in results}
    doubted = {
        cell for finding in earlier if finding.severity != "note" for cell in (finding.at, *finding.suspects)
    }
    return [
        replace(finding, consider=f"{before}的此数也存疑，先核实{before}的数；{finding.consider}")
        if kinds.get(finding.check) in PAST_KINDS and finding.at in doubted
        else finding
        for finding in findings
    ]


def valid_explanations(
    answers: Sequence[Answer], findings: dict[str, Finding], as_of: date
) -> tuple[dict[str, Answer], list[str]]:
    """Explanations that are valid on `as_of`, by id of the finding; and remarks why the others were not accepted."""
    valid: dict[str, Answer] = {}
    remarks: list[str] = []
    for answer in answers:
        if answer.is_correction or answer.kind == WITHDRAW:
            continue
        until = iso_date(answer.until)
        finding = findings.get(answer.finding)
        printed = finding.printed.get(finding.at, "") if finding else ""
        if answer.kind not in ("", EXPLAIN):
            remarks.append(
                f"{answer.place}：处理“{answer.kind}”应为{CORRECT}、{EXPLAIN}或{WITHDRAW}；未采用，原样保留"
            )
        elif not answer.finding:
            remarks.append(f"{answer.place}：应填写编号；未采用，原样保留")
        elif answer.finding not in findings:
            remarks.append(
                f"{answer.place}：编号“{answer.finding}”在本期没有对应的核对意见；未采用，原样保留"
            )
        elif not answer.text:
            remarks.append(f"{answer.place}：处理为说明，应填写说明或依据；未采用，原样保留")
        elif answer.original and printed and not is_same_number_text(answer.original, printed):
            remarks.append(
                f"{answer.place}：原值“{answer.original}”与资料中的“{printed}”不同，可能资料已换；未采用，原样保留"
            )
        elif until is None or iso_date(answer.on) is None:
            which, typed = ("有效至", answer.until) if until is None else ("日期", answer.on)
            remarks.append(f"{answer.place}：{which}“{typed}”应写作 2023-01-05；未采用，原样保留")
        elif until and until < as_of.isoformat():
            remarks.append(f"{answer.place}：说明有效至 {until}，已过期；未采用，原样保留")
        else:
            valid[answer.finding] = replace(answer, until=until)
    return valid, remarks


def with_status(
    finding: Finding,
    explained: Mapping[str, Answer],
    carried_over: Mapping[str, Answer],
    past: Sequence[PriorQuarter],
    earlier: Sequence[Finding],
    lapse: str,
) -> Finding:
    """`finding` with its status (``new``, ``known`` or ``explained``) and the answer to be shown with it.

    Parameters
    ----------
    explained, carried_over : mapping
        This quarter's explanations, and those carried over from earlier quarters, by id of the finding.
    past : sequence of PriorQuarter
        Earlier quarters, oldest first.
    earlier : sequence of Finding
        Findings of the quarter before.
    lapse : str
        Why an earlier explanation no longer holds, shown where there is no answer.
    """
    known = any(f.id == finding.id for f in earlier)
    answer = explained.get(finding.id) or carried_over.get(finding.id)
    if answer is None:
        return replace(finding, status="known" if known else "new", answer=lapse)
    last = last_explanation(finding.id, past)
    repeated = last is not None and answer.text == last.text
    folded = finding.severity != "correct" and known and repeated
    return replace(finding, status="explained", answer=_explanation_text(answer), folded=folded)


def lapse_reason(
    answer: Answer | None, finding: Finding, earlier: Sequence[Finding], as_of: date, before: str = "上季度"
) -> str:
    """Why an earlier quarter's explanation no longer holds, in Chinese; blank when it does or there is none.

    `before` is what the period before is called.
    """
    if answer is None:
        return ""
    earlier_finding = next((f for f in earlier if f.id == finding.id), None)
    if not answer.until:
        reason = "没有写有效至，只用于本期"
    elif not answer.valid_on(as_of):
        reason = f"有效至 {answer.until}，已过期"
    elif earlier_finding and _message_without_figures(earlier_finding) != _message_without_figures(finding):
        reason = f"情形与{before}不同"
    else:
        return ""
    return f"上次说明：{answer.text}（{reason}，须重新说明）"


def _message_without_figures(finding: Finding) -> str:
    """A finding's message without its figures: explanations carry over only while the words (高, 低) are the same."""
    return re.sub(r"[\d.,，%％−-]+", "", finding.message)


def last_explanation(finding: str, past: Sequence[PriorQuarter]) -> Answer | None:
    """The latest explanation that an earlier quarter gave for the same finding.

    None where it was corrected or withdrawn since, and for a finding about notes, which are others in every quarter.
    """
    if finding.partition("/")[2].startswith(_NOTES):
        return None
    for quarter in reversed(past):
        answers = [answer for answer in quarter.answers if answer.finding == finding]
        if any(answer.is_correction or answer.kind == WITHDRAW for answer in answers):
            return None
        for answer in answers:
            if answer.text:
                return replace(answer, until=iso_date(answer.until) or "")
    return None


def _explanation_text(answer: Answer) -> str:
    """An explanation as the page shows it: text, person and date, validity."""
    parts = [answer.text]
    signed = " ".join(part for part in (answer.by, answer.on) if part)
    if signed:
        parts.append(signed)
    if answer.until:
        parts.append(f"有效至 {answer.until}")
    return "；".join(parts)


def is_same_number_text(typed: str, printed: str) -> bool:
    """Whether a 原值 as typed equals the printed text, whatever the thousands separators and blanks."""
    return plain_number(typed).replace(",", "") == plain_number(printed).replace(",", "")
