"""The quantities of an edited sentence against those of the sentence it comes from."""

from __future__ import annotations

from collections.abc import Sequence

from haochaping.checks.known import Known
from haochaping.cleaning.quantities import DATES, Quantity, quantities, same, unlike
from haochaping.proofreading.difference import DATE, MISSING, NUMBER, UNPLACED, Difference

Pair = tuple[Quantity | None, Quantity | None]
_GAP, _SUBSTITUTED, _RELABELLED = 0.5, 0.6, 0.3
"""Weights: a quantity on one side only, another value, other words before it."""


def changed_numbers(own: str, other: str, place: str, known: Known) -> list[Difference]:
    """Quantities of `other` that differ from those of `own`; words and order are free."""
    pairs = _without_moved(_aligned(quantities(own), quantities(other)))
    found: list[Difference] = []
    for mine, theirs in pairs:
        if mine and theirs and not same(mine, theirs):
            if unlike(mine, theirs) == 1 and known.holds(theirs):
                found.append(_missing(mine, place))  # another sentence now, and right
            else:
                kind = DATE if mine.kind in DATES else NUMBER
                found.append(Difference(place, _with_label(theirs), mine.text, kind))
        elif theirs and not mine:
            found += unplaced_numbers([theirs], place, known)
        elif mine and not theirs:
            found.append(_missing(mine, place))
    return found


def unplaced_numbers(told: Sequence[Quantity], place: str, known: Known) -> list[Difference]:
    """Those that no figure of the quarter explains."""
    return [
        Difference(place, _with_label(quantity), "", UNPLACED)
        for quantity in told
        if not known.holds(quantity)
    ]


def _missing(quantity: Quantity, place: str) -> Difference:
    return Difference(place, "", _with_label(quantity), MISSING)


def _with_label(quantity: Quantity) -> str:
    return f"“{quantity.label}{quantity.text}”" if quantity.label else quantity.text


def _cost(mine: Quantity, theirs: Quantity) -> float:
    return (0.0 if same(mine, theirs) else _SUBSTITUTED) + _RELABELLED * unlike(mine, theirs)


def _aligned(ours: Sequence[Quantity], theirs: Sequence[Quantity]) -> list[Pair]:
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
    best: list[list[float]], ours: Sequence[Quantity], theirs: Sequence[Quantity], i: int, j: int
) -> list[tuple[float, int, int]]:
    """The ways on from a point, each with its whole cost."""
    steps = []
    if i < len(ours) and j < len(theirs):
        steps.append((best[i + 1][j + 1] + _cost(ours[i], theirs[j]), 1, 1))
    if i < len(ours):
        steps.append((best[i + 1][j] + _GAP, 1, 0))
    if j < len(theirs):
        steps.append((best[i][j + 1] + _GAP, 0, 1))
    return steps


def _without_moved(pairs: Sequence[Pair]) -> list[Pair]:
    """Pairs without what only went to another place of the sentence, its words with it."""
    gone = [mine for mine, theirs in pairs if mine and not theirs]
    kept: list[Pair] = []
    moved: list[Quantity] = []
    for mine, theirs in pairs:
        if theirs and not mine:
            origin = next((q for q in gone if same(q, theirs) and unlike(q, theirs) < 1), None)
            if origin:
                gone.remove(origin)
                moved.append(origin)
                continue
        kept.append((mine, theirs))
    return [pair for pair in kept if pair[1] or not any(pair[0] is quantity for quantity in moved)]
