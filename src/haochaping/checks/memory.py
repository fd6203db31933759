"""Explanations and the past: what stands, what is carried over, what is new, known or revised."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from haochaping.checks.check_report import Revision
from haochaping.checks.finding import Finding
from haochaping.checks.run_rules import run_rules
from haochaping.cleaning.dates import iso_date
from haochaping.core.labels import COLUMNS, place
from haochaping.core.model import QuarterData, decode_key
from haochaping.core.text import plain_number
from haochaping.reference.reference import Reference
from haochaping.store.answers import CORRECT, EXPLAIN, WITHDRAW, Answer
from haochaping.store.revisions import net_revisions


@dataclass(frozen=True)
class PriorQuarter:
    """An earlier quarter: its data as printed, its answers, and its data with what was corrected then."""

    data: QuarterData
    answers: tuple[Answer, ...]
    corrected: QuarterData | None = None

    @property
    def effective_values(self) -> QuarterData:
        """What later quarters are compared with: corrected where it was corrected."""
        return self.data if self.corrected is None else self.corrected


def revised_cells(data: QuarterData) -> Iterator[Revision]:
    """What changed in an earlier quarter since it was first read."""
    for row in net_revisions(data).to_dict("records"):
        place_words = place(row["table"], decode_key(row["key"])) + COLUMNS.get(row["column"], "")
        yield Revision(data.quarter.label, place_words, row["before"], row["after"], row["on"])


def earlier_findings(past: Sequence[PriorQuarter], reference: Reference) -> tuple[Finding, ...]:
    """Findings of the last earlier quarter, with today's rules."""
    if not past:
        return ()
    return run_rules(
        past[-1].data, reference, history=tuple(one.effective_values for one in past[:-1])
    ).findings


def explanations(
    answers: Sequence[Answer], findings: dict[str, Finding], as_of: date
) -> tuple[dict[str, Answer], list[str]]:
    """Explanations that stand on `as_of`, by finding; and why the others do not."""
    standing: dict[str, Answer] = {}
    remarks: list[str] = []
    for answer in answers:
        if answer.is_correction or answer.kind == WITHDRAW:
            continue
        until = iso_date(answer.until)
        finding = findings.get(answer.finding)
        now = finding.printed.get(finding.at, "") if finding else ""
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
        elif answer.original and now and not same_text(answer.original, now):
            remarks.append(
                f"{answer.place}：原值“{answer.original}”与资料中的“{now}”不同，可能资料已换；未采用，原样保留"
            )
        elif until is None or iso_date(answer.on) is None:
            which, typed = ("有效至", answer.until) if until is None else ("日期", answer.on)
            remarks.append(f"{answer.place}：{which}“{typed}”应写作 2023-01-05；未采用，原样保留")
        elif until and until < as_of.isoformat():
            remarks.append(f"{answer.place}：说明有效至 {until}，已过期；未采用，原样保留")
        else:
            standing[answer.finding] = replace(answer, until=until)
    return standing, remarks


def with_status(
    finding: Finding,
    explained: Mapping[str, Answer],
    carried: Mapping[str, Answer],
    past: Sequence[PriorQuarter],
    earlier: Sequence[Finding],
    lapse: str,
) -> Finding:
    """New or known, explained now or carried over from an earlier quarter; or why that no longer holds."""
    known = any(f.id == finding.id for f in earlier)
    answer = explained.get(finding.id) or carried.get(finding.id)
    if answer is None:
        return replace(finding, status="known" if known else "new", answer=lapse)
    last = last_explanation(finding.id, past)
    repeated = last is not None and answer.text == last.text
    folded = finding.severity != "correct" and known and repeated
    return replace(finding, status="explained", answer=_words(answer), folded=folded)


def lapse_of(answer: Answer | None, finding: Finding, earlier: Sequence[Finding], as_of: date) -> str:
    """Why an earlier quarter's explanation does not hold now, in words; blank when it does (or there is none)."""
    if answer is None:
        return ""
    before = next((f for f in earlier if f.id == finding.id), None)
    if not answer.until:
        why = "没有写有效至，只用于当季"
    elif not answer.valid_on(as_of):
        why = f"有效至 {answer.until}，已过期"
    elif before and _wording(before) != _wording(finding):
        why = "情形与上季度不同"
    else:
        return ""
    return f"上次说明：{answer.text}（{why}，须重新说明）"


def _wording(finding: Finding) -> str:
    """A finding's message without its figures: high and low are different doubts."""
    return re.sub(r"[\d.,，%％−-]+", "", finding.message)


def last_explanation(finding: str, past: Sequence[PriorQuarter]) -> Answer | None:
    """The latest explanation that an earlier quarter gave for the same finding.

    A later correction of it, or its withdrawal, ends the memory.
    """
    for one in reversed(past):
        mine = [answer for answer in one.answers if answer.finding == finding]
        if any(answer.is_correction or answer.kind == WITHDRAW for answer in mine):
            return None
        for answer in mine:
            if answer.text:
                return replace(answer, until=iso_date(answer.until) or "")
    return None


def _words(answer: Answer) -> str:
    """An explanation as the page shows it."""
    parts = [answer.text]
    signed = " ".join(part for part in (answer.by, answer.on) if part)
    if signed:
        parts.append(signed)
    if answer.until:
        parts.append(f"有效至 {answer.until}")
    return "；".join(parts)


def same_text(typed: str, printed: str) -> bool:
    """Whether a 原值 is the printed text, however its digits are grouped."""
    return plain_number(typed).replace(",", "") == plain_number(printed).replace(",", "")
