"""What one unit may be told: its own figures and totals, never another unit's name or figure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import combinations, permutations

from haochaping.checks.finding import Finding
from haochaping.checks.owners import Owner, Owners
from haochaping.checks.rule import load_rules
from haochaping.checks.rule_kinds import KINDS
from haochaping.core.model import TABLES, CellRef
from haochaping.core.text import normalize_for_comparison, plain_number
from haochaping.reference.reference import Reference
from haochaping.store.cell_index import CellIndex

DIFFERS = "与其他附件（合计）所列不符，请核实。"
UNLIKE_PEERS = "与同类单位差异较大，请核实。"
LOOK = "所列情况请核实。"
_ASKED = "核对要求“{}”，现有数据与此不符，本单位这一格与之有关，请核实。"
_ASKED_OF_PEER = "核对要求“{}”，本单位与此差异较大，请核实。"
_PEERS = {"peers_rate", "peers_volume", "tier_peers", "silent", "concentration"}
_DIFFERENCES = {"total", "same", "share", "two_sources", "at_most", "ratio", "counted_in_city", "bounds"}
_OWN_PAST = "history"
_OF_OTHERS = re.compile("中位数|全表|同类单位|区位商")
"""Words beside which a figure is one of other units, whatever it equals."""
_NO_FIGURE = re.compile(r"附件\d+(?:、\d+)*|\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?%?")
_FIGURE_ASIDE = re.compile(r"（[^（）]*\d[^（）]*）")
"""A figure in brackets, such as that of the peers; a name's own brackets hold none."""
_MOST_PARTS = 6


class Redaction:
    """Tells each unit of a finding what concerns it, in words that show nothing of others."""

    def __init__(self, cell_index: CellIndex, owners: Owners, reference: Reference):
        self._cell_index, self._owners, self._reference = cell_index, owners, reference
        rules = load_rules(reference.folder, KINDS)
        self._kinds = {rule.id: rule.kind for rule in rules}
        self._titles = {rule.id: rule.title for rule in rules}

    def message(self, finding: Finding, owner: Owner) -> str:
        """The finding's message without what shows others; where nothing is left, what the rule asks for.

        Of a sentence a figure in brackets may have to go; one that is hidden altogether is replaced by
        neutral words beside those that are shown.
        """
        sentences = [text for text in re.split("(?<=。)(?!）)", finding.message) if text]
        shown = [self._shown_part(text, finding, owner) for text in sentences]
        if not any(shown):
            return self._asked(finding, owner)
        return "".join(dict.fromkeys(text or self._neutral(finding) for text in shown))

    def _shown_part(self, sentence: str, finding: Finding, owner: Owner) -> str:
        """The sentence, or the sentence without figures in brackets; blank if neither may be shown."""
        if self.names_others(sentence, owner):
            return ""
        for text in (sentence, _FIGURE_ASIDE.sub("", sentence)):
            if self.may_show(text, finding, owner):
                return text
        return ""

    def _asked(self, finding: Finding, owner: Owner) -> str:
        """What the rule asks for in general, by its title."""
        title = self._titles.get(finding.check, "")
        if not title or not self.may_show(title, finding, owner):
            return self._neutral(finding)
        is_peer = self._kinds[finding.check] in _PEERS
        return (_ASKED_OF_PEER if is_peer else _ASKED).format(title)

    def arithmetic(self, finding: Finding, owner: Owner) -> str:
        """The finding's arithmetic without the steps that show others."""
        steps = finding.arithmetic.split("；")
        return "；".join(step for step in steps if self.may_show(step, finding, owner))

    def may_show(self, text: str, finding: Finding, owner: Owner) -> bool:
        """Whether `text` names no other unit and every figure in it is the unit's own, a total, or follows from those.

        A figure of unknown origin may not be shown: a median of others is one of them.
        """
        if self.names_others(text, owner):
            return False
        own_past = self._kinds.get(finding.check) == _OWN_PAST
        if _OF_OTHERS.search(text) and not own_past:
            return False
        figures = list(_figures(text))
        own = {self._shown(cell) for cell in self._owners.cells.get(owner, ())} | self._totals
        strange = [figure for figure in figures if figure not in own]
        if own_past:
            return not any(figure in self._all_figures for figure in strange)
        roots = {*self._roots(finding, owner), *(_number(figure) for figure in figures if figure in own)}
        return all(_follows(figure, roots) for figure in strange)

    def names_others(self, text: str, owner: Owner) -> bool:
        """Whether a name in `text` (the longest that fits) is another unit's."""
        own = {normalize_for_comparison(name) for name in self._names(owner)}
        return any(found not in own for found in self._any_name.findall(normalize_for_comparison(text)))

    def _neutral(self, finding: Finding) -> str:
        kind = self._kinds.get(finding.check, "")
        return UNLIKE_PEERS if kind in _PEERS else DIFFERS if kind in _DIFFERENCES else LOOK

    def _names(self, owner: Owner) -> Iterator[str]:
        """Names that a unit bears, and those of the rows that stand for it (a district's departments)."""
        kind, name = owner
        yield name
        unit = self._reference.unit(kind, name)
        yield from unit.aliases if unit else ()
        for cell in self._owners.cells.get(owner, ()):
            yield from cell.names.values()

    @cached_property
    def _any_name(self) -> re.Pattern[str]:
        registered = {n for unit in self._reference.units for n in (unit.canonical, *unit.aliases)}
        printed = {name for owner in self._owners.cells for name in self._names(owner)}
        labels = {row.label for row in self._cell_index.total_rows}
        names = {normalize_for_comparison(name) for name in (registered | printed) - labels if len(name) > 1}
        return re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))))

    def _shown(self, cell: CellRef) -> str:
        return plain_number(self._cell_index.printed(cell)).replace(",", "")

    @cached_property
    def _all_figures(self) -> set[str]:
        return {self._shown(cell) for cells in self._owners.cells.values() for cell in cells}

    @cached_property
    def _totals(self) -> set[str]:
        """Printed totals over several units, and what the rows add up to."""
        cells = [
            cell
            for cell in self._cell_index.cells()
            if cell.table in TABLES and self._owners.of(cell) is None
        ]
        return {self._shown(cell) for cell in cells} | {str(total) for total in self._sums.values()}

    @cached_property
    def _sums(self) -> dict[tuple[str, str], int]:
        """Sum of each column of counts over all rows of its annex."""
        return {
            (name, column): sum(
                self._cell_index.count(row.cell(column)) or 0 for row in self._cell_index.rows(name)
            )
            for name, spec in TABLES.items()
            for column in spec.counts
        }

    def _roots(self, finding: Finding, owner: Owner) -> Iterator[float]:
        """Numbers from which figures about this finding may follow: its cells of the unit, their totals."""
        own = [cell for cell in (finding.at, *finding.cells) if self._owners.of(cell) == owner]
        counted = [cell for cell in dict.fromkeys(own) if cell.column in TABLES[cell.table].counts]
        counts = [n for cell in counted if (n := self._cell_index.count(cell))]
        yield from counts
        for size in range(2, min(len(counts), _MOST_PARTS) + 1):
            yield from (sum(parts) for parts in combinations(counts[:_MOST_PARTS], size))
        for table, column in {(cell.table, cell.column) for cell in own}:
            yield from [self._sums[table, column]] if (table, column) in self._sums else []


def _figures(text: str) -> Iterator[str]:
    """Figures of a text without separators: ``11237``, ``99.68%``."""
    plain = _NO_FIGURE.sub(" ", text.replace("％", "%"))
    for found in _NUMBER.findall(plain):
        yield found.replace(",", "")


def _number(figure: str) -> float:
    return float(figure.rstrip("%")) / (100 if figure.endswith("%") else 1)


def _follows(figure: str, roots: Iterable[float]) -> bool:
    """Whether a figure is one of `roots`, or the difference, sum or quotient of two of them, rounded as it is."""
    value, half = _number(figure), 0.5 * 10 ** -len(figure.rstrip("%").partition(".")[2])
    if figure.endswith("%"):
        half /= 100
    elif "." not in figure:
        half = 1e-6
    return any(abs(candidate - value) <= half * 1.000001 for candidate in _candidates(sorted(roots)))


def _candidates(roots: Sequence[float]) -> Iterator[float]:
    yield from roots
    for first, second in permutations(roots, 2):
        yield from (first - second, first + second)
        if second:
            yield first / second
    yield from (0.0, 1.0) if roots else ()
