"""Phrases: words with numbers and names in them, of which sentences, key figures and chart titles consist."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from haochaping.figures.unit_name import UnitName
from haochaping.present.doubts import Doubts
from haochaping.present.html_fragment import Html, number_link, text


@dataclass(frozen=True)
class Number:
    """A number in a sentence: the name of its figure and how it is written there."""

    name: str
    text: str


PhrasePart = str | Number
"""Words, or a number. Words may be :class:`UnitName`."""


@dataclass(frozen=True)
class Phrase:
    """Parts in order; with `doubts`, numbers that an open matter could change are underlined."""

    parts: tuple[PhrasePart, ...] = ()
    doubts: Doubts | None = None

    @property
    def text(self) -> str:
        """As plain text."""
        return "".join(part.text if isinstance(part, Number) else part for part in self.parts)

    @property
    def html(self) -> Html:
        """Every number linked to its row in the table of figures."""
        return Html("".join(self._part_html(part) for part in self.parts))

    @property
    def matters(self) -> list[int]:
        """Numbers of the matters that put a number or a name of it in doubt."""
        found = {number for part in self.parts for number in self._matters_of(part)}
        return sorted(found)

    def _matters_of(self, part: PhrasePart) -> list[int]:
        if self.doubts is None:
            return []
        if isinstance(part, Number):
            return self.doubts.matters_of_figure(part.name)
        return self.doubts.matters_of_name(part.cells) if isinstance(part, UnitName) else []

    def _part_html(self, part: PhrasePart) -> str:
        if isinstance(part, Number):
            return number_link(part.name, part.text, is_doubtful=bool(self._matters_of(part)))
        return text(part)


def number_names(parts: Iterable[PhrasePart]) -> list[str]:
    """Names of the figures in `parts`."""
    return [part.name for part in parts if isinstance(part, Number)]
