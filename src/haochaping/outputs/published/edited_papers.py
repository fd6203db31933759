"""Papers that people edited or filled in: which ones they are, and what a run reports about them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from haochaping.core.period import Period
from haochaping.files.file_hash import sha256_by_name
from haochaping.files.free_path import name_without_new
from haochaping.outputs.published.file_names import (
    ANNEXES,
    DRAFT,
    DRAFT_ANNEXES,
    FINAL,
    MANIFEST,
    PRINTED,
    RETURNED,
    REVIEW,
    SHEETS,
)

_BULLETIN = Path(FINAL).stem
_EDITABLE = ("review*.xlsx", "bulletin*.docx", "annexes*.xlsx", f"{SHEETS}/*.xlsx")
"""Papers that are meant to be filled in or edited."""


_CIRCULATED = (ANNEXES, DRAFT_ANNEXES)
"""Names of one paper, before and after all is corrected."""


def remarks_on_kept_papers(kept: Sequence[str], new_papers: Sequence[str], published: Path) -> Iterator[str]:
    """One line for each edited paper that was kept: which new paper is current, and what to do with the old one."""
    for name in kept:
        current = _new_counterpart(name, new_papers)
        current_text = f"本次的是 {current}" if current else "本次没有这份"
        if not name.startswith(_BULLETIN):
            yield f"{published / name} 改动过，原样保留；{current_text}。不要了的删去，再运行即可"
            continue
        draft = "（草稿，尚有须更正，不能印发）" if current.startswith(Path(DRAFT).stem) else ""
        yield (
            f"{published / name} 改动过，原样保留，但它按以前的数据写成，与现在的数据未必一致，请勿据此印发；"
            f"{current_text}{draft}。改动的文字要沿用的，请抄入本次的一份，再用 make proof 校对；不要了的删去，再运行即可"
        )


def _new_counterpart(kept_paper: str, new_papers: Sequence[str]) -> str:
    """The new paper of the same kind as an edited one that was kept; blank if there is none."""
    for stem in (_BULLETIN, Path(REVIEW).stem):
        if kept_paper.startswith(stem):
            return next((name for name in new_papers if name.startswith(stem)), "")
    kept = name_without_new(Path(kept_paper))
    same = {kept, *(map(Path, _CIRCULATED) if kept.name in _CIRCULATED else ())}
    return next((name for name in new_papers if name_without_new(Path(name)) in same), "")


def report_edited_papers(published: Path, quarter: Period, report_progress: Callable[[str], None]) -> None:
    """Report the edited papers of a folder that is up to date, if it also holds a newer paper of the same kind."""
    kept_papers = edited_papers(published)
    papers = [path for pattern in _EDITABLE for path in sorted(published.glob(pattern))]
    paper_names = [path.relative_to(published).as_posix() for path in papers]
    new_papers = [name for name in paper_names if name not in kept_papers]
    for line in remarks_on_kept_papers(
        [name for name in kept_papers if _new_counterpart(name, new_papers)], new_papers, published
    ):
        report_progress(line)
    remind_where_filled_papers_go(kept_papers, quarter, report_progress)


def remind_where_filled_papers_go(
    edited: Sequence[str], quarter: Period, report_progress: Callable[[str], None]
) -> None:
    """Say where a review workbook and verification sheets must go that were filled in where they were written."""
    if any(name.startswith("review") for name in edited):
        report_progress(f"要使填写的答复生效，请把它存为 data/raw/{quarter}/{REVIEW} 再运行")
    if any(name.startswith(f"{SHEETS}/") for name in edited):
        report_progress(f"填好的核实单请放入 data/raw/{quarter}/{RETURNED}/，再运行 make collect Q={quarter}")


def outputs_to_overwrite(published: Path) -> list[str]:
    """Outputs that were changed since they were written but are not meant to be edited: a new run writes them anew."""
    outputs = output_hashes(published)
    hashes = sha256_by_name([published / name for name in outputs if (published / name).is_file()], published)
    editable = edited_papers(published)
    return [name for name, digest in hashes.items() if digest != outputs[name] and name not in editable]


def knows_what_was_written(published: Path) -> bool:
    """Whether the manifest says what the last run wrote to `published`; otherwise edited papers cannot be recognised."""
    return bool(output_hashes(published))


def printed_hash(published: Path) -> str:
    """SHA-256 of the PDF that was printed last, from the manifest; blank where none was."""
    try:
        return str(json.loads((published / MANIFEST).read_text(encoding="utf-8"))[PRINTED])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def output_hashes(published: Path) -> dict[str, str]:
    """Path to SHA-256 of everything the last run wrote, from its manifest; empty where that cannot be read."""
    try:
        outputs = json.loads((published / MANIFEST).read_text(encoding="utf-8"))["outputs"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return outputs if isinstance(outputs, dict) else {}


def edited_papers(published: Path) -> list[str]:
    """Published papers that people changed since they were written, or put there: paths below `published`."""
    outputs = output_hashes(published)
    found = sorted(path for pattern in _EDITABLE for path in published.glob(pattern))
    files = [path for path in found if path.is_file() and not path.is_symlink()]
    hashes = sha256_by_name([path for path in files if not path.name.startswith("~$")], published)
    return [name for name, content in hashes.items() if content != outputs.get(name)]
