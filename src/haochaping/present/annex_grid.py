"""An annex as printed: title, header rows, cells, totals and note as texts, without any layout."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from haochaping.core.labels import COLUMNS
from haochaping.core.model import NOTE, TABLES, QuarterData, encode_key
from haochaping.core.text import normalize_for_comparison, remove_whitespace_beside_chinese
from haochaping.present.annex_layout import SERIAL, TIER_HEADINGS, LayoutColumn, lay_out_annex
from haochaping.reference.reference import Reference

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


def annex_grids(data: QuarterData, reference: Reference) -> list[AnnexGrid]:
    """Every annex that the quarter has, in order.

    Cells read as printed, corrected ones as corrected: counts as plain digits, rates and words such as
    ``/`` as in the source. A column that the source does not have is left out.
    """
    return [_Annex(data, name, reference).grid() for name in TABLES if name not in data.absent]


class _Annex:
    """Gathers the texts of one annex."""

    def __init__(self, data: QuarterData, name: str, reference: Reference):
        self.data, self.spec, self.reference = data, TABLES[name], reference
        self.layout = lay_out_annex(data, name)
        annexes = data.annexes[data.annexes["table"] == name].to_dict("records")
        self.printed: dict[str, Any] = annexes[0] if annexes else {}

    def grid(self) -> AnnexGrid:
        return AnnexGrid(
            table=self.spec.name,
            number=self.spec.annex,
            title=self.printed.get("title") or self._composed_title(),
            header=self._header(self.layout.columns),
            rows=[
                [str(number), row.name, *(cell.text for cell in row.cells)]
                for number, row in enumerate(self.layout.rows, start=1)
            ],
            totals=[["", row.name, *(cell.text for cell in row.cells)] for row in self.layout.totals],
            note=self._note(),
        )

    def _header(self, columns: Sequence[LayoutColumn]) -> list[list[Heading]]:
        name = self._heading(self.spec.key[0])
        if "tier" not in self.spec.key:
            leaves = [Heading(c.key_part.get("district") or self._heading(c.measure)) for c in columns]
            return [[Heading(self._heading("serial")), Heading(name), *leaves]]
        tiers = dict.fromkeys(column.key_part["tier"] for column in columns)
        groups = [
            Heading(self._heading(tier), columns=sum(column.key_part["tier"] == tier for column in columns))
            for tier in tiers
        ]
        top_row = [Heading(self._heading("serial"), rows=2), Heading(name, rows=2), *groups]
        return [top_row, [Heading(self._heading(column.measure)) for column in columns]]

    def _heading(self, column: str) -> str:
        """Our word for a column if the city's list of headings has it, else the first heading of that list."""
        our_word = SERIAL if column == "serial" else TIER_HEADINGS.get(column) or COLUMNS[column]
        city_headings = [text for text, name in self.reference.headings.items() if name == column]
        return (
            our_word
            if normalize_for_comparison(our_word) in city_headings or not city_headings
            else city_headings[0]
        )

    # --- title and note ---

    def _composed_title(self) -> str:
        return f"{self.spec.title}{self.data.quarter.label_in_year}“好差评”数据通报表"

    def _note(self) -> str:
        """The printed note; composed from the facts where there is none or a part of it was corrected."""
        printed = remove_whitespace_beside_chinese(str(self.printed.get("note", "")))
        if printed and not self._is_note_corrected():
            return f"备注：{_NOTE_MARK.sub('', printed)}"
        start, end = (self._chinese_date_of(name) for name in ("period_start", "period_end"))
        extracted = self._chinese_date_of("extraction_date")
        parts = [
            self._source_phrase(printed),
            f"数据统计范围{start}至{end}" if start and end else "",
            f"数据提取时间：{extracted}" if extracted else "",
        ]
        joined = "，".join(part for part in parts if part)
        return f"备注：{joined}。" if joined else ""

    def _is_note_corrected(self) -> bool:
        corrections = self.data.corrections
        key = encode_key({self.spec.key[0]: NOTE})
        of_note = (corrections["table"] == self.spec.name) & (corrections["key"] == key)
        return bool((of_note & (corrections["column"] != "title")).any())

    def _source_phrase(self, printed: str) -> str:
        """The phrase 数据来源… of this note, or of another annex's note."""
        for note in [printed, *self.data.annexes["note"]]:
            match = _SOURCE.search(remove_whitespace_beside_chinese(str(note)))
            if match:
                return match.group(0)
        return ""

    def _chinese_date_of(self, name: str) -> str:
        return chinese_date(str(self.printed.get(name) or self.data.fact(name)))


def chinese_date(iso: str) -> str:
    """``2023-01-05`` as ``2023年1月5日``; other text is left as it is."""
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{day.year}年{day.month}月{day.day}日"
