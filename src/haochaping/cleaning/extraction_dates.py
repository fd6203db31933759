"""When the data of an annex were extracted, as its note says it: a day, a day without its year, or words that are no day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from haochaping.cleaning.quantities import plain_text
from haochaping.core.text import normalize_for_comparison

_VERB = "(?:提取|导出|截取|采集)"
_BEGINS_DATE = r"(?=[0-9〇○零一二三四五六七八九十]|元月|[本次上]月|月[初底末])"
_CONNECTIVE = r"(?:为|是|于|在|截[至止]到?|[:(])"
_AFTER_VERB = re.compile(
    rf"{_VERB}(?:数据)?的?(?:(?:时间|日期|日)(?:均|都)?(?:{_CONNECTIVE}++|(?=[^,。;、)]))|{_CONNECTIVE}*{_BEGINS_DATE})"
    r"(?P<words>[^,。;、)]*)"
)
_BEFORE_VERB = re.compile(
    r"(?P<words>(?:\d{4}年)?(?:\d{1,2}|元)月(?:\d{1,2}[日号]|[上中下]旬|[初底末])?)[^,。;:\d]{0,6}?"
    + _VERB
    + "(?!时间|日期)"
)
_MONTH = r"(?P<month>\d{1,2}|元(?=月))"
_WHOLE_DATE = re.compile(
    rf"(?P<year>\d{{4}})(?:年|[-./]){_MONTH}(?:月|[-./])(?P<day>\d{{1,2}})"
    r"|(?P<year8>20\d{2})(?P<month8>\d{2})(?P<day8>\d{2})(?!\d)"
)
_DAY_WITHOUT_YEAR = re.compile(rf"{_MONTH}月(?P<day>\d{{1,2}})[日号]")
_BLANK_BETWEEN_DIGITS = re.compile(r"(?<=\d)\s+(?=\d)")
"""Kept, since it ends the day in ``2023-1-5 9:00``."""
_LONGEST_DELAY = timedelta(days=183)
"""A quarter's data are extracted within half a year, or the day was written with a mistake."""
_MOST_WORDS = 20
_BLANK = "（空白）"


@dataclass(frozen=True)
class WrittenExtraction:
    """What a note says about the extraction: its words, and the parts of the day that it gives (blank without a day)."""

    words: str
    year: str = ""
    month: str = ""
    day: str = ""

    @property
    def is_whole_date(self) -> bool:
        """Whether year, month and day are written."""
        return bool(self.year)


def written_extraction(note: str) -> WrittenExtraction | None:
    """What a note says about when its data were extracted; None where it says nothing.

    Of several mentions the first with a whole date counts. ``2023年1月``, ``1月上旬`` and ``以平台为准`` give no day.
    """
    text = plain_text(normalize_for_comparison(_BLANK_BETWEEN_DIGITS.sub("|", note)))
    found = [*_AFTER_VERB.finditer(text), *_BEFORE_VERB.finditer(text)]
    written = [_written(match["words"].replace("|", " ")) for match in found]
    return max(written, key=lambda one: (bool(one.year), bool(one.day)), default=None)


def _written(words: str) -> WrittenExtraction:
    shown = (words if len(words) <= _MOST_WORDS else f"{words[:_MOST_WORDS]}…") or _BLANK
    if whole := _WHOLE_DATE.match(words):
        year, month, day = (whole[part] or whole[f"{part}8"] for part in ("year", "month", "day"))
        return WrittenExtraction(shown, year, _month_number(month), day)
    if part := _DAY_WITHOUT_YEAR.match(words):
        return WrittenExtraction(shown, "", _month_number(part["month"]), part["day"])
    return WrittenExtraction(shown)


def _month_number(month: str) -> str:
    return "1" if month == "元" else month


def day_soon_after(start: str, end: str, written: WrittenExtraction) -> str:
    """The ISO date of a day without its year: the first such day after `start`, if it is soon after `end`; else blank.

    A day within the period or long after it may as well be one of another year, written with a mistake.
    """
    if not start or not end or not written.day:
        return ""
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    try:
        days = [date(year, int(written.month), int(written.day)) for year in (first.year, first.year + 1)]
    except ValueError:  # 30 February; 29 February in but one of the years
        return ""
    day = next((day for day in days if day > first), None)
    return day.isoformat() if day and last < day <= last + _LONGEST_DELAY else ""
