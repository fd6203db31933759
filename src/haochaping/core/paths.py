"""Locations of data and output."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from haochaping.core.errors import refuse
from haochaping.core.period import Period

DATA_VARIABLE = "HAOCHAPING_DATA"
"""Environment variable by which the runner tells the notebook's kernel where the data are."""
NOTES = "notes.md"
"""The analyst's notes, in the quarter's raw folder."""
RECORDS = "records"
"""Folder of the export of single cases and evaluations, in the quarter's raw folder."""
_PASSING_NAMES = {"thumbs.db", ".ds_store", "desktop.ini"}
ANSWERS = {NOTES, "review.xlsx", "review.csv"}
"""Files in the raw folder that the analyst fills in; none is a source of figures."""


@dataclass(frozen=True)
class Locations:
    """Data root (``raw/``, ``tidy/``, ``reference/``) and output root."""

    data: Path
    output: Path

    def raw(self, quarter: Period) -> Path:
        """Folder of the source files and answers of `quarter`."""
        return self.data / "raw" / str(quarter)

    def tidy(self, quarter: Period) -> Path:
        """Folder of the tidy tables of `quarter`."""
        return self.data / "tidy" / str(quarter)

    def published(self, quarter: Period) -> Path:
        """Folder of everything published for `quarter`."""
        return self.output / str(quarter)

    def record_cache(self, quarter: Period) -> Path:
        """Folder of what records of `quarter` came to, kept so that they are read once; may be removed at any time."""
        return self.data / "cache" / "records" / str(quarter)

    @property
    def reference(self) -> Path:
        """Folder of city settings, declaration, units and words."""
        return self.data / "reference"


def record_files(raw: Path) -> list[Path]:
    """The files of the export of records in a quarter's raw folder, in order of name; none without such a folder."""
    folder = raw / RECORDS
    found = folder.rglob("*") if folder.is_dir() else ()
    return sorted(
        path
        for path in found
        if path.is_file()
        and not path.name.startswith(("~$", "."))
        and path.name.lower() not in _PASSING_NAMES
    )


def project_root() -> Path:
    """The folder that holds ``notebooks/``, ``src/`` and ``data/``: this package is installed from there."""
    return Path(__file__).resolve().parents[3]


def find_locations(
    data: str | os.PathLike[str] | None = None, output: str | os.PathLike[str] | None = None
) -> Locations:
    """Data and output roots; by default those of the environment, else the project's own.

    Raises
    ------
    InputRefused
        The output root is inside the raw folder, the tidy tables or the settings, or is a file.
    """
    root = project_root()
    locations = Locations(
        data=_resolved(Path(data or os.environ.get(DATA_VARIABLE) or root / "data")),
        output=_resolved(Path(output or root / "output")),
    )
    for folder in (locations.data / "raw", locations.data / "tidy", locations.reference):
        if locations.output.is_relative_to(folder):
            raise refuse(str(locations.output), f"在 {folder} 之中", "输出应放在资料之外，请另指定 --output")
    if locations.output.exists() and not locations.output.is_dir():
        raise refuse(str(locations.output), "是文件", "输出根目录应为文件夹，请移走这个文件或另指定 --output")
    return locations


def existing_locations(data: str | os.PathLike[str] | None = None) -> Locations:
    """Data and output roots, of which the first is there.

    Raises
    ------
    InputRefused
        There is no such folder, or as :func:`find_locations`.
    """
    locations = find_locations(data)
    if not locations.data.is_dir():
        raise refuse(str(locations.data), "", "没有这个资料文件夹")
    return locations


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (RuntimeError, OSError):  # RuntimeError before Python 3.13
        raise refuse(str(path), "链接绕回了自己，或路径过长", "应为文件夹") from None


def quarters_in(folder: Path) -> list[Period]:
    """Periods of any kind that have a folder under `folder` (``data/tidy`` or ``data/raw``), in order of time."""
    named = (Period.from_code(path.name) for path in (folder.iterdir() if folder.is_dir() else ()))
    return sorted(period for period in named if period is not None)
