"""Run all rules on one quarter: findings, and the result of every rule."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from haochaping.checks.check_report import CheckReport, RuleResult
from haochaping.checks.coverage import DEFAULT_LIMIT, measure_coverage, text_figures_not_found, tied_cells
from haochaping.checks.finding import SEVERITY_ORDER, Finding
from haochaping.checks.localisation.causes import Doubt, DoubtGroup, group_doubts, hypothesis_text
from haochaping.checks.localisation.localise import localise
from haochaping.checks.localisation.rearranged_rows import merge_rearranged
from haochaping.checks.matters import group_into_matters
from haochaping.checks.outcome import FAILS, HOLDS, NOT_EVALUABLE, Outcome
from haochaping.checks.recorded_values import with_recorded_values
from haochaping.checks.rule import Rule, load_rules
from haochaping.checks.rule_kinds import ARITHMETIC, KINDS
from haochaping.checks.rule_sentence import sentence_template
from haochaping.core.errors import InputRefused
from haochaping.core.model import CellRef, QuarterData
from haochaping.core.period import Period
from haochaping.reference.reference import Reference
from haochaping.store.cell_index import CellIndex


def run_rules(
    data: QuarterData,
    reference: Reference,
    rules: Sequence[Rule] | None = None,
    history: Sequence[QuarterData] = (),
) -> CheckReport:
    """Evaluate every rule on `data` and group failed ones into findings.

    A rule that raises is reported as "could not run": never a crash, never passed.

    Parameters
    ----------
    data : QuarterData
        The quarter.
    reference : Reference
        The city.
    rules : sequence of Rule, optional
        Default: those of ``rules.toml`` in the reference folder.
    history : sequence of QuarterData
        Earlier quarters, oldest first.
    """
    cell_index = CellIndex(data, reference, history)
    results: list[RuleResult] = []
    doubts: list[Doubt] = []
    hard_outcomes: list[Outcome] = []
    tied: set[CellRef] = set()
    active_rules = load_rules(reference, KINDS) if rules is None else rules
    for rule in active_rules:
        try:
            is_asked = not (rule.options.get("printed_only") and data.is_from_records)
            outcomes = list(KINDS[rule.kind](rule, cell_index)) if is_asked else []
            for outcome in outcomes:
                if outcome.state == FAILS:
                    _render_message(
                        rule, outcome, cell_index
                    )  # here, so that a broken template is the rule's failure
        except InputRefused:  # a file of the city's settings cannot be read
            raise
        except Exception as error:  # a rule of the city may fail in any way; the page must say so
            results.append(_rule_result(rule, data.quarter, error=f"{type(error).__name__}: {error}"))
            continue
        doubts += [Doubt(rule, outcome) for outcome in outcomes if outcome.state == FAILS]
        hard_outcomes += outcomes if rule.is_hard else []
        tied |= tied_cells(outcomes) if rule.kind in ARITHMETIC else set()
        states = Counter(outcome.state for outcome in outcomes)
        reasons = tuple(dict.fromkeys(o.reason for o in outcomes if o.state == NOT_EVALUABLE))
        results.append(
            _rule_result(
                rule,
                data.quarter,
                held=states[HOLDS],
                failed=states[FAILS],
                not_evaluable=states[NOT_EVALUABLE],
                reasons=reasons,
            )
        )
    groups = group_doubts(doubts, localise(hard_outcomes, cell_index), cell_index, KINDS)
    groups = merge_rearranged(groups, cell_index, active_rules, KINDS)
    findings = tuple(
        sort_by_gravity([_finding_of_group(group, cell_index, active_rules) for group in groups], cell_index)
    )
    return CheckReport(
        findings,
        tuple(results),
        matters=group_into_matters(findings, data, reference),
        coverage=measure_coverage(cell_index, tied),
        coverage_limit=float(reference.city["thresholds"].get("coverage", DEFAULT_LIMIT)),
        figures_not_found=text_figures_not_found(data),
    )


def sort_by_gravity(findings: Sequence[Finding], cell_index: CellIndex) -> list[Finding]:
    """Sort by severity, then by the share of the doubtful figures in their column; findings of one rule stay together."""
    weights = [max(map(cell_index.weight, {finding.at, *finding.suspects})) for finding in findings]
    weight_of_rule: dict[tuple[str, str], float] = {}
    for finding, weight in zip(findings, weights, strict=True):
        rule_key = (finding.severity, finding.check)
        weight_of_rule[rule_key] = max(weight, weight_of_rule.get(rule_key, 0.0))
    first_position = {
        rule_key: i for i, rule_key in enumerate(dict.fromkeys((f.severity, f.check) for f in findings))
    }

    def key(pair: tuple[Finding, float]) -> tuple[int, float, int, float]:
        finding, weight = pair
        rule_key = (finding.severity, finding.check)
        return (
            SEVERITY_ORDER.index(finding.severity),
            -weight_of_rule[rule_key],
            first_position[rule_key],
            -weight,
        )

    return [finding for finding, _ in sorted(zip(findings, weights, strict=True), key=key)]


def _rule_result(rule: Rule, period: Period, **counts: Any) -> RuleResult:
    return RuleResult(rule.id, rule.kind, period.in_own_words(rule.title), **counts)


def _render_message(rule: Rule, outcome: Outcome, cell_index: CellIndex) -> str:
    place_words = cell_index.place(outcome.at)
    # The rules speak of quarters; only their own words are changed, not what they quote.
    message = cell_index.data.quarter.in_own_words(rule.message)
    return sentence_template(message).render(place=place_words, **outcome.values)


def _expected(group: DoubtGroup, outcome: Outcome) -> str:
    """What the cell should read; blank where another cell is more likely wrong than this one."""
    return "" if group.suspects and outcome.at not in group.suspects else outcome.expected


def _finding_of_group(group: DoubtGroup, cell_index: CellIndex, rules: Sequence[Rule]) -> Finding:
    """The finding of one group: the message of its gravest doubt, followed by those of the others."""
    period = cell_index.data.quarter
    doubts = sorted(group.doubts, key=lambda doubt: SEVERITY_ORDER.index(doubt.rule.severity))
    lead, *others = doubts
    cells = tuple(dict.fromkeys(cell for doubt in doubts for cell in doubt.outcome.cells))
    hypothesis = hypothesis_text(group, cell_index, rules, KINDS)
    is_recorded = not cell_index.data.record_counts.empty  # then a slip need not be guessed
    remark = "" if is_recorded else _slip_remark(hypothesis or "")
    summary = message = _render_message(lead.rule, lead.outcome, cell_index) + remark
    if others:
        message += "很可能是同一原因，还使：" + "".join(
            _render_message(d.rule, d.outcome, cell_index) for d in others
        )
    finding = Finding(
        check=lead.rule.id,
        at=lead.outcome.at,
        severity=lead.rule.severity,
        message=message,
        arithmetic="；".join(dict.fromkeys(doubt.outcome.arithmetic for doubt in doubts)),
        consider=period.in_own_words(lead.rule.consider),
        cells=cells,
        printed={cell: cell_index.printed(cell) for cell in {*cells, *group.suspects}},
        suspects=group.suspects,
        likeliest=group.likeliest,
        changes=group.changes,
        hypothesis=hypothesis,
        expected=_expected(group, lead.outcome),
        summary=summary,
        several=period.in_own_words(lead.rule.several),
        brief=lead.rule.brief,
        affected=_records_affected(group, cell_index),
    )
    finding = with_recorded_values(finding, cell_index) if is_recorded else finding
    return replace(finding, matter=finding.id if group.is_located else lead.rule.matter or lead.rule.id)


_SLIPS = re.compile("（((?:漏加|重复加了)[^（）]*|相邻两位数字颠倒)）")


def _slip_remark(hypothesis: str) -> str:
    """The slip that the explanations name, if they name a single one: what to look for first."""
    slips = {*_SLIPS.findall(hypothesis)}
    return f"可能是{slips.pop()}。" if len(slips) == 1 else ""


def _records_affected(group: DoubtGroup, cell_index: CellIndex) -> float | None:
    """By how many records the largest change of a count would be, by the first explanation or by what the rules say."""
    if group.cause and group.cause.explanations:
        values = group.cause.explanations[0].values
        return max((abs(value - (cell_index.count(c) or 0)) for c, value in values.items()), default=None)
    said = [doubt.outcome.affected for doubt in group.doubts if doubt.outcome.affected is not None]
    return max(said, default=None)
