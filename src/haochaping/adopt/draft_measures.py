"""Measures for the columns of all tables: one for a heading, unless its figures are computed differently in two tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from haochaping.adopt.draft import DraftMeasure
from haochaping.adopt.evidence import BOUND, RATE_OF, SHARE_OF, SUM, ColumnRelation
from haochaping.adopt.field_words import field_words
from haochaping.adopt.form_table import FormColumn, FormTable
from haochaping.adopt.headings import Terms, field_measure
from haochaping.core.declaration import AS_PRINTED, CHANGE, COUNT, PREVIOUS, RATE, SHARE, YEAR_AGO
from haochaping.core.text import normalize_for_comparison
from haochaping.read.grid.table_meaning import UNITS, fold_heading

_UNIT = re.compile(rf"[（(](?:单位[:：])?({UNITS})[）)]$")
_UNIT_IN_HEADING = re.compile("(票|人次|人|户|次|件|条|笔)数?$")
_CHANGE_WORDS = re.compile("同比|环比|增幅|增长率|增减|变动")
_YEAR_ON_YEAR = re.compile("同比|上年|去年")
_OTHER_PERIOD = re.compile(
    "上[一个]*[月季期]|上年|去年|同期|累计|[1-9一二三四五六七八九十]+[-至—][0-9一二三四五六七八九十]+月"
)
_USUAL_UNIT = "件"


class MeasureDrafter:
    """Makes the measures of a declaration, table by table."""

    def __init__(self) -> None:
        self.measures: dict[str, DraftMeasure] = {}

    def add_table(self, table: FormTable, relations: Sequence[ColumnRelation]) -> dict[int, str]:
        """Declare the columns of a table; gives the name of each column's measure by its ``id``."""
        names: dict[int, str] = {}
        for column in table.columns:
            names[id(column)] = self._name(column, table, set(names.values()))
        for column in self._in_order_of_use(table.columns, relations):
            drafted = self._measure(column, table, relations, names)
            known = self.measures.get(drafted.name)
            if (
                known is not None
                and known.meaning != drafted.meaning
                and any(known.meaning)
                and any(drafted.meaning)
            ):
                drafted.name = names[id(column)] = self._free(drafted.name)
                known = None
            self._keep(drafted, known)
        return names

    @staticmethod
    def _in_order_of_use(
        columns: Sequence[FormColumn], relations: Sequence[ColumnRelation]
    ) -> list[FormColumn]:
        """Counts that rest on nothing first, then those that rest on them: a name is settled before it is used."""
        rests_on = {id(r.result): {id(c) for c in r.columns} for r in relations if r.kind == SUM}

        def depth(column_id: int) -> int:
            return 1 + max(map(depth, rests_on[column_id]), default=0) if column_id in rests_on else 0

        return sorted(columns, key=lambda column: (column.kind != COUNT, depth(id(column))))

    def _keep(self, drafted: DraftMeasure, known: DraftMeasure | None) -> None:
        if known is None:
            self.measures[drafted.name] = drafted
            return
        headings = {*map(normalize_for_comparison, (known.heading, *known.aliases))}
        if normalize_for_comparison(drafted.heading) not in headings:
            known.aliases.append(drafted.heading)
        if any(drafted.meaning):
            known.numerator, known.denominator, known.parts = drafted.meaning
            known.has_no_base = False
        known.at_most += [name for name in drafted.at_most if name not in known.at_most]

    def _name(self, column: FormColumn, table: FormTable, taken: set[str]) -> str:
        """The field's name for a heading, else a number; the same for one heading and kind in several tables."""
        heading = normalize_for_comparison(self._heading(column, table))
        for measure in self.measures.values():
            known = {*map(normalize_for_comparison, (measure.heading, *measure.aliases))}
            if heading in known and _is_like(measure.kind, column.kind) and measure.name not in taken:
                return measure.name
        like = field_measure(column) if "/" not in heading else None
        if like is not None and _is_like(like.kind, column.kind) and like.name not in taken:
            return like.name
        number = len(self.measures) + len(taken) + 1
        return self._free(f"column_{number}", taken)

    def _free(self, name: str, taken: Iterable[str] = ()) -> str:
        used = {*self.measures, *taken}
        return next(n for n in (name, *(f"{name}_{i}" for i in range(2, 1000))) if n not in used)

    @staticmethod
    def _heading(column: FormColumn, table: FormTable) -> str:
        """The shortest end of a column's headings that no other column of the table has; without its unit."""
        for first in range(len(column.path) - 1, -1, -1):
            end = column.path[first:]
            folded = tuple(map(fold_heading, end))
            alike = [c for c in table.columns if tuple(map(fold_heading, c.path))[-len(end) :] == folded]
            if len(alike) == 1:
                break
        return _UNIT.sub("", "/".join(end))

    def _measure(
        self,
        column: FormColumn,
        table: FormTable,
        relations: Sequence[ColumnRelation],
        names: dict[int, str],
    ) -> DraftMeasure:
        own = [relation for relation in relations if relation.result is column]
        by_kind = {relation.kind: relation for relation in own}
        name, like = names[id(column)], field_words().measures.get(names[id(column)])
        drafted = DraftMeasure(
            name, self._heading(column, table), column.kind, better=like.better if like else ""
        )
        if column.kind == COUNT:
            unit = _UNIT.search(column.path[-1]) or _UNIT_IN_HEADING.search(column.heading)
            drafted.unit = (
                unit[1]
                if unit
                else like.unit
                if like and like.unit
                else self._unit_of_total(column, relations, names)
            )
        if relation := by_kind.get(SUM):
            drafted.parts = _expression(relation.terms, names)
        drafted.at_most = [names[id(c)] for r in own if r.kind == BOUND for c in r.columns]
        if column.kind == RATE:
            self._add_base(drafted, column, table, by_kind, names)
        return drafted

    def _unit_of_total(
        self, column: FormColumn, relations: Sequence[ColumnRelation], names: dict[int, str]
    ) -> str:
        """The unit of the total of which it is a part, if that is known; else the usual one."""
        totals = (r.result for r in relations if r.kind == SUM and any(c is column for c in r.columns))
        known = (
            self.measures.get(names[id(total)]) or field_words().measures.get(names[id(total)])
            for total in totals
        )
        return next((measure.unit for measure in known if measure is not None and measure.unit), _USUAL_UNIT)

    @staticmethod
    def _add_base(
        drafted: DraftMeasure,
        column: FormColumn,
        table: FormTable,
        by_kind: dict[str, ColumnRelation],
        names: dict[int, str],
    ) -> None:
        """What a percentage is computed from; nothing where neither figures nor headings say it."""
        if relation := by_kind.get(RATE_OF):
            drafted.numerator = _expression(relation.terms, names)
            drafted.denominator = _expression(relation.denominator, names)
        elif relation := by_kind.get(SHARE_OF):
            drafted.kind, drafted.numerator = SHARE, _expression(relation.terms, names)
        elif _CHANGE_WORDS.search(column.heading) and (of := _changing_column(column, table)) is not None:
            drafted.kind, drafted.of = CHANGE, names[id(of)]
            drafted.against = YEAR_AGO if _YEAR_ON_YEAR.search(column.heading) else PREVIOUS
        else:
            drafted.has_no_base = True


def _is_like(kind: str, kind_of_column: str) -> bool:
    """Whether a column with such cells can be a measure of a kind."""
    percentages = (RATE, SHARE, CHANGE)
    return (
        kind == kind_of_column
        or (kind in percentages and kind_of_column == RATE)
        or kind_of_column == AS_PRINTED == kind
    )


def _expression(terms: Terms, names: dict[int, str]) -> str:
    """Terms as the declaration writes them: ``satisfied + fairly_satisfied``."""
    text = ""
    for factor, column in terms:
        sign = " - " if factor < 0 else " + "
        text += f"{sign}{names[id(column)]}"
    return text.removeprefix(" + ").strip()


def _changing_column(change: FormColumn, table: FormTable) -> FormColumn | None:
    """The count whose change it is: of the same heading without 同比, else the nearest before it of this period."""
    root = _CHANGE_WORDS.sub("", change.heading)
    counts = [column for column in table.of_kind(COUNT) if not _OTHER_PERIOD.search("/".join(column.path))]
    named = next((c for c in counts if root and c.heading.startswith(root)), None)
    before = table.columns[: table.columns.index(change)]
    return named or next((c for c in reversed(before) if c in counts), None)
