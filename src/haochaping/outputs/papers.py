"""The papers beside the page: review workbook, sheets, bulletin, annexes, data package; what people edited is never lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from haochaping.checks.review import Reviewed
from haochaping.checks.verdict import Verdict
from haochaping.figures.figure import Figures
from haochaping.outputs.excel.annexes_workbook import write_annexes
from haochaping.outputs.excel.review_workbook import write_review
from haochaping.outputs.exchange.verification_sheets import write_sheets
from haochaping.outputs.package.data_package import write_package
from haochaping.outputs.published.edited_papers import (
    edited_papers,
    foreign_files,
    is_known,
    overwritten,
    remarks_on_kept_papers,
    remind,
)
from haochaping.outputs.published.file_names import (
    ANNEXES,
    FINAL,
    INTERNAL_ANNEXES,
    MANIFEST,
    PACKAGE,
    REVIEW,
    SHEETS,
    base_name,
    free_path,
)
from haochaping.outputs.tables.findings_table import write_findings
from haochaping.outputs.tables.sentence_audit import write_audit
from haochaping.outputs.word.bulletin import bulletin_name, write_bulletin
from haochaping.reference.reference import Reference
from haochaping.store.answers import Answer


def write_papers(
    reviewed: Reviewed,
    answers: Sequence[Answer],
    figures: Figures,
    reference: Reference,
    published: Path,
    staging: Path,
    report_progress: Callable[[str], None],
) -> list[str]:
    """Write every paper into `aside`; those of `published` that people edited are carried over first.

    A new paper whose name is taken by an edited one gets a name beside it, unless both are the same after all.
    Files that people keep in the folder stay there too.

    Returns
    -------
    list of str
        What was carried over, as paths below the folder.
    """
    kept = edited_papers(published)
    for name in kept:
        (staging / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(published / name, staging / name)
    data, report = reviewed.data, reviewed.report
    review = free_path(staging, REVIEW)
    bulletin = free_path(staging, bulletin_name(report))
    annexes, internal = free_path(staging, ANNEXES), free_path(staging, INTERNAL_ANNEXES)
    write_findings(report, staging)
    write_review(reviewed, answers, review)
    sheets = write_sheets(data, report, reference, staging / SHEETS)
    write_audit(data, report, figures, reference, staging)
    write_bulletin(data, report, figures, reference, bulletin)
    write_annexes(data, report.verdict.value, annexes, internal=False)
    write_annexes(data, report.verdict.value, internal)
    write_package(data, staging / PACKAGE)
    new = []
    for path in (review, bulletin, annexes, internal, *sheets):
        same = _same_as(path, kept, staging)
        kept = [name for name in kept if name not in same]
        new.append(_settled(path, same, staging))
    if kept and not is_known(published):
        report_progress(
            f"{published / MANIFEST} 没有或读不出，不知道哪些文件改动过，与本次不同的通报、附件、答复表、核实单都原样保留；"
            "没有改动过的，删去即可"
        )
    for line in remarks_on_kept_papers(kept, new, published):
        report_progress(line)
    if kept:
        remind(kept, data.quarter, report_progress)
    if bulletin_name(report) == FINAL and report.verdict is Verdict.VERIFY_FIRST:
        report_progress(f"尚有需核实之处，{bulletin.name} 请待核实后再印发")
    if report.refused:
        report_progress(
            f"有 {report.refused} 条答复未采用，原因见网页“数据核对”一节和 {review.name} 的状态栏"
        )
    if changed := overwritten(published):
        report_progress(
            f"{published} 中的 {'、'.join(changed)} 在生成以后改动过或已损坏，已重新生成，其中的改动不保留"
        )
    return [*kept, *_keep_foreign(published, staging, report_progress)]


def _same_as(path: Path, kept: Sequence[str], staging: Path) -> list[str]:
    """Papers that were carried over as edited and read byte for byte as the new one: nobody edited them."""
    alike = [name for name in kept if base_name(staging / name) == base_name(path)]
    return [name for name in alike if (staging / name).read_bytes() == path.read_bytes()]


def _settled(path: Path, same: Sequence[str], staging: Path) -> str:
    """Where a new paper stands in the end: in the place of those that are the same, which go."""
    if same:
        for name in same:
            (staging / name).unlink()
        path = path.rename(free_path(path.parent, base_name(path).name))
    return path.relative_to(staging).as_posix()


def _keep_foreign(published: Path, staging: Path, report_progress: Callable[[str], None]) -> list[str]:
    """Carry over what people keep in the folder; their paths in the new one."""
    carried = []
    known = is_known(published)
    for name in foreign_files(published):
        if not known and (staging / name).exists():  # one of ours, written anew
            continue
        folder = (staging / name).parent
        folder.mkdir(parents=True, exist_ok=True)
        target = free_path(folder, Path(name).name)
        shutil.copyfile(published / name, target)
        carried.append(target.relative_to(staging).as_posix())
    if carried:
        report_progress(f"{published} 中自己存放的文件原样保留：{'、'.join(carried)}")
    return carried
