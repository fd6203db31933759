"""What a back series adds: slips in columns that no arithmetic binds, and the false alarms it costs."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from pathlib import Path

from haochaping.core.labels import COLUMNS
from haochaping.core.paths import project_root
from haochaping.core.quarter import Quarter
from haochaping.reference.reference import load_reference
from haochaping.simulate.data_root import write_data_root
from haochaping.simulate.simulated_quarter import simulate
from haochaping.store.apply_corrections import with_value
from haochaping.store.cell_index import CellIndex
from haochaping_dev.bench.planted_slips import DIGIT_SLIPS
from haochaping_dev.bench.sandbox import SEED, Sandbox

FREE = {
    "districts": ("active_evaluations", "negative_evaluations"),
    "city_departments": ("active_evaluations", "negative_evaluations"),
    "towns_and_villages": ("evaluations",),
}
"""Columns that stand in no total and no ratio."""
QUARTERS, CITIES, SLIPS = 8, 5, 3


def history_table(folder: Path) -> None:
    """Print slips found with and without earlier quarters, and 需核实 on clean quarters with them."""
    chance = random.Random(SEED)
    planted: Counter[tuple[str, str, str]] = Counter()
    found: dict[bool, Counter[tuple[str, str, str]]] = defaultdict(Counter)
    alarms: Counter[str] = Counter()
    for seed in range(CITIES):
        alone, with_past = _grounds(folder / str(seed), seed)
        for finding in with_past.baseline.findings:
            alarms[finding.severity] += 1
        for table, columns in FREE.items():
            for column in columns:
                _plant((alone, with_past), table, column, chance, planted, found)
    print(f"\n| simulated, {QUARTERS} earlier quarters | slip | planted | found without | found with them |")
    print("|---|---|---|---|---|")
    for (table, column, kind), count in planted.items():
        place = (table, column, kind)
        print(
            f"| {table} {COLUMNS[column]} | {kind} | {count} | {found[False][place] / count:.0%} |"
            f" {found[True][place] / count:.0%} |"
        )
    print(
        f"\n| clean simulated quarters with {QUARTERS} earlier ones | 须更正 | 需核实 | 提示 |\n|---|---|---|---|"
    )
    shown = " | ".join(f"{alarms[name] / CITIES:.2f}" for name in ("correct", "verify", "note"))
    print(f"| mean of {CITIES} | {shown} |")


def _grounds(folder: Path, seed: int) -> tuple[Sandbox, Sandbox]:
    """The last of a city's simulated quarters, without and with the ones before."""
    quarters = [Quarter(2022 + i // 4, i % 4 + 1) for i in range(QUARTERS + 1)]
    write_data_root(folder, quarters[-1:], seed, project_root() / "data" / "reference")
    reference = load_reference(folder / "reference")
    *earlier, now = (simulate(quarter, seed) for quarter in quarters)
    return Sandbox.of("alone", now, reference), Sandbox.of("with past", now, reference, earlier)


def _plant(
    grounds: tuple[Sandbox, Sandbox],
    table: str,
    column: str,
    chance: random.Random,
    planted: Counter[tuple[str, str, str]],
    found: dict[bool, Counter[tuple[str, str, str]]],
) -> None:
    cell_index = CellIndex(grounds[0].data, grounds[0].reference)
    cells = [row.cell(column) for row in cell_index.rows(table) if cell_index.count(row.cell(column))]
    for kind, slip in DIGIT_SLIPS.items():
        for cell in chance.sample(cells, min(SLIPS, len(cells))):
            text = slip(cell_index.count(cell) or 0, chance)
            if text is None:
                continue
            planted[table, column, kind] += 1
            changed = with_value(grounds[0].data, cell, text, grounds[0].reference)
            for with_past, ground in enumerate(grounds):
                told = any(cell in {*f.cells, *f.suspects} for f in ground.news(changed))
                found[bool(with_past)][table, column, kind] += told
