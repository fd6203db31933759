"""May the quarter be submitted (送审)? Advice by a fixed rule; people decide."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from haochaping.checks.finding import Finding


class Verdict(Enum):
    """The four answers, in the words of the office."""

    READY = "可送审"
    WITH_NOTES = "附说明送审"
    NOT_COVERED = "核对覆盖不足"
    VERIFY_FIRST = "建议核实后送审"

    @property
    def code(self) -> str:
        """The answer for other programs: ``ready``, ``ready_with_notes``, ``not_covered``, ``verify_first``."""
        return "ready_with_notes" if self is Verdict.WITH_NOTES else self.name.lower()


def verdict(
    findings: Iterable[Finding], some_check_failed_to_run: bool, *, is_covered: bool = True
) -> Verdict:
    """The verdict on a set of findings.

    Any open 须更正 or 需核实, or a check that could not run: verify first. Too few of the printed figures under a check: not
    covered. All 须更正 corrected and all 需核实 answered: with notes. None at all: ready. A 提示 never blocks; an
    explanation never closes a 须更正.
    """
    grave = [finding for finding in findings if finding.severity != "note"]
    if some_check_failed_to_run or any(_is_open(finding) for finding in grave):
        return Verdict.VERIFY_FIRST
    if not is_covered:
        return Verdict.NOT_COVERED
    return Verdict.WITH_NOTES if grave else Verdict.READY


def _is_open(finding: Finding) -> bool:
    if finding.severity == "correct":
        return finding.status != "corrected"
    return finding.status not in ("corrected", "explained")
