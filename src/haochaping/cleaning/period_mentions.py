"""Which periods a title, a sheet's name or a file's name names: 第四季度, 10月份, 10-12月, 上半年, 2022年度, 2022Q4."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from haochaping.core.period import NUMERALS, Period

_CHINESE_YEAR = re.compile(r"[〇○零一二三四五六七八九]{4}(?=年)")
_YEAR_DIGITS = {"○": "0", "零": "0", **{numeral: str(n) for n, numeral in enumerate("〇一二三四五六七八九")}}
_M = rf"(?:1[0-2]|0?[1-9]|{'|'.join(reversed(NUMERALS))})"
_Q = "[一二三四1-4]"
_TO = "(?:至|到|[-—–−~〜、和及]){1,3}"
# The years of a range may have two digits only before what is a period of a year beyond doubt: 22年三季度.
_Y = r"(?:(?<!\d)(?P<{}>[12]\d{{3}}(?=年|[-./]..?.?[季月-])|\d\d(?=年))(?:年度?|[-./]))?"
_NO_DIGIT = r"(?<!\d)"
_FORMS = (
    # Days: a range of whole months is a period, a single day is none and must not be taken for its month.
    rf"{_Y.format('dy')}{_NO_DIGIT}(?P<d1>{_M})月(?P<d2>\d{{1,2}})日?{_TO}{_Y.format('dy2')}(?P<d3>{_M})月(?P<d4>\d{{1,2}})日",
    rf"(?P<day>(?:\d{{4}}年)?{_NO_DIGIT}{_M}月[十\d一二三四五六七八九]{{1,3}}[日号]|\d{{4}}[-./]\d{{1,2}}[-./]\d{{1,2}}(?![\d月])|\d{{8}})",
    rf"{_Y.format('ry')}(?<![上下前后近每统\d])第?(?P<r1>{_Q})(?:季度)?{_TO}第?(?P<r2>{_Q})季度",
    rf"{_Y.format('fy')}前(?P<first>[二两三2-3])个?季度",
    rf"{_Y.format('qy')}(?<![上下前后近每统\d])第?(?P<q>{_Q})季度",
    r"(?<!\d)(?P<cy>[12]\d{3})年?[-_/]?(?:Q(?P<cq>[1-4])|M(?P<cm>1[0-2]|0?[1-9])|H(?P<ch>[12])|(?P<c1>Y))(?![0-9A-Z])",
    r"(?<![0-9A-Z])Q(?P<oq>[1-4])(?![0-9A-Z])",
    rf"{_Y.format('sy')}{_NO_DIGIT}(?P<s1>{_M})(?:月份?)?(?:{_TO}{_M}(?:月份?)?){{0,10}}?{_TO}{_Y.format('sy2')}(?P<s2>{_M})月份?",
    rf"{_Y.format('my')}{_NO_DIGIT}(?P<m>{_M})月份?",
    rf"{_Y.format('hy')}(?P<h>[上下])半年",
    rf"{_Y.format('ay')}(?P<a>全年)",
    r"(?<!\d)(?P<ly>[12]\d{3})年度",
    r"(?<!\d)(?P<by>[12]\d{3})年",
)
_MENTION = re.compile("|".join(_FORMS))
_PASSING_BEFORE = re.compile(r"(?:截至到?|截止到?|较|比|与|自|累计\(?)$")
_PASSING_AFTER = re.compile(
    r"\)?(?:同期|累计|底|末|起|以来|以前|之前|以后|之后|相比|印发|发布|公布|提取|导出|下载|上报|报送|填报|制表?|更新|修订|修改"
    r"|工作(?:计划|安排|要点|打算)|第?\d+[期号])"
)
"""Words that make a mention one in passing: a comparison, a cumulative figure, a date of issue or extraction, the number of an issue."""

_OF_DATA = re.compile(
    r"的?(?:全部|全市|全县|全区|各单位)?(?:办件|评价|办理|业务|统计|服务)*(?:数据|情况)?(?=[,。;!()\n]|$)"
)
_DATA_PERIOD = re.compile(
    r"(?:统计|取数|数据|填报)的?(?:所属|覆盖|起止)?(?:范围|时段|时间段?|期间?|周期|区间|口径)(?:均|都)?[^,。;()\d]{0,10}$"
)
"""What introduces the period of the data of a table: 统计范围为, 统计时段:, 统计期为全市."""
_DATA_ARE = re.compile(r"数据(?:均|都|全部)*(?:为|是|系|取自|来自|采用|沿用)[^,。;()\d]{0,4}$")
_ALONE = re.compile(
    r"(?=[。;!()\n]|$|,(?:数据|来源|提取|单位|统计))|(?:的|全部|办件|评价|统计)*(?:数据|情况)"
)
"""What follows a clause that is a period alone: in 2月,某局撤销 the period is when that happened."""
_NOTHING_BEFORE = re.compile(r"(?:备?注:?)?(?:\d[.、])?(?:本表|表中|以上)?(?:均|都)?[为是系]?$")
_COMPARED = re.compile(r"同期|同比|环比|累计|上期|上季|上月|去年|上年|较|相比|对比|对照|不含|不包括|除|未|尚")
_SENTENCES = re.compile(r"[^。;!\n]+")

_LONGEST_PASSING = 4
"""Characters of the longest word of ``_PASSING_BEFORE``."""
_SENTENCE = 60
"""Characters before and after a range of months within which 累计 makes it a cumulative one."""


@dataclass(frozen=True)
class PeriodMention:
    """A period that a text names.

    Attributes
    ----------
    text : str
        As written, without blanks.
    start, end : date
        First and last day; they need not be those of a calendar period (2-5月).
    year_given : bool
        Whether the text itself says of which year.
    is_bare_year : bool
        Only a year (2022年), which may be the year of a quarter that is named elsewhere.
    at : int
        Position in the text without blanks.
    """

    text: str
    start: date
    end: date
    year_given: bool
    is_bare_year: bool = False
    at: int = 0

    @property
    def period(self) -> Period | None:
        """The calendar period named; None if it is none."""
        return Period.spanning(self.start, self.end)

    @property
    def label(self) -> str:
        """The period as an office writes it, with its year."""
        if self.period is not None:
            return self.period.label
        year = "" if self.start.year == self.end.year else f"{self.end.year}年"
        return f"{self.start.year}年{self.start.month}月至{year}{self.end.month}月"

    def is_of(self, period: Period) -> bool:
        """Whether it names exactly `period`."""
        return (self.start, self.end) == (period.start, period.end)

    def holds(self, period: Period) -> bool:
        """Whether it names `period` or a longer one around it."""
        return self.start <= period.start and period.end <= self.end


def period_mentions(text: str, year: int | None = None) -> list[PeriodMention]:
    """The periods that `text` names, in order; those in passing (截至12月底, 1-9月累计, 较第三季度) are left out.

    A period without a year is of the last year that the text named before it, else of `year`; with neither it is
    left out. Days are no periods, but from the first of a month to the last of one are (10月1日至12月31日).
    """
    plain = plain_mentions(text)
    found: list[PeriodMention] = []
    named_year: int | None = None
    for match in _MENTION.finditer(plain):
        span = _span(match.groupdict(), named_year if named_year is not None else year)
        if span is None:
            continue
        has_own_year, mention = span
        if _is_in_passing(plain, match, mention):
            continue
        named_year = mention.start.year if has_own_year else named_year
        is_given = named_year is not None
        found.append(replace(mention, text=match.group(), at=match.start(), year_given=is_given))
    return found


def periods_of_data(note: str, year: int) -> list[list[PeriodMention]]:
    """The periods that a note says its figures cover, those of one sentence together.

    统计范围为2023年10月至12月; 数据为1月至2月; 2023年第四季度数据; a clause that is a period alone. Comparisons (同期, 上季度)
    and what is left out (不含, 未) are none.
    """
    found = []
    for line in note.splitlines():
        plain = plain_mentions(line).translate(str.maketrans("", "", "|"))
        mentions = period_mentions(plain, year)
        for sentence in _SENTENCES.finditer(plain):
            inside = [m for m in mentions if sentence.start() <= m.at < sentence.end() and not m.is_bare_year]
            stated = [mention for mention in inside if _is_of_data(mention, plain, sentence.start())]
            found += [stated] if stated else []
    return found


def _is_of_data(mention: PeriodMention, plain: str, sentence_start: int) -> bool:
    start = max(sentence_start, *(plain.rfind(mark, 0, mention.at) + 1 for mark in ",()"))
    before, after = plain[start : mention.at], mention.at + len(mention.text)
    clause = before + re.split("[,。;!()]", plain[after:])[0]
    if _COMPARED.search(clause):
        return False
    if _DATA_PERIOD.search(before):
        return True
    if not _OF_DATA.match(plain, after):
        return False
    is_alone = _NOTHING_BEFORE.fullmatch(before) and _ALONE.match(plain, after)
    return bool(_DATA_ARE.search(before) or is_alone)


def plain_mentions(text: str) -> str:
    """`text` as mentions are looked for: half-width, without blanks, but with a bar where one parts two digits."""
    folded = unicodedata.normalize("NFKC", text)
    joined = re.sub(r"\s+", "", re.sub(r"(?<=\d)\s+(?=\d)", "|", folded))
    return _CHINESE_YEAR.sub(lambda match: "".join(_YEAR_DIGITS[c] for c in match.group()), joined).upper()


def _is_in_passing(plain: str, match: re.Match[str], mention: PeriodMention) -> bool:
    before = plain[max(0, match.start() - _LONGEST_PASSING) : match.start()]
    if _PASSING_BEFORE.search(before) or _PASSING_AFTER.match(plain, match.end()):
        return True
    from_january = mention.start.month == 1 and mention.end.month > 1 and not mention.is_bare_year
    around = plain[max(0, match.start() - _SENTENCE) : match.end() + _SENTENCE]
    return from_january and "累计" in around


def _span(part: Mapping[str, str | None], year: int | None) -> tuple[bool, PeriodMention] | None:
    """Whether the mention has a year of its own, and the mention without its text; None for what names no period."""
    if part["day"]:
        return None
    own = next(
        (part[n] for n in ("dy", "ry", "fy", "qy", "cy", "sy", "my", "hy", "ay", "ly", "by") if part[n]), ""
    )
    in_year = int(f"20{own}"[-4:]) if own else year
    if in_year is None:
        return None
    months = _months(part)
    last_year = int(f"20{later}"[-4:]) if (later := part["sy2"] or part["dy2"]) else in_year
    start = date(in_year, months[0], 1)
    end = date(last_year, months[1], calendar.monthrange(last_year, months[1])[1])
    if part["d1"] and (int(part["d2"] or 0), int(part["d4"] or 0)) != (1, end.day):
        return None
    return None if end < start else (bool(own), PeriodMention("", start, end, bool(own), bool(part["by"])))


def _months(part: Mapping[str, str | None]) -> tuple[int, int]:
    """First and last month of a mention."""
    for first, last in (("d1", "d3"), ("s1", "s2"), ("m", "m"), ("cm", "cm")):
        if part[first]:
            return _number(part[first]), _number(part[last])
    for first, last in (("r1", "r2"), ("q", "q"), ("cq", "cq"), ("oq", "oq")):
        if part[first]:
            return 3 * _number(part[first]) - 2, 3 * _number(part[last])
    if part["first"]:
        return 1, 3 * (2 if part["first"] == "两" else _number(part["first"]))
    if half := part["h"] or part["ch"]:
        return (1, 6) if half in "上1" else (7, 12)
    return 1, 12


def _number(text: str | None) -> int:
    return NUMERALS.index(text) + 1 if text in NUMERALS else int(text or 0)


def mentions_of_kind(text: str, kind: str) -> Iterator[PeriodMention]:
    """The mentions of periods of `kind` whose year the text gives, in order."""
    for mention in period_mentions(text):
        if mention.period is not None and mention.period.kind == kind:
            yield mention
