"""Rows of returned verification sheets as replies to findings, or the reason why a row cannot be used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from haochaping.checks.finding import Finding
from haochaping.cleaning.dates import iso_date
from haochaping.cleaning.number_or_missing import percent_of
from haochaping.core.declaration import Declaration
from haochaping.core.model import CellRef, QuarterData
from haochaping.core.text import normalize_for_comparison, plain_number
from haochaping.outputs.cell_words import cell_words, column_words
from haochaping.outputs.exchange.verification_sheets import finding_code
from haochaping.reference.reference import Reference
from haochaping.store.answers import CORRECT, EXPLAIN, WITHDRAW, Answer
from haochaping.store.apply_corrections import CorrectionNotApplicable, is_rate, read_cell
from haochaping.store.cell_index import CellIndex

_MONTH_AND_DAY = re.compile(r"\d{1,2}(?:月|[-./])\d{1,2}日?")
_FRACTION = re.compile(r"0(?:\.\d+)?|1(?:\.0+)?")
_NO_GROUNDS = re.compile(
    "(?:已?经?(?:核[对实查]|查)[^，、；]{0,4}[，、；]?)?(?:原?数据?|均)?(?:无误|正确)。?"
)
"""Words that say no more than that a number is right."""


@dataclass(frozen=True)
class Claim:
    """The value that a sheet gives for a cell: a correction, or the printed value confirmed."""

    finding: str
    cell: str
    """Path of the cell."""
    cell_words: str
    """The cell in words."""
    value: str
    is_firm: bool
    """Whether it is the unit's word on the value, new or left as printed; the analyst's explanation is only of its finding."""
    place: str
    """File and row."""
    words: str
    """What was written there."""

    @property
    def text_with_place(self) -> str:
        """The claim with its file and row."""
        return f"{self.place}{self.words}"

    def contradicts(self, other: Claim) -> bool:
        """Whether both claims are about one cell and cannot both be right."""
        if self.cell != other.cell or is_same_value(self.value, other.value):
            return False
        if self.is_firm and other.is_firm:
            return True
        return (self.is_firm or other.is_firm) and self.finding == other.finding


@dataclass(frozen=True)
class Reply:
    """What one sheet says about one finding: its claims about cells, and the answers that follow from them."""

    claims: tuple[Claim, ...]
    answers: tuple[Answer, ...]
    asides: tuple[str, ...] = ()
    """Rows that leave another cell than the finding's own as printed, which answers nothing; each with its reason."""


def standing_reply(answer: Answer, printed: Mapping[str, str]) -> Reply:
    """An answer of the workbook as a reply, so that sheets can be compared with it; `printed` is by cell path."""
    if answer.kind == WITHDRAW or not (answer.is_correction or answer.cell in printed):
        return Reply((), (answer,))
    value = answer.value if answer.is_correction else printed[answer.cell]
    claim = Claim(
        answer.finding,
        answer.cell,
        answer.cell_words or answer.cell,
        value,
        answer.is_correction,
        answer.place,
        f"“{value if answer.is_correction else answer.text}”",
    )
    return Reply((claim,), (answer,))


@dataclass(frozen=True)
class _Row:
    """A row of a sheet with the finding and cell it is about."""

    data: QuarterData
    answer: Answer
    finding: Finding
    cell: CellRef
    is_about_finding: bool
    """Whether the finding is about the row's cell, or about a name or other part of its row that is no cell."""

    @property
    def changes_value(self) -> bool:
        """Whether a 核实值 was written that is not the 原值."""
        return bool(self.answer.value) and not is_same_value(self.answer.value, self.answer.original)

    @property
    def cell_words(self) -> str:
        return cell_words(self.data, self.cell)

    @property
    def remark(self) -> str:
        """Text of a row that changes nothing; a 核实值 equal to the 原值 means that the cell was verified."""
        column = column_words(self.data.declaration, self.cell)
        verified = f"{column}经核实无误" if self.answer.value else ""
        return "，".join(text for text in (verified, self.answer.text) if text)

    def claim(self) -> Claim:
        """The row's claim about its cell."""
        answer = self.answer
        shown = answer.value or answer.text
        unchanged_note = "" if self.changes_value else "（与原值相同）" if answer.value else "（原值不改）"
        return Claim(
            self.finding.id,
            self.cell.path,
            self.cell_words,
            answer.value or answer.original,
            True,
            answer.place,
            f"“{shown}”{unchanged_note}",
        )


class SheetReader:
    """Turns rows of returned sheets into replies; rows that cannot be used are in ``left``, with file, row and reason.

    A sheet may have been written before or after some corrections were applied: `findings` are those of both states.
    """

    def __init__(self, findings: Sequence[Finding], cell_index: CellIndex, reference: Reference):
        self._findings = {f.id: f for f in findings} | {finding_code(f): f for f in findings}
        self._cells_of_finding: dict[str, set[CellRef]] = {}
        for f in findings:
            self._cells_of_finding.setdefault(f.id, set()).update((f.at, *f.suspects, *f.cells))
        self._cells = {cell.path: cell for cell in cell_index.cells()}
        self._cell_index, self._reference = cell_index, reference
        self.left: list[str] = []

    def replies(self, rows: Sequence[Answer]) -> Iterator[Reply]:
        """Replies of one sheet, one for each finding."""
        by_finding: dict[str, list[_Row]] = {}
        for answer in rows:
            try:
                row = self._match_row(answer)
                self._check_value_and_date(row)
            except ValueError as problem:
                self.left.append(f"{answer.place}：{problem}；未采用")
            else:
                by_finding.setdefault(row.finding.id, []).append(row)
        for finding_rows in by_finding.values():
            yield Reply(
                tuple(row.claim() for row in finding_rows),
                tuple(_answers(finding_rows)),
                tuple(_asides(finding_rows)),
            )

    def _match_row(self, answer: Answer) -> _Row:
        """The row with its finding and cell; raises ValueError with the reason where there is none."""
        finding, cell = self._findings.get(answer.finding), self._cells.get(answer.cell)
        if not answer.finding:
            raise ValueError("没有编号")
        if finding is None:
            raise ValueError(f"编号“{answer.finding}”在本期没有对应的核对意见")
        if cell is None or cell not in self._cells_of_finding[finding.id]:
            raise ValueError(f"单元格“{answer.cell}”与编号不对应")
        printed = self._cell_index.printed(cell)
        if not is_same_value(answer.original, printed):
            raise ValueError(f"原值“{answer.original}”与资料中的“{printed}”不同，可能资料已换")
        at = finding.at
        is_same_place = at not in self._cell_index and at.table == cell.table and {*at.names} <= {*cell.names}
        return _Row(self._cell_index.data, answer, finding, cell, at == cell or is_same_place)

    def _check_value_and_date(self, row: _Row) -> None:
        """Raise ValueError where the review would refuse the row's value or date."""
        value, on = row.answer.value, row.answer.on
        try:
            if row.changes_value:
                typed = _as_typed(row.cell, value, self._cell_index.declaration)
                read_cell(row.cell, typed, self._reference)
        except CorrectionNotApplicable as error:
            raise ValueError(f"核实值“{value}”{error}") from None
        if iso_date(on) is None:
            year_missing = "没有写年份，" if _MONTH_AND_DAY.fullmatch(normalize_for_comparison(on)) else ""
            raise ValueError(f"日期“{on}”{year_missing}应写作 2023-01-05 的样子，年月日都要写")


def _as_typed(cell: CellRef, value: str, declaration: Declaration) -> str:
    """The percentage that was typed where a spreadsheet stored it as a fraction."""
    return percent_of(value) if is_rate(cell, declaration) and _FRACTION.fullmatch(value) else value


def _answers(rows: Sequence[_Row]) -> Iterator[Answer]:
    """The corrections of one sheet to one finding, each with its own grounds, or else what explains the finding."""
    corrections = [row for row in rows if row.changes_value]
    for row in corrections:
        is_grounds = not _NO_GROUNDS.fullmatch(normalize_for_comparison(row.answer.text))
        yield replace(
            row.answer,
            finding=row.finding.id,
            cell=row.cell.path,
            kind=CORRECT,
            value=plain_number(row.answer.value).replace(",", ""),
            text=row.answer.text if is_grounds else "",
            on=iso_date(row.answer.on) or "",
        )
    if not corrections:
        yield from map(_explanation, _without_repetition(row for row in rows if row.is_about_finding))


def _without_repetition(rows: Iterable[_Row]) -> Iterable[_Row]:
    """One row of those that say the same; the sheet contradicts itself where two are left."""
    return {normalize_for_comparison(row.remark): row for row in reversed([*rows])}.values()


def _asides(rows: Sequence[_Row]) -> Iterator[str]:
    """Rows whose text is about another cell than the finding; where the sheet corrects a cell, they are in place."""
    if any(row.changes_value or row.is_about_finding for row in rows):
        return
    for row in rows:
        yield (
            f"{row.answer.place}：“{row.remark}”只说明{row.cell_words}，"
            f"不能答复{cell_words(row.data, row.finding.at)}的意见；未采用"
        )


def _explanation(row: _Row) -> Answer:
    """A row that changes nothing as explanation of its finding."""
    at = row.finding.at
    return replace(
        row.answer,
        finding=row.finding.id,
        cell=at.path,
        cell_words=cell_words(row.data, at),
        original="",
        kind=EXPLAIN,
        value="",
        text=row.remark,
        on=iso_date(row.answer.on) or "",
    )


def is_same_value(first: str, second: str) -> bool:
    """Whether two texts are the same number, however its digits are grouped, or the same word."""
    return _comparable(first) == _comparable(second)


def _comparable(text: str) -> str:
    """A number without separators, a percentage as a fraction; else the text without blanks."""
    plain = plain_number(text).replace(",", "").removesuffix("条")
    try:
        number = float(plain.rstrip("%")) / (100 if plain.endswith("%") else 1)
    except ValueError:
        return normalize_for_comparison(text)
    return f"{number:.10g}"
