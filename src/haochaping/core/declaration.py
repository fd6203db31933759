"""What a city declares of its bulletin: groups of rows, measures, annexes and relations, as values.

Code knows kinds (a count, a rate of two counts, a share, a row group), never a particular annex. The declaration is read
from ``data/reference/annexes.toml`` by :mod:`haochaping.reference.read_declaration`, which also refuses contradictions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from haochaping.core.text import normalize_for_comparison

COUNT, RATE, SHARE, CHANGE, SCORE, AS_PRINTED = "count", "rate", "share", "change", "score", "as_printed"
PREVIOUS, YEAR_AGO = "previous", "year_ago"
"""What a change is against: the period before, the same one a year ago."""
MEASURE_KINDS = (COUNT, RATE, SHARE, CHANGE, SCORE, AS_PRINTED)
"""A whole number; one count over another; a part of a column's sum; a change against another period; a number without
arithmetic; text that is kept as it is."""
MIXED_KEY, MIXED_GROUP = "unit", "group"
"""Columns of names and of groups in the frame of an annex whose rows are of several groups."""

GENERAL_NOTEBOOK = "general.ipynb"
"""The notebook for any city: every table as printed, and its checks."""

PARTICULAR_ANNEXES = {
    "districts": ("district",),
    "city_departments": ("department",),
    "district_departments": ("department", "district"),
    "towns_and_villages": ("district", "tier"),
    "public_services": ("district",),
}
"""Annexes for which there are figures, sentences and charts of their own, by name, with their key columns.

They are used where the declaration says so (``particular = true``); all other annexes have the general ones.
"""

Expression = tuple[tuple[int, str], ...]
"""A sum of measures with their factors: ``((1, "dissatisfied"), (1, "very_dissatisfied"))``."""


@dataclass(frozen=True)
class Member:
    """One of the fixed members of a group, such as the tier 镇（街道）: its name in data, word in texts, column headings."""

    name: str
    word: str
    headings: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """A kind of unit that rows or columns of an annex stand for: 区县, 市直部门, 大厅, 渠道.

    Attributes
    ----------
    word : str
        The group in texts.
    key : str
        Name of the column of names in frames and of the part of a cell's key in findings.
    headings : tuple of str
        Headings of a column of such names; the first is the one that papers print.
    is_registered : bool
        Whether its units stand one by one in ``units.csv``.
    may_be_ranked : bool
        Whether its units may be compared, ranked and named.
    endings : str
        Last characters of a name that is a column heading without being registered, as 区县市旗 for districts.
    members : tuple of Member
        The members, where they are fixed.
    long_word : str
        The group where its units are counted; blank where `word` serves.
    """

    name: str
    word: str
    key: str
    headings: tuple[str, ...]
    is_registered: bool = False
    may_be_ranked: bool = True
    endings: str = ""
    members: tuple[Member, ...] = ()
    long_word: str = ""

    @property
    def full_word(self) -> str:
        """The group where its units are counted: 区县（功能区）; its word where no longer one is declared."""
        return self.long_word or self.word

    @cached_property
    def members_by_heading(self) -> dict[str, Member]:
        """Members by their headings, normalised."""
        return {normalize_for_comparison(h): member for member in self.members for h in member.headings}

    def word_of(self, name: str) -> str:
        """The word for a member; any other name is its own word."""
        return next((member.word for member in self.members if member.name == name), name)


@dataclass(frozen=True)
class Measure:
    """A column of figures: what it counts or divides.

    Attributes
    ----------
    heading : str
        The heading that papers print, which also is its name in texts.
    aliases : tuple of str
        Other headings under which it is read; a path of headings is joined by "/".
    unit : str
        件, 条, % …; blank for none.
    kind : str
        One of ``MEASURE_KINDS``.
    numerator, denominator : Expression
        Of a rate; a share has its count as numerator and no denominator (the column's sum).
    parts : Expression
        Measures that add up to this count, where they are printed.
    at_most : tuple of str
        Measures of the same row that this count cannot exceed.
    of, against : str
        Of a change: the measure, and ``previous`` or ``year_ago``.
    better : str
        ``more``, ``less`` or blank.
    definition : str
        What it is in the city's words, as the papers print it; blank for words from its kind.
    """

    name: str
    heading: str
    kind: str = COUNT
    unit: str = ""
    aliases: tuple[str, ...] = ()
    numerator: Expression = ()
    denominator: Expression = ()
    parts: Expression = ()
    at_most: tuple[str, ...] = ()
    of: str = ""
    against: str = ""
    better: str = ""
    definition: str = ""

    @property
    def is_count(self) -> bool:
        """Whether it holds whole numbers."""
        return self.kind == COUNT

    @property
    def is_percentage(self) -> bool:
        """Whether it is printed as a percentage and kept as a fraction."""
        return self.kind in (RATE, SHARE, CHANGE)

    @property
    def has_printed_text(self) -> bool:
        """Whether its text as printed is kept beside the number, because its decimals are needed to judge it."""
        return self.is_percentage or self.kind == SCORE


@dataclass(frozen=True)
class AnnexSpec:
    """One declared annex: its rows, columns and measures.

    Attributes
    ----------
    number : int or None
        Its usual number, if it has one. What is printed counts; this one stands in where the source prints none.
    title : str
        Its short name in texts: 各区县.
    known_by : tuple of str
        Words in a title by which it is known.
    groups : tuple of Group
        What its rows are; more than one for a mixed table.
    columns_by : Group or None
        The group whose members head its columns (a matrix, or measures under tiers).
    measures_by_name : mapping
        Its measures in printed order.
    required : frozenset of str
        Measures without which a table is not this annex.
    optional : frozenset of str
        Measures that many periods lack: its frame has them only where they are printed.
    totals : mapping
        Label of a total to the name of the group it adds up; a label in no entry adds up all rows.
    is_particular : bool
        Whether it has figures, sentences and charts of its own (``PARTICULAR_ANNEXES``).
    """

    name: str
    number: int | None
    title: str
    known_by: tuple[str, ...]
    groups: tuple[Group, ...]
    columns_by: Group | None
    measures_by_name: Mapping[str, Measure]
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    totals: Mapping[str, str] = field(default_factory=dict)
    is_particular: bool = False

    @property
    def words(self) -> str:
        """The table in words where it has no number: 各大厅表; 表 is not said twice."""
        return f"{self.title.removesuffix('表')}表"

    @property
    def is_mixed(self) -> bool:
        """Whether its rows are of several groups."""
        return len(self.groups) > 1

    @property
    def row_key(self) -> str:
        """Column of the rows' names in its frame."""
        return MIXED_KEY if self.is_mixed else self.groups[0].key

    @cached_property
    def key(self) -> tuple[str, ...]:
        """Columns of its frame that identify a row."""
        rows = (MIXED_GROUP, MIXED_KEY) if self.is_mixed else (self.groups[0].key,)
        return (*rows, self.columns_by.key) if self.columns_by else rows

    @cached_property
    def _groups_of_totals(self) -> dict[str, str]:
        return {normalize_for_comparison(label): group for label, group in self.totals.items()}

    def group_of_total(self, label: str) -> str:
        """The group whose rows a label of totals adds up, however it is spaced; blank for all rows."""
        return self._groups_of_totals.get(normalize_for_comparison(label), "")

    @cached_property
    def counts(self) -> tuple[str, ...]:
        """Measures that are whole numbers."""
        return tuple(m.name for m in self.measures_by_name.values() if m.is_count)

    @cached_property
    def rates(self) -> tuple[str, ...]:
        """Measures whose printed text is kept beside the number."""
        return tuple(m.name for m in self.measures_by_name.values() if m.has_printed_text)

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """All measures: counts, then the others."""
        return (*self.counts, *(name for name in self.measures_by_name if name not in self.counts))

    @property
    def unit_kinds(self) -> dict[str, str]:
        """Key column to the group of ``units.csv`` that its names are registered in; blank: none."""
        groups = (*self.groups, *((self.columns_by,) if self.columns_by else ()))
        return {group.key: group.name if group.is_registered else "" for group in groups}


@dataclass(frozen=True)
class RelationTerm:
    """One term of a relation: a factor times a measure of an annex, or a figure of the text (annex ``text``)."""

    factor: int
    annex: str
    measure: str


@dataclass(frozen=True)
class Relation:
    """A linear relation between measures of annexes: Σ left (=, ≤) Σ right.

    ``by`` is the group for whose units it holds one by one; blank for the sums of the annexes.
    """

    id: str
    left: tuple[RelationTerm, ...]
    comparison: str
    right: tuple[RelationTerm, ...]
    by: str = ""
    severity: str = "verify"
    is_hard: bool = False
    words: str = ""


@dataclass(frozen=True)
class TextFigure:
    """A figure of the text: its name, word in texts, the words right before its number, its unit (条, 件)."""

    name: str
    word: str
    words_before: tuple[str, ...]
    unit: str


@dataclass(frozen=True)
class Unwanted:
    """A heading that the city does not want read, and why, as the page shows it."""

    heading: str
    reason: str


@dataclass(frozen=True)
class Declaration:
    """All that a city declares of its bulletin."""

    groups: Mapping[str, Group]
    measures: Mapping[str, Measure]
    annexes: Mapping[str, AnnexSpec]
    relations: tuple[Relation, ...] = ()
    text_figures: Mapping[str, TextFigure] = field(default_factory=dict)
    unwanted: tuple[Unwanted, ...] = ()
    serial_headings: tuple[str, ...] = ("序号",)
    notebook: str = GENERAL_NOTEBOOK
    """The notebook in ``notebooks/`` that makes the city's page."""
    subject: str = ""
    """What the bulletin is about, in titles between the period and 工作情况: 政务服务“好差评”."""

    def heading(self, name: str) -> str:
        """The heading of a measure or of a column of names; any other name is its own heading."""
        if name in self.measures:
            return self.measures[name].heading
        return next((group.headings[0] for group in self.groups.values() if group.key == name), name)

    @property
    def first_headings(self) -> str:
        """What the first columns of its tables may be headed, in words: ``“序号”“区县”或“部门”``."""
        names = (group.headings[0] for spec in self.annexes.values() for group in spec.groups)
        *others, last = [f"“{heading}”" for heading in dict.fromkeys((*self.serial_headings[:1], *names))]
        return f"{''.join(others)}或{last}" if others else last

    def unit(self, measure: str) -> str:
        """The unit of a measure; blank for none."""
        return self.measures[measure].unit if measure in self.measures else ""

    def word_of(self, name: str) -> str:
        """The word for a fixed member of any group; any other name is its own word."""
        for group in self.groups.values():
            if (word := group.word_of(name)) != name:
                return word
        return name

    def is_count(self, table: str, column: str) -> bool:
        """Whether a column is a declared measure of an annex and holds whole numbers."""
        spec = self.annexes.get(table)
        return spec is not None and column in spec.counts
