"""Typing slips: which one-step slip of hand or export turns one number into another.

After Scholtus (2009) and R's ``deducorrect``: a digit lost, doubled or added, replaced, or two
neighbours swapped (Damerau-Levenshtein distance one).
"""

from __future__ import annotations

from collections.abc import Iterator

SWAPPED, DOUBLED, ADDED, LOST, REPLACED = (
    "相邻两位数字颠倒",
    "一位数字重复录入",
    "多录一位数字",
    "漏录一位数字",
    "一位数字录错",
)


def intended(printed: int) -> Iterator[tuple[int, str]]:
    """Numbers that a single slip would turn into `printed`, each with the slip; likeliest slips first."""
    digits = str(printed)
    seen = {printed}

    def new(text: str, slip: str) -> Iterator[tuple[int, str]]:
        if text and (text == "0" or not text.startswith("0")) and int(text) not in seen:
            seen.add(int(text))
            yield int(text), slip

    for i in range(len(digits) - 1):
        yield from new(digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :], SWAPPED)
    for i in range(1, len(digits)):
        if digits[i] == digits[i - 1]:
            yield from new(digits[:i] + digits[i + 1 :], DOUBLED)
    for i in range(len(digits) + 1):
        for digit in "0123456789":
            yield from new(digits[:i] + digit + digits[i:], LOST)
    for i in range(len(digits)):
        yield from new(digits[:i] + digits[i + 1 :], ADDED)
    for i in range(len(digits)):
        for digit in "0123456789":
            yield from new(digits[:i] + digit + digits[i + 1 :], REPLACED)


def slip_between(printed: int, target: int) -> str | None:
    """The slip that would turn `target` into `printed`, or None."""
    return next((slip for value, slip in intended(printed) if value == target), None)
