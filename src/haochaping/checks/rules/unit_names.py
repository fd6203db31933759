"""Rules on names of units: known, valid, the same in every annex and from quarter to quarter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from haochaping.checks.cell_names import group_of
from haochaping.checks.outcome import ALL_ROWS, Outcome, state
from haochaping.checks.rule import Rule
from haochaping.core.model import CellRef
from haochaping.core.text import hidden_characters, normalize_for_comparison, visible
from haochaping.store.cell_index import CellIndex, claim_cell


def units_across(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """Every annex has the same districts, by canonical name: those of more than half of the annexes."""
    reference = cell_index.reference
    if reference is None:
        return
    by_table: dict[str, dict[str, str]] = {}
    for unit in _unit_names(cell_index):
        if unit.kind == "district":
            by_table.setdefault(unit.table, {})[reference.canonical("district", unit.name)] = unit.name
    all_districts = dict.fromkeys(name for names in by_table.values() for name in names)
    expected = [
        n for n in all_districts if sum(n in names for names in by_table.values()) * 2 > len(by_table)
    ]
    for table, districts in by_table.items():
        lacking = [name for name in expected if name not in districts]
        unexpected = [name for name in districts if name not in expected]
        at = CellRef(table, ALL_ROWS, "district")
        yield Outcome(
            at,
            (),
            state(not lacking and not unexpected),
            f"{cell_index.annex_words(table)}缺{'、'.join(lacking) or '无'}；他处没有的：{'、'.join(unexpected) or '无'}",
            values={
                "annex": cell_index.annex_number(table),
                "lacking": "、".join(lacking),
                "alone": "、".join(districts[name] for name in unexpected),
            },
        )


def names(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """No unit is printed under an alias, neither in a table nor (districts only) in the text."""
    reference = cell_index.reference
    if reference is None or not reference.units:
        return
    found: dict[str, tuple[str, str, CellRef | None]] = {}
    for item in _unit_names(cell_index):
        known = reference.unit(item.kind, item.name)
        if known and normalize_for_comparison(item.name) != normalize_for_comparison(known.canonical):
            found.setdefault(item.name, (known.canonical, cell_index.annex_words(item.table), item.cell))
    for part, text in (
        ("主送机关", cell_index.data.fact("addressees")),
        ("正文", cell_index.data.fact("text")),
    ):
        for unit in reference.units:
            for alias in unit.aliases:
                is_in_text = normalize_for_comparison(alias) in normalize_for_comparison(
                    text
                ) and normalize_for_comparison(unit.canonical) not in normalize_for_comparison(alias)
                if unit.kind == "district" and is_in_text:
                    found.setdefault(alias, (unit.canonical, part, None))
    at = claim_cell("names")
    yield Outcome(
        at,
        tuple(cell for *_, cell in found.values() if cell),
        state(not found),
        "；".join(f"{part}“{name}”应为“{canonical}”" for name, (canonical, part, _) in found.items()),
        values={
            "names": "、".join(
                f"{part}“{name}”（{canonical}）" for name, (canonical, part, _) in found.items()
            )
        },
    )


@dataclass(frozen=True)
class _UnitName:
    """A name in a column of names whose group the registry has, with the first cell under that name."""

    table: str
    column: str
    kind: str
    name: str
    cell: CellRef

    @property
    def at(self) -> CellRef:
        """The place of a finding about the name."""
        return CellRef(self.table, self.name, self.column)


def _unit_names(cell_index: CellIndex) -> Iterator[_UnitName]:
    """Every distinct name in a column of names that the registry covers."""
    for table, spec in cell_index.declaration.annexes.items():
        yielded: set[tuple[str, str]] = set()
        for row in cell_index.rows(table):
            named = [(group_of(spec, row), row.row)]
            if spec.columns_by:
                named.append((spec.columns_by, row.member))
            for group, name in named:
                if group.is_registered and (group.key, name) not in yielded:
                    yielded.add((group.key, name))
                    yield _UnitName(table, group.key, group.name, name, row.cell(spec.measures[0]))


def unknown_unit(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """Every name is in the units registry; only for kinds of which the registry has units."""
    reference = cell_index.reference
    if reference is None:
        return
    for unit in _unit_names(cell_index):
        if reference.names(unit.kind):
            yield Outcome(
                unit.at,
                (unit.cell,),
                state(reference.unit(unit.kind, unit.name) is not None),
                f"units.csv 中没有“{visible(unit.name)}”",
                values={
                    "name": visible(unit.name),
                    "kind": reference.registered_kinds[unit.kind],
                    "annex": cell_index.annex_number(unit.table),
                },
            )


def outdated_unit(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """Every unit is valid (``valid_from``, ``valid_to``) on the first or the last day of the quarter."""
    quarter = cell_index.data.quarter
    for item in _unit_names(cell_index):
        unit = cell_index.reference.unit(item.kind, item.name) if cell_index.reference else None
        if unit is None or not (unit.valid_from or unit.valid_to):
            continue
        is_valid = unit.valid_on(quarter.start) or unit.valid_on(quarter.end)
        span = f"{unit.valid_from or '……'} 至 {unit.valid_to or '……'}"
        annex = cell_index.annex_number(item.table)
        yield Outcome(
            item.at,
            (item.cell,),
            state(is_valid),
            f"units.csv 中“{visible(item.name)}”的有效期为 {span}",
            values={"name": visible(item.name), "span": span, "annex": annex},
        )


def units_changed(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """No unit vanished, or none appeared or was renamed, since the quarter before; compared by canonical name."""
    reference = cell_index.reference
    if reference is None or not cell_index.history:
        return
    before = CellIndex(cell_index.history[-1], reference)
    for table, spec in cell_index.declaration.annexes.items():
        if not cell_index.rows(table) or not before.rows(table):
            continue
        now, then = (_printed_by_canonical(index, table) for index in (cell_index, before))
        vanished = [name for key, name in then.items() if key not in now]
        appeared = [name for key, name in now.items() if key not in then]
        renamed = [f"{then[key]}改为{name}" for key, name in now.items() if key in then and then[key] != name]
        shown = {"vanished": vanished, "appeared": [*appeared, *renamed]}[rule.options["which"]]
        at = CellRef(table, ALL_ROWS, spec.row_key)
        values = {
            "annex": cell_index.annex_number(table),
            "names": "、".join(visible(name) for name in shown),
        }
        yield Outcome(
            at, (), state(not shown), f"与{cell_index.history[-1].quarter.label}对照", values=values
        )


def _printed_by_canonical(cell_index: CellIndex, table: str) -> dict[tuple[str, str], str]:
    """Map (column, canonical name) of every unit of a table to its name as printed."""
    reference = cell_index.reference
    return {
        (unit.column, reference.canonical(unit.kind, unit.name)): unit.name
        for unit in _unit_names(cell_index)
        if unit.table == table and reference
    }


def hidden(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """No name has control or format characters."""
    for unit in _unit_names(cell_index):
        name = visible(unit.name)
        yield Outcome(
            CellRef(unit.table, name, unit.column),
            (unit.cell,),
            state(not hidden_characters(unit.name)),
            name,
            values={"name": name, "annex": cell_index.annex_number(unit.table)},
        )


def district_body(rule: Rule, cell_index: CellIndex) -> Iterator[Outcome]:
    """No unit of a district is among the city's departments: none of their names contains a district's name."""
    if cell_index.reference is None:
        return
    districts = cell_index.reference.names("district") or [row.row for row in cell_index.rows("districts")]
    for row in cell_index.rows("city_departments"):
        name = row.row
        district = next(
            (d for d in districts if normalize_for_comparison(d) in normalize_for_comparison(name)), ""
        )
        at = row.cell("cases")
        if district:
            cells = (at, row.cell("evaluations"))
            values = {"name": name, "district": district}
            yield Outcome(at, cells, state(False), f"“{name}”含区县名“{district}”", values=values)
