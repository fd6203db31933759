"""Write the papers that accompany the page: review workbook, verification sheets, bulletin, annexes, data package.

A paper that people edited since the last run is never overwritten or dropped.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from haochaping.checks.review import ReviewResult
from haochaping.checks.verdict import Verdict
from haochaping.figures.figure import Figures
from haochaping.files.free_path import free_path, name_without_new
from haochaping.outputs.excel.annexes_workbook import annexes_name, write_annexes
from haochaping.outputs.excel.review_workbook import write_review
from haochaping.outputs.exchange.verification_sheets import write_sheets
from haochaping.outputs.package.data_package import write_package
from haochaping.outputs.published.edited_papers import (
    edited_papers,
    knows_what_was_written,
    outputs_to_overwrite,
    remarks_on_kept_papers,
    remind_where_filled_papers_go,
)
from haochaping.outputs.published.file_names import FINAL, INTERNAL_ANNEXES, MANIFEST, PACKAGE, REVIEW, SHEETS
from haochaping.outputs.published.kept_entries import CHANGED, keep_foreign
from haochaping.outputs.tables.findings_table import write_findings
from haochaping.outputs.tables.sentence_audit import write_audit
from haochaping.outputs.word.bulletin import bulletin_name, write_bulletin
from haochaping.reference.reference import Reference
from haochaping.store.answers import Answer


def write_papers(
    reviewed: ReviewResult,
    answers: Sequence[Answer],
    figures: Figures,
    reference: Reference,
    published: Path,
    staging: Path,
    report_progress: Callable[[str], None],
) -> list[str]:
    """Write every paper of a quarter into `staging`, after copying there what people edited in `published`.

    A new paper whose name an edited one has gets a ``.new`` name, unless both turn out byte for byte the same.
    Files, links and folders that people keep in the published folder are copied as well.

    Parameters
    ----------
    reviewed : Reviewed
        The quarter with its answers applied, and its check report.
    answers : sequence of Answer
        Everything that was answered, to be filled into the review workbook.
    figures : Figures
        The quarter's named figures.
    reference : Reference
        The city's settings and units.
    published : Path
        The quarter's folder as the last run left it and people may have changed it; only read.
    staging : Path
        Empty folder that will take the place of `published`.
    report_progress : callable
        Called with one line of text for each thing that people should know.

    Returns
    -------
    list of str
        Files that were copied from `published`, as paths below the folder.
    """
    kept_papers = edited_papers(published)
    for name in kept_papers:
        (staging / name).parent.mkdir(exist_ok=True)
        shutil.copy2(published / name, staging / name)
    data, report = reviewed.data, reviewed.report
    review = free_path(staging, REVIEW)
    bulletin = free_path(staging, bulletin_name(report))
    annexes, internal = free_path(staging, annexes_name(report)), free_path(staging, INTERNAL_ANNEXES)
    write_findings(data, report, staging)
    write_review(reviewed, answers, review)
    sheets = write_sheets(data, report, reference, staging / SHEETS)
    write_audit(data, report, figures, reference, staging)
    write_bulletin(data, report, figures, reference, bulletin)
    for path, is_internal in ((annexes, False), (internal, True)):
        write_annexes(
            data,
            report.verdict_words,
            path,
            internal=is_internal,
            uncorrected=report.uncorrected,
            to_correct=report.matters_to_correct,
        )
    write_package(data, staging / PACKAGE)
    new_papers = []
    for path in (review, bulletin, annexes, internal, *sheets):
        identical = _identical_copies(path, kept_papers, staging)
        kept_papers = [name for name in kept_papers if name not in identical]
        new_papers.append(_replace_identical_copies(path, identical, staging))
    if kept_papers and not knows_what_was_written(published):
        report_progress(
            f"{published / MANIFEST} 没有或读不出，不知道哪些文件改动过，与本次不同的通报、附件、答复表、核实单都原样保留；"
            "没有改动过的，删去即可"
        )
    for line in remarks_on_kept_papers(kept_papers, new_papers, published):
        report_progress(line)
    if kept_papers:
        remind_where_filled_papers_go(kept_papers, data.quarter, report_progress)
    if bulletin_name(report) == FINAL and report.verdict is Verdict.VERIFY_FIRST:
        report_progress(f"尚有需核实之处，{bulletin.name} 请待核实后再印发")
    if report.refused:
        report_progress(
            f"有 {report.refused} 条答复未采用，原因见网页“数据核对”一节和 {review.name} 的状态栏"
        )
    foreign = keep_foreign(published, staging, report_progress)
    if changed_outputs := outputs_to_overwrite(published):
        report_progress(
            f"{published} 中的 {'、'.join(changed_outputs)} 在生成以后改动过或已损坏，已重新生成；原来的在 {CHANGED}/ 中"
        )
    if own := [name for name in foreign if not name.startswith(f"{CHANGED}/")]:
        report_progress(f"{published} 中自己存放的文件、文件夹原样保留：{'、'.join(own)}")
    return [*kept_papers, *foreign]


def _identical_copies(path: Path, kept_papers: Sequence[str], staging: Path) -> list[str]:
    """Copied papers that are byte for byte the new one: they differ from the manifest, yet nobody's edit is lost."""
    same_name = [name for name in kept_papers if name_without_new(staging / name) == name_without_new(path)]
    return [name for name in same_name if (staging / name).read_bytes() == path.read_bytes()]


def _replace_identical_copies(path: Path, identical: Sequence[str], staging: Path) -> str:
    """Replace identical copies by the new paper and return its final path below `staging`."""
    if identical:
        for name in identical:
            (staging / name).unlink()
        path = path.rename(free_path(path.parent, name_without_new(path).name))
    return path.relative_to(staging).as_posix()
