"""Compare the quantities of an edited sentence with those of our sentence it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from haochaping.cleaning.quantities import DATES, Quantity, expresses_rounded, label_difference
from haochaping.proofreading.difference import CHANGED, DATE, MISSING, NUMBER, UNPLACED, Difference
from haochaping.text_numbers.compare_with_figures import FigureComparison, is_opposite_direction
from haochaping.text_numbers.number_mention import NumberMention, extract_mentions

Pair = tuple[NumberMention | None, NumberMention | None]
_GAP_COST, _SUBSTITUTION_COST, _RELABELLING_COST = 0.5, 0.6, 0.3
"""Costs of an alignment: a quantity on one side only, another value, other words before it."""
_MOST_CONTEXT_CHARACTERS = 12
_ORDINAL = "第"


def changed_numbers(own: str, other: str, place: str, figures: FigureComparison) -> list[Difference]:
    """Quantities of the edited sentence `other` that differ from those of ours (`own`); words and order are free."""
    if own == other:
        return []
    pairs = _join_moved(_align(list(extract_mentions(own)), list(extract_mentions(other))))
    found: list[Difference] = []
    for mine, theirs in pairs:
        if mine and theirs:
            found += _compare_pair(mine, theirs, place, figures)
        elif theirs:
            found += unexplained([theirs], place, figures)
        elif mine:
            found.append(_missing_difference(mine.quantity, place))
    return found


def changed_words_of_analyst(own: str, other: str, place: str, figures: FigureComparison) -> list[Difference]:
    """Quantities of an edited sentence of the analyst's: changed ones, and those that the quarter's figures do not explain.

    A change is told by what was written before, unless the quarter's figures say what is right, or the number was put right.
    """
    pairs = _join_moved(_align(list(extract_mentions(own)), list(extract_mentions(other))))
    found: list[Difference] = []
    for mine, theirs in pairs:
        if theirs is None:
            found += [_missing_difference(mine.quantity, place)] if mine else []
        elif mine is None or expresses_rounded(theirs.quantity, mine.quantity):
            found += unexplained([theirs], place, figures)
        elif is_wrong := [d for d in unexplained([theirs], place, figures) if d.expected]:
            found += is_wrong
        elif not figures.is_explained(theirs) or not unexplained([mine], place, figures):
            found.append(Difference(place, _with_clause(theirs), _text_of(mine), CHANGED))
    return found


def unexplained(mentions: Iterable[NumberMention], place: str, figures: FigureComparison) -> list[Difference]:
    """Differences for mentions that contradict a unit's figures or that no figure of the quarter explains."""
    found = []
    for mention in mentions:
        expected = figures.expected_text(mention)
        if expected or not figures.is_explained(mention):
            found.append(_number_difference(mention, expected, place))
    return found


def _compare_pair(
    mine: NumberMention, theirs: NumberMention, place: str, figures: FigureComparison
) -> list[Difference]:
    """Differences of a quantity of ours and the edited one in its place."""
    own, other = mine.quantity, theirs.quantity
    if is_opposite_direction(mine, theirs):
        return [Difference(place, _with_clause(theirs), _with_clause(mine).strip("“”"), NUMBER)]
    if expresses_rounded(other, own):
        if not figures.have_different_subjects(mine, theirs) or figures.is_explained(theirs):
            return []
        return [_number_difference(theirs, figures.expected_values_text(theirs), place)]
    if label_difference(own, other) == 1 and figures.is_explained(theirs):
        return [_missing_difference(own, place)]  # the sentence was rewritten, and its number is right
    return [Difference(place, _with_clause(theirs), _text_of(mine), DATE if own.kind in DATES else NUMBER)]


def _number_difference(mention: NumberMention, expected: str, place: str) -> Difference:
    """A number with what it should be, written as in the bulletin; without `expected`, as one that cannot be placed."""
    return Difference(
        place, _with_clause(mention), expected.replace(",", ""), NUMBER if expected else UNPLACED
    )


def _text_of(mention: NumberMention) -> str:
    """The text of a quantity; of an ordinal (第一季度) with the word before it that makes it one."""
    is_ordinal = mention.quantity.kind in DATES and mention.clause.endswith(_ORDINAL)
    return _ORDINAL * is_ordinal + mention.quantity.text


def _with_clause(mention: NumberMention) -> str:
    """The number in quotes with the words before it in its clause, only the last ones of a long clause."""
    clause = (
        mention.clause
        if len(mention.clause) <= _MOST_CONTEXT_CHARACTERS
        else f"…{mention.clause[-_MOST_CONTEXT_CHARACTERS:]}"
    )
    return f"“{clause}{mention.quantity.text}”" if clause else mention.quantity.text


def _missing_difference(quantity: Quantity, place: str) -> Difference:
    return Difference(place, "", _with_label(quantity), MISSING)


def _with_label(quantity: Quantity) -> str:
    return f"“{quantity.label}{quantity.text}”" if quantity.label else quantity.text


def _cost(mine: Quantity, theirs: Quantity) -> float:
    return (
        0.0 if expresses_rounded(theirs, mine) else _SUBSTITUTION_COST
    ) + _RELABELLING_COST * label_difference(mine, theirs)


def _align(ours: Sequence[NumberMention], theirs: Sequence[NumberMention]) -> list[Pair]:
    """Pair two sequences in order at least total cost (edit-distance alignment); None on one side is a gap."""
    best = [[0.0] * (len(theirs) + 1) for _ in range(len(ours) + 1)]
    for i in range(len(ours), -1, -1):
        for j in range(len(theirs), -1, -1):
            if i < len(ours) or j < len(theirs):
                best[i][j] = min(_next_steps(best, ours, theirs, i, j))[0]
    pairs: list[Pair] = []
    i = j = 0
    while i < len(ours) or j < len(theirs):
        _, down, right = min(_next_steps(best, ours, theirs, i, j))
        pairs.append((ours[i] if down else None, theirs[j] if right else None))
        i, j = i + down, j + right
    return pairs


def _next_steps(
    best: list[list[float]], ours: Sequence[NumberMention], theirs: Sequence[NumberMention], i: int, j: int
) -> list[tuple[float, int, int]]:
    """The possible next steps from (`i`, `j`) as (total cost, step in ours, step in theirs)."""
    steps = []
    if i < len(ours) and j < len(theirs):
        steps.append((best[i + 1][j + 1] + _cost(ours[i].quantity, theirs[j].quantity), 1, 1))
    if i < len(ours):
        steps.append((best[i + 1][j] + _GAP_COST, 1, 0))
    if j < len(theirs):
        steps.append((best[i][j + 1] + _GAP_COST, 0, 1))
    return steps


def _join_moved(pairs: Sequence[Pair]) -> list[Pair]:
    """Join pairs with a gap where a quantity moved, with its words, to another place of the sentence."""
    unmatched = [mine for mine, theirs in pairs if mine and not theirs]
    joined: list[Pair] = []
    moved: list[NumberMention] = []
    for mine, theirs in pairs:
        if theirs and not mine:
            origin = next(
                (candidate for candidate in unmatched if _is_moved(candidate.quantity, theirs.quantity)), None
            )
            if origin:
                unmatched.remove(origin)
                moved.append(origin)
                mine = origin
        joined.append((mine, theirs))
    return [pair for pair in joined if pair[1] or not any(pair[0] is candidate for candidate in moved)]


def _is_moved(mine: Quantity, theirs: Quantity) -> bool:
    return expresses_rounded(theirs, mine) and label_difference(mine, theirs) < 1
