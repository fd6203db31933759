"""Read the header of an annex table in plain text: the meaning of its columns.

Headers arrive in pieces: wrapped inside a heading, in two levels, with a unit in brackets, with districts as columns.
The pieces are joined and cut again into headings of ``data/reference/headings.csv``; a header that can be cut in no way
or in two ways is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations

from haochaping.core.labels import COLUMNS
from haochaping.core.model import TABLES, TIERS
from haochaping.core.text import normalize_for_comparison
from haochaping.read.text.lines import Line
from haochaping.read.text.rating_levels import ADD_A_COLUMN
from haochaping.reference.reference import IGNORED, Reference

_UNIT = re.compile(r"\((?:单位:)?(件|条|次|个|%|家|起)\)")
_DISTRICT_END = re.compile(r".*[区县市旗岛]")
_TITLE_WORDS = {
    "city_departments": ("市直", "市级部门", "市级各部门"),
    "district_departments": ("区直", "县直", "区县部门", "区县直"),
    "towns_and_villages": ("镇村", "镇街", "乡镇", "村居", "镇(街道)"),
    "public_services": ("公共服务",),
}

LONGEST_HEADER_TEXT = 500
"""Characters; a table with every district of a large city as a column has some two hundred."""
ONE_KEY = "表头应恰有一列名称（区县或部门）；一行一个组合的，应恰有部门、区县两列，或区县、层级两列"


@dataclass(frozen=True)
class Column:
    """One column after the serial number.

    ``field`` is a key or measure of the contract; ``district`` and ``tier`` are set where the header
    itself carries that part of the key; ``total`` is the label of a column of row totals.
    """

    field: str
    district: str = ""
    tier: str = ""
    total: str = ""
    in_percent: bool = False

    @property
    def is_key(self) -> bool:
        """Whether the column holds names."""
        return self.field in ("district", "department")

    @property
    def is_rate(self) -> bool:
        """Whether the column holds percentages."""
        return any(self.field in spec.rates for spec in TABLES.values())


class HeaderUnread(ValueError):
    """The header cannot be read, or in more than one way; the message says what was expected."""


def read_header(
    lines: Sequence[Line], title: str, reference: Reference, districts: Iterable[str]
) -> tuple[str, list[Column]]:
    """Return the table's name and its columns after the serial number, in printed order.

    Parameters
    ----------
    lines : sequence of Line
        The lines from 序号 up to the first row.
    title : str
        The annex's title, which must not contradict the header.
    districts : iterable of str
        Names of districts known from the registry or from other annexes.

    Raises
    ------
    HeaderUnread
        No reading, several readings, or a table the contract does not have.
    """
    if sum(len(line.folded) for line in lines) > LONGEST_HEADER_TEXT:
        raise HeaderUnread(f"表头不应超过 {LONGEST_HEADER_TEXT} 个字；表头与数据行之间不应有别的文字")
    if "非常不满意" in "".join(line.folded for line in lines):
        raise HeaderUnread(ADD_A_COLUMN)
    fields = _heading_columns(lines, reference) or _matrix_columns(lines, reference, districts)
    if fields is None:
        raise HeaderUnread(
            f"表头自“{_unknown_part(lines, reference)}”起不认识；列名应在 data/reference/headings.csv 中"
            f"（不用的列登记为 {IGNORED}），区县名称应在 units.csv 中"
        )
    columns = _columns(fields)
    return table_of(columns, title), columns


def _heading_columns(lines: Sequence[Line], reference: Reference) -> list[Column] | None:
    """Return the columns in reading order (serial number first), if all headings are known; else None."""
    header_text = "".join(line.folded for line in lines)
    readings = list(
        dict.fromkeys(
            _cut_into_headings(header_text, tuple(reference.headings.items())) + _unwrap(lines, reference)
        )
    )
    if len(readings) > 1:
        raise HeaderUnread("表头有两种读法；请在 data/reference/headings.csv 中明确列名")
    return list(readings[0]) if readings else None


def _cut_into_headings(text: str, headings: tuple[tuple[str, str], ...]) -> list[tuple[Column, ...]]:
    """Return the ways to cut `text` into headings with optional units, at most two of them."""

    @cache
    def ways(start: int) -> tuple[tuple[Column, ...], ...]:
        if start == len(text):
            return ((),)
        found: dict[tuple[Column, ...], None] = {}
        for heading, name in headings:
            if text.startswith(heading, start):
                end = start + len(heading)
                unit = _UNIT.match(text, end)
                for stop in {end, unit.end() if unit else end}:
                    percent = bool(unit) and stop > end and "%" in text[end:stop]
                    for rest in ways(stop):
                        found[(Column(name, in_percent=percent), *rest)] = None
        return tuple(found)[:2]

    return list(ways(0))


def _unknown_part(lines: Sequence[Line], reference: Reference) -> str:
    """Return the part of the header from where no known heading fits, for the message."""
    rest = "".join(line.folded for line in lines)
    while True:
        heading = max((h for h in reference.headings if rest.startswith(h)), key=len, default="")
        if not heading or heading == rest:
            return rest[:20]
        rest = rest[len(heading) :]


def _unwrap(lines: Sequence[Line], reference: Reference) -> list[tuple[Column, ...]]:
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
    return list({tuple(Column(known[slot]) for slot in slots): None for slots in extend(rows[0], rows[1:])})


def _matrix_columns(
    lines: Sequence[Line], reference: Reference, districts: Iterable[str]
) -> list[Column] | None:
    """Read a matrix header: serial number, department, then a column for each district, perhaps one of totals."""
    header_text = "".join(line.folded for line in lines)
    lead = _split_leading_headings(header_text, reference)
    if lead is None:
        return None
    serial_and_key, rest = lead
    names = {normalize_for_comparison(name): name for name in districts}
    totals = {label: label for label in reference.totals}
    readings = _cut_into_headings(rest, tuple((n, n) for n in {**names, **totals}))
    if len(readings) == 1:
        printed = [column.field for column in readings[0]]
    else:
        tokens = [(token.text, token.starts_line) for line in lines for token in line.tokens]
        joined = _join_districts(tokens, rest)
        if joined is None:
            return None
        printed = joined
    return serial_and_key + [
        Column("evaluations", total=name)
        if normalize_for_comparison(name) in reference.totals
        else Column("evaluations", district=names.get(normalize_for_comparison(name), name))
        for name in printed
    ]


def _split_leading_headings(header_text: str, reference: Reference) -> tuple[list[Column], str] | None:
    """Split off the headings of serial number and department (and 评价数 above all districts) from the rest."""
    remainders = []
    by_field: dict[str, list[str]] = {}
    for heading, name in reference.headings.items():
        by_field.setdefault(name, []).append(heading)
    for serial in by_field.get("serial", ()):
        for key in by_field.get("department", ()):
            if header_text.startswith(serial + key):
                remainders.append(header_text[len(serial + key) :])
    if not remainders:
        return None
    rest = min(remainders, key=len)
    for spanner in sorted(by_field.get("evaluations", ()), key=len, reverse=True):
        rest = rest.removeprefix(spanner)
    return [Column("serial"), Column("department")], rest


def _join_districts(tokens: list[tuple[str, bool]], rest: str) -> list[str] | None:
    """Join tokens to the district names in `rest`; a piece that does not end like one continues on the next line."""
    tail: list[tuple[str, bool]] = []
    while tokens and len("".join(normalize_for_comparison(text) for text, _ in tail)) < len(rest):
        tail.insert(0, tokens.pop())
    if "".join(normalize_for_comparison(text) for text, _ in tail) != rest:
        return None
    names: list[str] = []
    for text, starts_line in tail:
        if names and starts_line and not _DISTRICT_END.fullmatch(normalize_for_comparison(names[-1])):
            names[-1] += text
        else:
            names.append(text)
    return (
        names
        if names and all(_DISTRICT_END.fullmatch(normalize_for_comparison(name)) for name in names)
        else None
    )


def _columns(fields: list[Column]) -> list[Column]:
    """Return the columns after the serial number, with their tiers."""
    if fields[0].field != "serial":
        raise HeaderUnread("表的第一列应为“序号”")
    columns = fields[1:]
    tiers = [column.field for column in columns if column.field in TIERS]
    return checked_columns(_under_tiers(columns, tiers) if tiers else columns)


def checked_columns(columns: list[Column]) -> list[Column]:
    """Return `columns`; ignored ones get distinct labels.

    Raises
    ------
    HeaderUnread
        There is not exactly one column of names, or a column occurs twice.
    """
    keys = [column for column in columns if column.is_key]
    if len(keys) != 1:
        raise HeaderUnread(ONE_KEY)
    columns = [replace(c, total=f"{IGNORED} {i}") if c.field == IGNORED else c for i, c in enumerate(columns)]
    if len(set(columns)) != len(columns) or len({replace(c, in_percent=False) for c in columns}) != len(
        columns
    ):
        raise HeaderUnread("表头有重复的列")
    return columns


def _under_tiers(columns: list[Column], tiers: list[str]) -> list[Column]:
    """Give each measure its tier: headings under 镇级, then under 村级."""
    if len(set(tiers)) != len(tiers):
        raise HeaderUnread("“镇级”“村级”各应出现一次")
    first = next(i for i, column in enumerate(columns) if column.field in TIERS)
    are_adjacent = [column.field for column in columns[first : first + len(tiers)]] == tiers
    leaves = [c for c in columns if c.field not in TIERS and not c.is_key]
    if not are_adjacent:
        current = ""
        placed = []
        for column in columns:
            if column.field in TIERS:
                current = column.field
            elif not column.is_key:
                placed.append(replace(column, tier=current))
        leaves = placed
    else:
        size, left_over = divmod(len(leaves), len(tiers))
        if left_over:
            raise HeaderUnread("“镇级”“村级”之下的列数应相同")
        leaves = [replace(leaf, tier=tiers[i // size]) for i, leaf in enumerate(leaves)]
    if any(not leaf.tier for leaf in leaves):
        raise HeaderUnread("每个数据列都应在“镇级”或“村级”之下")
    return [*(c for c in columns if c.is_key), *leaves]


def table_of(columns: list[Column], title: str) -> str:
    """Identify the table of the contract by its columns and check it against the title.

    Raises
    ------
    HeaderUnread
        The title names another table, or a column does not belong to the table.
    """
    table = _identify_table(columns, title)
    _check_columns_fit(columns, table)
    return table


def named_tables(text: str) -> list[str]:
    """Return the tables that a title, sheet name or heading may mean."""
    return [
        table
        for table, words in _TITLE_WORDS.items()
        if any(word in normalize_for_comparison(text) for word in words)
    ]


def _identify_table(columns: list[Column], title: str) -> str:
    fields = {column.field for column in columns}
    named = named_tables(title)
    if any(column.district or (column.total and column.field != IGNORED) for column in columns):
        table = "district_departments"
    elif any(column.tier for column in columns):
        table = "towns_and_villages"
    elif "department" in fields:
        table = "city_departments"
    elif "share" in fields or (fields == {"district", "evaluations"} and named == ["public_services"]):
        table = "public_services"
    else:
        table = "districts"
    if named and table not in named:
        raise HeaderUnread(f"标题说的是{TABLES[named[0]].title}，表头却是{TABLES[table].title}的列")
    return table


def _check_columns_fit(columns: list[Column], table: str) -> None:
    spec = TABLES[table]
    if spec.key[0] not in {column.field for column in columns if column.is_key}:
        raise HeaderUnread(f"{spec.title}表（附件{spec.annex}）的名称列应为“{COLUMNS[spec.key[0]]}”")
    foreign = [c.field for c in columns if not c.is_key and c.field not in (*spec.measures, IGNORED)]
    if foreign:
        shown = "、".join(f"“{COLUMNS.get(name, name)}”" for name in foreign)
        raise HeaderUnread(f"{spec.title}表（附件{spec.annex}）不应有{shown}列；确不需要的，请在表中删去")
    if "evaluations" not in {column.field for column in columns}:
        raise HeaderUnread("表头应有评价数一列")
