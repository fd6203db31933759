"""Returned verification sheets become answers: merged into ``review.xlsx``, contradictions told and not decided."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from haochaping.checks.finding import Finding
from haochaping.checks.review import Reviewed, cell_label, label_of, review
from haochaping.core.errors import InputRefused, refuse
from haochaping.core.paths import Locations
from haochaping.core.quarter import Quarter
from haochaping.outputs.excel.review_workbook import write_review
from haochaping.outputs.exchange.merge_replies import merge
from haochaping.outputs.exchange.replies import SheetReader, standing_reply
from haochaping.outputs.published.file_names import RETURNED
from haochaping.pipeline.assess import load_past
from haochaping.pipeline.printed_quarter import load_printed
from haochaping.read.raw_folder import IGNORED_NAMES
from haochaping.reference.reference import load_reference
from haochaping.store.answers import Answer, answer_file, read_answers
from haochaping.store.cell_index import CellIndex

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
    incomplete: tuple[str, ...] = ()
    """Answers that stand in the workbook but lack grounds, name or date, which the unit is to be asked for."""
    conflicts: tuple[str, ...] = ()
    """Answers that contradict each other; none of them was added."""
    unread: tuple[str, ...] = ()
    """Files that could not be read, and why."""
    left: tuple[str, ...] = ()
    """Rows that were filled in but cannot be used, and why: the unit is to be asked again."""

    @property
    def complete(self) -> bool:
        """Whether everything that was returned is in the workbook."""
        return not (self.conflicts or self.unread or self.left)


def collect(locations: Locations, quarter: Quarter, as_of: date) -> CollectOutcome:
    """Merge the sheets in ``data/raw/<quarter>/returned/`` into the quarter's ``review.xlsx``.

    A 核实值 becomes a correction (更正), a bare text an explanation (说明). Answers that the workbook has
    are kept as they are; what contradicts them, or another sheet, is told and not added, nor is what the
    review would refuse. The workbook is replaced in one step, and only if it then holds every answer that it
    held before.

    Raises
    ------
    InputRefused
        No folder of returned sheets, answers kept as CSV, or the quarter cannot be read.
    """
    folder = _returned(locations.raw(quarter))
    target = answer_file(locations.raw(quarter)) or locations.raw(quarter) / REVIEW
    if target.suffix.lower() == ".csv":
        raise refuse(target.name, "", "请先把答复另存为 review.xlsx 并移走 review.csv，再汇总核实单")
    before = read_answers(target, quarter) if target.exists() else []
    desk = _Desk(locations, quarter, as_of)
    sheets, read, unread = _read_sheets(folder, quarter)
    reader = SheetReader(desk.findings(before), desk.cell_index, desk.reference)
    replies = [reply for sheet in sheets for reply in reader.replies(sheet)]
    printed = {cell.path: desk.cell_index.printed(cell) for cell in desk.cell_index.cells()}
    known = _with_cells(before, desk.cell_index)
    merged = merge([standing_reply(answer, printed) for answer in known], replies)
    taken, refused = desk.usable(before, merged.taken)
    if taken or (merged.conflicts and not target.exists()):
        _replace(desk.review([*before, *taken]), [*before, *taken], target, quarter, desk.cell_index)
    return CollectOutcome(
        target,
        tuple(read),
        tuple(taken),
        len(merged.already),
        tuple(_lacking([*taken, *merged.already])),
        merged.conflicts,
        tuple(unread),
        (*reader.left, *refused),
    )


def _lacking(answers: Sequence[Answer]) -> Iterator[str]:
    """What answers do not say though they should: on what grounds, by whom, when."""
    for answer in answers:
        grounds = "依据" if answer.is_correction else "说明"
        said = ((grounds, answer.text), ("经办人", answer.by), ("日期", answer.on))
        if lacking := [name for name, text in said if not text]:
            yield f"{answer.place}：没有写明{'、'.join(lacking)}"


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


def _with_cells(answers: Sequence[Answer], cell_index: CellIndex) -> list[Answer]:
    """Answers with the path of the cell that they name in words or not at all."""
    words = {cell_label(cell): cell.path for cell in cell_index.cells()}
    own = [
        words.get(label_of(a.cell_words), "") if a.cell_words else a.finding.partition("/")[2]
        for a in answers
    ]
    return [a if a.cell else replace(a, cell=cell) for a, cell in zip(answers, own, strict=True)]


class _Desk:
    """The quarter as printed and its past, read once; reviews any set of answers."""

    def __init__(self, locations: Locations, quarter: Quarter, as_of: date):
        self.reference = load_reference(locations.reference)
        self._printed = load_printed(locations, quarter)
        self._past, _ = load_past(locations, quarter, self.reference)
        self._as_of = as_of
        self.cell_index = CellIndex(self._printed, self.reference)

    def review(self, answers: Sequence[Answer]) -> Reviewed:
        """The quarter after `answers`."""
        return review(self._printed, answers, self._past, self.reference, self._as_of)

    def findings(self, answers: Sequence[Answer]) -> list[Finding]:
        """Those of the quarter as printed, and those after `answers`, which may have other suspects."""
        times = [self.review([]), *([self.review(answers)] if answers else [])]
        return [finding for reviewed in times for finding in reviewed.report.findings]

    def usable(self, before: Sequence[Answer], new: Sequence[Answer]) -> tuple[list[Answer], list[str]]:
        """Those of `new` that the review takes beside `before`, and why it refuses the others."""
        remarks = self.review([*before, *new]).report.remarks if new else ()
        refused = {
            answer.place: remark.partition("；未采用")[0] + "；未采用"
            for answer in new
            for remark in remarks
            if remark.startswith(f"{answer.place}：") and "未采用" in remark
        }
        return [answer for answer in new if answer.place not in refused], list(refused.values())


def _replace(
    reviewed: Reviewed, answers: Sequence[Answer], target: Path, quarter: Quarter, cell_index: CellIndex
) -> None:
    """Write the workbook beside the old one, make sure that no answer is lost, and put it in its place."""
    staging = target.with_name(f"~$collect-{os.getpid()}.xlsx")
    try:
        write_review(_as_printed(reviewed, cell_index), answers, staging)
        lost = Counter(map(_content, answers)) - Counter(map(_content, read_answers(staging, quarter)))
        if lost:
            names = "、".join(sorted({finding for finding, *_ in lost}))
            raise refuse(target.name, names, "这些答复写入后会丢失，没有改动原文件，请核对")
        staging.replace(target)
    except PermissionError:
        raise refuse(str(target), "不能写入", "请先在 Excel 中关闭它") from None
    finally:
        staging.unlink(missing_ok=True)


def _as_printed(reviewed: Reviewed, cell_index: CellIndex) -> Reviewed:
    """With every finding's cells as the source prints them, which is what 原值 is compared with."""
    findings = tuple(
        replace(finding, printed={cell: cell_index.printed(cell) for cell in finding.printed})
        for finding in reviewed.report.findings
    )
    return replace(reviewed, report=replace(reviewed.report, findings=findings))


def _content(answer: Answer) -> tuple[str, ...]:
    """What an answer says, for making sure that it is still there."""
    return answer.finding, answer.value.strip(), answer.text.strip(), answer.by, answer.on, answer.until
