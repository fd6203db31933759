"""Check the formal parts of an edited bulletin: addressees, document number, printing date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from difflib import SequenceMatcher

from haochaping.cleaning.quantities import DAY, plain_text, quantities
from haochaping.proofreading.difference import DATE, NAME, NUMBER, Difference

_SEPARATOR = re.compile(r"[，、；;：:,]")
_LOOSE_SEPARATOR = re.compile(r"[，、；;：:,和及与]|以及")
_DOCUMENT_NUMBER = re.compile(r"[^，。；\d]{0,15}[〔\[［（(](\d{4})[〕\]］）)](?:第?\d+号)(?:签发人.*)?")
_LEAST_LIKENESS = 0.5


def office_names(addressees: str) -> list[str]:
    """The offices named in a line of addressees."""
    return [office for office in _SEPARATOR.split(plain_text(addressees)) if office]


def changed_addressees(own: str, other: str, place: str) -> list[Difference]:
    """Offices that are missing, misspelt or added; their order is free."""
    text, own_offices = plain_text(other), office_names(own)
    missing = [office for office in own_offices if not _is_listed(office, text, own_offices)]
    for office in sorted(own_offices, key=len, reverse=True):
        text = text.replace(office, "，")
    added = [office for office in _LOOSE_SEPARATOR.split(text) if len(office) > 1]
    found = []
    for office in missing:
        replacement = max(added, key=lambda candidate: _likeness(candidate, office), default="")
        if replacement and _likeness(replacement, office) >= _LEAST_LIKENESS:
            added.remove(replacement)
        else:
            replacement = ""
        found.append(Difference(place, replacement, office, NAME))
    return found + [Difference(place, office, "", NAME) for office in added]


def _is_listed(office: str, text: str, all_offices: Sequence[str]) -> bool:
    """Whether an office occurs in a text other than as part of another office's name."""
    for other in all_offices:
        if office in other and office != other:
            text = text.replace(other, "，")
    return office in text


def _likeness(one: str, two: str) -> float:
    return SequenceMatcher(None, one, two, autojunk=False).ratio()


def changed_document_number(texts: Iterable[str], own: str, issued: date | None) -> list[Difference]:
    """A document number that is not the source's (`own`), or whose year is not that of the issue date."""
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
    """A printing date in the 版记 that is impossible or before the latest of the named `days`."""
    name, latest = max(days, key=lambda named: named[1], default=("", date.min))
    for quantity in quantities(plain_text("".join(texts))):
        printed = as_date(quantity.value) if quantity.kind == DAY else None
        if quantity.kind == DAY and (printed is None or printed < latest):
            expected = f"不早于{name}{latest.year}年{latest.month}月{latest.day}日的日期"
            return [Difference("版记印发日期", quantity.text, expected, DATE)]
    return []


def signing_date(texts: Sequence[str]) -> date | None:
    """The date in the last line that is a date alone: the issue date that the office filled in; None without one."""
    for text in map(plain_text, reversed(texts)):
        quantities_found = quantities(text)
        if (
            len(quantities_found) == 1
            and quantities_found[0].kind == DAY
            and quantities_found[0].text == text
        ):
            return as_date(quantities_found[0].value)
    return None


def as_date(parts: Sequence[object]) -> date | None:
    """Year, month and day as a date; None where there is no such day."""
    try:
        year, month, day = (int(str(part)) for part in parts)
        return date(year, month, day)
    except ValueError:
        return None
