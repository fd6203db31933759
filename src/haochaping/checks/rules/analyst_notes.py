"""Rules on ``notes.md``: its numbers against the quarter's, names of units in sections that are circulated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from haochaping.checks.outcome import Outcome, state
from haochaping.checks.rule import Rule
from haochaping.cleaning.quantities import COUNT, PERCENT, POINTS, plain_text
from haochaping.core.model import TEXT_CLAIMS, CellRef
from haochaping.core.paths import NOTES
from haochaping.store.cell_index import CellIndex
from haochaping.store.notes import BULLETIN_SECTIONS, markdown_to_text, notes_of_sections

if TYPE_CHECKING:
    from haochaping.text_numbers.compare_with_figures import FigureComparison
    from haochaping.text_numbers.number_mention import NumberMention
    from haochaping.text_numbers.superlatives import WrongSuperlative

_FIGURES = re.compile(r"[\d.,%]+")
_MOST_WORDS_AFTER = 10
_LIST_NUMBER = re.compile(r"^\d+[.)、]\s*")


@dataclass(frozen=True)
class _NumberInNotes:
    """A number in the notes, with its section and line."""

    section: str
    line: int
    mention: NumberMention

    @property
    def key(self) -> str:
        """The words around the number, without figures: what tells it from others in an id."""
        return _FIGURES.sub("", self.mention.clause or self.mention.rest[:_MOST_WORDS_AFTER]) or "text"

    @property
    def words(self) -> str:
        """The number with the words of its clause before it; where it begins the clause, with those after it."""
        after = "" if self.mention.clause else self.mention.rest[:_MOST_WORDS_AFTER]
        return self.mention.words + after


def notes_disagree(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """A number with a unit and measure is that of the annexes, none is one typing slip from a figure; 最高 and 最低 are."""
    reader = _NoteReader(cell_index)
    for item in reader.numbers:
        mention = item.mention
        expected = reader.figures.expected_text(mention)
        if expected:
            place = CellRef(TEXT_CLAIMS, f"note:{item.section}", item.key)
            values = {
                "section": item.section,
                "file": NOTES,
                "line": item.line,
                "words": item.words,
                "right": expected,
            }
            yield Outcome(place, (), state(False), values=values, expected=expected)
    for section, line, wrong in reader.wrong_superlatives():
        right = "、".join(wrong.right)
        place = CellRef(TEXT_CLAIMS, f"note:{section}", _FIGURES.sub("", wrong.clause))
        values = {"section": section, "file": NOTES, "line": line, "words": wrong.clause, "right": right}
        yield Outcome(place, (), state(False), values=values, expected=right)


def notes_unplaced(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """Every number is a figure of the quarter; one outcome a section, with the numbers that are not."""
    reader = _NoteReader(cell_index)
    for section in dict.fromkeys(item.section for item in reader.numbers):
        in_section = [item for item in reader.numbers if item.section == section]
        unplaced = [
            item
            for item in in_section
            if not reader.figures.is_explained(item.mention)
            and not reader.figures.expected_text(item.mention)
        ]
        places = dict.fromkeys(f"“{item.words}”（第 {item.line} 行）" for item in unplaced)
        at = CellRef(TEXT_CLAIMS, f"note:{section}", "text")
        values = {"section": section, "file": NOTES, "shown": "、".join(places), "count": len(places)}
        yield Outcome(at, (), state(not unplaced), values=values)


def notes_names(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """Sections for the bulletin name no unit, unless the city allows it."""
    if cell_index.reference is None or cell_index.reference.may_name_units:
        return
    if cell_index.data.notes.empty:
        return
    names = _unit_names(cell_index)
    for section in BULLETIN_SECTIONS:
        rows = notes_of_sections(cell_index.data.notes, [section])
        text = plain_text("".join(markdown_to_text(row["text"]) for row in rows))
        named = [name for name in names if name in text]
        at = CellRef(TEXT_CLAIMS, f"note:{section}", "names")
        if rows:
            values = {"section": section, "file": NOTES, "names": "、".join(named)}
            yield Outcome(at, (), state(not named), "", values=values)


class _NoteReader:
    """The numbers of the notes and the figures with which they are compared."""

    def __init__(self, cell_index: CellIndex):
        self._cell_index = cell_index
        self.numbers = [item for row in cell_index.data.notes.to_dict("records") for item in _numbers(row)]

    def wrong_superlatives(self) -> Iterator[tuple[str, int, WrongSuperlative]]:
        """Sentences that name another unit as first or last than the annexes do, each with its section and line."""
        from haochaping.text_numbers.superlatives import Superlatives

        for row in self._cell_index.data.notes.to_dict("records"):
            text = _plain(row)
            for wrong in Superlatives(self.figures.values).wrong(text) if "最" in text else ():
                yield str(row["section"]), int(str(row["line"])), wrong

    @cached_property
    def figures(self) -> FigureComparison:
        """Computed only where the notes have a number: it takes all figures of all quarters."""
        # Here: most periods have no notes, and SciPy behind the figures is slow to load.
        from haochaping.figures.compute_figures import compute_figures
        from haochaping.text_numbers.compare_with_figures import FigureComparison

        return FigureComparison(
            self._cell_index, compute_figures(self._cell_index.data, self._cell_index.reference)
        )


def _numbers(row: dict[str, object]) -> Iterator[_NumberInNotes]:
    """Counts, percentages and percentage points in one row of frame ``notes``."""
    from haochaping.text_numbers.number_mention import extract_mentions

    for mention in extract_mentions(_plain(row)):
        if mention.quantity.kind in (COUNT, PERCENT, POINTS):
            yield _NumberInNotes(str(row["section"]), int(str(row["line"])), mention)


def _plain(row: dict[str, object]) -> str:
    return plain_text(_LIST_NUMBER.sub("", markdown_to_text(str(row["text"]))))


def _unit_names(cell_index: CellIndex) -> list[str]:
    """Names of units as printed, normalised like the text in which they are searched."""
    names = {
        plain_text(name)
        for table, spec in cell_index.declaration.annexes.items()
        for row in cell_index.rows(table)
        for name in (row.row, "" if spec.columns_by and spec.columns_by.members else row.member)
    }
    return sorted(names - {""})
