"""An annex as printed: title, header rows, cells, totals and note as texts, without any layout."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from haochaping.checks.book import Book, Row
from haochaping.cleaning.text import fold
from haochaping.labels import COLUMNS
from haochaping.model import NOTE, TABLES, QuarterData, decode_key, encode_key
from haochaping.reference import Reference

SERIAL = "序号"
TIER_HEADINGS = {"town": "镇级", "village": "村级"}
_NOT_IN_SOURCE = "原表无此列"
_BLANK_BESIDE_CHINESE = re.compile(r"(?<=[^\x00-\xff])\s+|\s+(?=[^\x00-\xff])")
_SOURCE = re.compile(r"数据来源[^，,。；;]*")
_NOTE_MARK = re.compile(r"^(?:备注|附注|注)[：:]?")


@dataclass(frozen=True)
class Heading:
    """A cell of the header: how many columns and rows it spans."""

    text: str
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True)
class AnnexGrid:
    """One annex, ready to be laid out.

    ``header`` has one or two rows; every row of ``rows`` and ``totals`` has one text a column, serial
    number and name first; ``note`` begins with 备注： or is blank.
    """

    table: str
    number: int
    title: str
    header: Sequence[Sequence[Heading]]
    rows: Sequence[Sequence[str]]
    totals: Sequence[Sequence[str]]
    note: str = ""

    @property
    def columns(self) -> int:
        """Number of columns, the serial number's included."""
        return sum(heading.columns for heading in self.header[0])


@dataclass(frozen=True)
class _Column:
    """A printed column: the rest of its key beside the row's name, and its measure."""

    measure: str
    rest: dict[str, str] = field(default_factory=dict)


def annex_grids(data: QuarterData, reference: Reference) -> list[AnnexGrid]:
    """Every annex that the quarter has, in order.

    Cells read as printed, corrected ones as corrected: counts as plain digits, rates and words such as
    ``/`` as they stand there. A column that the source does not have is left out.
    """
    book = Book(data)
    return [_Annex(data, name, reference, book).grid() for name in TABLES if name not in data.absent]


class _Annex:
    """Gathers the texts of one annex."""

    def __init__(self, data: QuarterData, name: str, reference: Reference, book: Book):
        self.data, self.spec, self.reference, self.book = data, TABLES[name], reference, book
        self.content = data.table(name)
        self.unreported = {
            (row["key"], row["column"]): row["reason"]
            for row in data.unreported.to_dict("records")
            if row["table"] == name
        }
        annexes = data.annexes[data.annexes["table"] == name].to_dict("records")
        self.printed: dict[str, Any] = annexes[0] if annexes else {}

    def grid(self) -> AnnexGrid:
        names = self._ordered(self.spec.key[0])
        columns = [column for column in self._columns() if not self._not_in_source(column, names)]
        return AnnexGrid(
            table=self.spec.name,
            number=self.spec.annex,
            title=self.printed.get("title") or self._own_title(),
            header=self._header(columns),
            rows=[
                [str(number), name, *(self._text(name, column) for column in columns)]
                for number, name in enumerate(names, start=1)
            ],
            totals=[
                ["", name, *(self._text(name, column) for column in columns)]
                for name in self._totals(self.spec.key[0])
            ],
            note=self._note(),
        )

    # --- columns and rows ---

    def _ordered(self, key: str) -> list[str]:
        return list(dict.fromkeys(self.content[key]))

    def _totals(self, key: str) -> list[str]:
        """Labels of totals along one part of the key: those that are no name of the table."""
        own = set(self.content[key])
        printed = [row.key for row in self.book.totals(self.spec.name)]
        printed += [decode_key(text) for text, _ in self.unreported]  # a total row may hold words only
        return [name for name in dict.fromkeys(k.get(key, "") for k in printed) if name and name not in own]

    def _columns(self) -> list[_Column]:
        if self.spec.name == "district_departments":
            districts = [*self._ordered("district"), *self._totals("district")]
            return [_Column("evaluations", {"district": district}) for district in districts]
        if "tier" in self.spec.key:
            return [_Column(m, {"tier": tier}) for tier in self._ordered("tier") for m in self.spec.measures]
        return [_Column(column) for column in self.spec.columns if column in self.spec.measures]

    def _not_in_source(self, column: _Column, names: Iterable[str]) -> bool:
        keys = (self._key(name, column) for name in names)
        return all(self.unreported.get((encode_key(key), column.measure)) == _NOT_IN_SOURCE for key in keys)

    def _header(self, columns: Sequence[_Column]) -> list[list[Heading]]:
        name = self._heading(self.spec.key[0])
        if "tier" not in self.spec.key:
            leaves = [Heading(c.rest.get("district") or self._heading(c.measure)) for c in columns]
            return [[Heading(self._heading("serial")), Heading(name), *leaves]]
        tiers = dict.fromkeys(column.rest["tier"] for column in columns)
        groups = [
            Heading(self._heading(tier), columns=sum(column.rest["tier"] == tier for column in columns))
            for tier in tiers
        ]
        top = [Heading(self._heading("serial"), rows=2), Heading(name, rows=2), *groups]
        return [top, [Heading(self._heading(column.measure)) for column in columns]]

    def _heading(self, column: str) -> str:
        """Our word for a column if the city's list of headings knows it, else the first one of that list."""
        own = SERIAL if column == "serial" else TIER_HEADINGS.get(column) or COLUMNS[column]
        known = [text for text, name in self.reference.headings.items() if name == column]
        return own if fold(own) in known or not known else known[0]

    # --- cells ---

    def _key(self, name: str, column: _Column) -> dict[str, str]:
        return {self.spec.key[0]: name, **column.rest}

    def _text(self, name: str, column: _Column) -> str:
        at = Row(self.spec.name, self._key(name, column)).cell(column.measure)
        value = self.book.count(at) if column.measure in self.spec.counts else None
        return self.book.printed(at) if value is None else str(value)

    # --- title and note ---

    def _own_title(self) -> str:
        return f"{self.spec.title}{self.data.quarter.label.partition('年')[2]}“好差评”数据通报表"

    def _note(self) -> str:
        """The printed note; composed anew where there is none or its dates were corrected."""
        printed = _BLANK_BESIDE_CHINESE.sub("", str(self.printed.get("note", "")))
        if printed and not self._note_corrected():
            return f"备注：{_NOTE_MARK.sub('', printed)}"
        start, end = (self._day(name) for name in ("period_start", "period_end"))
        extracted = self._day("extraction_date")
        parts = [
            self._source(printed),
            f"数据统计范围{start}至{end}" if start and end else "",
            f"数据提取时间：{extracted}" if extracted else "",
        ]
        told = "，".join(part for part in parts if part)
        return f"备注：{told}。" if told else ""

    def _note_corrected(self) -> bool:
        corrections = self.data.corrections
        key = encode_key({self.spec.key[0]: NOTE})
        here = (corrections["table"] == self.spec.name) & (corrections["key"] == key)
        return bool((here & (corrections["column"] != "title")).any())

    def _source(self, printed: str) -> str:
        """Where the data come from, in the words of this note or of another annex's."""
        for note in [printed, *self.data.annexes["note"]]:
            match = _SOURCE.search(_BLANK_BESIDE_CHINESE.sub("", str(note)))
            if match:
                return match.group(0)
        return ""

    def _day(self, name: str) -> str:
        return chinese_date(str(self.printed.get(name) or self.data.fact(name)))


def chinese_date(iso: str) -> str:
    """``2023-01-05`` as ``2023年1月5日``; other text is left as it is."""
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{day.year}年{day.month}月{day.day}日"
