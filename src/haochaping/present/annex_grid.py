"""An annex as printed: title, header rows, cells, totals and note as texts, without any layout."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

from haochaping.core.annex_numbers import paper_number, printed_table_names
from haochaping.core.model import NOTE, QuarterData
from haochaping.core.text import remove_whitespace_beside_chinese
from haochaping.present.header_tree import Heading, column_paths
from haochaping.present.printed_table import printed_table

_SOURCE = re.compile(r"数据来源[^，,。；;]*")
_NOTE_MARK = re.compile(r"^(?:备注|附注|注)[：:]?")


@dataclass(frozen=True)
class AnnexGrid:
    """One annex, ready to be laid out.

    ``number`` is the printed one; a table without its own has the first free one. Every row of ``rows``, totals among
    them where they are printed, has one text a column, serial number (blank for totals) and name first; ``note`` begins
    with 备注： or is blank.
    """

    table: str
    number: int
    title: str
    header: Sequence[Sequence[Heading]]
    rows: Sequence[Sequence[str]]
    note: str = ""

    @property
    def columns(self) -> int:
        """Number of columns, the serial number's included."""
        return sum(heading.columns for heading in self.header[0])

    @property
    def lowest_headings(self) -> list[str]:
        """The heading right above the cells of each column."""
        return [path[-1] for path in column_paths(self.header)]

    @property
    def headings(self) -> list[str]:
        """All that is written above each column, in one text."""
        return ["".join(path) for path in column_paths(self.header)]


def annex_grids(data: QuarterData) -> list[AnnexGrid]:
    """Every table that the quarter has, in order.

    Cells read as printed, corrected ones as corrected: counts as plain digits, rates and words such as
    ``/`` as in the source, and so does everything that nobody declared.
    """
    numbers = {name: paper_number(data, name) or 0 for name in printed_table_names(data)}
    return [_Annex(data, name).grid(number) for name, number in numbers.items()]


class _Annex:
    """Gathers the texts of one annex."""

    def __init__(self, data: QuarterData, name: str):
        self.data, self.table = data, printed_table(data, name)
        annexes = data.annexes[data.annexes["table"] == name].to_dict("records")
        self.printed: dict[str, Any] = annexes[0] if annexes else {}

    def grid(self, number: int) -> AnnexGrid:
        return AnnexGrid(
            table=self.table.name,
            number=number,
            title=self.table.printed_title or self._composed_title(),
            header=self.table.header,
            rows=list(self._rows()),
            note=self._note(),
        )

    def _rows(self) -> Iterator[list[str]]:
        serials = count(1)
        for line in self.table.lines:
            serial = "" if line.is_total else str(next(serials))
            yield [serial, line.name, *(cell.text for cell in line.cells)]

    # --- title and note ---

    def _composed_title(self) -> str:
        return f"{self.table.title or self.table.words}{self.data.quarter.label_in_year}{self.data.declaration.subject}数据通报表"

    def _note(self) -> str:
        """The printed note; composed from the facts where there is none or a part of it was corrected."""
        printed = remove_whitespace_beside_chinese(self.table.note)
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
        of_note = (corrections["table"] == self.table.name) & (corrections["row"] == NOTE)
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
