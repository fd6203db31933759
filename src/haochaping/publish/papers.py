"""The papers beside the page: review workbook, sheets, bulletin, annexes, data package; what people edited is never lost."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from haochaping.answers import Answer
from haochaping.checks.review import Reviewed
from haochaping.checks.verdict import Verdict
from haochaping.figures import compute_figures
from haochaping.publish.annexes import write_annexes
from haochaping.publish.beside import free_path
from haochaping.publish.bulletin import DRAFT, FINAL, bulletin_name, write_bulletin
from haochaping.publish.findings import write_findings
from haochaping.publish.package import write_package
from haochaping.publish.review import write_review
from haochaping.publish.sentences import write_audit
from haochaping.publish.sheets import RETURNED, SHEETS, write_sheets
from haochaping.publish.stamp import MANIFEST, sha256
from haochaping.quarter import Quarter
from haochaping.reference import Reference

REVIEW, PACKAGE = "review.xlsx", "data"
ANNEXES, INTERNAL_ANNEXES = "annexes.xlsx", "annexes.internal.xlsx"
"""The copy to be circulated, and the one for reviewers, which has the verdict on its cover."""
_BULLETIN = Path(FINAL).stem
_EDITABLE = ("review*.xlsx", "bulletin*.docx", f"{SHEETS}/*.xlsx")
"""Papers that are meant to be filled in or edited."""


def write_papers(
    reviewed: Reviewed,
    answers: Sequence[Answer],
    reference: Reference,
    published: Path,
    aside: Path,
    say: Callable[[str], None],
) -> list[str]:
    """Write every paper into `aside`; those of `published` that people edited are carried over first.

    A new paper whose name is taken by an edited one gets a name beside it.

    Returns
    -------
    list of str
        The edited papers that were carried over, as paths below the folder.
    """
    kept = edited_papers(published)
    for name in kept:
        (aside / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(published / name, aside / name)
    data, report = reviewed.data, reviewed.report
    figures = compute_figures(data, reference)
    review = free_path(aside, REVIEW)
    bulletin = free_path(aside, bulletin_name(report))
    write_findings(report, aside)
    write_review(reviewed, answers, review)
    sheets = write_sheets(data, report, reference, aside / SHEETS)
    write_audit(data, report, figures, reference, aside)
    write_bulletin(data, report, figures, reference, bulletin)
    write_annexes(data, report.verdict.value, aside / ANNEXES, internal=False)
    write_annexes(data, report.verdict.value, aside / INTERNAL_ANNEXES)
    write_package(data, aside / PACKAGE)
    new = [path.relative_to(aside).as_posix() for path in (review, bulletin, *sheets)]
    for line in _told(kept, new, published):
        say(line)
    if kept:
        remind(kept, data.quarter, say)
    if bulletin_name(report) == FINAL and report.verdict is Verdict.VERIFY_FIRST:
        say(f"尚有需核实之处，{bulletin.name} 请待核实后再印发")
    if report.refused:
        say(f"有 {report.refused} 条答复未采用，原因见网页“数据核对”一节和 {review.name} 的状态栏")
    return kept


def _told(kept: Sequence[str], new: Sequence[str], published: Path) -> Iterator[str]:
    """For each paper that was carried over, which one is current."""
    for name in kept:
        current = _current(name, new)
        now = f"本次的是 {current}" if current else "本次没有这份"
        if not name.startswith(_BULLETIN):
            yield f"{published / name} 改动过，原样保留；{now}"
            continue
        draft = "（草稿，尚有须更正，不能印发）" if current.startswith(Path(DRAFT).stem) else ""
        yield (
            f"{published / name} 改动过，原样保留，但它按以前的数据写成，与现在的数据未必一致，请勿据此印发；"
            f"{now}{draft}。改动的文字要沿用的，请抄入本次的一份，再用 make proof 校对"
        )


def _current(kept: str, new: Sequence[str]) -> str:
    """Which of the new papers stands for one that was carried over; blank if none."""
    for stem in (_BULLETIN, Path(REVIEW).stem):
        if kept.startswith(stem):
            return next((name for name in new if name.startswith(stem)), "")
    return next((name for name in new if _bare(name) == _bare(kept)), "")


def _bare(name: str) -> str:
    return re.sub(r"\.new\d*(?=\.xlsx$)", "", name)


def remind_of_edited(published: Path, quarter: Quarter, say: Callable[[str], None]) -> None:
    """What a run says of edited papers when nothing had to be made: which ones a newer paper stands beside."""
    kept = edited_papers(published)
    papers = [path for pattern in _EDITABLE for path in sorted(published.glob(pattern))]
    ours = [path.relative_to(published).as_posix() for path in papers]
    new = [name for name in ours if name not in kept]
    for line in _told([name for name in kept if _current(name, new)], new, published):
        say(line)
    remind(kept, quarter, say)


def remind(edited: Sequence[str], quarter: Quarter, say: Callable[[str], None]) -> None:
    """Say where a review workbook must go that was filled in where it was written."""
    if any(name.startswith("review") for name in edited):
        say(f"要使填写的答复生效，请把它存为 data/raw/{quarter}/{REVIEW} 再运行")
    if any(name.startswith(f"{SHEETS}/") for name in edited):
        say(f"填好的核实单请放入 data/raw/{quarter}/{RETURNED}/，再运行 make collect Q={quarter}")


def edited_papers(published: Path) -> list[str]:
    """Published papers that people changed since they were written, or put there: paths below `published`."""
    try:
        outputs = json.loads((published / MANIFEST).read_text(encoding="utf-8"))["outputs"]
    except (OSError, ValueError, KeyError):
        outputs = {}
    found = sorted(path for pattern in _EDITABLE for path in published.glob(pattern))
    hashes = sha256([path for path in found if not path.name.startswith("~$")], published)
    return [name for name, content in hashes.items() if content != outputs.get(name)]
