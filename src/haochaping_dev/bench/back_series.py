"""What earlier quarters add: slips found in columns that no arithmetic rule covers, and false alarms."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from pathlib import Path

from haochaping.core.paths import project_root
from haochaping.core.period import Period
from haochaping.reference.reference import load_reference
from haochaping.simulate.data_root import write_data_root
from haochaping.simulate.simulated_quarter import simulate
from haochaping.store.apply_corrections import with_cell_text
from haochaping.store.cell_index import CellIndex
from haochaping_dev.bench.planted_slips import DIGIT_SLIPS
from haochaping_dev.bench.sandbox import SEED, Sandbox

UNCONSTRAINED_COLUMNS = {
    "districts": ("active_evaluations", "negative_evaluations"),
    "city_departments": ("active_evaluations", "negative_evaluations"),
    "towns_and_villages": ("evaluations",),
}
"""Columns that are part of no total and no ratio, by table."""
QUARTERS, CITIES, SLIPS = 8, 5, 3


def print_history_table(folder: Path) -> None:
    """Print slips found with and without earlier quarters, and 需核实 on clean quarters with them."""
    rng = random.Random(SEED)
    planted: Counter[tuple[str, str, str]] = Counter()
    found: dict[bool, Counter[tuple[str, str, str]]] = defaultdict(Counter)
    alarms: Counter[str] = Counter()
    for seed in range(CITIES):
        without_history, with_history = _simulated_sandboxes(folder / str(seed), seed)
        for finding in with_history.baseline.findings:
            alarms[finding.severity] += 1
        for table, columns in UNCONSTRAINED_COLUMNS.items():
            for column in columns:
                _plant_slips((without_history, with_history), table, column, rng, planted, found)
    print(f"\n| simulated, {QUARTERS} earlier quarters | slip | planted | found without | found with them |")
    print("|---|---|---|---|---|")
    heading = with_history.data.declaration.heading
    for (table, column, kind), count in planted.items():
        slip_key = (table, column, kind)
        print(
            f"| {table} {heading(column)} | {kind} | {count} | {found[False][slip_key] / count:.0%} |"
            f" {found[True][slip_key] / count:.0%} |"
        )
    print(
        f"\n| clean simulated quarters with {QUARTERS} earlier ones | 须更正 | 需核实 | 提示 |\n|---|---|---|---|"
    )
    shown = " | ".join(f"{alarms[name] / CITIES:.2f}" for name in ("correct", "verify", "note"))
    print(f"| mean of {CITIES} | {shown} |")


def _simulated_sandboxes(folder: Path, seed: int) -> tuple[Sandbox, Sandbox]:
    """Return the last simulated quarter of a city, without and with the earlier ones."""
    quarters = [Period(2022 + i // 4, i % 4 + 1) for i in range(QUARTERS + 1)]
    write_data_root(folder, quarters[-1:], seed, project_root() / "data" / "reference")
    reference = load_reference(folder / "reference")
    *earlier, last = (simulate(quarter, seed, declaration=reference.declaration) for quarter in quarters)
    return Sandbox.of("alone", last, reference), Sandbox.of("with past", last, reference, earlier)


def _plant_slips(
    sandboxes: tuple[Sandbox, Sandbox],
    table: str,
    column: str,
    rng: random.Random,
    planted: Counter[tuple[str, str, str]],
    found: dict[bool, Counter[tuple[str, str, str]]],
) -> None:
    cell_index = CellIndex(sandboxes[0].data, sandboxes[0].reference)
    cells = [row.cell(column) for row in cell_index.rows(table) if cell_index.count(row.cell(column))]
    for kind, slip in DIGIT_SLIPS.items():
        for cell in rng.sample(cells, min(SLIPS, len(cells))):
            text = slip(cell_index.count(cell) or 0, rng)
            if text is None:
                continue
            planted[table, column, kind] += 1
            changed = with_cell_text(sandboxes[0].data, cell, text, sandboxes[0].reference)
            for with_history, sandbox in enumerate(sandboxes):
                is_found = any(cell in {*f.cells, *f.suspects} for f in sandbox.new_findings(changed))
                found[bool(with_history)][table, column, kind] += is_found
