"""The draft of a declaration as values: groups, measures and annexes, with the evidence for each guess."""

from __future__ import annotations

from dataclasses import dataclass, field

from haochaping.adopt.evidence import ColumnRelation, Evidence
from haochaping.adopt.row_groups import DraftGroup


@dataclass
class DraftMeasure:
    """A measure as it will be declared; keys as in ``annexes.toml``."""

    name: str
    heading: str
    kind: str
    unit: str = ""
    aliases: list[str] = field(default_factory=list)
    numerator: str = ""
    denominator: str = ""
    parts: str = ""
    at_most: list[str] = field(default_factory=list)
    of: str = ""
    against: str = ""
    better: str = ""
    has_no_base: bool = False

    @property
    def meaning(self) -> tuple[str, str, str]:
        """What it is computed from; measures of one heading and different meanings are different measures."""
        return self.numerator, self.denominator, self.parts


@dataclass(frozen=True)
class GroundedRelation:
    """A relation in words, with its evidence, for the person who decides.

    ``relation`` is the one between columns, ``position`` the number of its table; None between annexes and with the text.
    """

    annex: str
    words: str
    evidence: Evidence
    is_declared: bool
    relation: ColumnRelation | None = None
    position: int = 0


@dataclass
class DraftAnnex:
    """An annex as it will be declared."""

    name: str
    number: int | None
    title: str
    known_by: list[str]
    rows: list[str]
    measures: list[str]
    required: list[str]
    columns: str = ""
    optional: list[str] = field(default_factory=list)
    totals: dict[str, str] = field(default_factory=dict)
    is_absent_last: bool = False
    """Whether the last bulletin lacks it."""


@dataclass(frozen=True)
class DraftRelation:
    """A relation between annexes, or with the text."""

    id: str
    holds: str
    words: str
    by: str = ""


@dataclass(frozen=True)
class DraftTextFigure:
    """A figure of the text; ``value`` is what the first bulletin says."""

    name: str
    word: str
    unit: str
    value: int


@dataclass
class Draft:
    """All that is drafted for a city."""

    city: str
    office: str
    subject: str
    periods: list[str]
    groups: list[DraftGroup] = field(default_factory=list)
    measures: dict[str, DraftMeasure] = field(default_factory=dict)
    annexes: list[DraftAnnex] = field(default_factory=list)
    relations: list[DraftRelation] = field(default_factory=list)
    text_figures: list[DraftTextFigure] = field(default_factory=list)
    total_labels: list[str] = field(default_factory=list)
    grounds: list[GroundedRelation] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    """What a person must decide, in the order of worth."""

    def leave_out(self, annex: DraftAnnex) -> None:
        """Drop an annex with what rests on it: its measures, relations and their grounds."""
        self.annexes = [other for other in self.annexes if other is not annex]
        used = {name for other in self.annexes for name in other.measures}
        self.measures = {name: measure for name, measure in self.measures.items() if name in used}
        self.relations = [r for r in self.relations if f"{annex.name}." not in r.holds]
        kept = {relation.words for relation in self.relations}
        between = ("附件之间", "正文")
        self.grounds = [
            ground
            for ground in self.grounds
            if (ground.words in kept if ground.annex in between else ground.annex != annex.title)
        ]
