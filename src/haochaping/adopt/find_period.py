"""Of which period a bulletin is, before its city says what it publishes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from haochaping.cleaning.period_mentions import period_mentions
from haochaping.core.period import Period
from haochaping.read.raw_folder import source_texts
from haochaping.reference.reference import Reference

_MOST_TEXTS = 400
"""Titles and the first sentences stand in the first texts of a file."""


def stated_periods(path: Path, reference: Reference) -> list[Period]:
    """Periods that a file may be of, the most likely first: of its own name, its folder's name, its texts.

    A bare year comes last: it may be the year of any period in it.
    """
    found = list(_mentions(path, reference))
    return list(
        dict.fromkeys([p for p, is_year in found if not is_year] + [p for p, is_year in found if is_year])
    )


def _mentions(path: Path, reference: Reference) -> Iterator[tuple[Period, bool]]:
    texts = (path.stem, path.resolve().parent.name, *source_texts(path, reference)[:_MOST_TEXTS])
    for text in texts:
        for mention in period_mentions(text):
            if mention.period is not None and mention.year_given:
                yield mention.period, mention.is_bare_year
