"""The lines to add to ``annexes.toml`` where a table has a heading that the declaration does not know."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

from haochaping.core.declaration import AnnexSpec, Measure

_ALIKE = 0.5


def alias_line(measure: Measure, heading: str) -> str:
    """How to declare another heading of a measure: ``[measure.evaluations] 的 aliases 中加 "评价总量"``."""
    if measure.aliases:
        return f'[measure.{measure.name}] 的 aliases 中加 "{heading}"'
    return f'[measure.{measure.name}] 中加一行 aliases = ["{heading}"]'


def name_heading_line(spec: AnnexSpec, heading: str) -> str:
    """How to declare another heading of the column of names."""
    return f'[group.{spec.groups[0].name}] 的 headings 中加 "{heading}"'


def new_column_line(spec: AnnexSpec, heading: str, name: str, *, is_percentage: bool) -> str:
    """How to declare a column that the annex did not have, by the kind its cells look like."""
    kind = (
        'kind = "rate"，base_not_printed = true（知道分子、分母的写 numerator、denominator）'
        if is_percentage
        else ""
    )
    parts = [
        f'[measure.{name}]，heading = "{heading}"',
        kind,
        f'[[annex]] name = "{spec.name}" 的 measures 中加 "{name}"（以前各期没有这一列的，optional 中也加）',
    ]
    return "，".join(filter(None, parts))


def likely_measure(heading: str, measures: Iterable[Measure]) -> Measure | None:
    """Of measures that a table lacks the one that an unknown heading most likely means; None where none is like it."""
    scored = [(_likeness(heading, measure), measure) for measure in measures]
    score, best = max(scored, key=lambda item: item[0], default=(0.0, None))
    return best if score >= _ALIKE else None


def _likeness(heading: str, measure: Measure) -> float:
    """How alike a heading is to one of a measure; not at all where they stand under different headings."""
    above, _, own = heading.rpartition("/")
    names = [name.rpartition("/") for name in (measure.heading, *measure.aliases)]
    scores = (SequenceMatcher(None, own, low, autojunk=False).ratio() for up, _, low in names if up == above)
    return max(scores, default=0.0)
