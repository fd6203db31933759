"""Merge returned verification sheets into ``review.xlsx``; contradictions are reported, never resolved here."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import count
from pathlib import Path
from zipfile import is_zipfile

from haochaping.checks.finding import Finding
from haochaping.checks.review import ReviewResult, cell_label, normalize_place, review
from haochaping.core.errors import InputRefused, refuse
from haochaping.core.paths import NOTES, Locations
from haochaping.core.period import Period
from haochaping.files.atomic_write import leftover, remove_leftover, replace_read_file, write_new
from haochaping.files.exclusive_lock import exclusive_lock
from haochaping.files.file_hash import file_sha256
from haochaping.outputs.excel.review_workbook import write_review
from haochaping.outputs.exchange.merge_replies import merge_replies
from haochaping.outputs.exchange.replies import SheetReader, standing_reply
from haochaping.outputs.published.file_names import RETURNED
from haochaping.pipeline.assess import load_past
from haochaping.pipeline.printed_quarter import load_printed
from haochaping.read.raw_folder import IGNORED_NAMES
from haochaping.reference.reference import load_reference
from haochaping.store.answers import Answer, answer_file, read_answers
from haochaping.store.cell_index import CellIndex
from haochaping.store.notes import read_notes

REVIEW = "review.xlsx"
EARLIER_REVIEWS = "review.earlier"
"""Folder below a quarter's raw folder for the workbooks that a merged one took the place of; no run reads it."""


@dataclass(frozen=True)
class CollectOutcome:
    """The outcome of merging returned sheets; every text names file and row."""

    review: Path
    read: tuple[str, ...] = ()
    """Names of the sheets that were read."""
    added: tuple[Answer, ...] = ()
    """Answers that were added to the workbook."""
    already_present: int = 0
    """Number of answers that were in the workbook before."""
    incomplete: tuple[str, ...] = ()
    """Answers in the workbook without grounds, name or date, which the unit should be asked for."""
    conflicts: tuple[str, ...] = ()
    """Answers that contradict each other; none of them was added."""
    unreadable: tuple[str, ...] = ()
    """Files that could not be read, and why."""
    unusable_rows: tuple[str, ...] = ()
    """Rows that were filled in but cannot be used, and why: the unit should be asked again, or another one."""
    needless: tuple[str, ...] = ()
    """Rows that answer nothing because another answer settles what they were asked."""
    kept: Path | None = None
    """Where the workbook is kept that was there before."""

    @property
    def is_complete(self) -> bool:
        """Whether everything that was returned is in the workbook."""
        return not (self.conflicts or self.unreadable or self.unusable_rows)


def collect(locations: Locations, quarter: Period, as_of: date) -> CollectOutcome:
    """Merge the sheets in ``data/raw/<quarter>/returned/`` into the quarter's ``review.xlsx``.

    A row with a 核实值 becomes a correction (更正), one with text only an explanation (说明). Answers in the workbook
    are kept as they are. Replies that contradict them or each other, or that the review would refuse, are reported and
    not added. The workbook is replaced in one step, only if no answer is lost and nobody saved it meanwhile; the one
    that was there is kept in :data:`EARLIER_REVIEWS`, since people may have written more there than answers.

    Raises
    ------
    InputRefused
        There is no folder of returned sheets, the answers are kept as CSV, the quarter cannot be read, or the workbook
        was saved meanwhile.
    """
    _returned_folder(locations.raw(quarter))
    with exclusive_lock(locations.raw(quarter)):
        return _collect(locations, quarter, as_of)


def _collect(locations: Locations, quarter: Period, as_of: date) -> CollectOutcome:
    folder = _returned_folder(locations.raw(quarter))
    target = answer_file(locations.raw(quarter)) or locations.raw(quarter) / REVIEW
    if target.suffix.lower() == ".csv":
        raise refuse(target.name, "", "请先把答复另存为 review.xlsx 并移走 review.csv，再汇总核实单")
    _keep_leftover(target)
    was_read = file_sha256(target) if target.exists() else None
    before = read_answers(target, quarter) if target.exists() else []
    quarter_review = _QuarterReview(locations, quarter, as_of)
    sheets, read, unreadable = _read_sheets(folder, quarter)
    reader = SheetReader(quarter_review.findings(before), quarter_review.cell_index, quarter_review.reference)
    replies = [reply for sheet in sheets for reply in reader.replies(sheet)]
    printed = {
        cell.path: quarter_review.cell_index.printed(cell) for cell in quarter_review.cell_index.cells()
    }
    known = _with_cells(before, quarter_review.cell_index)
    merged = merge_replies([standing_reply(answer, printed) for answer in known], replies)
    added, refused = quarter_review.split_usable(before, merged.taken)
    kept = None
    if added or (merged.conflicts and was_read is None):
        written = _workbook(
            quarter_review.review([*before, *added]), [*before, *added], quarter, quarter_review.cell_index
        )
        kept = _replace_workbook(target, written, was_read)
    return CollectOutcome(
        target,
        tuple(read),
        tuple(added),
        len(merged.already),
        tuple(_missing_details([*added, *merged.already])),
        merged.conflicts,
        tuple(unreadable),
        (*reader.left, *refused, *merged.asides),
        merged.needless,
        kept,
    )


def _missing_details(answers: Sequence[Answer]) -> Iterator[str]:
    """Yield one line for each answer without grounds, name or date."""
    for answer in answers:
        grounds = "依据" if answer.is_correction else "说明"
        details = ((grounds, answer.text), ("经办人", answer.by), ("日期", answer.on))
        if missing := [name for name, text in details if not text]:
            yield f"{answer.place}：没有写明{'、'.join(missing)}"


def _returned_folder(raw: Path) -> Path:
    """Find the folder of returned sheets, whose name may be in capitals; refuse if there is none."""
    names = [path for path in raw.iterdir() if path.name.lower() == RETURNED] if raw.is_dir() else []
    if not names or not names[0].is_dir():
        raise refuse(str(raw / RETURNED), "未找到", "请建立此文件夹，把各单位寄回的核实单（.xlsx）放入其中")
    return names[0]


def _read_sheets(folder: Path, quarter: Period) -> tuple[list[list[Answer]], list[str], list[str]]:
    """Return the filled-in rows of each file, the names of the files read, and why the others were not."""
    sheets, read, unreadable = [], [], []
    for path in sorted(folder.iterdir()):
        if path.name.startswith(("~$", ".")) or path.name.lower() in IGNORED_NAMES:
            continue
        try:
            if path.suffix.lower() != ".xlsx" or not path.is_file():
                raise refuse(path.name, "", "核实单应为 .xlsx 文件")
            sheets.append(read_answers(path, quarter))
            read.append(path.name)
        except InputRefused as refusal:
            unreadable.append(refusal.message)
    return sheets, read, unreadable


def _with_cells(answers: Sequence[Answer], cell_index: CellIndex) -> list[Answer]:
    """Return `answers` with cell paths: looked up from the cell in words, else taken from the id of the finding."""
    words = {cell_label(cell_index.data, cell): cell.path for cell in cell_index.cells()}
    cell_paths = [
        words.get(normalize_place(a.cell_words), "") if a.cell_words else a.finding.partition("/")[2]
        for a in answers
    ]
    return [a if a.cell else replace(a, cell=cell) for a, cell in zip(answers, cell_paths, strict=True)]


class _QuarterReview:
    """The quarter as printed and its earlier quarters, read once, to be reviewed with different sets of answers."""

    def __init__(self, locations: Locations, quarter: Period, as_of: date):
        self.reference = load_reference(locations.reference)
        self._printed = load_printed(locations, quarter, self.reference)
        notes = read_notes(locations.raw(quarter) / NOTES, self.reference.declaration)
        self._printed = replace(self._printed, notes=notes)
        self._past, _ = load_past(locations, quarter, self.reference)
        self._as_of = as_of
        self.cell_index = CellIndex(self._printed, self.reference)

    def review(self, answers: Sequence[Answer]) -> ReviewResult:
        """Review the quarter with `answers`."""
        return review(self._printed, answers, self._past, self.reference, self._as_of)

    def findings(self, answers: Sequence[Answer]) -> list[Finding]:
        """Return the findings without any answer, then those with `answers`, which may have other suspect cells."""
        reviews = [self.review([]), *([self.review(answers)] if answers else [])]
        return [finding for reviewed in reviews for finding in reviewed.report.findings]

    def split_usable(self, before: Sequence[Answer], new: Sequence[Answer]) -> tuple[list[Answer], list[str]]:
        """Return those of `new` that the review accepts in addition to `before`, and why it refuses the others."""
        remarks = self.review([*before, *new]).report.remarks if new else ()
        refused = {
            answer.place: remark.partition("；未采用")[0] + "；未采用"
            for answer in new
            for remark in remarks
            if remark.startswith(f"{answer.place}：") and "未采用" in remark
        }
        return [answer for answer in new if answer.place not in refused], list(refused.values())


def _workbook(
    reviewed: ReviewResult, answers: Sequence[Answer], quarter: Period, cell_index: CellIndex
) -> bytes:
    """A new review workbook, after making sure that no answer is lost in it."""
    with tempfile.TemporaryDirectory(prefix="haochaping-") as folder:
        path = Path(folder) / REVIEW
        write_review(_with_printed_values(reviewed, cell_index), answers, path)
        lost_answers = Counter(map(_answer_content, answers)) - Counter(
            map(_answer_content, read_answers(path, quarter))
        )
        if lost_answers:
            names = "、".join(sorted({finding for finding, *_ in lost_answers}))
            raise refuse(REVIEW, names, "这些答复写入后会丢失，没有改动原文件，请核对")
        return path.read_bytes()


def _replace_workbook(target: Path, content: bytes, was_read: str | None) -> Path | None:
    """Put the new workbook in the place of the one that was read, and give the place where that one is kept."""
    try:
        kept = _keep_copy(target) if was_read else None
        if replace_read_file(target, content, was_read):
            return kept
    except PermissionError:
        raise refuse(str(target), "不能写入", "请先在 Excel 中关闭它") from None
    if kept:
        kept.unlink()
    raise refuse(str(target), "汇总期间保存过", "没有改动它；请再运行一次 make collect")


def _keep_leftover(workbook: Path) -> None:
    """Clear what a killed run left beside the workbook; a whole workbook may be somebody's, and is kept with the earlier ones."""
    left = leftover(workbook)
    if left and is_zipfile(left):
        _keep_copy(left)
    remove_leftover(workbook)


def _keep_copy(workbook: Path) -> Path:
    """Copy the workbook to the folder of earlier ones, unless the same is there already; give the copy's path."""
    folder = workbook.parent / EARLIER_REVIEWS
    folder.mkdir(exist_ok=True)
    content = workbook.read_bytes()
    for number in count(1):
        copy = folder / f"review.{number}.xlsx"
        if write_new(copy, content):
            shutil.copymode(workbook, copy)
            return copy
        if copy.is_file() and copy.read_bytes() == content:
            return copy
    raise AssertionError


def _with_printed_values(reviewed: ReviewResult, cell_index: CellIndex) -> ReviewResult:
    """Return the review with the printed values of every finding's cells, which 原值 is compared with."""
    findings = tuple(
        replace(finding, printed={cell: cell_index.printed(cell) for cell in finding.printed})
        for finding in reviewed.report.findings
    )
    return replace(reviewed, report=replace(reviewed.report, findings=findings))


def _answer_content(answer: Answer) -> tuple[str, ...]:
    """Return the content of an answer, to compare answers before and after writing."""
    return answer.finding, answer.value.strip(), answer.text.strip(), answer.by, answer.on, answer.until
