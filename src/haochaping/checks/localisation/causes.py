"""One cause, one finding: what hangs together is told once, with its explanations and the slips they suggest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from haochaping.checks.localisation.localise import Cause, Explanation
from haochaping.checks.outcome import FAILS, Kind, Outcome
from haochaping.checks.rule import Rule
from haochaping.cleaning.number_format import number
from haochaping.cleaning.typing_slips import numbers_before_slip, slip_between
from haochaping.core.labels import COLUMNS, place
from haochaping.core.model import CellRef
from haochaping.store.cell_index import CellIndex

_NUMERALS = "一二三四五六七八九"


@dataclass(frozen=True)
class Doubt:
    """A rule that does not hold in one place."""

    rule: Rule
    outcome: Outcome


@dataclass(frozen=True)
class Group:
    """Doubts with one cause, gravest first; ``cause`` is None for one that stands alone.

    ``moved`` are cells whose figures may stand in the wrong rows, ``told`` says so.
    """

    doubts: tuple[Doubt, ...]
    cause: Cause | None = None
    moved: tuple[CellRef, ...] = ()
    explanation: str = ""

    @property
    def suspects(self) -> tuple[CellRef, ...]:
        """Cells of all explanations, each once."""
        if self.moved:
            return self.moved
        if self.cause is None:
            return self.doubts[0].outcome.suspects
        return tuple(dict.fromkeys(cell for e in self.cause.explanations for cell in e.cells))


def group_doubts(
    doubts: Sequence[Doubt], causes: Sequence[Cause], cell_index: CellIndex, kinds: Mapping[str, Kind]
) -> list[Group]:
    """Doubts put together by cause.

    A doubt belongs to a cause when it is one of the cause's violated rules, or when it is about one of the
    cells that an explanation changes and would vanish with it.
    """
    by_outcome = {id(doubt.outcome): doubt for doubt in doubts}
    rest = dict.fromkeys(id(doubt.outcome) for doubt in doubts)
    groups = []
    for cause in causes:
        members = [by_outcome[id(outcome)] for outcome in cause.outcomes]
        for member in members:
            rest.pop(id(member.outcome), None)
        groups.append((cause, members))
    result = []
    for cause, members in groups:
        ways = [_values(explanation) for explanation in cause.explanations]
        followers = [by_outcome[key] for key in rest if _vanishes(by_outcome[key], ways, cell_index, kinds)]
        for follower in followers:
            rest.pop(id(follower.outcome))
        result.append(Group((*members, *followers), cause))
    for lead in [by_outcome[key] for key in rest if by_outcome[key].outcome.changes]:
        others = [by_outcome[key] for key in rest if by_outcome[key] is not lead]
        same_cause = [
            other for other in others if _vanishes(other, [lead.outcome.changes], cell_index, kinds)
        ]
        for doubt in (lead, *same_cause):
            rest.pop(id(doubt.outcome), None)
        result.append(Group((lead, *same_cause)))
    return result + [Group((by_outcome[key],)) for key in rest]


def _values(explanation: Explanation) -> dict[CellRef, int]:
    return {cell: value for cell, value in explanation.changes if value is not None}


def _vanishes(
    doubt: Doubt, ways: Sequence[Mapping[CellRef, int]], cell_index: CellIndex, kinds: Mapping[str, Kind]
) -> bool:
    """Whether the doubt would be gone with the values of one of the explanations.

    A doubt about other cells never follows: it may vanish only because the peers it is held against moved.
    """
    for changes in ways:
        if not set(doubt.outcome.cells) & set(changes):
            continue
        again = kinds[doubt.rule.kind](doubt.rule, cell_index.with_values(changes))
        if not any(o.state == FAILS and o.at == doubt.outcome.at for o in again):
            return True
    return False


# --- what an explanation says -----------------------------------------------------------------------------


def hypothesis(
    group: Group, cell_index: CellIndex, rules: Sequence[Rule] = (), kinds: Mapping[str, Kind] | None = None
) -> str | None:
    """The explanations in words, each with its arithmetic and the slip that would account for it; None if none speaks.

    An explanation that would make a printed share wrong that is right now, says so: evidence against it.
    """
    shares = [(rule, kinds[rule.kind]) for rule in rules if rule.kind == "share"] if kinds else []
    if group.cause is None:
        return group.explanation or group.doubts[0].outcome.hypothesis or None
    explanations = [
        text + _objections(explanation, cell_index, shares)
        for explanation in group.cause.explanations
        if (text := _explanation(explanation, group.cause, cell_index))
    ]
    if not explanations:
        return None
    if len(explanations) == 1:
        return f"可能的解释：{explanations[0]}。"
    return "；".join(f"解释{_NUMERALS[i]}：{text}" for i, text in enumerate(explanations)) + "。"


def _explanation(explanation: Explanation, cause: Cause, cell_index: CellIndex) -> str:
    parts = []
    for cell, value in explanation.changes:
        if value is None:
            parts += _rate_change(cell, cause, cell_index)
            continue
        printed = cell_index.count(cell)
        if printed is None:
            continue
        target, slip = _target(cell, printed, value, explanation, cause, cell_index)
        why = f"（{slip}）" if slip else ""
        parts.append(
            f"{place(cell.table, cell.names)}{COLUMNS[cell.column]} {number(printed)} 应为 {number(target)}{why}"
        )
    return "，".join(parts)


def _objections(explanation: Explanation, cell_index: CellIndex, shares: Sequence[tuple[Rule, Kind]]) -> str:
    """Printed shares of the changed rows that agree with the printed counts and would not with the new ones."""
    changes = _values(explanation)
    rows = {(cell.table, cell.key) for cell in changes}
    against = []
    for rule, kind in shares:
        wrong = {outcome.at for outcome in kind(rule, cell_index) if outcome.state == FAILS}
        for outcome in kind(rule, cell_index.with_values(changes)):
            at = outcome.at
            if outcome.state == FAILS and at not in wrong and (at.table, at.key) in rows:
                against.append(f"{place(at.table, at.names)}{COLUMNS[at.column]} {cell_index.printed(at)}")
    return f"，但与所列{'、'.join(against)} 不合" if against else ""


def _rate_change(cell: CellRef, cause: Cause, cell_index: CellIndex) -> list[str]:
    """A printed rate that should read as its rule computes it."""
    expected = next((outcome.expected for outcome in cause.outcomes if outcome.at == cell), "")
    if not expected:
        return []
    return [
        f"{place(cell.table, cell.names)}{COLUMNS[cell.column]} {cell_index.printed(cell)} 应为 {expected}"
    ]


def _target(
    cell: CellRef, printed: int, value: int, explanation: Explanation, cause: Cause, cell_index: CellIndex
) -> tuple[int, str]:
    """The value an explanation asks for, and the slip behind it.

    Where a printed rate leaves room, a value that one slip explains is preferred to the solver's.
    """
    slip = _forgotten(cell, printed, value, cause, cell_index) or slip_between(printed, value)
    if slip:
        return value, slip
    if len(explanation.changes) == 1:
        for candidate, name in numbers_before_slip(printed):
            if _repairs(cell, candidate, cause, cell_index):
                return candidate, name
    if printed == 0 and any(cell_index.count(c) == value for o in cause.outcomes for c in o.cells):
        return value, "漏填，另一处印有此数"
    return value, ""


def _repairs(cell: CellRef, value: int, cause: Cause, cell_index: CellIndex) -> bool:
    """Whether this value alone would satisfy every violated constraint of the cause."""
    changed = cell_index.with_values({cell: value})
    for outcome in cause.outcomes:
        for c in outcome.constraints:
            total = sum(coefficient * (changed.count(term) or 0) for term, coefficient in c.terms)
            if not c.low - 1e-9 <= total <= c.high + 1e-9:
                return False
    return True


def _forgotten(cell: CellRef, printed: int, value: int, cause: Cause, cell_index: CellIndex) -> str:
    """A total that left out one row, or counted one twice."""
    if not any(row.key == cell.names for row in cell_index.totals(cell.table)):
        return ""
    for row_cell in _parts(cell, cause):
        part = cell_index.count(row_cell)
        if part and value - printed == part:
            return f"漏加{place(row_cell.table, row_cell.names)}的 {number(part)}"
        if part and printed - value == part:
            return f"重复加了{place(row_cell.table, row_cell.names)}的 {number(part)}"
    return ""


def _parts(total: CellRef, cause: Cause) -> Iterator[CellRef]:
    for outcome in cause.outcomes:
        if outcome.at == total:
            yield from (cell for cell in outcome.cells if cell != total)
