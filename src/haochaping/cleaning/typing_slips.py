"""Typing slips: single-digit slips of hand or export that turn one number into another.

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


def numbers_before_slip(printed: int) -> Iterator[tuple[int, str]]:
    """Yield the numbers that a single slip would turn into `printed`, each with the slip in Chinese; likeliest first."""
    digits = str(printed)
    yielded = {printed}

    def unseen(text: str, slip: str) -> Iterator[tuple[int, str]]:
        if text and (text == "0" or not text.startswith("0")) and int(text) not in yielded:
            yielded.add(int(text))
            yield int(text), slip

    for i in range(len(digits) - 1):
        yield from unseen(digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :], SWAPPED)
    for i in range(1, len(digits)):
        if digits[i] == digits[i - 1]:
            yield from unseen(digits[:i] + digits[i + 1 :], DOUBLED)
    for i in range(len(digits) + 1):
        for digit in "0123456789":
            yield from unseen(digits[:i] + digit + digits[i:], LOST)
    for i in range(len(digits)):
        yield from unseen(digits[:i] + digits[i + 1 :], ADDED)
    for i in range(len(digits)):
        for digit in "0123456789":
            yield from unseen(digits[:i] + digit + digits[i + 1 :], REPLACED)


def slip_between(printed: int, target: int) -> str | None:
    """The single slip that would turn `target` into `printed`, in Chinese; None if there is none."""
    return next((slip for value, slip in numbers_before_slip(printed) if value == target), None)
