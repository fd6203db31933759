"""The lines to add to ``annexes.toml`` where a table has a heading that the declaration does not know."""

from __future__ import annotations

from collections.abc import Collection, Iterable
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


def new_column_line(spec: AnnexSpec, heading: str, *, is_percentage: bool, known: Collection[str]) -> str:
    """How to declare a column that the annex did not have, by the kind its cells look like."""
    name = next(name for number in range(1, 1000) if (name := f"new_{number}") not in known)
    kind = (
        'kind = "rate"，base_not_printed = true（知道分子、分母的写 numerator、denominator）'
        if is_percentage
        else ""
    )
    parts = [
        f'[measure.{name}]，heading = "{heading}"',
        *([kind] if kind else []),
        f'[[annex]] name = "{spec.name}" 的 measures 中加 "{name}"',
    ]
    return "，".join(parts)


def likely_measure(heading: str, measures: Iterable[Measure]) -> Measure | None:
    """Of measures that a table lacks the one that an unknown heading most likely means; None where none is like it."""
    scored = [(_likeness(heading, measure), measure) for measure in measures]
    score, best = max(scored, key=lambda item: item[0], default=(0.0, None))
    return best if score >= _ALIKE else None


def _likeness(heading: str, measure: Measure) -> float:
    own = heading.rpartition("/")[2]
    names = (measure.heading, *measure.aliases)
    return max(SequenceMatcher(None, own, name.rpartition("/")[2], autojunk=False).ratio() for name in names)
