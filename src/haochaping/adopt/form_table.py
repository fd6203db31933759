"""The tables of a first bulletin as columns of figures, before anyone said what they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, cached_property

import pandas as pd

from haochaping.adopt.field_words import field_words
from haochaping.cleaning.number_or_missing import is_number, printed_decimals
from haochaping.core.declaration import AS_PRINTED, COUNT, RATE, SCORE
from haochaping.core.model import QuarterData
from haochaping.core.text import plain_number
from haochaping.read.grid.table_meaning import fold_heading, has_percent_unit

_SIGNED = re.compile("[+\\-−－＋↑↓]|上升|下降|增长|减少|增加|提高")


@dataclass(frozen=True)
class FormRow:
    """A row: its name as printed, its period where several bulletins are read together.

    ``member`` is the column it was taken from, in the long form of a table by units or fixed members; ``section`` the row
    of text alone above it (一、区县), without its number.
    """

    name: str
    period: str
    is_total: bool = False
    member: str = ""
    section: str = ""

    @property
    def words(self) -> str:
        """The row as a reader names it: 医疗保障局 张店区."""
        return f"{self.name} {self.member}".rstrip()


@dataclass(frozen=True)
class FormColumn:
    """A column of figures: its headings from the top level down and the texts of its cells by row (blank: no cell)."""

    path: tuple[str, ...]
    texts: tuple[str, ...]

    @property
    def heading(self) -> str:
        """Its lowest heading, folded."""
        return fold_heading(self.path[-1])

    @cached_property
    def kind(self) -> str:
        """What its cells look like: whole numbers, percentages, other numbers, or text; without any by its heading."""
        if self.heading in _printed_only() or any(map(_is_signed_count, self.texts)):
            return AS_PRINTED
        numbers = [plain_number(text).replace(",", "") for text in self.texts if is_number(text)]
        words = [text for text in self.texts if text and not is_number(text)]
        is_rate = self.heading.endswith("率")
        if not numbers and words and all(map(_is_signed_percentage, words)):
            return RATE  # 下降3.5%
        if not numbers:
            return RATE if is_rate else COUNT if all(len(text) == 1 for text in words) else AS_PRINTED
        is_percentage = has_percent_unit(self.path) or any(text.endswith("%") for text in numbers)
        if is_percentage or (is_rate and all(Decimal(text) == 0 for text in numbers)):
            return RATE
        if len({*words}) > len(numbers):
            return AS_PRINTED
        return COUNT if all(text.isdecimal() for text in numbers) else SCORE

    @cached_property
    def counts(self) -> tuple[int | None, ...]:
        """Whole numbers by row; None where there is none."""
        return tuple(_whole_number(text) for text in self.texts)

    @cached_property
    def percentages(self) -> tuple[tuple[Decimal, int] | None, ...]:
        """Printed percentages by row with their decimals; None where there is none."""
        return tuple(_percentage(text) for text in self.texts)


@dataclass(frozen=True)
class FormTable:
    """A table of the bulletins.

    Attributes
    ----------
    number : int or None
        The annex number printed.
    name_heading : str
        What is printed above the names of its rows.
    """

    position: int
    number: int | None
    title: str
    name_heading: str
    rows: tuple[FormRow, ...]
    columns: tuple[FormColumn, ...]
    absent_in: dict[tuple[str, ...], set[str]] = field(default_factory=dict)
    """Columns to the periods that lack them."""

    @property
    def names(self) -> list[str]:
        """Names of its rows, each once, without totals."""
        return list(dict.fromkeys(row.name for row in self.rows if not row.is_total))

    def names_of_section(self, section: str) -> list[str]:
        """Names of the rows below a row of text alone, each once."""
        return list(dict.fromkeys(r.name for r in self.rows if r.section == section and not r.is_total))

    def of_kind(self, *kinds: str) -> list[FormColumn]:
        """Its columns of some kinds."""
        return [column for column in self.columns if column.kind in kinds]

    def row_numbers(self, *, totals: bool = False) -> list[int]:
        """Indices of its rows, or of its totals."""
        return [at for at, row in enumerate(self.rows) if row.is_total == totals]


def form_tables(data: QuarterData) -> list[FormTable]:
    """The tables of a period that was read without a declaration, in printed order."""
    return [
        _form_table(annex, cells, str(data.quarter))
        for annex in data.annexes.to_dict("records")
        for cells in [data.cells[data.cells["table"] == annex["position"]]]
    ]


def _form_table(annex: dict[str, object], cells: pd.DataFrame, period: str) -> FormTable:
    rows: dict[tuple[str, int], FormRow] = {}
    texts: dict[tuple[str, ...], dict[tuple[str, int], str]] = {}
    for cell in cells.to_dict("records"):
        by_row = texts.setdefault(tuple(cell["column"].split("/")), {})
        key = (cell["row"], sum(name == cell["row"] for name, _ in by_row))  # names may occur twice
        rows.setdefault(key, FormRow(cell["row"], period, bool(cell["is_total"]), section=cell["group"]))
        by_row[key] = cell["printed"]
    number = annex["annex"]
    return FormTable(
        int(str(annex["position"])),
        None if pd.isna(number) else int(str(number)),
        str(annex["title"]),
        str(annex["name_heading"]),
        tuple(rows.values()),
        tuple(FormColumn(path, tuple(by_row.get(key, "") for key in rows)) for path, by_row in texts.items()),
    )


def merge_periods(bulletins: Sequence[Sequence[FormTable]]) -> list[FormTable]:
    """The tables of several bulletins, those of one annex together: rows of all periods, columns of any.

    Tables are of one annex where they have the same heading of names and most headings of figures in common.
    """
    merged: list[FormTable] = []
    for tables in bulletins:
        for table in tables:
            like = [other for other in merged if _is_same_annex(other, table)]
            best = max(like, key=lambda other: _common_columns(other, table), default=None)
            if best is None:
                merged.append(table)
            else:
                merged[merged.index(best)] = _joined(best, table)
    return merged


def _is_same_annex(first: FormTable, second: FormTable) -> bool:
    periods = {row.period for row in first.rows} & {row.period for row in second.rows}
    is_same_names = fold_heading(first.name_heading) == fold_heading(second.name_heading)
    return not periods and is_same_names and _common_columns(first, second) > 0.5


def _common_columns(first: FormTable, second: FormTable) -> float:
    paths = [{tuple(map(fold_heading, column.path)) for column in table.columns} for table in (first, second)]
    return len(paths[0] & paths[1]) / max(len(paths[0] | paths[1]), 1)


def _joined(first: FormTable, second: FormTable) -> FormTable:
    """The rows of `second` below those of `first`, with the columns of both; names and title are those of the later."""
    columns: list[FormColumn] = []
    by_path = [{column.path: column for column in table.columns} for table in (first, second)]
    absent = {path: set(periods) for path, periods in first.absent_in.items()}
    for path in dict.fromkeys((*by_path[1], *by_path[0])):
        texts: list[str] = []
        for table, known in zip((first, second), by_path, strict=True):
            column = known.get(path)
            texts += column.texts if column else [""] * len(table.rows)
            if column is None:
                absent.setdefault(path, set()).update(row.period for row in table.rows)
        columns.append(FormColumn(path, tuple(texts)))
    return FormTable(
        second.position,
        second.number,
        second.title,
        second.name_heading,
        (*first.rows, *second.rows),
        tuple(columns),
        absent,
    )


@cache
def _printed_only() -> frozenset[str]:
    """Headings of columns that are printed and nothing else: 排名, 备注."""
    measures = (m for m in field_words().measures.values() if m.kind == AS_PRINTED)
    return frozenset(fold_heading(heading) for m in measures for heading in (m.heading, *m.aliases))


def _is_signed_count(text: str) -> bool:
    """Whether a text is a difference of counts: -28, which no kind of measure computes."""
    return bool(_SIGNED.match(text.strip())) and plain_number(text).lstrip("+-−－＋").isdecimal()


def _is_signed_percentage(text: str) -> bool:
    return bool(_SIGNED.match(text.strip())) and plain_number(text).endswith("%")


def _whole_number(text: str) -> int | None:
    plain = plain_number(text).replace(",", "")
    return int(plain) if is_number(text) and plain.isdecimal() else None


def _percentage(text: str) -> tuple[Decimal, int] | None:
    if not is_number(text):
        return None
    return Decimal(plain_number(text).replace(",", "").rstrip("%")), printed_decimals(text)
