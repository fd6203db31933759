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
from haochaping.core.period import Period
from haochaping.read.raw_folder import read_raw
from haochaping.reference.reference import Reference, load_reference
from haochaping.simulate.data_root import write_data_root
from haochaping.simulate.simulated_quarter import simulate

SEED = 20230118
CELLS = 5
"""Cells tried for each table, column and kind of slip, in each quarter."""


@dataclass(frozen=True)
class Sandbox:
    """A quarter to plant slips in, with its report before any slip."""

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
        """Make a sandbox and run the checks on it; `history` are earlier quarters, oldest first."""
        rules = load_rules(reference, KINDS)
        return cls(name, data, reference, rules, run_rules(data, reference, rules, history), history)

    def new_findings(self, data: QuarterData) -> list[Finding]:
        """Return the findings (须更正 and 需核实 only) on `data` that are not in the baseline."""
        known = {(f.id, f.message) for f in self.baseline.findings}
        report = run_rules(data, self.reference, self.rules, self.history)
        return [f for f in report.findings if f.severity != "note" and (f.id, f.message) not in known]


def sandboxes(folder: Path) -> list[Sandbox]:
    """Return the real quarter and a simulated one, whose city's settings are written to `folder`."""
    root = project_root()
    reference = load_reference(root / "data" / "reference")
    quarter = Period(2022, 4)
    found = [
        Sandbox.of("real 2022Q4", read_raw(root / "data" / "raw" / "2022Q4", quarter, reference), reference)
    ]
    simulated = Period(2024, 1)
    write_data_root(folder, [simulated], SEED, reference.folder)
    simulated_reference = load_reference(folder / "reference")
    data = simulate(simulated, SEED, declaration=simulated_reference.declaration)
    found.append(Sandbox.of("simulated", data, simulated_reference))
    return found
