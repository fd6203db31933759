"""The figures of one table as arrays, and the evidence that they give for a relation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from haochaping.adopt.chance import (
    NO_EVIDENCE,
    BoolArray,
    Fits,
    FloatArray,
    IntArray,
    chance_of_accident,
)
from haochaping.adopt.evidence import NOTHING_BY_HEADINGS, Evidence, HeadingEvidence
from haochaping.adopt.form_table import FormColumn, FormTable
from haochaping.adopt.headings import Terms
from haochaping.core.declaration import COUNT

_LEAST_SHARE = 0.5
"""Of a relation that fits fewer rows the chance is not computed: it is none by its figures."""


class TableFigures:
    """The whole numbers and percentages of a table's rows.

    Totals are left out: what holds in every row holds in their sum, so that they prove nothing.
    """

    def __init__(self, table: FormTable):
        self.table = table
        self.rows = table.row_numbers()
        self.counts = table.of_kind(COUNT)
        self._numbers = {id(column): self._whole_numbers(column) for column in self.counts}

    def _whole_numbers(self, column: FormColumn) -> IntArray:
        """−1 where there is none."""
        found = (column.counts[at] for at in self.rows)
        return np.array([-1 if value is None else value for value in found], dtype=np.int64)

    def percentages(self, column: FormColumn) -> tuple[IntArray, IntArray, int]:
        """Printed percentages and their last decimals' steps, both in the finest step of the column; and its decimals.

        −1 where there is no percentage.
        """
        printed = [column.percentages[at] for at in self.rows]
        decimals = max((item[1] for item in printed if item), default=0)
        steps = [-1 if item is None else int(item[0] * 10**decimals) for item in printed]
        widths = [1 if item is None else 10 ** (decimals - item[1]) for item in printed]
        return np.array(steps, dtype=np.int64), np.array(widths, dtype=np.int64), decimals

    def together(self, expressions: Sequence[Terms]) -> tuple[list[IntArray], BoolArray]:
        """Expressions by row, and which rows have all their figures."""
        is_complete = np.ones(len(self.rows), dtype=bool)
        values = []
        for terms in expressions:
            total = np.zeros(len(self.rows), dtype=np.int64)
            for factor, column in terms:
                numbers = self._numbers[id(column)]
                is_complete &= numbers >= 0
                total += factor * numbers
            values.append(total)
        return values, is_complete

    def evidence(
        self,
        columns: Sequence[IntArray],
        is_complete: BoolArray,
        fits: Fits,
        values_of_result: FloatArray,
        by_headings: HeadingEvidence = NOTHING_BY_HEADINGS,
        tried: int = 1,
        exchangeable: int | None = None,
    ) -> Evidence:
        """The evidence of the rows that have all figures; arguments as of :func:`chance_of_accident`."""
        chosen = [column[is_complete] for column in columns]
        is_right = fits(chosen)
        complete_rows = [at for at, complete in zip(self.rows, is_complete, strict=True) if complete]
        differing = tuple(
            self.table.rows[at].words for at, right in zip(complete_rows, is_right, strict=True) if not right
        )
        is_likely = is_right.size and is_right.mean() >= _LEAST_SHARE
        chance = (
            chance_of_accident(chosen, fits, values_of_result[is_complete], tried, exchangeable)
            if is_likely
            else NO_EVIDENCE
        )
        return Evidence(len(complete_rows), differing, chance.log10, chance.telling_rows, by_headings)
