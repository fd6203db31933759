"""The one way in which a new paper is named whose name an edited paper has."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path


def free_path(folder: Path, name: str) -> Path:
    """``review.xlsx``, or the first of ``review.new.xlsx``, ``review.new2.xlsx`` … that is not taken, capitals or not."""
    taken = {path.name.lower() for path in folder.iterdir()}
    return folder / next(one for one in _names(name) if one.lower() not in taken)


def _names(name: str) -> Iterator[str]:
    stem, suffix = Path(name).stem, Path(name).suffix
    yield name
    for number in count(1):
        yield f"{stem}.new{number if number > 1 else ''}{suffix}"
