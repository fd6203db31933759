"""May the quarter be submitted (送审), or must what was issued be corrected? Advice by a fixed rule; people decide."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from haochaping.checks.finding import Finding


class Verdict(Enum):
    """The four answers, in the words of the office before a bulletin is issued."""

    READY = "可送审"
    WITH_NOTES = "附说明送审"
    NOT_COVERED = "核对覆盖不足"
    VERIFY_FIRST = "建议核实后送审"

    @property
    def code(self) -> str:
        """The answer for other programs: ``ready``, ``ready_with_notes``, ``not_covered``, ``verify_first``."""
        return "ready_with_notes" if self is Verdict.WITH_NOTES else self.name.lower()

    def words(self, *, is_issued: bool) -> str:
        """The answer in words: what is issued already can no longer be submitted, only corrected."""
        return _AFTER_ISSUE[self] if is_issued else self.value

    @classmethod
    def of_words(cls, words: str) -> Verdict | None:
        """The answer that `words` say, before or after issue; None for other words."""
        return next((v for v in cls if words in (v.value, _AFTER_ISSUE[v])), None)


_AFTER_ISSUE = {
    Verdict.READY: "未见须更正",
    Verdict.WITH_NOTES: "附说明",
    Verdict.NOT_COVERED: "核对覆盖不足",
    Verdict.VERIFY_FIRST: "建议更正",
}
DECISIONS = {False: ("可送审", "附说明送审", "核实后送审"), True: ("不更正", "附说明", "更正")}
"""What a reviewer may decide, by whether the bulletin is issued: in the words of the verdict."""


def verdict(
    findings: Iterable[Finding], some_check_failed_to_run: bool, *, is_covered: bool = True
) -> Verdict:
    """The verdict on a set of findings.

    Any open 须更正 or 需核实, or a check that could not run: verify first. Too few of the printed figures under a check: not
    covered. All 须更正 corrected and all 需核实 answered: with notes. None at all: ready. A 提示 never blocks; an
    explanation never closes a 须更正.
    """
    grave = [finding for finding in findings if finding.severity != "note"]
    if some_check_failed_to_run or any(finding.is_open for finding in grave):
        return Verdict.VERIFY_FIRST
    if not is_covered:
        return Verdict.NOT_COVERED
    return Verdict.WITH_NOTES if grave else Verdict.READY
