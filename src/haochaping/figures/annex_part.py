"""The parts of an annex that figures are computed for: the rows of one group, which may be added up and compared.

An annex of several groups (区县 and 市直部门 in one table) is first added up as a whole, and then has a part for each
group; any other annex is one part.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from haochaping.core.declaration import (
    MIXED_GROUP,
    MIXED_KEY,
    RATE,
    AnnexSpec,
    Declaration,
    Expression,
    Group,
    Measure,
)
from haochaping.core.model import COMPUTED, QuarterData

ALL_GROUPS = Group("", "单位", MIXED_KEY, (), may_be_ranked=False)
"""Stands for the rows of all groups of an annex together: added up, never compared."""


@dataclass(frozen=True)
class AnnexPart:
    """The rows of one group in one annex, or of all its groups.

    Attributes
    ----------
    group : Group
        Whose rows they are; ``ALL_GROUPS`` for an annex of several groups as a whole.
    rows : pandas.DataFrame
        Those rows of the annex's frame.
    prefix : str
        Begins the names of its figures.
    title : str
        What its figures are about, in words: 各大厅.
    """

    spec: AnnexSpec
    group: Group
    rows: pd.DataFrame
    prefix: str
    title: str

    @property
    def is_all_groups(self) -> bool:
        """Whether it is an annex of several groups as a whole."""
        return self.group is ALL_GROUPS

    @property
    def counts(self) -> list[Measure]:
        """Its counts that have a number in any row, in printed order."""
        measures = self.spec.measures_by_name.values()
        return [m for m in measures if m.is_count and self.has_numbers(m.name)]

    @property
    def main_count(self) -> Measure | None:
        """The count that says how large a unit is: the first that the annex must have, else the first; None without."""
        required = [measure for measure in self.counts if measure.name in self.spec.required]
        return next(iter([*required, *self.counts]), None)

    @property
    def top_level_counts(self) -> list[Measure]:
        """Counts that are no part of another one of the annex."""
        parts = {name for measure in self.counts for _, name in measure.parts}
        return [measure for measure in self.counts if measure.name not in parts]

    def has_numbers(self, measure: str) -> bool:
        """Whether any row has a number of a measure."""
        return measure in self.rows and bool(self.rows[measure].notna().any())

    def can_compute(self, measure: Measure) -> bool:
        """Whether numerator and denominator of a rate are counts of this annex."""
        terms = (*measure.numerator, *measure.denominator)
        names = {name for _, name in terms}
        is_complete = bool(measure.numerator and measure.denominator)
        return is_complete and all(self.has_numbers(name) for name in names)

    def rates(self, declaration: Declaration) -> list[Measure]:
        """Rates that can be computed: those it prints, then those that no annex prints but the city declares."""
        printed = [m for m in self.spec.measures_by_name.values() if m.kind == RATE and m.name in self.rows]
        in_annexes = {name for spec in declaration.annexes.values() for name in spec.measures_by_name}
        computed = [m for m in declaration.measures.values() if m.kind == RATE and m.name not in in_annexes]
        return [measure for measure in (*printed, *computed) if self.can_compute(measure)]

    def rate_of_rows(self, rate: Measure) -> pd.DataFrame:
        """Numerator ``k``, denominator ``n`` and ``rate`` of every row; missing where a count is, and of nothing."""
        k, n = self.values(rate.numerator), self.values(rate.denominator)
        base = n.astype("float64")
        return pd.DataFrame({"k": k, "n": n, "rate": k.astype("float64") / base.where(base > 0)})

    def values(self, expression: Expression) -> pd.Series:
        """A sum of measures in every row: missing where one of them is."""
        total = pd.Series(0, self.rows.index, dtype="Int64")
        for factor, name in expression:
            total = total + factor * self.rows[name]
        return total


def annex_parts(
    data: QuarterData, spec: AnnexSpec, content: pd.DataFrame | None = None
) -> Iterator[AnnexPart]:
    """The parts of an annex that have rows, in declared order; of `content` in place of its frame where that is given.

    An annex of which two groups or more have rows begins with all of them together.
    """
    content = data.table(spec.name) if content is None else content
    if spec.is_mixed and len(set(content[MIXED_GROUP])) > 1:
        yield AnnexPart(spec, ALL_GROUPS, content, spec.name, spec.title)
    for group in spec.groups:
        if not spec.is_mixed:
            rows, prefix, title = content, spec.name, spec.title
        else:
            rows = content[content[MIXED_GROUP] == group.name]
            prefix, title = f"{spec.name}_{group.name}", f"{spec.title}中的{group.word}"
        if len(rows):
            yield AnnexPart(spec, group, rows, prefix, title)


def with_rates(data: QuarterData, annex: str | int) -> pd.DataFrame:
    """一张附件的原始列（英文列名），加上由两数相除算出的各比率。

    原表印了的比率，印的留在原来的列，算出的在 ``<名称>_computed``。要中文列名、存疑标记的，用 ``hcp.table``。

    Parameters
    ----------
    data : QuarterData
        ``hcp.load`` 得到的一期。
    annex : str or int
        附件号、表名或英文名。

    Examples
    --------
    >>> import haochaping as hcp
    >>> hcp.with_rates(hcp.load("2022Q4"), "附件1")["active_rate"].round(4).tolist()[:2]
    [0.0574, 0.0351]
    """
    spec = data.annex(annex)
    content = data.table(spec.name).copy()
    whole = AnnexPart(spec, spec.groups[0], content, spec.name, spec.title)
    for rate in whole.rates(data.declaration) if len(content) else ():
        name = f"{rate.name}{COMPUTED}" if rate.name in content else rate.name
        content[name] = whole.rate_of_rows(rate)["rate"]
    return content


def general_annexes(data: QuarterData) -> list[AnnexSpec]:
    """Annexes of a period whose figures and sentences are the general ones, in the order of the declaration."""
    specs = data.declaration.annexes.values()
    return [spec for spec in specs if not spec.is_particular and not data.table(spec.name).empty]
