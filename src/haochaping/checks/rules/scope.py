"""Rules on how the annexes' scopes relate: relations that the data refute, and units counted in two places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from haochaping.checks.outcome import Outcome, state, whole_column
from haochaping.checks.rule import Rule
from haochaping.cleaning.number_format import number
from haochaping.core.model import CellRef
from haochaping.core.text import normalize_for_comparison
from haochaping.store.cell_index import CellIndex

CellsAndSum = tuple[list[CellRef], int]


@dataclass(frozen=True)
class _Relation:
    """A possible relation between annexes, with the districts whose figures refute it (none: it may hold).

    ``whole`` are the cells of the side that ought to be the larger one, ``lacking`` says by how much each falls short,
    ``excess`` is that over all districts.
    """

    name: str
    districts: tuple[str, ...]
    cells: tuple[CellRef, ...]
    whole: tuple[CellRef, ...]
    lacking: str
    arithmetic: str
    excess: int


def scope(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """Annexes 1, 3 and 4 can be related in one of two ways in every district; fails only when neither is possible.

    Either annex 1 holds departments, towns and villages side by side (1 ≥ 3 + 4), or towns and
    villages are already among the departments (3 ≥ 4 and 1 ≥ 3).
    """
    districts = [row.row for row in cell_index.rows("districts")]
    if not districts or any(not cell_index.rows(t) for t in ("district_departments", "towns_and_villages")):
        return
    side_by_side = _test_relation(cell_index, districts, "附件1包括附件3、附件4", ("one",), ("three", "four"))
    nested = _test_relation(cell_index, districts, "附件3包括附件4", ("three",), ("four",))
    within = _test_relation(cell_index, districts, "附件1包括附件3（附件4另计）", ("one",), ("three",))
    refuted = [relation for relation in (side_by_side, nested, within) if relation.districts]
    is_possible = not side_by_side.districts or not (nested.districts or within.districts)
    yield Outcome(
        whole_column(cell_index.spec("districts"), "evaluations"),
        tuple(dict.fromkeys(cell for relation in refuted for cell in relation.cells)),
        state(is_possible),
        "；".join(f"{relation.name}：{relation.arithmetic}" for relation in refuted),
        values={
            "refuted": "；".join(f"如{relation.name}，{relation.lacking}" for relation in refuted),
        },
        suspects=tuple(dict.fromkeys(cell for relation in refuted for cell in relation.whole)),
        affected=sum(relation.excess for relation in refuted),
    )


def _test_relation(
    cell_index: CellIndex, districts: list[str], name: str, larger: tuple[str, ...], smaller: tuple[str, ...]
) -> _Relation:
    """Test a relation: the sum of the larger parts is at least that of the smaller ones in every district."""
    refuting: list[str] = []
    cells: list[CellRef] = []
    whole: list[CellRef] = []
    sums: list[str] = []
    lacking: list[str] = []
    excess = 0
    for district in districts:
        sides = _evaluations_by_annex(cell_index, district)
        if any(part not in sides for part in (*larger, *smaller)):
            continue
        left = sum(sides[part][1] for part in larger)
        right = sum(sides[part][1] for part in smaller)
        if left < right:
            refuting.append(district)
            cells += [cell for part in (*larger, *smaller) for cell in sides[part][0]]
            whole += [cell for part in larger for cell in sides[part][0]]
            sums.append(f"{district} {number(left)} − {number(right)} = {number(left - right)}")
            lacking.append(f"{district}少 {number(right - left)}")
            excess += right - left
    return _Relation(
        name, tuple(refuting), tuple(cells), tuple(whole), "、".join(lacking), "，".join(sums), excess
    )


def _evaluations_by_annex(cell_index: CellIndex, district: str) -> dict[str, CellsAndSum]:
    """A district's cells and evaluations in annexes 1, 3 and 4 (keys ``one``, ``three``, ``four``), where printed."""
    sides: dict[str, CellsAndSum] = {}
    for row in cell_index.rows("districts"):
        if row.row == district:
            value = cell_index.count(row.cell("evaluations"))
            if value is not None:
                sides["one"] = ([row.cell("evaluations")], value)
    departments = [row for row in cell_index.rows("district_departments") if row.member == district]
    totals = [
        row
        for row in cell_index.totals("district_departments")
        if row.member == district and row.row == row.label
    ]
    if departments:
        value = sum(cell_index.count(row.cell("evaluations")) or 0 for row in departments)
        shown = totals or departments
        sides["three"] = ([row.cell("evaluations") for row in shown], value)
    tiers = [row for row in cell_index.rows("towns_and_villages") if row.row == district]
    if tiers:
        sides["four"] = (
            [row.cell("evaluations") for row in tiers],
            sum(cell_index.count(row.cell("evaluations")) or 0 for row in tiers),
        )
    return sides


def idle_counterpart(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """City units are not without a case while the annex that is their counterpart has many evaluations."""
    reference = cell_index.reference
    annexes = {f"附件{spec.number}": name for name, spec in cell_index.declaration.annexes.items()}
    idle: dict[str, list[CellRef]] = {}
    counterparts: set[str] = set()
    for row in cell_index.rows("city_departments"):
        unit = reference.unit("city_department", row.row) if reference else None
        other = annexes.get(normalize_for_comparison(unit.counterpart)) if unit else None
        if other is None or not cell_index.rows(other):
            continue
        counterparts.add(other)
        if cell_index.count(row.cell("cases")) == 0:
            idle.setdefault(other, []).append(row.cell("cases"))
    for other in sorted(counterparts):
        whole = sum(cell_index.count(row.cell("evaluations")) or 0 for row in cell_index.rows(other))
        cells = idle.get(other, [])
        fails = bool(cells) and whole >= rule.options["least"]
        yield Outcome(
            whole_column(cell_index.spec("city_departments"), "cases"),
            tuple(cells),
            state(not fails),
            f"{cell_index.annex_words(other)}各行评价数合计 {number(whole)}；所列单位办件数均为 0",
            values={
                "units": "、".join(cell.row for cell in cells),
                "annex": cell_index.annex_words(other),
                "whole": number(whole),
            },
            suspects=tuple(cells),
        )


def counted_in_city(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """A department that some districts leave to the city (归市) has a city row not below the sum of the other districts."""
    reference = cell_index.reference
    if reference is None:
        return
    city = {
        reference.canonical("city_department", row.row): row for row in cell_index.rows("city_departments")
    }
    rows: dict[str, list[tuple[CellRef, str]]] = {}
    for row in cell_index.rows("district_departments"):
        at = row.cell("evaluations")
        rows.setdefault(row.row, []).append((at, cell_index.printed(at)))
    for department, cells in rows.items():
        unit = reference.unit("district_department", department)
        marked = [
            cell
            for cell, printed in cells
            if cell_index.count(cell) is None and normalize_for_comparison(printed) == rule.options["word"]
        ]
        if not marked or unit is None or unit.counterpart not in city:
            continue
        row = city[unit.counterpart]
        city_value = cell_index.count(row.cell("evaluations"))
        if city_value is None:
            continue
        sum_of_districts = sum(cell_index.count(cell) or 0 for cell, _ in cells)
        yield Outcome(
            marked[0],
            (*marked, row.cell("evaluations")),
            state(city_value >= sum_of_districts),
            f"{unit.counterpart} {number(city_value)}；其余区县相加 {number(sum_of_districts)}",
            values={
                "printed": cell_index.printed(marked[0]),
                "city_annex": cell_index.annex_words("city_departments"),
                "city": row.row,
                "value": number(city_value),
                "districts": number(sum_of_districts),
            },
        )
