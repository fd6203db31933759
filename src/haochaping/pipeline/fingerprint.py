"""What a run depends on, and one hash of it: content, never times."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from haochaping.core.paths import Locations, project_root, quarters_in
from haochaping.core.quarter import Quarter
from haochaping.files.file_hash import file_sha256
from haochaping.outputs.published.file_names import MANIFEST, PAGE, base_name

OUTSIDE_A_RUN = (
    "__main__.py",
    "commands/",
    "doctor/",
    "proofreading/",
    "simulate/",
    "outputs/exchange/merge_replies.py",
    "outputs/exchange/replies.py",
    "outputs/form/",
    "outputs/index/",
    "outputs/page/pdf.py",
    "outputs/published/published_quarters.py",
    "outputs/published/shelf.py",
    "pipeline/collect_replies.py",
    "pipeline/forked_kernel.py",
    "pipeline/run_quarters.py",
    "pipeline/update_index.py",
    "pipeline/verify.py",
    "reference/locked_packages.py",
)
"""Folders and files of the package that no output of a run depends on, so that a change there rebuilds nothing.

Written down rather than worked out from the imports, which would take longer than all the hashing; a test
compares it with the graph of imports, in both directions.
"""


@dataclass(frozen=True)
class Inputs:
    """Everything that can change the output: group to path to SHA-256, and the day explanations are judged on.

    Groups are ``data`` (raw files of the quarter with its answers and notes; its tidy tables where there are
    none), ``past`` (the same of earlier quarters), ``reference`` (settings), ``notebook``,
    ``package``, ``lock``. Paths are relative to the data root or the project.
    """

    quarter: Quarter
    as_of: date
    files: Mapping[str, Mapping[str, str]]

    @property
    def key(self) -> str:
        """One hash over all of it."""
        return _digest([str(self.quarter), self.as_of.isoformat(), self.files])

    def group_key(self, group: str) -> str:
        """One hash over a group."""
        return _digest(self.files[group])


def hash_inputs(locations: Locations, quarter: Quarter, as_of: date) -> Inputs:
    """Hash what a run of `quarter` depends on."""
    raw = _files(locations.raw(quarter), "*")
    data = {
        "data": raw or _files(locations.tidy(quarter), "*.csv"),
        "past": _past(locations, quarter),
        "reference": _files(locations.reference, "*"),
    }
    groups = {group: _hashed(paths, locations.data) for group, paths in data.items()}
    groups["notebook"] = _hashed([project_root() / "notebooks" / "briefing.ipynb"], project_root())
    return Inputs(quarter, as_of, groups | _program(OUTSIDE_A_RUN))


def index_key(locations: Locations, summaries: object) -> str:
    """One hash over what the index of all quarters shows: `summaries`, compared by `repr`, is what it says of each.

    The tidy tables, settings, package and lock count too.
    """
    tidy = [
        path for one in quarters_in(locations.data / "tidy") for path in _files(locations.tidy(one), "*.csv")
    ]
    groups = {
        "tidy": _hashed(tidy, locations.data),
        "reference": _hashed(_files(locations.reference, "*"), locations.data),
    }
    return _digest([repr(summaries), groups | _program()])


def _program(without: tuple[str, ...] = ()) -> dict[str, dict[str, str]]:
    """Hashes of the package, but for the parts that begin like one of `without`, and of the lock file."""
    root = project_root()
    source = root / "src" / "haochaping"
    package = [
        path
        for path in _files(source, "**/*")
        if "__pycache__" not in path.parts and not path.relative_to(source).as_posix().startswith(without)
    ]
    groups = {"package": package, "lock": [root / "requirements.txt"]}
    return {group: _hashed(paths, root) for group, paths in groups.items()}


def _hashed(paths: Iterable[Path], root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): file_sha256(path) for path in paths}


def _digest(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()  # names of files may be no text


def _past(locations: Locations, quarter: Quarter) -> list[Path]:
    """Files of earlier quarters that comparisons rest on.

    The raw ones too where there are tidy tables: the page says when they were changed since.
    """
    files = []
    for earlier in [
        q
        for q in {*quarters_in(locations.data / "tidy"), *quarters_in(locations.data / "raw")}
        if q < quarter
    ]:
        files += [*_files(locations.tidy(earlier), "*.csv"), *_files(locations.raw(earlier), "*")]
    return sorted(files)


def is_current(published: Path, key: str) -> bool:
    """Whether `published` was made from inputs with this key, still has every file, and its page as it was written.

    Where a paper stands beside an edited one that has gone since, the paper can have its own name again.
    Other files may have been opened and saved by people: these are not made again for that.
    """
    try:
        manifest = json.loads((published / MANIFEST).read_text(encoding="utf-8"))
        page = file_sha256(published / PAGE)
        outputs = [published / name for name in manifest["outputs"]]
        is_whole = all(path.is_file() and base_name(path).exists() for path in outputs)
        return manifest["key"] == key and is_whole and manifest["outputs"][PAGE] == page
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _files(folder: Path, pattern: str) -> list[Path]:
    return sorted(path for path in folder.glob(pattern) if path.is_file()) if folder.is_dir() else []
