"""What the analyst writes in ``notes.md``: its numbers against the quarter's, names in what is to be circulated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from haochaping.checks.outcome import Outcome, state
from haochaping.checks.rule import Rule
from haochaping.cleaning.quantities import COUNT, PERCENT, POINTS, plain_text
from haochaping.core.model import TABLES, TEXT_CLAIMS, TIERS, CellRef
from haochaping.core.paths import NOTES
from haochaping.figures.compute_figures import compute_figures
from haochaping.store.cell_index import CellIndex
from haochaping.store.notes import BULLETIN, of_sections, plain
from haochaping.text_numbers.compare_with_figures import FigureComparison
from haochaping.text_numbers.number_mention import NumberMention, extract_mentions

_ORDINAL = re.compile(r"^\d+[.)、]\s*")


@dataclass(frozen=True)
class _Noted:
    """A number of the notes and where it stands."""

    section: str
    line: int
    mention: NumberMention


def notes_disagree(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """A number that the notes give to a unit and measure is the one of the annexes, and none is one slip off."""
    reader = _NoteReader(cell_index)
    for noted in reader.noted:
        mention = noted.mention
        right = reader.figures.expected_text(mention)
        if right:
            at = CellRef.of(TEXT_CLAIMS, {"figure": f"note:{noted.section}"}, mention.clause or "text")
            values = {
                "section": noted.section,
                "file": NOTES,
                "line": noted.line,
                "words": mention.words,
                "right": right,
            }
            yield Outcome(
                at, (), state(False), f"{mention.quantity.text} 与 {right}", values=values, expected=right
            )


def notes_unplaced(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """Numbers of the notes that no figure of the quarter explains, a section at a time."""
    reader = _NoteReader(cell_index)
    for section in dict.fromkeys(noted.section for noted in reader.noted):
        here = [noted for noted in reader.noted if noted.section == section]
        unplaced = [
            noted
            for noted in here
            if not reader.figures.holds(noted.mention) and not reader.figures.expected_text(noted.mention)
        ]
        shown = "、".join(f"“{noted.mention.words}”（第 {noted.line} 行）" for noted in unplaced)
        at = CellRef.of(TEXT_CLAIMS, {"figure": f"note:{section}"}, "text")
        values = {"section": section, "file": NOTES, "shown": shown, "count": len(unplaced)}
        yield Outcome(at, (), state(not unplaced), shown, values=values)


def notes_names(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """What the notes add to the bulletin names no unit, unless the city allows it."""
    if cell_index.reference is None or cell_index.reference.may_name_units:
        return
    names = _unit_names(cell_index)
    for section in BULLETIN:
        rows = of_sections(cell_index.data.notes, [section])
        text = plain_text("".join(plain(row["text"]) for row in rows))
        named = [name for name in names if name in text]
        at = CellRef.of(TEXT_CLAIMS, {"figure": f"note:{section}"}, "names")
        if rows:
            values = {"section": section, "file": NOTES, "names": "、".join(named)}
            yield Outcome(at, (), state(not named), "", values=values)


KINDS = {"notes_disagree": notes_disagree, "notes_unplaced": notes_unplaced, "notes_names": notes_names}


class _NoteReader:
    """The numbers of the notes and the figures they are held to."""

    def __init__(self, cell_index: CellIndex):
        self._cell_index = cell_index
        self.noted = [noted for row in cell_index.data.notes.to_dict("records") for noted in _numbers(row)]

    @cached_property
    def figures(self) -> FigureComparison:
        """Made only where the notes hold a number: it takes every figure of every quarter."""
        return FigureComparison(
            self._cell_index, compute_figures(self._cell_index.data, self._cell_index.reference)
        )


def _numbers(row: dict[str, object]) -> Iterator[_Noted]:
    """Counts and percentages of one piece of the notes."""
    for mention in extract_mentions(plain_text(_ORDINAL.sub("", plain(str(row["text"]))))):
        if mention.quantity.kind in (COUNT, PERCENT, POINTS):
            yield _Noted(str(row["section"]), int(str(row["line"])), mention)


def _unit_names(cell_index: CellIndex) -> list[str]:
    """Names of units as printed, without blanks."""
    names = {
        plain_text(row.key[column])
        for table, spec in TABLES.items()
        for row in cell_index.rows(table)
        for column in spec.unit_kinds
    }
    return sorted(name for name in names if name not in TIERS)
