"""What the checks find: plant one slip at a time in real and simulated quarters and look.

``make bench-checks`` prints the tables that stand in ``docs/checks.md``: for each table, column and
kind of slip how often a finding tells it, whether the true cell is among the suspects and the true
value among the hypotheses; what damage in the bulletin's text is refused; and how many findings
clean quarters raise.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

from haochaping.checks.finding import Finding
from haochaping.checks.rule_kinds import KINDS
from haochaping.checks.run_rules import run_rules
from haochaping.cleaning.number_format import number
from haochaping.core.labels import COLUMNS
from haochaping.core.model import TABLES, CellRef, QuarterData
from haochaping.core.paths import project_root
from haochaping.core.quarter import Quarter
from haochaping.reference.reference import load_reference
from haochaping.simulate.data_root import write_data_root
from haochaping.simulate.simulated_quarter import simulate
from haochaping.store.apply_corrections import with_value
from haochaping.store.cell_index import CellIndex
from haochaping_dev.bench.back_series import history_table
from haochaping_dev.bench.planted_slips import DIGIT_SLIPS, any_slip, plant
from haochaping_dev.bench.sandbox import CELLS, SEED, Sandbox, sandboxes
from haochaping_dev.bench.text_damage import text_table


@dataclass
class SlipTally:
    """How often slips of one kind were found, with the true cell suspected, with the true value proposed."""

    planted: int = 0
    found: int = 0
    suspected: int = 0
    proposed: int = 0

    def add(self, new: list[Finding], cell: CellRef, true: str) -> None:
        """Count one slip by the findings it raised."""
        about = [f for f in new if cell in f.cells or cell in f.suspects]
        self.planted += 1
        self.found += bool(about)
        self.suspected += any(cell in f.suspects for f in about)
        shown = number(int(true)) if true.isdecimal() else true
        self.proposed += any(f"应为 {shown}" in (f.hypothesis or "") for f in about)

    def row(self) -> str:
        return f"{self.planted} | {_share(self.found, self)} | {_share(self.suspected, self)} | {_share(self.proposed, self)}"


def _share(count: int, tally: SlipTally) -> str:
    return f"{count / tally.planted:.0%}" if tally.planted else "—"


def slips_table(ground: Sandbox) -> None:
    """Print found, suspected and proposed for every table, column and kind of slip."""
    chance = random.Random(SEED)
    tallies: dict[tuple[str, str, str], SlipTally] = defaultdict(SlipTally)
    for table, column, kind, cell, true, changed in plant(ground, chance):
        tallies[table, column, kind].add(ground.news(changed), cell, true)
    print(
        f"\n### {ground.name}\n\n| table | column | slip | planted | found | cell suspected | value proposed |"
    )
    print("|---|---|---|---|---|---|---|")
    for (table, column, kind), tally in tallies.items():
        shown = column.removeprefix("合计·")
        label = column.replace(shown, COLUMNS.get(shown, shown))
        print(f"| {table} | {label} | {kind} | {tally.row()} |")
    _blind(ground, tallies)


def _blind(ground: Sandbox, tallies: dict[tuple[str, str, str], SlipTally]) -> None:
    """Columns in which most digit slips stay untold: no rule binds them, plausibility alone speaks."""
    cell_index = CellIndex(ground.data, ground.reference)
    cells = Counter(
        (cell.table, cell.column) for cell in cell_index.cells() if cell_index.count(cell) is not None
    )
    digits = {key for key in tallies if key[2] in DIGIT_SLIPS}
    print("\n| columns where most digit slips stay untold | found | share of all cells |\n|---|---|---|")
    for table, column in sorted({key[:2] for key in digits}):
        mine = [tallies[key] for key in digits if key[:2] == (table, column)]
        planted, found = sum(t.planted for t in mine), sum(t.found for t in mine)
        if planted and found * 2 < planted:
            share = cells[table, column] / sum(cells.values())
            print(f"| {table} {COLUMNS.get(column, column)} | {found} of {planted} | {share:.1%} |")


def rows_table(ground: Sandbox) -> None:
    """Print what is said of rows exchanged, and of units renamed or missing."""
    chance = random.Random(SEED)
    print(f"\n| {ground.name} | slip | planted | found |\n|---|---|---|---|")
    for name in TABLES:
        for kind, change in (
            ("两行互换", _exchange),
            ("数据错行", _shift),
            ("单位改名", _rename),
            ("漏一行", _drop),
        ):
            planted = found = 0
            for _ in range(CELLS):
                changed = change(ground.data, name, chance)
                new = ground.news(changed)
                planted, found = planted + 1, found + bool(new)
            print(f"| {name} | {kind} | {planted} | {found / planted:.0%} |")


def _exchange(data: QuarterData, name: str, chance: random.Random) -> QuarterData:
    """Two rows change their names: each has the other's figures."""
    key = TABLES[name].key[0]
    first, second = chance.sample(sorted(set(data.table(name)[key])), 2)
    rows = data.table(name).copy()
    rows[key] = rows[key].map(lambda one: {first: second, second: first}.get(one, one)).astype("str")
    return replace(data, **{name: rows})


def _shift(data: QuarterData, name: str, chance: random.Random) -> QuarterData:
    """Three rows in a run: each has the figures of the one before."""
    key = TABLES[name].key[0]
    names = list(dict.fromkeys(data.table(name)[key]))
    start = chance.randrange(len(names) - 2)
    first, second, third = names[start : start + 3]
    moved = {first: second, second: third, third: first}
    rows = data.table(name).copy()
    rows[key] = rows[key].map(lambda one: moved.get(one, one)).astype("str")
    return replace(data, **{name: rows})


def pairs_table(ground: Sandbox, pairs: int = 40) -> None:
    """Print what is said of two digit slips at once, in cells that a hard rule binds."""
    chance = random.Random(SEED)
    cell_index = CellIndex(ground.data, ground.reference)
    bound = sorted(_bound_cells(ground, cell_index), key=lambda cell: cell.path)
    both = one = suspected = 0
    for _ in range(pairs):
        cells = chance.sample(bound, 2)
        data = ground.data
        for cell in cells:
            data = with_value(data, cell, any_slip(cell_index, cell, chance), ground.reference)
        new = ground.news(data)
        told = [any(cell in f.cells or cell in f.suspects for f in new) for cell in cells]
        both, one = both + all(told), one + any(told)
        suspected += all(any(cell in f.suspects for f in new) for cell in cells)
    print(f"\n| {ground.name}, two digit slips at once | planted | both told | one told | both suspected |")
    print(
        f"|---|---|---|---|---|\n| cells bound by a hard rule | {pairs} | {both} | {one - both} | {suspected} |"
    )


def _bound_cells(ground: Sandbox, cell_index: CellIndex) -> set[CellRef]:
    """Counts in an equality or a ratio that holds."""
    cells = set()
    for rule in ground.rules:
        if rule.hard and rule.kind in ("total", "same", "ratio"):
            for outcome in KINDS[rule.kind](rule, cell_index):
                cells |= {
                    c
                    for constraint in outcome.constraints
                    for c, _ in constraint.terms
                    if cell_index.count(c)
                }
    return cells


def _rename(data: QuarterData, name: str, chance: random.Random) -> QuarterData:
    key = TABLES[name].key[0]
    old = chance.choice(sorted(set(data.table(name)[key])))
    rows = data.table(name).copy()
    rows[key] = rows[key].map(lambda one: f"某{one}" if one == old else one).astype("str")
    return replace(data, **{name: rows})


def _drop(data: QuarterData, name: str, chance: random.Random) -> QuarterData:
    key = TABLES[name].key[0]
    old = chance.choice(sorted(set(data.table(name)[key])))
    return replace(data, **{name: data.table(name)[data.table(name)[key] != old].reset_index(drop=True)})


def clean_table(folder: Path, quarters: int = 12) -> None:
    """Print findings per clean simulated quarter, by severity."""
    reference = project_root() / "data" / "reference"
    counts: Counter[str] = Counter()
    most: Counter[str] = Counter()
    for seed in range(quarters):
        quarter = Quarter(2024, seed % 4 + 1)
        write_data_root(folder / str(seed), [quarter], seed, reference)
        found = run_rules(simulate(quarter, seed), load_reference(folder / str(seed) / "reference")).counts
        counts.update(found)
        most |= Counter(found)
    print("\n| clean simulated quarters | 须更正 | 需核实 | 提示 |\n|---|---|---|---|")
    for label, values in (("mean", {k: v / quarters for k, v in counts.items()}), ("most", most)):
        shown = " | ".join(f"{values.get(name, 0):g}" for name in ("correct", "verify", "note"))
        print(f"| {label} of {quarters} | {shown} |")


def main() -> None:
    """Print every table."""
    with tempfile.TemporaryDirectory() as folder:
        for ground in sandboxes(Path(folder) / "one"):
            print(f"running {ground.name}", file=sys.stderr)
            slips_table(ground)
            rows_table(ground)
            pairs_table(ground)
            text_table(ground)
        clean_table(Path(folder) / "clean")
        history_table(Path(folder) / "history")


if __name__ == "__main__":
    main()
