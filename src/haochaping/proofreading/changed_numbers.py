"""The quantities of an edited sentence against those of the sentence it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from haochaping.cleaning.quantities import DATES, Quantity, expresses_rounded, unlike
from haochaping.proofreading.difference import DATE, MISSING, NUMBER, UNPLACED, Difference
from haochaping.text_numbers.compare_with_figures import FigureComparison, opposite
from haochaping.text_numbers.number_mention import NumberMention, extract_mentions

Pair = tuple[NumberMention | None, NumberMention | None]
_GAP, _SUBSTITUTED, _RELABELLED = 0.5, 0.6, 0.3
"""Weights: a quantity on one side only, another value, other words before it."""
_WORDS = 12


def changed_numbers(own: str, other: str, place: str, figures: FigureComparison) -> list[Difference]:
    """Quantities of `other` that differ from those of `own`; words and order are free."""
    if own == other:
        return []
    pairs = _with_moved(_aligned(list(extract_mentions(own)), list(extract_mentions(other))))
    found: list[Difference] = []
    for mine, theirs in pairs:
        if mine and theirs:
            found += _compared(mine, theirs, place, figures)
        elif theirs:
            found += unexplained([theirs], place, figures)
        elif mine:
            found.append(_missing(mine.quantity, place))
    return found


def unexplained(told: Iterable[NumberMention], place: str, figures: FigureComparison) -> list[Difference]:
    """Those that are not what a unit's figures say, and those that no figure of the quarter explains."""
    found = []
    for one in told:
        right = figures.expected_text(one)
        if right or not figures.holds(one):
            found.append(_explained(one, right, place))
    return found


def _compared(
    mine: NumberMention, theirs: NumberMention, place: str, figures: FigureComparison
) -> list[Difference]:
    """One quantity in the place of another."""
    own, other = mine.quantity, theirs.quantity
    if opposite(mine, theirs):
        return [Difference(place, _in_clause(theirs), _in_clause(mine).strip("“”"), NUMBER)]
    if expresses_rounded(other, own):
        if not figures.contradict(mine, theirs) or figures.holds(theirs):
            return []
        return [_explained(theirs, figures.meant(theirs), place)]
    if unlike(own, other) == 1 and figures.holds(theirs):
        return [_missing(own, place)]  # another sentence now, and right
    return [Difference(place, _in_clause(theirs), own.text, DATE if own.kind in DATES else NUMBER)]


def _explained(told: NumberMention, right: str, place: str) -> Difference:
    """A number with what it should be, written as in the paper, or as one that cannot be placed."""
    return Difference(place, _in_clause(told), right.replace(",", ""), NUMBER if right else UNPLACED)


def _in_clause(told: NumberMention) -> str:
    """The number with the words of its clause before it, the last ones of a long clause."""
    clause = told.clause if len(told.clause) <= _WORDS else f"…{told.clause[-_WORDS:]}"
    return f"“{clause}{told.quantity.text}”" if clause else told.quantity.text


def _missing(quantity: Quantity, place: str) -> Difference:
    return Difference(place, "", _with_label(quantity), MISSING)


def _with_label(quantity: Quantity) -> str:
    return f"“{quantity.label}{quantity.text}”" if quantity.label else quantity.text


def _cost(mine: Quantity, theirs: Quantity) -> float:
    return (0.0 if expresses_rounded(theirs, mine) else _SUBSTITUTED) + _RELABELLED * unlike(mine, theirs)


def _aligned(ours: Sequence[NumberMention], theirs: Sequence[NumberMention]) -> list[Pair]:
    """Both sequences side by side in order, at least cost."""
    best = [[0.0] * (len(theirs) + 1) for _ in range(len(ours) + 1)]
    for i in range(len(ours), -1, -1):
        for j in range(len(theirs), -1, -1):
            if i < len(ours) or j < len(theirs):
                best[i][j] = min(_steps(best, ours, theirs, i, j))[0]
    pairs: list[Pair] = []
    i = j = 0
    while i < len(ours) or j < len(theirs):
        _, down, right = min(_steps(best, ours, theirs, i, j))
        pairs.append((ours[i] if down else None, theirs[j] if right else None))
        i, j = i + down, j + right
    return pairs


def _steps(
    best: list[list[float]], ours: Sequence[NumberMention], theirs: Sequence[NumberMention], i: int, j: int
) -> list[tuple[float, int, int]]:
    """The ways on from a point, each with its whole cost."""
    steps = []
    if i < len(ours) and j < len(theirs):
        steps.append((best[i + 1][j + 1] + _cost(ours[i].quantity, theirs[j].quantity), 1, 1))
    if i < len(ours):
        steps.append((best[i + 1][j] + _GAP, 1, 0))
    if j < len(theirs):
        steps.append((best[i][j + 1] + _GAP, 0, 1))
    return steps


def _with_moved(pairs: Sequence[Pair]) -> list[Pair]:
    """Pairs in which what went to another place of the sentence, its words with it, is a pair too."""
    gone = [mine for mine, theirs in pairs if mine and not theirs]
    kept: list[Pair] = []
    moved: list[NumberMention] = []
    for mine, theirs in pairs:
        if theirs and not mine:
            origin = next((one for one in gone if _is_moved(one.quantity, theirs.quantity)), None)
            if origin:
                gone.remove(origin)
                moved.append(origin)
                mine = origin
        kept.append((mine, theirs))
    return [pair for pair in kept if pair[1] or not any(pair[0] is one for one in moved)]


def _is_moved(mine: Quantity, theirs: Quantity) -> bool:
    return expresses_rounded(theirs, mine) and unlike(mine, theirs) < 1
