"""Matters (事项): what one person settles in one go; the papers speak of them, not of single findings.

Rules find cell by cell. Findings of one rule, or of rules that name the same ``matter``, ask the same question: they are
one matter with a row each. A finding whose explanation changes counts is a slip of its own, hence a matter of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from haochaping.checks.check_report import CheckReport
from haochaping.checks.finding import SEVERITY_ORDER, Finding, Matter
from haochaping.checks.owners import Owners, cells_to_verify
from haochaping.checks.rule_sentence import sentence_template
from haochaping.core.declaration import SHARE
from haochaping.core.labels import annex_words, row_words
from haochaping.core.model import CellRef, QuarterData
from haochaping.core.period import Period
from haochaping.reference.reference import Reference
from haochaping.store.cell_index import CellIndex

OFFICE = "office"
"""The addressee of a matter that no single unit can settle: who made the bulletin."""


def group_into_matters(
    findings: Sequence[Finding],
    data: QuarterData,
    reference: Reference,
    ages: Mapping[str, tuple[int, Period]] | None = None,
) -> tuple[Matter, ...]:
    """The matters that findings make, in the order in which they are shown.

    Parameters
    ----------
    findings : sequence of Finding
        Of one quarter, gravest first.
    data : QuarterData
        The quarter that was checked.
    reference : Reference
        The city, whose registry tells which unit a cell belongs to.
    ages : mapping, optional
        In how many periods in a row each matter stands, and since which; by default in this one alone.
    """
    owners = Owners(data.derived(CellIndex), reference)
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.matter, []).append(finding)
    matters = [
        _matter(group_id, group, data, owners, (ages or {}).get(group_id, (1, data.quarter)))
        for group_id, group in groups.items()
    ]
    return tuple(sorted(matters, key=_order))


def matters_json(report: CheckReport) -> str:
    """``matters.json``: the matters in the order in which they are shown, for other programs."""
    return json.dumps([_as_json(matter) for matter in report.matters], ensure_ascii=False, indent=1) + "\n"


def _as_json(matter: Matter) -> dict[str, Any]:
    return {
        "id": matter.id,
        "title": matter.title,
        "severity": matter.severity,
        "question": matter.question,
        "addressee": matter.addressee or OFFICE,
        "records_affected": matter.records_affected,
        "age": matter.age,
        "status": matter.status,
        "findings": list(matter.findings),
    }


def _matter(
    matter_id: str,
    findings: Sequence[Finding],
    data: QuarterData,
    owners: Owners,
    age_and_first: tuple[int, Period],
) -> Matter:
    grave = [finding for finding in findings if finding.severity != "note"] or findings
    standing = [finding for finding in grave if finding.is_open] or grave
    affected = [finding.affected for finding in findings if finding.affected is not None]
    units = dict.fromkeys(
        owner
        for f in (*standing, *(one for one in findings if one not in grave))
        for cell in cells_to_verify(f, owners)
        if (owner := owners.of(cell)) and not _is_share(cell, data)
    )
    names = tuple(name for _, name in units)
    asked = [finding for finding in findings if finding.is_open or finding.severity == "note"]
    needs_office = not units or any(_needs_office(finding, data, owners) for finding in asked)
    by_rule = _by_rule(findings)
    age, first = age_and_first
    return Matter(
        id=matter_id,
        title=_title(by_rule, data),
        severity=min((f.severity for f in standing), key=SEVERITY_ORDER.index),
        question=by_rule[0][0].consider,
        addressee=names[0] if len(names) == 1 and not needs_office else "",
        units=names,
        needs_office=needs_office,
        records_affected=sum(affected) if affected else None,
        age=age,
        since=first.label,
        status=_status(grave, age),
        answered=sum(not finding.is_open for finding in grave) if grave is not findings else 0,
        findings=tuple(finding.id for of_rule in by_rule for finding in of_rule),
    )


def _is_share(cell: CellRef, data: QuarterData) -> bool:
    """Whether a cell is a share of a column: how it was rounded, nobody but the office knows."""
    measure = data.declaration.annexes[cell.table].measures_by_name.get(cell.column)
    return measure is not None and measure.kind == SHARE


def _needs_office(finding: Finding, data: QuarterData, owners: Owners) -> bool:
    """Whether a finding is about what no unit made: a total, the text, a whole column, or a rate that must be corrected."""
    if owners.of(finding.at) is None:
        return True
    cells = (finding.at, *finding.suspects)
    is_of_counts = all(data.declaration.is_count(cell.table, cell.column) for cell in cells)
    return finding.severity == "correct" and not is_of_counts


def _by_rule(findings: Sequence[Finding]) -> list[list[Finding]]:
    """The findings of each rule, the rule that speaks for the matter first: the gravest, then what compares most cells."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.check, []).append(finding)
    return sorted(
        groups.values(),
        key=lambda of_rule: (
            min(SEVERITY_ORDER.index(finding.severity) for finding in of_rule),
            -sum(len(finding.cells) for finding in of_rule),
        ),
    )


MOST_RULES_TOLD = 3


def _title(by_rule: Sequence[Sequence[Finding]], data: QuarterData) -> str:
    """What a matter says: the sentence of its first rule, then the first words of the others'."""
    first, *others = (_sentence(findings, data) for findings in by_rule)
    if not others:
        return first
    parts = [first.rstrip("。"), *(first_words(sentence) for sentence in others[: MOST_RULES_TOLD - 1])]
    return f"{'；'.join(parts)}。"


def first_words(sentence: str) -> str:
    """A sentence up to its second comma, or to where it lists names: enough to know which one it is."""
    words = re.split("[：；。]", sentence, maxsplit=1)[0]
    return "，".join(words.split("，")[:2])


def _sentence(findings: Sequence[Finding], data: QuarterData) -> str:
    """The message of a single finding of a rule; for several the rule's sentence about all of them."""
    lead = findings[0]
    if len(findings) == 1:
        return lead.summary
    if not lead.several:
        return f"{lead.summary}同类共 {len(findings)} 处。"
    units = dict.fromkeys(row_words(data.declaration, f.at) for f in findings)
    annexes = dict.fromkeys(annex_words(data, f.at.table) for f in findings)
    return sentence_template(lead.several).render(
        count=len(findings), units="、".join(units), annex=_joined_annexes(list(annexes))
    )


def _joined_annexes(words: Sequence[str]) -> str:
    """``附件1、2``: numbered annexes say the word once."""
    numbered = len(words) > 1 and all(word.startswith("附件") for word in words)
    return words[0] + "".join(f"、{word.removeprefix('附件') if numbered else word}" for word in words[1:])


def _status(findings: Sequence[Finding], age: int) -> str:
    """``new``, ``known``, ``explained`` or ``corrected``: open as long as one of the findings is that ask for an answer.

    A matter that stood before is known, whichever cells it is about now.
    """
    states = {finding.status for finding in findings}
    state = next(state for state in ("new", "known", "explained", "corrected") if state in states)
    return "known" if state == "new" and age > 1 else state


def _order(matter: Matter) -> tuple[bool, bool, bool, float, int]:
    """What asks for an answer before 提示 and before what is corrected; then by records affected; unknown ones last."""
    return (
        matter.severity == "note",
        matter.status == "corrected",
        matter.records_affected is None,
        -(matter.records_affected or 0.0),
        SEVERITY_ORDER.index(matter.severity),
    )
