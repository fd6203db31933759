"""Findings with their answers and their past: what is new, known, explained, corrected, gone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from haochaping.answers import CORRECT, EXPLAIN, WITHDRAW, Answer, iso_date
from haochaping.checks.book import Book
from haochaping.checks.confront import CheckReport, Revision, confront
from haochaping.checks.finding import CellRef, Finding
from haochaping.cleaning.cells import Cell
from haochaping.cleaning.text import fold, plain_number
from haochaping.corrections import (
    Correction,
    NotApplicable,
    apply_corrections,
    is_rate,
    read_cell,
    with_value,
)
from haochaping.labels import COLUMNS, place
from haochaping.model import QuarterData, decode_key
from haochaping.reference import Reference
from haochaping.revisions import net_revisions


@dataclass(frozen=True)
class Past:
    """An earlier quarter: its data as printed, its answers, and its data with what was corrected then."""

    data: QuarterData
    answers: tuple[Answer, ...]
    corrected: QuarterData | None = None

    @property
    def best(self) -> QuarterData:
        """What later quarters are compared with: corrected where it was corrected."""
        return self.data if self.corrected is None else self.corrected


@dataclass(frozen=True)
class Reviewed:
    """A quarter after its answers: data with corrections, findings with status, what could not be applied."""

    data: QuarterData
    report: CheckReport
    carried: tuple[Answer, ...] = ()
    """Explanations of earlier quarters that still stand for findings without an answer of their own."""


def review(
    printed: QuarterData,
    answers: Sequence[Answer],
    past: Sequence[Past],
    reference: Reference,
    as_of: date,
    kept: Sequence[Correction] = (),
) -> Reviewed:
    """Confront a quarter, apply its corrections, confront it again, and judge its explanations.

    Parameters
    ----------
    printed : QuarterData
        As the source prints it.
    answers : sequence of Answer
        This quarter's.
    past : sequence of Past
        Earlier quarters, oldest first; their findings are computed again with today's rules.
    reference : Reference
        The city.
    as_of : date
        The day on which explanations are judged.
    kept : sequence of Correction
        Corrections applied before, whose answers are no longer there.
    """
    earlier = _earlier(past, reference)
    history = tuple(one.best for one in past)
    before = confront(printed, reference, history=history)
    corrections, remarks = _corrections(answers, before, printed, reference)
    answered = {correction.cell for _, correction in corrections}
    corrections += [("", correction) for correction in kept if correction.cell not in answered]
    if corrections:
        data = apply_corrections(printed, [c for _, c in corrections], reference)
        after = _marked(confront(data, reference, history=history), before, corrections)
    else:
        data, after = printed, before
    by_id = {finding.id: finding for finding in before.findings}
    corrected_ids = {finding for finding, _ in corrections}
    open_ids = {finding.id for finding in after.findings}
    explained, more = _explanations(answers, {**by_id, **{f.id: f for f in after.findings}}, as_of)
    remarks += more
    withdrawn = {a.finding for a in answers if a.kind == WITHDRAW}
    last = {
        f.id: a
        for f in after.findings
        if f.id not in explained and f.id not in withdrawn and (a := _last_explanation(f.id, past))
    }
    carried = {
        f.id: last[f.id] for f in after.findings if f.id in last and not _lapse(last[f.id], f, earlier, as_of)
    }
    findings = [
        _with_status(
            finding, explained, carried, past, earlier, _lapse(last.get(finding.id), finding, earlier, as_of)
        )
        for finding in after.findings
    ]
    for finding in before.findings:
        if finding.id not in open_ids:
            findings.append(_mended(finding, corrections))
        elif finding.id in corrected_ids:
            remarks.append(f"{finding.message}已答复更正，但规则仍不成立，请再核对")
    current = {finding.id for finding in findings}
    gone = tuple(f for f in earlier if f.id not in current)
    report = replace(
        after,
        findings=_sorted(findings),
        remarks=tuple(remarks),
        gone=gone,
        compared=bool(past),
        as_of=as_of.isoformat(),
        revised=tuple(revision for one in past for revision in _revised(one.data)),
    )
    return Reviewed(data, report, tuple(carried.values()))


def _revised(data: QuarterData) -> Iterator[Revision]:
    """What changed in an earlier quarter since it was first read."""
    for row in net_revisions(data).to_dict("records"):
        where = place(row["table"], decode_key(row["key"])) + COLUMNS.get(row["column"], "")
        yield Revision(data.quarter.label, where, row["before"], row["after"], row["on"])


def _sorted(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    order = {"correct": 0, "verify": 1, "note": 2}
    closed = {"corrected": 1}
    return tuple(sorted(findings, key=lambda f: (closed.get(f.status, 0), order[f.severity])))


def _earlier(past: Sequence[Past], reference: Reference) -> tuple[Finding, ...]:
    """Findings of the last earlier quarter, with today's rules."""
    if not past:
        return ()
    return confront(past[-1].data, reference, history=tuple(one.best for one in past[:-1])).findings


def _corrections(
    answers: Sequence[Answer], report: CheckReport, printed: QuarterData, reference: Reference
) -> tuple[list[tuple[str, Correction]], list[str]]:
    """Corrections that can be applied, each with its finding's id; and why the others cannot."""
    book = Book(printed, reference)
    cells = {cell.path: cell for cell in book.cells()}
    words = {cell_label(cell): cell for cell in book.cells()}
    findings = {finding.id: finding for finding in report.findings}
    applied: dict[CellRef, tuple[str, Correction]] = {}
    remarks: list[str] = []
    for answer in answers:
        if not answer.is_correction:
            continue
        finding = findings.get(answer.finding)
        problem = ""
        cell = cells.get(answer.cell) or words.get(label_of(answer.where))
        if cell is None and not answer.cell and not answer.where and finding:
            cell = finding.at
        if not answer.finding:
            problem = "应填写编号（照抄所答复的核对意见的编号）"
        elif finding is None:
            problem = f"编号“{answer.finding}”在本期没有对应的核对意见"
        elif cell is None or cell not in book:
            problem = f"“{answer.where or answer.cell or cell_label(finding.at)}”不是一个可以更正的单元格"
        elif not answer.value:
            problem = "处理为更正，应填写核实值"
        elif answer.original and not _same_text(answer.original, book.printed(cell)):
            problem = f"原值“{answer.original}”与资料中的“{book.printed(cell)}”不同，可能资料已换"
        elif iso_date(answer.on) is None:
            problem = f"日期“{answer.on}”应写作 2023-01-05"
        elif cell in applied and applied[cell][1].corrected != answer.value:
            problem = "同一单元格有两个不同的核实值"
        else:
            try:
                value = _typed(cell, answer.value)
                same = _content(read_cell(cell, value, reference)) == _value(cell, book, reference)
                with_value(printed, cell, value, reference)  # whether the cell can hold it
            except NotApplicable as error:
                problem = f"核实值“{answer.value}”{error}"
            else:
                if same:
                    remarks.append(f"{answer.place}：核实值与原值相同，不算更正；未采用，原样保留")
                    continue
                lacking = [
                    n for n, v in (("依据", answer.text), ("经办人", answer.by), ("日期", answer.on)) if not v
                ]
                if lacking:
                    remarks.append(f"{answer.place}：更正已采用，但没有写明{'、'.join(lacking)}，请补填")
                applied[cell] = (
                    answer.finding,
                    Correction(
                        cell, book.printed(cell), value, answer.text, answer.by, iso_date(answer.on) or ""
                    ),
                )
        if problem:
            remarks.append(f"{answer.place}：{problem}；未采用，原样保留")
    return list(applied.values()), remarks


def cell_label(cell: CellRef) -> str:
    """A cell in words, as the workbook's 位置 has it, folded for comparing."""
    return label_of(place(cell.table, cell.names) + COLUMNS.get(cell.column, ""))


def label_of(where: str) -> str:
    """A place without quotation marks, which people type in many ways."""
    return re.sub("[“”\"'「」‘’]", "", fold(where))


def _same_text(typed: str, printed: str) -> bool:
    """Whether a 原值 is the printed text, however its digits are grouped."""
    return plain_number(typed).replace(",", "") == plain_number(printed).replace(",", "")


def _value(cell: CellRef, book: Book, reference: Reference) -> int | float | str:
    """What a cell holds; a cell without a number holds its word, which equals no number."""
    try:
        return _content(read_cell(cell, book.printed(cell), reference))
    except NotApplicable:
        return book.printed(cell)


def _content(cell: Cell) -> int | float | str:
    return cell.printed if cell.value is None else cell.value


def _typed(cell: CellRef, value: str) -> str:
    """A percentage that a spreadsheet stored as a fraction (0.9968) as it was typed (99.68%)."""
    if is_rate(cell) and not value.endswith(("%", "％")):
        try:
            number = float(value)
        except ValueError:
            return value
        if 0 <= number <= 1:
            return f"{number * 100:.6f}".rstrip("0").rstrip(".") + "%"
    return value


def _explanations(
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
        elif answer.original and now and not _same_text(answer.original, now):
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


def _with_status(
    finding: Finding,
    explained: Mapping[str, Answer],
    carried: Mapping[str, Answer],
    past: Sequence[Past],
    earlier: Sequence[Finding],
    lapse: str,
) -> Finding:
    """New or known, explained now or carried over from an earlier quarter; or why that no longer holds."""
    known = any(f.id == finding.id for f in earlier)
    answer = explained.get(finding.id) or carried.get(finding.id)
    if answer is None:
        return replace(finding, status="known" if known else "new", answer=lapse)
    last = _last_explanation(finding.id, past)
    repeated = last is not None and answer.text == last.text
    folded = finding.severity != "correct" and known and repeated
    return replace(finding, status="explained", answer=_words(answer), folded=folded)


def _marked(
    after: CheckReport, before: CheckReport, corrections: Sequence[tuple[str, Correction]]
) -> CheckReport:
    """`after` with the findings that only the corrections raised saying so."""
    known = {finding.id for finding in before.findings}
    changed = {correction.cell for _, correction in corrections}
    findings = (
        replace(finding, message=f"{finding.message}（由更正引起，请再核对更正的数。）")
        if finding.id not in known and changed & set(finding.cells)
        else finding
        for finding in after.findings
    )
    return replace(after, findings=tuple(findings))


def _mended(finding: Finding, corrections: Sequence[tuple[str, Correction]]) -> Finding:
    """A finding that vanished: through its own answer, or through a correction given for another finding."""
    for answered, correction in corrections:
        kept = not answered and correction.cell in {finding.at, *finding.suspects}
        if answered == finding.id or kept:
            return replace(finding, status="corrected", answer=_corrected_words(correction))
    others = [c for _, c in corrections if c.cell in {*finding.cells, *finding.suspects}]
    shown = "、".join(
        f"{place(c.cell.table, c.cell.names)}{COLUMNS.get(c.cell.column, '')}由 {c.printed} 改为 {c.corrected}"
        for c in others or [c for _, c in corrections]
    )
    words = f"没有单独答复，因其他更正而消除（{shown}），请确认"
    return replace(finding, status="corrected", follows=True, answer=words)


def _lapse(answer: Answer | None, finding: Finding, earlier: Sequence[Finding], as_of: date) -> str:
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


def _last_explanation(finding: str, past: Sequence[Past]) -> Answer | None:
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


def _corrected_words(correction: Correction) -> str:
    """A correction as the page shows it."""
    where = f"{place(correction.cell.table, correction.cell.names)}{COLUMNS.get(correction.cell.column, '')}"
    parts = [f"{where}更正为 {correction.corrected}", correction.basis or "未写依据"]
    parts += [" ".join(part for part in (correction.by, correction.on) if part)]
    return "；".join(part for part in parts if part)


def _words(answer: Answer) -> str:
    """An explanation as the page shows it."""
    parts = [answer.text]
    signed = " ".join(part for part in (answer.by, answer.on) if part)
    if signed:
        parts.append(signed)
    if answer.until:
        parts.append(f"有效至 {answer.until}")
    return "；".join(parts)
