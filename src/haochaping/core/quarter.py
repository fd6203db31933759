"""A quarter as a value."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from haochaping.core.errors import refuse

_CODE = re.compile(r"([12]\d{3})[-_/ ]?[Qq]([1-4])")
_CHINESE = re.compile(r"([12]\d{3})年?第?([一二三四1-4])季度?")
_NUMERALS = "一二三四"


@dataclass(frozen=True, order=True)
class Quarter:
    """A calendar quarter, for example ``Quarter(2022, 4)``; sorts by time."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: object) -> Quarter:
        """Read a quarter as people write it.

        ``2022Q4``, ``2022q4``, ``2022-Q4`` and ``2022年第四季度`` are the same quarter.

        Raises
        ------
        InputRefused
            For anything else; the message names the form expected and what was received.
        """
        if isinstance(text, Quarter):
            return text
        compact = "".join(unicodedata.normalize("NFKC", str(text)).split())
        if not compact:
            raise refuse(
                "季度", "没有写", "应写作 2022Q4（年份、字母 Q、季度 1 至 4），如 make quarter Q=2022Q4"
            )
        match = _CODE.fullmatch(compact) or _CHINESE.fullmatch(compact)
        if match is None:
            raise refuse(
                "季度",
                repr(str(text)[:60]),
                "应写作 2022Q4（年份、字母 Q、季度 1 至 4），如 make quarter Q=2022Q4",
            )
        year, number = match.groups()
        return cls(int(year), _NUMERALS.index(number) + 1 if number in _NUMERALS else int(number))

    @property
    def start(self) -> date:
        """First day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def end(self) -> date:
        """Last day."""
        return self.next.start - timedelta(days=1)

    @property
    def previous(self) -> Quarter:
        """The quarter before (环比)."""
        return self._shifted(-1)

    @property
    def next(self) -> Quarter:
        """The quarter after."""
        return self._shifted(1)

    @property
    def year_ago(self) -> Quarter:
        """The same quarter of the year before (同比)."""
        return Quarter(self.year - 1, self.number)

    @property
    def label(self) -> str:
        """As an office writes it: ``2022年第四季度``."""
        return f"{self.year}年第{_NUMERALS[self.number - 1]}季度"

    def _shifted(self, quarters: int) -> Quarter:
        index = self.year * 4 + self.number - 1 + quarters
        return Quarter(index // 4, index % 4 + 1)

    def __repr__(self) -> str:
        return f"Quarter('{self}')"

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"
