"""Papers that people edited or filled in: which ones they are, and what a run says of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from haochaping.core.quarter import Quarter
from haochaping.files.file_hash import sha256_by_name
from haochaping.outputs.published.file_names import (
    DRAFT,
    FINAL,
    MANIFEST,
    NOTEBOOK,
    PAGE,
    PDF,
    RETURNED,
    REVIEW,
    RUN_LOG,
    SHEETS,
    base_name,
)

_BULLETIN = Path(FINAL).stem
_EDITABLE = ("review*.xlsx", "bulletin*.docx", "annexes*.xlsx", f"{SHEETS}/*.xlsx")
"""Papers that are meant to be filled in or edited."""


def remarks_on_kept_papers(kept: Sequence[str], new: Sequence[str], published: Path) -> Iterator[str]:
    """For each paper that was carried over, which one is current."""
    for name in kept:
        current = _current(name, new)
        now = f"本次的是 {current}" if current else "本次没有这份"
        if not name.startswith(_BULLETIN):
            yield f"{published / name} 改动过，原样保留；{now}。不要了的删去，再运行即可"
            continue
        draft = "（草稿，尚有须更正，不能印发）" if current.startswith(Path(DRAFT).stem) else ""
        yield (
            f"{published / name} 改动过，原样保留，但它按以前的数据写成，与现在的数据未必一致，请勿据此印发；"
            f"{now}{draft}。改动的文字要沿用的，请抄入本次的一份，再用 make proof 校对；不要了的删去，再运行即可"
        )


def _current(kept: str, new: Sequence[str]) -> str:
    """Which of the new papers stands for one that was carried over; blank if none."""
    for stem in (_BULLETIN, Path(REVIEW).stem):
        if kept.startswith(stem):
            return next((name for name in new if name.startswith(stem)), "")
    return next((name for name in new if base_name(Path(name)) == base_name(Path(kept))), "")


def remind_of_edited(published: Path, quarter: Quarter, report_progress: Callable[[str], None]) -> None:
    """What a run says of edited papers when nothing had to be made: which ones a newer paper stands beside."""
    kept = edited_papers(published)
    papers = [path for pattern in _EDITABLE for path in sorted(published.glob(pattern))]
    ours = [path.relative_to(published).as_posix() for path in papers]
    new = [name for name in ours if name not in kept]
    for line in remarks_on_kept_papers([name for name in kept if _current(name, new)], new, published):
        report_progress(line)
    remind(kept, quarter, report_progress)


def remind(edited: Sequence[str], quarter: Quarter, report_progress: Callable[[str], None]) -> None:
    """Say where a review workbook must go that was filled in where it was written."""
    if any(name.startswith("review") for name in edited):
        report_progress(f"要使填写的答复生效，请把它存为 data/raw/{quarter}/{REVIEW} 再运行")
    if any(name.startswith(f"{SHEETS}/") for name in edited):
        report_progress(f"填好的核实单请放入 data/raw/{quarter}/{RETURNED}/，再运行 make collect Q={quarter}")


def foreign_files(published: Path) -> list[str]:
    """Files of a published folder that no run wrote: what people keep there, as paths below `published`.

    Papers that people edited or filled in are told by :func:`edited_papers`. Where it is not known what the last run
    wrote, every file counts but those that each run writes anew.
    """
    outputs = _outputs(published)
    files = (path for path in published.rglob("*") if path.is_file() and not path.name.startswith("~$"))
    found = {path.relative_to(published).as_posix() for path in files}
    return sorted(found - {*outputs, MANIFEST, RUN_LOG, PDF, PAGE, NOTEBOOK} - set(edited_papers(published)))


def overwritten(published: Path) -> list[str]:
    """Outputs that were changed since they were written and are no papers to be edited: a new run writes them anew."""
    outputs = _outputs(published)
    there = sha256_by_name([published / name for name in outputs if (published / name).is_file()], published)
    editable = edited_papers(published)
    return [name for name, digest in there.items() if digest != outputs[name] and name not in editable]


def is_known(published: Path) -> bool:
    """Whether it is known what the last run wrote to `published`, so that papers which people edited can be told."""
    return bool(_outputs(published))


def _outputs(published: Path) -> dict[str, str]:
    try:
        outputs = json.loads((published / MANIFEST).read_text(encoding="utf-8"))["outputs"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return outputs if isinstance(outputs, dict) else {}


def edited_papers(published: Path) -> list[str]:
    """Published papers that people changed since they were written, or put there: paths below `published`."""
    outputs = _outputs(published)
    found = sorted(path for pattern in _EDITABLE for path in published.glob(pattern))
    hashes = sha256_by_name([path for path in found if not path.name.startswith("~$")], published)
    return [name for name, content in hashes.items() if content != outputs.get(name)]
