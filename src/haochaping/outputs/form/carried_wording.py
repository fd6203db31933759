"""Wording of the previous quarter for a new one: titles with the quarter replaced, notes with the form's dates."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from haochaping.core.period import HALF_YEAR, MONTH, QUARTER, YEAR, Period
from haochaping.core.text import remove_whitespace_beside_chinese

_NUMERALS = "一二三四"
_HALVES = "上下"
_YEAR_BEFORE = r"(?:(\d{4})(年))?"
_MENTION = {
    QUARTER: re.compile(_YEAR_BEFORE + r"(第?)([一二三四1-4])(季度)"),
    MONTH: re.compile(_YEAR_BEFORE + r"(?<!\d)(0?)(1[0-2]|[1-9])(月份?)(?!\d)"),
    HALF_YEAR: re.compile(_YEAR_BEFORE + r"()([上下])(半年)"),
    YEAR: re.compile(r"(\d{4})()()()(年)"),
}
"""How a period is mentioned: its year, 年, 第, number, and the word that names the kind."""
_DATE = re.compile(r"(?:(\d{4})(年|[-./]))?(\d{1,2})(月|[-./])(\d{1,2})(日?)")
_TRACE_OF_DATE = re.compile(r"\d{4}年|\d月|季度|半年")
"""Traces of a date or quarter that was not recognised and would be left as the old quarter's."""
_FIGURE = re.compile(r"\d[万亿]?[余多]?(?:[件条次票笔户人]|%|％|个?百分点)")
"""A number of the old quarter in a note; 5个工作日 and the hotline 12345 are none."""
_LAST_OF_ONE_DIGIT = 9
_MOST_FORMULA_TEXT = 200
"""A text inside a formula may have 255 characters."""
UNKNOWN = "（待填）"


def in_quarter(text: str, old: Period, new: Period) -> str:
    """`text` with every mention of the old period, with its year or without, replaced by the new one of its kind."""

    def replace_period(match: re.Match[str]) -> str:
        year, unit, ordinal, number, word = match.groups()
        if not _is_of(match, old):
            return match.group()
        ordinal = "" if ordinal == "0" and new.number > _LAST_OF_ONE_DIGIT else ordinal
        return f"{new.year if year else ''}{unit or ''}{ordinal}{_like(number, new.number)}{word}"

    return _MENTION[old.kind].sub(replace_period, text)


def _is_of(mention: re.Match[str], period: Period) -> bool:
    """Whether a mention is one of `period`."""
    year, _, _, number, _ = mention.groups()
    return _number(number) == period.number and (not year or int(year) == period.year)


def _number(written: str) -> int:
    """The number of a period from how it is written; a year has none."""
    if not written or written.isdigit():
        return int(written or 1)
    return (_HALVES if written in _HALVES else _NUMERALS).index(written) + 1


def _like(written: str, number: int) -> str:
    """`number` in the digits or numerals of `written`."""
    if not written or written.isdigit():
        return str(number) if written else ""
    return (_HALVES if written in _HALVES else _NUMERALS)[number - 1]


def title_of(title: str, old: Period, new: Period) -> str:
    """A title of the old period for the new one; blank where it names a time that would stay the old one's."""
    rest = _MENTION[old.kind].sub(lambda m: "" if _is_of(m, old) else m.group(), title)
    return "" if _TRACE_OF_DATE.search(rest) else in_quarter(title, old, new)


@dataclass(frozen=True)
class DateMention:
    """A date in a note: which one of the form it is, and how it is written."""

    name: str
    year_sign: str
    month_sign: str
    day_sign: str
    is_padded: bool

    def text(self, day: date | None) -> str:
        """The date written as in the note."""
        if day is None:
            return UNKNOWN
        width = 2 if self.is_padded else 1
        year = f"{day.year}{self.year_sign}" if self.year_sign else ""
        return f"{year}{day.month:0{width}}{self.month_sign}{day.day:0{width}}{self.day_sign}"

    def formula(self, cell: str) -> str:
        """A spreadsheet formula that writes the date in `cell` in the same way; text that is no date is repeated."""
        month, day = f"MONTH({cell})", f"DAY({cell})"
        if self.is_padded:
            month, day = f'TEXT({month},"00")', f'TEXT({day},"00")'
        year = f'YEAR({cell})&"{self.year_sign}"&' if self.year_sign else ""
        rewritten = f'{year}{month}&"{self.month_sign}"&{day}&"{self.day_sign}"'
        return f'IF({cell}="","{UNKNOWN}",IFERROR({rewritten},{cell}))'


Pieces = Sequence[str | DateMention]


def note_pieces(note: str, dates: Mapping[str, str], old: Period, new: Period) -> Pieces | None:
    """Split a note of the old quarter into words and mentions of its `dates` (name to ISO), the quarter replaced.

    None where it says nothing, or something that would stay the old quarter's: a date that is not among `dates`, a
    figure.
    """
    text = remove_whitespace_beside_chinese(note)
    pieces: list[str | DateMention] = []
    end = 0
    for match in _DATE.finditer(text):
        mention = _match_date(match, dates)
        if mention is None:
            return None
        pieces += [text[end : match.start()], mention]
        end = match.end()
    pieces = [in_quarter(p, old, new) if isinstance(p, str) else p for p in [*pieces, text[end:]]]
    words = [piece for piece in pieces if isinstance(piece, str)]
    has_old_date = any(_TRACE_OF_DATE.search(_MENTION[old.kind].sub("", word)) for word in words)
    is_formula = len(words) < len(pieces)
    is_too_long = is_formula and any(len(word) > _MOST_FORMULA_TEXT for word in words)
    if not text or has_old_date or is_too_long or any(_FIGURE.search(word) for word in words):
        return None
    return pieces


def _match_date(match: re.Match[str], dates: Mapping[str, str]) -> DateMention | None:
    year, year_sign, month, month_sign, day, day_sign = match.groups()
    for name, iso in dates.items():
        expected_parts = iso.split("-") if iso else []
        written_parts = [year or (expected_parts[0] if expected_parts else ""), month.zfill(2), day.zfill(2)]
        if expected_parts and written_parts == expected_parts:
            padded = "0" in (month[0], day[0]) or month_sign == "-"
            return DateMention(name, year_sign or "", month_sign, day_sign, padded)
    return None
