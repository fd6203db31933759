"""In how many periods in a row a matter stands (自…起连续 n 期)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from haochaping.checks.finding import Finding
from haochaping.checks.memory import PriorQuarter
from haochaping.checks.rule import load_rules
from haochaping.checks.rule_kinds import KINDS
from haochaping.checks.run_rules import run_rules
from haochaping.core.model import frame
from haochaping.core.period import Period
from haochaping.reference.reference import Reference

MOST_PERIODS_BACK = 8
"""Ages are counted over at most so many earlier periods: two years of quarters."""


def matter_ages(
    findings: Sequence[Finding],
    quarter: Period,
    past: Sequence[PriorQuarter],
    earlier: Sequence[Finding],
    reference: Reference,
) -> Mapping[str, tuple[int, Period]]:
    """In how many periods in a row each matter stands, this one included, and the first of them.

    Earlier periods are checked with today's rules, but only with those that the matters still there come from: an answer
    that is stored could not follow a rule that changed.
    """
    grave = {finding.matter for finding in findings if finding.severity != "note"}
    ages = dict.fromkeys(grave, (1, quarter))
    standing, at, now = grave, len(past) - 1, quarter
    while (
        standing and at >= 0 and len(past) - at <= MOST_PERIODS_BACK and past[at].data.quarter == now.previous
    ):
        now = past[at].data.quarter
        found = earlier if at == len(past) - 1 else _findings_again(past, at, findings, standing, reference)
        standing = standing & {finding.matter for finding in found}
        ages.update({matter: (ages[matter][0] + 1, now) for matter in standing})
        at -= 1
    return ages


def _findings_again(
    past: Sequence[PriorQuarter],
    at: int,
    findings: Sequence[Finding],
    standing: Iterable[str],
    reference: Reference,
) -> tuple[Finding, ...]:
    """Findings of an earlier period by the rules behind the matters `standing`; rules that localisation rests on go together."""
    rules = load_rules(reference, KINDS)
    wanted = {finding.check for finding in findings if finding.matter in set(standing)}
    needs_hard = any(rule.is_hard for rule in rules if rule.id in wanted)
    chosen = [rule for rule in rules if rule.id in wanted or (needs_hard and rule.is_hard)]
    data = replace(past[at].data, notes=frame("notes", []))
    history = tuple(quarter.effective_values for quarter in past[:at])
    return run_rules(data, reference, rules=chosen, history=history).findings
