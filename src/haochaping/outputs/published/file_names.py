"""Names of the papers in a quarter's folder, and the ``.new`` name of one whose name an edited paper has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

MANIFEST, PAGE = "manifest.json", "briefing.html"
DRAFT, FINAL = "bulletin.draft.docx", "bulletin.docx"
REVIEW, PACKAGE = "review.xlsx", "data"
ANNEXES, INTERNAL_ANNEXES = "annexes.xlsx", "annexes.internal.xlsx"
"""The copy to be circulated, and the one for reviewers, which has the verdict on its cover."""
DRAFT_ANNEXES = "annexes.draft.xlsx"
"""In place of the copy to be circulated while something must be corrected."""
SHEETS = "sheets"
"""Folder of the verification sheets below a published quarter."""
PRINTED = "printed"
"""Key of the manifest with the SHA-256 of the PDF that was printed."""
RUN_LOG, PDF, NOTEBOOK = "run.log", "briefing.pdf", "briefing.ipynb"
BUNDLES = "bundle"
"""Folder of the archives for set-up without a network, below the output root."""
RETURNED = "returned"
"""Folder of filled-in sheets below a quarter's raw folder."""


def name_without_new(path: Path) -> Path:
    """`path` without the ``.new`` that :func:`free_path` adds: ``review.new2.xlsx`` is ``review.xlsx``."""
    return path.with_name(re.sub(r"\.new\d*(?=\.[^.]+$)", "", path.name))


def free_path(folder: Path, name: str) -> Path:
    """``review.xlsx``, or the first of ``review.new.xlsx``, ``review.new2.xlsx`` … that no file in `folder` has.

    Names that differ in capitals only count as the same, as they do on Windows and macOS.
    """
    taken = {path.name.lower() for path in folder.iterdir()}
    return folder / next(candidate for candidate in _candidate_names(name) if candidate.lower() not in taken)


def _candidate_names(name: str) -> Iterator[str]:
    stem, suffix = Path(name).stem, Path(name).suffix
    yield name
    for number in count(1):
        yield f"{stem}.new{number if number > 1 else ''}{suffix}"
