"""Numbers, percentages and dates in a Chinese text, and when two of them say the same."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from haochaping.cleaning.text import squeeze

COUNT, PERCENT, DAY, MONTH_DAY, MONTH, YEAR, QUARTER = (
    "count",
    "percent",
    "day",
    "month_day",
    "month",
    "year",
    "quarter",
)
DATES = (DAY, MONTH_DAY, MONTH, YEAR, QUARTER)
_HALF_WIDTH = str.maketrans("０１２３４５６７８９．％", "0123456789.%")
_CHINESE_DATE = re.compile(
    r"[〇○零一二三四五六七八九]{4}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日"
)
_DIGITS = {
    "〇": 0,
    "○": 0,
    "零": 0,
    **{numeral: i for i, numeral in enumerate("一二三四五六七八九", start=1)},
}
_SCALES = {"": 1, "百万": 10**6, "千万": 10**7, "万": 10**4, "亿": 10**8, "万亿": 10**12}
_NO_FIGURE = re.compile(r"〔\d{4}〕\d+号|12345(?=政务|热线|平台|市民)")
"""Numbers of documents, and the hotline."""
_QUANTITY = re.compile(
    r"(?P<day>(?P<y>\d+)年(?P<m>\d+)月(?P<d>\d+)日|(?P<iy>\d{4})-(?P<im>\d{1,2})-(?P<id>\d{1,2})(?!\d))"
    r"|(?P<month_day>(?P<mm>\d+)月(?P<md>\d+)日)"
    r"|(?P<quarter>(?P<q>[一二三四五六七八九]|\d+)季度)"
    r"|(?P<month>(?P<om>\d+)月)"
    r"|(?P<year>(?P<oy>\d+)年)"
    r"|(?P<number>(?P<digits>(?:\d{1,3}(?:[,，]\d{3})+(?!\d)|\d+)(?:\.\d+)?)"
    r"(?P<scale>万亿|千万|百万|万|亿)?(?P<percent>%|个百分点)?)"
)
_LABEL = re.compile(r"[\u4e00-\u9fff]{1,4}$")
_SHORT_LABEL = 2


@dataclass(frozen=True)
class Quantity:
    """One of them: what it says (`value`), how it stands there, and the words before it.

    ``step`` is what a count in 万 or 亿 leaves open, zero where it is told in full.
    """

    kind: str
    value: tuple[Decimal, ...]
    text: str
    start: int
    label: str = ""
    step: Decimal = Decimal(0)


def plain_text(text: str) -> str:
    """`text` without blanks, digits half-width, dates in Chinese numerals in Arabic ones."""
    return _CHINESE_DATE.sub(_arabic_date, squeeze(text).translate(_HALF_WIDTH))


def quantities(text: str) -> list[Quantity]:
    """The quantities of a text that :func:`plain_text` made, in order; numbers of documents left out."""
    hidden = _NO_FIGURE.sub(lambda match: "号" * len(match.group()), text)
    return [_quantity(match, hidden) for match in _QUANTITY.finditer(hidden)]


def without_quantities(text: str) -> str:
    """`text` with each quantity as a single sign, for comparing the words alone."""
    return _QUANTITY.sub("0", text)


def same(one: Quantity, two: Quantity) -> bool:
    """Whether two quantities say the same; 906.97万 is 9069695, 12月31日 is 2022年12月31日."""
    if {one.kind, two.kind} == {DAY, MONTH_DAY}:
        return one.value[-2:] == two.value[-2:]
    if one.kind != two.kind:
        return False
    step = max(one.step, two.step)
    if one.value == two.value or not step:
        return one.value == two.value
    coarse, fine = (one, two) if one.step == step else (two, one)
    return (fine.value[0] / step).quantize(Decimal(1), ROUND_HALF_UP) * step == coarse.value[0]


def unlike(one: Quantity, two: Quantity) -> float:
    """How different the words before two quantities are: 0, 0.5 (they end alike) or 1."""
    if one.label == two.label:
        return 0.0
    return 0.5 if one.label[-_SHORT_LABEL:] == two.label[-_SHORT_LABEL:] else 1.0


def _quantity(match: re.Match[str], text: str) -> Quantity:
    kind, value, step = _value(match)
    label = _LABEL.search(text[: match.start()])
    return Quantity(kind, value, match.group(), match.start(), label.group() if label else "", step)


def _value(match: re.Match[str]) -> tuple[str, tuple[Decimal, ...], Decimal]:
    part = match.groupdict()
    if part["number"]:
        return _number(part["digits"], part["scale"] or "", bool(part["percent"]))
    if part["quarter"]:
        return QUARTER, (Decimal(_DIGITS.get(part["q"], part["q"])),), Decimal(0)
    for kind, names in (
        (DAY, ("y", "m", "d")),
        (DAY, ("iy", "im", "id")),
        (MONTH_DAY, ("mm", "md")),
        (MONTH, ("om",)),
        (YEAR, ("oy",)),
    ):
        if part[names[0]]:
            return kind, tuple(Decimal(part[name]) for name in names), Decimal(0)
    raise AssertionError(match.group())


def _number(digits: str, scale: str, percent: bool) -> tuple[str, tuple[Decimal, ...], Decimal]:
    plain = Decimal(digits.replace(",", "").replace("，", ""))
    if percent:
        return PERCENT, (plain,), Decimal(0)
    factor = Decimal(_SCALES[scale])
    step = factor.scaleb(int(plain.as_tuple().exponent)) if scale else Decimal(0)
    return COUNT, (plain * factor,), step


def _arabic_date(match: re.Match[str]) -> str:
    year, month, day = re.split("[年月日]", match.group())[:3]
    return f"{''.join(str(_DIGITS[numeral]) for numeral in year)}年{_up_to_99(month)}月{_up_to_99(day)}日"


def _up_to_99(numerals: str) -> int:
    """十八 as 18."""
    tens, ten, ones = numerals.partition("十")
    if not ten:
        return _DIGITS[numerals[-1]]
    return 10 * (_DIGITS[tens] if tens else 1) + (_DIGITS[ones] if ones else 0)
