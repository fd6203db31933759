"""Shortcomings that the numbers show: names of units, for the page and (unnamed) for the bulletin."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

import pandas as pd

from haochaping.core.model import MISSING, CellRef, QuarterData
from haochaping.core.text import normalize_for_comparison
from haochaping.figures.annex_content import annex_content
from haochaping.figures.figure_builder import FigureBuilder
from haochaping.figures.unit_name import UnitName
from haochaping.reference.reference import Reference
from haochaping.statistics.robust_spread import FEWEST_PEERS
from haochaping.store.cell_index import claim_cell

SERVICE_TABLES = ("districts", "city_departments")
TABLES_WITH_NEGATIVES = (*SERVICE_TABLES, "towns_and_villages")
_ACTIVE_RATE_COLUMNS = ("active_evaluations", "evaluations")
"""Fewest units for a meaningful median."""


def add_problems(builder: FigureBuilder, reference: Reference) -> None:
    """Add the facts for section 问题与建议 and for the bulletin's second part to the builder's words.

    Names: ``few_active`` (districts below half of the median active rate), ``hardly_active`` (departments far below the
    others), ``silent`` (units with evaluations and no active one), ``idle`` (units without cases), ``late`` (districts
    with rectifications overdue), ``unlisted`` (units with a count that is not listed); ``silent_departments`` and
    ``idle_departments`` are those of annex 2. True or false: ``zero_negatives`` (``no_negatives`` is the word 零 with
    its cells), ``scattered`` (zeros in annex 3), ``counterpart_differs``. From the source's text: ``planned``,
    ``channel_claim``.
    """
    data, words = builder.data, builder.words
    min_evaluations = max(1, int(reference.threshold("small_denominator")))
    words |= {
        "few_active": _districts_with_few_active(builder, min_evaluations),
        "silent": _units_where(
            builder, lambda t: (t["active_evaluations"] == 0) & (t["evaluations"] > 0), _ACTIVE_RATE_COLUMNS
        ),
        "idle": _units_where(builder, lambda t: t["cases"] == 0, ("cases",)),
        "idle_departments": _units_where(builder, lambda t: t["cases"] == 0, ("cases",), SERVICE_TABLES[1:]),
        "silent_departments": _units_where(
            builder,
            lambda t: (t["active_evaluations"] == 0) & (t["evaluations"] >= min_evaluations),
            _ACTIVE_RATE_COLUMNS,
            SERVICE_TABLES[1:],
        ),
        "hardly_active": _departments_hardly_active(builder, min_evaluations),
        "zero_negatives": _has_only_zero_negatives(data),
        "no_negatives": UnitName("零", _negative_cells(builder)),
        "late": _overdue(builder),
        "scattered": bool(
            (annex_content(data, "district_departments", "evaluations")["evaluations"] == 0).any()
        ),
        "unlisted": _units_without_count(data, reference),
        "planned": _planned_subjects(data, reference),
        "channel_claim": _find_channel_claim(data, reference),
        "counterpart_differs": _differs_from_counterpart(data, reference),
    }


def _districts_with_few_active(builder: FigureBuilder, min_evaluations: float) -> list[UnitName]:
    """Districts whose active rate is below half of the districts' median; small denominators left out."""
    rows = annex_content(builder.data, "districts", *_ACTIVE_RATE_COLUMNS)
    rows = rows.dropna(subset=list(_ACTIVE_RATE_COLUMNS))
    rows = rows[rows["evaluations"] >= max(min_evaluations, 1)]
    if len(rows) < FEWEST_PEERS:
        return []
    rates = rows["active_evaluations"].astype(float) / rows["evaluations"].astype(float)
    return builder.unit_names("districts", rows[rates < rates.median() / 2], *_ACTIVE_RATE_COLUMNS)


def _departments_hardly_active(builder: FigureBuilder, min_evaluations: float) -> list[UnitName]:
    """City departments with active evaluations, but at less than a tenth of the rate of the others.

    The department with most active evaluations is left out of that rate: it would decide it alone.
    """
    rest = builder.figures.get("department_rest_active_rate")
    if rest is None or not rest.value:
        return []
    rows = annex_content(builder.data, "city_departments", *_ACTIVE_RATE_COLUMNS)
    rows = rows.dropna(subset=list(_ACTIVE_RATE_COLUMNS))
    rows = rows[(rows["evaluations"] >= max(min_evaluations, 1)) & (rows["active_evaluations"] > 0)]
    rates = rows["active_evaluations"].astype(float) / rows["evaluations"].astype(float)
    return builder.unit_names("city_departments", rows[rates < float(rest.value) / 10], *_ACTIVE_RATE_COLUMNS)


def _units_where(
    builder: FigureBuilder,
    condition: Callable[[pd.DataFrame], pd.Series],
    columns: Sequence[str],
    tables: Iterable[str] = SERVICE_TABLES,
) -> list[UnitName]:
    """Units with a row that fulfils `condition`, with their cells in `columns`."""
    found = []
    for name in tables:
        rows = annex_content(builder.data, name, *columns)
        found += builder.unit_names(name, rows[condition(rows).fillna(False)], *columns)
    return _merge_by_name(found)


def _has_only_zero_negatives(data: QuarterData) -> bool:
    """Whether negative evaluations are listed, and every one of them is zero."""
    negatives = "negative_evaluations"
    columns = [annex_content(data, name, negatives)[negatives] for name in TABLES_WITH_NEGATIVES]
    listed = pd.concat(columns).dropna()
    return len(listed) > 0 and bool((listed == 0).all())


def _negative_cells(builder: FigureBuilder) -> list[CellRef]:
    return [cell for name in TABLES_WITH_NEGATIVES for cell in builder.cells(name, "negative_evaluations")]


def _overdue(builder: FigureBuilder) -> list[UnitName]:
    rows = annex_content(builder.data, "towns_and_villages", "rectified_on_time", "negative_evaluations")
    is_overdue = (rows["rectified_on_time"] < rows["negative_evaluations"]).fillna(False)
    return builder.unit_names(
        "towns_and_villages", rows[is_overdue], "rectified_on_time", "negative_evaluations"
    )


def _units_without_count(data: QuarterData, reference: Reference) -> list[UnitName]:
    """Units with a count without a number in a column that the table has; 归市 is excepted, for it is a reason."""
    missing = data.cells[(data.cells["status"] == MISSING) & ~data.cells["is_total"]]
    return _merge_by_name(
        UnitName(cell["row"], [CellRef(cell["annex"], cell["row"], cell["measure"], cell["member"])])
        for cell in missing.to_dict("records")
        if data.declaration.is_count(cell["annex"], cell["measure"])
        and normalize_for_comparison(cell["printed"]) not in reference.counted_elsewhere
    )


def _planned_subjects(data: QuarterData, reference: Reference) -> list[str]:
    """Subjects of ``plans.csv`` that the text mentions under planned work."""
    plan = normalize_for_comparison(data.fact("planned_work"))
    rows = reference.optional_rows("plans.csv") if plan else []
    return [row["subject"] for row in rows if re.search(row["pattern"], plan)]


def _find_channel_claim(data: QuarterData, reference: Reference) -> str:
    """The text's claim about channels, for which no annex has a number; blank when there is none."""
    text = normalize_for_comparison(data.fact("text"))
    for row in reference.optional_rows("claims.csv") if text else ():
        if row["name"] == "channel" and (found := re.search(row["pattern"], text)):
            return UnitName(found.group(0), [claim_cell("claim:channel")])
    return ""


def _differs_from_counterpart(data: QuarterData, reference: Reference) -> bool:
    """Whether the sum of annex 5 differs from that of its counterpart, a row of annex 3 declared in the registry."""
    matrix, public = (
        annex_content(data, name, "evaluations") for name in ("district_departments", "public_services")
    )
    if matrix.empty or public.empty:
        return False
    specs = data.declaration.annexes
    kind = specs["district_departments"].unit_kinds["department"]
    counterpart = (
        f"附件{specs['public_services'].number}"  # the registry knows annexes by their usual numbers
    )
    for name in _distinct(matrix["department"]):
        unit = reference.unit(kind, name)
        if unit and normalize_for_comparison(unit.counterpart) == counterpart:
            row = matrix.loc[matrix["department"] == name, "evaluations"]
            return int(row.sum()) != int(public["evaluations"].sum())
    return False


def _merge_by_name(names: Iterable[UnitName]) -> list[UnitName]:
    """Distinct names, each with the cells of all its occurrences."""
    found: dict[str, set[CellRef]] = {}
    for name in names:
        found.setdefault(str(name), set()).update(name.cells)
    return [UnitName(name, cells) for name, cells in found.items()]


def _distinct(names: Iterable[object]) -> list[str]:
    return list(dict.fromkeys(str(name) for name in names))
