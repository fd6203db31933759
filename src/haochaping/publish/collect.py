"""Returned verification sheets become answers: merged into ``review.xlsx``, contradictions told and not decided."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from haochaping.answers import CORRECT, EXPLAIN, Answer, answer_file, read_answers
from haochaping.assess import load_past
from haochaping.checks.book import Book
from haochaping.checks.confront import CheckReport
from haochaping.checks.finding import Finding
from haochaping.checks.review import Reviewed, cell_label, label_of, review
from haochaping.cleaning.dates import iso_date
from haochaping.cleaning.text import fold, plain_number
from haochaping.errors import InputRefused, refuse
from haochaping.labels import COLUMNS, place
from haochaping.loading import load_printed
from haochaping.locations import Locations
from haochaping.model import CellRef
from haochaping.publish.review import write_review
from haochaping.publish.sheets import RETURNED, finding_code
from haochaping.quarter import Quarter
from haochaping.reference import load_reference
from haochaping.sources import IGNORED_NAMES

REVIEW = "review.xlsx"


@dataclass(frozen=True)
class CollectOutcome:
    """What came of the returned sheets; every text names file and row."""

    review: Path
    read: tuple[str, ...] = ()
    """Files that were read."""
    taken: tuple[Answer, ...] = ()
    """Answers that were added."""
    already: int = 0
    """Answers that stood in the workbook before."""
    conflicts: tuple[str, ...] = ()
    """Answers that contradict each other; none of them was added."""
    unread: tuple[str, ...] = ()
    """Files that could not be read, and why."""
    left: tuple[str, ...] = ()
    """Rows that were filled in but fit no finding or cell of the quarter, and why."""

    @property
    def complete(self) -> bool:
        """Whether everything that was returned is in the workbook."""
        return not (self.conflicts or self.unread or self.left)


def collect(where: Locations, quarter: Quarter, as_of: date) -> CollectOutcome:
    """Merge the sheets in ``data/raw/<quarter>/returned/`` into the quarter's ``review.xlsx``.

    A 核实值 becomes a correction (更正), a bare text an explanation (说明). Answers that the workbook has
    are kept as they are; what contradicts them, or another sheet, is told and not added. The workbook
    is replaced in one step, and only if it then holds every answer that it held before.

    Raises
    ------
    InputRefused
        No folder of returned sheets, answers kept as CSV, or the quarter cannot be read.
    """
    folder = _returned(where.raw(quarter))
    target = answer_file(where.raw(quarter)) or where.raw(quarter) / REVIEW
    if target.suffix.lower() == ".csv":
        raise refuse(target.name, "", "请先把答复另存为 review.xlsx 并移走 review.csv，再汇总核实单")
    before = read_answers(target, quarter) if target.exists() else []
    desk = _Desk(where, quarter, as_of)
    findings = desk.review(before).report
    sheets, read, unread = _read_sheets(folder, quarter)
    reader = _Reader(findings, desk.book)
    given = [answer for sheet in sheets for answer in reader.answers(sheet)]
    taken, already, conflicts = _merge(_with_cells(before, desk.book), given)
    if taken or (conflicts and not target.exists()):
        _replace(desk.review([*before, *taken]), [*before, *taken], target, quarter, desk.book)
    return CollectOutcome(
        target, tuple(read), tuple(taken), already, tuple(conflicts), tuple(unread), tuple(reader.left)
    )


def _returned(raw: Path) -> Path:
    names = [path for path in raw.iterdir() if path.name.lower() == RETURNED] if raw.is_dir() else []
    if not names or not names[0].is_dir():
        raise refuse(str(raw / RETURNED), "未找到", "请建立此文件夹，把各单位寄回的核实单（.xlsx）放入其中")
    return names[0]


def _read_sheets(folder: Path, quarter: Quarter) -> tuple[list[list[Answer]], list[str], list[str]]:
    """Filled-in rows by file, names of the files read, and why the others were not."""
    sheets, read, unread = [], [], []
    for path in sorted(folder.iterdir()):
        if path.name.startswith(("~$", ".")) or path.name.lower() in IGNORED_NAMES:
            continue
        try:
            if path.suffix.lower() != ".xlsx" or not path.is_file():
                raise refuse(path.name, "", "核实单应为 .xlsx 文件")
            sheets.append(read_answers(path, quarter))
            read.append(path.name)
        except InputRefused as refusal:
            unread.append(refusal.message)
    return sheets, read, unread


def _with_cells(answers: Sequence[Answer], book: Book) -> list[Answer]:
    """Answers with the path of the cell that they name in words or not at all."""
    words = {cell_label(cell): cell.path for cell in book.cells()}
    own = [words.get(label_of(a.where), "") if a.where else a.finding.partition("/")[2] for a in answers]
    return [a if a.cell else replace(a, cell=cell) for a, cell in zip(answers, own, strict=True)]


class _Desk:
    """The quarter as printed and its past, read once; reviews any set of answers."""

    def __init__(self, where: Locations, quarter: Quarter, as_of: date):
        self._reference = load_reference(where.reference)
        self._printed = load_printed(where, quarter)
        self._past, _ = load_past(where, quarter, self._reference)
        self._as_of = as_of
        self.book = Book(self._printed, self._reference)

    def review(self, answers: Sequence[Answer]) -> Reviewed:
        """The quarter after `answers`."""
        return review(self._printed, answers, self._past, self._reference, self._as_of)


class _Reader:
    """Understands the rows of returned sheets; what it cannot is left, with the reason."""

    def __init__(self, report: CheckReport, book: Book):
        self._findings = {f.id: f for f in report.findings} | {finding_code(f): f for f in report.findings}
        self._cells = {cell.path: cell for cell in book.cells()}
        self._book = book
        self.left: list[str] = []

    def answers(self, rows: Sequence[Answer]) -> Iterator[Answer]:
        """Answers of one sheet: its corrections, and for each finding without one its explanation.

        Remarks on a finding that the sheet corrects elsewhere stand beside the correction's grounds.
        """
        by_finding: dict[str, list[tuple[Answer, CellRef]]] = {}
        for row in rows:
            finding, cell, problem = self._placed(row)
            if problem or finding is None or cell is None:
                self.left.append(f"{row.place}：{problem}；未采用")
            else:
                by_finding.setdefault(finding.id, []).append((row, cell))
        for name, found in by_finding.items():
            yield from self._of_finding(self._findings[name], found)

    def _placed(self, row: Answer) -> tuple[Finding | None, CellRef | None, str]:
        """The finding and cell of a row, or why it has none."""
        finding, cell = self._findings.get(row.finding), self._cells.get(row.cell)
        if not row.finding:
            return None, None, "没有编号"
        if finding is None:
            return None, None, f"编号“{row.finding}”在本期没有对应的核对意见"
        if cell is None or cell not in {finding.at, *finding.suspects, *finding.cells}:
            return finding, None, f"单元格“{row.cell}”与编号不对应"
        printed = self._book.printed(cell)
        if not _same(row.original, printed):
            return finding, cell, f"原值“{row.original}”与资料中的“{printed}”不同，可能资料已换"
        return finding, cell, ""

    def _of_finding(self, finding: Finding, found: Sequence[tuple[Answer, CellRef]]) -> Iterator[Answer]:
        changed = [(row, cell) for row, cell in found if row.value and not _same(row.value, row.original)]
        others = [(row, cell) for row, cell in found if (row, cell) not in changed]
        remarks = list(dict.fromkeys(_remark(row, cell) for row, cell in others))
        for number, (row, cell) in enumerate(changed):
            texts = [row.text, *(remarks if number == 0 else [])]
            yield replace(
                row,
                finding=finding.id,
                cell=cell.path,
                kind=CORRECT,
                text="；".join(text for text in texts if text),
                on=iso_date(row.on) or row.on,
            )
        if others and not changed:
            first = others[0][0]
            yield replace(
                first,
                finding=finding.id,
                cell=finding.at.path,
                where=place(finding.at.table, finding.at.names) + COLUMNS.get(finding.at.column, ""),
                original="",
                kind=EXPLAIN,
                value="",
                text="；".join(remarks),
                by=next((row.by for row, _ in others if row.by), ""),
                on=next((iso_date(row.on) or row.on for row, _ in others if row.on), ""),
            )


def _remark(row: Answer, cell: CellRef) -> str:
    """A row that changes nothing, in words; a 核实值 that equals the 原值 says that the cell was verified."""
    verified = f"{COLUMNS.get(cell.column, '')}经核实无误" if row.value else ""
    return "，".join(text for text in (verified, row.text) if text)


def _same(first: str, second: str) -> bool:
    """Whether two texts are one number, however its digits are grouped, or one word."""
    return _plain(first) == _plain(second)


def _plain(text: str) -> str:
    """A number without separators, a percentage as a fraction; else the text without blanks."""
    plain = plain_number(text).replace(",", "").removesuffix("条")
    try:
        number = float(plain.rstrip("%")) / (100 if plain.endswith("%") else 1)
    except ValueError:
        return fold(text)
    return f"{number:.10g}"


def _merge(before: Sequence[Answer], given: Sequence[Answer]) -> tuple[list[Answer], int, list[str]]:
    """Answers to be added, how many were there already, and what contradicts each other."""
    taken: list[Answer] = []
    already = 0
    conflicts: list[str] = []
    known = [*before, *given]
    for answer in given:
        rivals = [other for other in known if _contradicts(answer, other)]
        if rivals:
            conflicts.append(_told([answer, *rivals]))
        elif any(_agrees(answer, other) for other in before):
            already += 1
        elif not any(_agrees(answer, other) for other in taken):
            taken.append(answer)
    return taken, already, list(dict.fromkeys(conflicts))


def _contradicts(answer: Answer, other: Answer) -> bool:
    """Whether two answers cannot both stand: two values of a cell, or two answers to one finding about one cell."""
    if answer.is_correction and other.is_correction:
        return answer.cell == other.cell and not _same(answer.value, other.value)
    if answer.finding != other.finding:
        return False
    if answer.is_correction or other.is_correction:
        return answer.cell == other.cell
    return _kind(answer) != _kind(other) or fold(answer.text) != fold(other.text)


def _agrees(answer: Answer, other: Answer) -> bool:
    """Whether `other` says the same of the same finding and cell."""
    if (answer.finding, answer.is_correction) != (other.finding, other.is_correction):
        return False
    if answer.is_correction:
        return answer.cell == other.cell and _same(answer.value, other.value)
    return not _contradicts(answer, other)


def _kind(answer: Answer) -> str:
    return answer.kind or EXPLAIN


def _told(answers: Sequence[Answer]) -> str:
    """A contradiction: each side with its file and row, in order of place."""
    sides = sorted({f"{a.place}“{a.value if a.is_correction else a.text or a.kind}”" for a in answers})
    return f"{answers[0].where or answers[0].cell}：{'；'.join(sides)}"


def _replace(
    reviewed: Reviewed, answers: Sequence[Answer], target: Path, quarter: Quarter, book: Book
) -> None:
    """Write the workbook beside the old one, make sure that no answer is lost, and put it in its place."""
    aside = target.with_name(f"~$collect-{os.getpid()}.xlsx")
    try:
        write_review(_as_printed(reviewed, book), answers, aside)
        lost = Counter(map(_content, answers)) - Counter(map(_content, read_answers(aside, quarter)))
        if lost:
            names = "、".join(sorted({finding for finding, *_ in lost}))
            raise refuse(target.name, names, "这些答复写入后会丢失，没有改动原文件，请核对")
        aside.replace(target)
    except PermissionError:
        raise refuse(str(target), "不能写入", "请先在 Excel 中关闭它") from None
    finally:
        aside.unlink(missing_ok=True)


def _as_printed(reviewed: Reviewed, book: Book) -> Reviewed:
    """With every finding's cells as the source prints them, which is what 原值 is compared with."""
    findings = tuple(
        replace(finding, printed={cell: book.printed(cell) for cell in finding.printed})
        for finding in reviewed.report.findings
    )
    return replace(reviewed, report=replace(reviewed.report, findings=findings))


def _content(answer: Answer) -> tuple[str, ...]:
    """What an answer says, for making sure that it is still there."""
    return answer.finding, answer.value.strip(), answer.text.strip(), answer.by, answer.on, answer.until
