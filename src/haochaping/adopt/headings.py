"""What headings say of each other: words of the field, levels of a header, a rate named after its counts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from haochaping.adopt.field_words import field_words
from haochaping.adopt.form_table import FormColumn
from haochaping.core.declaration import Expression, Measure
from haochaping.read.grid.table_meaning import fold_heading

_TOTAL_WORDS = re.compile("^(总计|合计|小计|总数|总量|计|总件数|汇总)$")
_HOLDS_TOTAL = re.compile("总|合计|共计|小计")
_NOUN_ENDINGS = re.compile("(?:总数量|件数|数量|总数|总量|次数|票数|数|量|票|件)$")
_SHARE_WORDS = re.compile("占比|比重|比例|占.*比")
OF_THE_FIELD = "是这类通报的常用列名"
Terms = tuple[tuple[int, FormColumn], ...]
"""A sum of columns with their factors."""
_NEGATIONS = ("未", "不", "非", "无", "待", "没")
ENOUGH = 0.5
"""Share of a rate's characters that the heading of its numerator has too."""


def field_measures(column: FormColumn) -> list[Measure]:
    """The measures of the field that a heading names, or the heading above a total; several where they are computed in
    several ways."""
    is_total = len(column.path) > 1 and _TOTAL_WORDS.match(column.heading)
    heading = fold_heading(column.path[-2]) if is_total else column.heading
    measures = field_words().measures.values()
    return [m for m in measures if heading in map(fold_heading, (m.heading, *m.aliases))]


def field_measure(column: FormColumn) -> Measure | None:
    """The first of these; None for an unknown heading."""
    return next(iter(field_measures(column)), None)


def named(columns: Iterable[FormColumn], name: str) -> FormColumn | None:
    """The column that is a measure of the field, of several the only one on the highest level; None without one."""
    found = [c for c in columns if (measure := field_measure(c)) is not None and measure.name == name]
    highest = [c for c in found if len(c.path) == min(len(other.path) for other in found)]
    return highest[0] if len(highest) == 1 else None


def is_share(column: FormColumn) -> bool:
    """Whether a heading is of shares of a total."""
    return bool(_SHARE_WORDS.search(column.heading))


def stem(heading: str) -> str:
    """A heading of counts without 数, 量, 件数: 评价 of 评价总数."""
    return _NOUN_ENDINGS.sub("", heading) or heading


def likeness_to_rate(rate: FormColumn, numerator: Sequence[FormColumn]) -> float:
    """How much of a rate's heading, without 率, the headings of its numerator have, at best: 按时结案率, 按时办结数."""
    letters = set(rate.heading.removesuffix("率")) - {"件", "数", "案"}
    likeness = (len(letters & set(column.heading)) / max(len(letters), 1) for column in numerator)
    return max(likeness, default=0.0)


def parts_by_headings(target: FormColumn, columns: Sequence[FormColumn]) -> tuple[list[FormColumn], str]:
    """The columns that add up to `target` as its heading has it, in printed order, and why; empty where it says nothing."""
    others = [column for column in columns if column is not target]
    siblings = [c for c in others if target.path[:-1] and target.path[:-1] == c.path[: len(target.path) - 1]]
    if _TOTAL_WORDS.match(target.heading) and len(siblings) > 1:
        return siblings, f"“{target.path[-2]}”之下的合计与各列"
    below = [c for c in others if fold_heading(c.path[0]) == target.heading and len(c.path) > 1]
    if len(target.path) == 1 and len(below) > 1:
        return below, f"“{target.heading}”与它之下的各列"
    like = [c for c in others if len(c.path) > len(target.path) and stem(c.heading) == stem(target.heading)]
    if len(like) > 1:
        return like, f"“{target.heading}”与各栏的同名列"
    measure = field_measure(target)
    parts = [named(others, name) for _, name in measure.parts] if measure is not None else []
    present = [c for c in others if any(c is part for part in parts)]
    return (present, OF_THE_FIELD) if len(present) > 1 else ([], "")


def stand_beside(target: FormColumn, parts: Sequence[FormColumn], columns: Sequence[FormColumn]) -> bool:
    """Whether parts stand right after, or right before, their total."""
    at, places = columns.index(target), [columns.index(part) for part in parts]
    return places in (list(range(at + 1, at + 1 + len(parts))), list(range(at - len(parts), at)))


def sounds_like_total(target: FormColumn) -> bool:
    """Whether a heading is that of a total: 接受总数, 合计."""
    return bool(_HOLDS_TOTAL.search(target.heading))


def is_whole(column: FormColumn) -> bool:
    """Whether a heading is of the field's wholes, of which all other counts are parts: 评价数, 办件数, 受理数."""
    measure = field_measure(column)
    return measure is not None and measure.is_count and not measure.better and bool(measure.unit)


def counts_of_rate(rate: FormColumn, counts: Sequence[FormColumn]) -> list[tuple[Terms, Terms]]:
    """Numerators and denominators as words of the field have them, of those that are printed.

    A numerator that is not printed is the sum of its parts that are (差评 is 不满意 and 非常不满意), a denominator what it is
    a part of (正式受理 is all that was received, where nothing says how much of it was accepted).
    """
    measures = field_words().measures

    def parts(name: str) -> list[str]:
        return [part for _, part in measures[name].parts]

    found = [
        (
            _printed(measure.numerator, counts, parts),
            _printed(measure.denominator, counts, lambda name: measures[name].at_most),
        )
        for measure in field_measures(rate)
    ]
    return [(numerator, denominator) for numerator, denominator in found if numerator and denominator]


def _printed(
    expression: Expression, counts: Sequence[FormColumn], instead: Callable[[str], Sequence[str]]
) -> Terms:
    """An expression of the field in printed columns, with others `instead` of what is not; empty where none are."""
    terms: list[tuple[int, FormColumn]] = []
    for factor, name in expression:
        column = named(counts, name)
        columns = [column] if column is not None else [named(counts, other) for other in instead(name)]
        printed = [(factor, column) for column in columns if column is not None]
        if not printed:
            return ()
        terms += printed
    return tuple(terms)


def larger_by_headings(smaller: FormColumn, counts: Sequence[FormColumn]) -> FormColumn | None:
    """The column that a count cannot exceed, by its heading; None where it says nothing."""
    measure = field_measure(smaller)
    if measure is not None:
        bounds = (named(counts, name) for name in measure.at_most)
        return next((c for c in bounds if c is not None and c.path[:-1] == smaller.path[:-1]), None)
    own = stem(smaller.heading)
    beside = [c for c in counts if c is not smaller and c.path[:-1] == smaller.path[:-1]]
    return next((column for column in beside if _is_kind_of(own, stem(column.heading))), None)


def _is_kind_of(heading: str, whole: str) -> bool:
    """Whether a heading is another one with a word before it: 主动评价, 评价; but not 未登记, 登记."""
    is_longer = len(whole) > 1 and heading != whole and heading.endswith(whole)
    return is_longer and not heading.startswith(_NEGATIONS)
