"""All rules run on one quarter: findings, rules that hold, rules that could not run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from haochaping.checks.check_report import CheckReport, RuleResult
from haochaping.checks.finding import SEVERITY_ORDER, Finding
from haochaping.checks.localisation.causes import Doubt, Group, group_doubts, hypothesis
from haochaping.checks.localisation.localise import localise
from haochaping.checks.localisation.rearranged_rows import merge_rearranged
from haochaping.checks.outcome import FAILS, HOLDS, NOT_EVALUABLE, Outcome
from haochaping.checks.rule import Rule, load_rules
from haochaping.checks.rule_kinds import KINDS
from haochaping.core.labels import place
from haochaping.core.model import QuarterData
from haochaping.reference.reference import Reference
from haochaping.store.cell_index import CellIndex

_TEMPLATES = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
"""Sandboxed: the rules of another city are data too, and a template reaches anything of Python otherwise."""


def run_rules(
    data: QuarterData,
    reference: Reference,
    rules: Sequence[Rule] | None = None,
    history: Sequence[QuarterData] = (),
) -> CheckReport:
    """Confront `data` with every rule; `history` are earlier quarters, oldest first.

    A rule that raises is reported as "could not run": never a crash, never passed.
    """
    cell_index = CellIndex(data, reference, history)
    results: list[RuleResult] = []
    doubts: list[Doubt] = []
    hard: list[Outcome] = []
    used = load_rules(reference.folder, KINDS) if rules is None else rules
    for rule in used:
        try:
            outcomes = list(KINDS[rule.kind](rule, cell_index))
            for outcome in outcomes:
                if outcome.state == FAILS:
                    _message(rule, outcome)
        except Exception as error:  # a rule of the city may fail in any way; the page must say so
            results.append(_result(rule, error=f"{type(error).__name__}: {error}"))
            continue
        doubts += [Doubt(rule, outcome) for outcome in outcomes if outcome.state == FAILS]
        hard += outcomes if rule.hard else []
        states = Counter(outcome.state for outcome in outcomes)
        reasons = tuple(dict.fromkeys(o.reason for o in outcomes if o.state == NOT_EVALUABLE))
        results.append(
            _result(
                rule,
                held=states[HOLDS],
                failed=states[FAILS],
                not_evaluable=states[NOT_EVALUABLE],
                reasons=reasons,
            )
        )
    groups = group_doubts(doubts, localise(hard, cell_index), cell_index, KINDS)
    groups = merge_rearranged(groups, cell_index, used, KINDS)
    findings = [_finding(group, cell_index, used) for group in groups]
    return CheckReport(tuple(gravest_first(findings, cell_index)), tuple(results))


def gravest_first(findings: Sequence[Finding], cell_index: CellIndex) -> list[Finding]:
    """By severity; then by how much of a column the doubtful figures make up, findings of one check together."""
    weights = [max(map(cell_index.weight, {finding.at, *finding.suspects})) for finding in findings]
    of_check: dict[tuple[str, str], float] = {}
    for finding, weight in zip(findings, weights, strict=True):
        check = (finding.severity, finding.check)
        of_check[check] = max(weight, of_check.get(check, 0.0))
    first = {check: i for i, check in enumerate(dict.fromkeys((f.severity, f.check) for f in findings))}

    def key(pair: tuple[Finding, float]) -> tuple[int, float, int, float]:
        finding, weight = pair
        check = (finding.severity, finding.check)
        return SEVERITY_ORDER.index(finding.severity), -of_check[check], first[check], -weight

    return [finding for finding, _ in sorted(zip(findings, weights, strict=True), key=key)]


def _result(rule: Rule, **counts: Any) -> RuleResult:
    return RuleResult(rule.id, rule.kind, rule.title, **counts)


def _message(rule: Rule, outcome: Outcome) -> str:
    place_words = place(outcome.at.table, outcome.at.names)
    return _template(rule.message).render(place=place_words, **outcome.values)


@cache
def _template(message: str) -> Template:
    """A rule's message, compiled once: most rules speak in several places."""
    return _TEMPLATES.from_string(message)


def _finding(group: Group, cell_index: CellIndex, rules: Sequence[Rule]) -> Finding:
    """The finding of one cause: its gravest doubt speaks, the others follow as what hangs together with it."""
    doubts = sorted(group.doubts, key=lambda doubt: SEVERITY_ORDER.index(doubt.rule.severity))
    lead, *others = doubts
    cells = tuple(dict.fromkeys(cell for doubt in doubts for cell in doubt.outcome.cells))
    message = _message(lead.rule, lead.outcome)
    if others:
        message += "很可能是同一原因，还使：" + "".join(_message(d.rule, d.outcome) for d in others)
    return Finding(
        check=lead.rule.id,
        at=lead.outcome.at,
        severity=lead.rule.severity,
        message=message,
        arithmetic="；".join(dict.fromkeys(doubt.outcome.arithmetic for doubt in doubts)),
        consider=lead.rule.consider,
        cells=cells,
        printed={cell: cell_index.printed(cell) for cell in {*cells, *group.suspects}},
        suspects=group.suspects,
        hypothesis=hypothesis(group, cell_index, rules, KINDS),
        expected=lead.outcome.expected,
    )
