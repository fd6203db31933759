"""The period that a bulletin covers, as a value: a quarter, a month, a half-year or a year."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import total_ordering

from haochaping.core.errors import refuse

QUARTER, MONTH, HALF_YEAR, YEAR = "quarter", "month", "half_year", "year"
KINDS = (QUARTER, MONTH, HALF_YEAR, YEAR)
"""Kinds of period, by the words that ``city.toml`` uses for them."""
NUMERALS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
"""Chinese numerals of quarters and months."""
FORMS = "2022Q4（年份、字母 Q、季度 1 至 4）、2022M08（月份）、2022H1（半年）或 2022Y（年度）"
"""How a period is written on the command line and as the name of a folder."""
_EXPECTED = f"应写作 {FORMS}，如 make quarter Q=2022Q4"
_HALVES = "上下"


@dataclass(frozen=True)
class _Kind:
    """What one kind of period is called and how it is written."""

    months: int
    noun: str
    """After 本 and 上: 本季度, 本月."""
    name: str
    """Standing alone: 季度, 月份."""
    counted: str
    """After a number: 个季度, 个月."""
    before: str
    """The period before; 上半年 would be the first half of the year."""
    code: str
    label: Callable[[int], str]
    """Number to how an office writes it after the year: ``第四季度``."""


_KINDS = {
    QUARTER: _Kind(3, "季度", "季度", "个季度", "上季度", "Q{}", lambda n: f"第{NUMERALS[n - 1]}季度"),
    MONTH: _Kind(1, "月", "月份", "个月", "上月", "M{:02}", lambda n: f"{n}月"),
    HALF_YEAR: _Kind(6, "半年", "半年", "个半年", "上个半年", "H{}", lambda n: f"{_HALVES[n - 1]}半年"),
    YEAR: _Kind(12, "年", "年度", "个年度", "上年", "Y", lambda n: "年度"),
}
_MONTH_NUMBER = "0?[1-9]|1[0-2]"
_CODE = re.compile(
    rf"(?P<y>[12]\d{{3}})[-_/ ]?(?:Q(?P<quarter>[1-4])|M(?P<month>{_MONTH_NUMBER})|H(?P<half_year>[12])|(?P<year>Y))",
    re.IGNORECASE,
)
_CHINESE = (
    re.compile(r"(?P<y>[12]\d{3})年?第?(?P<quarter>[一二三四1-4])季度?"),
    re.compile(rf"(?P<y>[12]\d{{3}})年(?P<month>{_MONTH_NUMBER}|{'|'.join(reversed(NUMERALS))})月份?"),
    re.compile(r"(?P<y>[12]\d{3})年?(?P<half_year>[上下])半年"),
    re.compile(r"(?P<y>[12]\d{3})年(?P<year>度|全年)?"),
)


@total_ordering
@dataclass(frozen=True)
class Period:
    """A calendar period, for example ``Period(2022, 4)`` for the fourth quarter; sorts by start, then by length.

    ``number`` counts the periods of the year from 1; ``kind`` is one of ``KINDS``.
    """

    year: int
    number: int
    kind: str = QUARTER

    @classmethod
    def parse(cls, text: object) -> Period:
        """Read a period as people write it.

        ``2022Q4``, ``2022q4``, ``2022-Q4`` and ``2022年第四季度`` are the same quarter, ``2022M08`` and ``2022年8月份``
        the same month, ``2022H1`` and ``2022年上半年`` the same half-year, ``2022Y`` and ``2022年度`` the same year.

        Raises
        ------
        InputRefused
            For anything else; the message names the forms expected and what was received.
        """
        if isinstance(text, Period):
            return text
        compact = "".join(unicodedata.normalize("NFKC", str(text)).split())
        if not compact:
            raise refuse("季度", "没有写", _EXPECTED)
        for form in (_CODE, *_CHINESE):
            if match := form.fullmatch(compact):
                return cls(int(match["y"]), *_number_and_kind(match))
        raise refuse("季度", repr(str(text)[:60]), _EXPECTED)

    @classmethod
    def from_code(cls, name: str) -> Period | None:
        """The period whose code is the name of a folder; None for any other name, however a person would read it."""
        return cls.parse(name) if _CODE.fullmatch(name) else None

    @classmethod
    def containing(cls, day: date, kind: str) -> Period:
        """The period of `kind` in which `day` is."""
        return cls(day.year, (day.month - 1) // _KINDS[kind].months + 1, kind)

    @classmethod
    def spanning(cls, start: date, end: date) -> Period | None:
        """The period that begins and ends on these days, of whatever kind; None if there is none."""
        found = (cls.containing(start, kind) for kind in KINDS)
        return next((period for period in found if (period.start, period.end) == (start, end)), None)

    @property
    def start(self) -> date:
        """First day."""
        return date(self.year, self.months * (self.number - 1) + 1, 1)

    @property
    def end(self) -> date:
        """Last day."""
        month = self.months * self.number
        return date(self.year, month, monthrange(self.year, month)[1])

    @property
    def months(self) -> int:
        """Number of months."""
        return _KINDS[self.kind].months

    @property
    def previous(self) -> Period:
        """The period of the same kind before (环比)."""
        return self._shifted(-1)

    @property
    def next(self) -> Period:
        """The period of the same kind after."""
        return self._shifted(1)

    @property
    def year_ago(self) -> Period:
        """The same period of the year before (同比)."""
        return Period(self.year - 1, self.number, self.kind)

    @property
    def label(self) -> str:
        """As an office writes it: ``2022年第四季度``, ``2022年8月``, ``2022年上半年``, ``2022年度``."""
        return f"{self.year}{'' if self.kind == YEAR else '年'}{self.label_in_year}"

    @property
    def label_in_year(self) -> str:
        """The label without its year: ``第四季度``, ``8月``, ``上半年``, ``年度``."""
        return _KINDS[self.kind].label(self.number)

    @property
    def noun(self) -> str:
        """The kind after 本 and 各: ``季度``, ``月``, ``半年``, ``年``."""
        return _KINDS[self.kind].noun

    @property
    def name(self) -> str:
        """The kind as a word of its own: ``季度``, ``月份``, ``半年``, ``年度``."""
        return _KINDS[self.kind].name

    @property
    def counted(self) -> str:
        """The kind after a number: ``个季度``, ``个月``, ``个半年``, ``个年度``."""
        return _KINDS[self.kind].counted

    @property
    def before(self) -> str:
        """What the period before is called: ``上季度``, ``上月``, ``上个半年``, ``上年``."""
        return _KINDS[self.kind].before

    def in_own_words(self, text: str) -> str:
        """`text`, which speaks of quarters, in the words of this kind: 上季度 becomes 上月. Only for words of the kit."""
        kind = _KINDS[self.kind]
        for quarterly, own in (
            ("上季度", kind.before),
            ("本季度", f"本{kind.noun}"),
            ("各季度", f"各{kind.noun}"),
            ("个季度", kind.counted),
            ("季度", kind.name),
            ("季末", "季末" if self.kind == QUARTER else f"{kind.noun}末"),
        ):
            text = text.replace(quarterly, own)
        return text

    def follows(self, other: Period) -> bool:
        """Whether `other` is an earlier period of the same kind: figures of another kind are no past of this one."""
        return self.kind == other.kind and other < self

    def _shifted(self, periods: int) -> Period:
        in_year = 12 // self.months
        index = self.year * in_year + self.number - 1 + periods
        return Period(index // in_year, index % in_year + 1, self.kind)

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Period):
            return NotImplemented
        return (self.start, self.months) < (other.start, other.months)

    def __repr__(self) -> str:
        return f"Period('{self}')"

    def __str__(self) -> str:
        return f"{self.year}{_KINDS[self.kind].code.format(self.number)}"


def kind_name(kind: str) -> str:
    """A kind of period as a word: ``季度``, ``月份``, ``半年``, ``年度``."""
    return _KINDS[kind].name


def _number_and_kind(match: re.Match[str]) -> tuple[int, str]:
    """The number and kind of what one of the patterns found."""
    groups = match.groupdict()
    kind = next((kind for kind in KINDS if groups.get(kind)), YEAR)
    written = groups.get(kind) or ""
    if kind == YEAR:
        return 1, kind
    if kind == HALF_YEAR and written in _HALVES:
        return _HALVES.index(written) + 1, kind
    return NUMERALS.index(written) + 1 if written in NUMERALS else int(written), kind
