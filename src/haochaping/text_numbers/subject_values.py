"""The figures that a subject of a sentence may have: of its units, of its rows together, and as the text states them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

import pandas as pd

from haochaping.core.declaration import SCORE, Expression, Measure
from haochaping.core.labels import FIGURES
from haochaping.figures.annex_part import AnnexPart
from haochaping.figures.figure import POINTS, Figures
from haochaping.store.cell_index import CellIndex, RowRef
from haochaping.text_numbers.number_mention import NumberMention
from haochaping.text_numbers.subject import Subject, SubjectReader
from haochaping.text_numbers.vocabulary import Scope, Scopes

CellValue = int | Fraction | Decimal
"""A count, a rate or share, a score."""
_ZERO_WORDS = re.compile("零|没有|无|未")
RECORDS = "records"
"""The figure of the text for all records, which are cases or evaluations."""


class SubjectValues:
    """Looks up what a period has for a subject.

    Parameters
    ----------
    cell_index : CellIndex
        The period's cells.
    figures : Figures
        Its named figures.
    subject_reader : SubjectReader
        Knows the words of the declaration.
    """

    def __init__(self, cell_index: CellIndex, figures: Figures, subject_reader: SubjectReader):
        self.cell_index, self.figures, self.reader = cell_index, figures, subject_reader
        self.vocabulary = subject_reader.vocabulary
        self.declaration = cell_index.declaration

    def of_units(self, subject: Subject) -> list[CellValue]:
        """Figures of the named units for the measure.

        Includes sums over a district's departments, over its towns and villages, and over a department in all districts.
        """
        if not subject.names:
            return []
        printed_names = [{*self.reader.printed_by_spelling[name]} for name in subject.names]
        may_be_sum = bool(subject.scopes) or {*subject.names} <= self.reader.inner_spellings
        values: list[CellValue] = []
        scopes = frozenset() if self._are_all_columns(subject) else subject.scopes
        for measure in subject.measures:
            for rows in self.rows_by_scope(scopes):
                matching = [
                    row for row in rows if all(names & self.unit_names(row) for names in printed_names)
                ]
                for row in matching:
                    if len(self.unit_names(row)) == len(printed_names):
                        values += self.of_row(row, measure)
                if len(matching) > 1 and may_be_sum:
                    values += self._of_rows_together(matching, measure)
        return list(dict.fromkeys(values))

    def _are_all_columns(self, subject: Subject) -> bool:
        """Whether the rows named are the columns of a table in which the unit is a row: 自然资源局在4个县市."""
        if len(subject.names) != 1 or not {*subject.names} <= self.reader.inner_spellings:
            return False
        outer = {scope for group, scope in self.vocabulary.leading.items() if self._heads_columns(group)}
        return bool(subject.scopes) and subject.scopes <= outer

    def _heads_columns(self, group: str) -> bool:
        columns = (spec.columns_by for spec in self.declaration.annexes.values())
        return any(column is not None and column.name == group for column in columns)

    def keyed(self, subject: Subject) -> dict[tuple[str, ...], CellValue]:
        """Figures of a subject with the rows that they are of, to be compared with those of another period.

        Figures of the named units, one by one and together; without names, of all rows of each scope or of the whole.
        """
        if any(name not in self.reader.printed_by_spelling for name in subject.names):
            return {}
        printed_names = [{*self.reader.printed_by_spelling[name]} for name in subject.names]
        found: dict[tuple[str, ...], CellValue] = {}
        for measure in subject.measures:
            tables = [
                [row for row in rows if all(names & self.unit_names(row) for names in printed_names)]
                for rows in (self.rows_by_scope(subject.scopes) if subject.names or subject.scopes else ())
            ]
            for own in tables if subject.scopes else self._without_parts(tables):
                for row in own if subject.names else ():
                    if len(self.unit_names(row)) == len(printed_names):
                        key = (measure.name, row.table, row.row, row.member)
                        found |= {(*key, str(i)): v for i, v in enumerate(self.of_row(row, measure))}
                if own and (not subject.names or len(own) > 1):
                    key = (measure.name, own[0].table, own[0].group, own[0].member)
                    together = self._of_rows_together(own, measure)
                    found |= {(*key, "together", str(i)): v for i, v in enumerate(together)}
            if not subject.names and not subject.scopes:
                whole = self._of_annexes_together(self.vocabulary.leading_annexes, measure)
                found |= {(measure.name, "whole", str(i)): v for i, v in enumerate(whole)}
        return found

    def _without_parts(self, tables: list[list[RowRef]]) -> list[list[RowRef]]:
        """The rows without those of fixed members of columns (a hall's 网上), where there are others."""
        wholes = [[row for row in rows if row.member not in self._fixed_members] for rows in tables]
        return wholes if any(wholes) else tables

    def count(self, row: RowRef, measure: Measure) -> int | None:
        """A row's count; None where it has none."""
        return self.cell_index.count(row.cell(measure.name))

    def of_measure(
        self, subject: Subject, *, is_about_whole_city: bool, may_be_any_unit: bool
    ) -> list[CellValue]:
        """Totals of a measure over the named rows (or any), and figures that the source states; single cells on demand."""
        values = list(self._stated_in_text(subject))
        for measure in subject.measures:
            if is_about_whole_city and not subject.scopes:
                values += self._of_whole(measure)
                continue
            values += [*self.totals(subject.scopes, measure), *self._of_figures(subject)]
            if may_be_any_unit:
                for rows in self.rows_by_scope(subject.scopes):
                    values += [value for row in rows for value in self.of_row(row, measure)]
        return values

    def totals(self, scopes: Scopes, measure: Measure) -> Iterator[CellValue]:
        """Sums over annexes and the parts of each, printed totals, and the sum over the annexes that make the whole.

        Of several scopes, the sum over all of them too: 3个乡镇、2个部门共受理….
        """
        if len(scopes) > 1:
            yield from self._of_rows_together(
                list(dict.fromkeys(row for rows in self.rows_by_scope(scopes) for row in rows)), measure
            )
        for rows in self.rows_by_scope(scopes):
            yield from self._of_rows_together(rows, measure)
            for part in self._parts(rows):
                yield from self._of_rows_together(part, measure)
        for scope in sorted(scopes) or map(Scope, self.declaration.annexes):
            for total in self._printed_totals(scope):
                yield from self.of_row(total, measure)
        if not scopes or {*self.vocabulary.leading_annexes} <= {scope.annex for scope in scopes}:
            yield from self._of_whole(measure)

    def unit_counts(self, mention: NumberMention) -> set[int]:
        """Right numbers of units: of the counted rows, or with 没有, 为零 and a measure, of those at zero."""
        scopes = self.reader.counted_scopes(mention)
        words = self.reader.without_units(mention.clause_without_number)
        word = self.vocabulary.measure_in(words)
        if word and _ZERO_WORDS.search(words):
            return {*self._units_at_zero(scopes, word)}
        return {
            len({row.row for row in rows})
            for scope in scopes
            if not scope.member
            for rows in self.rows_by_scope(frozenset({scope}))
        }

    # --- rows ---

    def rows_by_scope(self, scopes: Scopes) -> list[list[RowRef]]:
        """The rows of each scope; of every annex without any."""
        annexes = self.declaration.annexes
        wanted = sorted(scopes) or [Scope(name) for name in annexes]
        return [self.rows(scope) for scope in wanted]

    def rows(self, scope: Scope) -> list[RowRef]:
        """The rows that a scope stands for."""
        return [
            row
            for row in self.cell_index.rows(scope.annex)
            if scope.group in ("", row.group) and scope.member in ("", row.member)
        ]

    def _printed_totals(self, scope: Scope) -> list[RowRef]:
        spec = self.declaration.annexes[scope.annex]
        return [
            total
            for total in self.cell_index.totals(scope.annex)
            if scope.group in ("", spec.group_of_total(total.label)) and scope.member in ("", total.member)
        ]

    def _parts(self, rows: Sequence[RowRef]) -> list[list[RowRef]]:
        """Rows by group and by fixed member of the columns: towns and villages, not one by one each unit's."""
        parts: dict[tuple[str, str], list[RowRef]] = {}
        for row in rows:
            member = row.member if row.member in self._fixed_members else ""
            parts.setdefault((row.group, member), []).append(row)
        return list(parts.values())

    @cached_property
    def _fixed_members(self) -> set[str]:
        return {member.name for group in self.declaration.groups.values() for member in group.members}

    def unit_names(self, row: RowRef) -> set[str]:
        """The units that a row is about."""
        return {row.row, row.member} - {""} - self._fixed_members

    # --- values ---

    def of_row(self, row: RowRef, measure: Measure) -> list[CellValue]:
        """Values of a row for a measure; for a rate the printed one and the one computed from counts."""
        value = self.cell_index.value(row.cell(measure.name))
        found: list[CellValue] = []
        if value is not None:
            exact = Decimal(str(value))
            found.append(
                int(value) if measure.is_count else exact if measure.kind == SCORE else abs(Fraction(exact))
            )
        return [*found, *(self._of_rows_together([row], measure) if not measure.is_count else ())]

    def _of_rows_together(self, rows: Sequence[RowRef], measure: Measure) -> Iterator[CellValue]:
        """Yield the sum of a count over rows, or for a rate the rate of the sums; nothing without numbers."""
        if measure.is_count:
            yield from self._sums(rows, [((1, measure.name),)])
        elif rows and all(self._is_computed(measure, table) for table in {row.table for row in rows}):
            sums = self._sums(rows, [measure.numerator, measure.denominator])
            if sums and sums[1]:
                yield Fraction(sums[0], sums[1])

    def _sums(self, rows: Sequence[RowRef], expressions: Sequence[Expression]) -> list[int]:
        """Sums of expressions over the rows that have all their numbers; empty where none has."""
        complete = [
            values
            for row in rows
            if None not in (values := [self._expression(row, expression) for expression in expressions])
        ]
        return [sum(value or 0 for value in values) for values in zip(*complete, strict=True)]

    def _expression(self, row: RowRef, expression: Expression) -> int | None:
        counts = [(factor, self.cell_index.count(row.cell(name))) for factor, name in expression]
        if any(count is None for _, count in counts):
            return None
        return sum(factor * (count or 0) for factor, count in counts)

    def _is_computed(self, measure: Measure, annex: str) -> bool:
        """Whether the counts of an annex give a rate: one that is declared, or that a word makes of a part and its whole."""
        if measure.name in self.declaration.measures:
            return measure.name in self._computed_rates[annex]
        parts = {name for _, name in (*measure.numerator, *measure.denominator)}
        return parts <= {*self.declaration.annexes[annex].measures_by_name}

    @cached_property
    def _computed_rates(self) -> dict[str, set[str]]:
        """Annexes to the rates that their counts give: those they print, and those that no annex prints."""
        found = {}
        for name, spec in self.declaration.annexes.items():
            part = AnnexPart(spec, spec.groups[0], self.cell_index.data.table(name), name, spec.title)
            found[name] = {rate.name for rate in part.rates(self.declaration)}
        return found

    def _of_whole(self, measure: Measure) -> Iterator[CellValue]:
        """The sum over the annexes that make the whole; sums of every annex where none of these has the measure."""
        annexes = self.vocabulary.leading_annexes
        values = list(self._of_annexes_together(annexes, measure))
        yield from values or (
            value
            for annex in self.declaration.annexes
            for value in self._of_rows_together(self.cell_index.rows(annex), measure)
        )

    def _of_annexes_together(self, annexes: Iterable[str], measure: Measure) -> Iterator[CellValue]:
        rows = [
            row
            for annex in annexes
            if measure.is_count or self._is_computed(measure, annex)
            for row in self.cell_index.rows(annex)
        ]
        return self._of_rows_together(rows, measure)

    def _stated_in_text(self, subject: Subject) -> Iterator[CellValue]:
        """Figures that the text of the source states for the whole."""
        if subject.scopes:
            return
        text_figures = self.declaration.text_figures
        for row in self.cell_index.data.headline.to_dict("records"):
            name, value = row["figure"], row["value"]
            if pd.isna(value):
                continue
            is_named = name in text_figures and text_figures[name].word == subject.word
            if row["unit"] == "%":
                if is_named or FIGURES.get(name) == subject.word:
                    yield Fraction(str(value))
            elif is_named or (name == RECORDS and self._may_be_records(subject.measures)):
                yield int(value)

    def _may_be_records(self, measures: Iterable[Measure]) -> bool:
        """Whether records are of a measure: the count that an annex must have, or what that is at most."""
        required = {name for spec in self.declaration.annexes.values() for name in spec.required}
        bounds = {name for main in required for name in self.declaration.measures[main].at_most}
        return any(measure.name in required | bounds for measure in measures)

    def _of_figures(self, subject: Subject) -> Iterator[CellValue]:
        for figure in self.figures.values():
            label = figure.label.partition("（")[0]
            of_rows = not subject.scopes or self.vocabulary.scopes_in(figure.label) == subject.scopes
            is_total = figure.unit not in ("个", POINTS) and not label.endswith(("环比", "同比"))
            is_same_measure = self.vocabulary.measure_in(label) == subject.word and "占" not in label
            if is_total and of_rows and is_same_measure and isinstance(figure.value, (int, Fraction)):
                yield figure.value

    def _units_at_zero(self, scopes: Scopes, word: str) -> Iterator[int]:
        for measure in self.vocabulary.measures(word):
            for rows in self.rows_by_scope(scopes) if scopes else ():
                yield sum(self.cell_index.count(row.cell(measure.name)) == 0 for row in rows)
        for figure in self.figures.values():
            is_same_measure = self.vocabulary.measure_in(figure.label) == word
            if figure.unit == "个" and is_same_measure and self.vocabulary.scopes_in(figure.label) <= scopes:
                yield int(figure.value or 0)
