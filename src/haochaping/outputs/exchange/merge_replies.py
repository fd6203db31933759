"""Replies of several sheets put together: what agrees is taken, what contradicts is told and not decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from haochaping.core.text import normalize_for_comparison
from haochaping.outputs.exchange.replies import Reply, same
from haochaping.store.answers import EXPLAIN, Answer


@dataclass(frozen=True)
class Merged:
    """What came of the replies."""

    taken: tuple[Answer, ...]
    """Answers to be added."""
    already: tuple[Answer, ...]
    """Answers of the workbook that say what a sheet says."""
    conflicts: tuple[str, ...]
    """Contradictions, one a cell or finding, each side with its file and row."""


def merge(standing: Sequence[Reply], replies: Sequence[Reply]) -> Merged:
    """Take the answers of every reply that contradicts no other one and nothing that stands in the workbook.

    A reply is taken or left as a whole: what it says of other cells rests on the cell that is in dispute.
    """
    sides: dict[str, set[str]] = {}
    disputed: list[Reply] = []
    for number, reply in enumerate(replies):
        others = [*standing, *replies[:number], *replies[number + 1 :]]
        found = [dispute for other in [reply, *others] for dispute in _disputes(reply, other)]
        for topic, sayings in found:
            sides.setdefault(topic, set()).update(sayings)
        if found:
            disputed.append(reply)
    conflicts = [f"{topic}：{'；'.join(sorted(sayings))}" for topic, sayings in sides.items()]
    if rest := _rest(disputed, set().union(*sides.values())):
        conflicts.append(f"与以上同属一条意见的填写一并未采用：{'；'.join(rest)}")
    good = [answer for reply in replies if reply not in disputed for answer in reply.answers]
    return _sorted_out([answer for one in standing for answer in one.answers], good, conflicts)


def _sorted_out(before: Sequence[Answer], good: Sequence[Answer], conflicts: Sequence[str]) -> Merged:
    """Each answer once: as new, or as one that the workbook has."""
    taken: list[Answer] = []
    already: list[Answer] = []
    for answer in good:
        if known := next((other for other in before if _agrees(answer, other)), None):
            already.append(known)
        elif not any(_agrees(answer, other) for other in taken):
            taken.append(answer)
    return Merged(tuple(taken), tuple(already), tuple(conflicts))


def _disputes(reply: Reply, other: Reply) -> Iterator[tuple[str, set[str]]]:
    """What two replies cannot both say: two values of a cell, two explanations of a finding."""
    for mine in reply.claims:
        for theirs in other.claims:
            if mine.contradicts(theirs):
                yield mine.cell_words, {mine.told, theirs.told}
    for first in reply.answers:
        for second in other.answers:
            if _explain_otherwise(first, second):
                yield first.cell_words or first.cell, {_words(first), _words(second)}


def _explain_otherwise(first: Answer, second: Answer) -> bool:
    if first.finding != second.finding or first.is_correction or second.is_correction:
        return False
    return _kind(first) != _kind(second) or normalize_for_comparison(first.text) != normalize_for_comparison(
        second.text
    )


def _rest(disputed: Sequence[Reply], sayings: set[str]) -> list[str]:
    """Rows of disputed replies that are not in dispute themselves."""
    claims = {claim.told: claim.place for reply in disputed for claim in reply.claims}
    return sorted(
        claim for claim, place in claims.items() if not any(side.startswith(f"{place}“") for side in sayings)
    )


def _agrees(answer: Answer, other: Answer) -> bool:
    """Whether `other` says the same of the same finding and cell."""
    if (answer.finding, answer.is_correction) != (other.finding, other.is_correction):
        return False
    if answer.is_correction:
        return answer.cell == other.cell and same(answer.value, other.value)
    return not _explain_otherwise(answer, other)


def _kind(answer: Answer) -> str:
    return answer.kind or EXPLAIN


def _words(answer: Answer) -> str:
    return f"{answer.place}“{answer.text or answer.kind}”"
