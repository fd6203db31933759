"""Texts of findings for one unit: its own figures and totals, never another unit's name or figure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import combinations, permutations

from haochaping.checks.finding import Finding
from haochaping.checks.owners import Owner, Owners
from haochaping.checks.rule import load_rules
from haochaping.checks.rule_kinds import KINDS
from haochaping.core.model import CellRef
from haochaping.core.text import normalize_for_comparison, plain_number
from haochaping.outputs.exchange.column_units import column_cells
from haochaping.reference.reference import Reference
from haochaping.store.cell_index import CellIndex

DIFFERS_FROM_TOTAL = "与其他附件（合计）所列不符，请核实。"
DIFFERS_FROM_OWN_TOTAL = "与本附件所列的合计不符，请核实。"
UNLIKE_PEERS = "与同类单位差异较大，请核实。"
PLEASE_VERIFY = "所列情况请核实。"
_RULE_NOT_MET = "核对要求“{}”，现有数据与此不符，本单位这一格与之有关，请核实。"
_RULE_DIFFERS_FROM_PEERS = "核对要求“{}”，本单位与此差异较大，请核实。"
_PEER_KINDS = {"peers_rate", "peers_volume", "tier_peers", "silent", "concentration"}
_DIFFERENCE_KINDS = {"total", "same", "share", "two_sources", "at_most", "ratio", "counted_in_city", "bounds"}
_KINDS_ACROSS_ANNEXES = {"same", "two_sources", "counted_in_city"}
_HISTORY_KIND = "history"
_PEER_STATISTICS = re.compile("中位数|全表|同类单位|区位商")
"""Words that make a figure one of other units even if its value is among those that may be shown."""
_NOT_A_FIGURE = re.compile(r"附件\d+(?:、\d+)*|\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?%?")
_FIGURE_IN_BRACKETS = re.compile(r"（[^（）]*\d[^（）]*）")
"""A figure in brackets, such as that of the peers; a name's own brackets hold none."""
_MOST_SUMMANDS = 6


class Redaction:
    """Rewrites message and arithmetic of a finding for one unit, so that nothing of other units is shown."""

    def __init__(self, cell_index: CellIndex, owners: Owners, reference: Reference):
        self._cell_index, self._owners, self._reference = cell_index, owners, reference
        rules = load_rules(reference, KINDS)
        self._kinds = {rule.id: rule.kind for rule in rules}
        period = cell_index.data.quarter
        self._titles = {rule.id: period.in_own_words(rule.title) for rule in rules}
        self._columns = column_cells(cell_index, owners, reference)

    def own_cells(self, owner: Owner) -> list[CellRef]:
        """The cells of a unit: in its rows, and in its columns of tables by units."""
        return [*self._owners.cells.get(owner, ()), *self._columns.get(owner, ())]

    def message(self, finding: Finding, owner: Owner) -> str:
        """The finding's message without what shows other units; where nothing is left, the rule's title.

        A sentence may lose its figures in brackets; one that must be hidden altogether is replaced by
        neutral words if other sentences are shown.
        """
        sentences = [text for text in re.split("(?<=。)(?!）)", finding.message) if text]
        parts = [self._permitted_part(text, finding, owner) for text in sentences]
        if not any(parts):
            return self._rule_request(finding, owner)
        return "".join(dict.fromkeys(text or self._neutral_message(finding) for text in parts))

    def _permitted_part(self, sentence: str, finding: Finding, owner: Owner) -> str:
        """The sentence, or the sentence without figures in brackets; blank if neither may be shown."""
        if self.names_others(sentence, owner):
            return ""
        for text in (sentence, _FIGURE_IN_BRACKETS.sub("", sentence)):
            if self.may_show(text, finding, owner):
                return text
        return ""

    def _rule_request(self, finding: Finding, owner: Owner) -> str:
        """What the rule asks for in general, by its title."""
        title = self._titles.get(finding.check, "")
        if not title or not self.may_show(title, finding, owner):
            return self._neutral_message(finding)
        is_peer = self._kinds[finding.check] in _PEER_KINDS
        return (_RULE_DIFFERS_FROM_PEERS if is_peer else _RULE_NOT_MET).format(title)

    def arithmetic(self, finding: Finding, owner: Owner) -> str:
        """The finding's arithmetic without the steps that show others."""
        steps = finding.arithmetic.split("；")
        return "；".join(step for step in steps if self.may_show(step, finding, owner))

    def may_show(self, text: str, finding: Finding, owner: Owner) -> bool:
        """Whether `text` names no other unit and every figure in it is the unit's own, a total, or derived from those.

        A figure of unknown origin may not be shown: it could be a median of other units.
        """
        if self.names_others(text, owner):
            return False
        is_history_rule = self._kinds.get(finding.check) == _HISTORY_KIND
        if _PEER_STATISTICS.search(text) and not is_history_rule:
            return False
        figures = list(_figures_in(text))
        own = {self._plain_printed(cell) for cell in self.own_cells(owner)} | self._total_figures
        unknown_figures = [figure for figure in figures if figure not in own]
        if is_history_rule:
            return not any(figure in self._all_figures for figure in unknown_figures)
        base_numbers = {
            *self._base_numbers(finding, owner),
            *(_to_number(figure) for figure in figures if figure in own),
        }
        return all(_is_derivable(figure, base_numbers) for figure in unknown_figures)

    def names_others(self, text: str, owner: Owner) -> bool:
        """Whether a name in `text` (the longest that fits) is another unit's."""
        own = {normalize_for_comparison(name) for name in self._unit_names(owner)}
        return any(found not in own for found in self._any_unit_name.findall(normalize_for_comparison(text)))

    def _neutral_message(self, finding: Finding) -> str:
        kind = self._kinds.get(finding.check, "")
        return (
            UNLIKE_PEERS
            if kind in _PEER_KINDS
            else self._difference_message(finding)
            if kind in _DIFFERENCE_KINDS
            else PLEASE_VERIFY
        )

    def _difference_message(self, finding: Finding) -> str:
        tables = {cell.table for cell in (finding.at, *finding.cells)}
        is_within = len(tables) == 1 and self._kinds.get(finding.check) not in _KINDS_ACROSS_ANNEXES
        return DIFFERS_FROM_OWN_TOTAL if is_within else DIFFERS_FROM_TOTAL

    def _unit_names(self, owner: Owner) -> Iterator[str]:
        """Names of a unit, its aliases, and the names in its rows (a district's departments)."""
        kind, name = owner
        yield name
        unit = self._reference.unit(kind, name)
        yield from unit.aliases if unit else ()
        for cell in self.own_cells(owner):
            yield from cell.names

    @cached_property
    def _any_unit_name(self) -> re.Pattern[str]:
        registered = {n for unit in self._reference.units for n in (unit.canonical, *unit.aliases)}
        printed = {name for owner in self._owners.cells for name in self._unit_names(owner)}
        labels = {row.label for row in self._cell_index.total_rows}
        names = {normalize_for_comparison(name) for name in (registered | printed) - labels if len(name) > 1}
        return re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))))

    def _plain_printed(self, cell: CellRef) -> str:
        return plain_number(self._cell_index.printed(cell)).replace(",", "")

    @cached_property
    def _all_figures(self) -> set[str]:
        return {self._plain_printed(cell) for cells in self._owners.cells.values() for cell in cells}

    @cached_property
    def _total_figures(self) -> set[str]:
        """Printed totals over several units, and the sums of the rows."""
        cells = [
            cell
            for cell in self._cell_index.cells()
            if cell.table in self._cell_index.declaration.annexes and self._owners.of(cell) is None
        ]
        return {self._plain_printed(cell) for cell in cells} | {str(total) for total in self._sums.values()}

    @cached_property
    def _sums(self) -> dict[tuple[str, str], int]:
        """Sum of each column of counts over all rows of its annex."""
        return {
            (name, column): sum(
                self._cell_index.count(row.cell(column)) or 0 for row in self._cell_index.rows(name)
            )
            for name, spec in self._cell_index.declaration.annexes.items()
            for column in spec.counts
        }

    def _base_numbers(self, finding: Finding, owner: Owner) -> Iterator[float]:
        """Numbers from which figures of this finding may be derived: the unit's cells in it, their sums, column totals."""
        in_columns = {*self._columns.get(owner, ())}
        own = [c for c in (finding.at, *finding.cells) if self._owners.of(c) == owner or c in in_columns]
        is_count = self._cell_index.declaration.is_count
        counted = [cell for cell in dict.fromkeys(own) if is_count(cell.table, cell.column)]
        counts = [n for cell in counted if (n := self._cell_index.count(cell))]
        yield from counts
        for size in range(2, min(len(counts), _MOST_SUMMANDS) + 1):
            yield from (sum(parts) for parts in combinations(counts[:_MOST_SUMMANDS], size))
        yield sum(self._cell_index.count(cell) or 0 for cell in counted if cell != finding.at)
        for table, column in {(cell.table, cell.column) for cell in own}:
            yield from [self._sums[table, column]] if (table, column) in self._sums else []


def _figures_in(text: str) -> Iterator[str]:
    """Figures of a text without separators: ``11237``, ``99.68%``."""
    plain = _NOT_A_FIGURE.sub(" ", text.replace("％", "%"))
    for found in _NUMBER.findall(plain):
        yield found.replace(",", "")


def _to_number(figure: str) -> float:
    return float(figure.rstrip("%")) / (100 if figure.endswith("%") else 1)


def _is_derivable(figure: str, base_numbers: Iterable[float]) -> bool:
    """Whether a figure is one of `base_numbers` or the difference, sum or quotient of two, at the figure's rounding."""
    value, tolerance = _to_number(figure), 0.5 * 10 ** -len(figure.rstrip("%").partition(".")[2])
    if figure.endswith("%"):
        tolerance /= 100
    elif "." not in figure:
        tolerance = 1e-6
    return any(
        abs(candidate - value) <= tolerance * 1.000001
        for candidate in _derivable_numbers(sorted(base_numbers))
    )


def _derivable_numbers(base_numbers: Sequence[float]) -> Iterator[float]:
    yield from base_numbers
    for first, second in permutations(base_numbers, 2):
        yield from (first - second, first + second)
        if second:
            yield first / second
    yield from (0.0, 1.0) if base_numbers else ()
