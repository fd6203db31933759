"""Group doubts by common cause, and write the explanations of a cause with the slips they suggest."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from haochaping.checks.cell_names import cell_words
from haochaping.checks.localisation.explanation import MAX_EXPLANATIONS, Cause, Explanation
from haochaping.checks.localisation.simple_slips import is_exchange
from haochaping.checks.outcome import ALL_ROWS, FAILS, Outcome, RuleKind
from haochaping.checks.rule import Rule
from haochaping.cleaning.number_format import number
from haochaping.cleaning.typing_slips import numbers_before_slip, slip_between
from haochaping.core.model import CellRef
from haochaping.store.cell_index import CellIndex

_NUMERALS = "一二三四五六七八九"


@dataclass(frozen=True)
class Doubt:
    """A rule that fails in one place."""

    rule: Rule
    outcome: Outcome


@dataclass(frozen=True)
class DoubtGroup:
    """Doubts with a common cause, which become one finding; ``cause`` is None where localisation found none.

    ``rearranged`` are cells whose figures may be in the wrong rows, and ``explanation`` is that in Chinese.
    """

    doubts: tuple[Doubt, ...]
    cause: Cause | None = None
    rearranged: tuple[CellRef, ...] = ()
    explanation: str = ""

    @property
    def suspects(self) -> tuple[CellRef, ...]:
        """Distinct cells of all explanations."""
        if self.rearranged:
            return self.rearranged
        if self.cause is None:
            return self.doubts[0].outcome.suspects
        return tuple(dict.fromkeys(cell for e in self.cause.explanations for cell in e.cells))

    @property
    def changes(self) -> tuple[tuple[CellRef, int], ...]:
        """The counts that the likeliest explanation changes, with their new values."""
        if self.cause is None:
            return tuple(self.doubts[0].outcome.changes.items())
        return tuple(self.cause.explanations[0].values.items()) if self.likeliest else ()

    @property
    def is_located(self) -> bool:
        """Whether an explanation changes counts: a slip of its own, not one of many doubts of its kind."""
        if self.cause is None:
            return bool(self.rearranged or self.doubts[0].outcome.changes)
        return any(explanation.values for explanation in self.cause.explanations)

    @property
    def likeliest(self) -> tuple[CellRef, ...]:
        """Cells of the first explanation of a located cause; none without, or where another one is as likely."""
        if self.cause is None or not self.cause.explanations or self.cause.is_undecided:
            return ()
        return self.cause.explanations[0].cells


def group_doubts(
    doubts: Sequence[Doubt], causes: Sequence[Cause], cell_index: CellIndex, kinds: Mapping[str, RuleKind]
) -> list[DoubtGroup]:
    """Group doubts by cause.

    A doubt belongs to a cause when it is one of the cause's violated rules, or when it compares one of the cells that
    an explanation changes and would vanish with it. The same holds for the ``changes`` of a soft rule's outcome.
    """
    by_outcome = {id(doubt.outcome): doubt for doubt in doubts}
    ungrouped = dict.fromkeys(id(doubt.outcome) for doubt in doubts)
    groups = []
    for cause in causes:
        members = [by_outcome[id(outcome)] for outcome in cause.outcomes]
        for member in members:
            ungrouped.pop(id(member.outcome), None)
        groups.append((cause, members))
    result = []
    for cause, members in groups:
        removed = [
            {
                key
                for key in ungrouped
                if _would_vanish(by_outcome[key], [_changed_values(explanation)], cell_index, kinds)
            }
            for explanation in cause.explanations
        ]
        followers = [by_outcome[key] for key in ungrouped if any(key in keys for keys in removed)]
        for follower in followers:
            ungrouped.pop(id(follower.outcome))
        result.append(DoubtGroup((*members, *followers), _most_telling_first(cause, removed)))
    for lead in [by_outcome[key] for key in ungrouped if by_outcome[key].outcome.changes]:
        others = [by_outcome[key] for key in ungrouped if by_outcome[key] is not lead]
        same_cause = [
            other for other in others if _would_vanish(other, [lead.outcome.changes], cell_index, kinds)
        ]
        for doubt in (lead, *same_cause):
            ungrouped.pop(id(doubt.outcome), None)
        result.append(DoubtGroup((lead, *same_cause)))
    return result + [DoubtGroup((by_outcome[key],)) for key in ungrouped]


def _most_telling_first(cause: Cause, removed: Sequence[Collection[int]]) -> Cause:
    """The cause with the explanations that remove most other doubts (such as a share that does not fit) first.

    It is undecided where another one removes as many and is as light.
    """
    order = sorted(range(len(removed)), key=lambda number: -len(removed[number]))
    first, *others = [(len(removed[number]), cause.explanations[number].weight) for number in order] or [
        (0, 0.0)
    ]
    explanations = tuple(cause.explanations[number] for number in order)
    return replace(cause, explanations=explanations, is_undecided=first in others)


def _changed_values(explanation: Explanation) -> dict[CellRef, int]:
    return {cell: value for cell, value in explanation.changes if value is not None}


def _would_vanish(
    doubt: Doubt,
    alternatives: Sequence[Mapping[CellRef, int]],
    cell_index: CellIndex,
    kinds: Mapping[str, RuleKind],
) -> bool:
    """Whether the doubt would vanish with the values of one of the explanations.

    A doubt about other cells never does: it may vanish only because the peers it is compared with changed. Nor does one
    about a whole column, such as that it repeats the period before: one cell less does not make it another.
    """
    if ALL_ROWS in doubt.outcome.at.names:
        return False
    for changes in alternatives:
        if not set(doubt.outcome.cells) & set(changes):
            continue
        outcomes = kinds[doubt.rule.kind](doubt.rule, cell_index.with_values(changes))
        if not any(o.state == FAILS and o.at == doubt.outcome.at for o in outcomes):
            return True
    return False


# --- explanations in Chinese ------------------------------------------------------------------------------


def hypothesis_text(
    group: DoubtGroup,
    cell_index: CellIndex,
    rules: Sequence[Rule] = (),
    kinds: Mapping[str, RuleKind] | None = None,
) -> str | None:
    """The explanations of a group in Chinese, each with the slip that would account for it; None if there is none.

    Printed shares that agree with the printed counts but not with an explanation are added as evidence against it.
    """
    shares = [(rule, kinds[rule.kind]) for rule in rules if rule.kind == "share"] if kinds else []
    if group.cause is None:
        return group.explanation or group.doubts[0].outcome.hypothesis or None
    explanations = [
        text + _contradicted_shares(explanation, cell_index, shares)
        for explanation in group.cause.explanations
        if (text := _explanation_text(explanation, group.cause, cell_index))
    ]
    if not explanations:
        return None
    if len(explanations) == 1:
        return f"可能的解释：{explanations[0]}。"
    others = "；只列这些，别的格同样可能有误" if len(group.cause.explanations) >= MAX_EXPLANATIONS else ""
    listed = "；".join(f"解释{_NUMERALS[i]}：{text}" for i, text in enumerate(explanations))
    return f"{listed}{others}。"


def _explanation_text(explanation: Explanation, cause: Cause, cell_index: CellIndex) -> str:
    parts = []
    for cell, value in explanation.changes:
        if value is None:
            parts += _rate_change(cell, cause, cell_index)
            continue
        printed = cell_index.count(cell)
        if printed is None:
            continue
        target, slip = _value_and_slip(cell, printed, value, explanation, cause, cell_index)
        why = f"（{slip}）" if slip else ""
        parts.append(f"{cell_words(cell_index.data, cell)} {number(printed)} 应为 {number(target)}{why}")
    return "，".join(parts) + ("（两格互换）" if is_exchange(explanation, cell_index) else "")


def _contradicted_shares(
    explanation: Explanation, cell_index: CellIndex, shares: Sequence[tuple[Rule, RuleKind]]
) -> str:
    """Printed shares of the changed rows that agree with the printed counts and would not with the new ones, in words."""
    changes = _changed_values(explanation)
    rows = {(cell.table, cell.names) for cell in changes}
    contradicted = []
    for rule, kind in shares:
        already_wrong = {outcome.at for outcome in kind(rule, cell_index) if outcome.state == FAILS}
        for outcome in kind(rule, cell_index.with_values(changes)):
            at = outcome.at
            if outcome.state == FAILS and at not in already_wrong and (at.table, at.names) in rows:
                contradicted.append(f"{cell_words(cell_index.data, at)} {cell_index.printed(at)}")
    return f"，但与所列{'、'.join(contradicted)} 不合" if contradicted else ""


def _rate_change(cell: CellRef, cause: Cause, cell_index: CellIndex) -> list[str]:
    """A printed rate with the text that its rule expects; empty where the rule expects none."""
    expected = next((outcome.expected for outcome in cause.outcomes if outcome.at == cell), "")
    if not expected:
        return []
    return [f"{cell_words(cell_index.data, cell)} {cell_index.printed(cell)} 应为 {expected}"]


def _value_and_slip(
    cell: CellRef, printed: int, value: int, explanation: Explanation, cause: Cause, cell_index: CellIndex
) -> tuple[int, str]:
    """The value that a cell should have by an explanation, and the slip that would account for it (may be blank).

    A constraint from a printed rate allows a range of values: one that a slip explains is preferred to the solver's.
    """
    slip = _total_slip(cell, printed, value, cause, cell_index) or slip_between(printed, value)
    if slip:
        return value, slip
    if len(explanation.changes) == 1:
        for candidate, name in numbers_before_slip(printed):
            if _satisfies_constraints(cell, candidate, cause, cell_index):
                return candidate, name
    if printed == 0 and any(cell_index.count(c) == value for o in cause.outcomes for c in o.cells):
        return value, "漏填，另一处印有此数"
    return value, ""


def _satisfies_constraints(cell: CellRef, value: int, cause: Cause, cell_index: CellIndex) -> bool:
    """Whether this value alone would satisfy every violated constraint of the cause."""
    changed = cell_index.with_values({cell: value})
    for outcome in cause.outcomes:
        for c in outcome.constraints:
            total = sum(coefficient * (changed.count(term) or 0) for term, coefficient in c.terms)
            if not c.low - 1e-9 <= total <= c.high + 1e-9:
                return False
    return True


def _total_slip(cell: CellRef, printed: int, value: int, cause: Cause, cell_index: CellIndex) -> str:
    """In words: the total left out one row or counted one twice; blank if neither."""
    if not any(row.cell(cell.column) == cell for row in cell_index.totals(cell.table)):
        return ""
    for row_cell in _cells_of_total(cell, cause):
        part = cell_index.count(row_cell)
        if part and value - printed == part:
            return f"漏加{cell_index.place(row_cell)}的 {number(part)}"
        if part and printed - value == part:
            return f"重复加了{cell_index.place(row_cell)}的 {number(part)}"
    return ""


def _cells_of_total(total: CellRef, cause: Cause) -> Iterator[CellRef]:
    for outcome in cause.outcomes:
        if outcome.at == total:
            yield from (cell for cell in outcome.cells if cell != total)
