"""Measure what the checks find: plant one slip at a time in real and simulated quarters.

``make bench-checks`` prints the tables of ``docs/checks.md``: for each table, column and
kind of slip how often a finding reports it, whether the true cell is among the suspects and the true
value among the hypotheses; what damage in the bulletin's text is refused; and how many findings
clean quarters raise.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from haochaping.checks.check_report import CheckReport
from haochaping.checks.finding import Finding
from haochaping.checks.memory import PriorQuarter
from haochaping.checks.review import review
from haochaping.checks.rule_kinds import KINDS
from haochaping.cleaning.number_format import number
from haochaping.core.model import CellRef, QuarterData
from haochaping.core.paths import project_root
from haochaping.core.period import Period
from haochaping.reference.reference import load_reference
from haochaping.simulate.data_root import write_data_root
from haochaping.simulate.simulated_quarter import CitySize, simulate
from haochaping.store.apply_corrections import with_cell_text
from haochaping.store.cell_index import CellIndex
from haochaping_dev.bench.back_series import print_history_table
from haochaping_dev.bench.planted_slips import DIGIT_SLIPS, any_slip, plant_slips
from haochaping_dev.bench.sandbox import CELLS, SEED, Sandbox, sandboxes
from haochaping_dev.bench.text_damage import print_text_table


@dataclass
class SlipTally:
    """How many slips of one kind were planted, found, located (true cell suspected) and resolved (true value proposed)."""

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


def print_slips_table(sandbox: Sandbox) -> None:
    """Print found, suspected and proposed for every table, column and kind of slip."""
    rng = random.Random(SEED)
    tallies: dict[tuple[str, str, str], SlipTally] = defaultdict(SlipTally)
    for table, column, kind, cell, true, changed in plant_slips(sandbox, rng):
        tallies[table, column, kind].add(sandbox.new_findings(changed), cell, true)
    print(
        f"\n### {sandbox.name}\n\n| table | column | slip | planted | found | cell suspected | value proposed |"
    )
    print("|---|---|---|---|---|---|---|")
    for (table, column, kind), tally in tallies.items():
        shown = column.removeprefix("合计·")
        label = column.replace(shown, sandbox.data.declaration.heading(shown))
        print(f"| {table} | {label} | {kind} | {tally.row()} |")
    _print_unconstrained_columns(sandbox, tallies)


def _print_unconstrained_columns(sandbox: Sandbox, tallies: dict[tuple[str, str, str], SlipTally]) -> None:
    """Print the columns in which most digit slips stay unnoticed: only plausibility rules cover them."""
    cell_index = CellIndex(sandbox.data, sandbox.reference)
    cells = Counter(
        (cell.table, cell.column) for cell in cell_index.cells() if cell_index.count(cell) is not None
    )
    digits = {key for key in tallies if key[2] in DIGIT_SLIPS}
    print("\n| columns where most digit slips stay untold | found | share of all cells |\n|---|---|---|")
    for table, column in sorted({key[:2] for key in digits}):
        column_tallies = [tallies[key] for key in digits if key[:2] == (table, column)]
        planted, found = sum(t.planted for t in column_tallies), sum(t.found for t in column_tallies)
        if planted and found * 2 < planted:
            share = cells[table, column] / sum(cells.values())
            print(f"| {table} {cell_index.heading(column)} | {found} of {planted} | {share:.1%} |")


def print_rows_table(sandbox: Sandbox) -> None:
    """Print how often exchanged or shifted rows and renamed or missing units are found."""
    rng = random.Random(SEED)
    print(f"\n| {sandbox.name} | slip | planted | found |\n|---|---|---|---|")
    for name in sandbox.data.declaration.annexes:
        for kind, change in (
            ("两行互换", _exchange_rows),
            ("数据错行", _shift_rows),
            ("单位改名", _rename_unit),
            ("漏一行", _drop_row),
        ):
            planted = found = 0
            for _ in range(CELLS):
                changed = change(sandbox.data, name, rng)
                new = sandbox.new_findings(changed)
                planted, found = planted + 1, found + bool(new)
            print(f"| {name} | {kind} | {planted} | {found / planted:.0%} |")


def _exchange_rows(data: QuarterData, name: str, rng: random.Random) -> QuarterData:
    """Exchange the names of two rows, so that each has the other's figures."""
    key = data.declaration.annexes[name].row_key
    first, second = rng.sample(sorted(set(data.table(name)[key])), 2)
    rows = data.table(name).copy()
    rows[key] = rows[key].map(lambda unit: {first: second, second: first}.get(unit, unit)).astype("str")
    return data.with_table(name, rows)


def _shift_rows(data: QuarterData, name: str, rng: random.Random) -> QuarterData:
    """Shift three consecutive rows, so that each has the figures of another."""
    key = data.declaration.annexes[name].row_key
    names = list(dict.fromkeys(data.table(name)[key]))
    start = rng.randrange(len(names) - 2)
    first, second, third = names[start : start + 3]
    new_names = {first: second, second: third, third: first}
    rows = data.table(name).copy()
    rows[key] = rows[key].map(lambda unit: new_names.get(unit, unit)).astype("str")
    return data.with_table(name, rows)


def print_pairs_table(sandbox: Sandbox, pairs: int = 40) -> None:
    """Print how often two digit slips at once are found, in cells that a hard rule covers."""
    rng = random.Random(SEED)
    cell_index = CellIndex(sandbox.data, sandbox.reference)
    bound = sorted(_bound_cells(sandbox, cell_index), key=lambda cell: cell.path)
    both_found = any_found = suspected = 0
    for _ in range(pairs):
        cells = rng.sample(bound, 2)
        data = sandbox.data
        for cell in cells:
            data = with_cell_text(data, cell, any_slip(cell_index, cell, rng), sandbox.reference)
        new = sandbox.new_findings(data)
        is_found = [any(cell in f.cells or cell in f.suspects for f in new) for cell in cells]
        both_found, any_found = both_found + all(is_found), any_found + any(is_found)
        suspected += all(any(cell in f.suspects for f in new) for cell in cells)
    print(f"\n| {sandbox.name}, two digit slips at once | planted | both told | one told | both suspected |")
    print(
        f"|---|---|---|---|---|\n| cells bound by a hard rule | {pairs} | {both_found} | {any_found - both_found} | {suspected} |"
    )


def _bound_cells(sandbox: Sandbox, cell_index: CellIndex) -> set[CellRef]:
    """Return the cells with counts that are part of a hard equality or ratio."""
    cells = set()
    for rule in sandbox.rules:
        if rule.is_hard and rule.kind in ("total", "same", "ratio"):
            for outcome in KINDS[rule.kind](rule, cell_index):
                cells |= {
                    c
                    for constraint in outcome.constraints
                    for c, _ in constraint.terms
                    if cell_index.count(c)
                }
    return cells


def _rename_unit(data: QuarterData, name: str, rng: random.Random) -> QuarterData:
    key = data.declaration.annexes[name].row_key
    old = rng.choice(sorted(set(data.table(name)[key])))
    rows = data.table(name).copy()
    rows[key] = rows[key].map(lambda unit: f"某{unit}" if unit == old else unit).astype("str")
    return data.with_table(name, rows)


def _drop_row(data: QuarterData, name: str, rng: random.Random) -> QuarterData:
    key = data.declaration.annexes[name].row_key
    old = rng.choice(sorted(set(data.table(name)[key])))
    return data.with_table(name, data.table(name)[data.table(name)[key] != old])


CLEAN_SIZES = (CitySize(), CitySize(3, 6, 5), CitySize(11, 12, 24))
"""Sizes of the clean cities: the usual one, few units, few departments."""


def clean_reports(folder: Path, quarters: int) -> Iterator[CheckReport]:
    """The checks on clean simulated quarters of each size in turn, every other one after an earlier quarter."""
    reference = project_root() / "data" / "reference"
    for seed in range(quarters):
        quarter = Period(2024, seed % 4 + 1)
        write_data_root(folder / str(seed), [quarter], seed, reference)
        city = load_reference(folder / str(seed) / "reference")
        size = CLEAN_SIZES[seed % len(CLEAN_SIZES)]
        now, before = (simulate(q, seed, size, city.declaration) for q in (quarter, quarter.previous))
        past = [PriorQuarter(before, ())] if seed % 2 else []
        yield review(now, [], past, city, quarter.end + timedelta(days=60)).report


def print_clean_table(folder: Path, quarters: int = 60) -> None:
    """Print matters per clean simulated quarter, by severity, and which rules they come from."""
    counts: Counter[str] = Counter()
    most: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    for report in clean_reports(folder, quarters):
        counts.update(report.matter_counts)
        most |= Counter(report.matter_counts)
        rules.update({finding.check for finding in report.findings if finding.severity != "note"})
    print("\n| clean simulated quarters | 须更正 | 需核实 | 提示 |\n|---|---|---|---|")
    for label, values in (("mean", {k: v / quarters for k, v in counts.items()}), ("most", most)):
        shown = " | ".join(f"{values.get(name, 0):.2g}" for name in ("correct", "verify", "note"))
        print(f"| {label} of {quarters} | {shown} |")
    print(f"\n需核实 in clean quarters, by rule: {dict(rules) or 'none'}")


def main() -> None:
    """Print every table."""
    with tempfile.TemporaryDirectory() as folder:
        for sandbox in sandboxes(Path(folder) / "one"):
            print(f"running {sandbox.name}", file=sys.stderr)
            print_slips_table(sandbox)
            print_rows_table(sandbox)
            print_pairs_table(sandbox)
            print_text_table(sandbox)
        print_clean_table(Path(folder) / "clean")
        print_history_table(Path(folder) / "history")


if __name__ == "__main__":
    main()
