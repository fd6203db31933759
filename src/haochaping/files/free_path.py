"""A name that no file of a folder has yet: ``review.new.xlsx`` beside ``review.xlsx``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path


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
