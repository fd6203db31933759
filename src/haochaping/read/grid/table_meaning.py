"""What the columns of a table are: its headings held against each declared annex, and the annex that fits best.

The same for every source: text, workbooks, Word files and pages give a path of headings for each column. A column that no
measure of the annex claims is kept as printed; a table that no annex fits is kept with all its columns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from haochaping.cleaning.number_or_missing import is_number
from haochaping.core.declaration import AnnexSpec, Group, Measure
from haochaping.core.declaration_lines import alias_line, likely_measure, name_heading_line
from haochaping.core.text import normalize_for_comparison
from haochaping.read.grid.annex_table import TableColumn, TableMeaning
from haochaping.read.grid.margins import is_of_other_period
from haochaping.read.grid.rating_levels import undeclared_levels
from haochaping.reference.reference import Reference

UNITS = "件|条|次|个|%|家|起|人|户|分|票|笔|封|人次|宗|项|名|例|份|单|通|张|台|处|所"
"""Units that may stand in brackets after a heading; a bracket with anything else belongs to it: 镇（街道）."""
_UNIT = re.compile(rf"\((?:单位:)?({UNITS})\)$")
Labels = Sequence[tuple[int, Sequence[str]]]
"""Columns with their headings: index, path from the top level down; an empty path has no heading."""


class HeaderUnread(ValueError):
    """The header cannot be read, or in more than one way; the message says what was expected."""


@dataclass(frozen=True)
class TableEvidence:
    """What besides its headings tells which annex a table is.

    Attributes
    ----------
    title : str
        Title, name of the sheet, heading of the names: the first that names an annex counts.
    cells_below : callable
        From the index of a column to the texts under its headings that are not empty.
    member_names : collection of str
        Names that may head a column of a matrix although they are not registered, normalised.
    """

    titles: Sequence[str]
    cells_below: Callable[[int], Sequence[str]]
    member_names: Collection[str] = ()


@lru_cache(maxsize=4096)  # the same headings are held against every annex
def fold_heading(text: str) -> str:
    """A heading for comparing: half-width, without blanks and without a unit in brackets."""
    return _UNIT.sub("", normalize_for_comparison(text))


def has_percent_unit(path: Sequence[str]) -> bool:
    """Whether a heading says that its figures are percentages."""
    return any((unit := _UNIT.search(normalize_for_comparison(t))) and unit[1] == "%" for t in path)


def named_annexes(text: str, reference: Reference) -> list[str]:
    """The annexes that a title, sheet name or heading may mean."""
    folded = normalize_for_comparison(text)
    return [
        spec.name
        for spec in reference.declaration.annexes.values()
        if any(normalize_for_comparison(word) in folded for word in spec.known_by)
    ]


def find_meaning(labels: Labels, reference: Reference, evidence: TableEvidence) -> TableMeaning:
    """Find the annex whose measures the headings are.

    Raises
    ------
    HeaderUnread
        The title names an annex whose columns these are not, or a column of it occurs twice.
    """
    naming = next((t for t in evidence.titles if named_annexes(t, reference)), "")
    named = named_annexes(naming, reference)
    attempts = [
        _Attempt(spec, labels, reference, evidence) for spec in reference.declaration.annexes.values()
    ]
    fitting = [attempt for attempt in attempts if attempt.fits]
    chosen = [attempt for attempt in fitting if not named or attempt.spec.name in named]
    doubtful = [
        attempt for attempt in attempts if attempt.doubt and (not named or attempt.spec.name in named)
    ]
    if chosen or doubtful:
        best = max(
            [*chosen, *doubtful], key=lambda attempt: attempt.score
        )  # of equals the one declared first
        if best.doubt:
            raise HeaderUnread(best.doubt)
        return replace(best.meaning(), is_named=bool(named))
    if named:
        raise HeaderUnread(_misnamed(named, attempts, fitting, reference))
    nearly = [attempt.spec.name for attempt in attempts if attempt.has_most_measures]
    if nearly and not fitting:
        raise HeaderUnread(_misnamed(nearly, attempts, fitting, reference))
    return _undeclared_meaning(labels, reference, evidence)


def _misnamed(
    named: Sequence[str],
    attempts: Sequence[_Attempt],
    fitting: Sequence[_Attempt],
    reference: Reference,
) -> str:
    spec = reference.declaration.annexes[named[0]]
    if fitting:
        return f"标题说的是{spec.title}，表头却是{fitting[0].spec.title}的列"
    attempt = next(attempt for attempt in attempts if attempt.spec is spec)
    if not attempt.names_at:
        headings = "、".join(dict.fromkeys(h for group in spec.groups for h in group.headings[:2]))
        found = attempt.first_text_heading
        line = f"：“{found}”就是这一列的，在 {name_heading_line(spec, found)}" if found else ""
        return f"{spec.words}的名称列应为“{headings}”等；列名应在 data/reference/annexes.toml 中{line}"
    lacking = [m for m in spec.measures_by_name.values() if m.name in attempt.lacking]
    if lacking:
        headings = "、".join(m.heading for m in lacking)
        line = "；".join(_alias_lines(lacking, attempt.unknown_headings))
        return f"{spec.words}应有“{headings}”列；列名应在 data/reference/annexes.toml 中{f'：{line}' if line else ''}"
    return f"表头不是{spec.words}的列；列名应在 data/reference/annexes.toml 中"


def _alias_lines(lacking: Sequence[Measure], unknown: Sequence[str]) -> Iterator[str]:
    """For each measure that is lacking, the unknown heading that may be it, with the line that says so."""
    for measure in lacking:
        found = [heading for heading in unknown if likely_measure(heading, [measure])] or unknown[:1]
        if found:
            yield f"“{found[0]}”就是“{measure.heading}”的，在 {alias_line(measure, found[0])}"


class _Attempt:
    """The headings read as those of one annex."""

    def __init__(self, spec: AnnexSpec, labels: Labels, reference: Reference, evidence: TableEvidence):
        self.spec, self.reference, self.evidence = spec, reference, evidence
        self.measures = {
            fold_heading(heading): measure
            for measure in spec.measures_by_name.values()
            for heading in (measure.heading, *measure.aliases)
        }
        declared = reference.declaration
        self.serial_headings = {fold_heading(heading) for heading in declared.serial_headings}
        self.name_headings = {fold_heading(h) for group in spec.groups for h in group.headings}
        self.all_name_headings = {
            fold_heading(h) for group in declared.groups.values() for h in group.headings
        }
        self.unwanted_headings = {fold_heading(entry.heading) for entry in declared.unwanted}
        self.serial_at: int | None = None
        self.names_at: list[int] = []
        self.member_at = self._member_column(labels)
        self.other_names: list[str] = []
        """Headings of columns of names that this annex does not have."""
        self.member_headings: list[str] = []
        """Headings of columns of a matrix in a table in long form."""
        self.values: list[TableColumn] = []
        self.unwanted: list[str] = []
        self.score = int(self.member_at is not None)
        left_out = undeclared_levels([path[-1] if path else "" for _, path in labels], self.measures)
        for i, (at, path) in enumerate(labels):
            if path and at != self.member_at:
                self._add(at, path, is_level=i in left_out)
        self.repeated = self._repeated()
        self.lacking = spec.required - {c.measure.name for c in self.values if c.measure}

    @property
    def unknown_headings(self) -> list[str]:
        """Headings of figures that are no measure of this annex."""
        return [column.path[-1] for column in self.values if column.measure is None]

    @property
    def first_text_heading(self) -> str:
        """The heading of the first column of words, which may be that of the names; blank without one."""
        texts = (c for c in self.values if _is_mostly_text(self.evidence.cells_below(c.at)))
        return next((column.path[-1] for column in texts), "")

    @property
    def fits(self) -> bool:
        """Whether the table can be this annex."""
        return self._has_its_columns and not self.doubt

    @property
    def doubt(self) -> str:
        """Why a table with the columns of this annex cannot be read as it; blank without doubt."""
        if not self._has_its_columns:
            return ""
        if self.repeated:
            return f"表头有重复的列“{self.repeated}”"
        if self.other_names:
            found = "".join(f"“{heading}”" for heading in (self.name_heading, *self.other_names))
            return f"表头应恰有一列名称，却有{found}；并排的两个表请分开，不用的列请删去"
        if self.member_headings and self.spec.columns_by:
            word = self.spec.columns_by.word
            return f"表头既有{word}一列，又有列名为{word}的“{self.member_headings[0]}”；并排的两个表请分开"
        return ""

    @property
    def has_most_measures(self) -> bool:
        """Whether it has names and most measures: without a required one, a heading of it is probably misprinted."""
        usual = set(self.spec.measures_by_name) - self.spec.optional
        found = {column.measure.name for column in self.values if column.measure} & usual
        return bool(self.names_at) and len(found) * 2 > len(usual)

    @property
    def _has_its_columns(self) -> bool:
        if not self.names_at or self.lacking:
            return False
        if self.spec.columns_by is None or self.member_at is not None:
            return True
        measured = [column for column in self.values if column.measure]
        return all(column.member for column in measured) and not all(column.is_total for column in measured)

    def meaning(self) -> TableMeaning:
        return TableMeaning(
            self.spec,
            self.serial_at,
            tuple(self.names_at),
            tuple(self.values),
            self.member_at,
            tuple(self.unwanted),
        )

    # --- columns of names -----------------------------------------------------------------------------------

    def _member_column(self, labels: Labels) -> int | None:
        """The column of members of a table in long form: by its heading, or because its cells are fixed members."""
        group = self.spec.columns_by
        if group is None:
            return None
        headings = {fold_heading(heading) for heading in group.headings}
        for at, path in labels:
            texts = [text for text in self.evidence.cells_below(at) if not self._is_total(text)]
            if group.members:
                fixed = [text for text in texts if _member(group, text)]
                is_headed = bool(path) and fold_heading(path[-1]) in headings
                if path and fixed and (len(fixed) == len(texts) or is_headed):
                    return at
            elif path and fold_heading(path[-1]) in headings:
                return at
        return None

    def _add(self, at: int, path: Sequence[str], *, is_level: bool) -> None:
        """Add one column to those of names or of figures; empty ones without a meaning are left out."""
        last = fold_heading(path[-1])
        if last in self.serial_headings or fold_heading("".join(path)) in self.serial_headings:
            self.serial_at = at
        elif self._is_name_heading(path) and self.names_at and self._holds_figures(at):
            self.other_names.append(path[-1])
        elif self._is_name_heading(path):
            self.names_at.append(at)
            self.name_heading = path[-1]
            self.score += 1
        elif last in self.unwanted_headings:
            self.unwanted.append("/".join(path))
        else:
            column = self._column(at, path) if not is_level else TableColumn(at, tuple(path))
            if column.measure is None and self._is_other_name(at, path):
                self.other_names.append(path[-1])
            if self._heads_a_matrix(column):
                self.member_headings.append(path[-1])
            if column.measure or self.evidence.cells_below(at):
                self.values.append(column)
                self.score += bool(column.measure) + bool(column.member)

    def _holds_figures(self, at: int) -> bool:
        """Whether a column cannot be one of names, whatever its heading."""
        texts = self.evidence.cells_below(at)
        return bool(texts) and not _is_mostly_text(texts)

    def _is_name_heading(self, path: Sequence[str]) -> bool:
        return (
            fold_heading(path[-1]) in self.name_headings or fold_heading("".join(path)) in self.name_headings
        )

    def _is_other_name(self, at: int, path: Sequence[str]) -> bool:
        """Whether a column holds names of a group that is neither the annex's rows nor its columns."""
        is_name_heading = fold_heading(path[-1]) in self.all_name_headings
        return is_name_heading and _is_mostly_text(self.evidence.cells_below(at))

    def _heads_a_matrix(self, column: TableColumn) -> bool:
        """Whether a column of a table in long form would be one of the matrix, as 张店区 is."""
        group = self.spec.columns_by
        if group is None or self.member_at is None or column.measure:
            return False
        read_as_matrix = self._column_of_member(column, group)
        return bool(read_as_matrix.member) and not read_as_matrix.is_total

    # --- columns of figures ---------------------------------------------------------------------------------

    def _column(self, at: int, path: Sequence[str]) -> TableColumn:
        plain = TableColumn(at, tuple(path), in_percent=has_percent_unit(path))
        if any(is_of_other_period(text) for text in path[:-1]) and not self._measure_of("/".join(path)):
            return plain
        measure = self._measure(path)
        group = self.spec.columns_by
        if group is None or self.member_at is not None:
            return plain if self._is_under_member(path) else replace(plain, measure=measure)
        if measure:
            member = self._member_above(group, path)
            total = "" if member else next((text for text in path[:-1] if self._is_total(text)), "")
            return replace(plain, measure=measure, member=member or total, is_total=bool(total))
        return self._column_of_member(plain, group)

    def _is_under_member(self, path: Sequence[str]) -> bool:
        """Whether a column is one of several of its measure, in an annex that has but one: 村级 above 评价数."""
        groups = self.reference.declaration.groups.values()
        return any(_member(group, text) for group in groups for text in path[:-1])

    def _measure_of(self, heading: str) -> Measure | None:
        return self.measures.get(fold_heading(heading))

    def _measure(self, path: Sequence[str]) -> Measure | None:
        """The measure of the longest end of the path that is one of its headings."""
        for first in range(len(path)):
            for joined in ("/".join(path[first:]), "".join(path[first:])):
                if found := self._measure_of(joined):
                    return found
        return None

    def _member_above(self, group: Group, path: Sequence[str]) -> str:
        if group.members:
            return next((member for text in path if (member := _member(group, text))), "")
        return next((text for text in path[:-1] if self._may_be_member(group, text)), "")

    def _column_of_member(self, column: TableColumn, group: Group) -> TableColumn:
        """A column whose lowest heading is no measure: a member alone, a label of totals, or both in one word."""
        last = column.path[-1]
        above = self._measure(column.path[:-1]) if column.path[:-1] else None
        alone = above or self._only_measure(column.path[:-1], group)
        if group.members:
            for heading, member in group.members_by_heading.items():
                folded = fold_heading(last)
                measure = (
                    self._measure_of(folded.removeprefix(heading)) if folded.startswith(heading) else None
                )
                if measure:
                    return replace(column, measure=measure, member=member.name)
            return self._column_of_totals(column)
        if alone and self._is_total(last):
            return replace(column, measure=alone, member=last, is_total=True)
        if alone and self._may_be_member(group, last):
            return replace(column, measure=alone, member=last)
        return column

    def _column_of_totals(self, column: TableColumn) -> TableColumn:
        """A column whose one heading is a label of totals and a measure: 合计评价量."""
        folded = fold_heading(column.path[-1])
        for label in sorted(self.reference.totals, key=len, reverse=True):
            measure = self._measure_of(folded.removeprefix(label)) if folded.startswith(label) else None
            if measure:
                return replace(column, measure=measure, member=label, is_total=True)
        return column

    def _only_measure(self, above: Sequence[str], group: Group) -> Measure | None:
        """The annex's only measure, unless the headings above a member say that its figures are something else."""
        headings = {fold_heading(heading) for heading in (*group.headings, group.word)}
        measures = list(self.spec.measures_by_name.values())
        names_nothing_else = all(fold_heading(text).removeprefix("各") in headings for text in above)
        return measures[0] if len(measures) == 1 and names_nothing_else else None

    def _may_be_member(self, group: Group, text: str) -> bool:
        folded = normalize_for_comparison(text)
        if self.reference.unit(group.name, text) or folded in self.evidence.member_names:
            return True
        return bool(group.endings) and folded[-1:] in group.endings and not self._is_total(text)

    def _is_total(self, text: str) -> bool:
        return normalize_for_comparison(text).rstrip(":") in self.reference.totals

    def _repeated(self) -> str:
        """The heading of a column that occurs twice; blank without one."""
        seen: set[tuple[str, str]] = set()
        for column in self.values:
            if column.measure is None:
                continue
            place = (column.measure.name, normalize_for_comparison(column.member))
            if place in seen:
                return column.path[-1]
            seen.add(place)
        return ""


def _member(group: Group, text: str) -> str:
    """Name of the fixed member that a text means; blank without one."""
    member = group.members_by_heading.get(normalize_for_comparison(text))
    return member.name if member else ""


def _undeclared_meaning(labels: Labels, reference: Reference, evidence: TableEvidence) -> TableMeaning:
    """The meaning of a table that no annex fits: the first columns of text are names, all others figures as printed."""
    serials = {fold_heading(heading) for heading in reference.declaration.serial_headings}
    serial_at = next((at for at, path in labels if path and fold_heading(path[-1]) in serials), None)
    columns = [(at, path) for at, path in labels if at != serial_at and (path or evidence.cells_below(at))]
    holds_text = [_is_mostly_text(evidence.cells_below(at)) for at, _ in columns]
    first = holds_text.index(True) if any(holds_text) else 0
    stop = next((n for n in range(first, len(columns)) if not holds_text[n]), len(columns))
    names = [at for at, _ in columns[first : max(stop, first + 1)]]
    values = [
        TableColumn(at, tuple(path), in_percent=has_percent_unit(path))
        for at, path in columns
        if at not in names
    ]
    paths = dict(labels)
    name_heading = " / ".join("/".join(paths[at]) for at in names if paths[at])
    return TableMeaning(None, serial_at, tuple(names), tuple(values), name_heading=name_heading)


def _is_mostly_text(texts: Sequence[str]) -> bool:
    """Whether most cells are words; a name may begin with a number (12345热线)."""
    words = sum(any(char.isalpha() for char in text) and not is_number(text) for text in texts)
    return words * 2 > len(texts)
