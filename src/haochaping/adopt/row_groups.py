"""Groups of units: which tables list the same kind of unit, and which rows a subtotal adds up."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from haochaping.adopt.field_words import field_words
from haochaping.adopt.form_table import FormTable
from haochaping.adopt.table_shape import AREA_ENDINGS, TableShape
from haochaping.core.declaration import COUNT, Group
from haochaping.core.text import normalize_for_comparison
from haochaping.read.grid.table_meaning import fold_heading

_LEAST_OVERLAP = 0.5
_TOTAL_LABEL = re.compile("小计|合计|总计|总和|汇总|^全[市县区省州盟旗]$|^总数$")
_LABEL_ENDING = re.compile("(?:小计|合计|总计|汇总|合 计)$")


@dataclass
class DraftGroup:
    """A group of units that a declaration will have.

    Attributes
    ----------
    name, word : str
        Its name in the declaration, its word in texts.
    headings : list of str
        Headings of its columns of names.
    units : list of str
        Names of its units, in printed order.
    why : str
        Why its rows are taken for one group.
    """

    name: str
    word: str
    headings: list[str]
    units: list[str]
    is_registered: bool
    may_be_ranked: bool
    endings: str = ""
    members: list[tuple[str, str, str]] = field(default_factory=list)
    """Fixed members: name, word and heading of each."""

    def add_heading(self, heading: str) -> None:
        """Add what is printed above names; of two columns of names (领域 / 单位) each."""
        self.headings += [part for part in heading.split(" / ") if part and part not in self.headings]


@dataclass(frozen=True)
class Subtotal:
    """A row that adds up the rows above it, back to the one after the subtotal before."""

    label: str
    rows: tuple[str, ...]


def marked_totals(table: FormTable) -> tuple[FormTable, list[Subtotal]]:
    """A table whose rows named 小计, 合计 and the like are totals, and of these the ones that add up some rows only.

    A first or last row whose every count is the sum of all others is a total too, whatever it is called.
    """
    rows = [replace(row, is_total=row.is_total or _is_total_label(row.name)) for row in table.rows]
    marked = replace(table, rows=tuple(rows))
    found: list[Subtotal] = []
    for period in dict.fromkeys(row.period for row in rows):
        places = [at for at, row in enumerate(rows) if row.period == period]
        for at in {places[0], places[-1]}:
            units = [i for i in places if i != at and not marked.rows[i].is_total]
            if (
                len(units) > 2
                and not any(row.is_total for row in marked.rows)
                and _adds_up(marked, at, units, all_of=True)
            ):
                rows[at] = replace(rows[at], is_total=True)
        marked = replace(table, rows=tuple(rows))
        for order in (places, places[::-1]):  # subtotals below their rows, else above them
            subtotals = list(_subtotals(marked, order))
            if subtotals:
                found += subtotals
                break
    return marked, list({subtotal.label: subtotal for subtotal in found}.values())


def _subtotals(table: FormTable, places: Sequence[int]) -> Iterator[Subtotal]:
    """Totals that add up the rows between the one before and themselves, in the order of `places`."""
    units = [at for at in places if not table.rows[at].is_total]
    block: list[int] = []
    for at in places:
        if not table.rows[at].is_total:
            block.append(at)
        elif block and len(block) < len(units) and _adds_up(table, at, block):
            yield Subtotal(table.rows[at].name, tuple(table.rows[i].name for i in sorted(block)))
            block = []


def _is_total_label(name: str) -> bool:
    return bool(_TOTAL_LABEL.search(normalize_for_comparison(name)))


def _adds_up(table: FormTable, at: int, block: Sequence[int], *, all_of: bool = False) -> bool:
    """Whether most counts of a row, or all, are the sums of the rows of a block."""
    verdicts = []
    for column in table.of_kind(COUNT):
        total, parts = column.counts[at], [column.counts[i] for i in block]
        if total is not None and None not in parts:
            verdicts.append(total == sum(value or 0 for value in parts))
    return bool(verdicts) and (all(verdicts) if all_of else sum(verdicts) * 2 > len(verdicts))


class GroupFinder:
    """Finds the groups of rows and columns of all tables; groups of the same units are one."""

    def __init__(self) -> None:
        self.groups: list[DraftGroup] = []

    def of_rows(self, table: FormTable, subject: str, subtotals: Sequence[Subtotal]) -> list[DraftGroup]:
        """The groups of a table's rows: those that its subtotals or sections part, those known from other tables, else one."""
        blocks = [(_LABEL_ENDING.sub("", normalize_for_comparison(s.label)), list(s.rows)) for s in subtotals]
        sections = {row.section: None for row in table.rows if row.section}
        if len(sections) > 1:
            blocks = [(section, table.names_of_section(section)) for section in sections]
        in_blocks = {name for _, rows in blocks for name in rows}
        rest = [name for name in table.names if name not in in_blocks]
        if len(blocks) + bool(rest) > 1:
            parts = [*blocks, *([("", rest)] if rest else [])]
            return [self._group(table.name_heading, names, subject, word) for word, names in parts]
        known = [group for group in self.groups if group.units and {*group.units} & {*table.names}]
        if len(known) > 1 and {*table.names} <= {unit for group in known for unit in group.units}:
            for group in known:
                group.add_heading(table.name_heading)
            return known
        return [self._group(table.name_heading, table.names, subject)]

    def of_columns(self, shape: TableShape) -> DraftGroup:
        """The group of the columns: units that stand in rows elsewhere, areas, or fixed members of their own."""
        if shape.are_units:
            return self._group("区县", list(shape.members), "")
        like = _group_of_members(shape.members)
        members = [
            (_member_name(heading, at), heading, heading) for at, heading in enumerate(shape.members, start=1)
        ]
        name, word = (like.name, like.word) if like else ("part", "分项")
        group = DraftGroup(self._free_name(name), word, [word], [], False, False, members=members)
        self.groups.append(group)
        return group

    def _group(self, heading: str, names: Sequence[str], subject: str, own_word: str = "") -> DraftGroup:
        known = next((group for group in self.groups if _overlap(group.units, names) >= _LEAST_OVERLAP), None)
        if known is not None:
            known.units += [name for name in names if name not in known.units]
            known.add_heading(heading)
            return known
        like = _field_group(heading)
        taken = {group.word for group in self.groups}
        words = [word for word in (own_word, *_words(heading, subject)) if word] or ["单位"]
        word = next((word for word in words if word not in taken), f"{words[0]}（{len(taken) + 1}）")
        named = _field_group(word) or like
        name = self._free_name(named.name if named else "unit")
        is_area = sum(n[-1:] in AREA_ENDINGS for n in names) * 2 > len(names)
        group = DraftGroup(
            name,
            word,
            [],
            [name for name in names if name.strip()],
            is_registered=like is None or like.may_be_ranked,
            may_be_ranked=like is None or like.may_be_ranked,
            endings=AREA_ENDINGS if is_area else "",
        )
        group.add_heading(heading or "单位")
        self.groups.append(group)
        return group

    def _free_name(self, name: str) -> str:
        taken = {group.name for group in self.groups}
        return next(n for n in (name, *(f"{name}_{i}" for i in range(2, 100))) if n not in taken)


def _overlap(known: Collection[str], names: Collection[str]) -> float:
    """Share of the smaller of two lists of names that stands in the other."""
    if not known or not names:
        return 0.0
    both = {*map(normalize_for_comparison, known)} & {*map(normalize_for_comparison, names)}
    return len(both) / min(len({*known}), len({*names}))


def _words(heading: str, subject: str) -> Iterator[str]:
    """Words for a group: what its table is of, if that names units; the heading of its names; what the field says."""
    like = _field_group(heading)
    if (
        subject
        and like
        and any(subject.endswith(word[-2:]) for word in (like.word, heading) if len(word) > 1)
    ):
        yield subject.removeprefix("各")
    if heading:
        yield normalize_for_comparison(heading).removesuffix("名称")
    if subject:
        yield subject.removeprefix("各")
    if like:
        yield like.word


def _field_group(heading: str) -> Group | None:
    """The group of the field whose heading it is; None for any other."""
    folded = fold_heading(heading)
    groups = field_words().groups.values()
    return next((g for g in groups if folded in map(fold_heading, g.headings)), None)


def _group_of_members(headings: Sequence[str]) -> Group | None:
    """The group of the field of which all headings are members; None without one."""
    folded = [normalize_for_comparison(heading) for heading in headings]
    groups = field_words().groups.values()
    return next((group for group in groups if all(f in group.members_by_heading for f in folded)), None)


def _member_name(heading: str, at: int) -> str:
    for group in field_words().groups.values():
        member = group.members_by_heading.get(normalize_for_comparison(heading))
        if member:
            return member.name
    return f"member_{at}"
