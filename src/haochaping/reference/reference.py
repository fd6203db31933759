"""Settings of a city and the wording of its tables: everything under ``data/reference/``."""

from __future__ import annotations

import csv
import io
import os
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from haochaping.cleaning.csv_cell_limit import csv_cell_limit
from haochaping.cleaning.decode_text import decode
from haochaping.core.declaration import Declaration
from haochaping.core.errors import InputRefused, Problem, describe_os_error, refuse
from haochaping.core.paths import find_locations
from haochaping.core.period import KINDS, QUARTER, Period, kind_name
from haochaping.core.text import normalize_for_comparison
from haochaping.reference.city_keys import check_city
from haochaping.reference.parse_toml import parse_toml
from haochaping.reference.read_declaration import DECLARATION, read_declaration
from haochaping.reference.record_settings import check_record_settings
from haochaping.reference.toml_lines import TomlLines

UNIT_COLUMNS = (
    "kind",
    "canonical",
    "aliases",
    "official_order",
    "area_code",
    "counterpart",
    "valid_from",
    "valid_to",
)
_WORD_COLUMNS = ("kind", "text", "meaning")
OPTIONAL_COLUMNS = {
    "claims.csv": ("name", "pattern", "severity", "needs"),
    "plans.csv": ("subject", "pattern"),
    "benchmarks.csv": ("place", "period", "evaluations", "negatives", "source"),
}
"""Files that a city need not have, with their columns."""


@dataclass(frozen=True)
class Unit:
    """A unit of the registry: one row of ``units.csv``."""

    kind: str
    canonical: str
    aliases: tuple[str, ...]
    official_order: int
    area_code: str
    counterpart: str
    valid_from: str
    valid_to: str

    def valid_on(self, day: date) -> bool:
        """Whether the unit existed on `day` (blank bounds are open)."""
        return (not self.valid_from or self.valid_from <= day.isoformat()) and (
            not self.valid_to or day.isoformat() <= self.valid_to
        )


@dataclass(frozen=True)
class Reference:
    """City settings, units registry, table headings and special words."""

    folder: Path
    city: dict[str, Any]
    units: tuple[Unit, ...]
    declaration: Declaration = field(repr=False)
    """Annexes, row groups and measures of the city's bulletin."""
    totals: frozenset[str] = field(repr=False)
    """Labels of total rows (合计), in the form of :func:`normalize_for_comparison`, as all words below."""
    no_value: dict[str, str] = field(repr=False)
    """Word printed in place of a number (/, 归市) to the reason shown for it."""
    counted_elsewhere: frozenset[str] = field(default=frozenset(), repr=False)
    """Those words of ``no_value`` that say the figure is counted elsewhere (归市), so that no total here contains it."""

    @cached_property
    def _units_by_name(self) -> dict[tuple[str, str], Unit]:
        return {
            (u.kind, normalize_for_comparison(name)): u
            for u in self.units
            for name in (u.canonical, *u.aliases)
        }

    @cached_property
    def headings(self) -> frozenset[str]:
        """Every heading that the declaration knows, normalised: serial numbers, names, members, measures, unwanted ones."""
        declared = self.declaration
        groups = declared.groups.values()
        return frozenset(
            normalize_for_comparison(heading)
            for headings in (
                declared.serial_headings,
                *(group.headings for group in groups),
                *(member.headings for group in groups for member in group.members),
                *((measure.heading, *measure.aliases) for measure in declared.measures.values()),
                [entry.heading for entry in declared.unwanted],
            )
            for whole in headings
            for heading in (whole, *whole.split("/"))  # a path of headings has one on each level
        )

    def optional_rows(self, name: str) -> list[dict[str, str]]:
        """The rows of one of ``OPTIONAL_COLUMNS`` in the folder; none where the city has no such file.

        Raises
        ------
        InputRefused
            It cannot be read, or a pattern in it is none.
        """
        path = self.folder / name
        if not os.path.lexists(path):
            return []
        rows = _read_csv(path, OPTIONAL_COLUMNS[name])
        for line, row in enumerate(rows, start=2):
            _refuse_pattern(f"{path} 第 {line} 行 pattern", row.get("pattern", ""))
        return rows

    @property
    def registered_kinds(self) -> dict[str, str]:
        """Groups whose units stand in ``units.csv``, with their words."""
        return {group.name: group.word for group in self.declaration.groups.values() if group.is_registered}

    @property
    def may_name_units(self) -> bool:
        """Whether the city allows the bulletin's text to name units: ``[bulletin] name_units = true``."""
        settings = self.city.get("bulletin")
        return isinstance(settings, dict) and settings.get("name_units") is True

    @property
    def periods(self) -> tuple[str, ...]:
        """Kinds of period for which the city publishes ratings: ``periods``; by default quarters alone."""
        return tuple(self.city.get("periods", (QUARTER,)))

    def admit(self, period: Period) -> None:
        """Refuse a period of a kind that the city does not publish: a mistyped month may be no quarter's folder.

        Raises
        ------
        InputRefused
            Names the line of ``city.toml`` that would allow it.
        """
        if period.kind in self.periods:
            return
        line = ", ".join(f'"{kind}"' for kind in KINDS if kind in {*self.periods, period.kind})
        declared = "、".join(kind_name(kind) for kind in self.periods)
        raise refuse(
            str(period),
            f"{period.label}是{period.name}",
            f"本市声明公布的是{declared}；也公布{period.name}的，请在 {self.folder / 'city.toml'} 开头（各节之前）写："
            f"periods = [{line}]",
        )

    def unit(self, kind: str, name: str) -> Unit | None:
        """The unit of `kind` with this name or alias, or None."""
        return self._units_by_name.get((kind, normalize_for_comparison(name)))

    def canonical(self, kind: str, name: str) -> str:
        """Canonical name of a unit; an unknown name is returned as it is."""
        unit = self.unit(kind, name)
        return unit.canonical if unit else name

    def names(self, kind: str) -> list[str]:
        """All names of units of `kind`, aliases included."""
        return [name for u in self.units if u.kind == kind for name in (u.canonical, *u.aliases)]

    def threshold(self, name: str) -> float:
        """A number from ``[thresholds]`` of ``city.toml``."""
        try:
            return float(self.city["thresholds"][name])
        except (KeyError, TypeError, ValueError):
            thresholds = self.city.get("thresholds")
            known = f"；已有的是：{'、'.join(thresholds)}" if isinstance(thresholds, dict) else ""
            raise refuse(
                f"{self.folder / 'city.toml'} [thresholds] {name}", "", f"应为一个数{known}"
            ) from None


def load_reference(folder: Path) -> Reference:
    """Read ``city.toml``, ``annexes.toml``, ``units.csv`` and ``words.csv`` from `folder`.

    Raises
    ------
    InputRefused
        A file is missing, is not valid TOML or CSV, lacks a column or has a wrong entry.
    """
    city = _read_city(folder / "city.toml")
    declaration = read_declaration(folder / DECLARATION, _read_text(folder / DECLARATION))
    words = read_words(folder / "words.csv")
    rows = _read_unit_rows(folder)
    units = tuple(_unit(row, folder / "units.csv", i, declaration) for i, row in enumerate(rows, start=2))
    _refuse_unknown_counterparts(units, folder / "units.csv", declaration)
    reference = Reference(
        folder=folder,
        city=city,
        units=units,
        declaration=declaration,
        totals=words.totals,
        no_value=words.no_value,
        counted_elsewhere=words.counted_elsewhere,
    )
    check_record_settings(folder, declaration)  # refused here, and not by whoever needs it first
    for name in OPTIONAL_COLUMNS:
        reference.optional_rows(name)
    return reference


def threshold(name: str, data: str | os.PathLike[str] | None = None) -> float:
    """本市的一个界限，写在 ``city.toml`` 的 ``[thresholds]`` 中。

    Examples
    --------
    >>> import haochaping as hcp
    >>> hcp.threshold("small_denominator")
    30.0

    Raises
    ------
    InputRefused
        没有这一项。
    """
    return load_reference(find_locations(data).reference).threshold(name)


@dataclass(frozen=True)
class Words:
    """The words of ``words.csv``, normalised; fields as of :class:`Reference`."""

    totals: frozenset[str]
    no_value: dict[str, str]
    counted_elsewhere: frozenset[str]


def read_words(path: Path) -> Words:
    """Read a ``words.csv``: labels of totals, words in place of a number.

    Raises
    ------
    InputRefused
        A column is missing, or a row has another kind or no text.
    """
    rows = _read_csv(path, _WORD_COLUMNS)
    wrong = [
        Problem(f"{path} 第 {line} 行", row["kind"], "kind 应为 total、no_value 或 elsewhere，text 不应空白")
        for line, row in enumerate(rows, start=2)
        if row["kind"] not in ("total", "no_value", "elsewhere") or not row["text"]
    ]
    if wrong:
        raise InputRefused(wrong)

    def texts(kind: str) -> frozenset[str]:
        return frozenset(normalize_for_comparison(row["text"]) for row in rows if row["kind"] == kind)

    no_value = {
        normalize_for_comparison(row["text"]): row["meaning"] for row in rows if row["kind"] != "total"
    }
    return Words(texts("total"), no_value, texts("elsewhere"))


def _read_city(path: Path) -> dict[str, Any]:
    text = _read_text(path)
    city = parse_toml(text, str(path))
    if problems := check_city(city, path, TomlLines(text)):
        raise InputRefused(problems)
    return city


def _read_unit_rows(folder: Path) -> list[dict[str, str]]:
    path = folder / "units.csv"
    rows = _read_csv(path, UNIT_COLUMNS)
    lines_by_name: dict[tuple[str, str], list[int]] = defaultdict(list)
    for line, row in enumerate(rows, start=2):
        for name in {row["canonical"], *_aliases(row)}:
            lines_by_name[row["kind"], normalize_for_comparison(name)].append(line)
    clashes = [
        Problem(f"{path} 第 {'、'.join(map(str, lines))} 行", name, "同类单位的名称或别名不能重复")
        for (_, name), lines in lines_by_name.items()
        if len(lines) > 1
    ]
    if clashes:
        raise InputRefused(clashes)
    return rows


def _aliases(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(
        alias.strip() for alias in row.get("aliases", "").replace("；", ";").split(";") if alias.strip()
    )


def _unit(row: dict[str, str], path: Path, line: int, declaration: Declaration) -> Unit:
    kinds = [group.name for group in declaration.groups.values() if group.is_registered]
    if row["kind"] not in kinds:
        expected = (
            f"应为 {'、'.join(kinds)} 之一" if kinds else "annexes.toml 中没有一个组写明 registered = true"
        )
        raise refuse(f"{path} 第 {line} 行 kind", row["kind"], expected)
    order = row.get("official_order", "")
    if order and not (order.isdecimal() and len(order) < 10):
        raise refuse(f"{path} 第 {line} 行 official_order", order, "应为整数或空白")
    if not normalize_for_comparison(row["canonical"]):
        raise refuse(f"{path} 第 {line} 行 canonical", "空白", "应为单位的规范名称")
    for name in ("valid_from", "valid_to"):
        if row[name] and not _is_iso_date(row[name]):
            raise refuse(f"{path} 第 {line} 行 {name}", row[name], "应写作 2021-12-31，或空白")
    if row["valid_from"] and row["valid_to"] and row["valid_from"] > row["valid_to"]:
        raise refuse(
            f"{path} 第 {line} 行 valid_to", row["valid_to"], f"不应早于 valid_from {row['valid_from']}"
        )
    return Unit(
        kind=row["kind"],
        canonical=row["canonical"],
        aliases=_aliases(row),
        official_order=int(order or 0),
        area_code=row.get("area_code", ""),
        counterpart=row.get("counterpart", ""),
        valid_from=row.get("valid_from", ""),
        valid_to=row.get("valid_to", ""),
    )


def _refuse_unknown_counterparts(units: Sequence[Unit], path: Path, declaration: Declaration) -> None:
    """Refuse a counterpart that is an annex which is not declared: what compares the two would find nothing.

    One that is the name of a unit need not be registered: some have none of their own in the tables.
    """
    known = [f"附件{spec.number}" for spec in declaration.annexes.values() if spec.number is not None]
    problems = [
        Problem(
            f"{path} 第 {line} 行 counterpart", unit.counterpart, f"附件应为 {'、'.join(known)} 之一，或空白"
        )
        for line, unit in enumerate(units, start=2)
        if normalize_for_comparison(unit.counterpart).startswith("附件")
        and normalize_for_comparison(unit.counterpart) not in known
    ]
    if problems:
        raise InputRefused(problems)


def _refuse_pattern(place: str, pattern: str) -> None:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        raise refuse(place, pattern, "应为正则表达式：括号应成对，方括号应闭合") from None


def _is_iso_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _read_text(path: Path) -> str:
    if os.path.lexists(path) and not path.is_file():
        raise refuse(str(path), "不是文件，或是断开的链接", "应为可读的文件")
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise refuse(
            str(path), "未找到", "此文件是本市设置的一部分，可从工具包的 data/reference 复制"
        ) from None
    except OSError as error:
        raise refuse(str(path), describe_os_error(error), "应为可读的文件") from None
    return decode(data, str(path))


def _read_csv(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a CSV that has exactly these columns, in any order; blank rows at the end are dropped.

    Raises
    ------
    InputRefused
        A column is missing or not known, a cell is far too long or goes over several lines, as behind a quote that is not
        closed.
    """
    reader = csv.DictReader(io.StringIO(_read_text(path), newline=None))
    try:
        with csv_cell_limit():
            records = list(reader)
    except csv.Error:
        raise refuse(str(path), "内容过长", "引号应成对；请用表格软件打开，另存为 .csv") from None
    found = [name.strip() for name in reader.fieldnames or []]
    missing = [name for name in columns if name not in found]
    unknown = [name for name in found if name and name not in columns]
    expected = f"首行应为 {','.join(columns)}"
    if missing:
        raise refuse(f"{path} 第 1 行", f"缺少列 {'、'.join(missing)}", expected)
    if unknown:
        raise refuse(f"{path} 第 1 行", f"不认识的列 {'、'.join(unknown)}", expected)
    rows = []
    for number, record in enumerate(records, start=2):
        broken = next((v for v in record.values() if isinstance(v, str) and "\n" in v), None)
        if broken is not None:
            raise refuse(f"{path} 第 {number} 行", broken.split("\n")[0][:40], "一格不应跨行；引号应成对")
        rows.append({key.strip(): (value or "").strip() for key, value in record.items() if key})
    while rows and not any(rows[-1].values()):
        rows.pop()  # a spreadsheet leaves blank rows at the end
    return rows
