"""One printed cell to a number, or to the reason why it holds none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

from haochaping.core.declaration import AS_PRINTED, CHANGE, Measure
from haochaping.core.text import normalize_for_comparison, plain_number

LONGEST_CELL = 200
"""Most characters of a cell of a table; the data contract refuses longer ones."""
MOST_DIGITS = 15
"""Most digits of a number: more than any count of ratings, and still exact as a float."""
_INTEGER = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.0+)?")
_PERCENT = re.compile(r"([0-9]+(?:\.[0-9]+)?)%")
_BLANK_INSIDE_NUMBER = re.compile(r"[\d.,．，]\s+[\d.,．，]")
"""Blanks inside a number: ``5 123`` may be one number or two cells run together, so it is refused."""
_DECIMAL = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_ZERO = re.compile(r"0+(?:\.0+)?")


UNEXPLAINED = "含义未注明"
"""End of the reason of a cell that holds a word for "no value" whose meaning nobody states."""


@dataclass(frozen=True)
class Cell:
    """A printed cell and the number in it.

    ``value`` is an int (counts), a float fraction (rates) or None when the cell holds no number;
    ``reason`` then says why. ``printed`` is the text as printed, always.
    """

    printed: str
    value: int | float | None = None
    reason: str = ""


def read_count(printed: str, no_value: Mapping[str, str]) -> Cell:
    """Read the cell of a count: a whole number, or one of the words for "no value".

    Parameters
    ----------
    printed : str
        ``"1,080,786"``, full-width digits and ``"/"`` among others.
    no_value : mapping
        Word (see :func:`~haochaping.core.text.normalize_for_comparison`) to the reason shown for it (``words.csv``).

    Raises
    ------
    ValueError
        The text is neither; the message says what was expected.
    """
    without_number = _without_number(printed, no_value)
    if without_number:
        return without_number
    match = (
        None if _BLANK_INSIDE_NUMBER.search(printed.strip()) else _INTEGER.fullmatch(plain_number(printed))
    )
    digits = match.group(1).replace(",", "") if match else ""
    if not match or len(digits) > MOST_DIGITS:
        raise ValueError(f"应为整数（不超过 {MOST_DIGITS} 位）或表示无数据的符号")
    return Cell(printed, int(digits))


def read_rate(printed: str, no_value: Mapping[str, str], *, in_percent: bool = False) -> Cell:
    """Read the cell of a rate: a percentage, which becomes a fraction, or one of the words for "no value".

    The words are as in :func:`read_count`.

    A number without a percent sign is accepted only where the heading carries the unit
    (`in_percent`): elsewhere 1 could be one per cent or all. Zero is zero in any unit.

    Raises
    ------
    ValueError
        The text is neither; the message says what was expected.
    """
    without_number = _without_number(printed, no_value)
    if without_number:
        return without_number
    text = "" if _BLANK_INSIDE_NUMBER.search(printed.strip()) else plain_number(printed)
    unsigned = _DECIMAL if in_percent else _ZERO
    match = _PERCENT.fullmatch(text) or unsigned.fullmatch(text)
    if match is None or len(text) > MOST_DIGITS:
        raise ValueError("应为百分数（如 99.9%）或表示无数据的符号")
    return Cell(printed, float(Decimal(text.rstrip("%")) / 100))


def read_measure(
    printed: str, measure: Measure, no_value: Mapping[str, str], *, in_percent: bool = False
) -> Cell:
    """Read a cell as its measure requires: a count, a percentage, a change with its sign, a score, or any text.

    The words are as in :func:`read_count`.

    Raises
    ------
    ValueError
        The text is none of these; the message says what was expected.
    """
    if measure.is_count:
        return read_count(printed, no_value)
    if measure.kind == AS_PRINTED:
        return Cell(printed)
    if measure.kind == CHANGE:
        sign, unsigned = _split_sign(printed)
        cell = read_rate(unsigned, no_value, in_percent=in_percent)
        return Cell(printed, None if cell.value is None else sign * cell.value, cell.reason)
    if measure.is_percentage:
        return read_rate(printed, no_value, in_percent=in_percent)
    without_number = _without_number(printed, no_value)
    if without_number:
        return without_number
    if not is_number(printed):
        raise ValueError("应为数或表示无数据的符号")
    return Cell(printed, float(plain_number(printed).replace(",", "")))


def _split_sign(printed: str) -> tuple[int, str]:
    """The sign of a change and the text without it: −1 for ``-3.5%``, ``下降3.5%``, ``↓3.5%``."""
    text = printed.strip()
    for sign, marks in (
        (-1, ("-", "−", "－", "下降", "减少", "↓")),
        (1, ("+", "＋", "上升", "增长", "增加", "↑")),
    ):
        mark = next((mark for mark in marks if text.startswith(mark) and text != mark), "")
        if mark:
            return sign, text[len(mark) :]
    return 1, text


def read_number(printed: str, *, in_percent: bool = False) -> Cell:
    """Read a cell whose column nobody declared: with its number where the whole text is one, never refused.

    Where the same text would be refused under a declared heading (``5 123``, too many digits), no number is read.
    """
    if not is_number(printed) or _BLANK_INSIDE_NUMBER.search(printed.strip()):
        return Cell(printed)
    text = plain_number(printed).replace(",", "")
    if sum(char.isdecimal() for char in text) > MOST_DIGITS:
        return Cell(printed)
    is_percentage = text.endswith("%") or in_percent
    value = Decimal(text.rstrip("%"))
    return Cell(printed, float(value / 100 if is_percentage else value))


def percent(value: Fraction, decimals: int, rounding: str = ROUND_HALF_UP) -> Decimal:
    """`value` as a percentage with `decimals` decimals, computed without binary rounding."""
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(value.numerator * 100) / Decimal(value.denominator)
        return exact.quantize(Decimal(1).scaleb(-decimals), rounding=rounding)


def rate_as_printed(numerator: int, denominator: int) -> tuple[float | None, str]:
    """A rate as papers print it, with two decimals, and the number printed; ``/`` and none without a denominator.

    What would round to 0 or 100 % without being it is rounded down: no rate is made perfect.
    """
    if not denominator:
        return None, "/"
    exact = Fraction(numerator, denominator)
    shown = percent(exact, 2)
    if shown in (0, 100) and exact not in (0, 1):
        shown = percent(exact, 2, ROUND_DOWN)
    return float(shown / 100), f"{shown}%"


def is_rounded_to(value: Fraction, decimals: int, written: Decimal) -> bool:
    """Whether `written` is the percentage `value` rounded to `decimals`, half up or half to even.

    The two differ only on a tie (98.125 %: 98.13 % or 98.12 %). Offices compute either way, and GB/T 8170 asks for
    the even digit, so neither is wrong.
    """
    return any(percent(value, decimals, rounding) == written for rounding in (ROUND_HALF_UP, ROUND_HALF_EVEN))


def percent_of(fraction: str) -> str:
    """Write a fraction that a spreadsheet stored (0.9968) as a percentage (99.68%).

    Exact up to four decimals, else rounded to two. What would round to 100 % without being it becomes 99.99 %, so
    that no rate is made perfect.
    """
    exact = (Decimal(fraction) * 100).normalize()
    if -int(exact.as_tuple().exponent) > 4:
        rounded = exact.quantize(Decimal("0.01"))
        exact = Decimal("99.99") if rounded == 100 and exact < 100 else rounded
    return f"{exact:f}%"


def _without_number(printed: str, no_value: Mapping[str, str]) -> Cell | None:
    """The cell with its reason if `printed` is one of the words for "no value", else None."""
    reason = no_value.get(normalize_for_comparison(printed))
    if reason is None:
        return None
    return Cell(printed, None, reason or f"原表填“{printed}”，{UNEXPLAINED}")


def explained_by_note(cell: Cell) -> Cell:
    """A cell without a number whose word the table's own note explains."""
    if UNEXPLAINED not in cell.reason:
        return cell
    return Cell(cell.printed, None, f"原表填“{cell.printed}”，含义见原表附注")


def is_number(text: str) -> bool:
    """Whether `text` as a whole is a number: a count, a decimal or a percentage."""
    folded = plain_number(text)
    return bool(_INTEGER.fullmatch(folded) or _PERCENT.fullmatch(folded) or _DECIMAL.fullmatch(folded))


def printed_decimals(printed: str) -> int:
    """Decimals of a printed percentage: 0 for ``100%``, 2 for ``99.68%``."""
    return len(plain_number(printed).rstrip("%").partition(".")[2])
