"""Merge the replies of several verification sheets: what agrees is accepted, contradictions are reported, not decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from haochaping.core.text import normalize_for_comparison
from haochaping.outputs.exchange.replies import Reply, is_same_value
from haochaping.store.answers import EXPLAIN, Answer


@dataclass(frozen=True)
class Merged:
    """The result of :func:`merge_replies`."""

    taken: tuple[Answer, ...]
    """New answers, to be added to the workbook."""
    already: tuple[Answer, ...]
    """Answers of the workbook that say what a sheet says."""
    conflicts: tuple[str, ...]
    """Contradictions, one line for each cell or finding, every side with its file and row."""
    asides: tuple[str, ...] = ()
    """Rows about another cell than that of their finding, where nothing else answers the finding."""
    needless: tuple[str, ...] = ()
    """The same, where something else answers it."""


def merge_replies(workbook_replies: Sequence[Reply], replies: Sequence[Reply]) -> Merged:
    """Accept the answers of every reply that contradicts neither another reply nor the workbook.

    A reply is accepted or refused as a whole: what it says about other cells depends on the cell in dispute.

    Parameters
    ----------
    workbook_replies : sequence of Reply
        Answers of the review workbook, as replies.
    replies : sequence of Reply
        Replies of the returned sheets.
    """
    statements_by_topic: dict[str, set[str]] = {}
    disputed: list[Reply] = []
    for number, reply in enumerate(replies):
        others = [*workbook_replies, *replies[:number], *replies[number + 1 :]]
        disputes = [dispute for other in [reply, *others] for dispute in _disputes(reply, other)]
        for topic, statements in disputes:
            statements_by_topic.setdefault(topic, set()).update(statements)
        if disputes:
            disputed.append(reply)
    conflicts = [
        f"{topic}：{'；'.join(sorted(statements))}" for topic, statements in statements_by_topic.items()
    ]
    if undisputed := _undisputed_rows(disputed, set().union(*statements_by_topic.values())):
        conflicts.append(f"与以上同属一条意见的填写一并未采用：{'；'.join(undisputed)}")
    undisputed_replies = [reply for reply in replies if reply not in disputed]
    accepted = [answer for reply in undisputed_replies for answer in reply.answers]
    in_workbook = [answer for reply in workbook_replies for answer in reply.answers]
    answered = {answer.finding for answer in (*in_workbook, *accepted)}
    asides: dict[bool, list[str]] = {True: [], False: []}
    for reply in undisputed_replies:
        asides[bool(answered & {claim.finding for claim in reply.claims})] += reply.asides
    merged = _split_new_and_known(in_workbook, accepted, conflicts)
    return replace(merged, asides=tuple(asides[False]), needless=tuple(asides[True]))


def _split_new_and_known(
    workbook_answers: Sequence[Answer], accepted: Sequence[Answer], conflicts: Sequence[str]
) -> Merged:
    """Each answer once: as new, or as one that the workbook has already."""
    new_answers: list[Answer] = []
    known_answers: list[Answer] = []
    for answer in accepted:
        if known := next((other for other in workbook_answers if _says_the_same(answer, other)), None):
            known_answers.append(known)
        elif not any(_says_the_same(answer, other) for other in new_answers):
            new_answers.append(answer)
    return Merged(tuple(new_answers), tuple(known_answers), tuple(conflicts))


def _disputes(reply: Reply, other: Reply) -> Iterator[tuple[str, set[str]]]:
    """Contradictions of two replies as (cell in words, statements): two values of a cell, two explanations."""
    for mine in reply.claims:
        for theirs in other.claims:
            if mine.contradicts(theirs):
                yield mine.cell_words, {mine.text_with_place, theirs.text_with_place}
    for first in reply.answers:
        for second in other.answers:
            if _explanations_differ(first, second):
                yield first.cell_words or first.cell, {_quote(first), _quote(second)}


def _explanations_differ(first: Answer, second: Answer) -> bool:
    if first.finding != second.finding or first.is_correction or second.is_correction:
        return False
    return _answer_kind(first) != _answer_kind(second) or normalize_for_comparison(
        first.text
    ) != normalize_for_comparison(second.text)


def _undisputed_rows(disputed: Sequence[Reply], statements: set[str]) -> list[str]:
    """Rows of disputed replies that are not in dispute themselves."""
    claims = {claim.text_with_place: claim.place for reply in disputed for claim in reply.claims}
    return sorted(
        claim
        for claim, place in claims.items()
        if not any(side.startswith(f"{place}“") for side in statements)
    )


def _says_the_same(answer: Answer, other: Answer) -> bool:
    """Whether `other` gives the same answer to the same finding and cell."""
    if (answer.finding, answer.is_correction) != (other.finding, other.is_correction):
        return False
    if answer.is_correction:
        return answer.cell == other.cell and is_same_value(answer.value, other.value)
    return not _explanations_differ(answer, other)


def _answer_kind(answer: Answer) -> str:
    return answer.kind or EXPLAIN


def _quote(answer: Answer) -> str:
    return f"{answer.place}“{answer.text or answer.kind}”"
