"""Check a quarter with its answers: apply corrections, run the rules again, judge explanations, set statuses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from haochaping.checks.cell_names import cell_words
from haochaping.checks.check_report import CheckReport
from haochaping.checks.finding import Finding
from haochaping.checks.matter_ages import matter_ages
from haochaping.checks.matters import group_into_matters
from haochaping.checks.memory import (
    PriorQuarter,
    earlier_findings,
    is_same_number_text,
    lapse_reason,
    last_explanation,
    revised_cells,
    valid_explanations,
    with_doubted_comparisons,
    with_status,
)
from haochaping.checks.run_rules import run_rules
from haochaping.cleaning.dates import iso_date
from haochaping.cleaning.number_or_missing import Cell
from haochaping.core.model import CellRef, QuarterData
from haochaping.core.text import normalize_for_comparison
from haochaping.reference.reference import Reference
from haochaping.store.answers import WITHDRAW, Answer
from haochaping.store.apply_corrections import (
    Correction,
    CorrectionNotApplicable,
    apply_corrections,
    is_rate,
    read_cell,
    with_cell_text,
)
from haochaping.store.cell_index import CellIndex


@dataclass(frozen=True)
class ReviewResult:
    """The result of a review: data with corrections applied, and the report with statuses and remarks."""

    data: QuarterData
    report: CheckReport
    carried: tuple[Answer, ...] = ()
    """Explanations of earlier quarters that still hold for findings without an answer of their own."""


def review(
    printed: QuarterData,
    answers: Sequence[Answer],
    past: Sequence[PriorQuarter],
    reference: Reference,
    as_of: date,
    recorded: Sequence[Correction] = (),
) -> ReviewResult:
    """Run the rules on a quarter, apply its corrections, run the rules again, and judge its explanations.

    Parameters
    ----------
    printed : QuarterData
        The quarter as the source prints it.
    answers : sequence of Answer
        This quarter's answers.
    past : sequence of PriorQuarter
        Earlier quarters, oldest first; their findings are computed again with today's rules.
    reference : Reference
        The city.
    as_of : date
        The day on which the validity of explanations is judged.
    recorded : sequence of Correction
        Corrections recorded in tidy tables whose answers are no longer there; answers take precedence.
    """
    given = answers
    answers, remarks_on_period = _of_this_period(answers, past, printed)
    earlier = earlier_findings(past, reference)
    history = tuple(quarter.effective_values for quarter in past)
    printed = replace(printed, history=history)
    before = run_rules(printed, reference, history=history)
    data, after, known = printed, before, before.findings
    while True:  # a correction may raise a finding that another correction answers
        corrections, remarks = _corrections(answers, known, printed, reference)
        answered = {correction.cell for _, correction in corrections}
        corrections += [("", correction) for correction in recorded if correction.cell not in answered]
        if not corrections:
            break
        data = apply_corrections(printed, [c for _, c in corrections], reference)
        after = _mark_raised_by_corrections(run_rules(data, reference, history=history), before, corrections)
        ids = {finding.id for finding in known}
        wanted = {answer.finding for answer in answers if answer.is_correction} - ids
        raised = tuple(finding for finding in after.findings if finding.id in wanted)
        if not raised:
            break
        known = (*known, *raised)
    by_id = {finding.id: finding for finding in before.findings}
    corrected_ids = {finding for finding, _ in corrections}
    remaining_ids = {finding.id for finding in after.findings}
    explained, more_remarks = valid_explanations(
        answers, {**by_id, **{f.id: f for f in after.findings}}, as_of
    )
    remarks = [*remarks_on_period, *remarks, *more_remarks]
    withdrawn = {a.finding for a in answers if a.kind == WITHDRAW}
    last_explanations = {
        f.id: a
        for f in after.findings
        if f.id not in explained and f.id not in withdrawn and (a := last_explanation(f.id, past))
    }
    carried_over = {
        f.id: last_explanations[f.id]
        for f in after.findings
        if f.id in last_explanations
        and not lapse_reason(last_explanations[f.id], f, earlier, as_of, printed.quarter.before)
    }
    findings = [
        with_status(
            finding,
            explained,
            carried_over,
            past,
            earlier,
            lapse_reason(last_explanations.get(finding.id), finding, earlier, as_of, printed.quarter.before),
        )
        for finding in with_doubted_comparisons(
            after.findings, after.results, earlier, printed.quarter.before
        )
    ]
    findings = _with_refused_answers(findings, given, remarks)
    for finding in before.findings:
        if finding.id not in remaining_ids:
            findings.append(_closed_by_correction(finding, corrections, printed))
        elif finding.id in corrected_ids:
            remarks.append(f"{finding.message}已答复更正，但规则仍不成立，请再核对")
    current = {finding.id for finding in findings}
    gone = tuple(f for f in earlier if f.id not in current)
    ordered = _sort_findings(findings)
    ages = matter_ages(ordered, printed.quarter, past, earlier, reference)
    report = replace(
        after,
        findings=ordered,
        matters=group_into_matters(ordered, data, reference, ages),
        remarks=tuple(remarks),
        gone=gone,
        compared=bool(past),
        as_of=as_of.isoformat(),
        is_issued=_is_issued(printed, as_of),
        revised=tuple(revision for quarter in past for revision in revised_cells(quarter.data)),
    )
    return ReviewResult(data, report, tuple(carried_over.values()))


def _with_refused_answers(
    findings: Sequence[Finding], answers: Sequence[Answer], remarks: Sequence[str]
) -> list[Finding]:
    """`findings`, of which those without an answer say why the one that they got was not accepted."""
    reasons = {}
    for answer in answers:
        start = f"{answer.place}："
        refusal = next((one for one in remarks if one.startswith(start) and "未采用" in one), "")
        if refusal:
            reasons[answer.finding] = f"答复未采用：{refusal.removeprefix(start).partition('；未采用')[0]}"
    return [
        replace(finding, answer=reasons[finding.id])
        if finding.is_open and not finding.answer and finding.id in reasons
        else finding
        for finding in findings
    ]


def _is_issued(printed: QuarterData, as_of: date) -> bool:
    """Whether the source is a bulletin that had been issued by `as_of`."""
    issued = iso_date(str(printed.fact("issue_date")))
    return issued is not None and "" < issued <= as_of.isoformat()


def _of_this_period(
    answers: Sequence[Answer], past: Sequence[PriorQuarter], printed: QuarterData
) -> tuple[list[Answer], list[str]]:
    """The answers that may be of this period; and remarks on those that cannot, and on files that do not say it.

    Nobody answers for numbers before they are extracted, or the period has ended: such a date is that of another
    period's answers. An explanation of an earlier period that a workbook carries on has its old date.
    """
    before = {(a.finding, a.text, a.on) for quarter in past for a in quarter.answers}
    extracted = iso_date(str(printed.fact("extraction_date")))
    first_day = min(filter(None, (printed.quarter.end.isoformat(), extracted)))
    taken: list[Answer] = []
    remarks: list[str] = []
    for answer in answers:
        on = iso_date(answer.on)
        if not on or on >= first_day or (answer.finding, answer.text, answer.on) in before:
            taken.append(answer)
        else:
            problem = f"日期“{answer.on}”早于本期数据提取和期末（{first_day}），不会是对本期的答复"
            remarks.append(f"{answer.place}：{problem}；未采用，原样保留")
    unstated = {answer.place.partition(" ")[0] for answer in answers if not answer.is_of_stated_period}
    label = printed.quarter.label
    remarks += [f"{file} 没有写明是哪一期的答复，按{label}的采用，请确认" for file in sorted(unstated)]
    return taken, remarks


def _sort_findings(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    order = {"correct": 0, "verify": 1, "note": 2}
    closed = {"corrected": 1}
    return tuple(sorted(findings, key=lambda f: (closed.get(f.status, 0), order[f.severity])))


def _corrections(
    answers: Sequence[Answer], known: Sequence[Finding], printed: QuarterData, reference: Reference
) -> tuple[list[tuple[str, Correction]], list[str]]:
    """Corrections that can be applied, each with the id of its finding; and remarks why the others cannot."""
    if not any(answer.is_correction for answer in answers):
        return [], []
    cell_index = CellIndex(printed, reference)
    cells = {cell.path: cell for cell in cell_index.cells()}
    words = {cell_label(printed, cell): cell for cell in cell_index.cells()}
    findings = {finding.id: finding for finding in known}
    applied: dict[CellRef, tuple[str, Correction]] = {}
    places: dict[CellRef, str] = {}
    remarks: list[str] = []
    for answer in answers:
        if not answer.is_correction:
            continue
        finding = findings.get(answer.finding)
        problem = ""
        cell = cells.get(answer.cell) or words.get(normalize_place(answer.cell_words))
        if cell is None and not answer.cell and not answer.cell_words and finding:
            cell = finding.at
        if not answer.finding:
            problem = "应填写编号（照抄所答复的核对意见的编号）"
        elif finding is None:
            problem = f"编号“{answer.finding}”在本期没有对应的核对意见"
        elif cell is None or cell not in cell_index:
            problem = f"“{answer.cell_words or answer.cell or cell_label(printed, finding.at)}”不是一个可以更正的单元格"
        elif not answer.value:
            problem = "处理为更正，应填写核实值"
        elif answer.original and not is_same_number_text(answer.original, cell_index.printed(cell)):
            problem = f"原值“{answer.original}”与资料中的“{cell_index.printed(cell)}”不同，可能资料已换"
        elif iso_date(answer.on) is None:
            problem = f"日期“{answer.on}”应写作 2023-01-05"
        elif cell in applied and applied[cell][1].corrected != answer.value:
            problem = f"同一单元格在{places[cell]}已有另一个核实值 {applied[cell][1].corrected}，只能留一个"
        else:
            try:
                value = _as_typed(cell, answer.value, reference)
                is_unchanged = _value_or_text(read_cell(cell, value, reference)) == _printed_value(
                    cell, cell_index, reference
                )
                with_cell_text(printed, cell, value, reference)  # whether the cell can hold it
            except CorrectionNotApplicable as error:
                problem = f"核实值“{answer.value}”{error}"
            else:
                if is_unchanged:
                    remarks.append(f"{answer.place}：核实值与原值相同，不算更正；未采用，原样保留")
                    continue
                lacking = [
                    n for n, v in (("依据", answer.text), ("经办人", answer.by), ("日期", answer.on)) if not v
                ]
                if lacking:
                    remarks.append(f"{answer.place}：更正已采用，但没有写明{'、'.join(lacking)}，请补填")
                places.setdefault(cell, answer.place)
                applied[cell] = (
                    answer.finding,
                    Correction(
                        cell,
                        cell_index.printed(cell),
                        value,
                        answer.text,
                        answer.by,
                        iso_date(answer.on) or "",
                    ),
                )
        if problem:
            remarks.append(f"{answer.place}：{problem}；未采用，原样保留")
    return list(applied.values()), remarks


def cell_label(data: QuarterData, cell: CellRef) -> str:
    """A cell in words as in column 位置 of the workbook, normalised for comparison."""
    return normalize_place(cell_words(data, cell))


def normalize_place(place_words: str) -> str:
    """A place normalised for comparison, without quotation marks, which people type in many ways."""
    return re.sub("[“”\"'「」‘’]", "", normalize_for_comparison(place_words))


def _printed_value(cell: CellRef, cell_index: CellIndex, reference: Reference) -> int | float | str:
    """The printed value of a cell, or its text where it has no number."""
    try:
        return _value_or_text(read_cell(cell, cell_index.printed(cell), reference))
    except CorrectionNotApplicable:
        return cell_index.printed(cell)


def _value_or_text(cell: Cell) -> int | float | str:
    return cell.printed if cell.value is None else cell.value


def _as_typed(cell: CellRef, value: str, reference: Reference) -> str:
    """Turn a rate that a spreadsheet stored as a fraction (0.9968) back into the percentage that was typed (99.68%)."""
    if is_rate(cell, reference.declaration) and not value.endswith(("%", "％")):
        try:
            number = float(value)
        except ValueError:
            return value
        if 0 <= number <= 1:
            return f"{number * 100:.6f}".rstrip("0").rstrip(".") + "%"
    return value


def _mark_raised_by_corrections(
    after: CheckReport, before: CheckReport, corrections: Sequence[tuple[str, Correction]]
) -> CheckReport:
    """`after`, in which findings raised only by corrections say so in their message."""
    known = {finding.id for finding in before.findings}
    changed = {correction.cell for _, correction in corrections}
    findings = (
        _raised_by(finding, [correction for _, correction in corrections])
        if finding.id not in known and changed & set(finding.cells)
        else finding
        for finding in after.findings
    )
    return replace(after, findings=tuple(findings))


def _raised_by(finding: Finding, corrections: Sequence[Correction]) -> Finding:
    """A finding that corrections raised; a total that lacks just what one of them changed has not followed it."""
    total = finding.expected.replace(",", "")
    printed = finding.printed.get(finding.at, "")
    for correction in corrections:
        counts = (total, printed, correction.corrected, correction.printed)
        if correction.cell in finding.cells and all(count.isdecimal() for count in counts):
            expected, before, corrected, was = map(int, counts)
            if expected - before == corrected - was:
                return replace(
                    finding,
                    message=f"{finding.message}（由更正引起：此数没有随更正改动。）",
                    suspects=(finding.at,),
                    likeliest=(finding.at,),
                    changes=((finding.at, expected),),
                    hypothesis=f"此数没有随更正改动，应为 {finding.expected}。",
                )
    return replace(finding, message=f"{finding.message}（由更正引起，请再核对更正的数。）")


def _closed_by_correction(
    finding: Finding, corrections: Sequence[tuple[str, Correction]], printed: QuarterData
) -> Finding:
    """A finding that vanished, closed by its own correction or by one that was given for another finding."""
    for finding_id, correction in corrections:
        is_recorded = not finding_id and correction.cell in {finding.at, *finding.suspects}
        if finding_id == finding.id or is_recorded:
            return replace(finding, status="corrected", answer=_correction_text(correction, printed))
    others = [c for _, c in corrections if c.cell in {*finding.cells, *finding.suspects}]
    shown = "、".join(
        f"{cell_words(printed, c.cell)}由 {c.printed} 改为 {c.corrected}"
        for c in others or [c for _, c in corrections]
    )
    words = f"没有单独答复，因其他更正而消除（{shown}），请确认"
    return replace(finding, status="corrected", follows=True, answer=words)


def _correction_text(correction: Correction, printed: QuarterData) -> str:
    """A correction as the page shows it: cell, new text, basis, person and date."""
    parts = [
        f"{cell_words(printed, correction.cell)}更正为 {correction.corrected}",
        correction.basis or "未写依据",
    ]
    parts += [" ".join(part for part in (correction.by, correction.on) if part)]
    return "；".join(part for part in parts if part)
