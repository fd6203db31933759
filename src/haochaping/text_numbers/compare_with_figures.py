"""Compare numbers in free sentences with the figures that the words before them name: unit, group and measure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import pandas as pd

from haochaping.cleaning.number_format import number, percent_text, percent_text_beside
from haochaping.cleaning.quantities import COUNT, PERCENT, plain_text
from haochaping.core.declaration import AnnexSpec
from haochaping.core.labels import FIGURES
from haochaping.figures.annex_content import TIERS
from haochaping.figures.figure import PER_TEN_THOUSAND, POINTS, Figures
from haochaping.figures.figure import PERCENT as PERCENT_UNIT
from haochaping.store.cell_index import CellIndex, RowRef
from haochaping.text_numbers.known_numbers import KnownNumbers, equals_value, printed_tables
from haochaping.text_numbers.number_mention import (
    MEASURES,
    NumberMention,
    clauses,
    fits_measure,
    groups_in,
    groups_in_order,
    measure_in,
    most_specific_groups,
)

CellValue = int | Fraction
_RISE_WORDS = ("增长", "提高", "上升", "增加", "升高", "回升", "上涨")
_FALL_WORDS = ("下降", "减少", "降低", "回落", "下滑")
_CHANGE_WORD = re.compile(f"({'|'.join((*_RISE_WORDS, *_FALL_WORDS))})(?:了|约|近)?$")
_QUARTER_ON_QUARTER, _YEAR_ON_YEAR = re.compile("环比|上季|上一季|上期"), re.compile("同比|上年|去年")
SMALL_COUNT = 1000
"""Counts below this, and whole percentages, occur in every quarter: that one is known proves nothing."""
_QUALIFYING_WORDS = re.compile(
    "比|较|增|减|升|降|高于|低于|多|少|超|近|约|余|以上|以下|左右|至"
    "|去年|上年|上季|上半年|同期|往年|累计|日均|月均|平均|人均|网上|线上|线下|现场|一次"
)
"""Words after which a number need not be the figure of the unit and measure named before it (比去年, 累计 …)."""
_UNNAMED_UNIT = re.compile("最[多高大少低小]|某|个别|有的|其中|之一|前[一二两三四五]")
"""Words that let a number be the figure of one unit that is not named (最多, 个别 …)."""
_ZERO_WORDS = re.compile("零|没有|无|未")
_CONNECTIVES = re.compile("其中|而|和|及|与|则|为|达|有|是|共")
_PRINTED_AS = re.compile("[印列填记]为")
_RATE_PARTS = {
    "active_rate": ("active_evaluations", "evaluations"),
    "evaluation_rate": ("evaluations", "cases"),
}
_CITY_TABLES, _DISTRICT_TABLES = (
    ["districts", "city_departments"],
    ["public_services", "district_departments"],
)


@dataclass(frozen=True)
class Subject:
    """The units, groups and measure that the words before a number name.

    ``is_inherited`` says that the units are named in an earlier clause of the sentence; ``measure`` is None where no
    measure is named.
    """

    names: tuple[str, ...]
    is_inherited: bool
    groups: frozenset[str]
    measure: str | None

    @property
    def column(self) -> str:
        """The column of the measure; blank where no annex has it or none is named."""
        return MEASURES[self.measure] if self.measure else ""


def direction(mention: NumberMention) -> int:
    """1 where a word for a rise is right before the number, -1 for a fall, else 0."""
    found = _CHANGE_WORD.search(mention.clause)
    return 0 if found is None else 1 if found.group(1) in _RISE_WORDS else -1


def is_opposite_direction(first: NumberMention, second: NumberMention) -> bool:
    """Whether one mention is of a rise and the other of a fall."""
    return direction(first) * direction(second) < 0


class FigureComparison:
    """Compares mentions of numbers with the figures of a quarter.

    Parameters
    ----------
    cell_index : CellIndex
        The quarter's cells; if it has a reference, aliases of units are recognised.
    figures : Figures
        The quarter's named figures.
    own_texts : iterable of str
        Our own sentences, whose numbers count as known.
    """

    def __init__(self, cell_index: CellIndex, figures: Figures, own_texts: Iterable[str] = ()):
        self.cell_index, self.figures = cell_index, figures
        self.known_numbers = KnownNumbers(cell_index.data, figures, own_texts)

    def expected_text(self, mention: NumberMention) -> str:
        """The text that would be right; blank where the number is right or cannot be assigned to a figure with certainty."""
        if right_direction := self._right_direction(mention):
            return right_direction
        if _QUALIFYING_WORDS.search(mention.clause_without_number) or mention.quantity.kind not in (
            COUNT,
            PERCENT,
        ):
            return ""
        subject = self.subject(mention)
        values = self._values_of_units(subject)
        if values:
            is_right = self._equals_any(mention, values) or (
                subject.is_inherited and self.is_explained(mention)
            )
            return "" if is_right else _values_text(values, mention)
        if mention.quantity.kind == COUNT and not self.known_numbers.contains(mention.quantity):
            intended = self.known_numbers.one_slip_away(mention.quantity)
            return number(intended) if intended is not None else ""
        return ""

    def _right_direction(self, mention: NumberMention) -> str:
        """The right text of a change where changes of this size exist but all went the other way; else blank."""
        direction_said = direction(mention)
        comparison = (
            "before"
            if _QUARTER_ON_QUARTER.search(mention.clause)
            else "year"
            if _YEAR_ON_YEAR.search(mention.clause)
            else ""
        )
        if not direction_said or not comparison:
            return ""
        same_size = [
            figure
            for name, figure in self.figures.items()
            if name.endswith(f"_{comparison}")
            and figure.unit in (PERCENT_UNIT, POINTS)
            and figure.size.text.rstrip("%")
            == mention.quantity.text.rstrip("%").removesuffix("个百分点").strip()
        ]
        directions = {(float(figure.value or 0) > 0) for figure in same_size}
        if not same_size or (direction_said > 0) in directions:
            return ""
        return f"{'增长（提高）' if direction_said < 0 else '下降'}{same_size[0].size}"

    def is_explained(self, mention: NumberMention) -> bool:
        """Whether a figure of the quarter has this number and fits the words around it."""
        quantity = mention.quantity
        if quantity.kind not in (COUNT, PERCENT) or quantity.label.endswith("附件"):
            return self.known_numbers.contains(quantity)
        if _is_list_number(mention):
            return True
        if quantity.kind == COUNT and quantity.value[0] % 1:  # no count: so many in ten thousand
            return any(f.unit == PER_TEN_THOUSAND and f.text == quantity.text for f in self.figures.values())
        if mention.counts_annexes:
            return quantity.value[0] == len(printed_tables(self.cell_index.data))
        if mention.counts_units and mention.counted_groups:
            return quantity.value[0] in self._unit_counts(mention)
        subject = self.subject(mention)
        is_any_share = subject.column == "share" and not subject.names
        if subject.measure is None or is_any_share:
            return not _is_small(mention) and self.known_numbers.contains(quantity)
        values = self._values_of_units(subject)
        if subject.is_inherited or not subject.names:
            values = [*values, *self._values_of_measure(subject, mention)]
        return self._equals_any(mention, values)

    def expected_values_text(self, mention: NumberMention) -> str:
        """The figures that the words before a number name, as text; blank where they name none."""
        subject = self.subject(mention)
        values = self._values_of_units(subject)
        if not values and subject.groups and subject.column:
            values = list(self._totals_of_groups(subject.groups, subject.column))
        return _values_text(list(dict.fromkeys(values)), mention)

    def have_different_subjects(self, mine: NumberMention, theirs: NumberMention) -> bool:
        """Whether two mentions of one number name different units, groups or measures."""
        my_subject, their_subject = self.subject(mine), self.subject(theirs)
        other_name = (
            bool(their_subject.names)
            and not their_subject.is_inherited
            and set(my_subject.names) != set(their_subject.names)
        )
        other_measure = (
            bool(my_subject.measure and their_subject.measure) and my_subject.measure != their_subject.measure
        )
        groups = [
            mention.counted_groups if mention.counts_units else subject.groups
            for mention, subject in ((mine, my_subject), (theirs, their_subject))
        ]
        return other_name or other_measure or (all(groups) and not groups[0] & groups[1])

    def subject(self, mention: NumberMention) -> Subject:
        """Units, groups and measure named before a number."""
        if mention.is_respective:
            return self._respective_subject(mention)
        unit_names, is_inherited = self._unit_name.findall(mention.clause), False
        groups = most_specific_groups(self._unit_name.sub("", mention.clause))
        earlier = self._unit_name.findall(mention.before[: len(mention.before) - len(mention.clause)])
        if not unit_names and not mention.is_about_whole_city and not groups & {*_CITY_TABLES}:
            unit_names, is_inherited = earlier[-1:], bool(earlier)
        elif unit_names and {*unit_names} <= self._department_spellings:
            districts_before = [name for name in earlier if name not in self._department_spellings][-1:]
            unit_names, is_inherited = [*districts_before, *unit_names], bool(districts_before)
        if not unit_names and not groups and not mention.is_about_whole_city:
            groups = self._nearest_groups(mention.before)
        return Subject(
            tuple(unit_names), is_inherited, groups, mention.measure or self._earlier_measure(mention)
        )

    def _respective_subject(self, mention: NumberMention) -> Subject:
        """Subject of a number after 分别 (甲、乙分别为…、…): the unit or group at the same position."""
        names = self._unit_name.findall(mention.listed)
        groups = groups_in_order(self._unit_name.sub("", mention.listed))
        if mention.assigns_measures:
            return Subject(tuple(names), True, frozenset(groups), mention.measure)
        at_position = slice(mention.position, mention.position + 1)
        if mention.position < len(names) > 1:
            names = names[at_position]
        elif not names and mention.position < len(groups) > 1:
            groups = groups[at_position]
        return Subject(tuple(names), False, frozenset(groups), mention.measure)

    # --- words ---

    @cached_property
    def _printed_by_spelling(self) -> dict[str, tuple[str, ...]]:
        """Every spelling of a unit's name to its names as printed; longest spelling first, so that the pattern prefers it."""
        by_spelling: dict[str, set[str]] = {}
        for name, kind in self._names_and_kinds():
            unit = self.cell_index.reference.unit(kind, name) if self.cell_index.reference else None
            for spelling in {name, *((unit.canonical, *unit.aliases) if unit else ())}:
                by_spelling.setdefault(plain_text(spelling), set()).add(name)
        return {name: tuple(sorted(by_spelling[name])) for name in sorted(by_spelling, key=len, reverse=True)}

    @cached_property
    def _department_spellings(self) -> set[str]:
        """Spellings that only departments of districts have."""
        kinds: dict[str, set[str]] = {}
        for name, kind in self._names_and_kinds():
            kinds.setdefault(name, set()).add(kind)
        department_names = {
            name for name, kinds_of_name in kinds.items() if kinds_of_name == {"district_department"}
        }
        return {name for name, printed in self._printed_by_spelling.items() if {*printed} <= department_names}

    @cached_property
    def _unit_name(self) -> re.Pattern[str]:
        """Pattern of any unit's name; 市统计局 (the city's) does not match 统计局 (a district's department)."""
        not_after_city = r"(?<![市省])"
        names = (
            f"{not_after_city if name in self._department_spellings else ''}{re.escape(name)}"
            for name in self._printed_by_spelling
        )
        return re.compile("|".join(names) or r"(?!)")

    def _names_and_kinds(self) -> Iterator[tuple[str, str]]:
        """Names of the registered units in rows and columns, each with its kind."""
        for table, spec in self._annexes.items():
            for row in self.cell_index.rows(table):
                if any(group.name == row.group and group.is_registered for group in spec.groups):
                    yield row.row, row.group
                if spec.columns_by and spec.columns_by.is_registered:
                    yield row.member, spec.columns_by.name

    def _nearest_groups(self, before: str) -> frozenset[str]:
        """The groups of the last clause that mentions any."""
        found = (
            most_specific_groups(clause) for clause in reversed(clauses(self._unit_name.sub("", before)))
        )
        return next((groups for groups in found if groups), frozenset())

    def _earlier_measure(self, mention: NumberMention) -> str | None:
        """The measure of the clauses before.

        Only where this clause is a unit's name alone (办件…件，其中某区…件) or 印为, 列为 and the like.
        """
        other_words = _CONNECTIVES.sub("", self._unit_name.sub("", mention.clause))
        is_name_only = not other_words and bool(self._unit_name.search(mention.clause))
        word = measure_in(mention.before)
        if mention.counts_units or not (is_name_only or _PRINTED_AS.fullmatch(mention.clause)):
            return None
        if word is None or not fits_measure(mention.quantity, word):
            return None
        return word if not mention.rest.startswith("件") or MEASURES[word] == "cases" else None

    # --- figures ---

    @staticmethod
    def _equals_any(mention: NumberMention, values: Iterable[CellValue]) -> bool:
        return any(equals_value(mention.quantity, value) for value in values)

    def _values_of_units(self, subject: Subject) -> list[CellValue]:
        """Figures of the named units for the measure.

        Includes sums over a district's departments, over its towns and villages, and over a department in all districts.
        """
        if not subject.names or not subject.column:
            return []
        printed_names = [{*self._printed_by_spelling[name]} for name in subject.names]
        values: list[CellValue] = []
        for table, rows in self._rows_by_table(subject.groups):
            matching = [row for row in rows if all(names & _unit_names(row) for names in printed_names)]
            exact = [row for row in matching if len(_unit_names(row)) == len(printed_names)]
            for row in exact:
                values += self._row_values(row, subject.column)
            if len(matching) > 1 and (subject.groups or {*subject.names} <= self._department_spellings):
                values += self._sum_or_rate(table, matching, subject.column)
        return list(dict.fromkeys(values))

    def _values_of_measure(self, subject: Subject, mention: NumberMention) -> list[CellValue]:
        """Totals of a measure over the named groups (or any), and figures that the source states.

        Single cells too where the words allow one unnamed unit.
        """
        values = [*self._values_in_text(subject)]
        if not subject.column:
            return values
        groups = subject.groups
        if mention.is_about_whole_city and not groups:
            return values + list(self._city_totals(subject.column))
        values += [*self._totals_of_groups(groups, subject.column), *self._values_of_figures(subject)]
        if _UNNAMED_UNIT.search(mention.before):
            for _, rows in self._rows_by_table(groups):
                values += [value for row in rows for value in self._row_values(row, subject.column)]
        return values

    def _values_in_text(self, subject: Subject) -> Iterator[CellValue]:
        """Figures that the text of the source states for the whole city."""
        for row in self.cell_index.data.headline.to_dict("records"):
            if subject.groups or pd.isna(row["value"]):
                continue
            if row["figure"] == "records" and subject.column in ("cases", "evaluations"):
                yield int(row["value"])
            elif row["unit"] == "%" and FIGURES.get(row["figure"]) == subject.measure:
                yield Fraction(str(row["value"]))

    def _values_of_figures(self, subject: Subject) -> Iterator[CellValue]:
        for figure in self.figures.values():
            of_groups = not subject.groups or most_specific_groups(figure.label) == subject.groups
            label = figure.label.partition("（")[0]
            is_total = figure.unit not in ("个", POINTS) and not label.endswith(("环比", "同比"))
            is_same_measure = (
                is_total and of_groups and measure_in(label) == subject.measure and "占" not in label
            )
            if is_same_measure and isinstance(figure.value, (int, Fraction)):
                yield figure.value

    def _rows_by_table(self, groups: frozenset[str]) -> list[tuple[str, list[RowRef]]]:
        """Tables of the groups, each with its rows (annex 4: rows of the tiers); all tables without groups."""
        tiers = [tier for tier in TIERS if tier in groups]
        tables = [table for table in _DISTRICT_TABLES if table in groups]
        if not tables and not tiers:
            tables = [table for table in _CITY_TABLES if table in groups] or list(self._annexes)
        found = [(table, self._rows(table)) for table in tables]
        towns = self._rows("towns_and_villages") if tiers else []
        return [("towns_and_villages", [row for row in towns if row.member in tiers]), *found]

    @property
    def _annexes(self) -> Mapping[str, AnnexSpec]:
        return self.cell_index.declaration.annexes

    def _rows(self, table: str) -> list[RowRef]:
        """The rows of an annex; none where it is not declared."""
        return self.cell_index.rows(table) if table in self._annexes else []

    def _totals_of_groups(self, groups: frozenset[str], column: str) -> Iterator[CellValue]:
        """Sums over tables and their tiers, printed totals, and the sum over districts and city departments."""
        for table, rows in self._rows_by_table(groups):
            yield from self._sum_or_rate(table, rows, column)
            for tier in TIERS:
                yield from self._sum_or_rate(table, [row for row in rows if row.member == tier], column)
            for total in self.cell_index.totals(table):
                yield from self._row_values(total, column)
        if not groups or groups >= {*_CITY_TABLES}:
            yield from self._city_totals(column)

    def _city_totals(self, column: str) -> Iterator[CellValue]:
        """Sum over districts and city departments; sums of every table where neither has the column."""
        rows = [row for table in _CITY_TABLES for row in self._rows(table)]
        values = list(self._sum_or_rate("", rows, column))
        yield from values or (
            v for table in self._annexes for v in self._sum_or_rate(table, self._rows(table), column)
        )

    def _sum_or_rate(self, table: str, rows: Sequence[RowRef], column: str) -> Iterator[CellValue]:
        """Yield the sum of a column over rows, or for a rate the rate of the sums; nothing without numbers."""
        parts = _RATE_PARTS.get(column, (column,))
        complete_rows = [
            counts
            for row in rows
            if None not in (counts := [self.cell_index.count(row.cell(part)) for part in parts])
        ]
        sums = [sum(count or 0 for count in counts) for counts in zip(*complete_rows, strict=True)]
        if column in _RATE_PARTS:
            if sums and sums[1]:
                yield Fraction(sums[0], sums[1])
        elif sums and column not in ("share", "rectification_satisfaction_rate"):
            yield sums[0]

    def _row_values(self, row: RowRef, column: str) -> list[CellValue]:
        """Values of a row for a measure; for a rate the printed one and the one computed from counts."""
        value = self.cell_index.value(row.cell(column))
        if column in _RATE_PARTS:
            printed: list[CellValue] = [] if value is None else [Fraction(str(value))]
            return [*printed, *self._sum_or_rate(row.table, [row], column)]
        if value is None:
            return []
        return [Fraction(str(value)) if isinstance(value, float) else int(value)]

    # --- counts of units ---

    def _unit_counts(self, mention: NumberMention) -> set[int]:
        """Right numbers of units: of the counted groups, or with 没有, 为零 and a measure, of those at zero."""
        words = self._unit_name.sub("", mention.clause_without_number)
        measure = measure_in(words)
        if measure and _ZERO_WORDS.search(words):
            return {*self._units_at_zero(mention.counted_groups, measure)}
        return {
            len({row.row for row in rows})
            for group in mention.counted_groups
            for table, rows in self._rows_by_table(frozenset({group}))
            if table == group
        }

    def _units_at_zero(self, groups: frozenset[str], measure: str) -> Iterator[int]:
        column = MEASURES[measure]
        for _, rows in (found for group in groups for found in self._rows_by_table(frozenset({group}))):
            counts = [self.cell_index.count(row.cell(column)) for row in rows]
            yield sum(count == 0 for count in counts)
        for figure in self.figures.values():
            if (
                figure.unit == "个"
                and measure_in(figure.label) == measure
                and groups_in(figure.label) <= groups
            ):
                yield int(figure.value or 0)


def _unit_names(row: RowRef) -> set[str]:
    """The units that a row is about."""
    return {row.row, row.member} - {"", *TIERS}


def _is_small(mention: NumberMention) -> bool:
    value = mention.quantity.value[0]
    return "." not in mention.quantity.text and (mention.quantity.kind == PERCENT or value < SMALL_COUNT)


def _is_list_number(mention: NumberMention) -> bool:
    """Whether the number is only the number of a list item."""
    opens = not mention.before.strip("（(") and bool(re.match(r"[.．]|$", mention.rest))
    return opens and mention.quantity.value[0] < SMALL_COUNT


def _values_text(values: Sequence[CellValue], mention: NumberMention) -> str:
    """The right values as text; percentages with the decimals in which they differ from the one that is mentioned."""

    def text(value: CellValue) -> str:
        if not isinstance(value, Fraction):
            return number(value)
        if mention.quantity.kind != PERCENT or equals_value(mention.quantity, value):
            return percent_text(value)
        return percent_text_beside(value, mention.quantity.value[0])

    return " 或 ".join(dict.fromkeys(map(text, values)))
