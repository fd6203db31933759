"""What units come to under other conventions: only the cases that these touch are counted anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir
import pandas as pd

from haochaping.core.record_counts import CASES, EVALUATIONS
from haochaping.records import definitions
from haochaping.records.counting import Aggregates, Counting
from haochaping.records.definitions import UNIT, Conventions
from haochaping.records.single_rows import Tables

VARIATIONS: Mapping[str, Mapping[str, object]] = {
    "voided": {"counts_voided": True},
    "late": {"counts_late": True},
    "repeated": {"counts_repeated": True},
    "unknown_levels": {"counts_unknown_levels": True},
    "other_time": {},
}
"""Other conventions that are tried where a bulletin prints other figures; ``other_time`` takes acceptance for the end."""


def varied_conventions(conventions: Conventions) -> dict[str, Conventions]:
    """Each of ``VARIATIONS``."""
    other_time = "accepted" if conventions.settings.period_by == "finished" else "finished"
    return {
        name: conventions.varied(**changes or {"period_by": other_time})
        for name, changes in VARIATIONS.items()
    }


def count_variations(counting: Counting, units: pd.DataFrame) -> Aggregates:
    """``units@…`` under each of ``VARIATIONS``, like `units` of the same counting.

    What the touched cases come to by the conventions in force is taken out of `units`, and what they come to by the others
    put in its place.
    """
    varied = varied_conventions(counting.conventions)
    single, all_rows = _touched_tables(counting, list(varied.values()))
    before = counting.units_of(single, counting.conventions).set_index(list(UNIT))
    others = _sum([units.set_index(list(UNIT)), -before])
    result = {}
    for name, conventions in varied.items():
        tables = all_rows if conventions.counts_repeated else single
        after = counting.units_of(tables, conventions).set_index(list(UNIT))
        result[f"units@{name}"] = _sum([others, after]).reset_index()
    return result


def _touched_tables(counting: Counting, varied: Sequence[Conventions]) -> tuple[Tables, Tables]:
    """The records of the touched cases, one row a key and all rows."""
    touched = counting.records.kept("touched", _touched(counting, varied))
    single, all_rows = (
        {
            kind: None
            if table is None
            else counting.records.kept(f"{name}_{kind}", table.semi_join(touched, list(counting.key)))
            for kind, table in tables.items()
        }
        for name, tables in (("touched", counting.single.tables), ("touched_all", counting.single.all_rows))
    )
    return single, all_rows


def _touched(counting: Counting, varied: Sequence[Conventions]) -> ir.Table:
    """A row a case (its key) that may count differently."""
    single, conventions = counting.single, counting.conventions
    cases, evaluations = single.tables[CASES], single.tables[EVALUATIONS]
    of_cases = [definitions.changes_case(cases, conventions, each) for each in varied]
    of_evaluations = [definitions.changes_evaluation(evaluations, conventions, each) for each in varied]
    rows = [cases.filter(ibis.or_(*of_cases)), evaluations.filter(ibis.or_(*of_evaluations))]
    rows += single.suspect_rows.values()
    return ibis.union(*(table.select(list(counting.key)) for table in rows)).distinct()


def _sum(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Counts by unit added up, without the units that have no case."""
    rows = pd.concat(frames).groupby(list(UNIT), dropna=False).sum()
    return rows[rows["cases"] != 0]
