"""Whose number a number of a free sentence is, by the unit, group and measure named before it, and what it should be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import pandas as pd

from haochaping.cleaning.number_format import number, percent_text
from haochaping.cleaning.quantities import COUNT, PERCENT, plain_text
from haochaping.core.labels import FIGURES
from haochaping.core.model import TABLES, TIERS
from haochaping.figures.figure import PER_TEN_THOUSAND, POINTS, Figures
from haochaping.figures.figure import PERCENT as PERCENT_UNIT
from haochaping.store.cell_index import CellIndex, RowRef
from haochaping.text_numbers.known_numbers import KnownNumbers, equals_value
from haochaping.text_numbers.number_mention import (
    MEASURES,
    NumberMention,
    clauses,
    fits,
    groups_in,
    groups_in_turn,
    measure_in,
    scope_of,
)

CellValue = int | Fraction
_UP = ("增长", "提高", "上升", "增加", "升高", "回升", "上涨")
_DOWN = ("下降", "减少", "降低", "回落", "下滑")
_WAY = re.compile(f"({'|'.join((*_UP, *_DOWN))})(?:了|约|近)?$")
_ON_QUARTER, _ON_YEAR = re.compile("环比|上季|上一季|上期"), re.compile("同比|上年|去年")
SMALL = 1000
"""Counts below this, and whole percentages, stand somewhere in every quarter: alone they prove nothing."""
_QUALIFIED = re.compile(
    "比|较|增|减|升|降|高于|低于|多|少|超|近|约|余|以上|以下|左右|至"
    "|去年|上年|上季|上半年|同期|往年|累计|日均|月均|平均|人均|网上|线上|线下|现场|一次"
)
"""Words by which a number is no longer simply the figure of the unit and measure named before it."""
_SINGLE = re.compile("最[多高大少低小]|某|个别|有的|其中|之一|前[一二两三四五]")
"""Words by which a number may be that of one unit left unnamed."""
_NONE = re.compile("零|没有|无|未")
_JOINING = re.compile("其中|而|和|及|与|则|为|达|有|是|共")
_REPEATED = re.compile("[印列填记]为")
_RATES = {"active_rate": ("active_evaluations", "evaluations"), "evaluation_rate": ("evaluations", "cases")}
_CITY, _BELOW = ["districts", "city_departments"], ["public_services", "district_departments"]


@dataclass(frozen=True)
class Subject:
    """What a number is said to be: of which units and groups, of which measure (None: not said).

    ``inherited`` units are named in an earlier clause of the sentence.
    """

    names: tuple[str, ...]
    inherited: bool
    groups: frozenset[str]
    measure: str | None

    @property
    def column(self) -> str:
        """The column of the measure; blank for one that no annex has."""
        return MEASURES[self.measure] if self.measure else ""


def direction(mention: NumberMention) -> int:
    """1 where the words right before the number say that something rose, -1 where it fell, else 0."""
    found = _WAY.search(mention.clause)
    return 0 if found is None else 1 if found.group(1) in _UP else -1


def opposite(one: NumberMention, two: NumberMention) -> bool:
    """Whether one sentence says that something rose where the other says that it fell."""
    return direction(one) * direction(two) < 0


class FigureComparison:
    """The quarter's figures by what sentences say of them.

    Parameters
    ----------
    book : CellIndex
        Its cells; with a reference, aliases of units are understood.
    figures : Figures
        Its named figures.
    own_texts : iterable of str
        Our own sentences, whose numbers are known.
    """

    def __init__(self, cell_index: CellIndex, figures: Figures, own_texts: Iterable[str] = ()):
        self.cell_index, self.figures = cell_index, figures
        self.known = KnownNumbers(cell_index.data, figures, own_texts)

    def expected_text(self, mention: NumberMention) -> str:
        """What should stand there; blank where the number is right or belongs to no figure for sure."""
        if wrong_way := self._wrong_way(mention):
            return wrong_way
        if _QUALIFIED.search(mention.whole_clause) or mention.quantity.kind not in (COUNT, PERCENT):
            return ""
        subject = self.subject(mention)
        values = self._of_units(subject)
        if values:
            is_right = self._agrees(mention, values) or (subject.inherited and self.holds(mention))
            return "" if is_right else _shown(values)
        if mention.quantity.kind == COUNT and not self.known.holds(mention.quantity):
            meant = self.known.one_slip_away(mention.quantity)
            return number(meant) if meant is not None else ""
        return ""

    def _wrong_way(self, mention: NumberMention) -> str:
        """The change as it should read, where one of this size is among the quarter's and went the other way."""
        way = direction(mention)
        comparison = (
            "before"
            if _ON_QUARTER.search(mention.clause)
            else "year"
            if _ON_YEAR.search(mention.clause)
            else ""
        )
        if not way or not comparison:
            return ""
        alike = [
            figure
            for name, figure in self.figures.items()
            if name.endswith(f"_{comparison}")
            and figure.unit in (PERCENT_UNIT, POINTS)
            and figure.size.text.rstrip("%")
            == mention.quantity.text.rstrip("%").removesuffix("个百分点").strip()
        ]
        ways = {(float(figure.value or 0) > 0) for figure in alike}
        if not alike or (way > 0) in ways:
            return ""
        return f"{'增长（提高）' if way < 0 else '下降'}{alike[0].size}"

    def holds(self, mention: NumberMention) -> bool:
        """Whether a figure of the quarter explains the number as it is told there."""
        quantity = mention.quantity
        if quantity.kind not in (COUNT, PERCENT) or quantity.label.endswith("附件"):
            return self.known.holds(quantity)
        if _is_item(mention):
            return True
        if quantity.kind == COUNT and quantity.value[0] % 1:  # no count: so many in ten thousand
            return any(f.unit == PER_TEN_THOUSAND and f.text == quantity.text for f in self.figures.values())
        if mention.counts_annexes:
            return quantity.value[0] == len(TABLES) - len(self.cell_index.data.absent)
        if mention.counts_units and mention.counted:
            return quantity.value[0] in self._unit_counts(mention)
        subject = self.subject(mention)
        is_any_share = subject.column == "share" and not subject.names
        if subject.measure is None or is_any_share:
            return not _is_small(mention) and self.known.holds(quantity)
        values = self._of_units(subject)
        if subject.inherited or not subject.names:
            values = [*values, *self._of_measure(subject, mention)]
        return self._agrees(mention, values)

    def meant(self, mention: NumberMention) -> str:
        """The figures that unit or group and measure name, as text; blank where they name none."""
        subject = self.subject(mention)
        values = self._of_units(subject)
        if not values and subject.groups and subject.column:
            values = list(self._totals(subject.groups, subject.column))
        return _shown(list(dict.fromkeys(values)))

    def contradict(self, mine: NumberMention, theirs: NumberMention) -> bool:
        """Whether two sentences give the same number to different units, groups or measures."""
        one, two = self.subject(mine), self.subject(theirs)
        other_name = bool(two.names) and not two.inherited and set(one.names) != set(two.names)
        other_measure = bool(one.measure and two.measure) and one.measure != two.measure
        groups = [
            mention.counted if mention.counts_units else s.groups
            for mention, s in ((mine, one), (theirs, two))
        ]
        return other_name or other_measure or (all(groups) and not groups[0] & groups[1])

    def subject(self, mention: NumberMention) -> Subject:
        """What the words before a number say it is."""
        if mention.is_each:
            return self._in_turn(mention)
        names, inherited = self._name.findall(mention.clause), False
        groups = scope_of(self._name.sub("", mention.clause))
        earlier = self._name.findall(mention.before[: len(mention.before) - len(mention.clause)])
        if not names and not mention.is_whole and not groups & {*_CITY}:
            names, inherited = earlier[-1:], bool(earlier)
        elif names and {*names} <= self._below:
            above = [name for name in earlier if name not in self._below][-1:]
            names, inherited = [*above, *names], bool(above)
        if not names and not groups and not mention.is_whole:
            groups = self._last_groups(mention.before)
        return Subject(tuple(names), inherited, groups, mention.measure or self._last_measure(mention))

    def _in_turn(self, mention: NumberMention) -> Subject:
        """甲、乙分别为…、…: the unit or group whose turn it is."""
        names = self._name.findall(mention.listed)
        groups = groups_in_turn(self._name.sub("", mention.listed))
        if mention.measures_in_turn:
            return Subject(tuple(names), True, frozenset(groups), mention.measure)
        one = slice(mention.turn, mention.turn + 1)
        if mention.turn < len(names) > 1:
            names = names[one]
        elif not names and mention.turn < len(groups) > 1:
            groups = groups[one]
        return Subject(tuple(names), False, frozenset(groups), mention.measure)

    # --- words ---

    @cached_property
    def _names(self) -> dict[str, tuple[str, ...]]:
        """A unit's name as it may be written, to its names as printed, longest first."""
        written: dict[str, set[str]] = {}
        for name, kind in self._printed_names():
            unit = self.cell_index.reference.unit(kind, name) if self.cell_index.reference else None
            for one in {name, *((unit.canonical, *unit.aliases) if unit else ())} - {*TIERS}:
                written.setdefault(plain_text(one), set()).add(name)
        return {name: tuple(sorted(written[name])) for name in sorted(written, key=len, reverse=True)}

    @cached_property
    def _below(self) -> set[str]:
        """Names that only departments of districts bear."""
        kinds: dict[str, set[str]] = {}
        for name, kind in self._printed_names():
            kinds.setdefault(name, set()).add(kind)
        below = {name for name, found in kinds.items() if found == {"district_department"}}
        return {name for name, printed in self._names.items() if {*printed} <= below}

    @cached_property
    def _name(self) -> re.Pattern[str]:
        """Any unit's name; that of a district's department is not part of a city's (市统计局 is not 统计局)."""
        apart = r"(?<![市省])"
        names = (f"{apart if name in self._below else ''}{re.escape(name)}" for name in self._names)
        return re.compile("|".join(names) or r"(?!)")

    def _printed_names(self) -> Iterator[tuple[str, str]]:
        for table, spec in TABLES.items():
            for row in self.cell_index.rows(table):
                for column, kind in spec.unit_kinds.items():
                    if kind:
                        yield row.key[column], kind

    def _last_groups(self, before: str) -> frozenset[str]:
        """The groups of the nearest clause that names any."""
        found = (scope_of(clause) for clause in reversed(clauses(self._name.sub("", before))))
        return next((groups for groups in found if groups), frozenset())

    def _last_measure(self, mention: NumberMention) -> str | None:
        """The measure of the clauses before, where this one is a unit's name alone (办件…件，其中某区…件) or 印为."""
        bare = _JOINING.sub("", self._name.sub("", mention.clause))
        is_name = not bare and bool(self._name.search(mention.clause))
        word = measure_in(mention.before)
        if mention.counts_units or not (is_name or _REPEATED.fullmatch(mention.clause)):
            return None
        if word is None or not fits(mention.quantity, word):
            return None
        return word if not mention.rest.startswith("件") or MEASURES[word] == "cases" else None

    # --- figures ---

    @staticmethod
    def _agrees(mention: NumberMention, values: Iterable[CellValue]) -> bool:
        return any(equals_value(mention.quantity, value) for value in values)

    def _of_units(self, subject: Subject) -> list[CellValue]:
        """Figures of the named units for the measure.

        A district's departments, its towns and villages, and a department in all districts are added up.
        """
        if not subject.names or not subject.column:
            return []
        meant = [{*self._names[name]} for name in subject.names]
        values: list[CellValue] = []
        for table, rows in self._scope(subject.groups):
            among = [row for row in rows if all(one & {*row.key.values()} for one in meant)]
            exact = [row for row in among if len({*row.key.values()} - {*TIERS}) == len(meant)]
            for row in exact:
                values += self._values(row, subject.column)
            if len(among) > 1 and (subject.groups or {*subject.names} <= self._below):
                values += self._sums(table, among, subject.column)
        return list(dict.fromkeys(values))

    def _of_measure(self, subject: Subject, mention: NumberMention) -> list[CellValue]:
        """Sums and stated figures of a measure, of the groups named or of any; single cells where words allow."""
        values = [*self._stated(subject)]
        if not subject.column:
            return values
        groups = subject.groups
        if mention.is_whole and not groups:
            return values + list(self._city(subject.column))
        values += [*self._totals(groups, subject.column), *self._named_figures(subject)]
        if _SINGLE.search(mention.before):
            for _, rows in self._scope(groups):
                values += [value for row in rows for value in self._values(row, subject.column)]
        return values

    def _stated(self, subject: Subject) -> Iterator[CellValue]:
        """What the text of the source states for the whole city."""
        for row in self.cell_index.data.headline.to_dict("records"):
            if subject.groups or pd.isna(row["value"]):
                continue
            if row["figure"] == "records" and subject.column in ("cases", "evaluations"):
                yield int(row["value"])
            elif row["unit"] == "%" and FIGURES.get(row["figure"]) == subject.measure:
                yield Fraction(str(row["value"]))

    def _named_figures(self, subject: Subject) -> Iterator[CellValue]:
        for figure in self.figures.values():
            of_groups = not subject.groups or scope_of(figure.label) == subject.groups
            label = figure.label.partition("（")[0]
            is_total = figure.unit not in ("个", POINTS) and not label.endswith(("环比", "同比"))
            is_meant = is_total and of_groups and measure_in(label) == subject.measure and "占" not in label
            if is_meant and isinstance(figure.value, (int, Fraction)):
                yield figure.value

    def _scope(self, groups: frozenset[str]) -> list[tuple[str, list[RowRef]]]:
        """Tables that the groups mean, each with its rows; all of them without groups."""
        tiers = [tier for tier in TIERS if tier in groups]
        tables = [table for table in _BELOW if table in groups]
        if not tables and not tiers:
            tables = [table for table in _CITY if table in groups] or list(TABLES)
        found = [(table, self.cell_index.rows(table)) for table in tables]
        towns = self.cell_index.rows("towns_and_villages") if tiers else []
        return [("towns_and_villages", [row for row in towns if row.key["tier"] in tiers]), *found]

    def _totals(self, groups: frozenset[str], column: str) -> Iterator[CellValue]:
        """Sums over tables and over their tiers, printed totals, and districts with city departments."""
        for table, rows in self._scope(groups):
            yield from self._sums(table, rows, column)
            for tier in TIERS:
                yield from self._sums(table, [row for row in rows if row.key.get("tier") == tier], column)
            for total in self.cell_index.totals(table):
                yield from self._values(total, column)
        if not groups or groups >= {*_CITY}:
            yield from self._city(column)

    def _city(self, column: str) -> Iterator[CellValue]:
        """Sum over districts and city departments; that of any table where neither has the column."""
        rows = [row for table in _CITY for row in self.cell_index.rows(table)]
        values = list(self._sums("", rows, column))
        yield from values or (
            v for table in TABLES for v in self._sums(table, self.cell_index.rows(table), column)
        )

    def _sums(self, table: str, rows: Sequence[RowRef], column: str) -> Iterator[CellValue]:
        """The sum of a column over rows, or the rate of the sums; none without numbers."""
        parts = _RATES.get(column, (column,))
        full = [
            counts
            for row in rows
            if None not in (counts := [self.cell_index.count(row.cell(part)) for part in parts])
        ]
        sums = [sum(count or 0 for count in counts) for counts in zip(*full, strict=True)]
        if column in _RATES:
            if sums and sums[1]:
                yield Fraction(sums[0], sums[1])
        elif sums and column not in ("share", "rectification_satisfaction_rate"):
            yield sums[0]

    def _values(self, row: RowRef, column: str) -> list[CellValue]:
        """What a row holds for a measure; of a rate what is printed and what the counts give."""
        value = self.cell_index.value(row.cell(column))
        if column in _RATES:
            printed: list[CellValue] = [] if value is None else [Fraction(str(value))]
            return [*printed, *self._sums(row.table, [row], column)]
        if value is None:
            return []
        return [Fraction(str(value)) if isinstance(value, float) else int(value)]

    # --- counts of units ---

    def _unit_counts(self, mention: NumberMention) -> set[int]:
        """How many units of the groups counted there are; with 没有, 为零 and a measure, how many have none of it."""
        words = self._name.sub("", mention.whole_clause)
        measure = measure_in(words)
        if measure and _NONE.search(words):
            return {*self._without(mention.counted, measure)}
        return {
            len({row.key[TABLES[table].key[0]] for row in rows})
            for group in mention.counted
            for table, rows in self._scope(frozenset({group}))
            if table == group
        }

    def _without(self, groups: frozenset[str], measure: str) -> Iterator[int]:
        column = MEASURES[measure]
        for _, rows in (found for group in groups for found in self._scope(frozenset({group}))):
            counts = [self.cell_index.count(row.cell(column)) for row in rows]
            yield sum(count == 0 for count in counts)
        for figure in self.figures.values():
            if (
                figure.unit == "个"
                and measure_in(figure.label) == measure
                and groups_in(figure.label) <= groups
            ):
                yield int(figure.value or 0)


def _is_small(mention: NumberMention) -> bool:
    value = mention.quantity.value[0]
    return "." not in mention.quantity.text and (mention.quantity.kind == PERCENT or value < SMALL)


def _is_item(mention: NumberMention) -> bool:
    """Whether the number only numbers an item of a list."""
    opens = not mention.before.strip("（(") and bool(re.match(r"[.．]|$", mention.rest))
    return opens and mention.quantity.value[0] < SMALL


def _shown(values: Sequence[CellValue]) -> str:
    return " 或 ".join(percent_text(v) if isinstance(v, Fraction) else number(v) for v in values)
