"""Read the header of a table in plain text: the headings of its columns.

Headers arrive in pieces: wrapped inside a heading, in two levels, with a unit in brackets, with districts as columns.
The pieces are joined and cut again into headings that the city declares; a header that can be cut in two ways is refused.
Where it cannot be cut at all, the pieces of its one line are its headings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations

from haochaping.core.declaration import AS_PRINTED, Group
from haochaping.core.text import normalize_for_comparison
from haochaping.read.grid.annex_table import TableColumn
from haochaping.read.grid.table_meaning import (
    UNITS,
    HeaderUnread,
    TableEvidence,
    find_meaning,
    fold_heading,
)
from haochaping.read.text.lines import Line
from haochaping.reference.reference import Reference

_UNIT = re.compile(rf"\((?:单位:)?({UNITS})\)")
LONGEST_HEADER_TEXT = 500
"""Characters; a table with every district of a large city as a column has some two hundred."""


@dataclass(frozen=True)
class TextColumn:
    """A column after the serial number: its headings from the top level down, and how its cells look."""

    path: tuple[str, ...]
    is_name: bool = False
    is_percentage: bool = False
    in_percent: bool = False
    has_numbers: bool = True
    """Whether its cells are numbers; those of a column that nobody declared may be anything."""

    @property
    def heading(self) -> str:
        """Its lowest heading."""
        return self.path[-1]


def read_header(
    lines: Sequence[Line], title: str, reference: Reference, member_names: Iterable[str]
) -> list[TextColumn]:
    """Return the columns after the serial number, in printed order.

    Parameters
    ----------
    lines : sequence of Line
        The lines from 序号 up to the first row.
    title : str
        The annex's title, which must not contradict the header.
    member_names : iterable of str
        Names that may head columns, known from the registry or from other tables.

    Raises
    ------
    HeaderUnread
        No reading, several readings, or a title that names another annex.
    """
    if sum(len(line.folded) for line in lines) > LONGEST_HEADER_TEXT:
        raise HeaderUnread(f"表头不应超过 {LONGEST_HEADER_TEXT} 个字；表头与数据行之间不应有别的文字")
    names = {normalize_for_comparison(name): name for name in member_names}
    paths = _known_paths(lines, reference) or _matrix_paths(lines, reference, names) or _pieces(lines)
    if paths is None:
        raise HeaderUnread(
            f"表头自“{_unknown_part(lines, reference)}”起不认识；列名应在 data/reference/annexes.toml 中"
            f"{_names_across(reference)}"
        )
    return _columns(paths, title, reference, names)


def _columns(
    paths: Sequence[tuple[str, ...]], title: str, reference: Reference, names: dict[str, str]
) -> list[TextColumn]:
    """The columns with what they hold; exactly one is that of the names."""
    serials = {fold_heading(heading) for heading in reference.declaration.serial_headings}
    if fold_heading(paths[0][-1]) not in serials:
        raise HeaderUnread("表的第一列应为“序号”")
    evidence = TableEvidence((title,), lambda _: ("?",), frozenset(names))
    meaning = find_meaning(list(enumerate(paths)), reference, evidence)
    if len(paths) < 3 or meaning.member_at is not None or (meaning.spec and len(meaning.names_at) != 1):
        raise HeaderUnread("表头应恰有一列名称，其后是数据列；一行一个组合的表请用表格文件")
    name_at = meaning.names_at[0] if meaning.spec else 1
    values = {column.at: _with_declared_measure(column, reference) for column in meaning.values}
    return [
        TextColumn(
            path,
            is_name=at == name_at,
            is_percentage=at in values and values[at].is_percentage,
            in_percent=at in values and values[at].in_percent,
            has_numbers=at in values and _has_numbers(values[at]),
        )
        for at, path in enumerate(paths)
        if at
    ]


def _with_declared_measure(column: TableColumn, reference: Reference) -> TableColumn:
    """A column of a table that no annex fits, with the measure of its heading where one is declared.

    What its cells look like is known then; its figures stay those of a table that nobody declared.
    """
    if column.measure is not None:
        return column
    measures = reference.declaration.measures.values()
    named = (
        m for m in measures if fold_heading(column.path[-1]) in map(fold_heading, (m.heading, *m.aliases))
    )
    return replace(column, measure=next(named, None))


def _has_numbers(column: TableColumn) -> bool:
    return column.measure is not None and column.measure.kind != AS_PRINTED


# --- headings of one or two levels ----------------------------------------------------------------------


def _known_paths(lines: Sequence[Line], reference: Reference) -> list[tuple[str, ...]] | None:
    """The paths in reading order (serial number first), if all headings are known; else None."""
    header_text = "".join(line.folded for line in lines)
    cut = _cut_into_headings(header_text, tuple(reference.headings))
    readings = list(dict.fromkeys(cut + _unwrap(lines, reference)))
    tokens = tuple(normalize_for_comparison(token.text) for line in lines for token in line.tokens)
    if tokens in readings:  # the blanks between headings decide
        readings = [tokens]
    if len(readings) > 1:
        raise HeaderUnread("表头有两种读法；请在 data/reference/annexes.toml 中明确列名")
    if not readings:
        return None
    printed = _printed_forms(lines, cut[0]) if cut else {}
    paths = _under_members(list(readings[0]), reference)
    return [tuple(printed.get(heading, heading) for heading in path) for path in paths]


def _printed_forms(lines: Sequence[Line], headings: Sequence[str]) -> dict[str, str]:
    """Headings in half-width form, of which the text of `lines` consists, to what is printed: 收到来信（件）."""
    printed = "".join(token.text for line in lines for token in line.tokens)
    forms: dict[str, str] = {}
    at = 0
    for heading in headings:
        end = at
        while end < len(printed) and len(normalize_for_comparison(printed[at:end])) < len(heading):
            end += 1
        if normalize_for_comparison(printed[at:end]) != heading:
            return {}  # a character that normalises only with its neighbours
        forms[heading] = printed[at:end]
        at = end
    return forms


def _cut_into_headings(text: str, headings: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the ways to cut `text` into headings with optional units, at most two of them."""

    @cache
    def ways(start: int) -> tuple[tuple[str, ...], ...]:
        if start == len(text):
            return ((),)
        found: dict[tuple[str, ...], None] = {}
        for heading in headings:
            if text.startswith(heading, start):
                end = start + len(heading)
                unit = _UNIT.match(text, end)
                for stop in {end, unit.end() if unit else end}:
                    for rest in ways(stop):
                        found[(text[start:stop], *rest)] = None
        return tuple(found)[:2]

    return list(ways(0))


def _names_across(reference: Reference) -> str:
    """Where the names of registered units belong that head columns, in words; blank where none does."""
    across = (spec.columns_by for spec in reference.declaration.annexes.values())
    words = dict.fromkeys(group.word for group in across if group and group.is_registered)
    return f"，{'、'.join(words)}名称应在 units.csv 中" if words else ""


def _unknown_part(lines: Sequence[Line], reference: Reference) -> str:
    """Return the part of the header from where no known heading fits, for the message."""
    rest = "".join(line.folded for line in lines)
    while True:
        heading = max((h for h in reference.headings if rest.startswith(h)), key=len, default="")
        if not heading or heading == rest:
            return rest[:20]
        rest = rest[len(heading) :]


def _unwrap(lines: Sequence[Line], reference: Reference) -> list[tuple[str, ...]]:
    """Read headings wrapped side by side: each later line continues some headings of the first, in order."""
    known = reference.headings

    def extend(slots: list[str], rest: list[list[str]]) -> list[list[str]]:
        if not rest:
            return [slots] if all(slot in known for slot in slots) else []
        found = []
        for places in combinations(range(len(slots)), len(rest[0])):
            longer = list(slots)
            for place, piece in zip(places, rest[0], strict=True):
                longer[place] += piece
            if all(any(name.startswith(longer[place]) for name in known) for place in places):
                found.extend(extend(longer, rest[1:]))
        return found

    rows = [[normalize_for_comparison(token.text) for token in line.tokens] for line in lines]
    if len(rows) > 4 or len(rows[0]) > 14 or any(len(row) > len(rows[0]) for row in rows):
        return []
    return list({tuple(slots): None for slots in extend(rows[0], rows[1:])})


def _under_members(headings: list[str], reference: Reference) -> list[tuple[str, ...]]:
    """Give each measure the member it stands under: headings under 镇级, then under 村级."""
    for group in reference.declaration.groups.values():
        members = [heading for heading in headings if heading in group.members_by_heading]
        if members:
            return _below(headings, members, group, reference)
    return [(heading,) for heading in headings]


def _below(
    headings: list[str], members: list[str], group: Group, reference: Reference
) -> list[tuple[str, ...]]:
    words = "".join(f"“{member.headings[0]}”" for member in group.members)
    if len({group.members_by_heading[heading].name for heading in members}) != len(members):
        raise HeaderUnread(f"{words}各应出现一次")
    first = headings.index(members[0])
    if headings[first : first + len(members)] != members:
        return _in_turn(headings, members)
    lead, leaves = _split_lead([h for h in headings if h not in members], reference)
    size, left_over = divmod(len(leaves), len(members))
    if left_over:
        raise HeaderUnread(f"{words}之下的列数应相同")
    placed = [(members[i // size], leaf) for i, leaf in enumerate(leaves)]
    return [*((heading,) for heading in lead), *placed]


def _in_turn(headings: list[str], members: list[str]) -> list[tuple[str, ...]]:
    """Paths where each member is followed by its measures."""
    paths: list[tuple[str, ...]] = []
    current = ""
    for heading in headings:
        if heading in members:
            current = heading
        else:
            paths.append((current, heading) if current else (heading,))
    return paths


def _split_lead(headings: list[str], reference: Reference) -> tuple[list[str], list[str]]:
    """Split into the headings of serial number and names, and those of figures."""
    declared = reference.declaration
    lead = {fold_heading(h) for h in declared.serial_headings}
    lead |= {fold_heading(h) for group in declared.groups.values() for h in group.headings}
    return [h for h in headings if fold_heading(h) in lead], [
        h for h in headings if fold_heading(h) not in lead
    ]


def _pieces(lines: Sequence[Line]) -> list[tuple[str, ...]] | None:
    """The pieces of a header of one line, of which some are not known; None for more lines."""
    if len(lines) != 1 or len(lines[0].tokens) < 3:
        return None
    return [(token.text,) for token in lines[0].tokens]


# --- a matrix -------------------------------------------------------------------------------------------


def _matrix_paths(
    lines: Sequence[Line], reference: Reference, names: dict[str, str]
) -> list[tuple[str, ...]] | None:
    """Read a matrix header: serial number, names, then a column for each member, perhaps one of totals."""
    endings = "".join(
        spec.columns_by.endings for spec in reference.declaration.annexes.values() if spec.columns_by
    )
    header_text = "".join(line.folded for line in lines)
    split = _split_leading_headings(header_text, reference)
    if split is None or not endings:
        return None
    lead, rest = split
    readings = _cut_into_headings(rest, tuple({**names, **dict.fromkeys(reference.totals)}))
    if len(readings) == 1:
        members = [names.get(name, name) for name in readings[0]]
    else:
        tokens = [(token.text, token.starts_line) for line in lines for token in line.tokens]
        joined = _join_members(tokens, rest, endings)
        if joined is None:
            return None
        members = joined
    return [*((heading,) for heading in lead), *((member,) for member in members)]


def _split_leading_headings(header_text: str, reference: Reference) -> tuple[list[str], str] | None:
    """Split off the headings of serial number and names (and the measure above all members) from the rest."""
    declared = reference.declaration
    matrices = [spec for spec in declared.annexes.values() if spec.columns_by and not spec.columns_by.members]
    keys = {normalize_for_comparison(h) for spec in matrices for group in spec.groups for h in group.headings}
    spanners = {
        normalize_for_comparison(heading)
        for spec in matrices
        for measure in spec.measures_by_name.values()
        for heading in (measure.heading, *measure.aliases)
    }
    found: list[tuple[list[str], str]] = []
    for serial in map(normalize_for_comparison, declared.serial_headings):
        for key in keys:
            if header_text.startswith(serial + key):
                found.append(([serial, key], header_text[len(serial + key) :]))
    if not found:
        return None
    lead, rest = min(found, key=lambda split: len(split[1]))
    for spanner in sorted(spanners, key=len, reverse=True):
        rest = rest.removeprefix(spanner)
    return lead, rest


def _join_members(tokens: list[tuple[str, bool]], rest: str, endings: str) -> list[str] | None:
    """Join tokens to the names in `rest`; a piece that does not end like one continues on the next line."""
    tail: list[tuple[str, bool]] = []
    while tokens and len("".join(normalize_for_comparison(text) for text, _ in tail)) < len(rest):
        tail.insert(0, tokens.pop())
    if "".join(normalize_for_comparison(text) for text, _ in tail) != rest:
        return None
    names: list[str] = []
    for text, starts_line in tail:
        if names and starts_line and normalize_for_comparison(names[-1])[-1:] not in endings:
            names[-1] += text
        else:
            names.append(text)
    is_name = [normalize_for_comparison(name)[-1:] in endings for name in names]
    return names if names and all(is_name) else None
