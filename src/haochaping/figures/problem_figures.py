"""What the numbers show to be wanting: names of units, for the page and (unnamed) for the bulletin."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable

import pandas as pd

from haochaping.cleaning.decode_text import decode
from haochaping.core.model import NOT_IN_SOURCE, TABLES, TEXT_CLAIMS, CellRef, QuarterData, decode_key
from haochaping.core.text import normalize_for_comparison
from haochaping.figures.figure_builder import FigureBuilder
from haochaping.figures.unit_name import UnitName
from haochaping.reference.reference import Reference

SERVICE_TABLES = ("districts", "city_departments")
WITH_NEGATIVES = (*SERVICE_TABLES, "towns_and_villages")
_ACTIVE = ("active_evaluations", "evaluations")
FEWEST_PEERS = 5
"""Below this a median says nothing."""


def add_problems(builder: FigureBuilder, reference: Reference) -> None:
    """Facts for section 问题与建议 and for the bulletin's second part, as words.

    Names: ``few_active`` (districts below half of the median active rate), ``hardly_active`` (departments far below the
    others), ``silent`` (units with evaluations and no active one), ``idle`` (units without cases), ``late`` (districts
    with rectifications overdue), ``unlisted`` (units with a count that is not listed). True or false:
    ``zero_negatives`` (``no_negatives`` is how it is said), ``scattered`` (zeros in annex 3), ``counterpart_differs``.
    What the source's text says: ``planned``, ``channel_claim``.
    """
    data, words = builder.data, builder.words
    small = max(1, int(reference.threshold("small_denominator")))
    words |= {
        "few_active": _few_active(builder, small),
        "silent": _where(builder, lambda t: (t["active_evaluations"] == 0) & (t["evaluations"] > 0), _ACTIVE),
        "idle": _where(builder, lambda t: t["cases"] == 0, ("cases",)),
        "idle_departments": _where(builder, lambda t: t["cases"] == 0, ("cases",), SERVICE_TABLES[1:]),
        "silent_departments": _where(
            builder,
            lambda t: (t["active_evaluations"] == 0) & (t["evaluations"] >= small),
            _ACTIVE,
            SERVICE_TABLES[1:],
        ),
        "hardly_active": _hardly_active(builder, small),
        "zero_negatives": _zero_negatives(data),
        "no_negatives": UnitName("零", _negatives(builder)),
        "late": _late(builder),
        "scattered": bool((data.district_departments["evaluations"] == 0).any()),
        "unlisted": _unlisted(data, reference),
        "planned": _planned(data, reference),
        "channel_claim": _channel_claim(data, reference),
        "counterpart_differs": _counterpart_differs(data, reference),
    }


def _few_active(builder: FigureBuilder, small: float) -> list[UnitName]:
    """Districts whose active rate is below half of the districts' median; small denominators left out."""
    rows = builder.data.districts.dropna(subset=["active_evaluations", "evaluations"])
    rows = rows[rows["evaluations"] >= max(small, 1)]
    if len(rows) < FEWEST_PEERS:
        return []
    rates = rows["active_evaluations"].astype(float) / rows["evaluations"].astype(float)
    return builder.names("districts", rows[rates < rates.median() / 2], *_ACTIVE)


def _hardly_active(builder: FigureBuilder, small: float) -> list[UnitName]:
    """City departments with active evaluations, but at less than a tenth of the rate of the others.

    The one with most active evaluations does not decide what is usual.
    """
    rest = builder.figures.get("department_rest_active_rate")
    if rest is None or not rest.value:
        return []
    rows = builder.data.city_departments.dropna(subset=["active_evaluations", "evaluations"])
    rows = rows[(rows["evaluations"] >= max(small, 1)) & (rows["active_evaluations"] > 0)]
    rates = rows["active_evaluations"].astype(float) / rows["evaluations"].astype(float)
    return builder.names("city_departments", rows[rates < float(rest.value) / 10], *_ACTIVE)


def _where(
    builder: FigureBuilder,
    condition: Callable[[pd.DataFrame], pd.Series],
    columns: Iterable[str],
    tables: Iterable[str] = SERVICE_TABLES,
) -> list[UnitName]:
    """Units whose row fulfils a condition on some columns."""
    found = []
    for name in tables:
        rows = builder.data.table(name)
        found += builder.names(name, rows[condition(rows).fillna(False)], *columns)
    return _together(found)


def _zero_negatives(data: QuarterData) -> bool:
    """Whether negative evaluations are listed, and every one of them is zero."""
    listed = pd.concat([data.table(name)["negative_evaluations"] for name in WITH_NEGATIVES]).dropna()
    return len(listed) > 0 and bool((listed == 0).all())


def _negatives(builder: FigureBuilder) -> list[CellRef]:
    return [cell for name in WITH_NEGATIVES for cell in builder.cells(name, "negative_evaluations")]


def _late(builder: FigureBuilder) -> list[UnitName]:
    rows = builder.data.towns_and_villages
    late = (rows["rectified_on_time"] < rows["negative_evaluations"]).fillna(False)
    return builder.names("towns_and_villages", rows[late], "rectified_on_time", "negative_evaluations")


def _unlisted(data: QuarterData, reference: Reference) -> list[UnitName]:
    """Units with a count that holds no number though the table has the column; 归市 is a reason given."""
    return _together(
        UnitName(next(iter(key.values())), [CellRef.of(row["table"], key, row["column"])])
        for row in data.unreported.to_dict("records")
        if row["column"] in TABLES[row["table"]].counts
        and row["reason"] != NOT_IN_SOURCE
        and normalize_for_comparison(row["printed"]) not in reference.counted_elsewhere
        and row["key"] not in _total_keys(data, row["table"])
        and (key := decode_key(row["key"]))
    )


def _total_keys(data: QuarterData, table: str) -> set[str]:
    totals = data.printed_totals
    return set(totals.loc[totals["table"] == table, "key"])


def _planned(data: QuarterData, reference: Reference) -> list[str]:
    """Subjects of ``plans.csv`` that the plan for the time to come speaks of."""
    plan = normalize_for_comparison(data.fact("planned_work"))
    path = reference.folder / "plans.csv"
    if not plan or not path.is_file():
        return []
    rows = csv.DictReader(io.StringIO(decode(path.read_bytes(), str(path))))
    return [row["subject"] for row in rows if re.search(row["pattern"], plan)]


def _channel_claim(data: QuarterData, reference: Reference) -> str:
    """What the text says of channels for which no annex has a number; blank when nothing."""
    path = reference.folder / "claims.csv"
    text = normalize_for_comparison(data.fact("text"))
    if not text or not path.is_file():
        return ""
    for row in csv.DictReader(io.StringIO(decode(path.read_bytes(), str(path)))):
        if row["name"] == "channel" and (found := re.search(row["pattern"], text)):
            return UnitName(found.group(0), [CellRef.of(TEXT_CLAIMS, {"figure": "claim:channel"}, "value")])
    return ""


def _counterpart_differs(data: QuarterData, reference: Reference) -> bool:
    """Whether the row of annex 3 that the registry declares annex 5's counterpart adds up to something else."""
    kind = TABLES["district_departments"].unit_kinds["department"]
    matrix, public = data.district_departments, data.public_services
    for name in _once(matrix["department"]):
        unit = reference.unit(kind, name)
        if (
            unit
            and normalize_for_comparison(unit.counterpart) == f"附件{TABLES['public_services'].annex}"
            and len(public)
        ):
            row = matrix.loc[matrix["department"] == name, "evaluations"]
            return int(row.sum()) != int(public["evaluations"].sum())
    return False


def _together(names: Iterable[UnitName]) -> list[UnitName]:
    """Each name once, with all its cells."""
    found: dict[str, set[CellRef]] = {}
    for name in names:
        found.setdefault(str(name), set()).update(name.cells)
    return [UnitName(name, cells) for name, cells in found.items()]


def _once(names: Iterable[object]) -> list[str]:
    return list(dict.fromkeys(str(name) for name in names))
