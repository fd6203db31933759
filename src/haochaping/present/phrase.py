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
    """Parts in order; with `doubts`, what is in doubt is marked."""

    parts: tuple[PhrasePart, ...] = ()
    doubts: Doubts | None = None

    @property
    def text(self) -> str:
        """As plain text."""
        return "".join(part.text if isinstance(part, Number) else part for part in self.parts)

    @property
    def html(self) -> Html:
        """Every number linked to its row in the table of figures, numbers and names in doubt marked."""
        return Html("".join(self._part_html(part) for part in self.parts))

    def _part_html(self, part: PhrasePart) -> str:
        if isinstance(part, Number):
            return number_link(part.name, part.text) + (
                self.doubts.mark_figure(part.name) if self.doubts else ""
            )
        mark = self.doubts.mark(part.cells) if self.doubts and isinstance(part, UnitName) else ""
        return f"{text(part)}{mark}"


def number_names(parts: Iterable[PhrasePart]) -> list[str]:
    """Names of the figures in `parts`."""
    return [part.name for part in parts if isinstance(part, Number)]
