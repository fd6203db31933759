"""Matters on the page: their numbers, where they stand, and how one is called in a word or two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from haochaping.checks.check_report import CheckReport
from haochaping.checks.finding import Finding, Matter
from haochaping.checks.outcome import ALL_ROWS
from haochaping.core.labels import annex_words, column_heading, row_words
from haochaping.core.model import TEXT_CLAIMS, QuarterData
from haochaping.store.cell_index import CellIndex

MOST_LABEL_UNITS = 2
"""More units than this are called by the first one and their number."""


@dataclass(frozen=True)
class NumberedMatter:
    """A matter with its number on the page and its findings that are still open."""

    number: int
    matter: Matter
    findings: tuple[Finding, ...]


def matter_anchor(number: int) -> str:
    """The HTML id of a matter on the page."""
    return f"matter-{number}"


def matter_numbers(report: CheckReport) -> dict[str, int]:
    """Finding id to the number of its matter: matters are numbered in the order in which they are shown."""
    return {
        finding: number
        for number, matter in enumerate(report.matters, start=1)
        for finding in matter.findings
    }


def numbered_matters(report: CheckReport) -> Iterator[NumberedMatter]:
    """The matters that must still be settled."""
    findings = {finding.id: finding for finding in report.findings}
    for number, matter in enumerate(report.matters, start=1):
        if matter.is_open:
            members = tuple(findings[name] for name in matter.findings if findings[name].is_open)
            yield NumberedMatter(number, matter, members)


def matter_label(matter: Matter, findings: Sequence[Finding], data: QuarterData) -> str:
    """A matter in a word or two: ``高新区``, ``市公安局等 6 个单位``, ``附件5总数``, or as its rule calls it: ``零差评``."""
    lead = findings[0] if findings else None
    if lead and lead.brief:
        return lead.brief
    if lead and lead.at.table == TEXT_CLAIMS:
        return f"正文{row_words(data.declaration, lead.at)}"
    is_of_total = lead is not None and any(
        (row.table, row.row, row.member) == (lead.at.table, lead.at.row, lead.at.member)
        for row in data.derived(CellIndex).total_rows
    )
    if lead and (is_of_total or not matter.units or ALL_ROWS in lead.at.names):
        words = "" if ALL_ROWS in lead.at.names else row_words(data.declaration, lead.at)
        heading = "" if words else column_heading(data.declaration, lead.at.column)
        return f"{annex_words(data, lead.at.table)}{words or heading}"
    if len(matter.units) <= MOST_LABEL_UNITS:
        return "、".join(matter.units)
    return f"{matter.units[0]}等 {len(matter.units)} 个单位"
