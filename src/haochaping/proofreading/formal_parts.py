"""The formal parts of an edited bulletin: addressees, document number, printing date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from difflib import SequenceMatcher

from haochaping.cleaning.quantities import DAY, plain_text, quantities
from haochaping.proofreading.difference import DATE, NAME, NUMBER, Difference

_APART = re.compile(r"[，、；;：:,]")
_REST_APART = re.compile(r"[，、；;：:,和及与]|以及")
_DOCUMENT_NUMBER = re.compile(r"[^，。；\d]{0,15}[〔\[［（(](\d{4})[〕\]］）)](?:第?\d+号)(?:签发人.*)?")
_ALIKE = 0.5


def offices(addressees: str) -> list[str]:
    """The offices that a line of addressees names."""
    return [office for office in _APART.split(plain_text(addressees)) if office]


def changed_addressees(own: str, other: str, place: str) -> list[Difference]:
    """Offices that are gone, misspelt or added; their order is free."""
    text, mine = plain_text(other), offices(own)
    gone = [office for office in mine if not _stands(office, text, mine)]
    for office in sorted(mine, key=len, reverse=True):
        text = text.replace(office, "，")
    added = [office for office in _REST_APART.split(text) if len(office) > 1]
    found = []
    for office in gone:
        instead = max(added, key=lambda one: _likeness(one, office), default="")
        if instead and _likeness(instead, office) >= _ALIKE:
            added.remove(instead)
        else:
            instead = ""
        found.append(Difference(place, instead, office, NAME))
    return found + [Difference(place, office, "", NAME) for office in added]


def _stands(office: str, text: str, offices: Sequence[str]) -> bool:
    """Whether an office stands in a text, not only as a part of another one."""
    for other in offices:
        if office in other and office != other:
            text = text.replace(other, "，")
    return office in text


def _likeness(one: str, two: str) -> float:
    return SequenceMatcher(None, one, two, autojunk=False).ratio()


def changed_document_number(texts: Iterable[str], own: str, issued: date | None) -> list[Difference]:
    """A document number that is not the source's, or whose year is not that of the issue date."""
    place = "发文字号"
    for text in map(plain_text, texts):
        match = _DOCUMENT_NUMBER.fullmatch(text)
        if not match:
            continue
        if own and plain_text(own) not in text:
            return [Difference(place, text, own, NUMBER)]
        if not own and issued and int(match.group(1)) != issued.year:
            return [Difference(place, text, f"〔{issued.year}〕（与成文日期同年）", DATE)]
    return []


def early_printing(texts: Iterable[str], days: Sequence[tuple[str, date]]) -> list[Difference]:
    """A printing date before one of the named days, of which the latest counts."""
    name, latest = max(days, key=lambda named: named[1], default=("", date.min))
    for quantity in quantities(plain_text("".join(texts))):
        printed = as_date(quantity.value) if quantity.kind == DAY else None
        if quantity.kind == DAY and (printed is None or printed < latest):
            told = f"不早于{name}{latest.year}年{latest.month}月{latest.day}日的日期"
            return [Difference("版记印发日期", quantity.text, told, DATE)]
    return []


def signed_on(texts: Sequence[str]) -> date | None:
    """The last line that is a date alone: the issue date that the office filled in."""
    for text in map(plain_text, reversed(texts)):
        told = quantities(text)
        if len(told) == 1 and told[0].kind == DAY and told[0].text == text:
            return as_date(told[0].value)
    return None


def as_date(parts: Sequence[object]) -> date | None:
    """Year, month and day as a date; None where there is no such day."""
    try:
        year, month, day = (int(str(part)) for part in parts)
        return date(year, month, day)
    except ValueError:
        return None
