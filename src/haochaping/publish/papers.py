"""The papers beside the page: review workbook, sheets, bulletin, annexes, data package; what people edited is never lost."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from haochaping.answers import Answer
from haochaping.checks.review import Reviewed
from haochaping.figures import compute_figures
from haochaping.publish.annexes import write_annexes
from haochaping.publish.bulletin import bulletin_name, write_bulletin
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
    review = _free(aside, REVIEW)
    bulletin = _free(aside, bulletin_name(report))
    write_findings(report, aside)
    write_review(reviewed, answers, review)
    write_sheets(data, report, reference, aside / SHEETS)
    write_audit(data, report, figures, reference, aside)
    write_bulletin(data, report, figures, reference, bulletin)
    write_annexes(data, report.verdict.value, aside / ANNEXES, internal=False)
    write_annexes(data, report.verdict.value, aside / INTERNAL_ANNEXES)
    write_package(data, aside / PACKAGE)
    beside = [path.name for path in (review, bulletin) if ".new" in path.name]
    if kept:
        instead = f"；新的写作 {'、'.join(beside)}" if beside else ""
        say(f"output 中的 {'、'.join(kept)} 改动过，原样保留{instead}")
        remind(kept, data.quarter, say)
    if report.refused:
        say(f"有 {report.refused} 条答复未采用，原因见网页“数据核对”一节和 {review.name} 的状态栏")
    return kept


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


def _free(folder: Path, name: str) -> Path:
    """``review.xlsx``, or the first of ``review.new.xlsx``, ``review.new2.xlsx`` … that is not taken."""
    path = folder / name
    number = 1
    while path.exists():
        middle = "new" if number == 1 else f"new{number}"
        path = folder / f"{Path(name).stem}.{middle}{Path(name).suffix}"
        number += 1
    return path
