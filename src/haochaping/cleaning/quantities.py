"""Numbers, percentages and dates in a Chinese text, and whether two of them are the same."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from haochaping.core.text import remove_whitespace

COUNT, PERCENT, POINTS, DAY, MONTH_DAY, MONTH, YEAR, QUARTER = (
    "count",
    "percent",
    "points",
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
    "两": 2,
    **{numeral: i for i, numeral in enumerate("一二三四五六七八九", start=1)},
}
_SCALES = {"": 1, "百万": 10**6, "千万": 10**7, "万": 10**4, "亿": 10**8, "万亿": 10**12}
_TENS = {"十": 10, "百": 100, "千": 1000}
_NOT_QUANTITIES = re.compile(r"〔\d{4}〕\d+号|12345(?=政务|热线|平台|市民)|7[×xX*]24小时")
"""Digits that are no quantity: document numbers, the 12345 hotline, 7×24小时."""
_CHINESE_NUMERAL = (
    r"(?=[一二两三四五六七八九十])(?:[一二两三四五六七八九]?[十百千万亿]+[零〇]?)*[一二两三四五六七八九]?"
)
_CHINESE_DECIMALS = r"(?:点[零〇一二三四五六七八九]+[万亿]?)?"
_ABSTRACT = "制度|机制|措施|举措|改革|重点|原则|任务|工作|事项|要求|内容|清单"
_COUNTED = (
    r"个(?!别|人|性|体|月|百分点|工作日|小时|方面|层面|环节|维度|阶段|步骤|角度|层次|一批|坚持|意识|自信|维护|确立|结合|全面|代表|毫不)"
    rf"|件(?!事|套)|条(?!例|线|措施)|家(?!庭)|项(?!目|{_ABSTRACT})|类(?!{_ABSTRACT})|期(?!工程|项目|建设)"
)
"""Measure words after which a Chinese numeral is a quantity; not in common phrases (三个方面, 两件事)."""
_CHINESE = (
    r"(?<![第前后之每点数几多〇零一二两三四五六七八九十百千万亿])(?!一(?:个|件|条|家|项|类|期|%))"
    rf"(?P<chinese>{_CHINESE_NUMERAL}{_CHINESE_DECIMALS})"
    rf"(?:(?P<chinese_points>个百分点)|(?P<chinese_percent>%)|(?={_COUNTED})|(?<=[十百千一二两三四五六七八九][万亿]))"
)
# Groups of parts: y, m, d of a full date; iy, im, id of an ISO date; mm, md of month and day; q quarter; om a month alone;
# fm the first month of a range (10-12月); oy a year alone; hd, hc digits and Chinese numeral after 百分之.
_QUANTITY = re.compile(
    r"(?P<day>(?P<y>\d+)年(?P<m>\d+)月(?P<d>\d+)日|(?P<iy>\d{4})-(?P<im>\d{1,2})-(?P<id>\d{1,2})(?!\d))"
    r"|(?P<month_day>(?P<mm>\d+)月(?P<md>\d+)日)"
    r"|(?P<quarter>(?P<q>[一二三四五六七八九]|\d+)季度)"
    r"|(?P<month>(?P<om>\d+)月|(?P<fm>\d{1,2})(?=[-－—–~～至到]\d{1,2}月))"
    r"|(?P<year>(?P<oy>\d+)年)"
    rf"|百分之(?P<hundredths>(?P<hd>\d+(?:\.\d+)?)|(?P<hc>{_CHINESE_NUMERAL}{_CHINESE_DECIMALS}|[零〇]点[零〇一二三四五六七八九]+|百))"
    r"|(?P<number>(?P<digits>(?:\d{1,3}(?:[,，]\d{3})+(?!\d)|\d+)(?:\.\d+)?)"
    r"(?:(?P<points>个?百分点)|(?P<scale>万亿|千万|百万|万|亿)?(?P<percent>%)?))"
    rf"|{_CHINESE}"
)
_LABEL = re.compile(r"[\u4e00-\u9fff]{1,4}$")
_LABEL_ENDING = 2  # characters
_HUNDRED_PERCENT = 100


@dataclass(frozen=True)
class Quantity:
    """A number, percentage or date in a text.

    Attributes
    ----------
    kind : str
        ``COUNT``, ``PERCENT``, ``POINTS`` or one of ``DATES``.
    value : tuple of Decimal
        One number; year, month and day, or month and day, of a date.
    text : str
        As written.
    start : int
        Position of its first character in the text.
    label : str
        Up to four Chinese characters right before it.
    step : Decimal
        Unit of the last digit of a count in 万 or 亿 (100 for 906.97万): it is rounded to this; 0 where exact.
    """

    kind: str
    value: tuple[Decimal, ...]
    text: str
    start: int
    label: str = ""
    step: Decimal = Decimal(0)


def plain_text(text: str) -> str:
    """`text` without blanks, with half-width digits, and with dates in Chinese numerals written in Arabic ones."""
    return _CHINESE_DATE.sub(_arabic_date, remove_whitespace(text).translate(_HALF_WIDTH))


def quantities(text: str) -> list[Quantity]:
    """Extract the quantities of a text returned by :func:`plain_text`, in order; document numbers are skipped."""
    masked = _NOT_QUANTITIES.sub(lambda match: "号" * len(match.group()), text)
    return [_quantity(match, masked) for match in _QUANTITY.finditer(masked)]


def without_quantities(text: str) -> str:
    """`text` with each quantity replaced by ``0``, for comparing the words alone."""
    return _QUANTITY.sub("0", text)


def is_same_quantity(one: Quantity, two: Quantity) -> bool:
    """Whether two quantities are the same at the coarser precision: 906.97万 and 9069695; 12月31日 and 2022年12月31日."""
    if {one.kind, two.kind} == {DAY, MONTH_DAY}:
        return one.value[-2:] == two.value[-2:]
    if one.kind != two.kind:
        return False
    step = max(one.step, two.step)
    if one.value == two.value or not step:
        return one.value == two.value
    coarse, fine = (one, two) if one.step == step else (two, one)
    return _is_rounded(fine.value[0] / step, coarse.value[0] / step, 0)


def expresses_rounded(written: Quantity, exact: Quantity) -> bool:
    """Whether `written` is `exact`, or for percentages `exact` rounded to fewer decimals."""
    is_rate = written.kind == exact.kind == PERCENT
    return is_same_quantity(written, exact) or (is_rate and rounds_to(exact.value[0], written.value[0]))


def rounds_to(exact: Decimal, written: Decimal) -> bool:
    """Whether `written` is the percentage `exact` rounded to the decimals of `written` (at least one).

    Never true where rounding would turn less than 100 % into 100 %.
    """
    decimals = -int(written.as_tuple().exponent)
    if decimals < 1 or (written == _HUNDRED_PERCENT) != (exact == _HUNDRED_PERCENT):
        return False
    return _is_rounded(exact, written, decimals)


def _is_rounded(exact: Decimal, written: Decimal, decimals: int) -> bool:
    """Whether `written` is `exact` rounded to `decimals`; on a tie half up and half to even are both right."""
    step = Decimal(1).scaleb(-decimals)
    return any(exact.quantize(step, rounding) == written for rounding in (ROUND_HALF_UP, ROUND_HALF_EVEN))


def label_difference(one: Quantity, two: Quantity) -> float:
    """Distance between the words before two quantities: 0 (equal), 0.5 (the last two characters are) or 1."""
    if one.label == two.label:
        return 0.0
    return 0.5 if one.label[-_LABEL_ENDING:] == two.label[-_LABEL_ENDING:] else 1.0


def _quantity(match: re.Match[str], text: str) -> Quantity:
    kind, value, step = _kind_value_step(match)
    label = _LABEL.search(text[: match.start()])
    return Quantity(kind, value, match.group(), match.start(), label.group() if label else "", step)


def _kind_value_step(match: re.Match[str]) -> tuple[str, tuple[Decimal, ...], Decimal]:
    """Kind, value and step."""
    part = match.groupdict()
    if part["number"]:
        kind = PERCENT if part["percent"] else POINTS if part["points"] else COUNT
        return _arabic_number(part["digits"], part["scale"] or "", kind)
    if part["hundredths"]:
        return PERCENT, (Decimal(part["hd"]) if part["hd"] else _numeral_value(part["hc"]),), Decimal(0)
    if part["chinese"]:
        return _chinese_number(part["chinese"], match)
    if part["quarter"]:
        return QUARTER, (Decimal(_DIGITS.get(part["q"], part["q"])),), Decimal(0)
    for kind, names in (
        (DAY, ("y", "m", "d")),
        (DAY, ("iy", "im", "id")),
        (MONTH_DAY, ("mm", "md")),
        (MONTH, ("om",)),
        (MONTH, ("fm",)),
        (YEAR, ("oy",)),
    ):
        if part[names[0]]:
            return kind, tuple(Decimal(part[name]) for name in names), Decimal(0)
    raise AssertionError(match.group())


def _arabic_number(digits: str, scale: str, kind: str) -> tuple[str, tuple[Decimal, ...], Decimal]:
    plain = Decimal(digits.replace(",", "").replace("，", ""))
    if kind != COUNT:
        return kind, (plain,), Decimal(0)
    factor = Decimal(_SCALES[scale])
    step = factor.scaleb(int(plain.as_tuple().exponent)) if scale else Decimal(0)
    return COUNT, (plain * factor,), step


def _chinese_number(numeral: str, match: re.Match[str]) -> tuple[str, tuple[Decimal, ...], Decimal]:
    """Kind, value and step of a number in Chinese numerals; one that ends in 万 or 亿 is rounded, like 906.97万."""
    value = _numeral_value(numeral)
    if match["chinese_points"] or match["chinese_percent"]:
        return POINTS if match["chinese_points"] else PERCENT, (value,), Decimal(0)
    decimals = len(numeral.partition("点")[2].rstrip("万亿"))
    step = Decimal(_SCALES[numeral[-1]]).scaleb(-decimals) if numeral[-1] in _SCALES else Decimal(0)
    return COUNT, (value,), step


def _numeral_value(numeral: str) -> Decimal:
    """Value of a Chinese numeral: 1080000 for 一百零八万, 5.29 for 五点二九, 100 for 百."""
    whole, _, decimals = numeral.partition("点")
    if decimals and decimals[-1] in _SCALES:
        return _numeral_value(numeral[:-1]) * _SCALES[decimals[-1]]
    total = section = digit = 0
    scale = 1
    for sign in whole:
        if sign in _TENS:
            scale = _TENS[sign]
            section, digit = section + (digit or 1) * scale, 0
        elif sign in _SCALES:
            scale = _SCALES[sign]
            above = total if sign == "亿" else 0
            total += (above + section + digit) * scale - above
            section = digit = 0
        else:
            digit = _DIGITS[sign]
            scale = 1 if not digit else scale
    tail = digit * (scale // 10 if scale > 10 else 1)  # 两百五 is 250
    digits = "".join(str(_DIGITS[sign]) for sign in decimals)
    return Decimal(f"{total + section + tail}.{digits}" if digits else total + section + tail)


def _arabic_date(match: re.Match[str]) -> str:
    year, month, day = re.split("[年月日]", match.group())[:3]
    return f"{''.join(str(_DIGITS[numeral]) for numeral in year)}年{_numeral_up_to_99(month)}月{_numeral_up_to_99(day)}日"


def _numeral_up_to_99(numerals: str) -> int:
    """Value of a Chinese numeral up to 99: 18 for 十八."""
    tens, ten, ones = numerals.partition("十")
    if not ten:
        return _DIGITS[numerals[-1]]
    return 10 * (_DIGITS[tens] if tens else 1) + (_DIGITS[ones] if ones else 0)
