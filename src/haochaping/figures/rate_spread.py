"""Which units of a table stand out by a rate: significantly highest and lowest, and beyond the usual spread."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypedDict

import numpy as np
import pandas as pd

from haochaping.cleaning.number_format import number
from haochaping.figures.figure import PERCENT
from haochaping.figures.figure_builder import FigureBuilder, interval_text
from haochaping.figures.unit_name import UnitName
from haochaping.statistics.funnel import overdispersed
from haochaping.statistics.ranks import intervals, significantly_above
from haochaping.statistics.validation import BoolArray, NotApplicable

FEWEST_FOR_LIMITS = 3
LIMIT_PROBABILITIES = (0.001, 0.999)
"""Cumulative probabilities of the control limits: 99.8 % of units lie between them if only the usual spread acts."""
MOST_IN_ORDER, MOST_NAMES_IN_ORDER = 3, 5
"""Most statements of the order that are told as a whole, and most names on either side of one."""


class Higher(TypedDict):
    """Units each of which is significantly above each of some others."""

    above: list[UnitName]
    below: list[UnitName]


@dataclass(frozen=True)
class RateSpread:
    """How the units of a table differ by a rate.

    Attributes
    ----------
    compared : int
        How many units rest on enough records to be compared.
    alike : bool
        Whether all of them have exactly the same rate.
    highest, lowest : list of UnitName
        Those that no other is significantly above, or below; empty unless each of the first is above each of the others.
    order : list of Higher
        Who is significantly above whom, where there are neither highest nor lowest; empty where no two units differ.
    order_is_complete : bool
        Whether it is short enough to be told as a whole.
    above, below : list of UnitName
        Those beyond limits that allow for the units' usual spread.
    no_limits : str
        Why there are no such limits; blank where there are.
    """

    compared: int = 0
    alike: bool = False
    highest: list[UnitName] = field(default_factory=list)
    lowest: list[UnitName] = field(default_factory=list)
    order: list[Higher] = field(default_factory=list)
    order_is_complete: bool = True
    above: list[UnitName] = field(default_factory=list)
    below: list[UnitName] = field(default_factory=list)
    no_limits: str = ""


@dataclass(frozen=True)
class RateRows:
    """Rows of a table with a rate's numerator and denominator, and the measures that these are made of.

    ``k`` and ``n`` are whole numbers with the index of ``rows``.
    """

    table: str
    rows: pd.DataFrame
    k: pd.Series
    n: pd.Series
    measures: tuple[str, ...]

    def select(self, which: pd.Series) -> RateRows:
        """The rows for which `which` is true; missing counts as false."""
        chosen = which.fillna(False).astype(bool)
        return RateRows(self.table, self.rows[chosen], self.k[chosen], self.n[chosen], self.measures)

    def comparable(self, small: float) -> RateRows:
        """Those with at least `small` records, of which the numerator is a part."""
        known = self.select(self.k.notna() & self.n.notna())
        return known.select((known.n >= small) & (known.k >= 0) & (known.k <= known.n) & (known.n > 0))

    def impossible(self, small: float) -> RateRows:
        """Those with at least `small` records whose numerator exceeds them: one of the two counts is wrong."""
        known = self.select(self.k.notna() & self.n.notna())
        return known.select((known.n >= small) & (known.n > 0) & (known.k > known.n))


def find_spread(builder: FigureBuilder, compared: RateRows) -> RateSpread:
    """Compare the units of comparable rows."""
    rows, k, n = compared.rows, compared.k.astype(int), compared.n.astype(int)
    if len(rows) < 2:
        return RateSpread(compared=len(rows))

    def named(which: pd.Series) -> list[UnitName]:
        return builder.unit_names(compared.table, rows[which], *compared.measures)

    ranking, is_above = intervals(k, n), significantly_above(k, n)
    alike = bool(ranking["rate"].min() == ranking["rate"].max())
    is_highest, is_lowest = ranking["rank_low"] == 1, ranking["rank_high"] == len(rows)
    highest: list[UnitName] = []
    lowest: list[UnitName] = []
    order: list[Higher] = []
    if is_above[is_highest.to_numpy()][:, is_lowest.to_numpy()].all():
        highest, lowest = named(is_highest), named(is_lowest)
    else:
        order = [
            Higher(above=named(pd.Series(higher, rows.index)), below=named(pd.Series(lower, rows.index)))
            for higher, lower in _who_is_above_whom(is_above)
        ]
    longest = max((len(names) for clause in order for names in (clause["above"], clause["below"])), default=0)
    is_complete = len(order) <= MOST_IN_ORDER and longest <= MOST_NAMES_IN_ORDER
    above: list[UnitName] = []
    below: list[UnitName] = []
    no_limits = ""
    if len(rows) >= FEWEST_FOR_LIMITS:
        try:
            spread = overdispersed(k.to_numpy(), n.to_numpy())
        except NotApplicable as error:
            no_limits = error.reason
        else:
            low, high = (spread.limits(n.to_numpy(), p) for p in LIMIT_PROBABILITIES)
            above, below = named(k / n > high), named(k / n < low)
    return RateSpread(len(rows), alike, highest, lowest, order, is_complete, above, below, no_limits)


def _who_is_above_whom(is_above: BoolArray) -> list[tuple[BoolArray, BoolArray]]:
    """Units with the same units below them, and those below, as masks; the ones with most below them first."""
    found: dict[bytes, tuple[BoolArray, BoolArray]] = {}
    for unit in np.argsort(-is_above.sum(axis=1), kind="stable"):
        below = is_above[unit]
        if below.any():
            above, _ = found.setdefault(below.tobytes(), (np.zeros(len(is_above), bool), below))
            above[unit] = True
    return list(found.values())


def add_rate_of_unit(builder: FigureBuilder, rate_rows: RateRows, unit: str, name: str, heading: str) -> None:
    """Add the rate of one unit of the rows."""
    spec = builder.data.declaration.annexes[rate_rows.table]
    own = rate_rows.select(rate_rows.rows[spec.row_key] == unit)
    [k], [n] = own.k.astype(int), own.n.astype(int)
    builder.add(
        name,
        f"{unit}{heading}",
        Fraction(k, n),
        PERCENT,
        f"{number(k)} ÷ {number(n)}",
        f"{builder.annex(rate_rows.table)} {unit}",
        builder.cells(rate_rows.table, *rate_rows.measures, rows=own.rows),
        interval_text(k, n),
    )
