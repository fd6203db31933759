"""Quarters to plant slips in: the real bulletin and a simulated one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from haochaping.checks.check_report import CheckReport
from haochaping.checks.finding import Finding
from haochaping.checks.rule import Rule, load_rules
from haochaping.checks.rule_kinds import KINDS
from haochaping.checks.run_rules import run_rules
from haochaping.core.model import QuarterData
from haochaping.core.paths import project_root
from haochaping.core.quarter import Quarter
from haochaping.read.raw_folder import read_raw
from haochaping.reference.reference import Reference, load_reference
from haochaping.simulate.data_root import write_data_root
from haochaping.simulate.simulated_quarter import simulate

SEED = 20230118
CELLS = 5
"""Cells tried for each table, column and kind of slip, in each quarter."""


@dataclass(frozen=True)
class Sandbox:
    """A quarter to plant slips in, with what the checks say of it as it is."""

    name: str
    data: QuarterData
    reference: Reference
    rules: list[Rule]
    baseline: CheckReport
    history: Sequence[QuarterData] = ()

    @classmethod
    def of(
        cls, name: str, data: QuarterData, reference: Reference, history: Sequence[QuarterData] = ()
    ) -> Sandbox:
        """A quarter with its baseline; `history` are earlier quarters, oldest first."""
        rules = load_rules(reference.folder, KINDS)
        return cls(name, data, reference, rules, run_rules(data, reference, rules, history), history)

    def news(self, data: QuarterData) -> list[Finding]:
        """须更正 and 需核实 that `data` raises and the quarter as it is does not."""
        known = {(f.id, f.message) for f in self.baseline.findings}
        report = run_rules(data, self.reference, self.rules, self.history)
        return [f for f in report.findings if f.severity != "note" and (f.id, f.message) not in known]


def sandboxes(folder: Path) -> list[Sandbox]:
    """The real bulletin, and a simulated quarter written to `folder` for its city's settings."""
    root = project_root()
    reference = load_reference(root / "data" / "reference")
    quarter = Quarter(2022, 4)
    both = [
        Sandbox.of("real 2022Q4", read_raw(root / "data" / "raw" / "2022Q4", quarter, reference), reference)
    ]
    simulated = Quarter(2024, 1)
    write_data_root(folder, [simulated], SEED, reference.folder)
    own = load_reference(folder / "reference")
    both.append(Sandbox.of("simulated", simulate(simulated, SEED), own))
    return both
