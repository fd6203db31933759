"""Relations proposed for the columns of a table, and what speaks for each."""

from __future__ import annotations

from dataclasses import dataclass

from haochaping.adopt.form_table import FormColumn
from haochaping.adopt.headings import Terms

SUM, RATE_OF, SHARE_OF, BOUND = "sum", "rate", "share", "bound"
CERTAIN = -2.0
"""A chance of an accident of one in a hundred, as its logarithm."""
LEAST_TELLING_ROWS = 3
LEAST_SHARE_BY_FIGURES, LEAST_SHARE_BY_HEADINGS = 0.7, 0.5
"""Of the rows that can be evaluated, how many must fit where figures, or strong headings, speak for a relation."""


@dataclass(frozen=True)
class HeadingEvidence:
    """Why headings speak for a relation; ``is_strong`` where they do so beyond their order and likeness."""

    reason: str = ""
    is_strong: bool = False


NOTHING_BY_HEADINGS = HeadingEvidence()


@dataclass(frozen=True)
class Evidence:
    """What speaks for a relation.

    Attributes
    ----------
    rows : int
        Rows in which it can be evaluated.
    differing : tuple of str
        Names of those in which it does not hold.
    log10_chance : float
        Logarithm of the chance that it holds so well by accident.
    telling_rows : int
        Rows that fit, and would seldom fit by accident.
    by_headings : HeadingEvidence
        Why the headings say so.
    """

    rows: int
    differing: tuple[str, ...]
    log10_chance: float
    telling_rows: int
    by_headings: HeadingEvidence = NOTHING_BY_HEADINGS

    @property
    def fitting(self) -> int:
        """Rows in which it holds."""
        return self.rows - len(self.differing)

    @property
    def share(self) -> float:
        """Share of the rows in which it holds; 0 without rows."""
        return self.fitting / self.rows if self.rows else 0.0

    @property
    def is_by_figures(self) -> bool:
        """Whether the figures alone are evidence enough."""
        is_certain = self.log10_chance <= CERTAIN and self.telling_rows >= LEAST_TELLING_ROWS
        return is_certain and self.share >= LEAST_SHARE_BY_FIGURES

    def is_enough(self, *, for_any_share: bool = False) -> bool:
        """Whether a relation belongs into a declaration; with strong headings, `for_any_share` of fitting rows."""
        if self.is_by_figures:
            return True
        if not self.by_headings.reason:
            return False
        if not self.by_headings.is_strong:
            return self.share >= LEAST_SHARE_BY_FIGURES
        return for_any_share or self.share >= LEAST_SHARE_BY_HEADINGS


@dataclass(frozen=True)
class ColumnRelation:
    """A relation whose result is one column of a table.

    ``terms`` are what is added up, the numerator of a rate, the count of a share, or for a bound the larger column.
    """

    kind: str
    result: FormColumn
    terms: Terms
    denominator: Terms
    evidence: Evidence

    @property
    def is_accepted(self) -> bool:
        """Whether it belongs into a declaration; else it is listed as possible.

        A rate beside its counts is a rate of them although no row fits: then the rows are findings.
        """
        return self.evidence.is_enough(for_any_share=self.kind == RATE_OF)

    @property
    def columns(self) -> list[FormColumn]:
        """The columns it rests on, without its result."""
        return [column for _, column in (*self.terms, *self.denominator)]
